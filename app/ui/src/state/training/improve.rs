//! “Improve”: from corrected bars to a better network in one step, and back.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::training::TrainConfig;
use ks_domain::{AnalysisSettings, LabelSet};

use super::actions::TrainingEffect;
use crate::state::{Action, AppState, Effect, Failure, LabelState, ModelState, NamedFile, VideoId};
use crate::tr;

/// What became of “Improve”.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Improve {
    /// Nobody asked, or it is over.
    #[default]
    Idle,
    /// Asked for.
    Starting,
    /// A run is under way.
    Running {
        /// Which one.
        run: String,
    },
    /// It is done; the network analyses already.
    Done {
        /// What was gained.
        gained: Improvement,
        /// The network before.
        before: Box<Before>,
        /// Other videos that were sent to be analysed again.
        again: Vec<VideoId>,
    },
    /// It could not be done.
    Failed(Failure),
}

/// The network that analysed before, and its names.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    model: ModelState,
    labels: LabelState,
    /// How videos were cut into clips, and whether the network had said so.
    settings: (AnalysisSettings, bool),
}

/// What “Improve” has gained, on labels that it did not learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Improvement {
    /// The run.
    pub run: String,
    /// The new checkpoint.
    pub checkpoint: PathBuf,
    /// Its classes.
    pub classes: Vec<String>,
    /// Share of the held-out labels that were right before; `None` where the network before did not know the classes.
    pub before: Option<f64>,
    /// The same afterwards; `None` where nothing is held out.
    pub after: Option<f64>,
    /// How many labels were held out.
    pub held_out: u32,
}

impl AppState {
    /// Why the network cannot be improved now; `None` if it can.
    pub fn improve_obstacle(&self) -> Option<String> {
        if self.training.unlearnt.count == 0 {
            return Some(tr!("improve-obstacle-learnt"));
        }
        if self.model.file().is_none() && !self.training.has_built_in {
            return Some(tr!("train-obstacle-network"));
        }
        self.training.runs.busy().map(|run| tr!("train-obstacle-busy", name = run.title()))
    }

    pub(super) fn improve(&mut self) -> Vec<Effect> {
        let is_busy = matches!(self.training.improve, Improve::Starting | Improve::Running { .. });
        if is_busy || self.improve_obstacle().is_some() {
            return vec![];
        }
        let Some(order) = self.improve_order() else { return vec![] };
        let config: &TrainConfig = &order.config;
        let overview = ks_domain::training::DataOverview::new(
            &order.data.classes,
            &order.data.samples,
            order.data.problems.clone(),
        );
        if !overview.is_usable() || config.schedule.epochs == 0 {
            let why = overview.problems.into_iter().next().map(|problem| problem.message).unwrap_or_default();
            self.training.improve = Improve::Failed(Failure::new(crate::format::sentence(&why)));
            return vec![];
        }
        self.training.improve = Improve::Starting;
        vec![Effect::Training(TrainingEffect::Improve(order))]
    }

    pub(super) fn cancel_improve(&mut self) -> Vec<Effect> {
        match std::mem::take(&mut self.training.improve) {
            Improve::Running { run } => vec![Effect::Training(TrainingEffect::Stop { run })],
            // It has not begun yet; when it does, it is stopped.
            Improve::Starting | Improve::Idle | Improve::Done { .. } | Improve::Failed(_) => vec![],
        }
    }

    /// Analyses with the improved network at once, so that the timeline shows what was gained.
    pub(super) fn improved(&mut self, gained: Improvement) -> Vec<Effect> {
        let before = Box::new(Before {
            model: self.model.clone(),
            labels: self.labels.clone(),
            settings: (self.settings, self.settings_of_checkpoint),
        });
        let mut effects = self.use_checkpoint(gained.checkpoint.clone(), &gained.classes);
        let watched: Vec<VideoId> = self.selected.into_iter().collect();
        effects.extend(self.analyse_anew(&watched));
        effects.push(Effect::Training(TrainingEffect::ListCheckpoints));
        self.training.improve = Improve::Done { gained, before, again: Vec::new() };
        effects
    }

