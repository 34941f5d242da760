//! Opening a file and finding its streams: the part that probing, reading and playing share.
//!
//! `filesrc ! parsebin`, nothing decoded yet. The streams are numbered in the order of their stream identifiers,
//! which follows the file for every container that numbers its tracks, and is the same on every opening.

use std::path::Path;
use std::sync::Arc;

use gstreamer as gst;
use gstreamer::prelude::{
    Cast as _, ElementExt as _, ElementExtManual as _, GhostPadExt as _, GstBinExtManual as _, GstObjectExt as _,
    ObjectExt as _, PadExt as _, PadExtManual as _,
};
use parking_lot::Mutex;

use crate::MediaError;
use crate::init::{init, make};

/// One stream of an opened file, not linked to anything yet.
pub(crate) struct FoundStream {
    /// Where its parsed packets come out.
    pub pad: gst::Pad,
    /// What the packets are.
    pub caps: gst::Caps,
    /// What the container says about it: language, rotation…
    pub tags: gst::TagList,
    /// Where its packets leave the reader of the container, before they are parsed.
    pub demuxed: Option<gst::Pad>,
    /// Whether the container marks it as a default.
    pub is_default: bool,
}

/// What kind of stream it is, told by its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamKind {
    Video,
    Audio,
    Subtitle,
    Other,
}

impl StreamKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Subtitle => "subtitle",
            Self::Other => "other",
        }
    }
}

impl FoundStream {
    /// The media type, for example `video/x-h264`.
    pub(crate) fn media_type(&self) -> &str {
        self.caps.structure(0).map_or("", |structure| structure.name().as_str())
    }

    pub(crate) fn kind(&self) -> StreamKind {
        let name = self.media_type();
        if name.starts_with("video/") || name.starts_with("image/") {
            StreamKind::Video
        } else if name.starts_with("audio/") {
            StreamKind::Audio
        } else if name.starts_with("text/") || name.starts_with("subpicture/") || name.contains("subtitle") {
            StreamKind::Subtitle
        } else {
            StreamKind::Other
        }
    }

    /// The codec, as a person knows it.
    pub(crate) fn codec(&self) -> String {
        gstreamer_pbutils::pb_utils_get_codec_description(&self.caps).to_string()
    }

    /// Whether the named element reads the container.
    pub(crate) fn is_from(&self, demuxer: &str) -> bool {
        let element = self.demuxed.as_ref().and_then(|pad| pad.parent_element());
        element.and_then(|element| element.factory()).is_some_and(|factory| factory.name() == demuxer)
    }

    /// The container's name by what reads it, for containers that give no name.
    pub(crate) fn container(&self) -> Option<String> {
        let factory = self.demuxed.as_ref()?.parent_element()?.factory()?;
        let name = factory.metadata("long-name")?;
        Some(name.split(" demuxer").next().unwrap_or(name).trim_end_matches("Demuxer").trim_end().to_owned())
    }

    /// A number of the packets' description, for example `width`.
    pub(crate) fn number(&self, field: &str) -> Option<u32> {
        let value = self.caps.structure(0)?.get::<i32>(field).ok()?;
        u32::try_from(value).ok()
    }
}

/// What is done once, on a streaming thread, when all streams are known and before any packet flows.
pub(crate) type OnStreams = Box<dyn FnOnce(&gst::Pipeline, Vec<FoundStream>) + Send>;

/// Makes a stopped pipeline that finds the streams of a file. `on_streams` links those that it wants.
pub(crate) fn open(path: &Path, on_streams: OnStreams) -> Result<gst::Pipeline, MediaError> {
    init()?;
    let pipeline = gst::Pipeline::new();
    let source = make("filesrc")?;
    source.set_property("location", path);
    let parser = make("parsebin")?;
    pipeline
        .add_many([&source, &parser])
        .and_then(|()| source.link(&parser))
        .map_err(|error| MediaError::Init { reason: error.to_string() })?;
    keep_unparsed_where_parsing_harms(&parser);

    let meeting = Arc::new(Meeting {
        pads: Mutex::new(Vec::new()),
        on_streams: Mutex::new(Some(on_streams)),
        pipeline: pipeline.downgrade(),
    });
    parser.connect_pad_added(move |_, pad| meeting.join(pad));
    Ok(pipeline)
}

/// Where the streams of a file come together before anything flows.
///
/// `parsebin` does not say when it has shown all streams, but it shows all of them before the first packet leaves. So
/// every stream is held at its first packet, and the first that gets there finds all others present.
struct Meeting {
    pads: Mutex<Vec<gst::Pad>>,
    on_streams: Mutex<Option<OnStreams>>,
    pipeline: gst::glib::WeakRef<gst::Pipeline>,
}

