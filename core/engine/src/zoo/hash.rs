//! SHA-256 of what is too large for memory.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ks_domain::CancelToken;
use sha2::{Digest as _, Sha256};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// Bytes and hash of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digest {
    /// How many.
    pub(super) bytes: u64,
    /// All 64 hexadecimal digits.
    pub(super) sha256: String,
}

/// Reads a file to its end; `None` if that was cancelled. `each` gets every block.
pub(super) fn digest(
    path: &Path,
    cancel: &CancelToken,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Option<Digest>> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let (mut hasher, mut bytes, mut block) = (Sha256::new(), 0, vec![0; BLOCK]);
    loop {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let count = match file.read(&mut block) {
            Ok(0) => return Ok(Some(Digest { bytes, sha256: hex(hasher) })),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = block.get(..count).unwrap_or_default();
        hasher.update(read);
        each(read)?;
        bytes += count as u64;
    }
}

/// The digits of a finished hash.
pub(super) fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
