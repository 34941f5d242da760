//! Files of made-up videos: a data set with a folder for each class, and a sample video that mixes motions.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ks_domain::{CancelToken, Progress};

use super::draw::{Placed, Stage};
use super::encode::write_video;
use super::motion::Motion;
use super::random::{Random, mix};
use super::scene::{Format, Part, Scene};
use crate::MediaError;
use crate::output::write;

/// How large a data set is.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoSet {
    /// The classes, in the order of their numbers.
    pub motions: Vec<Motion>,
    /// Videos of each class; every fifth is for validation.
    pub clips_per_class: u32,
    /// Where all chance comes from.
    pub seed: u64,
    /// Size and rate of the videos.
    pub format: Format,
    /// Length of each video.
    pub seconds: f64,
}

impl Default for DemoSet {
    fn default() -> Self {
        let motions = Motion::DEFAULT.to_vec();
        Self { motions, clips_per_class: 40, seed: 0, format: Format::default(), seconds: 2.0 }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenSet {
    /// The list of videos to train with, as mmaction2 has it; paths are relative to the folder.
    pub train: PathBuf,
    /// The same for validation.
    pub validation: PathBuf,
    /// The names of the classes, one a line.
    pub classes: PathBuf,
    /// How many videos there are.
    pub videos: u32,
    /// How many frames they have together.
    pub frames: u64,
}

/// Writes a data set into a folder: `CLASS/CLASS_0001.mp4` and so on, `train.txt`, `val.txt` and `label_map.txt`. Each video
/// has a scene of its own, so nothing of the validation was seen in training. Files of these names are replaced.
///
/// # Errors
/// If no encoder is installed, a file cannot be written, or the work was cancelled; the lists come last, so a set with
/// lists is complete.
pub fn write_data_set(
    folder: &Path,
    set: &DemoSet,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<WrittenSet, MediaError> {
    let format = set.format.sane();
    let length = format.frames_of(set.seconds);
    let started = Instant::now();
    let total = u64::from(set.clips_per_class) * set.motions.len() as u64;
    let (mut train, mut validation, mut done) = (String::new(), String::new(), 0_u64);
    for number in 0..set.clips_per_class {
        for (class, motion) in set.motions.iter().enumerate() {
            let seed = mix(set.seed ^ mix((u64::from(number) << 8) | *motion as u64));
            let scene = Scene::new(*motion, seed, length, format);
            let stem = folder.join(motion.name()).join(format!("{}_{:04}", motion.name(), number + 1));
            let written = write_video(&stem, (format, length), |frame| scene.frame(frame).rgb, cancel)?;
            let file = written.file_name().unwrap_or_default().to_string_lossy();
            let list = if is_for_validation(number, set.clips_per_class) { &mut validation } else { &mut train };
            list.push_str(&format!("{}/{file} {class}\n", motion.name()));
            done += 1;
            let elapsed_secs = started.elapsed().as_secs_f64();
            on_progress(Progress {
                done,
                total: Some(total),
                rate: done as f64 / elapsed_secs.max(1e-3),
                elapsed_secs,
            });
        }
    }
    let names: String = set.motions.iter().map(|motion| format!("{}\n", motion.name())).collect();
    let written = WrittenSet {
        train: folder.join("train.txt"),
        validation: folder.join("val.txt"),
        classes: folder.join("label_map.txt"),
        videos: u32::try_from(done).unwrap_or(u32::MAX),
        frames: done * u64::from(length),
    };
    write(&written.classes, names.as_bytes())?;
    write(&written.validation, validation.as_bytes())?;
    write(&written.train, train.as_bytes())?;
    Ok(written)
}

/// Every fifth, and one at least of two.
fn is_for_validation(number: u32, clips: u32) -> bool {
    number % 5 == 4 || (clips < 5 && clips > 1 && number + 1 == clips)
}

/// A stretch of a mixed video in which something moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MotionSpan {
    /// What moves.
    pub motion: Motion,
    /// The frames in which it does.
    pub frames: Range<u32>,
}

/// A mixed video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mixture {
    /// Where it was written.
    pub path: PathBuf,
    /// Its number of frames.
    pub frames: u32,
    /// What moves when; between these spans nothing does but the background.
    pub spans: Vec<MotionSpan>,
}

/// Frames a shape needs to come and to go, and the rest between the two, in seconds.
const FADE: f64 = 0.25;
const REST: [f32; 2] = [0.3, 0.6];

/// Writes a video in which one motion follows the other before one background: a shape appears, stands still for a moment,
/// moves for so many seconds, stands still and goes. `stem` is the name without extension, which the encoder decides;
/// `on_frame` hears of every frame before it is drawn: which one, and of how many.
///
/// # Errors
/// If no encoder is installed, the file cannot be written, or the work was cancelled.
pub fn write_mixture(
    stem: &Path,
    parts: &[(Motion, f64)],
    (seed, format): (u64, Format),
    cancel: &CancelToken,
    on_frame: &mut dyn FnMut(u32, u32),
) -> Result<Mixture, MediaError> {
    let format = format.sane();
    let plan = Plan::new(parts, seed, format);
    let draw = |frame| {
        on_frame(frame, plan.length);
        plan.frame(frame)
    };
    let path = write_video(stem, (format, plan.length), draw, cancel)?;
    Ok(Mixture { path, frames: plan.length, spans: plan.spans() })
}

/// What will move when in a mixed video of these parts, without writing it.
pub fn mixture_spans(parts: &[(Motion, f64)], seed: u64, format: Format) -> Vec<MotionSpan> {
    Plan::new(parts, seed, format.sane()).spans()
}

/// A part with its time.
struct Act {
    motion: Motion,
    part: Part,
    frames: Range<u32>,
    /// When it is there at all.
    presence: Range<u32>,
}

struct Plan {
    format: Format,
    stage: Stage,
    acts: Vec<Act>,
    length: u32,
}

impl Plan {
    fn new(parts: &[(Motion, f64)], seed: u64, format: Format) -> Self {
        let mut random = Random::new(seed);
        let stage = Stage::new(&mut random, format.half());
        let fade = format.frames_of(FADE);
        let mut acts = Vec::new();
        let mut now = 0;
        for (motion, secs) in parts {
            let part = Part::new(*motion, format, stage.luma(), &mut random);
            let mut rest = || format.frames_of(f64::from(random.within(REST[0], REST[1])));
            let start = now + fade + rest();
            let end = start + format.frames_of(*secs);
            let gone = end + rest() + fade;
            acts.push(Act { motion: *motion, part, frames: start..end, presence: now..gone });
            now = gone;
        }
        Self { format, stage, acts, length: now.max(2) }
    }

