//! Knowing a file by its content.

use std::io::Read as _;
use std::path::Path;

use ks_domain::CancelToken;

use crate::MediaError;
use crate::error::check_file;

/// The BLAKE3 hash of a file's content in hexadecimal: the same for a copy or a renamed file.
///
/// # Errors
/// If the file cannot be read.
pub fn content_hash(path: &Path) -> Result<String, MediaError> {
    hash_unless_cancelled(path, &CancelToken::new())
}

/// As [`content_hash`], and stops when cancelled.
///
/// # Errors
/// If the file cannot be read or the work was cancelled.
pub fn hash_unless_cancelled(path: &Path, cancel: &CancelToken) -> Result<String, MediaError> {
    check_file(path)?;
    let unreadable =
        |error: std::io::Error| MediaError::Unreadable { reason: error.to_string(), path: path.to_owned() };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        let read = file.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(chunk.get(..read).unwrap_or_default());
    }
}
