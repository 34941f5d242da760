//! The thread that does what is to be done with the files of runs, so that the window never waits for a disk. It does one
//! thing after the other, in the order in which they were asked for: what was typed is kept before the list is read again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ks_engine::training::TrainSpec;
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, RunEntry, TrainingEvent};

use crate::window::inbox::Outlet;

/// Errands that may wait.
const CAPACITY: usize = 256;

/// How long what was asked for may take when the window closes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something to do.
type Errand = Box<dyn FnOnce(&mut Clerk) + Send>;

/// The window's end of the thread.
pub(super) struct FileDesk {
    /// `None` once nothing more comes.
    errands: Option<SyncSender<Errand>>,
    ready: Receiver<Ready>,
    ended: Receiver<()>,
}

/// A run whose folder is ready for the engine.
pub(super) enum Ready {
    /// It begins.
    Begins {
        /// What is asked for.
        spec: Box<TrainSpec>,
        /// How the list shows it.
        entry: RunEntry,
        /// Whether “Improve” asked for it.
        is_improvement: bool,
    },
    /// It goes on.
    GoesOn {
        /// What is asked for.
        spec: Box<TrainSpec>,
        /// Whether “Improve” asked for it when it began.
        is_improvement: bool,
    },
}

/// Who does it.
pub(super) struct Clerk {
    /// The folder of all runs.
    pub(super) runs: PathBuf,
    outlet: Outlet,
    ready: SyncSender<Ready>,
    /// What was said once is not said every time that a list is read.
    said: BTreeSet<String>,
}

impl FileDesk {
    /// Starts the thread.
    pub(super) fn start(runs: PathBuf, outlet: Outlet) -> std::io::Result<Self> {
        let (errands, incoming) = sync_channel::<Errand>(CAPACITY);
        let (sender, ready) = sync_channel(CAPACITY);
        let (ending, ended) = sync_channel(1);
        let mut clerk = Clerk { runs, outlet, ready: sender, said: BTreeSet::new() };
        std::thread::Builder::new().name("files of runs".to_owned()).spawn(move || {
            while let Ok(errand) = incoming.recv() {
                errand(&mut clerk);
            }
            // Nobody waits for it any more if this fails.
            _ = ending.send(());
        })?;
        Ok(Self { errands: Some(errands), ready, ended })
    }

    /// Asks for something. Never waits; says so if there is no room.
    pub(super) fn ask(&self, errand: impl FnOnce(&mut Clerk) + Send + 'static) -> Vec<Event> {
        let is_taken = self.errands.as_ref().is_some_and(|errands| errands.try_send(Box::new(errand)).is_ok());
        if is_taken {
            return vec![];
        }
        let text = "The disk with the runs does not answer; wait until it does, and try again";
        vec![Event::Training(TrainingEvent::Failed(Failure::new(text)))]
    }

    /// The next run that the engine can begin with.
    pub(super) fn next(&self) -> Option<Ready> {
        self.ready.try_recv().ok()
    }
}

impl Drop for FileDesk {
    fn drop(&mut self) {
        self.errands = None;
        // What was typed last is kept; a disk that does not answer shall not keep the program from ending.
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("files of runs were still being written when the program ended");
        }
    }
}

impl Clerk {
    /// Says something to the window.
    pub(super) fn tell(&self, event: TrainingEvent) {
        self.outlet.send(Event::Training(event));
    }

    /// Hands a run over to the window, which gives it to the engine.
    pub(super) fn hand_over(&self, ready: Ready) {
        // Where nobody listens any more the window is gone, and with it the engine.
        if self.ready.try_send(ready).is_ok() {
            self.outlet.wake();
        }
    }

    /// Says what is wrong, unless it was said before.
    pub(super) fn say_once(&mut self, text: &str) {
        if self.said.insert(text.to_owned()) {
            self.outlet.send(Event::Trouble(Failure::new(sentence(text))));
        }
    }

    /// Says that something could not be done with a file, if so.
    pub(super) fn say_if(&self, done: std::io::Result<()>, path: &Path) {
        if let Err(error) = done {
            let text = format!("this could not be done ({error}): {}", path.display());
            self.tell(TrainingEvent::Failed(Failure::new(sentence(&text))));
        }
    }
}
