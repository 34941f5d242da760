//! What can be wrong with a PyTorch file, as the ends of sentences.

use thiserror::Error;

/// Why a file is not read.
#[derive(Debug, Error)]
pub enum TorchError {
    /// The system could not read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Neither of the two containers.
    #[error("it is no file that PyTorch has saved")]
    NotTorch,
    /// The archive is damaged or unusual.
    #[error("its archive is damaged: {0}")]
    Archive(String),
    /// The pickle is damaged.
    #[error("its description is damaged at byte {at}: {what}")]
    Pickle {
        /// Where in the pickle.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// More of something than any checkpoint has.
    #[error("it has more {what} than any checkpoint ({limit} are allowed)")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: u64,
    },
    /// A tensor that its storage cannot hold, or that cannot be represented.
    #[error("its tensor {name} {what}")]
    Tensor {
        /// The name, or the storage's key.
        name: String,
        /// What is wrong with it, as a predicate.
        what: String,
    },
    /// Written on another kind of computer.
    #[error("it was written on a big-endian computer; save it again on an ordinary one")]
    BigEndian,
}

impl TorchError {
    /// An error about a tensor.
    pub(super) fn tensor(name: &str, what: impl Into<String>) -> Self {
        Self::Tensor { name: name.chars().take(200).collect(), what: what.into() }
    }
}
