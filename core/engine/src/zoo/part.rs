//! A file that grows while it is fetched, and that a later fetch goes on with.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use ks_domain::CancelToken;
use sha2::{Digest as _, Sha256};

use super::ZooError;
use super::store::storage;
use crate::hash;

/// A partly fetched file. Locked, so that no two programs write it at once.
pub(super) struct PartFile {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl PartFile {
    /// Opens the file, or begins it, and hashes what is there.
    pub(super) fn open(path: PathBuf, cancel: &CancelToken) -> Result<Self, ZooError> {
        let failed = |source| ZooError::Store { path: path.clone(), source };
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ZooError::Busy(path)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let is_regular = file.metadata().map_err(failed)?.is_file();
        let mut part = Self { path: path.clone(), file, hasher: Sha256::new(), bytes: 0 };
        if is_regular {
            part.hash_present(cancel).map_err(failed)?;
        }
        if cancel.is_cancelled() {
            return Err(ZooError::Cancelled);
        }
        Ok(part)
    }

    fn hash_present(&mut self, cancel: &CancelToken) -> io::Result<()> {
        let mut block = vec![0; 1 << 20];
        while !cancel.is_cancelled() {
            let count = self.file.read(&mut block)?;
            if count == 0 {
                break;
            }
            self.hasher.update(block.get(..count).unwrap_or_default());
            self.bytes += count as u64;
        }
        Ok(())
    }

    /// Bytes that have arrived.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Throws away what has arrived.
    pub(super) fn restart(&mut self) -> Result<(), ZooError> {
        if self.bytes > 0 {
            let emptied = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
            emptied.map_err(|source| ZooError::Store { path: self.path.clone(), source })?;
        }
        self.hasher = Sha256::new();
        self.bytes = 0;
        Ok(())
    }

    /// Adds what has arrived now.
    pub(super) fn write(&mut self, arrived: &[u8], total: Option<u64>) -> Result<(), ZooError> {
        let needed = total.map(|total| total.saturating_sub(self.bytes));
        self.file.write_all(arrived).map_err(|source| storage(self.path.clone(), needed, source))?;
        self.hasher.update(arrived);
        self.bytes += arrived.len() as u64;
        Ok(())
    }

    /// The hash of all that has arrived.
    pub(super) fn sha256(&self) -> String {
        hash::hex(self.hasher.clone())
    }

    /// Gives the file its final name, once it is safely on the disk.
    pub(super) fn finish(self, path: &Path) -> Result<(), ZooError> {
        self.file.sync_all().map_err(|source| storage(self.path.clone(), None, source))?;
        fs::rename(&self.path, path).map_err(|source| storage(path.to_owned(), None, source))
    }

    /// Deletes the file.
    pub(super) fn delete(self) -> Result<(), ZooError> {
        fs::remove_file(&self.path).map_err(|source| ZooError::Store { path: self.path, source })
    }
}
