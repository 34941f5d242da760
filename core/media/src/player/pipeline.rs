//! The player's pipeline: video to an `appsink`, sound to the sound card, both on one clock.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::{
    Cast as _, ElementExt as _, ElementExtManual as _, GstBinExt as _, GstBinExtManual as _, GstObjectExt as _,
    ObjectExt as _, PadExt as _, PadExtManual as _,
};
use gstreamer_app as gst_app;
use parking_lot::Mutex;

use super::picture::SHOWN_FORMATS;
use crate::MediaError;
use crate::chain::{self, ChainError, Linked};
use crate::decode::chain_failure;
use crate::hardware::Decoding;
use crate::init::make;
use crate::marks::mark_times;
use crate::streams::{self, FoundStream};

/// What became of the streams; filled while the pipeline starts.
#[derive(Default)]
pub(super) struct Wiring {
    pub failure: Option<MediaError>,
    pub warnings: Vec<String>,
    pub volume: Option<gst::Element>,
    /// Whether all that will be linked is linked.
    pub is_done: bool,
    /// Whether hardware decodes the pictures.
    pub is_hardware: bool,
    /// Whether decoded frames may be kept as they are.
    pub may_keep: bool,
}

/// A stopped pipeline and its ends.
pub(super) struct Playback {
    pub pipeline: gst::Pipeline,
    pub sink: gst_app::AppSink,
    pub wiring: Arc<Mutex<Wiring>>,
}

/// Builds a pipeline that shows the stream with the given number, with sound or without.
pub(super) fn build(
    path: &Path,
    video_stream: u32,
    with_sound: bool,
    decoding: Decoding,
) -> Result<Playback, MediaError> {
    let sink = gst_app::AppSink::builder().sync(true).max_buffers(1).caps(&chain::layout_caps(SHOWN_FORMATS)).build();
    // Frames that come too late are left out, so that sound and picture stay together on slow machines.
    sink.set_max_lateness(20_000_000);
    sink.set_qos(true);
    sink.set_enable_last_sample(false);
    if let Some(pad) = sink.static_pad("sink") {
        chain::accept_padded_rows(&pad);
    }
    let rest = vec![chain::converter()?, sink.clone().upcast::<gst::Element>()];
    let wiring = Arc::new(Mutex::new(Wiring::default()));
    let shared = Arc::clone(&wiring);
    let file = path.to_owned();
    let pipeline = streams::open(
        path,
        Box::new(move |pipeline, found| {
            let stream = found.get(video_stream as usize);
            let result = stream
                .ok_or_else(|| MediaError::NoVideoStream { streams: Vec::new(), path: file.clone() })
                .and_then(|stream| wire_video(pipeline, stream, decoding, &rest, &file));
            let mut wiring = shared.lock();
            match result {
                Ok((queue, linked)) => {
                    wiring.is_hardware = linked.is_hardware;
                    wiring.may_keep = chain::is_of_libav(&linked.decoder);
                    if with_sound {
                        wire_sound(pipeline, &queue, &found, &mut wiring);
                    }
                }
                Err(error) => wiring.failure = Some(error),
            }
            wiring.is_done = true;
        }),
    )?;
    Ok(Playback { pipeline, sink, wiring })
}

/// Links the video stream through a queue, and returns the queue and what decodes.
fn wire_video(
    pipeline: &gst::Pipeline,
    stream: &FoundStream,
    decoding: Decoding,
    rest: &[gst::Element],
    path: &Path,
) -> Result<(gst::Element, Linked), MediaError> {
    let failed = |error: ChainError| chain_failure(error, path);
    let queue = make("multiqueue")?;
    queue.set_property("max-size-buffers", 0_u32);
    queue.set_property("max-size-bytes", 64_u32 << 20);
    queue.set_property("max-size-time", 2_000_000_000_u64);
    pipeline.add(&queue).map_err(|error| failed(other(&error)))?;
    queue.sync_state_with_parent().map_err(|error| failed(other(&error)))?;
    let exit = through(&queue, stream).map_err(failed)?;
    let linked = chain::link_for_watching(pipeline, &exit, stream, decoding, rest).map_err(failed)?;
    mark_times(&linked.decoder);
    Ok((queue, linked))
}

