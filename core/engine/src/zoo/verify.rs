//! Comparing files with what was published.

use std::path::{Path, PathBuf};

use ks_domain::CancelToken;
use ks_domain::zoo::Entry;

use super::recognise::recognise;
use super::{ZooError, ZooStore};

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The published file.
    Published,
    /// Not the published file, but still what the user vouched for when it was imported.
    AsImported,
    /// Named as an entry's file, but with other bytes.
    Wrong,
    /// The published file, but under the name of another.
    OtherEntry,
    /// None of the zoo's files.
    Unknown,
}

impl Verdict {
    /// Whether the file can be trusted to be what it is called.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Published | Self::AsImported)
    }
}

/// A file that was checked.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The file.
    pub path: PathBuf,
    /// What it is supposed to be, by its name; or, of another name, what it is by its hash.
    pub entry: Option<&'static Entry>,
    /// Its size.
    pub bytes: u64,
    /// All of its SHA-256.
    pub sha256: String,
    /// What it turned out to be.
    pub verdict: Verdict,
}

/// Reads a file to its end and compares its hash with the published one, or with that of its import.
///
/// # Errors
/// If it cannot be read, or that was cancelled.
pub fn verify(store: &ZooStore, path: &Path, cancel: &CancelToken) -> Result<Verified, ZooError> {
    let known = recognise(path, cancel)?;
    let is_in_store = |entry: &Entry| path == store.path(entry);
    let as_imported = |entry: &Entry| {
        is_in_store(entry)
            && store.receipt(entry).is_some_and(|receipt| !receipt.is_published && receipt.sha256 == known.sha256)
    };
    let verdict = match (known.by_hash, known.by_name) {
        (Some(hash), Some(name)) if hash.name != name.name => Verdict::OtherEntry,
        (Some(_), _) => Verdict::Published,
        (None, Some(name)) if as_imported(name) => Verdict::AsImported,
        (None, Some(_)) => Verdict::Wrong,
        (None, None) => Verdict::Unknown,
    };
    let entry = known.by_name.or(known.by_hash);
    Ok(Verified { path: path.to_owned(), entry, bytes: known.bytes, sha256: known.sha256, verdict })
}
