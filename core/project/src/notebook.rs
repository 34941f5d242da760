//! What people said of their checkpoints: tags and notes, in one small SQLite file beside the runs.
//!
//! Every change is on the disk when the call returns. A file that is damaged or of another program is refused and stays as
//! it is. The checkpoints themselves are not looked at; they are named by their run and their file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, params};
use thiserror::Error;

/// Marks the file as one of ours (`KsNb`).
const APPLICATION_ID: i64 = 0x4b73_4e62;

/// The format of this program.
const FORMAT: i64 = 1;

/// `words.tags` is a list of texts in JSON. `taken` names the runs whose older files of words were taken over.
const TABLES: &str = "
CREATE TABLE words (
    run TEXT NOT NULL, file TEXT NOT NULL, tags TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (run, file)
) WITHOUT ROWID;
CREATE TABLE taken (run TEXT PRIMARY KEY) WITHOUT ROWID;
";

/// Why tags and notes cannot be read or kept.
#[derive(Debug, Error)]
pub enum NotebookError {
    /// The file contradicts itself, or is something else.
    #[error(
        "the tags and notes of checkpoints cannot be read, because their file is damaged ({reason}); it was left as it is: bring back a copy of it, or move it away to begin anew: {}",
        .path.display()
    )]
    Damaged {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A later program wrote it.
    #[error(
        "the tags and notes of checkpoints were written by a newer Kinetoscope (format {found}, this one knows {FORMAT}); install the newer one to see them: {}",
        .path.display()
    )]
    Newer {
        /// The format of the file.
        found: i64,
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error(
        "the tags and notes of checkpoints cannot be used ({reason}); check the free space and the permissions of the folder: {}",
        .path.display()
    )]
    Failed {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
}

/// What was said of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Tags, in the order in which they were given.
    pub tags: Vec<String>,
    /// A note; may be empty.
    pub note: String,
}

/// The file of tags and notes, open.
#[derive(Debug)]
pub struct Notebook {
    connection: Connection,
    path: PathBuf,
}

impl Notebook {
    /// Opens the file; makes it if there is none.
    ///
    /// # Errors
    /// If it is damaged, something else, of a newer program, or cannot be made or written to.
    pub fn open(path: &Path) -> Result<Self, NotebookError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| because(&error, path))?;
        let mut notebook = Self { connection, path: path.to_owned() };
        notebook.prepare()?;
        Ok(notebook)
    }

    fn prepare(&mut self) -> Result<(), NotebookError> {
        // Another window may be writing for a moment.
        self.ask(|connection| connection.busy_timeout(Duration::from_secs(5)))?;
        let number = |name: &str| self.ask(|connection| connection.pragma_query_value(None, name, |row| row.get(0)));
        let (format, mark): (i64, i64) = (number("user_version")?, number("application_id")?);
        let tables: i64 =
            self.ask(|connection| connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)))?;
        let damaged = |reason: &str| NotebookError::Damaged { reason: reason.to_owned(), path: self.path.clone() };
        match (mark, format) {
            (0, 0) if tables == 0 => {}
            (APPLICATION_ID, FORMAT) => {
                let said: String =
                    self.ask(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))?;
                if said != "ok" {
                    return Err(damaged(&said));
                }
            }
            (APPLICATION_ID, found) if found > FORMAT => {
                return Err(NotebookError::Newer { found, path: self.path.clone() });
            }
            _ => return Err(damaged("it is a file of another program")),
        }
        self.ask(|connection| connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"))?;
        if tables == 0 {
            self.change(|connection| {
                // Another window may have made them just now.
                let is_made: bool =
                    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))?;
                if !is_made {
                    connection.execute_batch(TABLES)?;
                }
                connection.pragma_update(None, "application_id", APPLICATION_ID)?;
                connection.pragma_update(None, "user_version", FORMAT)
            })?;
        }
        Ok(())
    }

    /// Everything that was said, by run and file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn words(&self) -> Result<BTreeMap<(String, String), Words>, NotebookError> {
        let rows: Vec<(String, String, String, String)> = self.ask(|connection| {
            let mut statement = connection.prepare_cached("SELECT run, file, tags, note FROM words")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            rows.collect()
        })?;
        let mut all = BTreeMap::new();
        for (run, file, tags, note) in rows {
            let tags = serde_json::from_str(&tags).map_err(|error| NotebookError::Damaged {
                reason: format!("the tags of {run}/{file} are no list: {error}"),
                path: self.path.clone(),
            })?;
            all.insert((run, file), Words { tags, note });
        }
        Ok(all)
    }

    /// Gives a checkpoint these tags instead of those that it had.
    ///
    /// # Errors
    /// If the file cannot be written; then it is as it was.
    pub fn tag(&mut self, run: &str, file: &str, tags: &[String]) -> Result<(), NotebookError> {
        let tags = in_json(tags);
        self.change(|connection| {
            let sql = "INSERT INTO words VALUES (?1, ?2, ?3, '') ON CONFLICT DO UPDATE SET tags = ?3";
            connection.execute(sql, params![run, file, tags]).map(|_| ())
        })
    }

    /// Writes a note on a checkpoint instead of the one that it had.
    ///
    /// # Errors
    /// If the file cannot be written; then it is as it was.
    pub fn note(&mut self, run: &str, file: &str, note: &str) -> Result<(), NotebookError> {
        self.change(|connection| {
            let sql = "INSERT INTO words VALUES (?1, ?2, '[]', ?3) ON CONFLICT DO UPDATE SET note = ?3";
            connection.execute(sql, params![run, file, note]).map(|_| ())
        })
    }

    /// Whether the words of a run that were kept elsewhere before were taken over.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn has_taken(&self, run: &str) -> Result<bool, NotebookError> {
        let sql = "SELECT count(*) > 0 FROM taken WHERE run = ?";
        self.ask(|connection| connection.query_row(sql, [run], |row| row.get(0)))
    }

    /// Takes over what was kept of a run's checkpoints elsewhere, once: by file. What is known of a file already stays.
    ///
    /// # Errors
    /// If the file cannot be written; then it is as it was.
    pub fn take_over(&mut self, run: &str, words: &BTreeMap<String, Words>) -> Result<(), NotebookError> {
        self.change(|connection| {
            for (file, Words { tags, note }) in words {
                let values = params![run, file, in_json(tags), note];
                connection.execute("INSERT OR IGNORE INTO words VALUES (?, ?, ?, ?)", values)?;
            }
            connection.execute("INSERT OR IGNORE INTO taken VALUES (?)", [run]).map(|_| ())
        })
    }

    fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, NotebookError> {
        question(&self.connection).map_err(|error| because(&error, &self.path))
    }

    fn change(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), NotebookError> {
        let done = (|| {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            change(&transaction)?;
            transaction.commit()
        })();
        done.map_err(|error| because(&error, &self.path))
    }
}

