//! Opening another project: it is read beside the window, and changes places with the one that is shown once all of
//! that one is on the disk.

use std::path::{Path, PathBuf};

use ks_project::ProjectFile;
use ks_ui::state::{Action, Event, ProjectAction, ProjectEvent};

use super::desk::{Errand, Loaded, absolute};
use super::{OpenFile, ProjectLink, failure};

/// A project that is being opened. The one that is open stays so until this one is there.
pub(super) struct Opening {
    pub(super) number: u64,
    pub(super) path: PathBuf,
    pub(super) done: usize,
    pub(super) total: usize,
    arrived: Option<Box<Loaded>>,
}

impl ProjectLink {
    /// Begins to open a project. If another one is being opened, this one comes instead.
    pub(super) fn begin_opening(&mut self, path: &Path) -> Vec<Event> {
        let (path, number) = (absolute(path), self.next_number());
        // Whatever was opened before is closed first: it may be the same file, which would meet its own lock.
        self.desk.want_only(number);
        let before = self.opening.take();
        let mut events = self.take_all();
        if let Some(Opening { arrived: Some(loaded), .. }) = before {
            self.put_away(loaded.file);
        }
        if self.open.as_ref().is_some_and(|open| open.path == path) {
            return events;
        }
        match self.desk.ask(Errand::Open { number, path: path.clone() }) {
            Ok(()) => self.opening = Some(Opening { number, path, done: 0, total: 0, arrived: None }),
            Err(_full) => {
                events.push(failure("too many projects were opened at once; open this one again in a while"));
            }
        }
        events
    }

    pub(super) fn opened(&mut self, number: u64, result: Result<Box<Loaded>, String>) -> Vec<Event> {
        let Some(opening) = self.opening.as_mut().filter(|opening| opening.number == number) else {
            if let Ok(loaded) = result {
                self.put_away(loaded.file);
            }
            return vec![];
        };
        match result {
            Ok(loaded) => opening.arrived = Some(loaded),
            Err(why) => {
                self.opening = None;
                return vec![failure(&why)];
            }
        }
        vec![]
    }

    /// Shows the project that has arrived instead of the one that is open, once all of that one is kept.
    pub(super) fn change_places(&mut self) -> Vec<Event> {
        if self.opening.as_ref().is_none_or(|opening| opening.arrived.is_none()) {
            return vec![];
        }
        let state = self.state_of_open();
        let is_at_rest = state.unsaved == 0
            && self.making.is_none()
            && self.save_next.is_none()
            && self.open.as_ref().is_none_or(|open| open.moving_to.is_none());
        if state.trouble.is_none() && !is_at_rest {
            self.outlet.wake_soon();
            return vec![];
        }
        let Some(Opening { path, arrived: Some(loaded), .. }) = self.opening.take() else { return vec![] };
        if state.trouble.is_some() {
            // Asked for again, it leads to the question of where to save the one that is open.
            self.put_away(loaded.file);
            return vec![Event::Action(Action::Project(ProjectAction::Open(path)))];
        }
        let Loaded { file, path, read_only, project, rules, backup, analyses, troubles } = *loaded;
        let is_read_only = read_only.is_some();
        let keeper = match self.keeper(file) {
            Ok(keeper) => keeper,
            Err(error) => {
                return vec![failure(&format!(
                    "the project cannot be kept open ({error}); close other programs and open it again"
                ))];
            }
        };
        self.close(false);
        let (is_untitled, is_worth_keeping, moving_to) = (false, true, None);
        let file = path.clone();
        self.open = Some(OpenFile { keeper, path: file, is_untitled, is_read_only, is_worth_keeping, moving_to });
        let project = Box::new(project);
        let mut events = vec![Event::Project(ProjectEvent::Opened { path, read_only, project, rules, backup })];
        events.extend(analyses.into_iter().map(|record| Event::Project(ProjectEvent::Analysis(Box::new(record)))));
        events.extend(troubles.iter().map(|why| failure(why)));
        events
    }

    /// Has a file closed that was read in vain.
    fn put_away(&self, file: ProjectFile) {
        // Where the thread has no room, it is closed right here, which only costs a moment.
        drop(self.desk.ask(Errand::Close(Box::new(file))));
    }
}
