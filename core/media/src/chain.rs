//! The elements that turn one stream's packets into frames.
//!
//! Decoders are chosen here: software, libav's first, because their output is exact and the same on every machine; for
//! watching, also hardware. Nothing is pulled or shown here.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gstreamer as gst;
use gstreamer::prelude::{
    ElementExt as _, GObjectExtManualGst as _, GstBinExtManual as _, GstObjectExt as _, ObjectExt as _, PadExt as _,
    PadExtManual as _, PluginFeatureExtManual as _,
};
use gstreamer_video as gst_video;
use parking_lot::Mutex;

use crate::hardware::{self, Decoding};
use crate::init::make;
use crate::streams::FoundStream;

/// What went into a decoder, to be compared with what came out.
#[derive(Debug, Default)]
pub(crate) struct InputLog {
    /// Presentation times (before the segment is applied) of packets that the parser takes for key frames.
    keys: BTreeSet<u64>,
    /// The same for the container; `None` without one. Parsers also take plain intra frames for key frames, which
    /// decoding cannot start at, so both must agree.
    container_keys: Option<BTreeSet<u64>>,
    /// Presentation times of packets inside the segment whose frame has not come out yet.
    pub waiting: BTreeSet<u64>,
    /// Packets without a presentation time.
    pub untimed: u64,
    segment: Option<gst::FormattedSegment<gst::ClockTime>>,
}

/// A linked stream.
#[derive(Clone)]
pub(crate) struct Linked {
    /// What the decoder is given.
    pub log: Arc<Mutex<InputLog>>,
    /// The decoder.
    pub decoder: gst::Element,
    /// Whether it is hardware.
    pub is_hardware: bool,
}

/// Why a chain could not be made.
pub(crate) enum ChainError {
    /// No decoder is installed for this media type and codec.
    NoDecoder { media_type: String, codec: String },
    /// Something else, in the words of the framework.
    Other(String),
}

/// The software decoder that is used for these packets.
fn decoder_factory(caps: &gst::Caps) -> Option<gst::ElementFactory> {
    let kind = gst::ElementFactoryType::DECODER;
    let all = gst::ElementFactory::factories_with_type(kind, gst::Rank::MARGINAL);
    all.into_iter()
        .filter(|factory| factory.can_sink_any_caps(caps))
        .filter(|factory| !factory.metadata("klass").is_some_and(|klass| klass.contains("Hardware")))
        .max_by_key(|factory| (factory.name().starts_with("avdec_"), factory.rank()))
}

/// Makes the decoder for a stream, set up to go on after damage.
pub(crate) fn decoder_for(stream: &FoundStream) -> Result<gst::Element, ChainError> {
    let other = |error: gst::glib::BoolError| ChainError::Other(error.to_string());
    if matches!(stream.media_type(), "video/x-raw" | "audio/x-raw") {
        return gst::ElementFactory::make("identity").build().map_err(other);
    }
    let factory = decoder_factory(&stream.caps)
        .ok_or_else(|| ChainError::NoDecoder { media_type: stream.media_type().to_owned(), codec: stream.codec() })?;
    let decoder = factory.create().build().map_err(other)?;
    if decoder.find_property("max-errors").is_some() {
        decoder.set_property("max-errors", -1_i32);
    }
    if decoder.find_property("std-compliance").is_some() {
        decoder.set_property_from_str("std-compliance", "normal");
    }
    if decoder.find_property("threads").is_some() {
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(16));
        decoder.set_property_from_str("threads", &threads.to_string());
    }
    Ok(decoder)
}

/// Links packets of a stream, which come out of `from`, to a decoder and then to `rest`, which is linked in order, and
/// starts all of them.
pub(crate) fn link(
    pipeline: &gst::Pipeline,
    from: &gst::Pad,
    stream: &FoundStream,
    rest: &[gst::Element],
) -> Result<Linked, ChainError> {
    link_decoder(pipeline, from, stream, decoder_for(stream)?, rest)
}

