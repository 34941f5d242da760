//! Fine-tuning and training: what people decide, what a network learns from, in which order, how fast, how good it becomes.
//!
//! Pure: nothing here computes a gradient, reads a video or writes a file. Tensors are `ks-model`'s matter, the run with
//! its files is `ks-engine`'s.

mod config;
mod data;
mod evaluation;
mod fields;
mod from_project;
mod news;
mod presets;
mod rates;
mod sampler;
mod split;
mod step;
#[cfg(test)]
mod tests;

pub use self::config::{
    AugmentationConfig, BestBy, ClassWeights, ClipConfig, DataConfig, EvaluationConfig, LossConfig, NetworkConfig,
    OptimizerConfig, OptimizerKind, RatePolicy, RateStep, RunConfig, ScheduleConfig, SplitRule, TrainConfig,
    TrainConfigError, TrainCrop, Trained,
};
pub use self::data::{
    ClassCount, DataOverview, DataProblem, HeldOut, Severity, TrainingSample, balanced_weights, divide_samples,
};
pub use self::evaluation::{ClassFigures, Evaluation, SampleVerdict, Scored};
pub use self::fields::{FIELDS, Field, FieldKind, field};
pub use self::from_project::{BACKGROUND, ProjectData};
pub use self::news::{Estimate, SavedRecord, StepRecord, TrainNews, TrainPhase, ValidationRecord, WholeVideoRecord};
pub use self::presets::{TRAIN_PRESETS, TrainPreset};
pub use self::rates::Rates;
pub use self::sampler::Sampler;
pub use self::split::{Divisible, Part, divide};
pub use self::step::{LossSettings, NormPolicy, Optimizer, StepSettings, TrainedParts};
