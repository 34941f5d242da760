//! Training in plain settings and numbers: what a step is. Not here: tensors, files, threads.

mod step;

pub use self::step::{LossSettings, NormPolicy, Optimizer, StepSettings, TrainedParts};
