//! One life of the engine's process: its pipes, the tail of its log, and how it ended.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, BufWriter, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use parking_lot::Mutex;

use crate::ChildCommand;
use crate::wire::{self, Reply, Request, WireError};

/// Lines of the log that are kept.
const LOG_TAIL_LINES: usize = 40;

/// Replies that wait for the supervisor.
const REPLIES_AHEAD: usize = 64;

/// How long a process that should end may take before it is killed.
const END_PATIENCE: Duration = Duration::from_millis(1500);

/// The running process.
pub(crate) struct EngineProcess {
    child: Child,
    /// `None` once it was told to end.
    requests: Option<BufWriter<ChildStdin>>,
    replies: Receiver<Reply>,
    log_tail: Arc<Mutex<VecDeque<String>>>,
    log_ended: Receiver<()>,
}

impl EngineProcess {
    /// Starts the process and the threads that read what it writes.
    pub(crate) fn spawn(command: &ChildCommand) -> io::Result<Self> {
        let mut engine = Command::new(&command.program);
        engine.args(&command.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(windows)]
        without_console(&mut engine);
        let mut child = engine.spawn()?;
        let missing = || io::Error::other("a pipe of the new process is missing");
        let requests = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let log_tail = Arc::new(Mutex::new(VecDeque::with_capacity(LOG_TAIL_LINES)));
        let started = read_replies(stdout).and_then(|replies| {
            let log_ended = keep_log(stderr, Arc::clone(&log_tail))?;
            Ok((replies, log_ended))
        });
        match started {
            Ok((replies, log_ended)) => {
                Ok(Self { child, requests: Some(BufWriter::new(requests)), replies, log_tail, log_ended })
            }
            Err(error) => {
                // The process is of no use without its readers; it ends when its standard input closes.
                drop(requests);
                child.wait()?;
                Err(error)
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the process says; disconnected once it says no more.
    pub(crate) fn replies(&self) -> &Receiver<Reply> {
        &self.replies
    }

    /// Tells the process something. That it is gone is noticed on [`Self::replies`].
    pub(crate) fn tell(&mut self, request: &Request) {
        if let Some(requests) = &mut self.requests
            && let Err(error) = wire::write(requests, request)
        {
            tracing::debug!(%error, "the engine's process takes no more requests");
        }
    }

    /// Kills the process if it still runs.
    pub(crate) fn kill(&mut self) {
        if let Err(error) = self.child.kill() {
            tracing::warn!(%error, "the engine's process could not be killed");
        }
    }

    /// Closes the process' input, at which it ends, waits, and says how it ended and what it last logged.
    pub(crate) fn end(mut self) -> (String, Vec<String>) {
        self.requests = None;
        let status = match self.wait(END_PATIENCE) {
            Ok(status) => status,
            Err(error) => return (format!("its end could not be observed: {error}"), self.tail()),
        };
        // What it wrote last may still be on its way; a grandchild may hold the pipe open for ever.
        let _ = self.log_ended.recv_timeout(Duration::from_millis(200));
        (in_words(status), self.tail())
    }

    fn wait(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() >= until {
                self.child.kill()?;
                return self.child.wait();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn tail(&self) -> Vec<String> {
        self.log_tail.lock().iter().cloned().collect()
    }
}

/// Windows would show a console for a process that writes and has none of its own.
#[cfg(windows)]
fn without_console(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

fn read_replies(stdout: ChildStdout) -> io::Result<Receiver<Reply>> {
    let (sender, receiver) = bounded(REPLIES_AHEAD);
    std::thread::Builder::new().name("engine-replies".to_owned()).spawn(move || {
        let mut from = BufReader::new(stdout);
        loop {
            match wire::read::<Reply>(&mut from) {
                Ok(reply) => {
                    if sender.send(reply).is_err() {
                        return;
                    }
                }
                Err(WireError::Closed) => return,
                Err(error) => {
                    // Dropping the sender makes the supervisor end the process.
                    tracing::error!(%error, "the engine's process cannot be understood");
                    return;
                }
            }
        }
    })?;
    Ok(receiver)
}

/// Passes the process' log on to our own standard error and keeps its tail. The receiver disconnects at the end.
fn keep_log(stderr: ChildStderr, tail: Arc<Mutex<VecDeque<String>>>) -> io::Result<Receiver<()>> {
    let (_ended, log_ended) = bounded::<()>(0);
    std::thread::Builder::new().name("engine-log".to_owned()).spawn(move || {
        let _ended = _ended;
        let mut from = BufReader::new(stderr);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            // Our own standard error may be closed; the tail is what counts.
            let _ = io::stderr().write_all(&line);
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            let mut tail = tail.lock();
            if tail.len() == LOG_TAIL_LINES {
                tail.pop_front();
            }
            tail.push_back(text);
        }
    })?;
    Ok(log_ended)
}

fn in_words(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("it was killed by signal {signal}");
        }
    }
    match status.code() {
        Some(code) => format!("it ended with status {code}"),
        None => "it ended in an unknown way".to_owned(),
    }
}
