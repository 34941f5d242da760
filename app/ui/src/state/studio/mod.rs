//! The project in the window: what is open, what is selected, and what is being drawn.

mod actions;
mod analyses;
mod clips;
mod compose;
mod exchange;
mod judging;
mod labels;
mod pages;
mod queue;
mod reduce;
mod rows;
#[cfg(test)]
mod tests;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ks_domain::project::{ClassId, Project, SegmentId, SetId, Stamp, VideoId, ViewRules};
use ks_domain::{MediaTime, Progress};

pub use self::actions::{FileWork, LabelAction, NextProject, ProjectAction, ProjectEffect, ProjectEvent};
pub use self::clips::{ClipToCut, MediaEffect, MediaEvent};
pub use self::exchange::{
    ExchangeAction, ExchangeEffect, ExchangeEvent, ExportView, ExportWhat, FormatEntry, ImportView,
};
pub use self::pages::{
    HistoryLine, HistoryView, PageAction, Pages, ResultColumn, ResultFilter, ResultItem, ResultKey, Results, Review,
    ReviewItem, TotalsClass, TotalsMeasure, TotalsScope, TotalsView,
};
pub(in crate::state) use self::queue::file_name;
pub use self::rows::{Bar, Row, Rows};

/// The project that is open. There is always one; it gets a file with its first change.
#[derive(Clone, Debug, Default)]
pub struct Studio {
    /// Its records and journal.
    pub project: Project,
    /// How predictions become segments.
    pub rules: ViewRules,
    /// Whether the rules are being tried out and not kept yet.
    pub(crate) tries_rules: bool,
    /// Its file.
    pub file: ProjectFileState,
    /// What goes on with files of projects.
    pub work: Option<FileWork>,
    /// Projects that were open before, newest first.
    pub recent: Vec<PathBuf>,
    /// Who labels; may be empty.
    pub person: String,
    /// Milliseconds since 1970, UTC: what the clock showed when the last event came. The window's shell sets it.
    pub now_millis: u64,
    /// The label set that is used; `None` for the first one.
    pub set: Option<SetId>,
    /// The class that is drawn with.
    pub class: Option<ClassId>,
    /// The segments that are selected, all of the watched video.
    pub selection: BTreeSet<SegmentId>,
    /// Where the next segment begins, once it was said.
    pub mark_in: Option<MediaTime>,
    /// Classes that are being marked while the video plays, and since when.
    pub painting: BTreeMap<ClassId, MediaTime>,
    /// How long after something happens a person presses the key, in milliseconds at normal speed.
    pub reaction_millis: u32,
    /// Videos of the queue that are selected besides the watched one.
    pub marked_videos: BTreeSet<VideoId>,
    /// Whether the timeline has a row for every class of the set, also for those that do not occur.
    pub shows_all_classes: bool,
    /// Whether the actions under the playhead are drawn over the picture.
    pub overlay: Overlay,
    /// What the inspector shows.
    pub page: Page,
    /// How far cutting clips is, while it goes on.
    pub cutting: Option<Progress>,
    /// The formats of labels that there are.
    pub formats: Vec<FormatEntry>,
    /// What the timeline shows of the watched video.
    pub rows: Rows,
    /// What the inspector's pages show.
    pub pages: Pages,
}

/// What is known about the project's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFileState {
    /// Where it is; `None` until there is something to keep.
    pub path: Option<PathBuf>,
    /// Whether nobody has given it a name yet.
    pub is_untitled: bool,
    /// Whether it is open for reading only.
    pub is_read_only: bool,
    /// Changes that are not on the disk yet.
    pub unsaved: usize,
    /// Why it cannot be written at the moment, in a sentence.
    pub trouble: Option<String>,
}

/// Whether the actions under the playhead are drawn over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// They are.
    #[default]
    Shown,
    /// They are not.
    Hidden,
}

/// The pages of the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// Scores under the playhead, network, device.
    #[default]
    Scores,
    /// The label set and the selected segment.
    Labels,
    /// All segments as a table.
    Results,
    /// Counts, lengths and shares by class.
    Totals,
    /// The moments most worth a look.
    Review,
    /// Every change, and who made it.
    History,
}

impl Page {
    /// All pages in their order.
    pub const ALL: [Self; 6] = [Self::Scores, Self::Labels, Self::Results, Self::Totals, Self::Review, Self::History];
}

impl Studio {
    /// Whether the actions under the playhead are drawn over the picture.
    pub fn shows_overlay(&self) -> bool {
        self.overlay == Overlay::Shown
    }

    /// The label set that is used.
    pub fn current_set(&self) -> Option<SetId> {
        self.set.filter(|set| self.project.set(*set).is_some()).or_else(|| self.project.sets().next().map(|set| set.id))
    }

    /// When and by whom something is done now.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { unix_millis: self.now_millis, person: self.person.clone() }
    }
}
