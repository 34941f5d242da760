//! Going to any frame of one video stream: decoding starts at a key frame and goes on for as long as frames are pulled.
//!
//! Nothing is shown here, and no clock is waited for. A few frames are decoded ahead; frames are numbered as the frame
//! table does. One thread owns a seeker.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::{Cast as _, ElementExt as _, ElementExtManual as _, ObjectExt as _};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use ks_domain::{CancelToken, FrameTable};
use parking_lot::Mutex;

use crate::MediaError;
use crate::chain::{self, Linked};
use crate::decode::{chain_failure, failure};
use crate::hardware::Decoding;
use crate::marks::{OwnTime, inside, mark_times, own_time_of};
use crate::streams;
use crate::thin::{Limit, leave_out};

/// How many decoded frames may wait to be pulled.
const FRAMES_AHEAD: u32 = 2;
/// How often a frame is looked for from farther back.
const MISSES_BORNE: u32 = 4;
/// Decoding on over this many frames is as fast as going to the key frame behind them.
const NEAR: u32 = 6;
/// So many frames before the one that is wanted are decoded in any case, to be there for going back a little.
const NOT_THINNED: u32 = 8;
/// After this time without a frame the framework is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a stream is opened for.
#[derive(Clone, Copy)]
pub(crate) struct Access {
    /// Pixel layouts that are wanted; others are converted to one of them.
    pub formats: &'static [gst_video::VideoFormat],
    /// What decodes.
    pub decoding: Decoding,
    /// Threads of the decoder; as many as it likes if `None`. With one, a key frame comes out soonest.
    pub threads: Option<i32>,
}

/// A decoded frame.
pub(crate) struct Located {
    /// Number in the frame table.
    pub number: u32,
    /// When it is shown.
    pub time: OwnTime,
    /// The pixels.
    pub sample: gst::Sample,
}

/// What pulling gave.
pub(crate) enum Pulled {
    /// The next frame.
    Frame(Located),
    /// Nothing yet.
    Nothing,
    /// There are no more frames.
    End,
}

#[derive(Default)]
struct Found {
    linked: Option<Linked>,
    failure: Option<MediaError>,
}

/// A stream that can be gone about in.
pub(crate) struct Seeker {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
    found: Arc<Mutex<Found>>,
    table: Arc<FrameTable>,
    path: PathBuf,
    /// The number that the next frame has unless frames are missing; `None` after the end.
    next: Option<u32>,
    /// No later frame has a smaller number, however odd its time is.
    floor: u32,
    /// Before this frame not all come out.
    thinned: Limit,
    /// When the place was changed, until a frame comes from there.
    sent: Option<Instant>,
    /// Whether something came out, so that the place can be changed.
    has_started: bool,
    has_failed: bool,
    missing: Option<String>,
}

impl Seeker {
    /// Opens the stream with the given number; it decodes from the start until it is told otherwise.
    pub(crate) fn open(path: &Path, stream: u32, table: Arc<FrameTable>, access: Access) -> Result<Self, MediaError> {
        let sink = gst_app::AppSink::builder()
            .sync(false)
            .async_(false)
            .max_buffers(FRAMES_AHEAD)
            .caps(&chain::layout_caps(access.formats))
            .build();
        sink.set_enable_last_sample(false);
        if let Some(pad) = sink.static_pad("sink") {
            chain::accept_padded_rows(&pad);
        }
        let rest = [chain::converter()?, sink.clone().upcast::<gst::Element>()];
        let found = Arc::new(Mutex::new(Found::default()));
        let shared = Arc::clone(&found);
        let file = path.to_owned();
        let thinned = Limit::default();
        let (numbers, limit) = (Arc::clone(&table), thinned.clone());
        let pipeline = streams::open(
            path,
            Box::new(move |pipeline, streams| {
                let linked = match streams.get(stream as usize) {
                    Some(stream) => chain::link_for_watching(pipeline, &stream.pad, stream, access.decoding, &rest)
                        .inspect(|linked| leave_out(linked, stream, &numbers, &limit))
                        .map_err(|error| chain_failure(error, &file)),
                    None => Err(MediaError::NoVideoStream { streams: Vec::new(), path: file.clone() }),
                };
                match linked {
                    Ok(linked) => {
                        mark_times(&linked.decoder);
                        limit_threads(&linked.decoder, access.threads);
                        shared.lock().linked = Some(linked);
                    }
                    Err(error) => shared.lock().failure = Some(error),
                }
            }),
        )?;
        let seeker = Self {
            pipeline,
            sink,
            found,
            table,
            path: path.to_owned(),
            next: Some(0),
            floor: 0,
            thinned,
            sent: None,
            has_started: false,
            has_failed: false,
            missing: None,
        };
        seeker.pipeline.set_state(gst::State::Playing).ok(); // A failure also comes as a message, which says more.
        Ok(seeker)
    }

