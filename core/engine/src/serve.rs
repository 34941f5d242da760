//! The other end of the pipe: the main function of the engine's process.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};

use crossbeam_channel::{Receiver, Sender, bounded};
use thiserror::Error;

use crate::Event;
use crate::outbox::Closed;
use crate::real_kit::RealKit;
use crate::wire::{self, PROTOCOL, Reply, Request, WireError};
use crate::worker::{Order, Sink, Worker};

/// Replies that wait for the pipe.
const REPLIES_AHEAD: usize = 64;

/// Why the engine's process cannot serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Somebody started it by hand.
    #[error("this subcommand is for the program itself: it expects messages on its standard input ({0})")]
    NotSpokenTo(String),
    /// The system refused something.
    #[error("the engine's process could not be set up: {0}")]
    Setup(#[from] io::Error),
}

/// Works on what comes in on standard input and answers on standard output, until standard input closes.
///
/// Standard output carries messages and nothing else: whatever libraries print goes to standard error.
///
/// # Errors
/// If the first message is not understood, or the system refuses pipes or threads.
pub fn serve() -> Result<(), ServeError> {
    let mut requests = BufReader::new(io::stdin());
    let answers = take_stdout()?;
    let config = match wire::read(&mut requests) {
        Ok(Request::Configure(config)) => config,
        Ok(Request::Submit { .. } | Request::Cancel { .. }) => {
            return Err(ServeError::NotSpokenTo("a job came before the configuration".to_owned()));
        }
        Err(error) => return Err(ServeError::NotSpokenTo(error.to_string())),
    };
    let (replies, queued) = bounded(REPLIES_AHEAD);
    std::thread::Builder::new().name("engine-answers".to_owned()).spawn(move || write_replies(answers, &queued))?;
    // If the pipe is closed already, reading requests says so.
    let _ = replies.send(Reply::Hello { protocol: PROTOCOL });
    let kit = Box::new(RealKit::new(config.cache_dir.clone()));
    let worker = Worker::start(config, kit, Box::new(PipeSink(replies)))?;
    loop {
        let ordered = match wire::read(&mut requests) {
            Ok(Request::Submit { job, task, first_part }) => worker.order(Order::Submit { job, task, first_part }),
            Ok(Request::Cancel { job }) => {
                worker.cancel(job);
                Ok(())
            }
            Ok(Request::Configure(_)) => Ok(()),
            Err(WireError::Closed) => {
                tracing::info!("the window is gone");
                break;
            }
            Err(error) => {
                tracing::error!(%error, "the window cannot be understood");
                break;
            }
        };
        if let Err(error) = ordered {
            tracing::error!(%error, "the compute thread takes no more jobs");
            break;
        }
    }
    // At once, also in the middle of a computation: nobody will see its result.
    std::process::exit(0)
}

struct PipeSink(Sender<Reply>);

impl Sink for PipeSink {
    fn event(&mut self, event: Event) -> Result<(), Closed> {
        self.0.send(Reply::Event(event)).map_err(|_closed| Closed)
    }

    fn is_replaced(&self) -> bool {
        true
    }

    fn poisoned(&mut self) {
        tracing::warn!("a computation broke off; the engine's process is replaced");
        // The writer ends the process once this is on the pipe.
        let _ = self.0.send(Reply::Restart);
    }
}

fn write_replies(mut answers: BufWriter<File>, replies: &Receiver<Reply>) {
    for reply in replies {
        let is_last = matches!(reply, Reply::Restart);
        if let Err(error) = wire::write(&mut answers, &reply) {
            tracing::info!(%error, "the window takes no more events");
            std::process::exit(0);
        }
        if is_last {
            std::process::exit(0);
        }
    }
}

/// Keeps standard output for us alone and lets everybody else's end on standard error.
#[cfg(unix)]
fn take_stdout() -> io::Result<BufWriter<File>> {
    use filedescriptor::{FileDescriptor, StdioDescriptor};
    let ours = FileDescriptor::redirect_stdio(&io::stderr(), StdioDescriptor::Stdout).map_err(io::Error::other)?;
    Ok(BufWriter::new(ours.as_file().map_err(io::Error::other)?))
}

/// Keeps standard output for us. Handles that a library took before this point still lead here, as Windows has no
/// safe way to redirect them; a garbled pipe ends the process and is reported.
#[cfg(windows)]
fn take_stdout() -> io::Result<BufWriter<File>> {
    use std::os::windows::io::AsHandle as _;
    Ok(BufWriter::new(File::from(io::stdout().as_handle().try_clone_to_owned()?)))
}
