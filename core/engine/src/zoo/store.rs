//! The folder of the zoo's files: which are there, where they are, and what is known about them.
//!
//! A file stands under its published name only after its hash was checked or the user vouched for it; until then it
//! is `NAME.part`. Beside it, `NAME.json` is its [`Receipt`].

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ks_domain::zoo::{self, Entry, Kind};
use serde::{Deserialize, Serialize};

use super::ZooError;
use crate::Places;

/// The environment variable that names the folder.
pub const STORE_VARIABLE: &str = "KINETOSCOPE_ZOO";

/// The folder in which published checkpoints are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZooStore {
    folder: PathBuf,
}

/// Whether an entry's file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No.
    Absent,
    /// A fetch was interrupted.
    Partial {
        /// Bytes that have arrived.
        bytes: u64,
    },
    /// Yes.
    Here {
        /// Size of the file.
        bytes: u64,
        /// Whether its bytes were found to be the published ones; `None` if nothing is known.
        is_published: Option<bool>,
    },
}

/// An entry and its file.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which entry.
    pub entry: &'static Entry,
    /// Where its file is or would be.
    pub path: PathBuf,
    /// Whether it is there.
    pub presence: Presence,
}

/// What is known about a file of the store; kept beside it as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Our name of the entry.
    pub name: String,
    /// Size of the file.
    pub bytes: u64,
    /// All of its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// Whether that begins with the published digits.
    pub is_published: bool,
    /// The address or file that it came from.
    pub from: String,
}

impl ZooStore {
    /// The store in a folder, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The store in `folder`, or else where [`STORE_VARIABLE`] says, or else in the platform's own place for data.
    ///
    /// # Errors
    /// If none of them is given.
    pub fn find(folder: Option<PathBuf>) -> Result<Self, ZooError> {
        let wanted = || std::env::var_os(STORE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        let own = || Places::find(None).map(|places| places.data_dir.join("zoo"));
        folder.or_else(wanted).or_else(own).map(Self::at).ok_or(ZooError::NoHome)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where an entry's file is or would be.
    pub fn path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(&entry.file)
    }

    /// Where it grows while it is fetched.
    pub fn part_path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{}.part", entry.file))
    }

    fn receipt_path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(format!("{}.json", entry.file))
    }

    /// Whether an entry's file is there.
    pub fn presence(&self, entry: &Entry) -> Presence {
        let size = |path: PathBuf| fs::metadata(path).ok().filter(|about| about.is_file()).map(|about| about.len());
        if let Some(bytes) = size(self.path(entry)) {
            // A receipt of another file says nothing about this one.
            let receipt = self.receipt(entry).filter(|receipt| receipt.bytes == bytes);
            return Presence::Here { bytes, is_published: receipt.map(|receipt| receipt.is_published) };
        }
        match size(self.part_path(entry)) {
            Some(bytes) if bytes > 0 => Presence::Partial { bytes },
            _ => Presence::Absent,
        }
    }

    /// Every entry of the zoo and whether its file is there.
    pub fn list(&self) -> Vec<Stored> {
        let stored = |entry| Stored { entry, path: self.path(entry), presence: self.presence(entry) };
        zoo::entries().iter().map(stored).collect()
    }

    /// What is known about an entry's file; `None` if nothing is.
    pub fn receipt(&self, entry: &Entry) -> Option<Receipt> {
        let text = fs::read(self.receipt_path(entry)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// The file that a user means by a checkpoint: the file itself if there is one of this name, else the file of the
    /// entry that has the name. A name that is neither is given back as it is, for whoever opens it to complain about.
    ///
    /// # Errors
    /// If the entry's file is not in the store, or it is not that of a whole network.
    pub fn resolve(&self, checkpoint: &Path) -> Result<(PathBuf, Option<&'static Entry>), ZooError> {
        let name = checkpoint.to_str().filter(|name| !name.contains(['/', '\\']));
        let (Some(name), false) = (name, checkpoint.exists()) else { return Ok((checkpoint.to_owned(), None)) };
        let entry = match zoo::find(name) {
            Ok(entry) => entry,
            // Only what cannot be meant as a file's name is worth a guess.
            Err(unknown) if checkpoint.extension().is_none() && !unknown.suggestions.is_empty() => {
                return Err(unknown.into());
            }
            Err(_unknown) => return Ok((checkpoint.to_owned(), None)),
        };
        match self.presence(entry) {
            Presence::Here { .. } => Ok((self.path(entry), Some(entry))),
            Presence::Absent | Presence::Partial { .. } => Err(ZooError::NotHere { name: entry.name.clone() }),
        }
    }

    /// Entries that can name actions and are here.
    pub fn usable(&self) -> impl Iterator<Item = Stored> {
        let is_here = |stored: &Stored| matches!(stored.presence, Presence::Here { .. });
        self.list().into_iter().filter(move |stored| stored.entry.kind == Kind::Recognizer && is_here(stored))
    }

    pub(super) fn create(&self) -> Result<(), ZooError> {
        fs::create_dir_all(&self.folder).map_err(|source| ZooError::Store { path: self.folder.clone(), source })
    }

    /// Writes a receipt whole or not at all.
    pub(super) fn keep_receipt(&self, entry: &Entry, receipt: &Receipt) -> Result<(), ZooError> {
        let path = self.receipt_path(entry);
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer_pretty(&mut file, receipt)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| storage(path.clone(), None, source))
    }
}

/// A failure to write, with a full disk told apart.
pub(super) fn storage(path: PathBuf, needed: Option<u64>, source: io::Error) -> ZooError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ZooError::NoSpace { path, needed },
        _ => ZooError::Store { path, source },
    }
}
