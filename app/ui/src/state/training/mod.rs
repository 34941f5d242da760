//! Fine-tuning in the window: what it learns from, its settings, its runs, the checkpoints that came of them, and
//! “Improve”. Plain data; what trains is the engine's matter, the files are the shell's.
//!
//! The shell carries out [`TrainingEffect`]s and answers with [`TrainingEvent`]s. What is learnt from is computed here,
//! from the project, and handed to the shell with the order to start, so that what was shown is what is trained on.

mod actions;
mod chart;
mod checkpoints;
mod clips;
mod data;
mod form;
mod improve;
mod learnt;
mod reduce;
mod runs;
mod start;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use ks_domain::project::SetId;
use ks_domain::training::Estimate;

pub use self::actions::{FieldValue, TrainingAction, TrainingEffect, TrainingEvent};
pub use self::chart::{CurveKind, Series, smoothed};
pub use self::checkpoints::{CheckpointColumn, CheckpointEntry, CheckpointFigure, Checkpoints, Mismatch};
pub use self::clips::{ClipPlace, PreviewClip, Previews};
pub use self::data::{DataView, PlacedProblem};
pub use self::form::{FormTab, TrainForm};
pub use self::improve::{Improve, Improvement};
pub use self::learnt::Unlearnt;
pub use self::runs::{ClassColumn, MatrixCell, RunEntry, RunRecord, RunState, Runs};
pub use self::start::{TrainOrder, TrainStart};

use super::{AppState, Effect, ZooEffect};

/// The screens of fine-tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LearnScreen {
    /// Data, settings, curves and runs.
    Train,
    /// What was trained.
    Checkpoints,
}

/// The parts of the training screen, of which a small window shows one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrainPart {
    /// What is learnt from.
    #[default]
    Data,
    /// The settings of the next run.
    Settings,
    /// Curves and runs.
    Runs,
}

impl TrainPart {
    /// All of them, from left to right.
    pub const ALL: [Self; 3] = [Self::Data, Self::Settings, Self::Runs];
}

/// What the window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The videos and their timelines.
    Analyse,
    /// A screen of fine-tuning.
    Learn(LearnScreen),
    /// The published networks.
    Zoo,
}

/// Everything about fine-tuning.
#[derive(Clone, Debug, Default)]
pub struct TrainingState {
    /// The screen that is shown instead of the videos.
    pub screen: Option<LearnScreen>,
    /// The part that a small window shows.
    pub part: TrainPart,
    /// The settings of the next run.
    pub form: TrainForm,
    /// The label set that is learnt; `None` for the one that is drawn with.
    pub set: Option<SetId>,
    /// The network that the next run starts from; `None` for the one that analyses.
    pub start_from: Option<PathBuf>,
    /// Whether the program carries a network of its own to start from. The window's shell sets it.
    pub has_built_in: bool,
    /// What the next run is called; may be empty.
    pub name: String,
    /// What the next run would learn from.
    pub data: DataView,
    /// What the next run would need, once the engine has said.
    pub estimate: Option<Estimate>,
    /// Clips as the network would see them.
    pub previews: Previews,
    /// The runs.
    pub runs: Runs,
    /// What was trained.
    pub checkpoints: Checkpoints,
    /// “Improve” on the screen of the videos.
    pub improve: Improve,
    /// Labels that no checkpoint has learnt from.
    pub unlearnt: Unlearnt,
    /// A moment to go to as soon as its video is open.
    pub(in crate::state) awaited: Option<ClipPlace>,
}

impl AppState {
    /// What the window shows.
    pub fn screen(&self) -> Screen {
        match (self.zoo.is_open, self.training.screen) {
            (true, _) => Screen::Zoo,
            (false, Some(screen)) => Screen::Learn(screen),
            (false, None) => Screen::Analyse,
        }
    }

    /// The label set that is learnt.
    pub fn trained_set(&self) -> Option<SetId> {
        let chosen = self.training.set.filter(|set| self.studio.project.set(*set).is_some());
        chosen.or_else(|| self.studio.current_set())
    }

    /// Shows a screen of fine-tuning, or leaves it if it is shown.
    pub(super) fn toggle_learn(&mut self, screen: LearnScreen) -> Vec<Effect> {
        if self.screen() == Screen::Learn(screen) {
            return self.show_videos();
        }
        self.show_learn(screen)
    }

    pub(super) fn show_learn(&mut self, screen: LearnScreen) -> Vec<Effect> {
        self.zoo.is_open = false;
        self.training.screen = Some(screen);
        let mut effects =
            vec![Effect::Training(TrainingEffect::ListRuns), Effect::Training(TrainingEffect::ListCheckpoints)];
        if screen == LearnScreen::Train {
            // A run may start from a published network that is here.
            if self.zoo.files.is_empty() {
                effects.insert(0, Effect::Zoo(ZooEffect::List));
            }
            effects.extend(self.ask_for_estimate());
        }
        // What is not seen should not go on playing.
        if self.player.is_playing {
            effects.extend(self.command(crate::commands::Command::PlayPause));
        }
        effects
    }

    /// Goes back to the videos.
    pub(super) fn show_videos(&mut self) -> Vec<Effect> {
        self.zoo.is_open = false;
        self.training.screen = None;
        vec![]
    }
}
