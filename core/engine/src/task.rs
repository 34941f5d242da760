//! What the engine can be asked to do. Plain data that also crosses the pipe to the child process.

use std::fmt;
use std::path::PathBuf;

use ks_domain::{AnalysisSettings, ArchSpec, AverageClips, Branch, FrameSampling, Framing, Normalization, Valid};
use ks_model::DeviceChoice;
use serde::{Deserialize, Serialize};

use crate::training::TrainSpec;
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
    /// The network, if something says more about it than the checkpoint's shapes do.
    pub arch: Option<ArchSpec>,
}

impl ModelSpec {
    /// The network that a checkpoint turns out to hold.
    pub fn new(checkpoint: impl Into<PathBuf>, device: DeviceChoice) -> Self {
        Self { checkpoint: checkpoint.into(), device, arch: None }
    }
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
    /// Clips that the frames of a window are divided into, one after the other; their probabilities are averaged. 1, but
    /// for mmaction2's way with long videos.
    pub clips: u32,
}

/// Where the pictures of one sample come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SampleSource {
    /// A video file.
    Video(#[serde(with = "wire_path")] PathBuf),
    /// A folder of single pictures.
    RawFrames {
        /// The folder.
        #[serde(with = "wire_path")]
        folder: PathBuf,
        /// How many there are, as the list says.
        total_frames: u32,
        /// Added to every frame's number, for samples that begin inside of a folder.
        offset: u32,
        /// Their names, such as `img_{:05}.jpg`.
        template: String,
    },
}

/// What the network sees of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewSettings {
    /// How clips are laid over it.
    pub sampling: FrameSampling,
    /// By whose rule.
    pub branch: Branch,
    /// Which parts of the pictures.
    pub framing: Framing,
    /// Normalisation of the pixels.
    pub normalization: Normalization,
}

/// A network to be tested on a list of samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestSpec {
    /// The network.
    pub model: ModelSpec,
    /// What it is tested on.
    pub samples: Vec<SampleSource>,
    /// What it sees of each.
    pub views: ViewSettings,
    /// How the views of a sample become its scores.
    pub average: AverageClips,
    /// Views that go through the network at once. The results do not depend on it, the memory does.
    pub views_at_once: usize,
}

/// A network to be timed by itself, with made-up weights and pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchSpec {
    /// The network.
    pub arch: ArchSpec,
    /// Where it computes.
    pub device: DeviceChoice,
    /// Clips of one pass.
    pub views: usize,
    /// Clips that go through the network at once.
    pub batch: usize,
    /// Frames of a clip.
    pub frames: usize,
    /// Side of its frames, in pixels.
    pub size: usize,
    /// Passes that do not count, before those that do.
    pub warm_up: u32,
    /// Passes that count.
    pub repeats: u32,
}

impl BenchSpec {
    /// `[batch, time, height, width, 3]`.
    pub fn shape(&self) -> [usize; 5] {
        [self.batch, self.frames, self.size, self.size, 3]
    }
}

/// One job's work. Every job ends with exactly one of [`crate::Event::Finished`], [`crate::Event::Failed`] and
/// [`crate::Event::Cancelled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// Scores every window of a video: `ModelReady`, then `Window` after `Window` in order, and `Progress`.
    Analyze(AnalysisSpec),
    /// Scores every sample of a list: `ModelReady`, then `Sample` or `SampleFailed` for each in order, and `Progress`.
    Test(TestSpec),
    /// Times a network: `ModelReady`, then `Timed` for each pass.
    Bench(BenchSpec),
    /// Trains a network, or goes on training it: `ModelReady`, then `Training` for everything that happens, and `Progress`.
    /// What it makes is in the folder of the run; stopping it keeps its state.
    Train(Box<TrainSpec>),
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
