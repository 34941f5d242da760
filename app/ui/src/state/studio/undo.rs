//! Undoing and redoing: in the watched video, the classes and the queue, whichever was last.

use ks_domain::project::{ChangeKind, Entry, Role, Scope};

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
        let scope = self.next_undo().map(|entry| entry.change.scope);
        scope.map_or_else(Vec::new, |scope| self.step_history(scope, true))
    }

    pub(in crate::state) fn redo(&mut self) -> Vec<Effect> {
        let scope = self.next_redo().map(|entry| entry.change.scope);
        scope.map_or_else(Vec::new, |scope| self.step_history(scope, false))
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
