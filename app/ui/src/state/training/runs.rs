//! The runs: what each is, what it has told, which one is looked at and which are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ks_domain::training::{
    ClassFigures, DataOverview, Estimate, Evaluation, SampleVerdict, SavedRecord, StepRecord, TrainConfig, TrainPhase,
    ValidationRecord, WholeVideoRecord,
};

use super::clips::ClipPlace;
use crate::state::Failure;

/// How a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Under way.
    Running,
    /// Rests and can go on.
    Paused,
    /// Did all its epochs, or ended early because nothing got better.
    Finished,
    /// Was ended; can go on.
    Stopped,
    /// Could not go on; its last checkpoint is there, and it can be resumed.
    Failed(Failure),
}

impl RunState {
    /// Whether it can go on.
    pub const fn can_resume(&self) -> bool {
        matches!(self, Self::Paused | Self::Stopped | Self::Failed(_))
    }
}

/// One run, as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEntry {
    /// The name of its folder, which nothing else has.
    pub id: String,
    /// What the user called it; may be empty.
    pub name: String,
    /// When it began, in milliseconds since 1970, UTC.
    pub began_millis: u64,
    /// How many seconds the clocks of this place were ahead of UTC then.
    pub utc_offset_secs: i32,
    /// The preset that its settings started from.
    pub preset: String,
    /// How it is.
    pub state: RunState,
    /// The best figure so far, 0 to 1.
    pub best: Option<f64>,
    /// Whether “Improve” asked for it.
    pub is_improvement: bool,
}

impl RunEntry {
    /// Its name, or that of its folder.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

/// What a run has told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRecord {
    /// Its steps, in order.
    pub steps: Vec<StepRecord>,
    /// Its validations, in order.
    pub validations: Vec<ValidationRecord>,
    /// Its checkpoints.
    pub saved: Vec<SavedRecord>,
    /// Its best network on whole videos, once it has ended.
    pub whole_videos: Option<WholeVideoRecord>,
    /// What it said besides.
    pub notes: Vec<String>,
    /// What it does now.
    pub phase: Option<TrainPhase>,
    /// What it needs.
    pub estimate: Option<Estimate>,
    /// What it learns from.
    pub overview: Option<DataOverview>,
    /// After which epoch it ended because nothing got better.
    pub ended_early: Option<u32>,
    /// Its settings; `None` if they could not be read.
    pub config: Option<TrainConfig>,
    /// The places of its samples.
    pub clips: Arc<Vec<ClipPlace>>,
}

impl RunRecord {
    /// The last validation.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.validations.last().map(|record| &record.evaluation)
    }

    /// The name of a class; its number where it is not known.
    pub fn class_name(&self, class: u32) -> String {
        let known = self.overview.as_ref().and_then(|overview| overview.classes.get(class as usize));
        known.map_or_else(|| crate::tr!("class-unnamed", number = class.to_string()), |class| class.name.clone())
    }

    /// The samples of a class that were taken for another, the surest first, with their places where they are known.
    pub fn cell(&self, (truth, predicted): MatrixCell) -> Vec<(&SampleVerdict, Option<&ClipPlace>)> {
        let samples = self.evaluation().map(|evaluation| evaluation.samples.as_slice()).unwrap_or_default();
        let is_there = |sample: &&SampleVerdict| sample.predicted == predicted && sample.labels.contains(&truth);
        let mut found: Vec<_> =
            samples.iter().filter(is_there).map(|sample| (sample, self.clips.get(sample.sample as usize))).collect();
        found.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
        found
    }

    /// Epochs of the whole run, as far as its settings say.
    pub fn epochs(&self) -> Option<u32> {
        self.config.as_ref().map(|config| config.schedule.epochs)
    }
}

/// A cell of the confusion matrix: what samples are, and what they were taken for.
pub type MatrixCell = (u32, u32);

/// The columns of the table of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassColumn {
    /// In the order of the label set.
    #[default]
    Name,
    /// Share of what was found that is right.
    Precision,
    /// Share of what is there that was found.
    Recall,
    /// The harmonic mean of both.
    F1,
    /// How many samples there are.
    Samples,
}

impl ClassColumn {
    /// All of them, from left to right.
    pub const ALL: [Self; 5] = [Self::Name, Self::Precision, Self::Recall, Self::F1, Self::Samples];
}

