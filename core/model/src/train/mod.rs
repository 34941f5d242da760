//! One step of training: loss, gradients, their global norm, and the optimizer (mmaction2's recipe).
//!
//! Not here: data, schedules, epochs.

mod loss;
mod params;
mod sgd;

pub use self::loss::cross_entropy;
pub use self::params::{NamedParam, state_dict};
pub(crate) use self::sgd::gradient_dict;
pub use self::sgd::{Sgd, SgdConfig, StepReport};
