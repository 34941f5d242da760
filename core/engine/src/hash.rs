//! SHA-256: what says that two files, or two runs, are the same.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ks_domain::CancelToken;
use sha2::{Digest as _, Sha256};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// Bytes and hash of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Digest {
    /// How many.
    pub(crate) bytes: u64,
    /// All 64 hexadecimal digits.
    pub(crate) sha256: String,
}

/// Reads a file to its end; `None` if that was cancelled. `each` gets every block.
pub(crate) fn digest(
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

/// The hash of a file as 64 hexadecimal digits.
///
/// # Errors
/// If the file cannot be read.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let digest = digest(path, &CancelToken::new(), |_| Ok(()))?;
    Ok(digest.expect("a hash should not be cancelled by a token that nobody else has").sha256)
}

/// The hash of a text as 64 hexadecimal digits.
pub(crate) fn sha256_of_text(text: &str) -> String {
    hex(Sha256::new_with_prefix(text))
}

/// The digits of a finished hash.
pub(crate) fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
