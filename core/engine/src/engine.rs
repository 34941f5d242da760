//! The façade: one engine, in a child process or in this one.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::book::Book;
use crate::outbox::{EventReceiver, Outbox, Wake, outbox};
use crate::real_kit::RealKit;
use crate::supervisor::Supervisor;
use crate::worker::{Order, Worker};
use crate::{EngineConfig, JobId, Task};

/// How the engine's process is started.
#[derive(Clone, Debug)]
pub struct ChildCommand {
    /// The program; normally the running one.
    pub program: PathBuf,
    /// Its arguments; normally `["engine"]`.
    pub args: Vec<OsString>,
}

impl ChildCommand {
    /// The hidden subcommand `engine` of the running program.
    ///
    /// # Errors
    /// If the platform cannot say where the running program is.
    pub fn this_program() -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, args: vec!["engine".into()] })
    }
}

/// Why an engine cannot start, or cannot take a job.
#[derive(Debug, Error)]
pub enum EngineError {
    /// No thread.
    #[error("the operating system refused to start a thread for the engine ({0}); close other programs and try again")]
    Thread(#[source] io::Error),
    /// Too many jobs wait.
    #[error("the engine has too many jobs waiting; try again when some of them are done")]
    Busy,
    /// The engine is gone.
    #[error("the engine has stopped; start the program again")]
    Stopped,
}

/// Takes jobs and works on them, one analysis after the other. Dropping it stops the work.
pub struct Engine {
    book: Arc<Book>,
    outbox: Outbox,
    link: Link,
}

enum Link {
    Child(Supervisor),
    InProcess(Worker),
}

impl Engine {
    /// An engine in a child process, which is started again when it dies, and whose jobs are then resumed.
    ///
    /// Returns before the child runs; if it cannot be started, [`crate::Event::EngineGaveUp`] says so.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn spawn_child(
        command: ChildCommand,
        config: EngineConfig,
        wake: Wake,
    ) -> Result<(Self, EventReceiver), EngineError> {
        let book = Arc::new(Book::default());
        let (outbox, events) = outbox(config.event_capacity, Arc::clone(&book), wake);
        let supervisor = Supervisor::start(command, config, Arc::clone(&book), outbox.clone())?;
        Ok((Self { book, outbox, link: Link::Child(supervisor) }, events))
    }

    /// An engine in this process, for the command line and for tests.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn in_process(config: EngineConfig, wake: Wake) -> Result<(Self, EventReceiver), EngineError> {
        let book = Arc::new(Book::default());
        let (outbox, events) = outbox(config.event_capacity, Arc::clone(&book), wake);
        let kit = Box::new(RealKit::new(config.cache_dir.clone()));
        let worker = Worker::start(config, kit, Box::new(outbox.clone())).map_err(EngineError::Thread)?;
        Ok((Self { book, outbox, link: Link::InProcess(worker) }, events))
    }

    /// Queues a job. Never waits.
    ///
    /// # Errors
    /// If too many jobs wait, or the engine is gone.
    pub fn submit(&self, task: Task) -> Result<JobId, EngineError> {
        self.submit_from(task, 0)
    }

    /// Queues a job that was begun before: its first `first_part` windows or samples are there already, and are neither
    /// computed nor told again. Never waits.
    ///
    /// # Errors
    /// If too many jobs wait, or the engine is gone.
    pub fn submit_from(&self, task: Task, first_part: u64) -> Result<JobId, EngineError> {
        let job = self.book.open(task.clone(), first_part);
        let order = Order::Submit { job, task: Box::new(task), first_part };
        let sent = match &self.link {
            Link::Child(supervisor) => supervisor.order(order),
            Link::InProcess(worker) => worker.order(order),
        };
        if sent.is_err() {
            self.book.withdraw(job);
        }
        sent.map(|()| job)
    }

    /// Stops a job. [`crate::Event::Cancelled`] is its next and last event and can be received at once, though the
    /// engine may still compute the clips it has begun. Does nothing if the job has ended. Never waits.
    pub fn cancel(&self, job: JobId) {
        if !self.book.cancel(job) {
            return;
        }
        match &self.link {
            Link::Child(supervisor) => supervisor.cancel(job),
            Link::InProcess(worker) => worker.cancel(job),
        }
        self.outbox.notify_own();
    }

    /// The number of the engine's process while it runs; `None` in-process.
    pub fn process_id(&self) -> Option<u32> {
        match &self.link {
            Link::Child(supervisor) => supervisor.process_id(),
            Link::InProcess(_) => None,
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.outbox.close();
    }
}
