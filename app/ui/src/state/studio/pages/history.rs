//! What was done to the watched video and to the classes, newest first.

use std::collections::BTreeSet;

use ks_domain::project::{Entry, Role, Scope, VideoId};

use crate::state::AppState;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// The number of its entry in the journal.
    pub number: u64,
    /// Whether it was taken back.
    pub is_undone: bool,
    /// Whether it belongs to the video; otherwise it is about the classes.
    pub is_of_video: bool,
}

/// All changes.
#[derive(Clone, Debug, Default)]
pub struct HistoryView {
    lines: Vec<HistoryLine>,
    current: u64,
    current_of_classes: u64,
    made_from: Option<(Option<VideoId>, usize)>,
}

impl HistoryView {
    /// The changes, newest first.
    pub fn lines(&self) -> &[HistoryLine] {
        &self.lines
    }

    /// The number of the last change of the video that is not taken back; 0 for its beginning.
    pub const fn current(&self) -> u64 {
        self.current
    }

    /// Whether a change is the last one that is not taken back, of the video or of the classes.
    pub const fn is_current(&self, line: &HistoryLine) -> bool {
        line.number == if line.is_of_video { self.current } else { self.current_of_classes }
    }
}

impl AppState {
    pub(super) fn refresh_history(&mut self) {
        let entries = self.studio.project.history().entries();
        let made_from = (self.selected, entries.len());
        if self.studio.pages.history.made_from == Some(made_from) {
            return;
        }
        let watched = self.selected.map(Scope::Video);
        let mut undone: BTreeSet<u64> = BTreeSet::new();
        for entry in entries {
            match entry.role {
                Role::Undo(number) => _ = undone.insert(number),
                Role::Redo(number) => _ = undone.remove(&number),
                Role::Done => {}
            }
        }
        let is_shown = |entry: &&Entry| {
            let scope = entry.change.scope;
            entry.role == Role::Done && (scope == Scope::Classes || Some(scope) == watched)
        };
        let lines: Vec<HistoryLine> = entries
            .iter()
            .rev()
            .filter(is_shown)
            .map(|entry| HistoryLine {
                number: entry.number,
                is_undone: undone.contains(&entry.number),
                is_of_video: entry.change.scope != Scope::Classes,
            })
            .collect();
        let last = |of_video: bool| {
            lines.iter().find(|line| line.is_of_video == of_video && !line.is_undone).map_or(0, |line| line.number)
        };
        let (current, current_of_classes) = (last(true), last(false));
        self.studio.pages.history = HistoryView { lines, current, current_of_classes, made_from: Some(made_from) };
    }
}
