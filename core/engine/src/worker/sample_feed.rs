//! The decode thread of a test: the views of one sample after the other, a few at a time, into a bounded channel.

use std::io;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::feed::{self, Feed, Stop};
use crate::Failure;
use crate::kit::ViewSource;

/// Groups of views that wait for the network at most.
const GROUPS_AHEAD: usize = 2;

/// What comes out of the thread.
pub(crate) enum Sampled {
    /// A sentence for the user.
    Warning(String),
    /// Views of a sample, in order.
    Views(Views),
    /// A sample that cannot be read; the next one follows.
    Unreadable(u64, Failure),
    /// There are no more samples.
    Done,
    /// Nothing more can be read.
    Failed(Failure),
}

/// Several views of one sample.
pub(crate) struct Views {
    /// Its place in the list of the test, from 0.
    pub(crate) sample: u64,
    /// Whether the sample has no more.
    pub(crate) is_last: bool,
    /// `[views, time, height, width, 3]`.
    pub(crate) shape: [usize; 5],
    /// RGB bytes in that order.
    pub(crate) pixels: Vec<u8>,
    /// How long the decoder has worked since it began, waiting excluded.
    pub(crate) decode_time: Duration,
}

/// Starts the thread at sample `first` of `samples`. It ends when the feed is dropped.
pub(crate) fn start(
    source: Box<dyn ViewSource>,
    first: u64,
    samples: u64,
    views_at_once: usize,
) -> io::Result<Feed<Sampled>> {
    let mut thread = Thread { source, views_at_once: views_at_once.max(1), decode_time: Duration::ZERO };
    feed::start(GROUPS_AHEAD, Sampled::Failed, move |to| {
        for sample in first..samples {
            thread.sample(sample, to)?;
        }
        to.send(Sampled::Done).map_err(|_closed| Stop::Closed)
    })
}

struct Thread {
    source: Box<dyn ViewSource>,
    views_at_once: usize,
    decode_time: Duration,
}

impl Thread {
    /// One unreadable sample does not end the test; views of it that are out already are forgotten by the receiver.
    fn sample(&mut self, sample: u64, to: &Sender<Sampled>) -> Result<(), Stop> {
        let send = |message| to.send(message).map_err(|_closed| Stop::Closed);
        let began = Instant::now();
        let opened = self.source.open(sample);
        self.decode_time += began.elapsed();
        let views = match opened {
            Ok(Some(views)) => views,
            Ok(None) => return Err(Stop::Closed),
            Err(failure) => return send(Sampled::Unreadable(sample, failure)),
        };
        let mut done = 0;
        while done < views {
            let wanted = self.views_at_once.min(views - done);
            match self.group(sample, wanted, done + wanted == views) {
                Ok(Some(group)) => send(Sampled::Views(group))?,
                Ok(None) => return Err(Stop::Closed),
                Err(failure) => return send(Sampled::Unreadable(sample, failure)),
            }
            done += wanted;
        }
        self.source.take_warnings().into_iter().try_for_each(|warning| send(Sampled::Warning(warning)))
    }

    fn group(&mut self, sample: u64, wanted: usize, is_last: bool) -> Result<Option<Views>, Failure> {
        let began = Instant::now();
        let (mut shape, mut pixels) = ([0; 5], Vec::new());
        for _ in 0..wanted {
            let Some(view) = self.source.next()? else { return Ok(None) };
            let [time, height, width, channels] = view.shape;
            shape = [shape[0] + 1, time, height, width, channels];
            if pixels.is_empty() {
                pixels = view.pixels;
            } else {
                pixels.extend_from_slice(&view.pixels);
            }
        }
        self.decode_time += began.elapsed();
        Ok(Some(Views { sample, is_last, shape, pixels, decode_time: self.decode_time }))
    }
}
