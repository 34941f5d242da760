//! The project's file: opened, made when there is something to keep, kept up to date, and found under another name.
//!
//! Nothing here waits for a disk. [`desk`] opens, makes and closes files on a thread of its own; the file that is open
//! is written by its [`Keeper`]. What a person changes while a file is on its way waits for it, and nothing is let go
//! before it is on the disk, unless a person says so.

mod desk;
mod opening;
mod untitled;

use std::path::{Path, PathBuf};

use ks_domain::CancelToken;
use ks_project::{EXTENSION, Keep, Keeper, KeeperState, ProjectFile};
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, FileWork, ProjectEffect, ProjectEvent};

use self::desk::{Desk, Done, Errand, Leaving, Place, absolute};
use self::opening::Opening;
use self::untitled::is_worth_keeping;
use super::dialogs::Dialogs;
use super::inbox::Outlet;
use super::relink;

/// The file of the project that the window shows.
pub(super) struct ProjectLink {
    /// Where projects without a name go.
    folder: PathBuf,
    outlet: Outlet,
    dialogs: Dialogs,
    desk: Desk,
    open: Option<OpenFile>,
    /// What waits for a file.
    homeless: Vec<Keep>,
    /// Why none could be made.
    homeless_trouble: Option<String>,
    /// The file that is being made for it.
    making: Option<u64>,
    /// The project that is being opened.
    opening: Option<Opening>,
    /// Where the project shall be kept from now on, once its file is there and at rest.
    save_next: Option<PathBuf>,
    /// Projects that were left before their file was made.
    orphans: Vec<Orphan>,
    /// Projects that were left and cannot be written; they are tried again until the program ends.
    stuck: Vec<Leaving>,
    /// How many are being closed.
    leaving: usize,
    /// Ends the search for videos of this project.
    finding: CancelToken,
    last_number: u64,
    told: KeeperState,
    told_work: Option<FileWork>,
}

struct OpenFile {
    keeper: Keeper,
    path: PathBuf,
    is_untitled: bool,
    is_read_only: bool,
    /// Whether it holds anything that somebody would miss.
    is_worth_keeping: bool,
    /// Where it is being moved to.
    moving_to: Option<PathBuf>,
}

/// What a project left behind whose file is still being made.
struct Orphan {
    number: u64,
    keeps: Vec<Keep>,
}

impl ProjectLink {
    pub(super) fn start(data_dir: &Path, outlet: Outlet, dialogs: Dialogs) -> std::io::Result<Self> {
        Ok(Self {
            folder: data_dir.join("projects"),
            desk: Desk::start(outlet.clone())?,
            outlet,
            dialogs,
            open: None,
            homeless: Vec::new(),
            homeless_trouble: None,
            making: None,
            opening: None,
            save_next: None,
            orphans: Vec::new(),
            stuck: Vec::new(),
            leaving: 0,
            finding: CancelToken::new(),
            last_number: 0,
            told: KeeperState::default(),
            told_work: None,
        })
    }

    /// Does what the state asks for, and says what came of it at once. Never waits.
    pub(super) fn carry_out(&mut self, effect: ProjectEffect) -> Vec<Event> {
        match effect {
            ProjectEffect::KeepEntry(entry) => self.keep(Keep::Entry(*entry)),
            ProjectEffect::KeepFacts(video, facts) => self.keep(Keep::Facts(video, facts)),
            ProjectEffect::BeginAnalysis(analysis) => self.keep(Keep::Begin(*analysis)),
            ProjectEffect::KeepWindows { analysis, first, windows } => {
                self.keep(Keep::Windows { analysis, first, windows });
            }
            ProjectEffect::FinishAnalysis(analysis) => self.keep(Keep::Finish(analysis)),
            ProjectEffect::Close => self.close(false),
            ProjectEffect::Abandon => self.close(true),
            ProjectEffect::Open(path) => return self.begin_opening(&path),
            ProjectEffect::SaveAs(path) => return self.save_as(&path),
            ProjectEffect::AskToOpen => self.dialogs.ask_for_project(self.outlet.clone(), self.folder.clone()),
            ProjectEffect::AskToSave => self.dialogs.ask_for_project_name(self.outlet.clone()),
            // Carried out beside the file, by `exchange`.
            ProjectEffect::Exchange(_) => {}
            ProjectEffect::Find { video, hash, path } => {
                relink::look_for(video, hash, path, self.finding.clone(), self.outlet.clone());
            }
        }
        vec![]
    }

    /// What happened to files since the last call.
    pub(super) fn poll(&mut self) -> Vec<Event> {
        let mut events = self.take_all();
        self.stuck.retain(|leaving| leaving.keeper.state().unsaved > 0);
        events.extend(self.moved());
        self.begin_saving();
        events.extend(self.news());
        events.extend(self.change_places());
        let work = self.work();
        if work != self.told_work {
            self.told_work.clone_from(&work);
            events.push(Event::Project(ProjectEvent::Busy(work)));
        }
        events
    }

