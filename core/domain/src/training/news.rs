//! What a training tells while it runs. Each of these is also a line of its `metrics.jsonl`.

use serde::{Deserialize, Serialize};

use super::data::DataOverview;
use super::evaluation::Evaluation;
use crate::metrics::WholeVideoFigures;

/// What a training needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Memory of the device at the most, in bytes.
    pub memory_bytes: u64,
    /// Disk space for checkpoints and decoded clips, in bytes.
    pub disk_bytes: u64,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// How long all of it takes; `None` until a few steps were made.
    pub seconds: Option<f64>,
}

/// What a training is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainPhase {
    /// Every video is looked at.
    Checking,
    /// Features of all clips are computed, so that the classifier can be taught without the network.
    Features,
    /// Learning.
    Training,
    /// Being judged.
    Validating,
}

/// Some steps, since the record before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The epoch, from 1.
    pub epoch: u32,
    /// The step within the epoch, from 1.
    pub step: u64,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// Mean loss.
    pub loss: f64,
    /// Share of the clips whose best score was right, while learning.
    pub top1: f64,
    /// Share with the right class among the five best.
    pub top5: f64,
    /// Mean length of the gradients before they were shortened.
    pub grad_norm: f64,
    /// Seconds a step, waiting for clips included.
    pub time: f64,
    /// Seconds a step that were spent waiting for clips.
    pub data_time: f64,
    /// Clips a second.
    pub clips_per_second: f64,
    /// Seconds until the training is done, as far as one can tell.
    pub eta: f64,
    /// Memory that the process holds, in bytes; 0 where the system does not tell.
    pub memory_bytes: u64,
}

/// A validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// After which epoch, from 1; 0 before the first one.
    pub epoch: u32,
    /// Steps made until then.
    pub step: u64,
    /// The figures.
    pub evaluation: Evaluation,
    /// Whether it is the best so far.
    pub is_best: bool,
}

/// The best network on the whole of the videos that were kept back, with sliding windows as in an analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeVideoRecord {
    /// After which epoch it was the best, from 1; 0 for the network that the training began with.
    pub epoch: u32,
    /// The figures. Classes are numbered as those of the data; the background is none of them.
    pub figures: WholeVideoFigures,
}

/// A checkpoint that was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedRecord {
    /// Its file, in the folder of the run.
    pub file: String,
    /// After which epoch, from 1.
    pub epoch: u32,
    /// Whether it is the best so far.
    pub is_best: bool,
}

/// What a training tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainNews {
    /// The data were looked at.
    Data(DataOverview),
    /// What it will need.
    Estimate(Estimate),
    /// It goes on from a step, counted from 0 over the whole run.
    Resumed {
        /// The step.
        step: u64,
    },
    /// It began something else.
    Phase {
        /// What.
        phase: TrainPhase,
    },
    /// Steps were made.
    Steps(StepRecord),
    /// The network was judged.
    Validated(ValidationRecord),
    /// A checkpoint was written.
    Saved(SavedRecord),
    /// The best network was judged on whole videos, at the end of the training.
    WholeVideos(WholeVideoRecord),
    /// Something that somebody should know; a sentence.
    Note {
        /// The sentence.
        message: String,
    },
    /// It ended before its last epoch, because nothing got better any more.
    EndedEarly {
        /// After which epoch.
        epoch: u32,
    },
}
