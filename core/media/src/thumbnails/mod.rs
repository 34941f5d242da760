//! Small pictures of a video: one for a list, a strip for the timeline.
//!
//! A video is divided into equal cells, one for each picture. **A key frame inside a cell is near enough**; it costs one
//! decoded frame. A cell without one gets its middle frame exactly if the video is short ([`EXACT_UP_TO`] frames), else no
//! picture, and the nearest one stands in for it. So the pictures of an hour cost as much as those of a minute. They are
//! kept on disk beside the frame index, under the hash of the file's content.
//!
//! How they are asked for in the background stands in [`maker`]; how a frame becomes small in [`shrink`]; the file in
//! [`sheet`].

mod maker;
mod sheet;
mod shrink;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ks_domain::{CancelToken, FrameTable, MediaTime, Progress, VideoInfo};

pub use self::maker::{ThumbnailAnswer, ThumbnailMaker, ThumbnailRequest};
use crate::MediaError;
use crate::decode::ANALYSIS_FORMATS;
use crate::error::check_file;
use crate::frames::with_planes;
use crate::hardware::Decoding;
use crate::hash::hash_unless_cancelled;
use crate::seek::{Access, Seeker};

/// The longer side of a thumbnail in pixels.
pub const THUMBNAIL_SIDE: u32 = 160;
/// The most pictures of a strip.
pub const STRIP_MOST: u32 = 200;
/// Up to this many frames a strip is decoded exactly where key frames are too far apart.
pub const EXACT_UP_TO: u32 = 3000;
/// Pictures of a strip for each second of video, as long as there are fewer than [`STRIP_MOST`].
const A_SECOND: f64 = 2.0;

/// What the pictures are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThumbnailKind {
    /// One picture, from a tenth into the video, for a list.
    Single,
    /// Pictures along the whole video: two a second, at most [`STRIP_MOST`].
    Strip,
}

/// One small picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// Which frame it shows.
    pub frame: u32,
    /// When that is shown.
    pub time: MediaTime,
    /// `[height, width, 3]`, upright, for square pixels.
    pub rgb: Vec<u8>,
}

/// The small pictures of a video, all of one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnails {
    /// Width of each in pixels.
    pub width: u32,
    /// Height of each in pixels.
    pub height: u32,
    /// In order of time, at least one.
    pub pictures: Vec<Thumbnail>,
}

impl Thumbnails {
    /// The picture that is nearest to a frame.
    pub fn nearest(&self, frame: u32) -> Option<&Thumbnail> {
        let after = self.pictures.partition_point(|picture| picture.frame <= frame);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten();
        around.filter_map(|at| self.pictures.get(at)).min_by_key(|picture| picture.frame.abs_diff(frame))
    }
}