    fn take_all(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(done) = self.desk.next() {
            events.extend(self.take(done));
        }
        events
    }

    /// How much is not on the disk yet, of this project and of those that were left, and why.
    pub(super) fn state(&self) -> KeeperState {
        let mut state = self.state_of_open();
        let stuck = self.stuck.iter().map(|leaving| leaving.keeper.state());
        for other in stuck {
            state.unsaved += other.unsaved;
            state.trouble = state.trouble.or(other.trouble);
        }
        state.unsaved += self.orphans.iter().map(|orphan| orphan.keeps.len()).sum::<usize>() + self.leaving;
        state
    }

    fn state_of_open(&self) -> KeeperState {
        match &self.open {
            Some(open) => open.keeper.state(),
            None => KeeperState { unsaved: self.homeless.len(), trouble: self.homeless_trouble.clone() },
        }
    }

    /// How far keeping is, if that is news.
    fn news(&mut self) -> Option<Event> {
        let state = self.state_of_open();
        // While a change is on its way to the disk there is no need to say so; only what stays is told.
        let is_new =
            state.trouble != self.told.trouble || state.trouble.is_some() && state.unsaved != self.told.unsaved;
        is_new.then(|| {
            self.told = state.clone();
            Event::Project(ProjectEvent::Kept { unsaved: state.unsaved, trouble: state.trouble })
        })
    }

    /// What the window shall say that goes on.
    fn work(&self) -> Option<FileWork> {
        let moving = self.open.as_ref().and_then(|open| open.moving_to.as_ref()).or(self.save_next.as_ref());
        let opening = self.opening.as_ref().map(|opening| FileWork::Opening {
            path: opening.path.clone(),
            done: opening.done,
            total: opening.total,
        });
        opening.or_else(|| moving.map(|path| FileWork::Saving(path.clone())))
    }

