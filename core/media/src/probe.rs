//! Saying what a file is: container, streams, and the format of the best video stream's frames.

use std::path::Path;
use std::sync::Arc;

use gstreamer as gst;
use gstreamer_video as gst_video;
use ks_domain::{AudioInfo, CancelToken, ColorMatrix, ColorRange, Rotation, StreamInfo, VideoInfo, VideoStreamInfo};
use parking_lot::Mutex;

use crate::MediaError;
use crate::decode::{Decoder, frame_info};
use crate::streams::{self, FoundStream, StreamKind};

/// What is read from the streams while the file is opened.
#[derive(Default)]
struct Read {
    container: Option<String>,
    streams: Vec<StreamInfo>,
    video: Option<ReadVideo>,
    audio: Option<AudioInfo>,
    warnings: Vec<String>,
}

struct ReadVideo {
    stream_index: u32,
    codec: String,
    rotation: Rotation,
    rate: Option<f64>,
}

/// Looks at a file: its container and streams, and the first frame of the best video stream.
///
/// The best video stream is the one that the container marks as default, else the one with the largest picture.
///
/// # Errors
/// If the file is not a video, or none of its frames can be decoded here.
pub fn probe(path: &Path) -> Result<VideoInfo, MediaError> {
    let read = Arc::new(Mutex::new(Read::default()));
    let shared = Arc::clone(&read);
    let choose = Box::new(move |found: &[FoundStream]| {
        let best = streams::best_video(found);
        *shared.lock() = read_streams(found, best);
        best
    });
    let mut decoder = Decoder::open_chosen(path, choose, &CancelToken::new())?;
    let first = decoder.next()?.ok_or_else(|| MediaError::NothingDecodes {
        reason: decoder.troubles().first().cloned().unwrap_or_else(|| "the stream has no frames".to_owned()),
        path: path.to_owned(),
    })?;
    let duration = decoder.stated_duration();
    let original = decoder.decoded_caps();
    drop(decoder);
    let changed =
        || MediaError::NothingDecodes { reason: "its pictures have no known format".to_owned(), path: path.to_owned() };
    let info = original
        .and_then(|caps| gst_video::VideoInfo::from_caps(&caps).ok().map(|info| (caps, info)))
        .or_else(|| first.sample.caps_owned().zip(frame_info(&first.sample)))
        .ok_or_else(changed)?;
    let read = std::mem::take(&mut *read.lock());
    let video = read.video.ok_or_else(changed)?;
    let (caps, info) = info;
    let (matrix, range) = colour(&caps, &info);
    let aspect = info.par();
    Ok(VideoInfo {
        container: read.container.unwrap_or_else(|| "elementary stream".to_owned()),
        duration,
        streams: read.streams,
        video: VideoStreamInfo {
            stream_index: video.stream_index,
            codec: video.codec,
            width: info.width(),
            height: info.height(),
            bit_depth: info.comp_depth(0),
            rotation: video.rotation,
            matrix,
            range,
            stated_rate: video.rate,
            pixel_aspect: ratio(aspect.numer(), aspect.denom()).unwrap_or(1.0) as f32,
        },
        audio: read.audio,
        warnings: read.warnings,
    })
}

fn ratio(numer: i32, denom: i32) -> Option<f64> {
    (numer > 0 && denom > 0).then(|| f64::from(numer) / f64::from(denom))
}

/// Matrix and range of decoded frames; what the file does not say is BT.601, limited.
pub(crate) fn colour(caps: &gst::CapsRef, info: &gst_video::VideoInfo) -> (ColorMatrix, ColorRange) {
    // Where the caps say nothing, `info` guesses by the size of the picture; so it is asked only where they speak.
    if !caps.structure(0).is_some_and(|structure| structure.has_field("colorimetry")) {
        return (ColorMatrix::Bt601, ColorRange::Limited);
    }
    let colorimetry = info.colorimetry();
    let matrix = match colorimetry.matrix() {
        gst_video::VideoColorMatrix::Bt709 => ColorMatrix::Bt709,
        _ => ColorMatrix::Bt601,
    };
    let range = match colorimetry.range() {
        gst_video::VideoColorRange::Range0_255 => ColorRange::Full,
        _ => ColorRange::Limited,
    };
    (matrix, range)
}

fn read_streams(found: &[FoundStream], best: Option<usize>) -> Read {
    let mut read = Read::default();
    for (number, stream) in (0_u32..).zip(found) {
        let kind = stream.kind().name().to_owned();
        read.streams.push(StreamInfo { index: number, kind, codec: stream.codec() });
        let container = stream.tags.get::<gst::tags::ContainerFormat>();
        read.container =
            read.container.or_else(|| container.map(|tag| container_name(tag.get()))).or_else(|| stream.container());
    }
    let videos = found.iter().filter(|stream| stream.kind() == StreamKind::Video).count();
    if videos > 1 {
        let chosen = best.map_or(0, |index| index);
        read.warnings.push(format!("The file has {videos} video streams; stream {chosen} is used"));
    }
    if let Some((index, stream)) = best.and_then(|index| Some((index, found.get(index)?))) {
        let rate = stream.caps.structure(0).and_then(|structure| structure.get::<gst::Fraction>("framerate").ok());
        let rotation = rotation(stream).unwrap_or_else(|mirrored| {
            read.warnings.push("The file asks for a mirrored picture; it is turned but not mirrored".to_owned());
            mirrored
        });
        read.video = Some(ReadVideo {
            stream_index: u32::try_from(index).unwrap_or(u32::MAX),
            codec: stream.codec(),
            rotation,
            rate: rate.and_then(|rate| ratio(rate.numer(), rate.denom())),
        });
    }
    read.audio = streams::best_audio(found).and_then(|index| found.get(index)).map(|stream| AudioInfo {
        codec: stream.codec(),
        sample_rate: stream.number("rate").unwrap_or(0),
        channels: stream.number("channels").unwrap_or(0),
    });
    read
}

/// The turn that the container asks for; `Err` with the turn alone if it also asks for mirroring.
fn rotation(stream: &FoundStream) -> Result<Rotation, Rotation> {
    let tag = stream.tags.get::<gst::tags::ImageOrientation>().map(|tag| tag.get().to_owned());
    let text = tag.as_deref().unwrap_or("rotate-0");
    let (is_mirrored, turn) = text.strip_prefix("flip-").map_or((false, text), |turn| (true, turn));
    let rotation = match turn {
        "rotate-90" => Rotation::Clockwise90,
        "rotate-180" => Rotation::Half,
        "rotate-270" => Rotation::Clockwise270,
        _ => Rotation::None,
    };
    if is_mirrored { Err(rotation) } else { Ok(rotation) }
}

/// The framework's name for a container, as people write it.
fn container_name(name: &str) -> String {
    match name {
        "ISO MP4/M4A" => "MP4".to_owned(),
        "Quicktime" => "QuickTime".to_owned(),
        other => other.to_owned(),
    }
}
