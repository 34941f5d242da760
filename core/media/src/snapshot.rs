//! One frame as a picture file.

use std::path::Path;
use std::sync::Arc;

use image::ImageEncoder as _;
use ks_domain::{CancelToken, FrameTable, VideoInfo};

use crate::MediaError;
use crate::decode::ANALYSIS_FORMATS;
use crate::error::check_file;
use crate::frames::{RgbFrame, rgb_of};
use crate::hardware::Decoding;
use crate::output::{check_not_original, not_writable, write};
use crate::seek::{Access, Seeker};
use crate::transform::yuv;

/// Decodes one frame: upright, at full size, with the very pixels that the network gets before they are resized. A
/// frame in the middle of an hour is there at once.
///
/// # Errors
/// If the file cannot be opened, the frame does not decode any more, or the work was cancelled.
pub fn frame_at(
    (path, info, table): (&Path, &VideoInfo, &FrameTable),
    frame: u32,
    cancel: &CancelToken,
) -> Result<RgbFrame, MediaError> {
    check_file(path)?;
    let changed = |reason: String| MediaError::Changed { reason, path: path.to_owned() };
    let access = Access { formats: ANALYSIS_FORMATS, decoding: Decoding::Software, threads: None };
    let mut seeker = Seeker::open(path, info.video.stream_index, Arc::new(table.clone()), access)?;
    let located = seeker.frame(frame, cancel)?.filter(|located| located.number == frame);
    let located = located.ok_or_else(|| changed(format!("frame {frame} is not there any more")))?;
    rgb_of(&located.sample, (frame, table.time_of(frame)), info.video.rotation, yuv::network_range(&info.video))
        .ok_or_else(|| changed("a picture of another format".to_owned()))
}

/// Writes one frame as a PNG, as [`frame_at`] gives it. A picture that has the name already is replaced, the video never.
///
/// # Errors
/// If the frame cannot be had, or the file cannot be written.
pub fn snapshot(
    video: (&Path, &VideoInfo, &FrameTable),
    frame: u32,
    to: &Path,
    cancel: &CancelToken,
) -> Result<(), MediaError> {
    check_not_original(video.0, to)?;
    let picture = frame_at(video, frame, cancel)?;
    let size = [picture.width, picture.height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let mut png = Vec::new();
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&picture.rgb, size[0], size[1], image::ExtendedColorType::Rgb8)
        .map_err(|error| not_writable(&std::io::Error::other(error), to))?;
    write(to, &png)
}
