//! Doing, undoing and redoing: the journal in memory.

use std::collections::BTreeMap;

use super::change::{Change, Entry, Role, Scope, Stamp};
use super::state::{ChangeError, Project};

/// The journal of a project and what can be undone and redone of it in each scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    entries: Vec<Entry>,
    stacks: BTreeMap<Scope, Stacks>,
}

/// Numbers of entries, the newest last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stacks {
    undo: Vec<u64>,
    redo: Vec<u64>,
}

impl History {
    /// The whole journal, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this number.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    /// What undoing takes back next.
    pub fn next_undo(&self, scope: Scope) -> Option<&Entry> {
        self.entry(*self.stacks.get(&scope)?.undo.last()?)
    }

    /// What redoing makes again next.
    pub fn next_redo(&self, scope: Scope) -> Option<&Entry> {
        self.entry(*self.stacks.get(&scope)?.redo.last()?)
    }

    fn push(&mut self, entry: Entry) {
        let stacks = self.stacks.entry(entry.change.scope).or_default();
        match entry.role {
            Role::Done => {
                stacks.undo.push(entry.number);
                stacks.redo.clear();
            }
            Role::Undo(number) => {
                stacks.undo.retain(|other| *other != number);
                stacks.redo.push(number);
            }
            Role::Redo(number) => {
                stacks.redo.retain(|other| *other != number);
                stacks.undo.push(number);
            }
        }
        self.entries.push(entry);
    }
}

impl Project {
    /// The journal.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Takes in the next entry of a journal that was kept, without changing any record. `false`, and nothing taken in,
    /// if the entry does not carry the next number.
    #[must_use]
    pub fn restore_entry(&mut self, entry: Entry) -> bool {
        let follows = entry.number == self.history.entries.len() as u64 + 1;
        if follows {
            for id in entry.change.edits.iter().filter_map(super::Edit::id) {
                self.reserve(id.number());
            }
            self.history.push(entry);
        }
        follows
    }

    /// Makes the change of a kept entry again and takes it into the journal: replaying all of them rebuilds a project.
    ///
    /// # Errors
    /// If the entry does not fit what was replayed before it.
    pub fn replay(&mut self, entry: Entry) -> Result<(), ChangeError> {
        self.apply(&entry.change)?;
        if self.restore_entry(entry) { Ok(()) } else { Err(ChangeError::Malformed) }
    }

    /// Makes a change and writes it into the journal. The entry that comes back is what is to be kept.
    ///
    /// # Errors
    /// If the change does not fit; then nothing has changed.
    pub fn commit(&mut self, change: Change, stamp: Stamp) -> Result<Entry, ChangeError> {
        self.enter(change, Role::Done, stamp)
    }

    /// Takes back the last change of a scope that is not taken back; `None` if there is none.
    ///
    /// # Errors
    /// If the records are not as that change left them; then nothing has changed.
    pub fn undo(&mut self, scope: Scope, stamp: Stamp) -> Option<Result<Entry, ChangeError>> {
        let entry = self.history.next_undo(scope)?;
        let (number, change) = (entry.number, entry.change.reversed());
        Some(self.enter(change, Role::Undo(number), stamp))
    }

    /// Makes the change of a scope again that was taken back last; `None` if there is none.
    ///
    /// # Errors
    /// If the records are not as they were before that change; then nothing has changed.
    pub fn redo(&mut self, scope: Scope, stamp: Stamp) -> Option<Result<Entry, ChangeError>> {
        let entry = self.history.next_redo(scope)?;
        let (number, change) = (entry.number, entry.change.clone());
        Some(self.enter(change, Role::Redo(number), stamp))
    }

    fn enter(&mut self, change: Change, role: Role, stamp: Stamp) -> Result<Entry, ChangeError> {
        self.apply(&change)?;
        let entry = Entry { number: self.history.entries.len() as u64 + 1, stamp, role, change };
        self.history.push(entry.clone());
        Ok(entry)
    }
}
