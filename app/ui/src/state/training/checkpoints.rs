//! The checkpoints that were trained here: the list, what is looked at and compared, and which labels each knows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ks_domain::training::{BestBy, TrainConfig};

use crate::state::Failure;

/// One checkpoint, as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointEntry {
    /// Its file.
    pub path: PathBuf,
    /// Its name for people.
    pub name: String,
    /// What it was trained from.
    pub parent: Option<String>,
    /// What it is (`ir-CSN-50`).
    pub architecture: String,
    /// The classes that it knows, in index order.
    pub classes: Vec<String>,
    /// The best figure that was measured.
    pub best: Option<CheckpointFigure>,
    /// When it was written, in milliseconds since 1970, UTC.
    pub made_millis: u64,
    /// How many seconds the clocks of this place were ahead of UTC then.
    pub utc_offset_secs: i32,
    /// Its size.
    pub bytes: u64,
    /// Words that people gave it.
    pub tags: Vec<String>,
    /// What people wrote about it; may be empty.
    pub note: String,
    /// The run that it came of.
    pub run: Option<String>,
    /// The settings of that run, if they are known.
    pub config: Option<Box<TrainConfig>>,
    /// How many lines the journal of the project that is open had when that run began; `None` if it learnt from
    /// something else.
    pub journal: Option<u64>,
    /// Why nothing but its name is known, in a sentence; it can be shown in its folder and moved to the trash.
    pub trouble: Option<String>,
}

/// A figure, and how it was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckpointFigure {
    /// Which figure.
    pub by: BestBy,
    /// Its value, 0 to 1.
    pub value: f64,
    /// How it was measured, shortly: clips, squares, samples.
    pub protocol: String,
}

/// The columns of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckpointColumn {
    /// The name.
    Name,
    /// What it was trained from.
    Parent,
    /// How many classes it knows.
    Labels,
    /// The best figure.
    Figure,
    /// When it was written.
    #[default]
    Date,
    /// Its size.
    Size,
    /// Tags.
    Tags,
    /// The note.
    Note,
}

impl CheckpointColumn {
    /// All of them, from left to right.
    pub const ALL: [Self; 8] =
        [Self::Name, Self::Parent, Self::Labels, Self::Figure, Self::Date, Self::Size, Self::Tags, Self::Note];
}

/// How the classes of a checkpoint differ from those that are to be learnt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Classes that it does not know.
    pub unknown: Vec<String>,
    /// Classes that it knows and that are not to be learnt.
    pub superfluous: Vec<String>,
}

impl CheckpointEntry {
    /// How its classes differ from these; `None` if they are the same.
    pub fn mismatch(&self, classes: &[String]) -> Option<Mismatch> {
        let without = |from: &[String], other: &[String]| -> Vec<String> {
            from.iter().filter(|name| !other.contains(name)).cloned().collect()
        };
        let found = Mismatch { unknown: without(classes, &self.classes), superfluous: without(&self.classes, classes) };
        (found != Mismatch::default()).then_some(found)
    }
}

/// The checkpoints.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// All of them; `None` until they were looked for.
    pub entries: Option<Vec<CheckpointEntry>>,
    /// What the list is narrowed down to.
    pub search: String,
    /// What it is sorted by.
    pub column: CheckpointColumn,
    /// Whether the greatest stands first.
    pub is_descending: bool,
    /// The one that is looked at.
    pub selected: Option<PathBuf>,
    /// The two that are compared, or the first of them.
    pub compared: BTreeSet<PathBuf>,
    /// What was moved to the trash since the screen was opened, the last one last.
    pub trashed: Vec<CheckpointEntry>,
    /// The checkpoint that one wants to train on from, though its classes are others.
    pub asks_new_head: Option<PathBuf>,
    /// Why the checkpoints cannot be listed or changed.
    pub failure: Option<Failure>,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self {
            entries: None,
            search: String::new(),
            column: CheckpointColumn::Date,
            is_descending: true,
            selected: None,
            compared: BTreeSet::new(),
            trashed: Vec::new(),
            asks_new_head: None,
            failure: None,
        }
    }
}

