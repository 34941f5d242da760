//! The order to start a run, and why none can be given.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::Valid;
use ks_domain::project::SetId;
use ks_domain::training::{ProjectData, SplitRule, TrainConfig};

use super::actions::TrainingEffect;
use crate::state::{AppState, Effect};
use crate::tr;

/// Clips in a step of “Improve”.
const IMPROVE_BATCH: u32 = 8;

/// Steps of “Improve”, at least.
const IMPROVE_STEPS: u32 = 600;

/// Where a run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrainStart {
    /// From a checkpoint.
    Checkpoint(PathBuf),
    /// From the network that the program carries.
    BuiltIn,
}

/// Everything that a run needs.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainOrder {
    /// What it is called; may be empty.
    pub name: String,
    /// The preset that its settings started from.
    pub preset: String,
    /// Its settings.
    pub config: Valid<TrainConfig>,
    /// The label set that it learns.
    pub set: SetId,
    /// What it learns from; its videos are those of the project that is open.
    pub data: Arc<ProjectData>,
    /// Where it starts.
    pub start: TrainStart,
    /// How many lines the project's journal has: what was labelled until then is learnt.
    pub journal: u64,
}

impl AppState {
    /// Why no run can be started; `None` if one can.
    pub fn start_obstacle(&self) -> Option<String> {
        if let Some(obstacle) = self.training.form.obstacle() {
            return Some(obstacle);
        }
        if self.trained_set().is_none() {
            return Some(tr!("train-obstacle-labels"));
        }
        if let Some(problem) = self.training.data.problems.iter().find(|problem| problem.is_error) {
            return Some(problem.message.clone());
        }
        if self.start_network().is_none() {
            return Some(tr!("train-obstacle-network"));
        }
        self.training.runs.busy().map(|run| tr!("train-obstacle-busy", name = run.title()))
    }

    /// The network that the next run starts from; `None` if there is none.
    pub fn start_network(&self) -> Option<TrainStart> {
        let chosen = self.training.start_from.clone();
        let path = chosen.or_else(|| self.model.file().map(|file| file.path.clone()));
        path.map(TrainStart::Checkpoint).or_else(|| self.training.has_built_in.then_some(TrainStart::BuiltIn))
    }

    /// The order for the settings of the form, if they are valid and there is something to start from.
    fn order(&self) -> Option<Box<TrainOrder>> {
        Some(Box::new(TrainOrder {
            name: self.training.name.trim().to_owned(),
            preset: self.training.form.preset.clone(),
            config: self.training.form.config.clone().validate().ok()?,
            set: self.trained_set()?,
            data: Arc::clone(&self.training.data.data),
            start: self.start_network()?,
            journal: self.studio.project.history().entries().len() as u64,
        }))
    }

    pub(super) fn start_run(&mut self) -> Vec<Effect> {
        self.refresh_training_data();
        if self.start_obstacle().is_some() {
            return vec![];
        }
        self.order().map(|order| Effect::Training(TrainingEffect::Start(order))).into_iter().collect()
    }

    /// Asks what the next run would need. What was said before is of other settings.
    pub(in crate::state) fn ask_for_estimate(&mut self) -> Vec<Effect> {
        self.refresh_training_data();
        self.training.estimate = None;
        if self.training.data.problems.iter().any(|problem| problem.is_error) || self.training.form.obstacle().is_some()
        {
            return vec![];
        }
        self.order().map(|order| Effect::Training(TrainingEffect::Estimate(order))).into_iter().collect()
    }

    pub(super) fn ask_for_preview(&mut self) -> Vec<Effect> {
        self.refresh_training_data();
        let order = self.order().filter(|order| !order.data.samples.is_empty());
        let Some(order) = order else { return vec![] };
        self.training.previews = super::Previews::Waiting;
        vec![Effect::Training(TrainingEffect::Preview(order))]
    }

    /// The settings of “Improve”: the quickest preset, with clips as the analysis cuts them. What was gained is always
    /// measured: of three or four videos one is held out, of fewer the end of each.
    pub(super) fn improve_config(&self) -> Option<TrainConfig> {
        let mut config = TrainConfig::preset("quick-head", &super::form::clips_of(&self.settings))?;
        // Somebody waits for it, and the timeline shows at once how it fares on whole videos.
        config.evaluation.whole_videos = false;
        let data = self.training_data_for(&config);
        // Features are there, so steps cost next to nothing: as many as a new class needs, however few labels there are.
        config.data.batch = IMPROVE_BATCH;
        let steps = u32::try_from(data.samples.len()).unwrap_or(u32::MAX).div_ceil(IMPROVE_BATCH).max(1);
        config.schedule.epochs = config.schedule.epochs.max(IMPROVE_STEPS.div_ceil(steps));
        let labelled: BTreeSet<u32> = data.samples.iter().map(|sample| sample.source).collect();
        if labelled.len() < 3 {
            config.data.split = SplitRule::Time;
        } else {
            config.data.validation_share = config.data.validation_share.max(1.0 / labelled.len() as f64);
        }
        Some(config)
    }

    /// The order for “Improve”: the quickest preset on everything that is labelled, from the network that analyses.
    pub(super) fn improve_order(&self) -> Option<Box<TrainOrder>> {
        let config = self.improve_config()?.validate().ok()?;
        let data = Arc::new(self.training_data_for(&config));
        let path = self.model.file().map(|file| file.path.clone());
        let start = path.map(TrainStart::Checkpoint).or(self.training.has_built_in.then_some(TrainStart::BuiltIn))?;
        Some(Box::new(TrainOrder {
            name: tr!("improve-run-name"),
            preset: "quick-head".to_owned(),
            config,
            set: self.trained_set()?,
            data,
            start,
            journal: self.studio.project.history().entries().len() as u64,
        }))
    }
}
