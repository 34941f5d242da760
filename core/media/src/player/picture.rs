//! From the framework's frames to pictures.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer_video as gst_video;
use gstreamer_video::VideoFrameExt as _;
use ks_domain::{FrameTable, MediaTime, Picture, PixelLayout, Plane, VideoInfo};

use crate::decode::frame_info;
use crate::marks::OwnTime;

/// Layouts that leave the player; others are converted to one of them on the way.
pub(super) const SHOWN_FORMATS: &[gst_video::VideoFormat] =
    &[gst_video::VideoFormat::I420, gst_video::VideoFormat::Nv12, gst_video::VideoFormat::P01010le];

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
        stands_for: None,
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
