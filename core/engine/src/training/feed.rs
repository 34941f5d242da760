//! The decode threads of a training: batches of clips in a fixed order, a few ahead of the network.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::cutter::{Cut, Cutter, Request};
use crate::Failure;
use crate::worker::feed::{self, Feed, Stop};

/// Batches that wait for the network at most.
const BATCHES_AHEAD: usize = 2;
/// Decode threads at most; each decoder has threads of its own.
const MOST_THREADS: usize = 4;

/// One request's views.
pub(crate) struct Clip {
    /// What was asked for.
    pub(crate) request: Request,
    /// Its views, or why there are none.
    pub(crate) cut: Result<Cut, Failure>,
}

/// Clips that were asked for together, in the order of the requests.
pub(crate) struct Batch {
    /// The clips.
    pub(crate) clips: Vec<Clip>,
    /// How long decoders have worked since the feed began, by the clock.
    pub(crate) decode_time: Duration,
}

/// What comes out of the feed.
pub(crate) enum Fed {
    /// The next batch.
    Batch(Batch),
    /// There are no more.
    Done,
    /// Nothing more can be read.
    Failed(Failure),
}

/// Starts reading the batches that `batches` names, in order. It ends when the feed is dropped.
pub(crate) fn start_feed(
    cutter: Arc<Cutter>,
    batches: impl Iterator<Item = Vec<Request>> + Send + 'static,
) -> io::Result<Feed<Fed>> {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(MOST_THREADS));
    feed::start(BATCHES_AHEAD, Fed::Failed, move |to| {
        let mut decode_time = Duration::ZERO;
        for requests in batches {
            let began = Instant::now();
            let clips = cut_all(&cutter, &requests, threads)?;
            decode_time += began.elapsed();
            to.send(Fed::Batch(Batch { clips, decode_time })).map_err(|_closed| Stop::Closed)?;
        }
        to.send(Fed::Done).map_err(|_closed| Stop::Closed)
    })
}

/// All clips of a batch, each cut by whichever thread is free.
fn cut_all(cutter: &Cutter, requests: &[Request], threads: usize) -> Result<Vec<Clip>, Stop> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Clip)>> = Mutex::default();
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(place).copied() else { return };
            let cut = cutter.cut(request);
            done.lock().push((place, Clip { request, cut }));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(requests.len()) {
            // If the system has no thread left, fewer do the work.
            let _ = std::thread::Builder::new().name("decode clip".to_owned()).spawn_scoped(scope, work);
        }
        work();
    });
    if cutter.sources.cancel().is_cancelled() {
        return Err(Stop::Closed);
    }
    let mut clips = done.into_inner();
    clips.sort_by_key(|(place, _)| *place);
    Ok(clips.into_iter().map(|(_, clip)| clip).collect())
}
