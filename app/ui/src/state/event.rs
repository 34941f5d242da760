//! What happened outside: files were read, the player moved on, the engine spoke, the user acted.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::{AnalysisSettings, FrameTable, LabelSet, Picture, Progress, VideoInfo, WindowScores};

use super::engine::DeviceEntry;
use super::model::LoadedModel;
use super::video::Failure;
use super::{
    Action, InstallationEvent, MediaEvent, ProjectEvent, SampleEvent, SmallPictures, TrainingEvent, VideoId, ZooEvent,
};

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The user did something.
    Action(Action),
    /// A video was read further.
    Video(VideoId, VideoEvent),
    /// The player moved on.
    Player(PlayerEvent),
    /// The engine said something.
    Engine(EngineEvent),
    /// A labels file was read.
    Labels {
        /// The file.
        path: PathBuf,
        /// Its names.
        result: Result<Arc<LabelSet>, Failure>,
    },
    /// Pictures or clips of a video were made.
    Media(MediaEvent),
    /// Something happened to the project's file.
    Project(ProjectEvent),
    /// Something happened to the files of the model zoo.
    Zoo(ZooEvent),
    /// Something happened to runs or checkpoints.
    Training(TrainingEvent),
    /// The sample project is made.
    Sample(SampleEvent),
    /// Something was found out about the installation.
    Installation(InstallationEvent),
    /// Something outside failed that belongs to no panel.
    Trouble(Failure),
}

impl From<Action> for Event {
    fn from(action: Action) -> Self {
        Self::Action(action)
    }
}

/// A video was read further.
#[derive(Clone, Debug)]
pub enum VideoEvent {
    /// The file says what it is.
    Probed(Arc<VideoInfo>),
    /// The file is no video.
    ProbeFailed(Failure),
    /// The frame table grows.
    Indexing(Progress),
    /// The frame table is complete.
    Indexed {
        /// Every frame that decodes.
        table: Arc<FrameTable>,
        /// What is damaged, in sentences.
        warnings: Vec<String>,
    },
    /// The content of the file is known.
    Hashed {
        /// Its BLAKE3 hash in hexadecimal.
        hash: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// One picture of it is there, for the queue.
    Cover(Arc<SmallPictures>),
    /// Pictures along it are there, for the timeline.
    Strip(Arc<SmallPictures>),
    /// The file is not there any more.
    Missing(Failure),
    /// No frame decodes.
    IndexFailed(Failure),
    /// Something is odd, in a sentence.
    Warning(String),
}

/// The player moved on. Events of a video that is no longer loaded are never sent.
#[derive(Clone, Debug)]
pub enum PlayerEvent {
    /// The video is open.
    Ready,
    /// The video cannot be shown, or no longer.
    Failed(Failure),
    /// Another picture is to be shown.
    Picture(Picture),
    /// A picture of a moment that the user has left already: it is shown, but the playhead stays where it is.
    LatePicture(Picture),
    /// It plays or stands.
    Playing(bool),
}

/// The engine said something.
#[derive(Clone, Debug)]
pub enum EngineEvent {
    /// What can compute, best first.
    Devices(Vec<DeviceEntry>),
    /// The checkpoint is read.
    ModelReady {
        /// What it is.
        model: LoadedModel,
        /// Where it computes.
        device: DeviceEntry,
        /// Why there.
        reason: String,
        /// Names of its classes, if its file holds them.
        labels: Vec<String>,
        /// How videos are cut into clips for it, if its file says so.
        settings: Option<AnalysisSettings>,
    },
    /// The checkpoint cannot be used.
    ModelFailed(Failure),
    /// How far the analysis of a video is.
    Progress {
        /// Which video.
        video: VideoId,
        /// What it does now.
        activity: String,
        /// How far.
        progress: Progress,
        /// What it waits for most; may be empty.
        bottleneck: String,
    },
    /// One window was scored.
    Window {
        /// Which video.
        video: VideoId,
        /// Its scores.
        scores: WindowScores,
    },
    /// Part of the video could not be used.
    Warning {
        /// Which video.
        video: VideoId,
        /// A sentence.
        text: String,
    },
    /// The analysis is complete.
    Finished(VideoId),
    /// The analysis was stopped.
    Cancelled(VideoId),
    /// The analysis failed.
    Failed(VideoId, Failure),
    /// The engine's process ended; it is being started again.
    Died {
        /// How it ended.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// The engine's process runs again and goes on with these videos.
    Restarted(Vec<VideoId>),
    /// The engine's process cannot be kept running.
    Down(Failure),
}
