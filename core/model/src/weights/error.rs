//! What can be wrong with a checkpoint, in the user's words.

use std::path::PathBuf;

use thiserror::Error;

/// Why a file could not be used as a checkpoint.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file could not be opened or read.
    #[error("the checkpoint cannot be read ({source}); check that the file exists and may be read: {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder.
    #[error("this is a folder, not a checkpoint; choose a .pth, .pyth or .safetensors file: {}", .0.display())]
    Folder(PathBuf),
    /// No bytes in it.
    #[error("the checkpoint is empty; it may be an interrupted download, so fetch it again: {}", .0.display())]
    Empty(PathBuf),
    /// Neither PyTorch nor safetensors, or damaged.
    #[error("this is not a checkpoint that can be read ({reason}); choose a .pth, .pyth or .safetensors file, and fetch it again if it was a download: {}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What its reader said.
        reason: String,
    },
    /// Tensors, but not those of a CSN.
    #[error(
        "this checkpoint is not of a CSN (channel-separated network): {reason}; choose one trained with mmaction2's configs/recognition/csn, VMZ or PyTorchVideo's csn_r101"
    )]
    OtherNetwork {
        /// What is missing.
        reason: String,
    },
    /// A CSN without its head.
    #[error(
        "this checkpoint holds a CSN's backbone but no classifier, so it cannot name actions; choose a checkpoint that was trained for recognition"
    )]
    NoHead,
    /// A CSN, but not exactly one.
    #[error("{}", mismatch(network, missing, unexpected, shapes))]
    Mismatch {
        /// The network that was inferred.
        network: String,
        /// Names that should be there.
        missing: Vec<String>,
        /// Names that should not.
        unexpected: Vec<String>,
        /// Names with both shapes.
        shapes: Vec<String>,
    },
}

fn mismatch(network: &str, missing: &[String], unexpected: &[String], shapes: &[String]) -> String {
    let mut parts = Vec::new();
    for (what, names) in [("missing", missing), ("unexpected", unexpected), ("of another shape", shapes)] {
        if !names.is_empty() {
            let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
            parts.push(format!("{} {what} ({shown}{more})", names.len()));
        }
    }
    format!(
        "this checkpoint looks like an {network}, but its tensors do not fit: {}; choose another file",
        parts.join("; ")
    )
}
