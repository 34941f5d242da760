//! Weights as they lie in files: reading, renaming foreign layouts, finding out what network they are of, writing.
//!
//! Everything here is plain arrays under mmaction2's names; no tensor of any backend is made.

mod capsule;
mod error;
mod fold;
mod formula;
mod fresh;
mod head;
mod infer;
mod layout;
mod read;
mod read_torch;
mod source;
mod state;
pub mod torch;
pub mod write;

pub use self::error::CheckpointError;
pub use self::fold::FoldedUnit;
pub use self::formula::{formula_values, formula_weights};
pub use self::head::with_new_head;
pub use self::layout::{Layout, matrix_from_torch, torch_from_matrix};
pub use self::read::{open_checkpoint, read_about, read_checkpoint, read_state_dict};
pub use self::source::{About, CheckpointFile, FileFormat};
pub use self::state::{Gaps, RawTensor, StateDict, Strictness, Weights};