    fn keep(&mut self, keep: Keep) {
        match &mut self.open {
            // What was found out about files is found out again; nobody has to save a project elsewhere for that.
            Some(open) if open.is_read_only && matches!(keep, Keep::Facts(..)) => {}
            Some(open) => {
                open.is_worth_keeping |= is_worth_keeping(&keep);
                open.keeper.keep(keep);
            }
            None => {
                self.homeless.push(keep);
                if self.making.is_none() {
                    self.make(Place::Untitled(self.folder.clone()));
                }
            }
        }
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Has a file made for what waits for one.
    fn make(&mut self, place: Place) {
        let number = self.next_number();
        match self.desk.ask(Errand::Make { number, place }) {
            Ok(()) => self.making = Some(number),
            // It is asked for again with the next change.
            Err(_full) => self.homeless_trouble = Some("The disk does not answer".to_owned()),
        }
    }

    fn take(&mut self, done: Done) -> Vec<Event> {
        match done {
            Done::Reading { number, done, total } => {
                if let Some(opening) = self.opening.as_mut().filter(|opening| opening.number == number) {
                    (opening.done, opening.total) = (done, total);
                }
                vec![]
            }
            Done::Opened { number, result } => self.opened(number, result),
            Done::Made { number, place, result } if self.making == Some(number) => {
                self.making = None;
                self.made(place, result)
            }
            Done::Made { number, result, .. } => self.made_for_orphan(number, result),
            Done::Left(left) => {
                self.leaving = self.leaving.saturating_sub(1);
                left.map_or_else(Vec::new, |left| {
                    let state = left.keeper.state();
                    let why = state.trouble.unwrap_or_else(|| "the disk does not answer".to_owned());
                    let name = left.path.display().to_string();
                    let text = format!(
                        "The project that was left has {} changes that cannot be kept at the moment; make room or \
                         connect its disk, and they are written as long as this window is open",
                        state.unsaved
                    );
                    self.stuck.push(*left);
                    let failure = Failure { summary: text, details: format!("{why}\n{name}") };
                    vec![Event::Project(ProjectEvent::Failed(failure))]
                })
            }
        }
    }

    /// A file is there for what waits for one, or none can be made.
    fn made(&mut self, place: Place, result: Result<(PathBuf, Box<ProjectFile>), String>) -> Vec<Event> {
        let is_untitled = matches!(place, Place::Untitled(_));
        let started = result.and_then(|(path, file)| {
            let keeper = self.keeper(*file).map_err(|error| format!("{error}: {}", path.display()))?;
            Ok((path, keeper))
        });
        match started {
            Ok((path, keeper)) => {
                self.homeless_trouble = None;
                let is_worth_keeping = !is_untitled || self.homeless.iter().any(is_worth_keeping);
                for keep in self.homeless.drain(..) {
                    keeper.keep(keep);
                }
                let (moving_to, is_read_only) = (None, false);
                let file = path.clone();
                self.open =
                    Some(OpenFile { keeper, path: file, is_untitled, is_read_only, is_worth_keeping, moving_to });
                vec![Event::Project(ProjectEvent::FileIs { path, is_untitled })]
            }
            Err(why) => {
                self.homeless_trouble = (!self.homeless.is_empty()).then(|| sentence(&why));
                if is_untitled { vec![] } else { vec![failure(&why)] }
            }
        }
    }

    /// A file is there for a project that was left meanwhile.
    fn made_for_orphan(&mut self, number: u64, result: Result<(PathBuf, Box<ProjectFile>), String>) -> Vec<Event> {
        let place = self.orphans.iter().position(|orphan| orphan.number == number);
        let orphan = place.map(|place| self.orphans.swap_remove(place));
        let keeps = orphan.map(|orphan| orphan.keeps).unwrap_or_default();
        let is_removed = !keeps.iter().any(is_worth_keeping);
        let started = result.and_then(|(path, file)| {
            let keeper = self.keeper(*file).map_err(|error| error.to_string())?;
            Ok((path, keeper))
        });
        match started {
            Ok((path, keeper)) => {
                for keep in keeps {
                    keeper.keep(keep);
                }
                self.leave(Leaving { keeper, path, is_removed, may_lose: is_removed });
                vec![]
            }
            Err(_) if is_removed => vec![],
            Err(why) => {
                // Counted when the window closes, so that nobody closes it unaware.
                self.orphans.push(Orphan { number, keeps });
                vec![failure(&format!("the project that was left could not be kept: {why}"))]
            }
        }
    }

    fn keeper(&self, file: ProjectFile) -> std::io::Result<Keeper> {
        let outlet = self.outlet.clone();
        Keeper::start(file, move || outlet.wake())
    }

    fn save_as(&mut self, path: &Path) -> Vec<Event> {
        let mut path = absolute(path);
        if path.extension().is_none() {
            path.set_extension(EXTENSION);
        }
        if self.open.as_ref().is_some_and(|open| open.path == path) {
            return vec![];
        }
        self.save_next = Some(path);
        self.begin_saving();
        vec![]
    }

    /// Begins what [`Self::save_as`] asked for, as soon as nothing stands in the way.
    fn begin_saving(&mut self) {
        if self.making.is_some() || self.open.as_ref().is_some_and(|open| open.moving_to.is_some()) {
            return;
        }
        let Some(path) = self.save_next.take() else { return };
        match &mut self.open {
            Some(open) => {
                open.keeper.begin_move(&path);
                open.is_worth_keeping = true;
                open.moving_to = Some(path);
            }
            None => self.make(Place::Named(path)),
        }
    }

    /// Says how moving the project to another file went.
    fn moved(&mut self) -> Option<Event> {
        let open = self.open.as_mut()?;
        open.moving_to.as_ref()?;
        let moved = open.keeper.take_moved()?;
        let path = open.moving_to.take()?;
        if let Err(why) = moved {
            return Some(failure(&why));
        }
        let old = std::mem::replace(&mut open.path, path.clone());
        open.is_read_only = false;
        // A project that had no name has one now; two of it would only confuse.
        if std::mem::replace(&mut open.is_untitled, false) {
            untitled::remove(&old);
        }
        // Whatever was wrong at the old place is told again if it is wrong here, too.
        self.told = KeeperState::default();
        Some(Event::Project(ProjectEvent::FileIs { path, is_untitled: false }))
    }

    /// Lets the project go. One without a name in which nobody did anything but open videos is taken away.
    fn close(&mut self, may_lose: bool) {
        self.told = KeeperState::default();
        std::mem::take(&mut self.finding).cancel();
        self.homeless_trouble = None;
        self.save_next = None;
        let keeps = std::mem::take(&mut self.homeless);
        match self.making.take() {
            Some(number) => self.orphans.push(Orphan { number, keeps: if may_lose { vec![] } else { keeps } }),
            None if keeps.is_empty() || may_lose => {}
            None => {
                self.make(Place::Untitled(self.folder.clone()));
                let number = self.making.take().unwrap_or(0);
                self.orphans.push(Orphan { number, keeps });
            }
        }
        if let Some(OpenFile { keeper, path, is_untitled, is_worth_keeping, .. }) = self.open.take() {
            let is_removed = is_untitled && !is_worth_keeping;
            self.leave(Leaving { keeper, path, is_removed, may_lose });
        }
    }

    fn leave(&mut self, leaving: Leaving) {
        match self.desk.ask(Errand::Leave(leaving)) {
            Ok(()) => self.leaving += 1,
            Err(Errand::Leave(leaving)) => self.stuck.push(leaving),
            Err(_) => {}
        }
    }
}

impl Drop for ProjectLink {
    fn drop(&mut self) {
        self.close(true);
    }
}

fn failure(text: &str) -> Event {
    Event::Project(ProjectEvent::Failed(Failure::new(sentence(text))))
}
