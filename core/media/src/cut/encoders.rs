//! Which encoders a computer has, in the order in which they are taken.

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, GObjectExtManualGst as _, GstObjectExt as _, ObjectExt as _};

use crate::MediaError;

/// An encoder of pictures: its element and how it is set.
struct Choice {
    element: &'static str,
    settings: &'static [(&'static str, &'static str)],
    container: Container,
}

/// What a clip is packed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Mp4,
    Webm,
}

/// Good to the eye and a key frame every two seconds or so. Encoders in hardware count kilobits a second.
const VIDEO: &[Choice] = &[
    Choice {
        element: "x264enc",
        settings: &[("pass", "qual"), ("quantizer", "20"), ("speed-preset", "veryfast"), ("key-int-max", "60")],
        container: Container::Mp4,
    },
    Choice {
        element: "openh264enc",
        settings: &[
            ("rate-control", "off"),
            ("qp-min", "18"),
            ("qp-max", "26"),
            ("gop-size", "60"),
            ("scene-change-detection", "false"),
            ("background-detection", "false"),
        ],
        container: Container::Mp4,
    },
    Choice { element: "vtenc_h264", settings: &[("bitrate", "8000")], container: Container::Mp4 },
    Choice { element: "mfh264enc", settings: &[("bitrate", "8000")], container: Container::Mp4 },
    Choice { element: "nvh264enc", settings: &[("bitrate", "8000")], container: Container::Mp4 },
    Choice { element: "vah264enc", settings: &[("bitrate", "8000")], container: Container::Mp4 },
    Choice {
        element: "vp8enc",
        settings: &[
            ("deadline", "1"),
            ("cpu-used", "4"),
            ("target-bitrate", "8000000"),
            ("max-quantizer", "30"),
            ("keyframe-max-dist", "60"),
            // Its own clock would have the frame rate's steps, which frames at odd times do not keep.
            ("timebase", "1/90000"),
        ],
        container: Container::Webm,
    },
];

/// Encoders of sound for each container; all take bits a second.
const AAC_FIRST: &[&str] = &["fdkaacenc", "avenc_aac", "voaacenc", "opusenc"];
const OPUS_FIRST: &[&str] = &["opusenc", "vorbisenc"];

/// An encoder of pictures that starts, and where its pictures go.
pub(crate) struct VideoEncoder {
    pub element: gst::Element,
    pub container: Container,
}

impl VideoEncoder {
    pub(crate) const fn extension(&self) -> &'static str {
        match self.container {
            Container::Mp4 => "mp4",
            Container::Webm => "webm",
        }
    }

    pub(crate) const fn muxer(&self) -> &'static str {
        match self.container {
            Container::Mp4 => "mp4mux",
            Container::Webm => "webmmux",
        }
    }

    /// What brings the packets into the form that the container wants.
    pub(crate) const fn parser(&self) -> Option<&'static str> {
        match self.container {
            Container::Mp4 => Some("h264parse"),
            Container::Webm => None,
        }
    }
}

/// The best encoder of pictures whose container can be written, too.
pub(crate) fn video() -> Result<VideoEncoder, MediaError> {
    crate::init()?;
    let usable = |choice: &Choice| {
        let encoder = VideoEncoder { element: make(choice.element, choice.settings)?, container: choice.container };
        let others = [Some(encoder.muxer()), encoder.parser()];
        others.into_iter().flatten().all(|name| gst::ElementFactory::find(name).is_some()).then_some(encoder)
    };
    VIDEO.iter().find_map(usable).ok_or(MediaError::NoEncoder)
}

/// The best encoder of sound for a container, with what parses its packets.
pub(crate) fn sound(container: Container) -> Option<(gst::Element, Option<gst::Element>)> {
    let (names, settings) = match container {
        Container::Mp4 => (AAC_FIRST, [("bitrate", "160000")]),
        Container::Webm => (OPUS_FIRST, [("bitrate", "128000")]),
    };
    let encoder = names.iter().find_map(|name| make(name, &settings))?;
    let parser = match encoder.factory()?.name().as_str() {
        "opusenc" => "opusparse",
        "vorbisenc" => return Some((encoder, None)),
        _ => "aacparse",
    };
    Some((encoder, make(parser, &[])))
}

/// Makes an element that starts; drivers that are installed without their hardware do not.
fn make(name: &str, settings: &[(&str, &str)]) -> Option<gst::Element> {
    let element = gst::ElementFactory::make(name).build().ok()?;
    for (property, value) in settings {
        if element.find_property(property).is_some() {
            element.set_property_from_str(property, value);
        }
    }
    let has_started = element.set_state(gst::State::Ready).is_ok();
    element.set_state(gst::State::Null).ok(); // It is started again by its pipeline.
    has_started.then_some(element)
}