    fn spans(&self) -> Vec<MotionSpan> {
        self.acts.iter().map(|act| MotionSpan { motion: act.motion, frames: act.frames.clone() }).collect()
    }

    fn frame(&self, number: u32) -> Vec<u8> {
        let fps = self.format.fps as f32;
        let fade = self.format.frames_of(FADE) as f32;
        let here = self.acts.iter().filter(|act| act.presence.contains(&number));
        let placed = here.map(|act| {
            // Before its span it stands where it begins, afterwards where it ended.
            let moved = number.clamp(act.frames.start, act.frames.end - 1) - act.frames.start;
            let (since, left) = (number - act.presence.start + 1, act.presence.end - number);
            let presence = (since.min(left) as f32 / fade).min(1.0);
            Placed::new(&act.part.actor, act.part.course.at(moved as f32 / fps), presence)
        });
        let placed: Vec<Placed<'_>> = placed.collect();
        self.stage.frame((self.format.width, self.format.height), (number, number as f32 / fps), &placed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixture_moves_in_its_spans_and_rests_between_them() {
        let format = Format { width: 96, height: 72, fps: 16 };
        let plan = Plan::new(&[(Motion::PanLeft, 1.5), (Motion::Bounce, 2.0)], 3, format);
        assert_eq!(plan.acts.iter().map(|act| act.frames.len()).collect::<Vec<_>>(), [24, 32]);
        for act in &plan.acts {
            let at = |frame: u32| {
                let moved = frame.clamp(act.frames.start, act.frames.end - 1) - act.frames.start;
                act.part.course.at(moved as f32 / 16.0)
            };
            for frame in act.presence.clone().take(act.presence.len() - 1) {
                let moves = frame >= act.frames.start && frame + 1 < act.frames.end;
                assert_eq!(at(frame) != at(frame + 1), moves, "{:?} at {frame}", act.motion);
            }
        }
        let spans: Vec<&Range<u32>> = plan.acts.iter().map(|act| &act.frames).collect();
        assert!(spans[0].start >= 5 && spans[1].start > spans[0].end + 10 && plan.length > spans[1].end);
        assert_eq!(plan.frame(30), Plan::new(&[(Motion::PanLeft, 1.5), (Motion::Bounce, 2.0)], 3, format).frame(30));
    }

    #[test]
    fn one_of_five_is_for_validation() {
        let count = |clips| (0..clips).filter(|number| is_for_validation(*number, clips)).count();
        assert_eq!([1, 2, 4, 5, 20, 40].map(count), [0, 1, 1, 1, 4, 8]);
    }
}