/// The same with a hardware decoder, if that is wanted and there is one.
pub(crate) fn link_for_watching(
    pipeline: &gst::Pipeline,
    from: &gst::Pad,
    stream: &FoundStream,
    decoding: Decoding,
    rest: &[gst::Element],
) -> Result<Linked, ChainError> {
    let hardware = if decoding == Decoding::Auto { hardware::decoder_for(stream) } else { None };
    let Some(decoder) = hardware else { return link(pipeline, from, stream, rest) };
    let linked = link_decoder(pipeline, from, stream, decoder, rest)?;
    Ok(Linked { is_hardware: true, ..linked })
}

fn link_decoder(
    pipeline: &gst::Pipeline,
    from: &gst::Pad,
    stream: &FoundStream,
    decoder: gst::Element,
    rest: &[gst::Element],
) -> Result<Linked, ChainError> {
    let other = |error: gst::glib::BoolError| ChainError::Other(error.to_string());
    let mut elements = vec![decoder.clone()];
    elements.extend(rest.iter().cloned());
    pipeline.add_many(&elements).map_err(other)?;
    gst::Element::link_many(&elements).map_err(other)?;
    let entrance =
        decoder.static_pad("sink").ok_or_else(|| ChainError::Other("the decoder has no input".to_owned()))?;
    if is_of_libav(&decoder) {
        let stated = stream.caps.structure(0).and_then(|structure| structure.get::<String>("colorimetry").ok());
        trust_the_decoder_about_colour(&entrance, &decoder, stated);
    }
    if stream.media_type() == "video/mpeg" && stream.is_from("avidemux") {
        trust_only_the_first_time(&entrance);
    }
    let log = Arc::new(Mutex::new(InputLog::default()));
    watch_input(&entrance, Arc::clone(&log));
    if let Some(demuxed) = &stream.demuxed {
        watch_container(demuxed, &log);
    }
    for element in elements.iter().rev() {
        element.sync_state_with_parent().map_err(other)?;
    }
    from.link(&entrance).map_err(|error| ChainError::Other(error.to_string()))?;
    Ok(Linked { log, decoder, is_hardware: false })
}

/// Whether libav decodes: its frames lie in memory that nobody else waits for, so they may be kept.
pub(crate) fn is_of_libav(decoder: &gst::Element) -> bool {
    decoder.factory().is_some_and(|factory| factory.name().starts_with("avdec_"))
}

/// GStreamer 1.22 loses the full-range flag of MP4's `colr` box and lets that box overrule the stream itself. libav
/// knows better, so its decoders are not told; where libav knows nothing either, the container's word counts.
fn trust_the_decoder_about_colour(entrance: &gst::Pad, decoder: &gst::Element, stated: Option<String>) {
    entrance.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, |_, info| {
        if let Some(gst::PadProbeData::Event(event)) = &info.data
            && let gst::EventView::Caps(caps_event) = event.view()
            && caps_event.caps().structure(0).is_some_and(|structure| structure.has_field("colorimetry"))
        {
            let mut caps = caps_event.caps_owned();
            if let Some(structure) = caps.make_mut().structure_mut(0) {
                structure.remove_field("colorimetry");
            }
            info.data = Some(gst::PadProbeData::Event(gst::event::Caps::new(&caps)));
        }
        gst::PadProbeReturn::Ok
    });
    let (Some(exit), Some(stated)) = (decoder.static_pad("src"), stated) else { return };
    exit.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(gst::PadProbeData::Event(event)) = &info.data
            && let gst::EventView::Caps(caps_event) = event.view()
            && caps_event.caps().structure(0).is_some_and(|structure| !structure.has_field("colorimetry"))
        {
            let mut caps = caps_event.caps_owned();
            if let Some(structure) = caps.make_mut().structure_mut(0) {
                structure.set("colorimetry", &stated);
            }
            info.data = Some(gst::PadProbeData::Event(gst::event::Caps::new(&caps)));
        }
        gst::PadProbeReturn::Ok
    });
}

