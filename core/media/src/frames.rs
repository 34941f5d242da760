//! Reading chosen frames as RGB, or as their planes, in one pass over the file.

use std::path::Path;

use gstreamer_video as gst_video;
use gstreamer_video::VideoFrameExt as _;
use ks_domain::{CancelToken, ColorRange, FrameTable, MediaTime, Rotation, VideoInfo};

use crate::MediaError;
use crate::decode::{Decoded, Decoder, frame_info};
use crate::transform::rotate;
use crate::transform::yuv::{self, Depth, Yuv420};

/// One frame as RGB, upright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbFrame {
    /// Number in the frame table.
    pub frame: u32,
    /// When it is shown.
    pub time: MediaTime,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `[height, width, 3]`.
    pub rgb: Vec<u8>,
}

/// The planes of one frame without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanesOfFrame {
    /// Number in the frame table.
    pub frame: u32,
    /// Y, U, V, row after row; samples of more than eight bits take two bytes, low byte first.
    pub planes: [Vec<u8>; 3],
}

/// Numbers the frames of a decoder as the frame table does.
pub(crate) struct NumberedFrames {
    decoder: Decoder,
    table: FrameTable,
    next: u32,
}

impl NumberedFrames {
    pub(crate) fn open(
        path: &Path,
        info: &VideoInfo,
        table: &FrameTable,
        cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        let decoder = Decoder::open(path, info.video.stream_index, cancel)?;
        Ok(Self { decoder, table: table.clone(), next: 0 })
    }

    /// The number that the next frame has, unless frames are missing.
    pub(crate) const fn position(&self) -> u32 {
        self.next
    }

    /// The next frame with its number.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Decoded)>, MediaError> {
        let Some(decoded) = self.decoder.next()? else { return Ok(None) };
        // Times decide, so that one frame more or less than when the table was made shifts no number; where the
        // table had to repair times, counting decides.
        let at = self.table.frame_at(decoded.time);
        let number = if at >= self.next && self.table.time_of(at) == decoded.time { at } else { self.next };
        self.next = number.saturating_add(1);
        Ok(Some((number, decoded)))
    }
}

/// Reads chosen frames in one pass.
pub struct FrameReader {
    frames: NumberedFrames,
    wanted: std::vec::IntoIter<u32>,
    rotation: Rotation,
    range: ColorRange,
    path: std::path::PathBuf,
}

impl FrameReader {
    /// Opens a file to read the frames with the given numbers, which are put in order and read once each.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(
        path: &Path,
        info: &VideoInfo,
        table: &FrameTable,
        wanted: &[u32],
        cancel: &CancelToken,
    ) -> Result<Self, MediaError> {
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let frames = NumberedFrames::open(path, info, table, cancel)?;
        Ok(Self {
            frames,
            wanted: wanted.into_iter(),
            rotation: info.video.rotation,
            range: yuv::network_range(&info.video),
            path: path.to_owned(),
        })
    }

    /// The next chosen frame, turned upright; `None` after the last one.
    ///
    /// # Errors
    /// If the file changed, or the work was cancelled.
    pub fn next_rgb(&mut self) -> Result<Option<RgbFrame>, MediaError> {
        let Some((frame, decoded)) = self.next_wanted()? else { return Ok(None) };
        let rgb = rgb_of(&decoded.sample, (frame, decoded.time), self.rotation, self.range);
        rgb.map(Some).ok_or_else(|| self.changed("a picture of another format"))
    }

    /// The next chosen frame as its planes, not turned; `None` after the last one.
    ///
    /// # Errors
    /// If the file changed, or the work was cancelled.
    pub fn next_planes(&mut self) -> Result<Option<PlanesOfFrame>, MediaError> {
        let Some((frame, decoded)) = self.next_wanted()? else { return Ok(None) };
        let planes = with_planes(&decoded.sample, self.range, |picture| {
            let bytes = if picture.depth == Depth::Ten { 2 } else { 1 };
            let chroma = (picture.width.div_ceil(2), picture.height.div_ceil(2));
            let tight = |plane: usize, (width, height): (usize, usize)| -> Vec<u8> {
                let rows = picture.planes[plane].chunks(picture.strides[plane]).take(height);
                rows.flat_map(|row| row.iter().take(width * bytes)).copied().collect()
            };
            let planes = [tight(0, (picture.width, picture.height)), tight(1, chroma), tight(2, chroma)];
            Some(PlanesOfFrame { frame, planes })
        });
        planes.map(Some).ok_or_else(|| self.changed("a picture of another format"))
    }

    fn next_wanted(&mut self) -> Result<Option<(u32, Decoded)>, MediaError> {
        let Some(wanted) = self.wanted.next() else { return Ok(None) };
        while let Some((number, decoded)) = self.frames.next()? {
            if number >= wanted {
                return Ok(Some((number, decoded)));
            }
        }
        Err(self.changed(&format!("frame {wanted} is not there any more")))
    }

    fn changed(&self, reason: &str) -> MediaError {
        MediaError::Changed { reason: reason.to_owned(), path: self.path.clone() }
    }
}

/// A decoded frame as RGB, upright. `None` if its layout is not one that we read.
pub(crate) fn rgb_of(
    sample: &gstreamer::Sample,
    (frame, time): (u32, MediaTime),
    rotation: Rotation,
    range: ColorRange,
) -> Option<RgbFrame> {
    with_planes(sample, range, |picture| {
        let rgb = yuv::to_rgb(picture)?;
        let (width, height) = rotate::upright_size(rotation, (picture.width, picture.height));
        Some(RgbFrame { frame, time, width, height, rgb: turn(rgb, rotation, picture) })
    })
}

fn turn(rgb: Vec<u8>, rotation: Rotation, picture: &Yuv420<'_>) -> Vec<u8> {
    if rotation == Rotation::None {
        return rgb;
    }
    let stored = (picture.width, picture.height);
    let (width, height) = rotate::upright_size(rotation, stored);
    let mut upright = Vec::with_capacity(rgb.len());
    for row in 0..height {
        for column in 0..width {
            let (x, y) = rotate::stored_place(rotation, stored, column, row);
            let at = (y * stored.0 + x) * 3;
            upright.extend_from_slice(rgb.get(at..at + 3).unwrap_or(&[0; 3]));
        }
    }
    upright
}

/// Lends the planes of a decoded frame. `None` if its layout is not one that we read.
pub(crate) fn with_planes<T>(
    sample: &gstreamer::Sample,
    range: ColorRange,
    body: impl FnOnce(&Yuv420<'_>) -> Option<T>,
) -> Option<T> {
    let info = frame_info(sample)?;
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(sample.buffer()?, &info).ok()?;
    let depth = match info.format() {
        gst_video::VideoFormat::I420 => Depth::Eight,
        gst_video::VideoFormat::I42010le => Depth::Ten,
        _ => return None,
    };
    let stride = |plane: usize| usize::try_from(*frame.plane_stride().get(plane)?).ok();
    let picture = Yuv420 {
        width: info.width() as usize,
        height: info.height() as usize,
        planes: [frame.plane_data(0).ok()?, frame.plane_data(1).ok()?, frame.plane_data(2).ok()?],
        strides: [stride(0)?, stride(1)?, stride(2)?],
        depth,
        range,
    };
    body(&picture)
}
