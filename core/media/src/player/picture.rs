//! From the framework's frames to pictures, and knowing which frame a picture is.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, PadExtManual as _};
use gstreamer_video as gst_video;
use gstreamer_video::VideoFrameExt as _;
use ks_domain::{FrameTable, MediaTime, Picture, PixelLayout, Plane, VideoInfo};

use crate::decode::frame_info;

/// Layouts that leave the player; others are converted to one of them on the way.
pub(super) const SHOWN_FORMATS: &[gst_video::VideoFormat] =
    &[gst_video::VideoFormat::I420, gst_video::VideoFormat::Nv12, gst_video::VideoFormat::P01010le];

/// Names the mark that carries a packet's own time through the decoder.
const MARK: &str = "timestamp/x-kinetoscope";

/// After an exact seek the decoder moves the time of the first frames to the place that was asked for. So that their
/// own time is not lost, every packet carries it as a mark, which decoders hand on to the frame.
pub(super) fn mark_times(decoder: &gst::Element) {
    let Some(entrance) = decoder.static_pad("sink") else { return };
    let reference = gst::Caps::new_empty_simple(MARK);
    entrance.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &mut info.data
            && let Some(pts) = buffer.pts()
        {
            gst::ReferenceTimestampMeta::add(buffer.make_mut(), &reference, pts, gst::ClockTime::NONE);
        }
        gst::PadProbeReturn::Ok
    });
}

/// The time of a frame's packet on the file's clock, or else what the decoder says.
pub(super) fn own_time(buffer: &gst::BufferRef, segment: &gst::FormattedSegment<gst::ClockTime>) -> Option<OwnTime> {
    let mut marks = buffer.iter_meta::<gst::ReferenceTimestampMeta>();
    let mark = marks.find(|meta| meta.reference().structure(0).is_some_and(|structure| structure.name() == MARK));
    let is_exact = mark.is_some();
    let pts = mark.map(|meta| meta.timestamp()).or_else(|| buffer.pts())?;
    // The frame may begin before the segment that a seek made, where `to_stream_time` would refuse.
    let position = match segment.to_stream_time_full(pts)? {
        gst::Signed::Positive(time) => time,
        gst::Signed::Negative(_) => gst::ClockTime::ZERO,
    };
    Some(OwnTime { time: MediaTime::from_nanos(position.nseconds()), is_exact })
}

/// When a frame is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnTime {
    pub time: MediaTime,
    /// False if the decoder worked it out, which may be off by a rounding.
    pub is_exact: bool,
}

impl OwnTime {
    /// The frame's number.
    pub(super) fn number(self, table: &FrameTable) -> u32 {
        // Half a millisecond is far more than the rounding and far less than a frame.
        let slack = MediaTime::from_nanos(if self.is_exact { 1 } else { 500_000 });
        table.frame_at(self.time.saturating_add(slack))
    }
}

/// Copies the planes of a frame. `None` if it is not in one of the layouts that we show.
pub(super) fn picture_of(
    sample: &gst::Sample,
    time: OwnTime,
    table: Option<&FrameTable>,
    info: &VideoInfo,
) -> Option<Picture> {
    let format = frame_info(sample)?;
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(sample.buffer()?, &format).ok()?;
    let layout = match format.format() {
        gst_video::VideoFormat::I420 => PixelLayout::I420,
        gst_video::VideoFormat::Nv12 => PixelLayout::Nv12,
        gst_video::VideoFormat::P01010le => PixelLayout::P010,
        _ => return None,
    };
    let mut planes = Vec::with_capacity(3);
    for plane in 0..frame.n_planes() {
        let stride = usize::try_from(*frame.plane_stride().get(plane as usize)?).ok()?;
        planes.push(Plane { bytes: frame.plane_data(plane).ok()?.to_vec(), stride });
    }
    let video = &info.video;
    // `videoconvert` writes its own guess into the caps of what it converted; the probe saw the decoder's word.
    let (matrix, range) = (video.matrix, video.range);
    let number = table.map_or_else(|| guess(time.time, info), |table| time.number(table));
    Some(Picture {
        frame: number,
        time: table.map_or(time.time, |table| table.time_of(number)),
        width: format.width(),
        height: format.height(),
        layout,
        matrix,
        range,
        rotation: video.rotation,
        pixel_aspect: video.pixel_aspect,
        planes: Arc::from(planes),
    })
}

/// A frame's number by the stated rate, until the table is known.
fn guess(time: MediaTime, info: &VideoInfo) -> u32 {
    (time.secs_f64() * info.video.stated_rate.unwrap_or(25.0)).round() as u32
}