/// Makes the small pictures of a video, or reads them from `cache_dir`. Progress counts pictures.
///
/// A picture that does not come out is left out. A cache that cannot be written costs a line in the log.
///
/// # Errors
/// If the file cannot be read, nothing decodes, or the work was cancelled.
pub fn thumbnails(
    (path, info, table): (&Path, &VideoInfo, &Arc<FrameTable>),
    kind: ThumbnailKind,
    cache_dir: Option<&Path>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Thumbnails, MediaError> {
    check_file(path)?;
    let stored = match cache_dir {
        Some(dir) => {
            let content = hash_unless_cancelled(path, cancel)?;
            Some(sheet::file_for(dir, &content, info.video.stream_index, kind))
        }
        None => None,
    };
    if let Some(found) = stored.as_deref().and_then(|file| sheet::read(file, table)) {
        return Ok(found);
    }
    let made = decode((path, info, table), &moments(table, kind), cancel, on_progress)?;
    if let Some(file) = stored
        && let Err(error) = sheet::write(&file, &made, table)
    {
        tracing::warn!("the thumbnails cannot be kept ({error}) and will be made again");
    }
    Ok(made)
}

fn decode(
    (path, info, table): (&Path, &VideoInfo, &Arc<FrameTable>),
    moments: &[u32],
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Thumbnails, MediaError> {
    let started = Instant::now();
    let size = shrink::size_of(&info.video, THUMBNAIL_SIDE);
    // One thread gives a key frame at once; several first take in as many frames as they are.
    let threads = if moments.iter().all(|frame| is_key(table, *frame)) { Some(1) } else { None };
    let access = Access { formats: ANALYSIS_FORMATS, decoding: Decoding::Software, threads };
    let mut seeker = Seeker::open(path, info.video.stream_index, Arc::clone(table), access)?;
    let mut pictures: Vec<Thumbnail> = Vec::new();
    for (done, &moment) in (1_u64..).zip(moments) {
        let Some(located) = seeker.frame(moment, cancel)? else { continue };
        let rgb = with_planes(&located.sample, info.video.range, |picture| shrink::shrink(picture, &info.video, size));
        if let Some(rgb) = rgb
            && pictures.last().is_none_or(|last| last.frame < located.number)
        {
            pictures.push(Thumbnail { frame: located.number, time: table.time_of(located.number), rgb });
        }
        let elapsed_secs = started.elapsed().as_secs_f64();
        let rate = done as f64 / elapsed_secs.max(1e-3);
        on_progress(Progress { done, total: Some(moments.len() as u64), rate, elapsed_secs });
    }
    if pictures.is_empty() {
        let reason = "none of its pictures could be made small".to_owned();
        return Err(MediaError::NothingDecodes { reason, path: path.to_owned() });
    }
    Ok(Thumbnails { width: size.0, height: size.1, pictures })
}

fn is_key(table: &FrameTable, frame: u32) -> bool {
    table.entries().get(frame as usize).is_some_and(|entry| entry.is_key)
}

/// Which frames are decoded, in ascending order, at least one.
fn moments(table: &FrameTable, kind: ThumbnailKind) -> Vec<u32> {
    match kind {
        ThumbnailKind::Single => vec![single(table)],
        ThumbnailKind::Strip => strip(table),
    }
}

/// The frame at a tenth, or a key frame within another tenth of it; in long videos without such, the key frame before.
fn single(table: &FrameTable) -> u32 {
    let tenth = table.len() / 10;
    let around = tenth.saturating_sub(tenth / 2)..=tenth.saturating_add(tenth);
    let nearest = around.filter(|frame| is_key(table, *frame)).min_by_key(|frame| frame.abs_diff(tenth));
    let far = || if tenth > EXACT_UP_TO { table.key_frame_before(tenth) } else { tenth };
    nearest.unwrap_or_else(far)
}

fn strip(table: &FrameTable) -> Vec<u32> {
    let frames = table.len();
    let seconds = table.end().saturating_sub(table.time_of(0)).secs_f64();
    let cells = ((seconds * A_SECOND).ceil() as u32).clamp(1, STRIP_MOST).min(frames);
    let border = |cell: u32| (u64::from(cell) * u64::from(frames) / u64::from(cells)) as u32;
    let in_cell = |cell: u32| {
        let (start, end) = (border(cell), border(cell + 1));
        let middle = u32::midpoint(start, end.saturating_sub(1));
        let key = (start..end).filter(|frame| is_key(table, *frame)).min_by_key(|frame| frame.abs_diff(middle));
        key.or_else(|| (frames <= EXACT_UP_TO).then_some(middle))
    };
    let moments: Vec<u32> = (0..cells).filter_map(in_cell).collect();
    if moments.is_empty() { vec![0] } else { moments }
}

#[cfg(test)]
mod tests {
    use ks_domain::FrameEntry;

    use super::*;

    /// A video of 25 frames a second with a key frame at every `distance`.
    fn table(frames: u32, distance: u32) -> FrameTable {
        let time = |frame: u32| MediaTime::from_nanos(u64::from(frame) * 40_000_000);
        let entries =
            (0..frames).map(|frame| FrameEntry { time: time(frame), is_key: frame % distance == 0 }).collect();
        FrameTable::new(entries, time(frames)).expect("should ascend")
    }

    #[test]
    fn an_hour_takes_key_frames_alone_and_at_most_two_hundred() {
        let table = table(90_000, 50);
        let moments = strip(&table);
        assert_eq!(moments.len(), 200);
        assert!(moments.iter().all(|frame| is_key(&table, *frame)) && moments.is_sorted());
        let cell = 90_000 / 200;
        assert!(moments.iter().zip(0..).all(|(frame, number)| frame.abs_diff(number * cell + cell / 2) <= 26));
        assert!(is_key(&table, single(&table)) && single(&table).abs_diff(9000) <= 25);
    }

    #[test]
    fn a_short_video_gets_two_a_second_and_exact_frames_between_far_key_frames() {
        let table = table(100, 250);
        let moments = strip(&table);
        assert_eq!(moments, [0, 18, 30, 43, 55, 68, 80, 93]);
        assert_eq!(single(&table), 10);
        assert_eq!(strip(&self::table(1, 1)), [0]);
    }

    #[test]
    fn a_long_video_with_few_key_frames_gets_few_pictures() {
        assert_eq!(strip(&table(30_000, 10_000)), [0, 10_000, 20_000]);
    }

    #[test]
    fn the_nearest_picture_is_found() {
        let picture = |frame| Thumbnail { frame, time: MediaTime::ZERO, rgb: Vec::new() };
        let strip = Thumbnails { width: 1, height: 1, pictures: vec![picture(10), picture(20)] };
        let nearest = |frame| strip.nearest(frame).map(|picture| picture.frame);
        assert_eq!([nearest(0), nearest(14), nearest(16), nearest(99)], [Some(10), Some(10), Some(20), Some(20)]);
    }
}
