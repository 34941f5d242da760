//! What can go wrong with a project file, in sentences that say what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why a project file cannot be used.
#[derive(Debug, Error)]
pub enum ProjectError {
    /// There is no such file.
    #[error("there is no such project; check the name: {}", .path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// There is a file already.
    #[error("there is already a file of this name; choose another one: {}", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("this is not a project of Kinetoscope; choose a file that ends in .kinetoscope: {}", .path.display())]
    NotAProject {
        /// The file.
        path: PathBuf,
    },
    /// A later program wrote it.
    #[error(
        "this project was made by a newer Kinetoscope (format {found}, this one knows {known}); install the newer one to open it: {}",
        .path.display()
    )]
    Newer {
        /// The format of the file.
        found: i64,
        /// The latest format that this program knows.
        known: i64,
        /// The file.
        path: PathBuf,
    },
    /// Another window has it open.
    #[error("this project is open in another window; close it there, or open it here for reading only: {}", .path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written to.
    #[error(
        "the project cannot be written to; save it under another name, or check the permissions of the file and its folder: {}",
        .path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// No room.
    #[error("the disk is full; free some space, what could not be saved is kept and saved then: {}", .path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// Its content contradicts itself.
    #[error(
        "the project is damaged ({reason}); run `kinetoscope doctor` on it, and go back to a backup if it cannot be mended: {}",
        .path.display()
    )]
    Damaged {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("the project cannot be used ({reason}); check the disk and the folder: {}", .path.display())]
    Failed {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
}

impl ProjectError {
    pub(crate) fn from_sqlite(error: &rusqlite::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path },
            Some(ErrorCode::NotADatabase) => Self::NotAProject { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { reason: error.to_string(), path },
            _ => Self::Failed { reason: error.to_string(), path },
        }
    }

    pub(crate) fn from_io(error: &std::io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path },
            std::io::ErrorKind::AlreadyExists => Self::Exists { path },
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Failed { reason: error.to_string(), path },
        }
    }

    pub(crate) fn damaged(reason: impl Into<String>, path: &Path) -> Self {
        Self::Damaged { reason: reason.into(), path: path.to_owned() }
    }
}
