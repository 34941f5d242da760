//! What the window shows: plain data, and the pure reducer that changes it.
//!
//! Nothing here draws, reads a file or knows a thread. The window's shell feeds [`Event`]s to [`AppState::apply`] and
//! carries out the [`Effect`]s that come back; panels read the state and answer with [`Action`]s.

mod actions;
mod can;
mod effect;
mod engine;
mod event;
mod installation;
mod lanes;
mod model;
mod palette;
mod picture_view;
mod player;
mod reduce;
mod reduce_action;
mod reduce_engine;
mod sample;
mod settings_dialog;
mod small_pictures;
mod studio;
#[cfg(test)]
mod tests;
mod training;
mod video;
mod view_range;
mod zoo;

use std::sync::Arc;

use ks_domain::AnalysisSettings;
pub use ks_domain::project::VideoId;

pub use self::actions::Action;
pub use self::effect::{Effect, PlayerCommand};
pub use self::engine::{DeviceEntry, DeviceState, EngineState};
pub use self::event::{EngineEvent, Event, PlayerEvent, VideoEvent};
pub use self::installation::{Installation, InstallationEvent, MissingPart, UpdateCheck};
pub use self::lanes::{Lane, Lanes};
pub use self::model::{LabelState, LoadedModel, ModelState, NamedFile};
pub use self::palette::{PaletteAction, PaletteView, found_commands};
pub use self::picture_view::PictureView;
pub use self::player::{PlayerPhase, PlayerState, RATES};
pub use self::sample::{Sample, SampleEvent};
pub use self::settings_dialog::{KeyStep, SettingsAction, SettingsPage, SettingsView};
pub use self::small_pictures::{SmallPicture, SmallPictures};
pub use self::studio::{
    Bar, ClipToCut, ExchangeAction, ExchangeEffect, ExchangeEvent, ExportView, ExportWhat, FileWork, FormatEntry,
    HistoryLine, HistoryView, ImportView, LabelAction, MediaEffect, MediaEvent, NextProject, Overlay, Page, PageAction,
    Pages, ProjectAction, ProjectEffect, ProjectEvent, ProjectFileState, ResultColumn, ResultFilter, ResultItem,
    ResultKey, Results, Review, ReviewItem, Row, Rows, Studio, TotalsClass, TotalsMeasure, TotalsScope, TotalsView,
};
pub use self::training::{
    CheckpointColumn, CheckpointEntry, CheckpointFigure, Checkpoints, ClassColumn, ClipPlace, CurveKind, DataView,
    FieldValue, FormTab, Improve, Improvement, LearnScreen, MatrixCell, Mismatch, PlacedProblem, PreviewClip, Previews,
    RunEntry, RunRecord, RunState, Runs, Screen, Series, TrainForm, TrainOrder, TrainPart, TrainStart, TrainingAction,
    TrainingEffect, TrainingEvent, TrainingState, Unlearnt, smoothed,
};
pub use self::video::{Analysis, AnalysisPhase, Failure, IndexPhase, ProbePhase, Video};
pub use self::view_range::ViewRange;
pub use self::zoo::{ZooAction, ZooActivity, ZooEffect, ZooEvent, ZooFile, ZooState};

use crate::keymap::Keymap;
use crate::texts::{Language, Languages};
use crate::theme::ThemeChoice;
use crate::tr;

/// Everything that the window shows.
#[derive(Clone, Debug, Default)]
pub struct AppState {
    /// The videos of the queue, in the order in which they were opened.
    pub videos: Vec<Video>,
    /// The video that is watched.
    pub selected: Option<VideoId>,
    /// The player.
    pub player: PlayerState,
    /// What can compute.
    pub devices: DeviceState,
    /// The compute engine's process.
    pub engine: EngineState,
    /// The checkpoint.
    pub model: ModelState,
    /// The names of the checkpoint's classes.
    pub labels: LabelState,
    /// How videos are cut into clips.
    pub settings: AnalysisSettings,
    /// Whether the checkpoint said so itself.
    pub settings_of_checkpoint: bool,
    /// The project: labels, and how predictions become segments.
    pub studio: Studio,
    /// Which theme is used.
    pub theme: ThemeChoice,
    /// Interface scale, 1 to 2.
    pub scale: Scale,
    /// Which key means which command.
    pub keymap: Arc<Keymap>,
    /// Whether nothing moves by itself: no animations, no smooth scrolling.
    pub reduced_motion: bool,
    /// The languages that can be chosen.
    pub languages: Languages,
    /// The language of all texts.
    pub language: Language,
    /// The part of the video that the timeline shows.
    pub range: ViewRange,
    /// The published networks and their files.
    pub zoo: ZooState,
    /// Fine-tuning: data, settings, runs and checkpoints.
    pub training: TrainingState,
    /// The sample project.
    pub sample: Sample,
    /// What is known of the installation.
    pub installation: Installation,
    /// Messages above the panels, oldest first.
    pub banners: Vec<Banner>,
    /// A dialog over the panels.
    pub dialog: Option<Dialog>,
    /// Whether frame times are shown.
    pub shows_frame_times: bool,
    pub(crate) next_id: u64,
    /// The message that the engine has stopped.
    pub(crate) banner_of_engine: Option<u64>,
}

