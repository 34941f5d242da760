//! What the engine can be asked to do. Plain data that also crosses the pipe to the child process.

use std::fmt;
use std::path::PathBuf;

use ks_domain::{AnalysisSettings, Valid};
use ks_model::DeviceChoice;
use serde::{Deserialize, Serialize};

use crate::wire_path;

/// The number of a job, unique within one [`crate::Engine`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub(crate) u64);

impl JobId {
    /// A number for tests and for the states of a window that has no engine; an [`crate::Engine`] counts from 1.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {}", self.0)
    }
}

/// Which network computes, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// The checkpoint file.
    #[serde(with = "wire_path")]
    pub checkpoint: PathBuf,
    /// The device.
    pub device: DeviceChoice,
}

/// A whole video to be analysed with a sliding window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnalysisSpec {
    /// The video file.
    #[serde(with = "wire_path")]
    pub video: PathBuf,
    /// The network.
    pub model: ModelSpec,
    /// How the video is cut into clips.
    pub settings: Valid<AnalysisSettings>,
}

/// One job's work. Every job ends with exactly one of [`crate::Event::Finished`], [`crate::Event::Failed`] and
/// [`crate::Event::Cancelled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// Scores every window of a video: `ModelReady`, then `Window` after `Window` in order, and `Progress`.
    Analyze(AnalysisSpec),
    /// Loads a checkpoint (and keeps it for the analysis that will follow) to say what it is: `ModelReady`.
    Inspect(ModelSpec),
    /// Lists what can compute: one `Devices`.
    ListDevices,
    /// Runs the reference fixtures in a folder through a device: `DeviceReady`, then one `Verified` a fixture.
    Verify {
        /// The folder.
        #[serde(with = "wire_path")]
        dir: PathBuf,
        /// The device.
        device: DeviceChoice,
    },
}

/// How the engine works, whatever it works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineConfig {
    /// Clips that go through the network at once, 1 to 4. Small, because a batch that has begun is computed to its end
    /// when the job is cancelled; one clip of usual size fills a CPU and most GPUs.
    pub batch: usize,
    /// Events that may wait for the receiver before the engine pauses.
    pub event_capacity: usize,
    /// Where frame tables are kept; `None`: the platform's own cache folder.
    #[serde(with = "wire_path::optional")]
    pub cache_dir: Option<PathBuf>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { batch: 1, event_capacity: 256, cache_dir: None }
    }
}
