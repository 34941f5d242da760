//! Keeps the engine's process alive: starts it, passes orders and events, starts it again when it dies and resumes
//! its jobs, and gives up when that does not help.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, select};
use ks_domain::training::TrainNews;

use crate::book::Book;
use crate::child::EngineProcess;
use crate::deaths::{Deaths, Verdict};
use crate::outbox::Outbox;
use crate::wire::{PROTOCOL, Reply, Request};
use crate::worker::{ORDERS_AHEAD, Order};
use crate::{ChildCommand, EngineConfig, EngineError, Event, Failure, JobId, Subject};

/// A cancelled job that the process still has not let go of after this time: the process hangs.
const CANCEL_PATIENCE: Duration = Duration::from_secs(20);

/// How often the supervisor looks at the clock.
const TICK: Duration = Duration::from_millis(250);

/// A handle to the supervising thread, which ends, with the process, when the handle is dropped.
pub(crate) struct Supervisor {
    /// `None` once the thread was told to end.
    orders: Option<Sender<Order>>,
    process_id: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    pub(crate) fn start(
        command: ChildCommand,
        config: EngineConfig,
        book: Arc<Book>,
        outbox: Outbox,
    ) -> Result<Self, EngineError> {
        let (orders, received) = bounded(ORDERS_AHEAD);
        let process_id = Arc::new(AtomicU32::new(0));
        let shown = Arc::clone(&process_id);
        let thread = std::thread::Builder::new()
            .name("engine-supervisor".to_owned())
            .spawn(move || {
                let deaths = Deaths::default();
                Supervising { command, config, book, outbox, orders: received, process_id: shown, deaths }.run();
            })
            .map_err(EngineError::Thread)?;
        Ok(Self { orders: Some(orders), process_id, thread: Some(thread) })
    }

    /// Passes an order on; never waits.
    pub(crate) fn order(&self, order: Order) -> Result<(), EngineError> {
        let orders = self.orders.as_ref().ok_or(EngineError::Stopped)?;
        orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => EngineError::Busy,
            TrySendError::Disconnected(_) => EngineError::Stopped,
        })
    }

    pub(crate) fn cancel(&self, job: JobId) {
        // If so many orders wait that this one finds no room, the process computes in vain for a while.
        let _ = self.order(Order::Cancel { job });
    }

    pub(crate) fn process_id(&self) -> Option<u32> {
        Some(self.process_id.load(Ordering::Acquire)).filter(|id| *id != 0)
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the supervisor of the engine panicked");
        }
    }
}

/// How one life of the process ended.
enum End {
    /// The façade is gone, or nobody listens.
    Closing,
    /// The process asked to be replaced, or was killed because it hung.
    Replace,
    /// It died.
    Died { status: String, log_tail: Vec<String> },
}

/// The thread's state.
struct Supervising {
    command: ChildCommand,
    config: EngineConfig,
    book: Arc<Book>,
    outbox: Outbox,
    orders: Receiver<Order>,
    process_id: Arc<AtomicU32>,
    deaths: Deaths,
}

/// What is known about the process that is running.
#[derive(Default)]
struct Life {
    told: BTreeSet<JobId>,
    cancelling: BTreeMap<JobId, Instant>,
    current: Option<JobId>,
}

impl Supervising {
    fn run(mut self) {
        let mut is_restart = false;
        loop {
            let mut life = Life::default();
            let end = match EngineProcess::spawn(&self.command) {
                Ok(process) => {
                    self.process_id.store(process.id(), Ordering::Release);
                    let end = self.live(process, &mut life, is_restart);
                    self.process_id.store(0, Ordering::Release);
                    end
                }
                Err(error) => {
                    let program = self.command.program.display();
                    End::Died { status: format!("{program} could not be started: {error}"), log_tail: Vec::new() }
                }
            };
            is_restart = true;
            let goes_on = match end {
                End::Closing => false,
                End::Replace => true,
                End::Died { status, log_tail } => self.after_death(life.current, status, log_tail),
            };
            if !goes_on {
                return;
            }
        }
    }

