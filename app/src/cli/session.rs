//! An engine in this process and who watches it: what every command that computes does with its jobs.
//!
//! What a job's events mean is the command's; here are the waiting, Ctrl-C, and the loading of a network.

use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::Context as _;
use ks_engine::{Engine, EngineConfig, Event, EventReceiver, Failure, ModelInfo, ModelSpec, Task, Timing};

use super::Exit;
use super::console::{Console, Interrupt};

/// How often Ctrl-C is looked for while nothing happens.
const POLL: Duration = Duration::from_millis(30);

/// The engine and who watches it.
pub(super) struct Session {
    engine: Engine,
    events: EventReceiver,
    interrupt: Interrupt,
    /// Where problems and progress are shown.
    pub(super) console: Console,
}

/// How a job ended.
pub(super) enum Ended {
    /// It is done.
    Finished(Timing),
    /// It could not be done; nothing was said yet.
    Failed(Failure),
    /// Ctrl-C.
    Cancelled,
}

impl Session {
    /// Starts an engine.
    pub(super) fn start(config: EngineConfig, console: Console, interrupt: &Interrupt) -> anyhow::Result<Self> {
        let (engine, events) = Engine::in_process(config, Box::new(|| {}))?;
        Ok(Self { engine, events, interrupt: interrupt.clone(), console })
    }

    /// Works on a job to its end; every event before its last goes to `on_event`. Ctrl-C cancels the job.
    pub(super) fn run(
        &mut self,
        task: Task,
        on_event: &mut dyn FnMut(Event, &mut Console) -> anyhow::Result<()>,
    ) -> anyhow::Result<Ended> {
        let job = self.engine.submit(task)?;
        loop {
            if self.interrupt.is_asked() {
                self.engine.cancel(job);
            }
            match self.events.recv_timeout(POLL) {
                None => {}
                Some(Event::Finished { timing, .. }) => return Ok(Ended::Finished(timing)),
                Some(Event::Failed { failure, .. }) => return Ok(Ended::Failed(failure)),
                Some(Event::Cancelled { .. }) => return Ok(Ended::Cancelled),
                Some(event) => on_event(event, &mut self.console)?,
            }
        }
    }

    /// Loads a network before anything else is touched. If that ends the command, why was said.
    pub(super) fn load(&mut self, model: &ModelSpec) -> anyhow::Result<ControlFlow<Exit, ModelInfo>> {
        let mut info = None;
        let ended = self.run(Task::Inspect(model.clone()), &mut |event, _console| {
            if let Event::ModelReady { model, .. } = event {
                info = Some(model);
            }
            Ok(())
        })?;
        match ended {
            Ended::Finished(_) => {
                info.map(ControlFlow::Continue).context("the engine loaded the checkpoint without saying what it is")
            }
            Ended::Failed(failure) => {
                self.console.complain_with(&failure.summary, &failure.details);
                Ok(ControlFlow::Break(Exit::Failed))
            }
            Ended::Cancelled => Ok(ControlFlow::Break(Exit::Interrupted)),
        }
    }

    /// `ir-CSN-50, 400 classes on Intel Xeon (the only device)`, for those who watch.
    pub(super) fn note_model(&mut self, model: &ModelInfo) {
        note_model(model, &mut self.console);
    }
}

/// As [`Session::note_model`], where only the console is at hand.
pub(super) fn note_model(model: &ModelInfo, console: &mut Console) {
    console.note(&format!("{} on {} ({})", model.architecture, model.device.name, model.reason));
}
