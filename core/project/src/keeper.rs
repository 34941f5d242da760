//! The thread that keeps a project file up to date, so that nobody who draws a bar waits for a disk.
//!
//! What it is given it keeps in order. If the file cannot be written, nothing is given up: it says so, holds on to all
//! of it, and tries again every second, or in another place ([`Keeper::move_to`]).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ks_domain::WindowScores;
use ks_domain::project::{AnalysisId, AnalysisRecord, Entry, VideoFacts, VideoId};

use crate::{ProjectError, ProjectFile};

/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_secs(1);

/// Something to keep.
#[derive(Clone, Debug, PartialEq)]
pub enum Keep {
    /// A line of the journal with what it makes of the records.
    Entry(Entry),
    /// What was found out about a file.
    Facts(VideoId, VideoFacts),
    /// An analysis begins.
    Begin(AnalysisRecord),
    /// More windows of an analysis.
    Windows {
        /// Which analysis.
        analysis: AnalysisId,
        /// The number of the first of them.
        first: u32,
        /// The windows.
        windows: Vec<WindowScores>,
    },
    /// All windows of an analysis are there.
    Finish(AnalysisId),
}

/// How far the keeper is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeeperState {
    /// How many things are not on the disk yet.
    pub unsaved: usize,
    /// Why the file cannot be written at the moment, in a sentence.
    pub trouble: Option<String>,
}

/// Keeps a project file on a thread of its own. Dropping it waits until all is kept, or until it is clear that it
/// cannot be.
#[derive(Debug)]
pub struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Desk {
    pending: VecDeque<Keep>,
    trouble: Option<String>,
    move_to: Option<PathBuf>,
    moved: Option<Result<(), String>>,
    is_closing: bool,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing panics while it holds the desk, and what lies on it stays usable if something ever does.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    /// Starts keeping. `notify` is called whenever the state has changed in a way that a person would want to know.
    ///
    /// # Errors
    /// If the system has no room for a thread.
    pub fn start(file: ProjectFile, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("project file".to_owned())
            .spawn(move || Clerk { shared: theirs, file, notify }.work())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps something. Returns at once.
    pub fn keep(&self, what: Keep) {
        self.shared.desk().pending.push_back(what);
        self.shared.changed.notify_all();
    }

    /// How far it is.
    pub fn state(&self) -> KeeperState {
        let desk = self.shared.desk();
        KeeperState { unsaved: desk.pending.len(), trouble: desk.trouble.clone() }
    }

    /// Waits until all is kept, at most so long.
    pub fn flush(&self, at_most: Duration) -> KeeperState {
        let until = Instant::now() + at_most;
        let mut desk = self.shared.desk();
        while !desk.pending.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            desk = self.shared.changed.wait_timeout(desk, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        KeeperState { unsaved: desk.pending.len(), trouble: desk.trouble.clone() }
    }

    /// Copies the project to another file and goes on there, with all that could not be kept at the old place.
    ///
    /// # Errors
    /// A sentence, if the new file cannot be made. Then the old one stays in use.
    pub fn move_to(&self, path: &Path) -> Result<(), String> {
        self.begin_move(path);
        loop {
            if let Some(moved) = self.take_moved() {
                return moved;
            }
            let desk = self.shared.desk();
            // Whoever says that it has moved says so while it holds the desk, so nothing is missed here.
            if desk.moved.is_none() {
                drop(self.shared.changed.wait_timeout(desk, Duration::from_millis(200)));
            }
        }
    }

    /// As [`Self::move_to`], without waiting: [`Self::take_moved`] tells how it went, and `notify` is called then.
    pub fn begin_move(&self, path: &Path) {
        let mut desk = self.shared.desk();
        desk.move_to = Some(path.to_owned());
        desk.moved = None;
        self.shared.changed.notify_all();
    }

    /// How the move that was begun went: once, when it has ended; `None` while it goes on.
    pub fn take_moved(&self) -> Option<Result<(), String>> {
        let moved = self.shared.desk().moved.take();
        let is_gone = || self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        moved.or_else(|| is_gone().then(|| Err("the project file is no longer open; open it again".to_owned())))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.desk().is_closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there is reported by the panic hook; there is nobody left to tell.
            _ = thread.join();
        }
    }
}

/// Who does the work.
struct Clerk<F> {
    shared: Arc<Shared>,
    file: ProjectFile,
    notify: F,
}

impl<F: Fn()> Clerk<F> {
    fn work(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut desk = shared.desk();
        loop {
            if let Some(path) = desk.move_to.take() {
                drop(desk);
                let moved = self.relocate(&path).map_err(|error| error.to_string());
                desk = shared.desk();
                if moved.is_ok() {
                    // That was the trouble of the old place.
                    desk.trouble = None;
                }
                desk.moved = Some(moved);
                shared.changed.notify_all();
                (self.notify)();
                continue;
            }
            let batch: Vec<Keep> = desk.pending.iter().cloned().collect();
            if batch.is_empty() {
                if desk.is_closing {
                    return;
                }
                desk = shared.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            drop(desk);
            let (kept, trouble) = self.keep(&batch);
            desk = shared.desk();
            desk.pending.drain(..kept);
            let is_news = desk.trouble.is_some() != trouble.is_some();
            desk.trouble = trouble.map(|error| error.to_string());
            shared.changed.notify_all();
            if is_news {
                (self.notify)();
            }
            if desk.trouble.is_some() {
                if desk.is_closing {
                    return;
                }
                desk = shared.changed.wait_timeout(desk, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Keeps as much of a batch as it can, in order, and says how much that was.
    fn keep(&mut self, batch: &[Keep]) -> (usize, Option<ProjectError>) {
        let mut kept = 0;
        while let Some(next) = batch.get(kept) {
            // Entries that wait together are written together: one wait for the disk, not many.
            let entries: Vec<Entry> = batch
                .iter()
                .skip(kept)
                .map_while(|keep| if let Keep::Entry(entry) = keep { Some(entry.clone()) } else { None })
                .collect();
            let done = match next {
                Keep::Entry(_) => self.file.append(&entries),
                Keep::Facts(video, facts) => self.file.learn(*video, facts),
                Keep::Begin(analysis) => self.file.begin_analysis(analysis),
                Keep::Windows { analysis, first, windows } => self.file.add_windows(*analysis, *first, windows),
                Keep::Finish(analysis) => self.file.finish_analysis(*analysis),
            };
            if let Err(error) = done {
                return (kept, Some(error));
            }
            kept += entries.len().max(1);
        }
        (kept, None)
    }

    fn relocate(&mut self, path: &Path) -> Result<(), ProjectError> {
        self.file.copy_to(path)?;
        self.file = ProjectFile::open(path)?.file;
        Ok(())
    }
}
