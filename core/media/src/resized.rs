//! Chosen frames of a part of a video as resized pictures: what clips for training are cut from.
//!
//! Decoding begins near the first frame, so that a moment deep in a long video costs no more than one at its start. The
//! numbers are the frame table's, and the pixels those that [`crate::ViewReader`] gives; [`cut_clip`] does the rest of what it
//! does.

use std::path::Path;
use std::sync::Arc;

use ks_domain::{CancelToken, Cut, FrameTable, Framing, ResizeRule, Rotation, VideoInfo};

use crate::decode::ANALYSIS_FORMATS;
use crate::frames::with_planes;
use crate::hardware::Decoding;
use crate::raw_frames::RawFrames;
use crate::seek::{Access, Seeker};
use crate::transform::pixels::{Converted, Pixels, RgbPicture};
use crate::transform::view::View;
use crate::transform::yuv;
use crate::views::region_of;
use crate::{MediaError, MediaWarning};

/// All of a picture, its shorter side as given.
const fn whole(short_side: u32) -> Framing {
    Framing { resize: ResizeRule::ShortSide(short_side), cut: Cut::Whole, then: None, is_flipped: false }
}

/// Reads frames, upright and resized to a shorter side. `each` gets every frame of `wanted`, which ascend, once and in
/// order. For a frame that does not decode any more the one before it stands in, and that is said.
///
/// # Errors
/// If the file changed or cannot be read, no frame of the part decodes, or the work was cancelled.
pub fn resized_frames(
    (path, info, table): (&Path, &VideoInfo, &FrameTable),
    wanted: &[u32],
    short_side: u32,
    cancel: &CancelToken,
    each: &mut dyn FnMut(u32, RgbPicture) -> Result<(), MediaError>,
) -> Result<Vec<MediaWarning>, MediaError> {
    let Some(first) = wanted.first() else { return Ok(Vec::new()) };
    let access = Access { formats: ANALYSIS_FORMATS, decoding: Decoding::Software, threads: None };
    let mut seeker = Seeker::open(path, info.video.stream_index, Arc::new(table.clone()), access)?;
    let (framing, range) = (whole(short_side), yuv::network_range(&info.video));
    let mut view = None;
    let mut resized = |sample: &gstreamer::Sample| -> Result<RgbPicture, MediaError> {
        let region = with_planes(sample, range, |picture| {
            Some(region_of(&Converted::new(picture), &framing, info.video.rotation, &mut view))
        });
        let odd =
            || MediaError::Changed { reason: "its pictures have another format".to_owned(), path: path.to_owned() };
        let (view, region) = region.ok_or_else(odd)??;
        let ((width, height), mut rgb) = (view.part_size(), Vec::new());
        view.append_part(&region, 0, &mut rgb);
        Ok(RgbPicture { width, height, rgb })
    };
    let mut warnings = Vec::new();
    let mut last: Option<RgbPicture> = None;
    let mut located = seeker.frame(*first, cancel)?;
    for frame in wanted {
        while located.as_ref().is_some_and(|located| located.number < *frame) {
            located = seeker.next_frame(cancel)?;
        }
        let found = located.as_ref().filter(|located| located.number == *frame);
        let picture = match (found, &last) {
            (Some(located), _) => resized(&located.sample)?,
            (None, Some(last)) => {
                warnings.push(stands_in(table, *frame, "the one before it stands in"));
                last.clone()
            }
            (None, None) => {
                let Some(located) = &located else {
                    let reason = format!("frame {frame} does not decode any more");
                    return Err(MediaError::Changed { reason, path: path.to_owned() });
                };
                warnings.push(stands_in(table, *frame, "the next one stands in"));
                resized(&located.sample)?
            }
        };
        last = Some(picture.clone());
        each(*frame, picture)?;
    }
    Ok(warnings)
}

fn stands_in(table: &FrameTable, frame: u32, what: &str) -> MediaWarning {
    let message = format!("Frame {frame} could not be decoded again; {what}");
    MediaWarning { time: Some(table.time_of(frame)), message }
}

/// Reads pictures of a folder, resized to a shorter side, as [`resized_frames`] does from a video.
///
/// # Errors
/// If a picture is missing or unreadable, or the work was cancelled.
pub fn resized_pictures(
    pictures: &RawFrames,
    wanted: &[u32],
    short_side: u32,
    cancel: &CancelToken,
    each: &mut dyn FnMut(u32, RgbPicture) -> Result<(), MediaError>,
) -> Result<(), MediaError> {
    pictures.check(wanted)?;
    let (framing, mut view) = (whole(short_side), None);
    for frame in wanted {
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        let (view, region) = region_of(&pictures.read(*frame)?, &framing, Rotation::None, &mut view)?;
        let ((width, height), mut rgb) = (view.part_size(), Vec::new());
        view.append_part(&region, 0, &mut rgb);
        each(*frame, RgbPicture { width, height, rgb })?;
    }
    Ok(())
}

/// The crops of one clip, from pictures that are resized already: `[crops, time, height, width, 3]` and its bytes. `None` if
/// the pictures differ in size, there are none, or the crop does not fit.
pub fn cut_clip(pictures: &[&RgbPicture], framing: &Framing) -> Option<([usize; 5], Vec<u8>)> {
    let first = pictures.first()?;
    let view = View::new(first.size(), Rotation::None, framing).ok()?;
    let regions: Option<Vec<_>> = pictures.iter().map(|picture| view.region(*picture)).collect();
    let regions = regions?;
    let (width, height) = view.part_size();
    let mut pixels = Vec::with_capacity(view.crops() * pictures.len() * width * height * 3);
    for crop in 0..view.crops() {
        for region in &regions {
            view.append_part(region, crop, &mut pixels);
        }
    }
    Some(([view.crops(), pictures.len(), height, width, 3], pixels))
}
