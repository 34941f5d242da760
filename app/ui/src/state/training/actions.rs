//! What the user does in training, what is to be done about it, and what comes back.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::project::SetId;
use ks_domain::training::{Estimate, TrainNews};

use super::TrainPart;
use super::checkpoints::{CheckpointColumn, CheckpointEntry};
use super::clips::{ClipPlace, PreviewClip};
use super::form::FormTab;
use super::improve::Improvement;
use super::runs::{ClassColumn, RunEntry, RunState};
use super::start::TrainOrder;
use crate::state::{Action, Failure};

/// The value that a control of the form was given.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// One of the words.
    Word(&'static str),
    /// On or off.
    Switch(bool),
    /// What was typed for a list of numbers, such as `32, 48`.
    List(String),
}

/// Something that the user wants of training.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingAction {
    /// Show a part of the screen where there is not room for all.
    ShowPart(TrainPart),
    /// Learn another label set.
    UseSet(SetId),
    /// Take the settings of a preset, by its name.
    Preset(String),
    /// Give a setting a value.
    SetField(&'static str, FieldValue),
    /// Give a setting the preset's value again.
    ResetField(&'static str),
    /// Show the form or its text.
    ShowTab(FormTab),
    /// Show the settings that most people leave alone, too.
    ShowAll(bool),
    /// The configuration was edited as text.
    TypeText(String),
    /// Call the next run something.
    Name(String),
    /// Start from another network; `None` for the one that analyses.
    StartFrom(Option<PathBuf>),
    /// Begin a run.
    Start,
    /// Let a run rest.
    Pause(String),
    /// End a run; what it has learnt stays.
    Stop(String),
    /// Let a run go on where it was.
    Resume(String),
    /// Look at a run.
    SelectRun(String),
    /// Compare a run with others, or no longer.
    Compare(String, bool),
    /// Draw curves smoother: 0 as they are, up to 0.99.
    Smooth(f32),
    /// Look at the samples of a class that were taken for another; `None` for none.
    ChooseCell(Option<(u32, u32)>),
    /// Sort the table of classes.
    SortClasses(ClassColumn),
    /// Go to a clip.
    OpenClip(ClipPlace),
    /// Make clips as the network would see them.
    Preview,
    /// Teach the network what was corrected.
    Improve,
    /// Stop improving.
    CancelImprove,
    /// Go on with the improved network.
    KeepImprovement,
    /// Go back to the network before.
    TakeBackImprovement,
    /// Analyse the other videos again that the network before has analysed.
    AnalyseOthersAgain,
    /// Do not analyse them again after all.
    CancelOthers,
    /// Narrow the list of checkpoints down.
    SearchCheckpoints(String),
    /// Sort the list of checkpoints.
    SortCheckpoints(CheckpointColumn),
    /// Look at a checkpoint.
    SelectCheckpoint(PathBuf),
    /// Compare a checkpoint with another one, or no longer.
    CompareCheckpoint(PathBuf, bool),
    /// Analyse with a checkpoint.
    UseCheckpoint(PathBuf),
    /// Train on from a checkpoint. Where its classes are others, this asks first.
    ContinueFrom(PathBuf),
    /// Train on from a checkpoint with a new classifier.
    ContinueWithNewHead(PathBuf),
    /// Do not train on after all.
    CancelContinue,
    /// Give a checkpoint these tags, separated by commas.
    Tag(PathBuf, String),
    /// Write a note on a checkpoint.
    Note(PathBuf, String),
    /// Write a checkpoint somewhere else.
    Export(PathBuf),
    /// Show a checkpoint in the file manager.
    Reveal(PathBuf),
    /// Move a checkpoint to the trash.
    Trash(PathBuf),
    /// Take a checkpoint out of the trash again.
    Restore(PathBuf),
    /// Leave what is in the trash there.
    ForgetTrash,
}

impl From<TrainingAction> for Action {
    fn from(action: TrainingAction) -> Self {
        Self::Training(action)
    }
}

/// What the shell is to do for training. Runs are named by their folders.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainingEffect {
    /// Begin a run; answer with [`TrainingEvent::Started`], then with news, then with [`TrainingEvent::Changed`]; or with
    /// [`TrainingEvent::NotStarted`].
    Start(Box<TrainOrder>),
    /// Say what a run would need; answer with [`TrainingEvent::Estimated`]. A newer question replaces an older one.
    Estimate(Box<TrainOrder>),
    /// Cut some clips as a run would; answer with [`TrainingEvent::Preview`].
    Preview(Box<TrainOrder>),
    /// Let a run rest after its step; answer with [`TrainingEvent::Changed`].
    Pause {
        /// Which run.
        run: String,
    },
    /// End a run after its step, keeping a checkpoint; answer with [`TrainingEvent::Changed`].
    Stop {
        /// Which run.
        run: String,
    },
    /// Let a run go on from its last step; answer with [`TrainingEvent::GoesOn`] or [`TrainingEvent::NotResumed`].
    Resume {
        /// Which run.
        run: String,
    },
    /// List the runs; answer with [`TrainingEvent::Runs`].
    ListRuns,
    /// Read what a run has told; answer with [`TrainingEvent::Records`].
    ReadRun {
        /// Which run.
        run: String,
    },
    /// List the checkpoints; answer with [`TrainingEvent::Checkpoints`].
    ListCheckpoints,
    /// Give a checkpoint tags.
    Tag {
        /// Its file.
        path: PathBuf,
        /// All tags.
        tags: Vec<String>,
    },
    /// Write a note on a checkpoint.
    Note {
        /// Its file.
        path: PathBuf,
        /// The note; may be empty.
        note: String,
    },
    /// Ask where to, and write a checkpoint there.
    Export {
        /// Its file.
        path: PathBuf,
    },
    /// Show a checkpoint in the file manager.
    Reveal {
        /// Its file.
        path: PathBuf,
    },
    /// Move a checkpoint to the trash, from where [`TrainingEffect::RestoreTrash`] brings it back. If it cannot be
    /// moved, answer with [`TrainingEvent::Failed`] and [`TrainingEvent::Checkpoints`].
    Trash {
        /// Its file.
        path: PathBuf,
    },
    /// Bring a checkpoint back from the trash.
    RestoreTrash {
        /// The file that it was.
        path: PathBuf,
    },
    /// Teach the head on cached features; answer as to [`TrainingEffect::Start`], with the run marked as an
    /// improvement, and at last with [`TrainingEvent::Improved`].
    Improve(Box<TrainOrder>),
    /// The improved network is not wanted: move its checkpoint to the trash.
    TakeBackImprove {
        /// The improved checkpoint.
        checkpoint: PathBuf,
    },
}

