//! The thread that opens, makes and closes project files, so that the window never waits for a disk.
//!
//! It does one thing after the other, in the order in which they were asked for: a project that is opened just after
//! it was closed is closed first. What people change is not written here but by each file's own [`Keeper`].

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ks_domain::project::{AnalysisRecord, Project, ViewRules};
use ks_project::{Keeper, Opened, ProjectError, ProjectFile};
use ks_ui::format::sentence;

use super::super::inbox::Outlet;
use super::untitled;

/// How long a project that is left may take to be kept before the next errand is looked at.
const PATIENCE: Duration = Duration::from_secs(5);

/// Errands that may wait.
const CAPACITY: usize = 64;

/// Something to do with a file.
pub(super) enum Errand {
    /// Read a project, unless a newer one was asked for meanwhile.
    Open {
        /// Counts up from one opening to the next.
        number: u64,
        /// The file.
        path: PathBuf,
    },
    /// Make a file.
    Make {
        /// For finding out what it was made for.
        number: u64,
        /// Where.
        place: Place,
    },
    /// Close a project.
    Leave(Leaving),
    /// Close a file that was read in vain.
    Close(Box<ProjectFile>),
}

/// Where a file is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a folder, under a name that is free.
    Untitled(PathBuf),
    /// Under this name.
    Named(PathBuf),
}

/// A project that is closed.
pub(super) struct Leaving {
    pub(super) keeper: Keeper,
    pub(super) path: PathBuf,
    /// Whether it goes away, as nobody would miss it.
    pub(super) is_removed: bool,
    /// Whether what cannot be kept is lost, because a person said so.
    pub(super) may_lose: bool,
}

/// A project that was read.
pub(super) struct Loaded {
    pub(super) file: ProjectFile,
    pub(super) path: PathBuf,
    /// Why it is open for reading only, if it is.
    pub(super) read_only: Option<String>,
    pub(super) project: Project,
    pub(super) rules: ViewRules,
    pub(super) backup: Option<PathBuf>,
    /// The last analysis of each video.
    pub(super) analyses: Vec<AnalysisRecord>,
    /// What could not be read though the project can, in sentences.
    pub(super) troubles: Vec<String>,
}

/// What came of an errand.
pub(super) enum Done {
    /// How many videos of a project were read.
    Reading {
        /// Which opening.
        number: u64,
        /// So many.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// A project was read, or not, and why.
    Opened {
        /// Which opening.
        number: u64,
        /// The project.
        result: Result<Box<Loaded>, String>,
    },
    /// A file was made, or not, and why.
    Made {
        /// What it was made for.
        number: u64,
        /// Where it was to be.
        place: Place,
        /// The file.
        result: Result<(PathBuf, Box<ProjectFile>), String>,
    },
    /// A project is closed. One that could not be kept comes back.
    Left(Option<Box<Leaving>>),
}

/// The window's end of the thread.
pub(super) struct Desk {
    errands: Option<SyncSender<Errand>>,
    done: Option<Receiver<Done>>,
    newest: Newest,
    ended: Receiver<()>,
}

/// The number of the newest opening. A project of an older one is never handed over after this was raised.
#[derive(Clone, Default)]
struct Newest(Arc<Mutex<u64>>);

impl Newest {
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Starts the thread.
    pub(super) fn start(outlet: Outlet) -> std::io::Result<Self> {
        let (errands, incoming) = sync_channel(CAPACITY);
        let (outgoing, done) = sync_channel(CAPACITY);
        let (ending, ended) = sync_channel(1);
        let newest = Newest::default();
        let clerk = Clerk { done: outgoing, outlet, newest: newest.clone() };
        std::thread::Builder::new().name("projects".to_owned()).spawn(move || {
            clerk.work(&incoming);
            // Nobody waits for it any more if this fails.
            _ = ending.send(());
        })?;
        Ok(Self { errands: Some(errands), done: Some(done), newest, ended })
    }

    /// Asks for something. Never waits; what finds no room comes back.
    pub(super) fn ask(&self, errand: Errand) -> Result<(), Errand> {
        let Some(errands) = &self.errands else { return Err(errand) };
        errands.try_send(errand).map_err(|error| match error {
            TrySendError::Full(errand) | TrySendError::Disconnected(errand) => errand,
        })
    }