    /// One process from its start to its end.
    fn live(&mut self, mut process: EngineProcess, life: &mut Life, is_restart: bool) -> End {
        process.tell(&Request::Configure(self.config.clone()));
        let unfinished = self.book.unfinished();
        let resumed = unfinished.iter().map(|job| job.job).collect();
        for job in unfinished {
            life.told.insert(job.job);
            process.tell(&Request::Submit { job: job.job, task: Box::new(job.task), first_part: job.first_part });
        }
        if is_restart && self.outbox.send(Event::EngineRestarted { resumed }).is_err() {
            return End::Closing;
        }
        let replies = process.replies().clone();
        loop {
            select! {
                recv(self.orders) -> order => match order {
                    Ok(order) => self.pass(order, &mut process, life),
                    Err(_closed) => {
                        process.end();
                        return End::Closing;
                    }
                },
                recv(replies) -> reply => match reply {
                    Ok(Reply::Hello { protocol: PROTOCOL }) => {}
                    Ok(Reply::Hello { protocol }) => {
                        process.end();
                        let status = format!(
                            "it speaks protocol {protocol} instead of {PROTOCOL}: the program was replaced while it ran"
                        );
                        return End::Died { status, log_tail: Vec::new() };
                    }
                    Ok(Reply::Event(event)) => {
                        if self.take(event, life).is_err() {
                            process.end();
                            return End::Closing;
                        }
                    }
                    Ok(Reply::Restart) => {
                        process.end();
                        return End::Replace;
                    }
                    Err(_closed) => {
                        let (status, log_tail) = process.end();
                        return End::Died { status, log_tail };
                    }
                },
                default(TICK) => {}
            }
            if life.cancelling.values().any(|since| since.elapsed() > CANCEL_PATIENCE) {
                tracing::warn!("the engine's process hangs in a cancelled job and is replaced");
                process.kill();
                process.end();
                return End::Replace;
            }
        }
    }

    fn pass(&self, order: Order, process: &mut EngineProcess, life: &mut Life) {
        match order {
            Order::Submit { job, task, first_part } => {
                // It may have been told when the process started, or be cancelled already.
                if self.book.is_unfinished(job) && life.told.insert(job) {
                    process.tell(&Request::Submit { job, task, first_part });
                }
            }
            Order::Cancel { job } => {
                if life.told.contains(&job) {
                    life.cancelling.insert(job, Instant::now());
                    process.tell(&Request::Cancel { job });
                }
            }
        }
    }

    fn take(&mut self, event: Event, life: &mut Life) -> Result<(), crate::outbox::Closed> {
        match &event {
            Event::Started { job } => life.current = Some(*job),
            Event::Window { .. } | Event::Verified { .. } => self.deaths.progressed(),
            // What was learnt since the last checkpoint would be learnt again, so steps alone are nothing achieved.
            Event::Training { news, .. } if matches!(**news, TrainNews::Saved(_)) => self.deaths.progressed(),
            _ => {}
        }
        if let Some(job) = event.ends() {
            self.deaths.progressed();
            life.cancelling.remove(&job);
            life.told.remove(&job);
            life.current = life.current.filter(|current| *current != job);
        }
        self.outbox.send(event)
    }

    /// Says what happened and waits before the next start. False when the façade is gone.
    fn after_death(&mut self, current: Option<JobId>, status: String, log_tail: Vec<String>) -> bool {
        let current = current.filter(|job| self.book.is_unfinished(*job));
        tracing::error!(status, job = ?current, "the engine's process died");
        match self.deaths.died() {
            Verdict::Restart(restart_in) => self.announce(current, status, log_tail, restart_in),
            Verdict::Hopeless => match current {
                Some(job) => {
                    let summary = format!(
                        "the compute engine stopped {} times at the same place ({status}); choose another device, \
                         or update the graphics driver, and try again",
                        Deaths::LIMIT
                    );
                    let details = log_tail.join("\n");
                    self.book.fail(job, Failure { subject: Subject::Engine, summary, details });
                    self.outbox.notify_own();
                    self.deaths = Deaths::default();
                    self.announce(Some(job), status, log_tail, Duration::ZERO)
                }
                None => self.give_up(&status, log_tail),
            },
        }
    }

    fn announce(&self, job: Option<JobId>, status: String, log_tail: Vec<String>, restart_in: Duration) -> bool {
        if self.outbox.send(Event::EngineDied { job, status, log_tail, restart_in }).is_err() {
            return false;
        }
        let until = Instant::now() + restart_in;
        loop {
            // Orders need no care: the book knows which jobs are open, and the next process is told all of them.
            match self.orders.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return !self.outbox.is_closing(),
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Lets all jobs fail and waits for the next one, which tries again.
    fn give_up(&mut self, status: &str, log_tail: Vec<String>) -> bool {
        let message = format!(
            "the compute engine does not start ({status}); run `kinetoscope doctor` to see what is missing, \
             then start the job again"
        );
        for job in self.book.unfinished() {
            self.book.fail(job.job, Failure::new(Subject::Engine, message.clone()));
        }
        self.outbox.notify_own();
        if self.outbox.send(Event::EngineGaveUp { message, log_tail }).is_err() {
            return false;
        }
        self.deaths = Deaths::default();
        loop {
            match self.orders.recv() {
                Ok(Order::Submit { job, .. }) if self.book.is_unfinished(job) => return true,
                Ok(Order::Submit { .. } | Order::Cancel { .. }) => {}
                Err(_closed) => return false,
            }
        }
    }
}
