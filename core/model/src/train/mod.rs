//! Training step by step: batches in, numbers out.
//!
//! A [`Trainer`] holds a network, of which a part learns; a [`HeadTrainer`] the classifier alone, on features that were
//! computed once. Loss and its gradient ([`loss`]) are worked out on the host in double precision, since logits are few and
//! wanted there anyway. Not here: data, schedules, epochs, files other than a [`TrainerState`]'s.

mod clip;
mod dropout;
mod head;
mod ledger;
mod loss;
mod memory;
mod optimizer;
mod params;
mod state;
mod state_file;
mod trainer;

pub use self::clip::StepReport;
pub use self::head::HeadTrainer;
pub use self::loss::{Targets, loss};
pub use self::memory::training_bytes;
pub use self::params::{NamedParam, state_dict};
pub use self::state::{StateError, TrainerState};
pub use self::trainer::{BatchResult, Trainer};
