//! Decoding one video stream from its start to its end, frame by frame, as fast as it goes.
//!
//! Decoding runs on the framework's own threads, a few frames ahead; `next` is called on any worker thread. A
//! damaged place costs the frames that it hits and leaves a warning that says where.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::{Cast as _, ElementExt as _, ElementExtManual as _, PadExt as _, PadExtManual as _};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;
use gstreamer_video::VideoFormat;
use ks_domain::{CancelToken, MediaTime};
use parking_lot::Mutex;

use crate::chain::{self, ChainError, InputLog, Linked};
use crate::error::{MediaError, check_file};
use crate::init::decoder_package;
use crate::streams::{self, FoundStream};

/// Pixel layouts that the conversion to RGB knows; others are converted to one of them on the way.
pub(crate) const ANALYSIS_FORMATS: &[VideoFormat] = &[VideoFormat::I420, VideoFormat::I42010le];

/// How many decoded frames may wait to be pulled.
const FRAMES_AHEAD: u32 = 4;

/// After this time without a frame the framework is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// How soon it is looked again while no stream is found yet.
const UNTIL_LINKED: Duration = Duration::from_micros(500);

/// One decoded frame.
pub(crate) struct Decoded {
    /// When it is shown, on the file's clock.
    pub time: MediaTime,
    /// How long it is shown, if the container says.
    pub duration: Option<MediaTime>,
    /// Whether decoding can start at it.
    pub is_key: bool,
    /// Whether the decoder marked it as damaged.
    pub is_damaged: bool,
    /// The pixels.
    pub sample: gst::Sample,
}

/// What is shared with the framework's threads while the streams are found.
#[derive(Default)]
struct Found {
    linked: Option<Linked>,
    failure: Option<MediaError>,
}

/// Which streams to decode, and what to look at before.
pub(crate) type Choose = Box<dyn FnOnce(&[FoundStream]) -> Option<usize> + Send>;

/// A running decoder of one stream.
pub(crate) struct Decoder {
    pipeline: gst::Pipeline,
    sink: gst_app::AppSink,
    found: Arc<Mutex<Found>>,
    cancel: CancelToken,
    path: PathBuf,
    pulled: u64,
    troubles: Vec<String>,
    is_finished: bool,
}

impl Decoder {
    /// Opens the stream with the given number.
    pub(crate) fn open(path: &Path, stream_index: u32, cancel: &CancelToken) -> Result<Self, MediaError> {
        Self::open_chosen(
            path,
            Box::new(move |streams| {
                let index = stream_index as usize;
                streams.get(index).map(|_| index)
            }),
            cancel,
        )
    }

    /// Opens the stream that `choose` picks once all are known.
    pub(crate) fn open_chosen(path: &Path, choose: Choose, cancel: &CancelToken) -> Result<Self, MediaError> {
        check_file(path)?;
        crate::init()?;
        let sink = gst_app::AppSink::builder()
            .sync(false)
            .max_buffers(FRAMES_AHEAD)
            .caps(&chain::layout_caps(ANALYSIS_FORMATS))
            .build();
        if let Some(pad) = sink.static_pad("sink") {
            chain::accept_padded_rows(&pad);
        }
        let rest = [chain::converter()?, sink.clone().upcast()];
        let found = Arc::new(Mutex::new(Found::default()));
        let shared = Arc::clone(&found);
        let file = path.to_owned();
        let pipeline = streams::open(
            path,
            Box::new(move |pipeline, streams| {
                let linked = link_chosen(pipeline, &streams, choose, &rest, &file);
                match linked {
                    Ok(linked) => shared.lock().linked = Some(linked),
                    Err(error) => shared.lock().failure = Some(error),
                }
            }),
        )?;
        let decoder = Self {
            pipeline,
            sink,
            found,
            cancel: cancel.clone(),
            path: path.to_owned(),
            pulled: 0,
            troubles: Vec::new(),
            is_finished: false,
        };
        // A failure to start also arrives as a message, which says more.
        decoder.pipeline.set_state(gst::State::Playing).ok();
        Ok(decoder)
    }

