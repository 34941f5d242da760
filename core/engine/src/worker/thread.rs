//! The loop of the compute thread: which job makes its next step, and what becomes of it.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError};
use ks_domain::CancelToken;

use super::analysis::{Analysis, windows_at_once};
use super::bench_run::BenchRun;
use super::models::Models;
use super::step::{Broken, Step, Stepwise};
use super::test_run::TestRun;
use super::train_run::TrainRun;
use super::{Order, Sink, Tokens, panicked};
use crate::kit::{Kit, VerifyNews};
use crate::meter::ProgressMeter;
use crate::{EngineConfig, Event, Failure, JobId, Stage, Subject, Task, Timing};

/// The longest sleep without a look at the cancel tokens.
const IDLE_POLL: Duration = Duration::from_millis(100);

/// A job that waits for its turn.
struct Waiting {
    job: JobId,
    task: Task,
    first_part: u64,
    cancel: CancelToken,
}

/// A job under way.
struct Running {
    job: JobId,
    cancel: CancelToken,
    began: Instant,
    work: Work,
}

enum Work {
    Stepwise {
        job: Box<dyn Stepwise>,
        is_training: bool,
    },
    /// Everything that is done in one step.
    Once(Box<Task>),
}

/// How one step of a job ended.
enum Outcome {
    Worked,
    Waiting,
    Ended(Timing),
    Failed(Failure),
    /// The step panicked, or the device gave up: what it left behind cannot be trusted.
    Poisoned(Failure),
}

/// State of the thread.
pub(crate) struct ComputeThread {
    config: EngineConfig,
    kit: Box<dyn Kit>,
    sink: Box<dyn Sink>,
    orders: Receiver<Order>,
    tokens: Tokens,
    models: Models,
    waiting: VecDeque<Waiting>,
    running: Vec<Running>,
    /// Nobody listens any more.
    is_closed: bool,
}

impl ComputeThread {
    pub(crate) fn new(
        config: EngineConfig,
        kit: Box<dyn Kit>,
        sink: Box<dyn Sink>,
        orders: Receiver<Order>,
        tokens: Tokens,
    ) -> Self {
        let (models, waiting, running) = (Models::default(), VecDeque::new(), Vec::new());
        Self { config, kit, sink, orders, tokens, models, waiting, running, is_closed: false }
    }

    /// Works until the handle or the listener is gone.
    pub(crate) fn run(mut self) {
        while self.take_orders() && !self.is_closed {
            self.promote();
            let mut has_worked = false;
            // Jobs alternate: one step each.
            for mut running in std::mem::take(&mut self.running) {
                let (worked, goes_on) = self.turn(&mut running);
                has_worked |= worked;
                if goes_on {
                    self.running.push(running);
                } else {
                    self.tokens.remove(running.job);
                }
            }
            if !has_worked {
                self.wait();
            }
        }
    }