/// What happened to runs and checkpoints.
#[derive(Clone, Debug)]
pub enum TrainingEvent {
    /// A run began.
    Started {
        /// What it is; its state is running.
        entry: RunEntry,
        /// Whether it was asked for by “Improve”.
        is_improvement: bool,
    },
    /// A run could not begin.
    NotStarted {
        /// Why.
        failure: Failure,
        /// Whether it was asked for by “Improve”.
        is_improvement: bool,
    },
    /// A run that rested goes on.
    GoesOn {
        /// Which run.
        run: String,
        /// Whether “Improve” asked for it when it began.
        is_improvement: bool,
    },
    /// A run cannot go on.
    NotResumed(Failure),
    /// The engine died and was started again; a run goes on from its last saved step.
    Interrupted {
        /// Which run.
        run: String,
    },
    /// A run told something.
    News {
        /// Which run.
        run: String,
        /// What.
        news: TrainNews,
    },
    /// A run rests, goes on or ended.
    Changed {
        /// Which run.
        run: String,
        /// How it is now.
        state: RunState,
    },
    /// All runs, in any order. What the window knows newer of a run that is under way stays.
    Runs(Vec<RunEntry>),
    /// Everything that a run has told, and its settings.
    Records {
        /// Which run.
        run: String,
        /// What it told, in order.
        news: Vec<TrainNews>,
        /// Its resolved configuration.
        config_toml: String,
        /// The places of its samples, in the order of its data set; empty if they are not known.
        clips: Arc<Vec<ClipPlace>>,
    },
    /// What the next run would need.
    Estimated(Estimate),
    /// Clips as the next run would see them.
    Preview(Result<Vec<PreviewClip>, Failure>),
    /// All checkpoints.
    Checkpoints(Vec<CheckpointEntry>),
    /// The network that the program carries can be started from now; or why not.
    BuiltIn(Result<PathBuf, Failure>),
    /// “Improve” is done.
    Improved(Improvement),
    /// Something could not be done.
    Failed(Failure),
}