    /// The videos whose segments are still those of the network before “Improve”.
    pub fn analysed_before_improving(&self) -> Vec<VideoId> {
        let Improve::Done { before, .. } = &self.training.improve else { return vec![] };
        before.model.file().map_or_else(Vec::new, |file| self.analysed_by(&file.name))
    }

    /// How many of those that were sent to be analysed again are not done yet.
    pub fn analysing_others_again(&self) -> usize {
        let Improve::Done { again, .. } = &self.training.improve else { return 0 };
        again.iter().filter_map(|id| self.video(*id)).filter(|video| video.analysis.phase.is_pending()).count()
    }

    /// Videos with a whole analysis by a network, which nobody is about to do again.
    fn analysed_by(&self, checkpoint: &str) -> Vec<VideoId> {
        let is_of = |video: &&crate::state::Video| {
            let analysis = &video.analysis;
            let is_its = analysis.model.as_ref().is_some_and(|model| model.checkpoint == checkpoint);
            is_its && analysis.is_complete && !analysis.phase.is_pending() && video.failure().is_none()
        };
        self.videos.iter().filter(is_of).map(|video| video.id).collect()
    }

    pub(super) fn analyse_others_again(&mut self) -> Vec<Effect> {
        let others = self.analysed_before_improving();
        if let Improve::Done { again, .. } = &mut self.training.improve {
            again.clone_from(&others);
        }
        self.request_analysis(&others)
    }

    pub(super) fn cancel_others(&mut self) -> Vec<Effect> {
        let Improve::Done { again, .. } = &mut self.training.improve else { return vec![] };
        let again = std::mem::take(again);
        again.into_iter().flat_map(|id| self.cancel(id)).collect()
    }

    pub(super) fn take_back_improvement(&mut self) -> Vec<Effect> {
        let Improve::Done { gained, before, again } = std::mem::take(&mut self.training.improve) else { return vec![] };
        let mut effects: Vec<Effect> = again.into_iter().flat_map(|id| self.cancel(id)).collect();
        (self.settings, self.settings_of_checkpoint) = before.settings;
        let improved = self.begun_by(&NamedFile::new(&gained.checkpoint).name);
        match before.model.file() {
            Some(file) => {
                match &before.model {
                    // It was read already, so that nothing has to be asked about it.
                    ready @ ModelState::Ready(..) => {
                        self.model = ready.clone();
                        effects.push(Effect::SaveConfig);
                    }
                    _ => effects.extend(self.apply_action(Action::ChooseCheckpoint(file.path.clone()))),
                }
                self.labels = before.labels;
                effects.extend(self.analyse_anew(&improved));
            }
            None => {
                effects.extend(improved.into_iter().flat_map(|id| self.cancel(id)));
                self.model = ModelState::None;
                self.labels = before.labels;
                effects.push(Effect::SaveConfig);
            }
        }
        effects.push(Effect::Training(TrainingEffect::TakeBackImprove { checkpoint: gained.checkpoint }));
        effects
    }

    /// Analyses with a checkpoint from now on; its classes bring their names with them.
    pub(super) fn use_checkpoint(&mut self, path: PathBuf, classes: &[String]) -> Vec<Effect> {
        let effects = self.apply_action(Action::ChooseCheckpoint(path));
        if let Ok(set) = LabelSet::new(classes.to_vec()) {
            self.labels = LabelState { file: None, set: Some(Arc::new(set)), failure: None };
        }
        effects
    }

    /// Videos that a network has analysed, or is at.
    fn begun_by(&self, checkpoint: &str) -> Vec<VideoId> {
        let is_of = |video: &&crate::state::Video| {
            video.analysis.model.as_ref().is_some_and(|model| model.checkpoint == checkpoint)
        };
        self.videos.iter().filter(is_of).map(|video| video.id).collect()
    }
}