    /// Takes what was ordered. False when the handle is gone.
    fn take_orders(&mut self) -> bool {
        loop {
            match self.orders.try_recv() {
                Ok(Order::Submit { job, task, first_part }) => {
                    let cancel = self.tokens.add(job);
                    self.waiting.push_back(Waiting { job, task: *task, first_part, cancel });
                }
                // The token is set already.
                Ok(Order::Cancel { .. }) => {}
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    /// Starts the oldest waiting job of every kind of which none is running.
    fn promote(&mut self) {
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.cancel.is_cancelled() {
                self.end(Event::Cancelled { job: waiting.job });
                self.tokens.remove(waiting.job);
            } else if self.is_busy_for(&waiting.task) {
                self.waiting.push_back(waiting);
            } else {
                self.begin(waiting);
            }
        }
    }

    /// Whether a long job of the same kind is under way: ten queued ones must not decode at once. A training and an
    /// analysis go on side by side.
    fn is_busy_for(&self, task: &Task) -> bool {
        let is_running = |wanted: bool| {
            self.running
                .iter()
                .any(|running| matches!(running.work, Work::Stepwise { is_training, .. } if is_training == wanted))
        };
        match task {
            Task::Train(_) => is_running(true),
            Task::Analyze(_) | Task::Test(_) | Task::Bench(_) => is_running(false),
            _ => false,
        }
    }

    fn begin(&mut self, Waiting { job, task, first_part, cancel }: Waiting) {
        self.emit(Event::Started { job });
        match self.start(job, task, first_part, &cancel) {
            Ok(work) => self.running.push(Running { job, cancel, began: Instant::now(), work }),
            Err(error) => {
                let summary = crate::EngineError::Thread(error).to_string();
                self.end(Event::Failed { job, failure: Failure::new(Subject::Engine, summary) });
                self.tokens.remove(job);
            }
        }
    }

    fn start(&self, job: JobId, task: Task, first_part: u64, cancel: &CancelToken) -> io::Result<Work> {
        let kit = self.kit.as_ref();
        let long = |job: Box<dyn Stepwise>| Work::Stepwise { job, is_training: false };
        Ok(match task {
            Task::Train(spec) => {
                let run = TrainRun::new(job, *spec, kit.cache_dir(), cancel);
                Work::Stepwise { job: Box::new(run), is_training: true }
            }
            Task::Analyze(spec) => {
                let at_once = windows_at_once(&self.config, &spec);
                long(Box::new(Analysis::start(job, spec, first_part, at_once, kit, cancel)?))
            }
            Task::Test(spec) => long(Box::new(TestRun::start(job, spec, first_part, kit, cancel)?)),
            Task::Bench(spec) => long(Box::new(BenchRun::new(job, spec))),
            once => Work::Once(Box::new(once)),
        })
    }

    /// One step of one job: whether anything was done, and whether the job goes on.
    fn turn(&mut self, running: &mut Running) -> (bool, bool) {
        let job = running.job;
        if running.cancel.is_cancelled() {
            if let Work::Stepwise { job, .. } = &mut running.work {
                // What it leaves behind is kept or not; the job ends either way.
                let _ = catch_unwind(AssertUnwindSafe(|| job.stopped()));
            }
            self.end(Event::Cancelled { job });
            return (true, false);
        }
        match self.step(running) {
            Outcome::Worked => (true, true),
            Outcome::Waiting => (false, true),
            _ if running.cancel.is_cancelled() => {
                if let Work::Stepwise { job, .. } = &mut running.work {
                    let _ = catch_unwind(AssertUnwindSafe(|| job.stopped()));
                }
                self.end(Event::Cancelled { job });
                (true, false)
            }
            Outcome::Ended(timing) => {
                self.end(Event::Finished { job, timing });
                (true, false)
            }
            Outcome::Failed(failure) => {
                self.end(Event::Failed { job, failure });
                (true, false)
            }
            Outcome::Poisoned(failure) => (true, self.after_poison(running, failure)),
        }
    }

    /// A step broke off. Whether the job goes on here; it may also go on in the process that takes over.
    fn after_poison(&mut self, running: &mut Running, failure: Failure) -> bool {
        self.models.clear();
        let goes_on = match &mut running.work {
            // Letting go of what is left on a broken device may break, too.
            Work::Stepwise { job, .. } => {
                catch_unwind(AssertUnwindSafe(|| job.goes_on_with_less(&failure))).unwrap_or(false)
            }
            Work::Once(_) => false,
        };
        if goes_on {
            tracing::warn!(job = %running.job, %failure, "failed, and goes on with less at once");
        } else {
            self.end(Event::Failed { job: running.job, failure });
        }
        let is_replaced = self.sink.is_replaced();
        if is_replaced || !goes_on {
            self.sink.poisoned();
        }
        goes_on && !is_replaced
    }

    /// The panic boundary.
    fn step(&mut self, running: &mut Running) -> Outcome {
        let Self { kit, models, sink, is_closed, .. } = self;
        let cancel = running.cancel.clone();
        let mut emit = |event: Event| {
            // A cancelled job's events would be dropped by the receiver anyway.
            if !cancel.is_cancelled() && sink.event(event).is_err() {
                *is_closed = true;
                cancel.cancel();
            }
        };
        let stepped = catch_unwind(AssertUnwindSafe(|| match &mut running.work {
            Work::Stepwise { job, .. } => job.step(kit.as_ref(), models, &mut emit),
            Work::Once(task) => once(running.job, task, running.began, kit.as_ref(), models, &mut emit),
        }));
        match stepped {
            Ok(Ok(Step::Worked)) => Outcome::Worked,
            Ok(Ok(Step::Waiting)) => Outcome::Waiting,
            Ok(Ok(Step::Done(timing))) => Outcome::Ended(timing),
            Ok(Err(Broken { failure, is_poisoned: true })) => Outcome::Poisoned(failure),
            Ok(Err(Broken { failure, is_poisoned: false })) => Outcome::Failed(failure),
            Err(panic) => Outcome::Poisoned(panicked(Subject::Engine, panic.as_ref())),
        }
    }

    /// Sleeps until there is an order, or a decode thread has something.
    fn wait(&self) {
        let mut select = Select::new();
        select.recv(&self.orders);
        for running in &self.running {
            if let Work::Stepwise { job, .. } = &running.work {
                job.wake(&mut select);
            }
        }
        // Which one is ready does not matter, all are looked at.
        let _ = select.ready_timeout(IDLE_POLL);
    }

    fn emit(&mut self, event: Event) {
        if self.sink.event(event).is_err() {
            self.is_closed = true;
        }
    }

    fn end(&mut self, event: Event) {
        match &event {
            Event::Failed { job, failure } => tracing::warn!(%job, %failure, details = failure.details, "failed"),
            Event::Cancelled { job } => tracing::info!(%job, "cancelled"),
            Event::Finished { job, timing } => tracing::info!(%job, ?timing, "finished"),
            _ => {}
        }
        self.emit(event);
    }
}

/// The work of the tasks that take one step.
fn once(
    job: JobId,
    task: &Task,
    began: Instant,
    kit: &dyn Kit,
    models: &mut Models,
    emit: &mut dyn FnMut(Event),
) -> Result<Step, Broken> {
    match task {
        Task::Inspect(spec) => {
            let model = models.ensure(kit, spec)?;
            emit(Event::ModelReady { job, model });
        }
        Task::ListDevices => emit(Event::Devices { job, devices: kit.devices() }),
        Task::Verify { dir, device } => {
            // A fixture may fill the device; the kept network comes back when it is needed.
            models.clear();
            let mut meter = ProgressMeter::new(began, 0);
            let mut done = 0;
            kit.verify(dir, device, &mut |news| match news {
                VerifyNews::Device(device, reason) => {
                    emit(Event::DeviceReady { job, device: device.clone(), reason: reason.to_owned() });
                }
                VerifyNews::Outcome(outcome) => {
                    done += 1;
                    let now = Instant::now();
                    meter.set_done(now, done);
                    emit(Event::Verified { job, outcome: outcome.clone() });
                    if let Some(progress) = meter.report(now) {
                        emit(Event::Progress { job, stage: Stage::Verifying, progress, bottleneck: None });
                    }
                }
            })?;
        }
        Task::Analyze(_) | Task::Test(_) | Task::Bench(_) | Task::Train(_) => {
            unreachable!("a long job takes many steps")
        }
    }
    Ok(Step::Done(Timing { total_secs: began.elapsed().as_secs_f64(), ..Timing::default() }))
}
