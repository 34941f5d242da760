//! The small network that comes with the program, for when no other is chosen. It lies in the program itself and is written
//! beside the user's data when it is first needed, as networks are read from files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What `docs/demo.md` says how it was made.
const MOTIONS: &[u8] = include_bytes!("../../../assets/demo/motions.safetensors");

/// Where it lies, beside a folder of the program's data.
pub(crate) fn path(beside: &Path) -> PathBuf {
    beside.with_file_name("built-in").join("motions.safetensors")
}

/// One writes it at a time: the window and the making of the sample both ask for it when the program starts anew.
static WRITING: Mutex<()> = Mutex::new(());

/// Makes sure that the file is there, and that it is the one of this program.
pub(crate) fn ensure(beside: &Path) -> io::Result<PathBuf> {
    let path = path(beside);
    // Whoever panicked while holding it left a file that is whole or not there.
    let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if is_whole(&path) {
        return Ok(path);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match ks_mmaction::results::write_whole(&path, MOTIONS) {
        // Another window was faster.
        Err(_) if is_whole(&path) => Ok(path),
        written => written.map(|()| path),
    }
}

fn is_whole(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() == MOTIONS.len() as u64)
        && fs::read(path).is_ok_and(|bytes| bytes == MOTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_who_ask_at_once_all_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("data");
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| ensure(&beside))).collect();
            for answer in asked {
                assert!(is_whole(&answer.join().unwrap().unwrap()));
            }
        });
    }
}
