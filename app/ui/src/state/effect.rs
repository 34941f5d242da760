//! What the window's shell shall do: everything that touches files, threads, the player or the engine.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::{AnalysisSettings, FrameTable, MediaTime, Valid, VideoInfo};

use super::{MediaEffect, ProjectEffect, TrainingEffect, VideoId, ZooEffect};

/// Something to do outside of the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask for videos; answer with [`super::Action::OpenPaths`].
    AskForVideos,
    /// Ask for a checkpoint; answer with [`super::Action::ChooseCheckpoint`].
    AskForCheckpoint,
    /// Ask for a labels file; answer with [`super::Action::ChooseLabels`].
    AskForLabels,
    /// Probe a file, then build its frame table, instead of those of its file before; answer with [`super::VideoEvent`]s.
    Examine {
        /// Which video.
        video: VideoId,
        /// Its file.
        path: PathBuf,
    },
    /// Make small pictures of a video; answer with [`super::VideoEvent::Cover`] or [`super::VideoEvent::Strip`].
    MakePictures {
        /// Which video.
        video: VideoId,
        /// Its file.
        path: PathBuf,
        /// What the file says about itself.
        info: Arc<VideoInfo>,
        /// Its frames.
        table: Arc<FrameTable>,
        /// Whether pictures along the whole of it are wanted, or one.
        is_strip: bool,
    },
    /// Stop what is under way for a video and hear no more of it, because it left the queue or the project is closed.
    Forget {
        /// Which video.
        video: VideoId,
    },
    /// Open a video in the player, paused at its first frame.
    LoadPlayer {
        /// Which video.
        video: VideoId,
        /// Its file.
        path: PathBuf,
        /// What the file says about itself.
        info: Arc<VideoInfo>,
        /// Its frames, if they are known already.
        table: Option<Arc<FrameTable>>,
    },
    /// Give the player the frames of its video, now that they are known.
    GivePlayerTable(Arc<FrameTable>),
    /// Close the player.
    ClosePlayer,
    /// Tell the player something.
    Player(PlayerCommand),
    /// Read a checkpoint; answer with [`super::EngineEvent::ModelReady`] or [`super::EngineEvent::ModelFailed`].
    InspectModel {
        /// The file.
        checkpoint: PathBuf,
        /// `auto` or a device's id.
        device: String,
    },
    /// Read a labels file; answer with [`super::Event::Labels`].
    ReadLabels {
        /// The file.
        path: PathBuf,
    },
    /// Analyse a video.
    Analyse {
        /// Which video.
        video: VideoId,
        /// Its file.
        path: PathBuf,
        /// The network.
        checkpoint: PathBuf,
        /// `auto` or a device's id.
        device: String,
        /// How it is cut into clips.
        settings: Valid<AnalysisSettings>,
        /// Windows that are there already, from an analysis that was cut short.
        first_window: u32,
    },
    /// Stop analysing a video.
    Cancel {
        /// Which video.
        video: VideoId,
    },
    /// Something that is kept between sessions has changed.
    SaveConfig,
    /// Make pictures or clips of a video.
    Media(MediaEffect),
    /// Something for the project's file.
    Project(ProjectEffect),
    /// Something for the model zoo.
    Zoo(ZooEffect),
    /// Something for training.
    Training(TrainingEffect),
    /// Find the sample project, or make it; answer with [`super::SampleEvent`]s.
    FindSample,
    /// Stop making the sample project.
    CancelSample,
    /// Ask whether there is a newer version; answer with [`super::InstallationEvent::Update`].
    CheckForUpdates,
    /// Close the window.
    Quit,
}

/// What the player is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlayerCommand {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// Speed; 1 is normal.
    SetRate(f64),
    /// Show a frame.
    SeekFrame(u32),
    /// Show the frame that is on screen at a moment.
    SeekTime(MediaTime),
    /// Go some frames forward, or back if negative.
    Step(i32),
    /// Start again at the end.
    SetLooping(bool),
    /// Play some frames and stop at the last of them, or begin them again.
    PlayRange {
        /// The first frame.
        start: u32,
        /// The frame after the last one.
        end: u32,
        /// Whether it begins again.
        is_repeated: bool,
    },
}
