//! The language of the pipe between the window and its engine process: frames of a length and a postcard message.
//!
//! A frame is a `u32` in little-endian order, the number of bytes that follow, and those bytes. Nothing else is
//! written to the engine's standard output; its log goes to standard error.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::{EngineConfig, Event, JobId, Task};

/// Both ends are the same binary, so this differs only after the file was replaced under a running window.
pub(crate) const PROTOCOL: u32 = 2;

/// The largest message that makes sense; a longer one means that something else was written to the pipe.
const MAX_FRAME_BYTES: u32 = 16 << 20;

/// From the window to the engine.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Request {
    /// The first message.
    Configure(EngineConfig),
    /// Queues a job.
    Submit {
        /// Its number.
        job: JobId,
        /// Its work.
        task: Box<Task>,
        /// The first window or sample that the receiver does not have yet.
        first_part: u64,
    },
    /// Stops a job.
    Cancel {
        /// Its number.
        job: JobId,
    },
}

/// From the engine to the window.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Reply {
    /// The first message.
    Hello {
        /// [`PROTOCOL`] of the engine.
        protocol: u32,
    },
    /// Something happened.
    Event(Event),
    /// The last message: the device may be in an undefined state, the process ends on purpose and wants to be
    /// started again. The job that caused it has failed before.
    Restart,
}

/// Why a message could not be read.
#[derive(Debug, Error)]
pub(crate) enum WireError {
    /// The other side is gone.
    #[error("the pipe to the engine is closed")]
    Closed,
    /// Something else than a message.
    #[error("the pipe to the engine carries something that is not a message: {0}")]
    Garbled(String),
    /// The pipe broke.
    #[error("the pipe to the engine broke: {0}")]
    Io(#[from] io::Error),
}

/// Writes one message and flushes it.
pub(crate) fn write<M: Serialize>(to: &mut impl Write, message: &M) -> Result<(), WireError> {
    // The length is filled in afterwards, so that length and message leave in one write.
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(|error| WireError::Garbled(error.to_string()))?;
    let length = u32::try_from(frame.len().saturating_sub(4))
        .ok()
        .filter(|length| *length <= MAX_FRAME_BYTES)
        .ok_or_else(|| WireError::Garbled(format!("a message of {} bytes is too long", frame.len())))?;
    if let Some(head) = frame.first_chunk_mut::<4>() {
        *head = length.to_le_bytes();
    }
    to.write_all(&frame)?;
    to.flush()?;
    Ok(())
}

/// Waits for one message.
pub(crate) fn read<M: DeserializeOwned>(from: &mut impl Read) -> Result<M, WireError> {
    let mut head = [0; 4];
    from.read_exact(&mut head).map_err(closed)?;
    let length = u32::from_le_bytes(head);
    if length > MAX_FRAME_BYTES {
        return Err(WireError::Garbled(format!("a message of {length} bytes is announced")));
    }
    let mut body = vec![0; length as usize];
    from.read_exact(&mut body).map_err(closed)?;
    postcard::from_bytes(&body).map_err(|error| WireError::Garbled(error.to_string()))
}

fn closed(error: io::Error) -> WireError {
    if error.kind() == io::ErrorKind::UnexpectedEof { WireError::Closed } else { WireError::Io(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let submit = Request::Submit { job: JobId(7), task: Box::new(Task::ListDevices), first_part: 3 };
        let configure = Request::Configure(EngineConfig { cache_dir: Some("/a/b".into()), ..EngineConfig::default() });
        let mut pipe = Vec::new();
        write(&mut pipe, &submit).unwrap();
        write(&mut pipe, &configure).unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(read::<Request>(&mut from).unwrap(), submit);
        assert_eq!(read::<Request>(&mut from).unwrap(), configure);
        assert!(matches!(read::<Request>(&mut from), Err(WireError::Closed)));
    }

    #[test]
    fn outcomes_of_fixtures_come_out_as_they_went_in() {
        let status = crate::Status::Skipped { reason: "too large".to_owned() };
        let (fixture, tolerance, detail) = ("a".to_owned(), String::new(), String::new());
        let outcome = crate::Outcome { fixture, status, max_abs: f64::NAN, max_rel: 0.0, tolerance, detail };
        let mut pipe = Vec::new();
        write(&mut pipe, &Reply::Event(Event::Verified { job: JobId(1), outcome: outcome.clone() })).unwrap();
        let Reply::Event(Event::Verified { outcome: read, .. }) = read(&mut pipe.as_slice()).unwrap() else { panic!() };
        assert_eq!((read.status, read.fixture), (outcome.status, outcome.fixture));
        assert!(read.max_abs.is_nan());
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_survives() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = std::path::Path::new(std::ffi::OsStr::from_bytes(b"/v/\xff\xfe.mp4")).to_path_buf();
        let task = Task::Verify { dir: dir.clone(), device: ks_model::DeviceChoice::Cpu };
        let mut pipe = Vec::new();
        write(&mut pipe, &task).unwrap();
        assert_eq!(read::<Task>(&mut pipe.as_slice()).unwrap(), task);
    }

    #[test]
    fn text_on_the_pipe_is_refused_before_memory_is_taken() {
        let mut from = b"Hello, I am a library that prints".as_slice();
        assert!(matches!(read::<Reply>(&mut from), Err(WireError::Garbled(_))));
    }
}