    /// Whether the place can be changed by now.
    pub(crate) const fn has_started(&self) -> bool {
        self.has_started
    }

    /// Whether hardware decodes.
    pub(crate) fn is_hardware(&self) -> bool {
        self.found.lock().linked.as_ref().is_some_and(|linked| linked.is_hardware)
    }

    /// Whether frames may be kept as they are: other decoders have few places for frames and wait for those.
    pub(crate) fn may_keep(&self) -> bool {
        self.found.lock().linked.as_ref().is_some_and(|linked| chain::is_of_libav(&linked.decoder))
    }

    /// Whether decoding on from here is as good a way to a frame as beginning at its key frame.
    pub(crate) fn goes_on_to(&self, wanted: u32) -> bool {
        let key = self.table.key_frame_before(wanted);
        let is_ahead = |next: u32| next <= wanted && key <= next.saturating_add(NEAR);
        self.next.is_some_and(is_ahead) && wanted >= self.thinned.get()
    }

    /// How long the place has been changed without a frame from there.
    pub(crate) fn waits_since(&self) -> Option<Duration> {
        self.sent.map(|sent| sent.elapsed())
    }

    /// The same as [`Self::approach`], and frames on the way may be left out if that saves time.
    pub(crate) fn hurry(&mut self, wanted: u32, misses: u32) -> Result<(), MediaError> {
        self.approach(wanted, misses)?;
        if misses == 0 {
            self.thinned.set(wanted.saturating_sub(NOT_THINNED).max(self.thinned.get()));
        }
        Ok(())
    }

    /// Goes to where decoding has to begin so that a frame comes out, unless going on from here is as good. After
    /// `misses`, it begins so many key frames farther back: frames that are shown before a key frame may need frames
    /// from before it.
    pub(crate) fn approach(&mut self, wanted: u32, misses: u32) -> Result<(), MediaError> {
        if misses == 0 && self.goes_on_to(wanted) {
            return Ok(());
        }
        let mut key = self.table.key_frame_before(wanted);
        for _ in 0..misses {
            key = self.table.key_frame_before(key.saturating_sub(1));
        }
        self.thinned.set(0);
        let sent = self.pipeline.seek(
            1.0,
            gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE,
            gst::SeekType::Set,
            gst::ClockTime::from_nseconds(inside(&self.table, key).nanos()),
            gst::SeekType::None,
            gst::ClockTime::NONE,
        );
        if sent.is_err() {
            return match self.next {
                Some(next) if next <= wanted => Ok(()),
                _ => Err(MediaError::NotSearchable { path: self.path.clone() }),
            };
        }
        (self.next, self.floor, self.has_failed) = (Some(key), 0, false);
        self.sent = Some(Instant::now());
        Ok(())
    }

    /// The next frame, if it comes within a while.
    pub(crate) fn pull(&mut self, at_most: Duration) -> Result<Pulled, MediaError> {
        let nanos = u64::try_from(at_most.as_nanos()).unwrap_or(u64::MAX);
        if let Some(sample) = self.sink.try_pull_sample(gst::ClockTime::from_nseconds(nanos)) {
            // The sink needs its own sample back before it takes in another format or place.
            let sample = keepable(&sample, true);
            return Ok(self.locate(sample).map_or(Pulled::Nothing, Pulled::Frame));
        }
        self.read_messages()?;
        let is_linked = {
            let found = self.found.lock();
            if let Some(failure) = &found.failure {
                return Err(failure.clone());
            }
            found.linked.is_some()
        };
        // Before it is part of the pipeline, the sink calls itself finished and does not wait.
        if !is_linked {
            std::thread::sleep(Duration::from_millis(1));
        } else if self.sink.is_eos() || self.has_failed {
            (self.next, self.has_started) = (None, true);
            return Ok(Pulled::End);
        }
        Ok(Pulled::Nothing)
    }