fn other(error: &gst::glib::BoolError) -> ChainError {
    ChainError::Other(error.to_string())
}

/// Leads a stream into the queue and gives where it comes out.
fn through(queue: &gst::Element, stream: &FoundStream) -> Result<gst::Pad, ChainError> {
    let entrance =
        queue.request_pad_simple("sink_%u").ok_or_else(|| ChainError::Other("the queue takes no stream".to_owned()))?;
    stream.pad.link(&entrance).map_err(|error| ChainError::Other(error.to_string()))?;
    let exit = entrance
        .iterate_internal_links()
        .next()
        .ok()
        .flatten()
        .ok_or_else(|| ChainError::Other("the queue has no exit".to_owned()))?;
    Ok(exit)
}

/// Adds sound if the file has some and this computer can play it; else says why not.
fn wire_sound(pipeline: &gst::Pipeline, queue: &gst::Element, found: &[FoundStream], wiring: &mut Wiring) {
    let Some(stream) = streams::best_audio(found).and_then(|index| found.get(index)) else { return };
    let sink = match open_sound_card() {
        Ok(sink) => sink,
        Err(reason) => {
            wiring.warnings.push(reason);
            return;
        }
    };
    match link_sound(pipeline, queue, stream, sink) {
        Ok(volume) => wiring.volume = Some(volume),
        Err(ChainError::NoDecoder { codec, .. }) => {
            let text = format!("No sound: nothing on this computer can decode {codec}; install gstreamer1.0-libav");
            wiring.warnings.push(text);
        }
        Err(ChainError::Other(reason)) => wiring.warnings.push(format!("No sound: {reason}")),
    }
}

fn link_sound(
    pipeline: &gst::Pipeline,
    queue: &gst::Element,
    stream: &FoundStream,
    sink: gst::Element,
) -> Result<gst::Element, ChainError> {
    let part = |name: &str| make(name).map_err(|error| ChainError::Other(error.to_string()));
    let volume = part("volume")?;
    let tempo = [part("audioconvert")?, part("scaletempo")?, part("audioconvert")?, part("audioresample")?];
    let mut rest = Vec::from(tempo);
    rest.extend([volume.clone(), sink]);
    // Asked for first, so that a codec that cannot be decoded leaves no loose end in the queue.
    drop(chain::decoder_for(stream)?);
    let exit = through(queue, stream)?;
    chain::link(pipeline, &exit, stream, &rest)?;
    Ok(volume)
}

/// Looking for a sound card takes time and the drivers complain loudly where there is none, so after a failure it is
/// looked for again only after a while.
static FAILED: Mutex<Option<Instant>> = Mutex::new(None);
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// The sound output of the system, already open; or a sentence why there is none.
fn open_sound_card() -> Result<gst::Element, String> {
    let none =
        || "No sound: this computer has no sound output that can be opened; the picture plays without".to_owned();
    let mut failed = FAILED.lock();
    if failed.is_some_and(|failed| failed.elapsed() < LOOK_AGAIN_AFTER) {
        return Err(none());
    }
    let sink = make("autoaudiosink").map_err(|error| format!("No sound: {error}"))?;
    let opened = sink.set_state(gst::State::Ready);
    // Without a sound card it silently takes a sink that swallows everything.
    let is_dummy = sink.downcast_ref::<gst::Bin>().is_none_or(|bin| {
        let is_fake = |child: &gst::Element| child.factory().is_some_and(|factory| factory.name().starts_with("fake"));
        bin.children().iter().all(is_fake)
    });
    if opened.is_err() || is_dummy {
        sink.set_state(gst::State::Null).ok(); // It was never used.
        *failed = Some(Instant::now());
        return Err(none());
    }
    Ok(sink)
}
