//! The decode thread of one analysis: clips of a [`ClipSource`], put together to batches, into a bounded channel.

use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::feed::{self, Feed, Stop};
use crate::Failure;
use crate::kit::{ClipSource, Place};

/// Batches that wait for the network at most; this bounds an analysis' memory, whatever the length of the video.
const BATCHES_AHEAD: usize = 3;

/// What comes out of the thread. The channel closes after `Done` or `Failed`, or when the job was cancelled.
pub(crate) enum Decoded {
    /// The frame table is being made: milliseconds of video done, and in all.
    Indexing(u64, Option<u64>),
    /// Windows of the whole video.
    Opened(u64),
    /// A sentence for the user.
    Warning(String),
    /// Clips for the network.
    Batch(Batch),
    /// There are no more clips.
    Done,
    /// The video cannot be read.
    Failed(Failure),
}

/// Several windows of equal shape.
pub(crate) struct Batch {
    /// Where each window is.
    pub(crate) places: Vec<Place>,
    /// Views of each window; they follow one another in `pixels`.
    pub(crate) views: usize,
    /// `[windows · views, time, height, width, 3]`.
    pub(crate) shape: [usize; 5],
    /// RGB bytes in that order.
    pub(crate) pixels: Vec<u8>,
    /// How long the decoder has worked since it began, waiting excluded.
    pub(crate) decode_time: Duration,
}

/// Starts the thread. It ends when the feed is dropped.
pub(crate) fn start(mut source: Box<dyn ClipSource>, windows_at_once: usize) -> io::Result<Feed<Decoded>> {
    feed::start(BATCHES_AHEAD, Decoded::Failed, move |to| run(source.as_mut(), windows_at_once, to))
}

fn run(source: &mut dyn ClipSource, windows_at_once: usize, to: &Sender<Decoded>) -> Result<(), Stop> {
    let send = |decoded| to.send(decoded).map_err(|_closed| Stop::Closed);
    let windows = source.open(&mut |done, total| {
        // The compute thread may be busy loading the network; a report that finds no room is not worth waiting for.
        let _ = to.try_send(Decoded::Indexing(done, total));
    })?;
    let Some(windows) = windows else { return Err(Stop::Closed) };
    send(Decoded::Opened(windows))?;
    let mut decode_time = Duration::ZERO;
    let mut pending: Option<Batch> = None;
    loop {
        let began = Instant::now();
        let clip = source.next()?;
        decode_time += began.elapsed();
        for warning in source.take_warnings() {
            send(Decoded::Warning(warning))?;
        }
        let Some(clip) = clip else { break };
        let fits = pending.as_ref().is_some_and(|batch| batch.shape.get(1..) == clip.shape.get(1..));
        if !fits && let Some(batch) = pending.take() {
            send(Decoded::Batch(batch))?;
        }
        let batch = pending.get_or_insert_with(|| Batch {
            places: Vec::with_capacity(windows_at_once),
            views: clip.shape[0],
            shape: [0, clip.shape[1], clip.shape[2], clip.shape[3], clip.shape[4]],
            pixels: Vec::new(),
            decode_time,
        });
        batch.places.push(clip.place);
        batch.shape[0] += clip.shape[0];
        batch.decode_time = decode_time;
        if batch.pixels.is_empty() {
            batch.pixels = clip.pixels;
        } else {
            batch.pixels.extend_from_slice(&clip.pixels);
        }
        if batch.places.len() >= windows_at_once
            && let Some(batch) = pending.take()
        {
            send(Decoded::Batch(batch))?;
        }
    }
    if let Some(batch) = pending {
        send(Decoded::Batch(batch))?;
    }
    send(Decoded::Done)
}