fn in_json(tags: &[String]) -> String {
    serde_json::to_string(tags).expect("should always be written: a list of texts")
}

fn because(error: &rusqlite::Error, path: &Path) -> NotebookError {
    let (reason, path) = (error.to_string(), path.to_owned());
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => NotebookError::Damaged { reason, path },
        _ => NotebookError::Failed { reason, path },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(notebook: &Notebook, run: &str, file: &str) -> Words {
        let words = notebook.words().expect("should be read");
        words.get(&(run.to_owned(), file.to_owned())).cloned().unwrap_or_default()
    }

    #[test]
    fn what_was_said_is_there_the_next_time() {
        let folder = tempfile::tempdir().expect("should be made");
        let path = folder.path().join("notebook.sqlite");
        let mut notebook = Notebook::open(&path).expect("should be made");
        notebook
            .tag("first", "best.safetensors", &["good".to_owned(), "für “Ada”".to_owned()])
            .expect("should be kept");
        notebook.note("first", "best.safetensors", "the one for the report").expect("should be kept");
        notebook.note("second", "best.safetensors", "the other").expect("should be kept");
        drop(notebook);
        let mut notebook = Notebook::open(&path).expect("should open");
        let words = said(&notebook, "first", "best.safetensors");
        assert_eq!(words.tags, ["good", "für “Ada”"]);
        assert_eq!(words.note, "the one for the report");
        notebook.tag("first", "best.safetensors", &[]).expect("should be kept");
        assert_eq!(said(&notebook, "first", "best.safetensors").note, "the one for the report");
        assert_eq!(said(&notebook, "second", "best.safetensors").note, "the other");
    }

    #[test]
    fn older_words_are_taken_over_once_and_never_over_newer_ones() {
        let folder = tempfile::tempdir().expect("should be made");
        let mut notebook = Notebook::open(&folder.path().join("notebook.sqlite")).expect("should be made");
        notebook.note("run", "best.safetensors", "newer").expect("should be kept");
        let older = |note: &str| Words { tags: vec!["old".to_owned()], note: note.to_owned() };
        let both = BTreeMap::from([
            ("best.safetensors".to_owned(), older("older")),
            ("last.safetensors".to_owned(), older("only here")),
        ]);
        assert!(!notebook.has_taken("run").expect("should be read"));
        notebook.take_over("run", &both).expect("should be kept");
        assert!(notebook.has_taken("run").expect("should be read"));
        assert_eq!(said(&notebook, "run", "best.safetensors").note, "newer");
        assert_eq!(said(&notebook, "run", "last.safetensors"), older("only here"));
    }

    #[test]
    fn two_windows_write_to_one_file() {
        let folder = tempfile::tempdir().expect("should be made");
        let path = folder.path().join("notebook.sqlite");
        let mut one = Notebook::open(&path).expect("should be made");
        let mut other = Notebook::open(&path).expect("should open");
        one.note("run", "a", "one").expect("should be kept");
        other.note("run", "b", "other").expect("should be kept");
        assert_eq!(one.words().expect("should be read").len(), 2);
        assert_eq!(other.words().expect("should be read").len(), 2);
    }

    #[test]
    fn a_damaged_file_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("should be made");
        let path = folder.path().join("notebook.sqlite");
        let mut notebook = Notebook::open(&path).expect("should be made");
        for number in 0..200 {
            notebook.note("run", &format!("epoch_{number}.safetensors"), &"long ".repeat(40)).expect("should be kept");
        }
        drop(notebook);
        let whole = std::fs::read(&path).expect("should be there");
        // Words instead of a database, and a database with a hole in it.
        let mut holed = whole.clone();
        let middle = holed.len() / 2;
        holed[4096..middle].fill(0xa5);
        for bytes in [b"These are words, many of them.".repeat(40), holed] {
            std::fs::write(&path, &bytes).expect("should be written");
            let error = Notebook::open(&path).and_then(|notebook| notebook.words()).expect_err("should be refused");
            assert!(matches!(error, NotebookError::Damaged { .. }), "{error}");
            assert_eq!(std::fs::read(&path).expect("should be there"), bytes);
        }
    }
}
