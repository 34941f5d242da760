//! What a decode thread sends, as its job sees it: something, nothing yet, or a thread that is gone.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError, bounded};

use crate::meter::Stopwatch;
use crate::{Failure, Subject, worker};

/// Why a decode thread ends early.
pub(crate) enum Stop {
    /// The job fails.
    Failed(Failure),
    /// Nobody listens any more: the job was cancelled.
    Closed,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Runs `body` on a decode thread of its own. At most `ahead` messages wait, which bounds the memory of the job. The
/// thread ends when the feed is dropped; `failed` says how a failure is told.
pub(crate) fn start<T: Send + 'static>(
    ahead: usize,
    failed: fn(Failure) -> T,
    body: impl FnOnce(&Sender<T>) -> Result<(), Stop> + Send + 'static,
) -> io::Result<Feed<T>> {
    let (sender, receiver) = bounded(ahead);
    std::thread::Builder::new().name("decode".to_owned()).spawn(move || {
        let failure = match catch_unwind(AssertUnwindSafe(|| body(&sender))) {
            Ok(Ok(()) | Err(Stop::Closed)) => return,
            Ok(Err(Stop::Failed(failure))) => failure,
            Err(panic) => worker::panicked(Subject::Video, panic.as_ref()),
        };
        // If nobody listens, nobody needs to know.
        let _ = sender.send(failed(failure));
    })?;
    Ok(Feed { receiver, waiting_since: None, watch: Stopwatch::default() })
}

/// The receiving end, with a watch over who waits for whom.
pub(crate) struct Feed<T> {
    receiver: Receiver<T>,
    waiting_since: Option<Instant>,
    pub(crate) watch: Stopwatch,
}

impl<T> Feed<T> {
    /// The next message, if there is one by now.
    pub(crate) fn poll(&mut self) -> Result<Option<T>, Failure> {
        match self.receiver.try_recv() {
            Ok(message) => {
                if let Some(since) = self.waiting_since.take() {
                    self.watch.add_starved(since.elapsed());
                }
                Ok(Some(message))
            }
            Err(TryRecvError::Empty) => {
                self.waiting_since.get_or_insert_with(Instant::now);
                Ok(None)
            }
            Err(TryRecvError::Disconnected) => {
                Err(Failure::new(Subject::Video, "the decoder stopped without saying why; try again"))
            }
        }
    }

    /// Wakes the compute thread when there is a message.
    pub(crate) fn wake<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.receiver);
    }
}
