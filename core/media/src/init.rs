//! Starting the media framework, and saying which of its parts are missing.

use std::sync::OnceLock;

use gstreamer as gst;

use crate::MediaError;

/// One part of the media framework that Kinetoscope uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginCheck {
    /// What it is for.
    pub purpose: &'static str,
    /// The element that was looked for.
    pub element: &'static str,
    /// The Debian package that carries it.
    pub package: &'static str,
    /// Whether it is here.
    pub is_present: bool,
}

/// Elements that are used by name or that common files need: purpose, element (of several, any will do), Debian package.
const PARTS: &[(&str, &str, &str)] = &[
    ("reading files", "filesrc", "libgstreamer1.0-0"),
    ("finding streams", "parsebin", "gstreamer1.0-plugins-base"),
    ("handing frames over", "appsink", "gstreamer1.0-plugins-base"),
    ("converting rare pixel layouts", "videoconvert", "gstreamer1.0-plugins-base"),
    ("converting sound", "audioconvert", "gstreamer1.0-plugins-base"),
    ("resampling sound", "audioresample", "gstreamer1.0-plugins-base"),
    ("sound at other speeds", "scaletempo", "gstreamer1.0-plugins-good"),
    ("sound output", "autoaudiosink", "gstreamer1.0-plugins-good"),
    ("MP4 and MOV", "qtdemux", "gstreamer1.0-plugins-good"),
    ("Matroska and WebM", "matroskademux", "gstreamer1.0-plugins-good"),
    ("AVI", "avidemux", "gstreamer1.0-plugins-good"),
    ("MPEG transport streams", "tsdemux", "gstreamer1.0-plugins-bad"),
    ("H.264 streams", "h264parse", "gstreamer1.0-plugins-bad"),
    ("H.265 streams", "h265parse", "gstreamer1.0-plugins-bad"),
    ("H.264 decoding", "avdec_h264", "gstreamer1.0-libav"),
    ("H.265 decoding", "avdec_h265", "gstreamer1.0-libav"),
    ("MPEG-4 decoding", "avdec_mpeg4", "gstreamer1.0-libav"),
    ("VP9 decoding", "vp9dec", "gstreamer1.0-plugins-good"),
    ("AV1 decoding", "av1dec|dav1ddec|avdec_av1", "gstreamer1.0-plugins-bad"),
    ("writing clips as MP4", "mp4mux", "gstreamer1.0-plugins-good"),
    ("sound of clips", "aacparse", "gstreamer1.0-plugins-good"),
    ("turning clips upright", "videoflip", "gstreamer1.0-plugins-good"),
    ("clips of odd sizes", "videocrop", "gstreamer1.0-plugins-good"),
];

/// Starts the media framework. Every entrance calls it, so calling it first is only needed to be told early.
///
/// # Errors
/// If GStreamer cannot start.
pub fn init() -> Result<(), MediaError> {
    static STARTED: OnceLock<Result<(), MediaError>> = OnceLock::new();
    STARTED.get_or_init(|| gst::init().map_err(|error| MediaError::Init { reason: error.to_string() })).clone()
}

/// The version of the media framework that is installed: major, minor, micro.
pub fn version() -> (u32, u32, u32) {
    let (major, minor, micro, _nano) = gst::version();
    (major, minor, micro)
}

/// Looks for every part that Kinetoscope uses.
///
/// # Errors
/// If GStreamer cannot start.
pub fn check_plugins() -> Result<Vec<PluginCheck>, MediaError> {
    init()?;
    let check = |&(purpose, elements, package): &(&'static str, &'static str, &'static str)| {
        let found = elements.split('|').find(|element| gst::ElementFactory::find(element).is_some());
        let element = found.or_else(|| elements.split('|').next()).unwrap_or(elements);
        PluginCheck { purpose, element, package, is_present: found.is_some() }
    };
    Ok(PARTS.iter().map(check).collect())
}

/// Makes an element, or says which package it comes from.
pub(crate) fn make(element: &str) -> Result<gst::Element, MediaError> {
    gst::ElementFactory::make(element).build().map_err(|_missing| {
        let package =
            PARTS.iter().find(|(_, name, _)| *name == element).map_or("gstreamer1.0-plugins-base", |part| part.2);
        MediaError::MissingElement { element: element.to_owned(), package: package.to_owned() }
    })
}

/// The Debian package that decodes what `caps` name, as well as it can be told.
pub(crate) fn decoder_package(caps_name: &str) -> &'static str {
    match caps_name {
        "video/x-av1" => "gstreamer1.0-plugins-bad",
        "video/x-vp8" | "video/x-vp9" | "image/jpeg" => "gstreamer1.0-plugins-good",
        "video/x-ms-asf" | "application/vnd.rn-realmedia" => "gstreamer1.0-plugins-ugly",
        _ => "gstreamer1.0-libav",
    }
}