/// The runs.
#[derive(Clone, Debug)]
pub struct Runs {
    /// All of them, newest first; `None` until they were looked for.
    pub entries: Option<Vec<RunEntry>>,
    /// The one that is looked at.
    pub selected: Option<String>,
    /// Those that are compared.
    pub compared: BTreeSet<String>,
    /// What they have told, as far as it was read.
    pub records: BTreeMap<String, RunRecord>,
    /// How smooth curves are drawn, 0 to 0.99.
    pub smoothing: f32,
    /// The cell of the confusion matrix whose samples are listed.
    pub cell: Option<MatrixCell>,
    /// What the table of classes is sorted by.
    pub column: ClassColumn,
    /// Whether the greatest stands first.
    pub is_descending: bool,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            entries: None,
            selected: None,
            compared: BTreeSet::new(),
            records: BTreeMap::new(),
            smoothing: 0.6,
            cell: None,
            column: ClassColumn::Name,
            is_descending: false,
        }
    }
}

impl Runs {
    /// A run.
    pub fn entry(&self, id: &str) -> Option<&RunEntry> {
        self.entries.iter().flatten().find(|entry| entry.id == id)
    }

    pub(super) fn entry_mut(&mut self, id: &str) -> Option<&mut RunEntry> {
        self.entries.iter_mut().flatten().find(|entry| entry.id == id)
    }

    /// The run that is under way.
    pub fn busy(&self) -> Option<&RunEntry> {
        self.entries.iter().flatten().find(|entry| entry.state == RunState::Running)
    }

    /// The newest run, if it is an improvement that was interrupted.
    pub fn interrupted_improvement(&self) -> Option<&RunEntry> {
        let newest = self.entries.iter().flatten().max_by_key(|entry| entry.began_millis)?;
        (newest.is_improvement && newest.state.can_resume()).then_some(newest)
    }

    /// The run that is looked at, and what it has told.
    pub fn shown(&self) -> Option<(&RunEntry, &RunRecord)> {
        let entry = self.entry(self.selected.as_deref()?)?;
        Some((entry, self.records.get(&entry.id)?))
    }

    /// The runs that are compared, in the order of the list, as far as they were read.
    pub fn compared(&self) -> Vec<(&RunEntry, &RunRecord)> {
        let entries = self.entries.iter().flatten().filter(|entry| self.compared.contains(&entry.id));
        entries.filter_map(|entry| Some((entry, self.records.get(&entry.id)?))).collect()
    }

    /// The classes of an evaluation in the order of the table, with their figures.
    pub fn sorted_classes(&self, evaluation: &Evaluation) -> Vec<(u32, ClassFigures)> {
        let mut classes: Vec<(u32, ClassFigures)> = (0..).zip(evaluation.per_class()).collect();
        let figure = |figures: &ClassFigures| match self.column {
            ClassColumn::Name => 0.0,
            ClassColumn::Precision => figures.precision.unwrap_or(-1.0),
            ClassColumn::Recall => figures.recall.unwrap_or(-1.0),
            ClassColumn::F1 => figures.f1.unwrap_or(-1.0),
            ClassColumn::Samples => f64::from(figures.samples),
        };
        // Stable, so that equals stay in the order of the label set.
        classes.sort_by(|(_, a), (_, b)| {
            let order = figure(a).total_cmp(&figure(b));
            if self.is_descending { order.reverse() } else { order }
        });
        if self.column == ClassColumn::Name && self.is_descending {
            classes.reverse();
        }
        classes
    }

    pub(super) fn sort_classes(&mut self, column: ClassColumn) {
        // What is worst is what one looks for.
        self.is_descending = if self.column == column { !self.is_descending } else { column == ClassColumn::Samples };
        self.column = column;
    }

    /// Takes in a list. Of a run that is under way here, the window knows better how it is.
    pub(super) fn list(&mut self, mut found: Vec<RunEntry>) {
        let known: Vec<RunEntry> = self.entries.take().unwrap_or_default();
        for entry in &mut found {
            if let Some(known) = known.iter().find(|known| known.id == entry.id) {
                if known.state == RunState::Running {
                    entry.state = RunState::Running;
                }
                entry.best = entry.best.or(known.best);
            }
        }
        let missing = known.into_iter().filter(|known| known.state == RunState::Running);
        let missing: Vec<RunEntry> = missing.filter(|known| !found.iter().any(|entry| entry.id == known.id)).collect();
        found.extend(missing);
        found.sort_by(|a, b| b.began_millis.cmp(&a.began_millis).then_with(|| a.id.cmp(&b.id)));
        self.compared.retain(|id| found.iter().any(|entry| entry.id == *id));
        self.entries = Some(found);
    }
}
