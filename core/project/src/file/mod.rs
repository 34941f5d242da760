//! A project file: one SQLite database, written at every change.
//!
//! Labels and journal go in together, in one transaction per change, and are on the disk when the call returns. The
//! videos themselves are never part of it and never touched.

mod analyses;
mod check;
mod load;
mod lock;
mod rows;
mod schema;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ks_domain::project::{Entry, Project, VideoFacts, VideoId, ViewRules};
use rusqlite::{Connection, OpenFlags, params};

use self::lock::WriteLock;
use self::rows::int;
use crate::ProjectError;

pub use self::analyses::AnalysisSummary;
pub use self::check::{Finding, check};

/// The extension of project files, without the dot.
pub const EXTENSION: &str = "kinetoscope";

/// A project file that is open.
#[derive(Debug)]
pub struct ProjectFile {
    connection: Connection,
    path: PathBuf,
    /// `None` if it is open for reading only.
    lock: Option<WriteLock>,
}

/// A project file with what is in it.
#[derive(Debug)]
pub struct Opened {
    /// The file.
    pub file: ProjectFile,
    /// Its records and journal.
    pub project: Project,
    /// How its predictions are looked at.
    pub rules: ViewRules,
    /// The copy of an older format that was made before the file was brought to this one.
    pub backup: Option<PathBuf>,
}

impl ProjectFile {
    /// Makes a new, empty project.
    ///
    /// # Errors
    /// If there is a file of this name already, or none can be made.
    pub fn create(path: &Path) -> Result<Self, ProjectError> {
        let lock = WriteLock::take(path)?;
        // Claims the name; an empty file is an empty database.
        std::fs::File::create_new(path).map_err(|error| ProjectError::from_io(&error, path))?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::upgrade(&mut connection, 0, schema::STEPS).map_err(|error| ProjectError::from_sqlite(&error, path))?;
        prepare_for_writing(&connection, path)?;
        Ok(Self { connection, path: path.to_owned(), lock: Some(lock) })
    }

    /// Opens a project to read and write it. A file of an older format is copied beside itself, then brought to this one.
    ///
    /// # Errors
    /// If it is no project, newer than this program, open elsewhere, damaged, or cannot be written to.
    pub fn open(path: &Path) -> Result<Opened, ProjectError> {
        Self::open_with(path, schema::STEPS)
    }

    /// Opens a project for reading only: it may be open elsewhere, or lie on a disk that cannot be written to.
    ///
    /// # Errors
    /// If it is no project, of another format than this program's, or damaged.
    pub fn open_for_reading(path: &Path) -> Result<Opened, ProjectError> {
        must_exist(path)?;
        // Where SQLite may, it takes its log away again when it closes; told to only read, it would leave one behind.
        let readable = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
            let only_reading = connection.pragma_update(None, "query_only", true);
            only_reading.map_err(|error| ProjectError::from_sqlite(&error, path))?;
            let format = checked_format(&connection, path)?;
            Ok((connection, format))
        });
        let (connection, format) = match readable {
            // Where nothing can be written beside it, SQLite reads it only if told that nobody else writes either.
            Err(ProjectError::Failed { .. } | ProjectError::ReadOnly { .. }) if !log_of(path).exists() => {
                let connection = connect_to_frozen(path)?;
                let format = checked_format(&connection, path)?;
                (connection, format)
            }
            other => other?,
        };
        if format < schema::current_format() {
            let reason = "it has an older format; open it once where it can be written to".to_owned();
            return Err(ProjectError::Failed { reason, path: path.to_owned() });
        }
        Self { connection, path: path.to_owned(), lock: None }.loaded(None)
    }

    fn open_with(path: &Path, steps: &[&str]) -> Result<Opened, ProjectError> {
        must_exist(path)?;
        let lock = WriteLock::take(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let format = checked_format(&connection, path)?;
        let known = steps.len() as i64;
        let backup = if format < known {
            let backup = backup_name(path, format);
            copy(&connection, &backup, path)?;
            schema::upgrade(&mut connection, format, steps).map_err(|error| ProjectError::from_sqlite(&error, path))?;
            Some(backup)
        } else {
            None
        };
        prepare_for_writing(&connection, path)?;
        Self { connection, path: path.to_owned(), lock: Some(lock) }.loaded(backup)
    }

    fn loaded(self, backup: Option<PathBuf>) -> Result<Opened, ProjectError> {
        let project = load::project(&self.connection, &self.path)?;
        let rules = project.rules();
        Ok(Opened { file: self, project, rules, backup })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is open for reading only.
    pub const fn is_read_only(&self) -> bool {
        self.lock.is_none()
    }

    /// Keeps lines of the journal and what they make of the records: all of them or none. They are on the disk when
    /// this returns.
    ///
    /// # Errors
    /// If the file cannot be written; then it is as it was.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), ProjectError> {
        self.transaction(|connection| {
            let mut journal = connection.prepare_cached("INSERT INTO journal VALUES (?, ?, ?, ?, ?)")?;
            for entry in entries {
                let role = json(&entry.role)?;
                let change = json(&entry.change)?;
                let millis = int(entry.stamp.unix_millis);
                journal.execute(params![int(entry.number), millis, entry.stamp.person, role, change])?;
                for edit in &entry.change.edits {
                    match (&edit.after, edit.id()) {
                        (Some(record), _) => rows::put(connection, record)?,
                        (None, Some(id)) => rows::take(connection, id)?,
                        (None, None) => {}
                    }
                }
            }
            Ok(())
        })
    }

    /// Keeps what was found out about a video's file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn learn(&mut self, video: VideoId, facts: &VideoFacts) -> Result<(), ProjectError> {
        self.transaction(|connection| {
            let values = params![int(video.0), facts.hash, int(facts.bytes), facts.frames, int(facts.duration.nanos())];
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?)", values).map(|_| ())
        })
    }

    /// Writes the whole project to another file, complete as of now. The file is there whole or not at all.
    ///
    /// # Errors
    /// If there is a file of this name already, or it cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), ProjectError> {
        copy(&self.connection, path, path)
    }

    /// Does something in one transaction.
    fn transaction(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), ProjectError> {
        if self.lock.is_none() {
            return Err(ProjectError::ReadOnly { path: self.path.clone() });
        }
        let path = &self.path;
        let done = (|| {
            let transaction = self.connection.transaction()?;
            work(&transaction)?;
            transaction.commit()
        })();
        done.map_err(|error| ProjectError::from_sqlite(&error, path))
    }
}

fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn must_exist(path: &Path) -> Result<(), ProjectError> {
    let found = std::fs::metadata(path).map_err(|error| ProjectError::from_io(&error, path))?;
    if found.is_file() { Ok(()) } else { Err(ProjectError::NotAProject { path: path.to_owned() }) }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, ProjectError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| ProjectError::from_sqlite(&error, path))?;
    // Another reader or a backup may hold it for a moment.
    let patient = connection.busy_timeout(Duration::from_secs(5));
    patient.map_err(|error| ProjectError::from_sqlite(&error, path))?;
    Ok(connection)
}

/// Opens a file that nobody can write to.
fn connect_to_frozen(path: &Path) -> Result<Connection, ProjectError> {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri, flags).map_err(|error| ProjectError::from_sqlite(&error, path))
}

/// The file's format, if it is one that this program can deal with.
fn checked_format(connection: &Connection, path: &Path) -> Result<i64, ProjectError> {
    let (found, is_ours) = schema::format_of(connection).map_err(|error| ProjectError::from_sqlite(&error, path))?;
    let known = schema::current_format();
    match (is_ours, found) {
        (false, _) => Err(ProjectError::NotAProject { path: path.to_owned() }),
        (true, found) if found > known => Err(ProjectError::Newer { found, known, path: path.to_owned() }),
        (true, found) => Ok(found),
    }
}

/// Every change is on the disk before anybody is told that it is kept, also if the power fails.
fn prepare_for_writing(connection: &Connection, path: &Path) -> Result<(), ProjectError> {
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;";
    connection.execute_batch(settings).map_err(|error| ProjectError::from_sqlite(&error, path))
}

/// SQLite's log beside a project, there while a window has it open or after it was killed.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// A name beside the project that no file has yet.
fn backup_name(path: &Path, format: i64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    (1..)
        .map(|number| match number {
            1 => path.with_file_name(format!("{stem}.format-{format}.{EXTENSION}")),
            _ => path.with_file_name(format!("{stem}.format-{format}.{number}.{EXTENSION}")),
        })
        .find(|name| !name.exists())
        .expect("should end: a folder holds fewer files than there are numbers")
}

/// Copies an open database into a new file: under another name first, then synced and renamed.
fn copy(connection: &Connection, to: &Path, about: &Path) -> Result<(), ProjectError> {
    if to.exists() {
        return Err(ProjectError::Exists { path: to.to_owned() });
    }
    let io = |error: std::io::Error| ProjectError::from_io(&error, to);
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = tempfile::Builder::new().prefix(".project-").tempfile_in(folder).map_err(io)?;
    {
        let mut target = connect(temporary.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let sql = |error: rusqlite::Error| ProjectError::from_sqlite(&error, about);
        let backup = rusqlite::backup::Backup::new(connection, &mut target).map_err(sql)?;
        backup.run_to_completion(4096, Duration::ZERO, None).map_err(sql)?;
        drop(backup);
        // Without its own log, so that the one file is the whole project.
        target.execute_batch("PRAGMA journal_mode = DELETE;").map_err(sql)?;
    }
    temporary.as_file().sync_all().map_err(io)?;
    temporary.persist_noclobber(to).map_err(|error| io(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Makes a new name last. Not every system can sync a folder; the file itself is synced already.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(folder) = std::fs::File::open(folder)
    {
        _ = folder.sync_all();
    }
}
