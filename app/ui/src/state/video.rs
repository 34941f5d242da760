//! One video of the queue: what is known about it and what was found in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ks_domain::project::{AnalysisId, AnalysisRecord, UsedModel, VideoId, ViewRules};
use ks_domain::{AnalysisSettings, FrameTable, MediaTime, Progress, VideoInfo, WindowScores};

use super::lanes::Lanes;
use super::model::LabelState;
use super::picture_view::PictureView;
use super::small_pictures::SmallPictures;

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A sentence that says what happened and what to do.
    pub summary: String,
    /// More for those who want it; may be empty.
    pub details: String,
}

impl Failure {
    /// A failure that needs no details.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), details: String::new() }
    }
}

/// What the file says about itself.
#[derive(Clone, Debug)]
pub enum ProbePhase {
    /// Being read.
    Running,
    /// Read.
    Ready(Arc<VideoInfo>),
    /// Not a video, or not readable.
    Failed(Failure),
}

/// The exact frame table.
#[derive(Clone, Debug)]
pub enum IndexPhase {
    /// Waits for the probe.
    Waiting,
    /// Being built.
    Running(Progress),
    /// Complete.
    Ready(Arc<FrameTable>),
    /// No frame decodes.
    Failed(Failure),
}

/// How far the analysis of a video is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AnalysisPhase {
    /// Not asked for.
    #[default]
    None,
    /// Waits for its turn.
    Queued,
    /// The engine works on it.
    Running {
        /// What it does now (`Reading frames`, `Analysing`).
        activity: String,
        /// How far it is.
        progress: Progress,
        /// What it waits for most (`decoding`, `computing`); may be empty.
        bottleneck: String,
    },
    /// The engine was restarted and is about to go on with it.
    Resuming {
        /// How far it was.
        progress: Progress,
    },
    /// All windows are there.
    Done,
    /// Stopped on request; what was found stays.
    Cancelled,
    /// Could not be finished; what was found stays.
    Failed(Failure),
}

impl AnalysisPhase {
    /// Whether the engine has it.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Resuming { .. })
    }

    /// Whether it can be cancelled.
    pub const fn is_pending(&self) -> bool {
        matches!(self, Self::Queued) || self.is_running()
    }

    /// How far it is, while the engine has it.
    pub const fn progress(&self) -> Option<&Progress> {
        match self {
            Self::Running { progress, .. } | Self::Resuming { progress } => Some(progress),
            Self::None | Self::Queued | Self::Done | Self::Cancelled | Self::Failed(_) => None,
        }
    }
}

/// What was found in a video.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// How far it is.
    pub phase: AnalysisPhase,
    /// The scores so far, in order of time.
    pub windows: Vec<WindowScores>,
    /// What the timeline shows of them.
    pub lanes: Lanes,
    /// The network that it was made with, once it was begun.
    pub model: Option<Arc<UsedModel>>,
    /// How the video was cut into clips.
    pub settings: Option<AnalysisSettings>,
    /// Its number in the project.
    pub id: Option<AnalysisId>,
    /// Whether all windows are there.
    pub is_complete: bool,
    /// Whether it is begun anew as soon as the engine has let go of it, because another network is wanted.
    pub(in crate::state) is_due_again: bool,
}

impl Analysis {
    /// The window that speaks for a moment.
    pub fn window_at(&self, time: MediaTime) -> Option<&WindowScores> {
        let spans = self.lanes.spans();
        let after = spans.partition_point(|(start, _)| *start <= time);
        let index = after.checked_sub(1)?;
        let (_, end) = spans.get(index)?;
        (time < *end || index + 1 == spans.len() && time <= *end).then(|| self.windows.get(index)).flatten()
    }

    pub(crate) fn push(&mut self, scores: WindowScores) {
        self.windows.push(scores);
        self.lanes.mark_stale();
    }

    pub(crate) fn clear(&mut self) {
        self.windows.clear();
        self.lanes.clear();
    }

    /// Takes in an analysis of an earlier session.
    pub(crate) fn restore(&mut self, record: AnalysisRecord, phase: AnalysisPhase) {
        self.clear();
        self.phase = phase;
        self.id = Some(record.id);
        self.model = Some(Arc::new(record.model));
        self.settings = Some(record.settings);
        self.is_complete = record.is_complete;
        self.windows = record.windows;
        self.lanes.mark_stale();
    }

    pub(crate) fn refresh(&mut self, rules: &ViewRules, labels: &LabelState) {
        let model = self.model.as_deref();
        self.lanes.refresh(&self.windows, rules, &|class| name_of(model, labels, class));
    }

    /// The name of a class: as it was called when the video was analysed, else as it is called now.
    pub(crate) fn name_of(&self, labels: &LabelState, class: usize) -> String {
        name_of(self.model.as_deref(), labels, class)
    }
}

fn name_of(model: Option<&UsedModel>, labels: &LabelState, class: usize) -> String {
    let then = model.and_then(|model| model.class_names.get(class));
    then.cloned().unwrap_or_else(|| labels.name_of(class))
}

/// One video of the queue.
#[derive(Clone, Debug)]
pub struct Video {
    /// Which one.
    pub id: VideoId,
    /// Where it is.
    pub path: PathBuf,
    /// Its file name, for people.
    pub name: String,
    /// What the file says about itself.
    pub probe: ProbePhase,
    /// The exact frame table.
    pub index: IndexPhase,
    /// What was found in it.
    pub analysis: Analysis,
    /// What is odd or damaged, in sentences.
    pub warnings: Vec<String>,
    /// Whether its file is not where it was.
    pub is_missing: bool,
    /// One picture, for the queue.
    pub cover: Option<Arc<SmallPictures>>,
    /// Pictures along it, for the timeline.
    pub strip: Option<Arc<SmallPictures>>,
    /// Which part of the picture is shown while it is watched.
    pub picture_view: PictureView,
}

impl Video {
    pub(crate) fn new(id: VideoId, path: &Path) -> Self {
        let name = super::studio::file_name(path);
        Self {
            id,
            path: path.to_owned(),
            name,
            probe: ProbePhase::Running,
            index: IndexPhase::Waiting,
            analysis: Analysis::default(),
            warnings: Vec::new(),
            is_missing: false,
            cover: None,
            strip: None,
            picture_view: PictureView::default(),
        }
    }

    /// The frame table, once it is complete.
    pub fn table(&self) -> Option<&Arc<FrameTable>> {
        match &self.index {
            IndexPhase::Ready(table) => Some(table),
            IndexPhase::Waiting | IndexPhase::Running(_) | IndexPhase::Failed(_) => None,
        }
    }

    /// What the file says about itself, once it is known.
    pub fn info(&self) -> Option<&Arc<VideoInfo>> {
        match &self.probe {
            ProbePhase::Ready(info) => Some(info),
            ProbePhase::Running | ProbePhase::Failed(_) => None,
        }
    }

    /// The length: exact once the frame table is complete, before that what the container states.
    pub fn duration(&self) -> Option<MediaTime> {
        self.table().map(|table| table.end()).or_else(|| self.info().and_then(|info| info.duration))
    }

    /// Why it cannot be shown, if so.
    pub fn failure(&self) -> Option<&Failure> {
        match (&self.probe, &self.index) {
            (ProbePhase::Failed(failure), _) | (_, IndexPhase::Failed(failure)) => Some(failure),
            _ => None,
        }
    }
}