/// AVI has one time per packet, that of decoding, and `avidemux` gives it to key frames (without an index to all packets)
/// as time of presentation, which is wrong where frames are reordered. So only the first packet's time after a seek is
/// believed, and the decoder counts on from there.
fn trust_only_the_first_time(entrance: &gst::Pad) {
    let is_counting = AtomicBool::new(false);
    let all = gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM;
    entrance.add_probe(all, move |_, info| {
        match &mut info.data {
            Some(gst::PadProbeData::Event(event)) if event.type_() == gst::EventType::Segment => {
                is_counting.store(false, Ordering::Release);
            }
            Some(gst::PadProbeData::Buffer(buffer)) if is_counting.swap(true, Ordering::AcqRel) => {
                buffer.make_mut().set_pts(gst::ClockTime::NONE);
            }
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

fn watch_input(entrance: &gst::Pad, log: Arc<Mutex<InputLog>>) {
    entrance.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        match &info.data {
            Some(gst::PadProbeData::Event(event)) => {
                if let gst::EventView::Segment(segment) = event.view() {
                    log.lock().segment = segment.segment().downcast_ref::<gst::ClockTime>().cloned();
                }
            }
            Some(gst::PadProbeData::Buffer(buffer)) => log.lock().note(buffer),
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

fn watch_container(exit: &gst::Pad, log: &Arc<Mutex<InputLog>>) {
    log.lock().container_keys = Some(BTreeSet::new());
    let log = Arc::clone(log);
    exit.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &info.data
            && !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT)
            && let (Some(pts), Some(keys)) = (buffer.pts(), &mut log.lock().container_keys)
        {
            keys.insert(pts.nseconds());
        }
        gst::PadProbeReturn::Ok
    });
}

impl InputLog {
    /// Whether decoding can start at the frame with this time. Asked once for each frame.
    pub(crate) fn take_key(&mut self, pts: u64) -> bool {
        let in_container = self.container_keys.as_mut().is_none_or(|keys| keys.remove(&pts));
        self.keys.remove(&pts) && in_container
    }

    /// The part of the stream that is shown, and its place on the file's clock.
    pub(crate) fn segment(&self) -> Option<&gst::FormattedSegment<gst::ClockTime>> {
        self.segment.as_ref()
    }

    fn note(&mut self, buffer: &gst::BufferRef) {
        let flags = buffer.flags();
        let Some(pts) = buffer.pts() else {
            self.untimed += 1;
            return;
        };
        if !flags.contains(gst::BufferFlags::DELTA_UNIT) {
            self.keys.insert(pts.nseconds());
        }
        let is_shown = self.segment.as_ref().is_none_or(|segment| segment.to_stream_time(pts).is_some());
        if is_shown && !flags.contains(gst::BufferFlags::DECODE_ONLY) {
            self.waiting.insert(pts.nseconds());
        }
    }
}

/// Tells the decoder that rows may be padded, so that it need not copy frames to remove the padding.
pub(crate) fn accept_padded_rows(sink_pad: &gst::Pad) {
    sink_pad.add_probe(gst::PadProbeType::QUERY_DOWNSTREAM | gst::PadProbeType::PUSH, |_, info| {
        if let Some(gst::PadProbeData::Query(query)) = &mut info.data
            && let gst::QueryViewMut::Allocation(allocation) = query.view_mut()
        {
            allocation.add_allocation_meta::<gst_video::VideoMeta>(None);
            return gst::PadProbeReturn::Handled;
        }
        gst::PadProbeReturn::Ok
    });
}

/// `videoconvert` followed by a sink that takes the given layouts: frames in one of them pass untouched.
pub(crate) fn converter() -> Result<gst::Element, crate::MediaError> {
    make("videoconvert")
}

/// The caps that name pixel layouts.
pub(crate) fn layout_caps(formats: &[gst_video::VideoFormat]) -> gst::Caps {
    gst_video::VideoCapsBuilder::new().format_list(formats.iter().copied()).build()
}