impl Checkpoints {
    /// A checkpoint.
    pub fn entry(&self, path: &Path) -> Option<&CheckpointEntry> {
        self.entries.iter().flatten().find(|entry| entry.path == path)
    }

    pub(super) fn entry_mut(&mut self, path: &Path) -> Option<&mut CheckpointEntry> {
        self.entries.iter_mut().flatten().find(|entry| entry.path == path)
    }

    /// Those that the search leaves, sorted.
    pub fn shown(&self) -> Vec<&CheckpointEntry> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let matches = |entry: &&CheckpointEntry| {
            let parts = [entry.name.as_str(), entry.parent.as_deref().unwrap_or_default(), &entry.note]
                .into_iter()
                .chain(entry.tags.iter().map(String::as_str))
                .chain(entry.classes.iter().map(String::as_str));
            let text = parts.collect::<Vec<_>>().join(" ").to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let mut shown: Vec<&CheckpointEntry> = self.entries.iter().flatten().filter(matches).collect();
        let figure = |entry: &CheckpointEntry| entry.best.as_ref().map_or(-1.0, |best| best.value);
        shown.sort_by(|a, b| {
            let order = match self.column {
                CheckpointColumn::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
                CheckpointColumn::Parent => a.parent.cmp(&b.parent),
                CheckpointColumn::Labels => a.classes.len().cmp(&b.classes.len()),
                CheckpointColumn::Figure => figure(a).total_cmp(&figure(b)),
                CheckpointColumn::Date => a.made_millis.cmp(&b.made_millis),
                CheckpointColumn::Size => a.bytes.cmp(&b.bytes),
                CheckpointColumn::Tags => a.tags.cmp(&b.tags),
                CheckpointColumn::Note => a.note.cmp(&b.note),
            };
            let order = if self.is_descending { order.reverse() } else { order };
            order.then_with(|| a.name.cmp(&b.name))
        });
        shown
    }

    /// The one that is looked at, if the search leaves it.
    pub fn selected_entry(&self) -> Option<&CheckpointEntry> {
        let selected = self.selected.as_ref()?;
        self.shown().into_iter().find(|entry| entry.path == *selected)
    }

    /// The two that are compared, the older one first.
    pub fn pair(&self) -> Option<(&CheckpointEntry, &CheckpointEntry)> {
        let mut both = self.compared.iter().filter_map(|path| self.entry(path));
        let (a, b) = (both.next()?, both.next()?);
        Some(if a.made_millis <= b.made_millis { (a, b) } else { (b, a) })
    }

    /// Those that can be analysed with and trained on from.
    pub fn usable(&self) -> impl Iterator<Item = &CheckpointEntry> {
        self.entries.iter().flatten().filter(|entry| entry.trouble.is_none())
    }

    /// The line of the project's journal until which labels were learnt; 0 if none were.
    pub fn learnt_until(&self) -> u64 {
        self.usable().filter_map(|entry| entry.journal).max().unwrap_or(0)
    }

    pub(super) fn sort_by(&mut self, column: CheckpointColumn) {
        // What is new, good or large is looked for first, names from the beginning.
        let falls = matches!(column, CheckpointColumn::Figure | CheckpointColumn::Date | CheckpointColumn::Size);
        self.is_descending = if self.column == column { !self.is_descending } else { falls };
        self.column = column;
    }

    pub(super) fn list(&mut self, mut found: Vec<CheckpointEntry>) {
        // A list that was read before something went to the trash may arrive after it.
        found.retain(|entry| !self.trashed.iter().any(|gone| gone.path == entry.path));
        self.compared.retain(|path| found.iter().any(|entry| entry.path == *path));
        self.entries = Some(found);
        self.failure = None;
        if self.selected_entry().is_none() {
            self.selected = self.shown().first().map(|entry| entry.path.clone());
        }
    }
}
