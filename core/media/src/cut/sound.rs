//! The sound of a part of a video, exact to the sample.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::{Cast as _, ElementExt as _, ElementExtManual as _};
use gstreamer_app as gst_app;
use ks_domain::{CancelToken, MediaTime};
use parking_lot::Mutex;

use crate::MediaError;
use crate::chain;
use crate::decode::{chain_failure, failure};
use crate::init::make;
use crate::streams;

/// Decoders of sound need something before the place, to be in full swing there.
const RUN_UP: MediaTime = MediaTime::from_nanos(300_000_000);
/// After this time without sound the framework is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(20);
/// Times that are off by less than this many parts of a second are rounded times, not gaps.
const SMALLEST_GAP: u64 = 100;

/// A piece of sound.
pub(super) struct Chunk {
    /// Interleaved samples in the format of [`SoundReader::caps`].
    pub bytes: Vec<u8>,
    /// When it begins, from the start of the part on.
    pub time: MediaTime,
    pub duration: MediaTime,
}

/// Reads the sound of one part.
pub(super) struct SoundReader {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
    failure: Arc<Mutex<Option<MediaError>>>,
    path: PathBuf,
    caps: gst::Caps,
    start: MediaTime,
    rate: u64,
    bytes_each: usize,
    /// Samples of each channel that came out, and that there are to be.
    cursor: u64,
    total: u64,
    waiting: Option<gst::Sample>,
}

impl SoundReader {
    /// Opens the sound between two moments; `None` if there is none there.
    pub(super) fn open(
        path: &Path,
        (start, end): (MediaTime, MediaTime),
        cancel: &CancelToken,
    ) -> Result<Option<Self>, MediaError> {
        let (pipeline, sink, failure) = build(path)?;
        let mut reader = Self {
            pipeline,
            sink,
            failure,
            path: path.to_owned(),
            caps: gst::Caps::new_empty(),
            start,
            rate: 1,
            bytes_each: 1,
            cursor: 0,
            total: 0,
            waiting: None,
        };
        reader.pipeline.set_state(gst::State::Playing).ok(); // A failure also comes as a message, which says more.
        let Some(first) = reader.pull(cancel)? else { return Ok(None) };
        let number = |field: &str| {
            let value = first.caps()?.structure(0)?.get::<i32>(field).ok()?;
            u64::try_from(value).ok().filter(|value| *value > 0)
        };
        let (Some(rate), Some(channels), Some(caps)) = (number("rate"), number("channels"), first.caps_owned()) else {
            return Err(reader.damaged("its sound has no known format"));
        };
        (reader.rate, reader.caps) = (rate, caps);
        reader.bytes_each = usize::try_from(channels).unwrap_or(1) * size_of::<f32>();
        reader.total = samples(end.saturating_sub(start), rate);
        if start > RUN_UP {
            reader.go_to(start.saturating_sub(RUN_UP))?;
        } else {
            reader.waiting = Some(first);
        }
        reader.skip_to_start(cancel)
    }

    /// What the samples are.
    pub(super) const fn caps(&self) -> &gst::Caps {
        &self.caps
    }

    /// When the next piece begins, from the start of the part on.
    pub(super) fn position(&self) -> MediaTime {
        time_of(self.cursor, self.rate)
    }

