//! Writing weights: our capsule, plain safetensors, PyTorch's format under mmaction2's names, and ONNX.
//!
//! Every file is written under a temporary name in its folder, synced and renamed, so that there is all of it or nothing.

mod elements;
mod onnx;
mod pickle;
mod proto;
mod safetensors;
mod torch;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ks_domain::Capsule;
use thiserror::Error;

use super::error::CheckpointError;
use super::state::Weights;

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// safetensors with our description: everything in one file.
    Capsule,
    /// safetensors under mmaction2's names, nothing else.
    Safetensors,
    /// PyTorch's ZIP archive under mmaction2's names.
    Pth,
    /// A network for other runtimes, with folded batch normalisation.
    Onnx,
}

impl Target {
    /// The format that a file's ending asks for. `.safetensors` is a capsule.
    pub fn of_ending(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "safetensors" => Some(Self::Capsule),
            "pth" | "pt" | "pyth" => Some(Self::Pth),
            "onnx" => Some(Self::Onnx),
            _ => None,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capsule => "capsule",
            Self::Safetensors => "safetensors",
            Self::Pth => "PyTorch file with mmaction2's names",
            Self::Onnx => "ONNX network",
        }
    }
}

/// How to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// The format.
    pub target: Target,
    /// Half precision instead of single.
    pub half: bool,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
}

/// Why weights were not written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// There is a file of that name.
    #[error("there is already a file of this name; choose another one, or allow to replace it (`--force`): {}", .0.display())]
    Exists(PathBuf),
    /// The system refused.
    #[error("the file cannot be written ({source}); check the folder, its permissions and the free space: {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Half precision for ONNX.
    #[error("ONNX networks are written in single precision only; leave out `--half`")]
    HalfOnnx,
    /// Protocol buffers end at 2 GiB.
    #[error("the network has {bytes} bytes of weights, and an ONNX file can hold no more than 2 GiB")]
    TooLarge {
        /// Bytes of weights.
        bytes: usize,
    },
    /// The description cannot be written.
    #[error(transparent)]
    Capsule(#[from] CheckpointError),
    /// The weights are of another network than the description says.
    #[error("the description is of an {described}, but the weights are of an {actual}")]
    OtherNetwork {
        /// What the description says.
        described: String,
        /// What the weights are of.
        actual: String,
    },
}

/// Writes weights and what is known of them.
///
/// Of `capsule`, plain safetensors keep nothing; the other formats keep all of it.
///
/// # Errors
/// If the file exists and may not be replaced, or cannot be written.
pub fn save(weights: &Weights, capsule: &Capsule, path: &Path, saving: Saving) -> Result<(), WriteError> {
    let failed = |source| WriteError::Io { path: path.to_owned(), source };
    if !saving.overwrite && path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(path.to_owned()));
    }
    if capsule.architecture != *weights.spec() {
        let (described, actual) = (capsule.architecture.to_string(), weights.spec().to_string());
        return Err(WriteError::OtherNetwork { described, actual });
    }
    let bytes = match saving.target {
        Target::Capsule => safetensors::bytes(weights, Some(capsule), saving.half)?,
        Target::Safetensors => safetensors::bytes(weights, None, saving.half)?,
        Target::Pth => torch::bytes(weights, capsule, saving.half)?,
        Target::Onnx if saving.half => return Err(WriteError::HalfOnnx),
        Target::Onnx => onnx::bytes(weights, capsule)?,
    };
    write_whole(path, &bytes, saving.overwrite).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Exists(path.to_owned()),
        _ => failed(source),
    })
}

/// Writes a file under a temporary name in its folder, syncs it and renames it.
///
/// # Errors
/// What the system said; `AlreadyExists` if the file is there and may not be replaced. Where there is no room left, the
/// error says how much is missing ([`NoRoom`]); what was there before stays, and nothing of the new file does.
pub fn write_whole(path: &Path, bytes: &[u8], overwrite: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kinetoscope-");
    // A checkpoint is no secret: as readable as any file that the user makes.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(folder)?;
    let written = temporary.write_all(bytes).and_then(|()| temporary.as_file().sync_all());
    if let Err(error) = written {
        let done = temporary.as_file().metadata().map_or(0, |about| about.len());
        return Err(NoRoom::explain(error, bytes.len() as u64, done));
    }
    if overwrite {
        temporary.persist(path)?;
    } else {
        temporary.persist_noclobber(path)?;
    }
    // The new name is on the disk when its folder is; not every file system can do that.
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!("the folder cannot be synced ({error}): {}", folder.display());
    }
    Ok(())
}

/// A file that found no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "there is no room: of {} to be written, {} find none", in_words(*.wanted), in_words(*.missing)
)]
pub struct NoRoom {
    /// Bytes that were to be written.
    pub wanted: u64,
    /// Bytes of these for which there was no room, at least.
    pub missing: u64,
}

impl NoRoom {
    /// The same error, but where there was no room with the number of bytes: `wanted` were to be written, and `done` were.
    pub fn explain(error: io::Error, wanted: u64, done: u64) -> io::Error {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            kind @ (StorageFull | QuotaExceeded | FileTooLarge) => {
                // A disk may take all bytes and have no room for what else belongs to a file.
                let missing = wanted.saturating_sub(done).max(1);
                io::Error::new(kind, Self { wanted, missing })
            }
            _ => error,
        }
    }
}

/// A number of bytes as people say it.
fn in_words(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_how_much_is_missing_and_other_errors_stay_as_they_are() {
        let full = NoRoom::explain(io::ErrorKind::StorageFull.into(), 3_200_000, 1_000_000);
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        assert_eq!(full.to_string(), "there is no room: of 3.2 MB to be written, 2.2 MB find none");
        let other = NoRoom::explain(io::ErrorKind::PermissionDenied.into(), 3, 1);
        assert_eq!(other.to_string(), io::Error::from(io::ErrorKind::PermissionDenied).to_string());
    }
}
