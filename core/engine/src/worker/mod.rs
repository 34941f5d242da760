//! The compute thread: the one place where tensors are made, read and dropped.
//!
//! Jobs alternate by step (one clip batch, one checkpoint), so that a short job does not wait for a long one; but of
//! each kind only the oldest is under way, so that ten queued videos do not decode at once.

mod analysis;
mod bench_run;
mod decode;
pub(crate) mod feed;
mod models;
mod sample_feed;
mod step;
mod test_run;
mod thread;
mod train_run;

#[cfg(test)]
mod less_tests;
#[cfg(test)]
mod tests;

pub use self::train_run::estimate_of;

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError, bounded};
use ks_domain::CancelToken;
use parking_lot::Mutex;

use crate::kit::Kit;
use crate::outbox::Outbox;
use crate::{EngineConfig, EngineError, Event, Failure, JobId, Subject, Task};

/// Orders that may wait.
pub(crate) const ORDERS_AHEAD: usize = 1024;

/// What the façade tells a worker or a supervisor.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Work on this.
    Submit {
        /// Number of the job.
        job: JobId,
        /// Its work.
        task: Box<Task>,
        /// First window or sample that is still missing.
        first_part: u64,
    },
    /// A job was cancelled.
    Cancel {
        /// Number of the job.
        job: JobId,
    },
}

/// Where a worker's events go.
pub(crate) trait Sink: Send {
    /// Takes an event; `Err` when nobody listens any more.
    fn event(&mut self, event: Event) -> Result<(), crate::outbox::Closed>;

    /// The device may be in an undefined state.
    fn poisoned(&mut self);

    /// Whether [`Self::poisoned`] makes another process take over, which is told all jobs that have not ended.
    fn is_replaced(&self) -> bool {
        false
    }
}

impl Sink for Outbox {
    fn event(&mut self, event: Event) -> Result<(), crate::outbox::Closed> {
        self.send(event)
    }

    fn poisoned(&mut self) {
        tracing::warn!("a computation broke off; the device may need a new process to work again");
    }
}

/// How long a dropped handle waits for the step that the thread is in: a process that ends while a graphics driver
/// works for it may crash.
const END_PATIENCE: Duration = Duration::from_millis(400);

/// A handle to the compute thread. The thread ends when the handle is dropped, after the step it is in.
pub(crate) struct Worker {
    /// `None` once the thread was told to end.
    orders: Option<Sender<Order>>,
    tokens: Tokens,
    thread: JoinHandle<()>,
}

/// The cancel tokens of all jobs that wait or run, one each.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Arc<Mutex<BTreeMap<JobId, CancelToken>>>);

impl Tokens {
    fn add(&self, job: JobId) -> CancelToken {
        self.0.lock().entry(job).or_default().clone()
    }

    fn remove(&self, job: JobId) {
        self.0.lock().remove(&job);
    }

    fn cancel(&self, job: JobId) {
        if let Some(token) = self.0.lock().get(&job) {
            token.cancel();
        }
    }

    fn cancel_all(&self) {
        self.0.lock().values().for_each(CancelToken::cancel);
    }
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(config: EngineConfig, kit: Box<dyn Kit>, sink: Box<dyn Sink>) -> io::Result<Self> {
        let (orders, received) = bounded(ORDERS_AHEAD);
        let tokens = Tokens::default();
        let thread = std::thread::Builder::new().name("compute".to_owned()).spawn({
            let tokens = tokens.clone();
            // Made on the thread itself: what it owns never leaves it.
            move || thread::ComputeThread::new(config, kit, sink, received, tokens).run()
        })?;
        Ok(Self { orders: Some(orders), tokens, thread })
    }

    /// Passes an order on; never waits.
    pub(crate) fn order(&self, order: Order) -> Result<(), EngineError> {
        if let Order::Submit { job, .. } = &order {
            self.tokens.add(*job);
        }
        let orders = self.orders.as_ref().ok_or(EngineError::Stopped)?;
        orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => EngineError::Busy,
            TrySendError::Disconnected(_) => EngineError::Stopped,
        })
    }

    /// Cancels a job, also in the middle of its step.
    pub(crate) fn cancel(&self, job: JobId) {
        self.tokens.cancel(job);
        // Only wakes the thread; if the queue is full, the thread is awake.
        let _ = self.order(Order::Cancel { job });
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.tokens.cancel_all();
        self.orders = None;
        let until = Instant::now() + END_PATIENCE;
        while !self.thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A panic as a failure.
pub(crate) fn panicked(subject: Subject, panic: &(dyn Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let summary = match subject {
        Subject::Video => "the decoder broke off unexpectedly; try again, and report this if it happens again",
        Subject::Checkpoint | Subject::Device | Subject::Fixtures | Subject::Training | Subject::Engine => {
            "the computation broke off unexpectedly; try again or choose another device, and report this if it happens again"
        }
    };
    Failure { subject, summary: summary.to_owned(), details: text }
}
