//! Writing files beside videos: names that every file system takes, whole files or none, and never over a video.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::MediaError;

/// The longest name, in bytes; what is put behind it has room in the 255 that file systems give.
const LONGEST: usize = 100;

/// A name for a file or folder out of any text: without the characters that some file system or shell refuses, without
/// names that Windows keeps for itself, not hidden, not too long and not empty.
pub fn safe_name(text: &str) -> String {
    let is_refused = |letter: char| letter.is_control() || r#"<>:"/\|?*"#.contains(letter);
    let mut name: String = text.trim().chars().map(|letter| if is_refused(letter) { '_' } else { letter }).collect();
    if name.starts_with(['.', '-', '~']) {
        name.replace_range(..1, "_");
    }
    while name.len() > LONGEST {
        name.pop();
    }
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_numbered = |device: &str| {
        let number = stem.strip_prefix(device);
        number.is_some_and(|number| matches!(number.chars().next(), Some('0'..='9')) && number.len() == 1)
    };
    let is_kept = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || is_numbered("COM") || is_numbered("LPT");
    if is_kept || name.is_empty() { format!("_{name}") } else { name }
}

/// Refuses to write to the video itself, by whatever name or link.
pub(crate) fn check_not_original(original: &Path, to: &Path) -> Result<(), MediaError> {
    let is_same = match (original.canonicalize(), to.canonicalize()) {
        (Ok(original), Ok(to)) => original == to || is_one_file(&original, &to),
        _ => false,
    };
    if is_same { Err(MediaError::IsOriginal { path: to.to_owned() }) } else { Ok(()) }
}

#[cfg(unix)]
fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Replacing a name on other systems leaves the other names of the file as they are.
#[cfg(not(unix))]
fn is_one_file(_one: &Path, _other: &Path) -> bool {
    false
}

/// An empty file in the folder where a file will be, which is made if it is not there.
pub(crate) fn temporary(to: &Path) -> Result<NamedTempFile, MediaError> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let wrong = |error: std::io::Error| not_writable(&error, folder);
    std::fs::create_dir_all(folder).map_err(wrong)?;
    tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder).map_err(wrong)
}

/// Writes a file, whole or not at all, over one that may be there.
pub(crate) fn write(to: &Path, bytes: &[u8]) -> Result<(), MediaError> {
    let wrong = |error: std::io::Error| not_writable(&error, to);
    let mut file = temporary(to)?;
    file.write_all(bytes).map_err(wrong)?;
    allow_others_to_read(&file);
    file.as_file().sync_all().map_err(wrong)?;
    file.persist(to).map_err(|error| wrong(error.error))?;
    Ok(())
}

/// Gives a finished file its name, in the place of a file that may have it.
pub(crate) fn persist_over(file: NamedTempFile, to: &Path) -> Result<(), MediaError> {
    allow_others_to_read(&file);
    let sync = std::fs::OpenOptions::new().write(true).open(file.path()).and_then(|file| file.sync_all());
    sync.map_err(|error| not_writable(&error, to))?;
    file.persist(to).map(|_| ()).map_err(|error| not_writable(&error.error, to))
}

/// Gives a finished file its name, or the next free one with a number, and returns it. Nothing is ever replaced.
pub(crate) fn persist_numbered(mut file: NamedTempFile, to: &Path) -> Result<PathBuf, MediaError> {
    allow_others_to_read(&file);
    let sync = std::fs::OpenOptions::new().write(true).open(file.path()).and_then(|file| file.sync_all());
    sync.map_err(|error| not_writable(&error, to))?;
    for number in 1_u32.. {
        let name = numbered(to, number);
        match file.persist_noclobber(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists || name.exists() => file = error.file,
            // Memory cards can only rename, without asking whether the name is free.
            Err(error) => {
                error.file.persist(&name).map_err(|error| not_writable(&error.error, &name))?;
                return Ok(name);
            }
        }
    }
    Err(MediaError::NotWritable { reason: "there is no free name".to_owned(), path: to.to_owned() })
}

/// `clip.mp4`, `clip (2).mp4`…
fn numbered(to: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return to.to_owned();
    }
    let stem = to.file_stem().unwrap_or_default().to_string_lossy();
    let extension = to.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    to.with_file_name(format!("{stem} ({number}){extension}"))
}

/// Temporary files are for their owner alone; what becomes of them is an ordinary file.
fn allow_others_to_read(file: &NamedTempFile) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // If it stays private it is no less whole.
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).ok();
    }
    #[cfg(not(unix))]
    let _ = file;
}

pub(crate) fn not_writable(error: &std::io::Error, path: &Path) -> MediaError {
    MediaError::NotWritable { reason: error.to_string(), path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_by_every_file_system() {
        let cases = [
            ("arm wrestling", "arm wrestling"),
            ("a/b\\c:d*e?", "a_b_c_d_e_"),
            ("..", "_"),
            (".hidden", "_hidden"),
            ("", "_"),
            ("   ", "_"),
            ("ends with dots. .", "ends with dots"),
            ("con", "_con"),
            ("Com1.txt", "_Com1.txt"),
            ("COMBAT", "COMBAT"),
            ("hält\u{7}an", "hält_an"),
        ];
        for (text, name) in cases {
            assert_eq!(safe_name(text), name, "{text:?}");
        }
        let long = safe_name(&"ü".repeat(300));
        assert!(long.len() <= LONGEST && long.chars().all(|letter| letter == 'ü'));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_nothing_is_replaced() {
        let folder = tempfile::tempdir().expect("should have a folder");
        let to = folder.path().join("new").join("clip.mp4");
        let put = |text: &str| {
            let mut file = temporary(&to).expect("should make the folder");
            file.write_all(text.as_bytes()).expect("should write");
            persist_numbered(file, &to).expect("should find a name")
        };
        let names = [put("one"), put("two"), put("three")];
        let expected = ["clip.mp4", "clip (2).mp4", "clip (3).mp4"].map(|name| to.with_file_name(name));
        assert_eq!(names, expected);
        assert_eq!(std::fs::read_to_string(&to).expect("should be there"), "one");
        let left = std::fs::read_dir(folder.path().join("new")).expect("should be there").count();
        assert_eq!(left, 3, "temporary files stay");
    }

    #[test]
    fn the_video_itself_is_known_by_every_name() {
        let folder = tempfile::tempdir().expect("should have a folder");
        let video = folder.path().join("video.mp4");
        std::fs::write(&video, "pictures").expect("should write");
        let link = folder.path().join("link.mp4");
        std::fs::hard_link(&video, &link).expect("should link");
        let detour =
            folder.path().join("..").join(folder.path().file_name().expect("should have one")).join("video.mp4");
        assert!(check_not_original(&video, &detour).is_err());
        assert_eq!(check_not_original(&video, &link).is_err(), cfg!(unix));
        assert_eq!(check_not_original(&video, &folder.path().join("other.mp4")), Ok(()));
    }
}
