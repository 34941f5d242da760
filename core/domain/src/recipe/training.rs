//! How a network is trained: stochastic gradient descent with a schedule of the learning rate.
//!
//! What the numbers do stands at their fields; the arithmetic itself belongs to training.

use serde::{Deserialize, Serialize};

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecipe {
    /// Name of the weights that the backbone begins with; without one, it begins at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretrained: Option<String>,
    /// Name of the checkpoint that the whole network begins with, head included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_from: Option<String>,
    /// Passes over the training list.
    pub epochs: u32,
    /// Videos in a batch on one GPU.
    pub batch_per_gpu: u32,
    /// GPUs that `lr` is stated for: it belongs to batches of `gpus · batch_per_gpu` videos.
    pub gpus: u32,
    /// Learning rate before schedule and warm-up.
    pub lr: f64,
    /// Share of the last step's direction that is kept; without dampening or Nesterov's look-ahead.
    pub momentum: f64,
    /// Added to the gradient, times the parameter, for every parameter that has a gradient.
    pub weight_decay: f64,
    /// Gradients longer than this, over all parameters together, are shortened to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f64>,
    /// Epochs between two validations.
    #[serde(default = "one")]
    pub validate_every: u32,
    /// Epochs between two checkpoints.
    #[serde(default = "one")]
    pub checkpoint_every: u32,
    /// How the learning rate falls.
    pub schedule: Schedule,
    /// How it rises in the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warmup: Option<Warmup>,
}

fn one() -> u32 {
    1
}

/// How the learning rate falls, epoch by epoch; epochs are counted from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Schedule {
    /// It stays.
    Fixed,
    /// It is multiplied by `gamma` when each of the epochs begins.
    Step {
        /// The epochs, ascending.
        milestones: Vec<u32>,
        /// The factor.
        gamma: f64,
    },
    /// It falls along half a cosine to `min_lr` behind the last epoch.
    Cosine {
        /// Where it ends.
        min_lr: f64,
    },
}

/// How the learning rate rises linearly from `ratio` times itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warmup {
    /// How long, in epochs.
    pub epochs: u32,
    /// The factor of the first step.
    pub ratio: f64,
    /// When it changes.
    pub by: WarmupStep,
}

/// When a warm-up changes the learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarmupStep {
    /// At every batch, full at the first batch behind the warm-up (0.x).
    Iteration,
    /// At every epoch, full in the last epoch of the warm-up (1.x).
    Epoch,
}
