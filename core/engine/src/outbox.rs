//! The bounded way of events from the engine to whoever reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded, select};

use crate::Event;
use crate::book::Book;

/// Called after an event was put into the queue; must not block. A window asks for a repaint here.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// How often a sender that waits for room looks whether the engine is being closed.
const CLOSING_POLL: Duration = Duration::from_millis(50);

/// The engine's end.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: Sender<Event>,
    /// Holds at most one notice that [`Book::take_own`] has something.
    notice: Sender<()>,
    book: Arc<Book>,
    wake: Arc<Wake>,
    is_closing: Arc<AtomicBool>,
}

/// Nobody will read another event.
#[derive(Debug)]
pub(crate) struct Closed;

/// The events of one [`crate::Engine`], in order.
pub struct EventReceiver {
    queue: Receiver<Event>,
    notice: Receiver<()>,
    book: Arc<Book>,
}

pub(crate) fn outbox(capacity: usize, book: Arc<Book>, wake: Wake) -> (Outbox, EventReceiver) {
    let (queue, queued) = bounded(capacity.max(1));
    let (notice, noticed) = bounded(1);
    let is_closing = Arc::new(AtomicBool::new(false));
    let outbox = Outbox { queue, notice, book: Arc::clone(&book), wake: Arc::new(wake), is_closing };
    (outbox, EventReceiver { queue: queued, notice: noticed, book })
}

impl Outbox {
    /// Sends an event of the engine, waiting for room. Events of jobs that are no longer open are dropped.
    pub(crate) fn send(&self, event: Event) -> Result<(), Closed> {
        if !self.book.forward(&event) {
            return Ok(());
        }
        let mut event = event;
        loop {
            match self.queue.send_timeout(event, CLOSING_POLL) {
                Ok(()) => break,
                Err(SendTimeoutError::Disconnected(_)) => return Err(Closed),
                Err(SendTimeoutError::Timeout(_)) if self.is_closing() => return Err(Closed),
                Err(SendTimeoutError::Timeout(back)) => event = back,
            }
        }
        (self.wake)();
        Ok(())
    }

    /// Says that the book has an event of its own. Never waits.
    pub(crate) fn notify_own(&self) {
        match self.notice.try_send(()) {
            Ok(()) | Err(TrySendError::Full(())) => (self.wake)(),
            Err(TrySendError::Disconnected(())) => {}
        }
    }

    /// Lets every waiting sender give up.
    pub(crate) fn close(&self) {
        self.is_closing.store(true, Ordering::Release);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Acquire)
    }
}

impl EventReceiver {
    /// The next event if there is one; never waits.
    pub fn try_recv(&self) -> Option<Event> {
        loop {
            if let Some(own) = self.book.take_own() {
                return Some(own);
            }
            match self.queue.try_recv() {
                Ok(event) if self.book.receive(&event) => return Some(event),
                Ok(_) => {}
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return None,
            }
        }
    }

    /// Waits for the next event; `None` once the engine is gone.
    pub fn recv(&self) -> Option<Event> {
        loop {
            if let Some(event) = self.try_recv() {
                return Some(event);
            }
            select! {
                recv(self.queue) -> event => {
                    let event = event.ok()?;
                    if self.book.receive(&event) {
                        return Some(event);
                    }
                }
                recv(self.notice) -> notice => notice.ok()?,
            }
        }
    }

    /// Waits for the next event, but no longer than `timeout`.
    pub fn recv_timeout(&self, timeout: Duration) -> Option<Event> {
        let until = Instant::now() + timeout;
        loop {
            if let Some(event) = self.try_recv() {
                return Some(event);
            }
            select! {
                recv(self.queue) -> event => {
                    let event = event.ok()?;
                    if self.book.receive(&event) {
                        return Some(event);
                    }
                }
                recv(self.notice) -> notice => notice.ok()?,
                default(until.saturating_duration_since(Instant::now())) => return None,
            }
        }
    }
}