    /// From now on only an opening of this number is wanted. What came of older ones is already there to be taken, or
    /// never comes.
    pub(super) fn want_only(&self, number: u64) {
        *self.newest.lock() = number;
    }

    /// What came of the next errand.
    pub(super) fn next(&self) -> Option<Done> {
        self.done.as_ref().and_then(|done| done.try_recv().ok())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What is read now is read in vain.
        self.want_only(u64::MAX);
        self.errands = None;
        self.done = None;
        // What was asked for is done first; a disk that does not answer shall not keep the program from ending.
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a project was still being read or written when the program ended");
        }
    }
}

/// Who does it.
struct Clerk {
    done: SyncSender<Done>,
    outlet: Outlet,
    newest: Newest,
}

impl Clerk {
    fn work(&self, errands: &Receiver<Errand>) {
        while let Ok(errand) = errands.recv() {
            match errand {
                Errand::Open { number, path } => self.open(number, path),
                Errand::Make { number, place } => {
                    let result = make(&place).map_err(|error| error.to_string());
                    self.tell(Done::Made { number, place, result });
                }
                Errand::Leave(leaving) => self.tell(Done::Left(leave(leaving))),
                Errand::Close(file) => drop(file),
            }
        }
    }

    fn tell(&self, done: Done) {
        // Where nobody listens any more the window is gone; what is in `done` is closed by dropping it.
        if self.done.send(done).is_ok() {
            self.outlet.wake();
        }
    }

    fn is_wanted(&self, number: u64) -> bool {
        *self.newest.lock() == number
    }

    fn open(&self, number: u64, path: PathBuf) {
        if !self.is_wanted(number) {
            return;
        }
        let Some(result) = self.load(number, path).transpose() else { return };
        let mut opened = Done::Opened { number, result: result.map_err(|error| error.to_string()) };
        loop {
            let newest = self.newest.lock();
            if *newest != number {
                return;
            }
            // Handed over while nobody can want another one, so that the file of one that comes too late is closed
            // before the next errand, which may be to open it again.
            opened = match self.done.try_send(opened) {
                Ok(()) => return self.outlet.wake(),
                Err(TrySendError::Disconnected(_)) => return,
                Err(TrySendError::Full(opened)) => opened,
            };
            drop(newest);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Reads all of a project; `None` if it is not wanted any more.
    fn load(&self, number: u64, path: PathBuf) -> Result<Option<Box<Loaded>>, ProjectError> {
        let mut read_only = None;
        let opened = match ProjectFile::open(&path) {
            Err(error @ (ProjectError::InUse { .. } | ProjectError::ReadOnly { .. })) => {
                read_only = Some(format!("{}; it is shown here for reading only", sentence(&error.to_string())));
                ProjectFile::open_for_reading(&path)
            }
            other => other,
        };
        let Opened { file, project, rules, backup } = opened?;
        let mut videos: Vec<_> = file.analyses()?.iter().map(|analysis| analysis.video).collect();
        videos.sort();
        videos.dedup();
        let (mut analyses, mut troubles) = (Vec::new(), Vec::new());
        for (done, video) in videos.iter().enumerate() {
            if !self.is_wanted(number) {
                return Ok(None);
            }
            self.tell(Done::Reading { number, done, total: videos.len() });
            match file.latest_analysis(*video) {
                Ok(found) => analyses.extend(found),
                Err(error) => troubles.push(error.to_string()),
            }
        }
        Ok(Some(Box::new(Loaded { file, path, read_only, project, rules, backup, analyses, troubles })))
    }
}

fn make(place: &Place) -> Result<(PathBuf, Box<ProjectFile>), ProjectError> {
    let (path, file) = match place {
        Place::Untitled(folder) => untitled::create_in(folder)?,
        Place::Named(path) => (path.clone(), ProjectFile::create(path)?),
    };
    Ok((path, Box::new(file)))
}

/// Closes a project once all of it is kept; it comes back if that takes too long.
fn leave(leaving: Leaving) -> Option<Box<Leaving>> {
    if !leaving.may_lose && leaving.keeper.flush(PATIENCE).unsaved > 0 {
        return Some(Box::new(leaving));
    }
    let Leaving { keeper, path, is_removed, .. } = leaving;
    drop(keeper);
    if is_removed {
        untitled::remove(&path);
    }
    None
}

/// As people shall find it again, whatever the working directory is later.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_unknown| path.to_owned())
}