    /// Works until a frame is there. `None` if neither it nor a later one decodes; a later one if it alone does not.
    pub(crate) fn frame(&mut self, wanted: u32, cancel: &CancelToken) -> Result<Option<Located>, MediaError> {
        let (mut misses, mut has_approached) = (0, false);
        let mut since = Instant::now();
        loop {
            if cancel.is_cancelled() {
                return Err(MediaError::Cancelled);
            }
            if since.elapsed() > PATIENCE {
                let reason = "the media framework does not answer".to_owned();
                return Err(MediaError::NothingDecodes { reason, path: self.path.clone() });
            }
            if self.has_started && !has_approached {
                self.approach(wanted, misses)?;
                has_approached = true;
            }
            let pulled = self.pull(Duration::from_millis(20))?;
            if !matches!(pulled, Pulled::Nothing) {
                since = Instant::now();
            }
            match pulled {
                Pulled::Nothing => {}
                Pulled::Frame(located) if located.number == wanted => return Ok(Some(located)),
                Pulled::Frame(located) if located.number > wanted && misses == MISSES_BORNE => {
                    return Ok(Some(located));
                }
                Pulled::Frame(located) if located.number < wanted || !has_approached => {}
                Pulled::End if misses == MISSES_BORNE => return Ok(None),
                Pulled::Frame(_) | Pulled::End => (misses, has_approached) = (misses + 1, false),
            }
        }
    }

    /// The frame that follows; `None` after the last one.
    pub(crate) fn next_frame(&mut self, cancel: &CancelToken) -> Result<Option<Located>, MediaError> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if cancel.is_cancelled() {
                return Err(MediaError::Cancelled);
            }
            match self.pull(Duration::from_millis(20))? {
                Pulled::Frame(located) => return Ok(Some(located)),
                Pulled::End => return Ok(None),
                Pulled::Nothing => {}
            }
        }
        let reason = "the media framework does not answer".to_owned();
        Err(MediaError::NothingDecodes { reason, path: self.path.clone() })
    }

    fn locate(&mut self, sample: gst::Sample) -> Option<Located> {
        let time = own_time_of(&sample)?;
        // Where the table had to repair times, counting decides.
        let number = time.number(&self.table).max(self.floor);
        self.floor = number.saturating_add(1);
        (self.next, self.has_started, self.sent) = (Some(self.floor), true, None);
        Some(Located { number, time, sample })
    }

    /// An error before any frame, or of hardware, is one; a later one of software is the end of what decodes.
    fn read_messages(&mut self) -> Result<(), MediaError> {
        let Some(bus) = self.pipeline.bus() else { return Ok(()) };
        while let Some(message) = bus.pop() {
            match message.view() {
                gst::MessageView::Element(_) => {
                    if let Ok(plugin) = gstreamer_pbutils::MissingPluginMessage::parse(&message) {
                        self.missing = Some(plugin.description().to_string());
                    }
                }
                gst::MessageView::Error(error) => {
                    // A stream that was not linked for a reason also fails as “not linked”; the reason says more.
                    if let Some(reason) = self.found.lock().failure.clone() {
                        return Err(reason);
                    }
                    if !self.has_started || self.is_hardware() {
                        return Err(failure(&error.error(), self.missing.take(), &self.path));
                    }
                    tracing::debug!("while decoding: {}", error.error());
                    self.has_failed = true;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Seeker {
    fn drop(&mut self) {
        self.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

fn limit_threads(decoder: &gst::Element, threads: Option<i32>) {
    if let Some(threads) = threads
        && decoder.find_property("max-threads").is_some()
    {
        decoder.set_property("max-threads", threads);
    }
}

/// A frame that may be kept for long. The decoder would wait for its own, so what is not libav's is copied; the sink would
/// go wrong without its sample, so that is another one in any case.
pub(crate) fn keepable(sample: &gst::Sample, may_keep: bool) -> gst::Sample {
    let copy = || sample.buffer().and_then(|buffer| buffer.copy_deep().ok());
    let buffer = if may_keep { sample.buffer_owned() } else { copy() };
    let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>().cloned());
    gst::Sample::builder()
        .buffer_if_some(buffer.as_ref())
        .caps_if_some(sample.caps_owned().as_ref())
        .segment_if_some(segment.as_ref())
        .build()
}
