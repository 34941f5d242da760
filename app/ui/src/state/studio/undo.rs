//! Undoing and redoing: in the watched video, the classes and the queue, whichever was last.

use ks_domain::project::{ChangeKind, Entry, RecordId, Role, Scope};

use crate::state::{AppState, Effect, Severity};

impl AppState {
    /// What Ctrl+Z would take back.
    pub fn next_undo(&self) -> Option<&Entry> {
        let history = self.studio.project.history();
        let mut candidates: Vec<&Entry> = self.scopes().filter_map(|scope| history.next_undo(scope)).collect();
        // Adding a video is no edit that anybody expects to lose a video by.
        candidates.retain(|entry| entry.change.kind != ChangeKind::AddVideos);
        candidates.into_iter().max_by_key(|entry| self.last_touched(entry))
    }

    /// What Ctrl+Y would make again.
    pub fn next_redo(&self) -> Option<&Entry> {
        let history = self.studio.project.history();
        let candidates = self.scopes().filter_map(|scope| history.next_redo(scope));
        candidates.max_by_key(|entry| self.last_touched(entry))
    }

    /// The scopes that the user sees at the moment: never another video's.
    fn scopes(&self) -> impl Iterator<Item = Scope> {
        let watched = self.selected.map(Scope::Video);
        [Scope::Queue, Scope::Classes].into_iter().chain(watched)
    }

    /// The number of the last entry that made, took back or made again the change of an entry.
    fn last_touched(&self, entry: &Entry) -> u64 {
        let about = |other: &&Entry| match other.role {
            Role::Done => other.number == entry.number,
            Role::Undo(number) | Role::Redo(number) => number == entry.number,
        };
        self.studio.project.history().entries().iter().rev().find(about).map_or(entry.number, |other| other.number)
    }

    pub(in crate::state) fn undo(&mut self) -> Vec<Effect> {
        let together = self.next_undo().map(|entry| self.made_together(entry)).unwrap_or_default();
        let is_alone = together.len() == 1;
        let mut effects = Vec::new();
        for (number, scope) in together.into_iter().rev() {
            let is_next = self.studio.project.history().next_undo(scope).is_some_and(|next| next.number == number);
            // A class that other labels have by now stays; by itself it says why.
            if is_next && (is_alone || !self.is_needed_by_labels(number)) {
                effects.extend(self.step_history(scope, true));
            }
        }
        effects
    }

    pub(in crate::state) fn redo(&mut self) -> Vec<Effect> {
        let together = self.next_redo().map(|entry| self.made_together(entry)).unwrap_or_default();
        let mut effects = Vec::new();
        for (number, scope) in together {
            let next = self.studio.project.history().next_redo(scope).map(|entry| entry.number);
            if next == Some(number) {
                effects.extend(self.step_history(scope, false));
            }
        }
        effects
    }

    /// What one action made with this entry, in its order: a class that was named by drawing its first label is made, and
    /// its set, and then drawn. Each is in the journal for itself, as they belong to two scopes.
    fn made_together(&self, entry: &Entry) -> Vec<(u64, Scope)> {
        let entries = self.studio.project.history().entries();
        let leads = |other: &&Entry| other.change.leads && other.role == Role::Done && other.stamp == entry.stamp;
        let at = usize::try_from(entry.number).unwrap_or(usize::MAX).saturating_sub(1);
        let before = entries.get(..at).unwrap_or_default().iter().rev().take_while(leads).count();
        let after = entries.get(at..).unwrap_or_default().iter().take_while(leads).count();
        let group = entries.get(at.saturating_sub(before)..).unwrap_or_default().iter().take(before + after + 1);
        let is_of_it = |other: &&Entry| other.role == Role::Done && other.stamp == entry.stamp;
        group.filter(is_of_it).map(|one| (one.number, one.change.scope)).collect()
    }

    /// Whether an entry made a class that labels have.
    fn is_needed_by_labels(&self, number: u64) -> bool {
        let project = &self.studio.project;
        let Some(entry) = project.history().entry(number) else { return false };
        let made = |class| entry.change.edits.iter().any(|edit| edit.id() == Some(RecordId::Class(class)));
        let tracks = project.all_videos().filter_map(|video| project.track(video.id));
        tracks.flat_map(|track| track.segments()).any(|segment| made(segment.class))
    }

    /// Goes back or forward until the entry of this number is the last that is not taken back: in the watched video, or
    /// in the classes if the entry is about them. Goes as far as it can where something else stands on a change.
    pub(super) fn travel_to(&mut self, number: u64) -> Vec<Effect> {
        let entry = self.studio.project.history().entry(number);
        let of_classes = entry.map(|entry| entry.change.scope).filter(|scope| *scope == Scope::Classes);
        let Some(scope) = of_classes.or(self.selected.map(Scope::Video)) else { return vec![] };
        let mut effects = Vec::new();
        let history = |state: &Self, redo: bool| {
            let history = state.studio.project.history();
            let next = if redo { history.next_redo(scope) } else { history.next_undo(scope) };
            next.map(|entry| entry.number)
        };
        let mut go = |state: &mut Self, redo: bool, goes_on: &dyn Fn(u64) -> bool| {
            while let Some(next) = history(state, redo).filter(|next| goes_on(*next)) {
                effects.extend(state.step_history(scope, !redo));
                if history(state, redo) == Some(next) {
                    // It could not be; why was said.
                    break;
                }
            }
        };
        go(self, false, &|last| last > number);
        go(self, true, &|next| next <= number);
        effects
    }

    fn step_history(&mut self, scope: Scope, back: bool) -> Vec<Effect> {
        let stamp = self.studio.stamp();
        let project = &mut self.studio.project;
        let done = if back { project.undo(scope, stamp) } else { project.redo(scope, stamp) };
        match done {
            Some(Ok(entry)) => self.committed(entry),
            Some(Err(error)) => {
                self.announce(Severity::Error, crate::format::sentence(&error.to_string()), String::new());
                vec![]
            }
            None => vec![],
        }
    }
}
