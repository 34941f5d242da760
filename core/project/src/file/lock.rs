//! Who writes to a project: one window at a time, told by a locked file beside it.
//!
//! SQLite's own locks would keep readers out, too: `kinetoscope export` shall work while the window is open.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::ProjectError;

/// The right to write to a project; given back when dropped, also when the process is killed.
#[derive(Debug)]
pub(super) struct WriteLock {
    file: File,
    path: PathBuf,
}

impl WriteLock {
    /// Takes the right.
    ///
    /// # Errors
    /// If another process has it, or no file can be made beside the project.
    pub(super) fn take(project: &Path) -> Result<Self, ProjectError> {
        let mut name = project.as_os_str().to_owned();
        name.push("-lock");
        let path = PathBuf::from(name);
        // The one who had it before may take its file away between opening and locking; then there is another one.
        for _ in 0..100 {
            let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
            let file = opened.map_err(|error| ProjectError::from_io(&error, project))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(ProjectError::InUse { path: project.to_owned() }),
                Err(TryLockError::Error(error)) => return Err(ProjectError::from_io(&error, project)),
            }
            if is_still_there(&file, &path) {
                return Ok(Self { file, path });
            }
        }
        Err(ProjectError::InUse { path: project.to_owned() })
    }
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(ours), Ok(theirs)) = (file.metadata(), std::fs::metadata(path)) else { return false };
    (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())
}

/// Elsewhere an open file cannot be taken away.
#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        // Taken away while it is still locked, so that nobody can lock it in between. Where that is not possible it
        // stays, empty and unlocked, which does no harm.
        _ = std::fs::remove_file(&self.path);
        _ = self.file.unlock();
    }
}
