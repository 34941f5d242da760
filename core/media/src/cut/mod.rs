//! Cutting a part of a video into a file of its own, exact to the frame at both ends, with its sound.
//!
//! Nothing but encoding again can begin at any frame, so that is done: H.264 in MP4 where there is an encoder for it,
//! else VP8 in WebM. Pictures are turned upright, and their times are those of the video. One step at a time: frames and
//! sound are decoded here by number and time ([`sound`]) and handed to a pipeline that encodes ([`encoding`]).

pub(crate) mod encoders;
mod encoding;
mod sound;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use ks_domain::{CancelToken, FrameTable, MediaTime, Progress, VideoInfo};

use self::encoding::Encoding;
use self::sound::SoundReader;
use crate::MediaError;
use crate::decode::ANALYSIS_FORMATS;
use crate::error::check_file;
use crate::hardware::Decoding;
use crate::output::{persist_numbered, safe_name, temporary};
use crate::seek::{Access, Located, Seeker};

/// Sound is this far ahead of the pictures, so that the file is never waited for by both.
const SOUND_AHEAD: MediaTime = MediaTime::from_nanos(1_000_000_000);

/// A finished clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutClip {
    /// Where it is.
    pub path: PathBuf,
    /// How many frames it has.
    pub frames: u32,
    /// What is not as in the video, in sentences.
    pub warnings: Vec<String>,
}

/// The name of a clip without its extension: `folder/class/video_start_end`, where `end` is the frame after the last
/// one. Class and video are changed where a file system would refuse them.
pub fn clip_stem(folder: &Path, class: &str, video: &Path, frames: &Range<u32>) -> PathBuf {
    let name = safe_name(&video.file_stem().unwrap_or_default().to_string_lossy());
    folder.join(safe_name(class)).join(format!("{name}_{}_{}", frames.start, frames.end))
}

/// Cuts the frames from `frames.start` to before `frames.end` into a file of its own.
///
/// `stem` is its name without extension, as [`clip_stem`] gives it; the folder is made if it is not there. A name that is
/// taken gets a number, so nothing is ever replaced. Progress counts frames. Where the file has no sound that can be
/// decoded and encoded here, the clip is silent and a warning says why.
///
/// # Errors
/// If the range is empty, the file cannot be read or changed, no encoder is installed, the clip cannot be written, or the
/// work was cancelled; then nothing is left behind.
pub fn cut(
    (path, info, table): (&Path, &VideoInfo, &FrameTable),
    frames: Range<u32>,
    stem: &Path,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<CutClip, MediaError> {
    check_file(path)?;
    if frames.is_empty() || frames.end > table.len() {
        return Err(MediaError::EmptyRange { start: frames.start, end: frames.end, frames: table.len() });
    }
    let access = Access { formats: ANALYSIS_FORMATS, decoding: Decoding::Software, threads: None };
    let mut seeker = Seeker::open(path, info.video.stream_index, Arc::new(table.clone()), access)?;
    let first = seeker.frame(frames.start, cancel)?.filter(|located| located.number == frames.start);
    let first = first.ok_or_else(|| lost(path, frames.start))?;
    let mut warnings = Vec::new();
    let span = (table.time_of(frames.start), table.time_of(frames.end));
    let mut sound = open_sound((path, info), span, cancel, &mut warnings)?;
    let video = encoders::video()?;
    let named = with_extension(stem, video.extension());
    let file = temporary(&named)?;
    let encoding = Encoding::start((path, info, table), &first, sound.as_ref(), &video, file.path(), &mut warnings)?;
    if !encoding.has_sound() {
        sound = None;
    }
    let mut work = Work { encoding, sound, table, frames, cancel };
    work.run(&mut seeker, first, path, on_progress)?;
    let count = work.frames.end - work.frames.start;
    work.encoding.finish(u64::from(count), cancel)?;
    Ok(CutClip { path: persist_numbered(file, &named)?, frames: count, warnings })
}

/// Opens the sound of a part. What stops that costs the sound and not the clip.
fn open_sound(
    (path, info): (&Path, &VideoInfo),
    span: (MediaTime, MediaTime),
    cancel: &CancelToken,
    warnings: &mut Vec<String>,
) -> Result<Option<SoundReader>, MediaError> {
    if info.audio.is_none() {
        return Ok(None);
    }
    match SoundReader::open(path, span, cancel) {
        Ok(sound) => Ok(sound),
        Err(MediaError::Cancelled) => Err(MediaError::Cancelled),
        Err(error) => {
            warnings.push(format!("The clip has no sound: {error}"));
            Ok(None)
        }
    }
}

fn lost(path: &Path, frame: u32) -> MediaError {
    MediaError::Changed { reason: format!("frame {frame} is not there any more"), path: path.to_owned() }
}

/// Adds an extension, also to a name with a dot in it.
fn with_extension(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(extension);
    stem.with_file_name(name)
}

/// The clip that is being made.
struct Work<'a> {
    encoding: Encoding,
    sound: Option<SoundReader>,
    table: &'a FrameTable,
    frames: Range<u32>,
    cancel: &'a CancelToken,
}

impl Work<'_> {
    fn run(
        &mut self,
        seeker: &mut Seeker,
        first: Located,
        path: &Path,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<(), MediaError> {
        let started = Instant::now();
        let total = u64::from(self.frames.end - self.frames.start);
        let mut next = Some(first);
        for (done, frame) in (1_u64..).zip(self.frames.clone()) {
            let located = match next.take() {
                Some(located) => located,
                None => seeker.next_frame(self.cancel)?.ok_or_else(|| lost(path, frame))?,
            };
            if located.number != frame {
                return Err(lost(path, frame));
            }
            self.give(frame, &located)?;
            let elapsed_secs = started.elapsed().as_secs_f64();
            let rate = done as f64 / elapsed_secs.max(1e-3);
            on_progress(Progress { done, total: Some(total), rate, elapsed_secs });
        }
        while let Some(sound) = &mut self.sound {
            match sound.next(self.cancel)? {
                Some(chunk) => self.encoding.give_sound(chunk)?,
                None => self.sound = None,
            }
        }
        Ok(())
    }

    /// Hands one frame over, after the sound up to a while behind it.
    fn give(&mut self, frame: u32, located: &Located) -> Result<(), MediaError> {
        let start = self.table.time_of(self.frames.start);
        let time = self.table.time_of(frame).saturating_sub(start);
        let duration = self.table.end_of(frame).saturating_sub(self.table.time_of(frame));
        while let Some(sound) = &mut self.sound
            && sound.position() < time.saturating_add(SOUND_AHEAD)
        {
            match sound.next(self.cancel)? {
                Some(chunk) => self.encoding.give_sound(chunk)?,
                None => self.sound = None,
            }
        }
        self.encoding.give_picture(&located.sample, (time, duration), self.cancel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_class_video_and_frames() {
        let stem = clip_stem(Path::new("out"), "arm/leg", Path::new("/videos/a.b.mp4"), &(5..17));
        assert_eq!(stem, Path::new("out").join("arm_leg").join("a.b_5_17"));
        assert_eq!(with_extension(&stem, "mp4"), Path::new("out").join("arm_leg").join("a.b_5_17.mp4"));
    }
}