    /// The next frame in order of presentation; `None` after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Decoded>, MediaError> {
        let asked = Instant::now();
        while !self.is_finished {
            if asked.elapsed() > PATIENCE {
                return self.give_up();
            }
            if self.cancel.is_cancelled() {
                return Err(MediaError::Cancelled);
            }
            if let Some(sample) = self.sink.try_pull_sample(gst::ClockTime::from_mseconds(20)) {
                if let Some(decoded) = self.accept(sample) {
                    self.pulled += 1;
                    return Ok(Some(decoded));
                }
                continue;
            }
            let messages = self.read_messages();
            // Asked after the messages: a stream that was not linked for a reason also fails as “not linked”, and a
            // reason is set before the first packet can fail.
            let failure = self.found.lock().failure.clone();
            if let Some(failure) = failure {
                return Err(failure);
            }
            let has_failed = messages?;
            // Before it is part of the pipeline, the sink calls itself finished.
            let is_linked = self.found.lock().linked.is_some();
            if (is_linked && self.sink.is_eos()) || (has_failed && !self.flush_decoder()) {
                self.is_finished = true;
            }
            if !is_linked {
                // Such a sink does not wait either, and who finds the streams needs the processor.
                std::thread::sleep(UNTIL_LINKED);
            }
        }
        Ok(None)
    }

    fn give_up(&mut self) -> Result<Option<Decoded>, MediaError> {
        let reason = "the media framework does not answer".to_owned();
        if self.pulled == 0 {
            return Err(MediaError::NothingDecodes { reason, path: self.path.clone() });
        }
        self.troubles.push(reason);
        self.is_finished = true;
        Ok(None)
    }

    /// What the framework complained about, in its words.
    pub(crate) fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// Presentation times, on the file's clock, of packets that gave no frame. To be asked after the last frame.
    pub(crate) fn lost(&self) -> Vec<MediaTime> {
        let Some(linked) = self.found.lock().linked.clone() else { return Vec::new() };
        let log = linked.log.lock();
        let time = |pts: &u64| log.stream_time(gst::ClockTime::from_nseconds(*pts));
        log.waiting.iter().filter_map(time).collect()
    }

    /// Whether the container gives every packet a presentation time, so that lost packets can be told by it.
    pub(crate) fn says_times(&self) -> bool {
        self.found.lock().linked.as_ref().is_some_and(|linked| linked.log.lock().untimed == 0)
    }

    /// How long the stream itself claims to be, where the container says that of every stream.
    pub(crate) fn stream_end(&self) -> Option<MediaTime> {
        let linked = self.found.lock().linked.clone()?;
        let log = linked.log.lock();
        log.stream_time(log.segment()?.stop()?)
    }

    /// The length that the container states.
    pub(crate) fn stated_duration(&self) -> Option<MediaTime> {
        let duration = self.pipeline.query_duration::<gst::ClockTime>()?;
        Some(MediaTime::from_nanos(duration.nseconds()))
    }

    /// What comes out of the decoder, before any conversion of the layout.
    pub(crate) fn decoded_caps(&self) -> Option<gst::Caps> {
        let decoder = self.found.lock().linked.as_ref()?.decoder.clone();
        decoder.static_pad("src")?.current_caps()
    }

    fn accept(&self, sample: gst::Sample) -> Option<Decoded> {
        let buffer = sample.buffer()?;
        let pts = buffer.pts()?;
        let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
        let time = MediaTime::from_nanos(segment.to_stream_time(pts)?.nseconds());
        let duration = buffer.duration().map(|duration| MediaTime::from_nanos(duration.nseconds()));
        let is_damaged = buffer.flags().contains(gst::BufferFlags::CORRUPTED);
        let mut is_key = self.pulled == 0;
        if let Some(linked) = &self.found.lock().linked {
            let mut log = linked.log.lock();
            log.waiting.remove(&pts.nseconds());
            is_key |= log.take_key(pts.nseconds());
        }
        Some(Decoded { time, duration, is_key, is_damaged, sample })
    }

    /// Collects warnings. An error ends the decoding: with a failure if nothing was decoded, else with a warning.
    fn read_messages(&mut self) -> Result<bool, MediaError> {
        let Some(bus) = self.pipeline.bus() else { return Ok(true) };
        let mut missing = None;
        let mut has_failed = false;
        while let Some(message) = bus.pop() {
            match message.view() {
                gst::MessageView::Element(_) => {
                    if let Ok(plugin) = gstreamer_pbutils::MissingPluginMessage::parse(&message) {
                        missing = Some(plugin.description().to_string());
                    }
                }
                gst::MessageView::Warning(warning) => self.troubles.push(warning.error().to_string()),
                gst::MessageView::Error(error) => {
                    if self.pulled == 0 {
                        return Err(failure(&error.error(), missing, &self.path));
                    }
                    has_failed = true;
                    self.troubles.push(error.error().to_string());
                }
                _ => {}
            }
        }
        Ok(has_failed)
    }

    /// After a failure of the reader, gets the frames out that the decoder still holds. False if that is impossible.
    fn flush_decoder(&self) -> bool {
        let decoder = self.found.lock().linked.as_ref().map(|linked| linked.decoder.clone());
        let Some(pad) = decoder.and_then(|decoder| decoder.static_pad("sink")) else { return false };
        pad.send_event(gst::event::Eos::new())
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        self.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

impl InputLog {
    fn stream_time(&self, pts: gst::ClockTime) -> Option<MediaTime> {
        let time = self.segment()?.to_stream_time(pts)?;
        Some(MediaTime::from_nanos(time.nseconds()))
    }
}

fn link_chosen(
    pipeline: &gst::Pipeline,
    found: &[FoundStream],
    choose: Choose,
    rest: &[gst::Element],
    path: &Path,
) -> Result<Linked, MediaError> {
    let chosen = choose(found).and_then(|index| found.get(index)).ok_or_else(|| MediaError::NoVideoStream {
        streams: found.iter().map(|stream| stream.kind().name().to_owned()).collect(),
        path: path.to_owned(),
    })?;
    chain::link(pipeline, &chosen.pad, chosen, rest).map_err(|error| chain_failure(error, path))
}

/// A chain's failure in the user's words.
pub(crate) fn chain_failure(error: ChainError, path: &Path) -> MediaError {
    match error {
        ChainError::NoDecoder { media_type, codec } => MediaError::MissingPlugin {
            format: codec,
            package: decoder_package(&media_type).to_owned(),
            path: path.to_owned(),
        },
        ChainError::Other(reason) => MediaError::NothingDecodes { reason, path: path.to_owned() },
    }
}

/// An error of the framework, before any frame, in the user's words.
pub(crate) fn failure(error: &gst::glib::Error, missing: Option<String>, path: &Path) -> MediaError {
    let path = path.to_owned();
    match error.kind::<gst::StreamError>() {
        Some(gst::StreamError::TypeNotFound | gst::StreamError::WrongType) => MediaError::NotAVideo { path },
        Some(gst::StreamError::CodecNotFound) => {
            missing.map_or(MediaError::NotAVideo { path: path.clone() }, |format| {
                let package = "gstreamer1.0-plugins-good, gstreamer1.0-plugins-bad and gstreamer1.0-libav".to_owned();
                MediaError::MissingPlugin { format, package, path }
            })
        }
        _ => MediaError::Damaged { reason: error.message().trim_end_matches('.').to_lowercase(), path },
    }
}

/// What the frame's pixels are.
pub(crate) fn frame_info(sample: &gst::Sample) -> Option<gst_video::VideoInfo> {
    gst_video::VideoInfo::from_caps(sample.caps()?).ok()
}
