//! Logs of trainings in the original's own formats, read and written.
//!
//! A training of mmaction2 leaves two logs that say the same:
//!
//! - [`records`]: a JSON object a line. 0.x calls the file `<time>.log.json`, tells each interval of iterations rounded to
//!   five decimals, and begins with a line about the run; 1.x calls it `vis_data/scalars.json` and keeps all digits.
//! - [`text`]: lines for people, with a time and the logger's name in front.
//!
//! Every field, its place and its number format is the original's, so that what comes out of a file and goes into one is
//! the same to the character, and programs that read the original's logs read ours. What a folder of a training holds
//! besides is told by [`crate::work_dir`]. Learning rates and averages are worked out elsewhere.

pub mod records;
mod stamp;
pub mod text;

use std::fmt;

use thiserror::Error;

pub use self::stamp::Stamp;

/// What was told of an interval of iterations of training.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainRecord {
    /// Epoch, from 1.
    pub epoch: u32,
    /// The interval's last iteration, from 1: within the epoch in 0.x, over the whole run in 1.x.
    pub iteration: u64,
    /// What it gave.
    pub interval: Interval,
}

/// What an interval of iterations gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Learning rate of the first group of parameters.
    pub learning_rate: f64,
    /// Most memory of the GPU that tensors took, in MiB; nothing without a GPU.
    pub memory_mib: Option<u64>,
    /// Seconds that an iteration waited for its batch, on average.
    pub data_secs: f64,
    /// Seconds of an iteration, waiting included.
    pub secs: f64,
    /// What was measured, by name and in order: 0.x has `top1_acc`, `top5_acc`, `loss_cls`, `loss`, `grad_norm`; 1.x has
    /// `grad_norm`, `loss`, `top1_acc`, `top5_acc`, `loss_cls`. Accuracies are shares from 0 to 1; the norm is that of
    /// all gradients before they are clipped.
    pub measures: Vec<(String, f64)>,
}

/// A validation.
#[derive(Clone, Debug, PartialEq)]
pub struct ValRecord {
    /// The epoch after which it was made, from 1.
    pub epoch: u32,
    /// What each branch says besides.
    pub detail: ValDetail,
    /// What was measured, by name and in order: `top1_acc`, `top5_acc`, `mean_class_accuracy` in 0.x, `acc/top1`,
    /// `acc/top5`, `acc/mean1` in 1.x.
    pub measures: Vec<(String, f64)>,
}

/// What the branches say about a validation besides its epoch and metrics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValDetail {
    /// 0.x.
    V0 {
        /// Batches of the validation.
        batches: u64,
        /// The learning rate at that time.
        learning_rate: f64,
    },
    /// 1.x.
    V1 {
        /// Seconds that a batch was waited for, on average.
        data_secs: f64,
        /// Seconds of a batch, waiting included.
        secs: f64,
    },
}

/// A line that is none of the log's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  line {}: {}", self.line, self.message)
    }
}

/// Lines that are told one by one.
const TOLD: usize = 20;

/// Why a log cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogError {
    /// No line in it.
    #[error("the log is empty; a training writes its first line when it has made an interval of iterations")]
    Empty,
    /// Lines that are none of a log's.
    #[error("{} of the log's lines cannot be read; is it the JSON log of a training by mmaction2?\n{}", .0.len(), tell(.0))]
    BadLines(Vec<BadLine>),
}

fn tell(bad: &[BadLine]) -> String {
    let mut lines: Vec<String> = bad.iter().take(TOLD).map(BadLine::to_string).collect();
    if bad.len() > lines.len() {
        lines.push(format!("  and {} more", bad.len() - lines.len()));
    }
    lines.join("\n")
}
