//! The small network that comes with the program, for when no other is chosen. It lies in the program itself and is written
//! beside the user's data when it is first needed, as networks are read from files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What `docs/demo.md` says how it was made.
const MOTIONS: &[u8] = include_bytes!("../../../assets/demo/motions.safetensors");

/// Where it lies, beside a folder of the program's data.
pub(crate) fn path(beside: &Path) -> PathBuf {
    beside.with_file_name("built-in").join("motions.safetensors")
}

/// Makes sure that the file is there, and that it is the one of this program.
pub(crate) fn ensure(beside: &Path) -> io::Result<PathBuf> {
    let path = path(beside);
    let is_there = fs::metadata(&path).is_ok_and(|found| found.len() == MOTIONS.len() as u64)
        && fs::read(&path).is_ok_and(|bytes| bytes == MOTIONS);
    if !is_there {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        ks_mmaction::results::write_whole(&path, MOTIONS)?;
    }
    Ok(path)
}
