//! What can be wrong with a checkpoint, in the user's words.

use std::path::PathBuf;

use thiserror::Error;

use super::state::Gaps;

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
        "this checkpoint holds a CSN's backbone but no classifier, so it cannot name actions; choose a checkpoint that was trained for recognition, or give it a new head for fine-tuning (`kinetoscope convert --new-head CLASSES`)"
    )]
    NoHead,
    /// A CSN, but not exactly one.
    #[error("{}", mismatch(network, gaps))]
    Mismatch {
        /// The network that was inferred.
        network: String,
        /// Everything that does not fit.
        gaps: Gaps,
    },
    /// A description of ours that is damaged or contradicts itself.
    #[error("the description in this checkpoint cannot be used ({0}); it may have been edited, so make it again")]
    Capsule(String),
    /// A description of ours from the future.
    #[error(
        "this checkpoint was written by a newer Kinetoscope (its description is version {found}, and this program knows up to {known}); update the program"
    )]
    NewerCapsule {
        /// Its version.
        found: u32,
        /// The newest known one.
        known: u32,
    },
}

impl CheckpointError {
    /// Everything that does not fit, a line each; empty for other errors, whose sentence says it all.
    pub fn details(&self) -> String {
        match self {
            Self::Mismatch { gaps, .. } => gaps.lines().join("\n"),
            _ => String::new(),
        }
    }
}

fn mismatch(network: &str, gaps: &Gaps) -> String {
    let mut parts = Vec::new();
    let kinds = [("missing", &gaps.missing), ("unexpected", &gaps.unexpected), ("of another shape", &gaps.shapes)];
    for (what, names) in kinds {
        if !names.is_empty() {
            let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
            parts.push(format!("{} {what} ({shown}{more})", names.len()));
        }
    }
    let is_head = |name: &String| name.starts_with("cls_head.");
    let only_head = gaps.missing.iter().chain(&gaps.unexpected).chain(&gaps.shapes).all(is_head);
    let remedy = if only_head {
        "if only another set of classes is wanted, give it a new head for fine-tuning (`kinetoscope convert --new-head CLASSES`)"
    } else {
        "choose another file, or fill what is missing with fresh values for fine-tuning (`kinetoscope convert --allow-partial`)"
    };
    format!("this checkpoint looks like an {network}, but its tensors do not fit: {}; {remedy}", parts.join("; "))
}
