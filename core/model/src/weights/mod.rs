//! Weights as they lie in files: reading, renaming foreign layouts, finding out what network they are of.
//!
//! Everything here is plain arrays under mmaction2's names; no tensor of any backend is made.

mod error;
mod formula;
mod infer;
mod layout;
mod read;
mod state;

pub use self::error::CheckpointError;
pub use self::formula::{formula_values, formula_weights};
pub use self::layout::{Layout, matrix_from_torch, torch_from_matrix};
pub use self::read::{read_checkpoint, read_state_dict};
pub use self::state::{RawTensor, StateDict, Weights};
