//! What the engine says while it works. Plain data that also crosses the pipe from the child process.

use std::fmt;
use std::time::Duration;

use ks_domain::training::TrainNews;
use ks_domain::{AnalysisSettings, Progress, WindowScores};
use ks_model::DeviceInfo;
use ks_model::verify::Outcome;
use serde::{Deserialize, Serialize};

use crate::JobId;

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The job left the queue and is being worked on (again, after a restart of the engine).
    Started {
        /// The job.
        job: JobId,
    },
    /// The network is loaded.
    ModelReady {
        /// The job.
        job: JobId,
        /// What was loaded, and where it computes.
        model: ModelInfo,
    },
    /// The device that fixtures run on.
    DeviceReady {
        /// The job.
        job: JobId,
        /// The device.
        device: DeviceInfo,
        /// Why this one, in a sentence.
        reason: String,
    },
    /// One window of a video was scored. Windows come in order, none twice, none missing, also after a restart.
    Window {
        /// The job.
        job: JobId,
        /// Number of the window in the video, from 0.
        index: u64,
        /// Where the window is, and its probabilities.
        scores: WindowScores,
    },
    /// One sample of a test was scored. Samples come in order, none twice, none missing, also after a restart.
    Sample {
        /// The job.
        job: JobId,
        /// Its place in the list of the test, from 0.
        index: u64,
        /// `[rows][classes]`: one row, or one a view if views are not averaged.
        scores: Vec<Vec<f32>>,
    },
    /// One sample of a test could not be read; it has no scores, and the next one follows.
    SampleFailed {
        /// The job.
        job: JobId,
        /// Its place in the list of the test, from 0.
        index: u64,
        /// Why.
        failure: Failure,
    },
    /// A benchmark made a pass.
    Timed {
        /// The job.
        job: JobId,
        /// How long it took.
        secs: f64,
        /// Whether it does not count.
        is_warm_up: bool,
    },
    /// Something happened in a training.
    Training {
        /// The job.
        job: JobId,
        /// What.
        news: Box<TrainNews>,
    },
    /// How far the job is; at most about ten times a second.
    Progress {
        /// The job.
        job: JobId,
        /// What is being counted.
        stage: Stage,
        /// How far.
        progress: Progress,
        /// What the job waits for most, once that is known.
        bottleneck: Option<Bottleneck>,
    },
    /// Part of the input could not be used; the job goes on.
    Warning {
        /// The job.
        job: JobId,
        /// A sentence for the user.
        message: String,
    },
    /// What can compute.
    Devices {
        /// The job.
        job: JobId,
        /// Best first, as `auto` would try them.
        devices: Vec<DeviceInfo>,
    },
    /// One reference fixture was run.
    Verified {
        /// The job.
        job: JobId,
        /// How it went.
        outcome: Outcome,
    },
    /// The job is done.
    Finished {
        /// The job.
        job: JobId,
        /// Where its time went.
        timing: Timing,
    },
    /// The job was stopped on request. Not an error; nothing more is heard of the job.
    Cancelled {
        /// The job.
        job: JobId,
    },
    /// The job could not be done.
    Failed {
        /// The job.
        job: JobId,
        /// Why, and what to do.
        failure: Failure,
    },
    /// The engine's process ended by itself. It is started again after `restart_in`, and its jobs are resumed.
    EngineDied {
        /// The job that it was working on.
        job: Option<JobId>,
        /// How the process ended, in words (`it was killed by signal 9`).
        status: String,
        /// The last lines of its log.
        log_tail: Vec<String>,
        /// The pause before the next start.
        restart_in: Duration,
    },
    /// The engine's process runs again.
    EngineRestarted {
        /// The jobs that it goes on with.
        resumed: Vec<JobId>,
    },
    /// The engine's process ended too often. Its jobs have failed; the next submitted job tries again.
    EngineGaveUp {
        /// A sentence for the user.
        message: String,
        /// The last lines of its log.
        log_tail: Vec<String>,
    },
}

impl Event {
    /// The job that this is about; `None` for the engine itself.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Started { job }
            | Self::ModelReady { job, .. }
            | Self::DeviceReady { job, .. }
            | Self::Window { job, .. }
            | Self::Sample { job, .. }
            | Self::SampleFailed { job, .. }
            | Self::Timed { job, .. }
            | Self::Training { job, .. }
            | Self::Progress { job, .. }
            | Self::Warning { job, .. }
            | Self::Devices { job, .. }
            | Self::Verified { job, .. }
            | Self::Finished { job, .. }
            | Self::Cancelled { job }
            | Self::Failed { job, .. } => Some(*job),
            Self::EngineDied { .. } | Self::EngineRestarted { .. } | Self::EngineGaveUp { .. } => None,
        }
    }

    /// The job that ends with this event.
    pub fn ends(&self) -> Option<JobId> {
        match self {
            Self::Finished { job, .. } | Self::Cancelled { job } | Self::Failed { job, .. } => Some(*job),
            _ => None,
        }
    }
}

/// A loaded network.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelInfo {
    /// What it is (`ir-CSN-50, 400 classes`).
    pub architecture: String,
    /// How many classes it tells apart.
    pub classes: usize,
    /// Where it computes.
    pub device: DeviceInfo,
    /// Why there, in a sentence.
    pub reason: String,
    /// Names of its classes, if its file holds them.
    pub labels: Vec<String>,
    /// How a video is analysed with it, if its file says so.
    pub analysis: Option<Box<AnalysisSettings>>,
}

/// What a job's progress counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Milliseconds of video whose frames are listed, the first time that a video is seen.
    Indexing,
    /// Windows of the analysis.
    Analyzing,
    /// Samples of a test.
    Testing,
    /// Fixtures.
    Verifying,
    /// Videos of a data set that are looked at before it is learnt from.
    Checking,
    /// Clips whose features are computed.
    Features,
    /// Samples of a validation.
    Validating,
}

/// What a job waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bottleneck {
    /// The network waits for frames.
    Decode,
    /// Frames wait for the network.
    Compute,
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decode => "decoding",
            Self::Compute => "computing",
        })
    }
}

/// Where a job's time went, in seconds. Decoding and computing overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// From leaving the queue to the end.
    pub total_secs: f64,
    /// The decoder worked.
    pub decode_secs: f64,
    /// The network worked.
    pub compute_secs: f64,
    /// The network had nothing to do because no clip was ready.
    pub starved_secs: f64,
    /// The slower of the two; `None` for jobs that do not decode.
    pub bottleneck: Option<Bottleneck>,
}

/// What a failure is about: where a window shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// The video file.
    Video,
    /// The checkpoint file.
    Checkpoint,
    /// The compute device.
    Device,
    /// The folder of fixtures.
    Fixtures,
    /// The data, the settings or the folder of a training.
    Training,
    /// The engine itself.
    Engine,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it is about.
    pub subject: Subject,
    /// A sentence for the user that says what to do.
    pub summary: String,
    /// More for those who want to know; may be empty.
    pub details: String,
}

impl Failure {
    /// A failure without further details.
    pub fn new(subject: Subject, summary: impl Into<String>) -> Self {
        Self { subject, summary: summary.into(), details: String::new() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)
    }
}