impl Meeting {
    fn join(self: &Arc<Self>, pad: &gst::Pad) {
        self.pads.lock().push(pad.clone());
        let meeting = Arc::clone(self);
        let all = gst::PadProbeType::BLOCK
            | gst::PadProbeType::BUFFER
            | gst::PadProbeType::BUFFER_LIST
            | gst::PadProbeType::EVENT_DOWNSTREAM;
        pad.add_probe(all, move |_, info| {
            if let Some(gst::PadProbeData::Event(event)) = &info.data
                && !matches!(event.type_(), gst::EventType::Eos | gst::EventType::Gap)
            {
                return gst::PadProbeReturn::Pass;
            }
            // The lock is held while the streams are linked: the others must wait for that.
            let mut on_streams = meeting.on_streams.lock();
            if let (Some(pipeline), Some(on_streams)) = (meeting.pipeline.upgrade(), on_streams.take()) {
                let found = std::mem::take(&mut *meeting.pads.lock());
                on_streams(&pipeline, describe(found));
            }
            gst::PadProbeReturn::Remove
        });
    }
}

/// AVI has no presentation times. `mpeg4videoparse` invents some there, with repetitions, while the decoder, given
/// the packets as they are, counts frames in order of presentation, which is right.
fn keep_unparsed_where_parsing_harms(parser: &gst::Element) {
    parser.connect("autoplug-continue", false, |values| {
        let pad = values.get(1).and_then(|value| value.get::<gst::Pad>().ok());
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let is_mpeg4 = caps
            .as_ref()
            .and_then(|caps| caps.structure(0))
            .is_some_and(|structure| structure.name() == "video/mpeg" && structure.get::<i32>("mpegversion") == Ok(4));
        let from_avi = pad
            .and_then(|pad| source_of(&pad).parent_element())
            .and_then(|element| element.factory())
            .is_some_and(|factory| factory.name() == "avidemux");
        Some((!(is_mpeg4 && from_avi)).into())
    });
}

/// The pad of an element that stands behind a bin's pad.
fn source_of(pad: &gst::Pad) -> gst::Pad {
    let mut pad = pad.clone();
    while let Some(target) = pad.downcast_ref::<gst::GhostPad>().and_then(|ghost| ghost.target()) {
        pad = target;
    }
    pad
}

/// Where the packets of a stream leave the reader of the container, before they are parsed.
fn demuxer_exit(pad: &gst::Pad) -> Option<gst::Pad> {
    let mut exit = source_of(pad);
    loop {
        let element = exit.parent_element()?;
        if element.factory()?.has_type(gst::ElementFactoryType::DEMUXER) {
            return Some(exit);
        }
        exit = source_of(&element.static_pad("sink")?.peer()?);
    }
}

/// Reads what is known about every pad and sorts by stream identifier.
fn describe(pads: Vec<gst::Pad>) -> Vec<FoundStream> {
    let mut found: Vec<(String, FoundStream)> = Vec::new();
    for pad in pads {
        let Some(caps) = pad.current_caps().or_else(|| pad.stream().and_then(|stream| stream.caps())) else {
            continue;
        };
        let mut tags = gst::TagList::new();
        pad.sticky_events_foreach(|event| {
            if let gst::EventView::Tag(tag) = event.view() {
                tags = tags.merge(tag.tag(), gst::TagMergeMode::Append);
            }
            std::ops::ControlFlow::Continue(gst::EventForeachAction::Keep)
        });
        let is_default = pad.stream().is_some_and(|stream| stream.stream_flags().contains(gst::StreamFlags::SELECT));
        let id = pad.stream_id().map(|id| id.to_string()).unwrap_or_default();
        let demuxed = demuxer_exit(&pad);
        found.push((id, FoundStream { pad, caps, tags, demuxed, is_default }));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, stream)| stream).collect()
}

/// The stream that is watched and analysed: among those marked as default (all, if none or all are), the one with
/// the largest picture; the first of equals.
pub(crate) fn best_video(streams: &[FoundStream]) -> Option<usize> {
    let videos = || streams.iter().enumerate().filter(|(_, stream)| stream.kind() == StreamKind::Video);
    let has_default = videos().any(|(_, stream)| stream.is_default);
    let area = |stream: &FoundStream| {
        u64::from(stream.number("width").unwrap_or(0)) * u64::from(stream.number("height").unwrap_or(0))
    };
    videos()
        .filter(|(_, stream)| !has_default || stream.is_default)
        .max_by_key(|(number, stream)| (area(stream), std::cmp::Reverse(*number)))
        .map(|(number, _)| number)
}

/// The audio stream that is played: one marked as default, else the first.
pub(crate) fn best_audio(streams: &[FoundStream]) -> Option<usize> {
    let audios = || streams.iter().enumerate().filter(|(_, stream)| stream.kind() == StreamKind::Audio);
    audios().find(|(_, stream)| stream.is_default).or_else(|| audios().next()).map(|(number, _)| number)
}
