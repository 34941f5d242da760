//! Reading files of labels and writing them: bounded, whole or not at all, never over something that is there unless
//! that was wished.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::format::{InputFile, OutputFile};
use super::report::ExchangeError;

/// Bytes of a file of labels: more than a year of them.
pub const MAX_BYTES: u64 = 256 << 20;

fn failed(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> ExchangeError {
    let path = path.display().to_string();
    move |source| ExchangeError::Io { path, what, source }
}

/// Reads a file of labels.
///
/// # Errors
/// If it cannot be read, or is larger than [`MAX_BYTES`].
pub fn read_input(path: &Path) -> Result<InputFile, ExchangeError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = File::open(path).map_err(failed(path, "read"))?;
    let mut bytes = Vec::new();
    // One byte more tells a file that is too long from one that just fits, also where the system states no length.
    (&file).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed(path, "read"))?;
    if bytes.len() as u64 > MAX_BYTES {
        let bytes = file.metadata().map_or(MAX_BYTES + 1, |metadata| metadata.len());
        return Err(ExchangeError::TooLarge { name, bytes, limit: MAX_BYTES });
    }
    Ok(InputFile { name, bytes })
}

/// Where exported files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    /// A folder, or the file itself. What does not exist and has one of the format's endings is a file.
    pub path: &'a Path,
    /// Whether files that are there are replaced.
    pub overwrite: bool,
}

/// Writes files and says where they are. Before the first is written, all are checked against what is there.
///
/// # Errors
/// If a file is there already, several files shall become one, or the system refuses. Files written before that stay,
/// each of them whole.
pub fn write_outputs(
    files: &[OutputFile],
    extensions: &[&str],
    destination: Destination<'_>,
) -> Result<Vec<PathBuf>, ExchangeError> {
    let Destination { path, overwrite } = destination;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let names_file = !path.is_dir() && ending.is_some_and(|ending| extensions.contains(&ending.as_str()));
    let paths: Vec<PathBuf> = match files {
        [_single] if names_file || path.is_file() => vec![path.to_owned()],
        _ if names_file || path.is_file() => {
            return Err(ExchangeError::NeedsFolder { path: path.display().to_string(), count: files.len() });
        }
        files => files.iter().map(|file| path.join(&file.name)).collect(),
    };
    if !overwrite && let Some(path) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(ExchangeError::Exists { path: path.display().to_string() });
    }
    for (path, file) in paths.iter().zip(files) {
        write_whole(path, &file.bytes, overwrite)?;
    }
    Ok(paths)
}

/// Writes a file beside its place and moves it there once it is safe on the disk.
fn write_whole(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), ExchangeError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failed(folder, "made"))?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed(path, "written"))?;
    temporary.write_all(bytes).map_err(failed(path, "written"))?;
    temporary.as_file().sync_all().map_err(failed(path, "written"))?;
    share(temporary.as_file(), path)?;
    let moved = if overwrite { temporary.persist(path) } else { temporary.persist_noclobber(path) };
    match moved {
        Ok(_file) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(ExchangeError::Exists { path: path.display().to_string() })
        }
        Err(error) => Err(failed(path, "written")(error.error)),
    }
}

/// A temporary file is its owner's alone; labels are for others, too.
#[cfg(unix)]
fn share(file: &File, path: &Path) -> Result<(), ExchangeError> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed(path, "written"))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the other systems' version can fail")]
fn share(_file: &File, _path: &Path) -> Result<(), ExchangeError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str) -> OutputFile {
        OutputFile { name: name.to_owned(), bytes: b"labels".to_vec() }
    }

    #[test]
    fn nothing_is_overwritten_unless_that_was_wished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/bees.csv");
        let write =
            |files: &[OutputFile], overwrite| write_outputs(files, &["csv"], Destination { path: &path, overwrite });
        assert_eq!(write(&[output("x.csv")], false).unwrap(), std::slice::from_ref(&path));
        let before = fs::read(&path).unwrap();
        assert!(matches!(write(&[output("x.csv")], false), Err(ExchangeError::Exists { .. })));
        assert!(matches!(write(&[output("x.csv"), output("y.csv")], true), Err(ExchangeError::NeedsFolder { .. })));
        assert!(write(&[output("x.csv")], true).is_ok());
        assert_eq!(fs::read(&path).unwrap(), before);
        // Nothing else was left lying about.
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
        assert_eq!(read_input(&path).unwrap().name, "bees.csv");
    }

    #[test]
    fn several_files_go_into_a_folder_or_none_does() {
        let folder = tempfile::tempdir().unwrap();
        let destination = Destination { path: folder.path(), overwrite: false };
        let written = write_outputs(&[output("a.srt"), output("b.srt")], &["srt"], destination).unwrap();
        assert_eq!(written.len(), 2);
        let again = write_outputs(&[output("c.srt"), output("b.srt")], &["srt"], destination);
        assert!(matches!(again, Err(ExchangeError::Exists { .. })));
        assert!(!folder.path().join("c.srt").exists());
    }
}