    /// The next piece; `None` at the end of the part or of the sound.
    pub(super) fn next(&mut self, cancel: &CancelToken) -> Result<Option<Chunk>, MediaError> {
        while self.cursor < self.total {
            let sample = match self.waiting.take() {
                Some(sample) => sample,
                None => match self.pull(cancel)? {
                    Some(sample) => sample,
                    None => return Ok(None),
                },
            };
            if let Some(chunk) = self.fit(&sample) {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Drops what lies before the part. `None` if nothing lies in it.
    fn skip_to_start(mut self, cancel: &CancelToken) -> Result<Option<Self>, MediaError> {
        loop {
            let sample = match self.waiting.take() {
                Some(sample) => sample,
                None => match self.pull(cancel)? {
                    Some(sample) => sample,
                    None => return Ok(None),
                },
            };
            let Some((at, count)) = self.place(&sample) else { continue };
            if at >= i64::try_from(self.total).unwrap_or(i64::MAX) {
                return Ok(None);
            }
            if at.saturating_add_unsigned(count) > 0 {
                self.waiting = Some(sample);
                return Ok(Some(self));
            }
        }
    }

    /// Where a piece begins, in samples from the start of the part on, and how many samples it has.
    fn place(&self, sample: &gst::Sample) -> Option<(i64, u64)> {
        let buffer = sample.buffer()?;
        let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
        let time = match segment.to_stream_time_full(buffer.pts()?)? {
            gst::Signed::Positive(time) => i128::from(time.nseconds()),
            gst::Signed::Negative(time) => -i128::from(time.nseconds()),
        };
        let nanos = time - i128::from(self.start.nanos());
        let at = (nanos * i128::from(self.rate)).div_euclid(1_000_000_000);
        Some((i64::try_from(at).ok()?, (buffer.size() / self.bytes_each) as u64))
    }

    /// Cuts a piece so that it joins the one before: what overlaps goes, gaps become silence.
    fn fit(&mut self, sample: &gst::Sample) -> Option<Chunk> {
        let (mut at, count) = self.place(sample)?;
        let cursor = i64::try_from(self.cursor).ok()?;
        if self.cursor > 0 && at.abs_diff(cursor) < self.rate / SMALLEST_GAP {
            at = cursor;
        }
        let skipped = u64::try_from(cursor.saturating_sub(at)).unwrap_or(0).min(count);
        let silent = u64::try_from(at.saturating_sub(cursor)).unwrap_or(0).min(self.total - self.cursor);
        let kept = (count - skipped).min(self.total - self.cursor - silent);
        if silent + kept == 0 {
            return None;
        }
        let bytes_of = |samples: u64| usize::try_from(samples).unwrap_or(0) * self.bytes_each;
        let map = sample.buffer()?.map_readable().ok()?;
        let mut bytes = vec![0; bytes_of(silent)];
        bytes.extend_from_slice(map.get(bytes_of(skipped)..bytes_of(skipped + kept))?);
        let time = self.position();
        self.cursor += silent + kept;
        Some(Chunk { bytes, time, duration: self.position().saturating_sub(time) })
    }

    fn go_to(&self, time: MediaTime) -> Result<(), MediaError> {
        let place = gst::ClockTime::from_nseconds(time.nanos());
        self.pipeline
            .seek_simple(gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE, place)
            .map_err(|_not_searchable| MediaError::NotSearchable { path: self.path.clone() })
    }

    fn pull(&mut self, cancel: &CancelToken) -> Result<Option<gst::Sample>, MediaError> {
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if cancel.is_cancelled() {
                return Err(MediaError::Cancelled);
            }
            if let Some(sample) = self.sink.try_pull_sample(gst::ClockTime::from_mseconds(20)) {
                return Ok(Some(sample));
            }
            if let Some(failure) = self.failure.lock().clone() {
                return Err(failure);
            }
            let errors = [gst::MessageType::Error];
            let error = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&errors));
            if let Some(gst::MessageView::Error(error)) = error.as_ref().map(|message| message.view()) {
                return Err(failure(&error.error(), None, &self.path));
            }
            // Before it is part of the pipeline, the sink calls itself finished and does not wait.
            if self.sink.current_state() >= gst::State::Paused && self.sink.is_eos() {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(self.damaged("the media framework does not answer"))
    }

    fn damaged(&self, reason: &str) -> MediaError {
        MediaError::NothingDecodes { reason: reason.to_owned(), path: self.path.clone() }
    }
}

impl Drop for SoundReader {
    fn drop(&mut self) {
        self.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

type Built = (gst::Pipeline, gst_app::AppSink, Arc<Mutex<Option<MediaError>>>);

fn build(path: &Path) -> Result<Built, MediaError> {
    crate::init()?;
    let caps = gst::Caps::builder("audio/x-raw").field("format", "F32LE").field("layout", "interleaved").build();
    let sink = gst_app::AppSink::builder().sync(false).async_(false).max_buffers(16).caps(&caps).build();
    sink.set_enable_last_sample(false);
    let rest = [make("audioconvert")?, sink.clone().upcast::<gst::Element>()];
    let failure = Arc::new(Mutex::new(None));
    let shared = Arc::clone(&failure);
    let file = path.to_owned();
    let pipeline = streams::open(
        path,
        Box::new(move |pipeline, found| {
            let stream = streams::best_audio(&found).and_then(|index| found.get(index));
            let linked = match stream {
                Some(stream) => chain::link(pipeline, &stream.pad, stream, &rest)
                    .map(|_| ())
                    .map_err(|error| chain_failure(error, &file)),
                None => Err(MediaError::Changed { reason: "its sound is gone".to_owned(), path: file.clone() }),
            };
            *shared.lock() = linked.err();
        }),
    )?;
    Ok((pipeline, sink, failure))
}

fn samples(time: MediaTime, rate: u64) -> u64 {
    let exact = u128::from(time.nanos()) * u128::from(rate);
    u64::try_from((exact + 500_000_000) / 1_000_000_000).unwrap_or(u64::MAX)
}

fn time_of(sample: u64, rate: u64) -> MediaTime {
    let nanos = u128::from(sample) * 1_000_000_000 / u128::from(rate.max(1));
    MediaTime::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}