/// The interface scale; 1 unless chosen otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(f32);

impl Scale {
    /// The scales of the menu.
    pub const ALL: [Self; 5] = [Self(1.0), Self(1.25), Self(1.5), Self(1.75), Self(2.0)];

    /// A scale between 1 and 2; what lies outside is moved to the nearer end, what is not a number to 1.
    pub fn new(factor: f32) -> Self {
        Self(if factor.is_finite() { factor.clamp(1.0, 2.0) } else { 1.0 })
    }

    /// The factor.
    pub const fn factor(self) -> f32 {
        self.0
    }

    /// The next scale of the menu in a direction.
    #[must_use]
    pub fn step(self, up: bool) -> Self {
        let next = if up {
            Self::ALL.into_iter().find(|scale| scale.0 > self.0 + 0.01)
        } else {
            Self::ALL.into_iter().rev().find(|scale| scale.0 < self.0 - 0.01)
        };
        next.unwrap_or(self)
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self(1.0)
    }
}

/// How serious a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Something needs attention.
    Warning,
    /// Something failed.
    Error,
}

/// A message above the panels. Stays until it is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// For dismissing it.
    pub id: u64,
    /// How serious it is.
    pub severity: Severity,
    /// One sentence.
    pub text: String,
    /// More, shown on request; may be empty.
    pub details: String,
}

/// What lies over the panels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// About the program.
    About,
    /// Which format labels are exported in, and what of them.
    Export(ExportView),
    /// What an import would bring.
    Import(ImportView),
    /// All keys.
    Keys {
        /// What the list is narrowed down to.
        search: String,
    },
    /// Finds a command by its name.
    Palette(PaletteView),
    /// Keys, theme, scale and language.
    Settings(SettingsView),
    /// Asks what shall become of changes that cannot be kept, before another project is shown.
    SaveFirst(NextProject),
    /// Asks for a time or a frame number to go to.
    GoTo {
        /// What was typed so far.
        text: String,
        /// What is wrong with it.
        error: Option<String>,
    },
}

impl AppState {
    /// A video of the queue.
    pub fn video(&self, id: VideoId) -> Option<&Video> {
        self.videos.iter().find(|video| video.id == id)
    }

    pub(crate) fn video_mut(&mut self, id: VideoId) -> Option<&mut Video> {
        self.videos.iter_mut().find(|video| video.id == id)
    }

    /// The video that is watched.
    pub fn selected_video(&self) -> Option<&Video> {
        self.selected.and_then(|id| self.video(id))
    }

    /// The video that the engine works on, or waits to.
    pub fn running_video(&self) -> Option<&Video> {
        self.videos.iter().find(|video| video.analysis.phase.is_running())
    }

    /// The names of the classes: from the labels file if it fits the checkpoint, else numbers.
    pub fn label_set(&self) -> Option<Arc<ks_domain::LabelSet>> {
        self.labels.set.clone()
    }

    /// The name of a class.
    pub fn class_name(&self, class: usize) -> String {
        self.labels.name_of(class)
    }

    /// Why the selected video cannot be analysed now; `None` if it can.
    pub fn analyse_obstacle(&self) -> Option<String> {
        let Some(video) = self.selected_video() else {
            return Some(tr!("obstacle-no-video"));
        };
        if let Some(failure) = video.failure() {
            return Some(tr!("obstacle-video", why = &failure.summary));
        }
        match &self.model {
            ModelState::None => return Some(tr!("obstacle-no-checkpoint")),
            ModelState::Failed { failure, .. } => return Some(failure.summary.clone()),
            ModelState::Loading(_) | ModelState::Ready(..) => {}
        }
        if let Some(failure) = &self.labels.failure {
            return Some(failure.summary.clone());
        }
        self.settings.validate().err().and_then(|issues| issues.into_iter().next()).map(|issue| issue.message)
    }
}
