//! Which frames of a video the clips of a sample hold: mmaction2's `SampleFrames`, as both of its branches have it.
//!
//! `N` is the number of frames, `L` the clip length, `I` the interval, `n` the number of clips and `S = L·I`. Frames
//! are only numbered here; `ks-media` reads them. Not here, because no CSN configuration uses them: jitter in time,
//! kept tail frames and resampling to another rate. How a whole video is analysed with a sliding window is
//! [`crate::AnalysisSettings`]' matter.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Draws, Issue};

/// A line of mmaction2's versions. Their test clips lie elsewhere in a video, so scores differ between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Branch {
    /// 0.x, the last of which is 0.24.1: test clips in the middle of equal segments.
    #[serde(rename = "0.x")]
    V0,
    /// 1.x: the first test clip at the beginning, the last one flush with the end.
    #[default]
    #[serde(rename = "1.x")]
    V1,
}

/// What a clip holds in place of frames past the end of the video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfBound {
    /// The video starts over: frame number modulo `N`.
    #[default]
    Loop,
    /// The last frame of the same clip that does exist; frame 0 if there is none.
    RepeatLast,
}

/// How clips are laid over a video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameSampling {
    /// Frames of a clip, `L`.
    pub clip_len: u32,
    /// Distance of two of them in frames of the video, `I`.
    pub frame_interval: u32,
    /// Clips of a sample, `n`.
    pub num_clips: u32,
    /// What stands in for frames past the end.
    #[serde(default)]
    pub out_of_bound: OutOfBound,
    /// Number of the first frame: 0 in videos, 1 in most folders of single pictures.
    #[serde(default)]
    pub start_index: u32,
}

/// Why no frames can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SamplingError {
    /// `N` is 0.
    #[error("the video has no frames to choose from; remove it from the list, or correct its frame count")]
    NoFrames,
    /// The settings are impossible; all of what is wrong with them.
    #[error("{}", .0.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>().join("; "))]
    Settings(Vec<Issue>),
}

impl FrameSampling {
    /// What all CSN configurations use: 32 frames at an interval of 2, starting over past the end of a video.
    pub const fn csn(num_clips: u32) -> Self {
        Self { clip_len: 32, frame_interval: 2, num_clips, out_of_bound: OutOfBound::Loop, start_index: 0 }
    }

    /// What is wrong with the settings; empty if nothing is.
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut check = |value: u32, limit: u32, field: &str, what: &str| {
            if !(1..=limit).contains(&value) {
                let message = format!("{what} must be 1 to {limit}, not {value}");
                issues.push(Issue { field: field.to_owned(), message });
            }
        };
        check(self.clip_len, 4096, "clip_len", "the frames of a clip");
        check(self.frame_interval, 4096, "frame_interval", "the interval of the frames of a clip");
        check(self.num_clips, 1000, "num_clips", "the number of clips");
        issues
    }

    /// The frames of a training sample, clip after clip: clips at random places, one in each of `n` equal parts where
    /// the video is long enough. Both branches do the same.
    ///
    /// With `a = ⌊(N-S+1)/n⌋`: if `a > 0`, clip `i` begins at `i·a` plus a draw below `a`; else if `N > max(n, S)`, at
    /// draws below `N-S+1`, sorted; else if `a = 0`, at `i·(N-S+1)/n`, rounded half to even; else at 0.
    ///
    /// # Errors
    /// If the video has no frames or the settings are impossible.
    pub fn train(&self, total_frames: u32, draws: &mut dyn Draws) -> Result<Vec<u32>, SamplingError> {
        self.check(total_frames)?;
        let (total, clips) = (i64::from(total_frames), i64::from(self.num_clips));
        let span = i64::from(self.clip_len) * i64::from(self.frame_interval);
        let room = total - span + 1;
        let mut draw_below = |bound: i64| i64::from(draws.below(u32::try_from(bound).unwrap_or(0)));
        let average = room.div_euclid(clips);
        let offsets: Vec<i64> = if average > 0 {
            (0..clips).map(|clip| clip * average + draw_below(average)).collect()
        } else if total > clips.max(span) {
            let mut drawn: Vec<i64> = (0..clips).map(|_| draw_below(room)).collect();
            drawn.sort_unstable();
            drawn
        } else if average == 0 {
            let ratio = room as f64 / clips as f64;
            (0..clips).map(|clip| (clip as f64 * ratio).round_ties_even() as i64).collect()
        } else {
            vec![0; self.num_clips as usize]
        };
        Ok(self.frames_from(&offsets, total_frames))
    }

    /// The frames of a test sample, clip after clip, spread evenly over the video.
    ///
    /// In 0.x, with `w = (N-S+1)/n`, clip `i` begins at `i·w + w/2`, truncated, or at 0 in a video shorter than `S`.
    /// In 1.x, with `m = max(N-(L-1)·I-1, 0)`, at `i·m/(n-1)`, rounded half to even, or at `⌊m/2⌋` if it is the only
    /// one; clips of a single frame at `i·N/n + N/2n`, truncated.
    ///
    /// # Errors
    /// If the video has no frames or the settings are impossible.
    pub fn test(&self, branch: Branch, total_frames: u32) -> Result<Vec<u32>, SamplingError> {
        self.check(total_frames)?;
        let offsets = match branch {
            Branch::V0 => self.segment_centres(total_frames),
            Branch::V1 => self.flush_with_the_ends(total_frames),
        };
        Ok(self.frames_from(&offsets, total_frames))
    }

    fn check(&self, total_frames: u32) -> Result<(), SamplingError> {
        let issues = self.issues();
        if !issues.is_empty() {
            return Err(SamplingError::Settings(issues));
        }
        if total_frames == 0 { Err(SamplingError::NoFrames) } else { Ok(()) }
    }

    fn segment_centres(&self, total_frames: u32) -> Vec<i64> {
        let total = i64::from(total_frames);
        let span = i64::from(self.clip_len) * i64::from(self.frame_interval);
        let clips = 0..i64::from(self.num_clips);
        if total < span {
            return clips.map(|_| 0).collect();
        }
        let width = (total - span + 1) as f64 / f64::from(self.num_clips);
        clips.map(|clip| (clip as f64 * width + width / 2.0) as i64).collect()
    }

    fn flush_with_the_ends(&self, total_frames: u32) -> Vec<i64> {
        let clips = 0..self.num_clips;
        if self.clip_len == 1 {
            let width = f64::from(total_frames) / f64::from(self.num_clips);
            return clips.map(|clip| (f64::from(clip) * width + width / 2.0) as i64).collect();
        }
        let span = (i64::from(self.clip_len) - 1) * i64::from(self.frame_interval) + 1;
        let room = (i64::from(total_frames) - span).max(0);
        let Some(gaps) = self.num_clips.checked_sub(1).filter(|gaps| *gaps > 0) else { return vec![room / 2] };
        let between = room as f64 / f64::from(gaps);
        clips.map(|clip| (f64::from(clip) * between).round_ties_even() as i64).collect()
    }

    /// The frames of clips that begin at `offsets`, with those past the end replaced.
    fn frames_from(&self, offsets: &[i64], total_frames: u32) -> Vec<u32> {
        let total = i64::from(total_frames);
        let mut frames = Vec::with_capacity(offsets.len() * self.clip_len as usize);
        for offset in offsets {
            let place = |t: u32| offset + i64::from(t) * i64::from(self.frame_interval);
            let last_good = (0..self.clip_len).map(place).filter(|frame| *frame < total).max().unwrap_or(0);
            for frame in (0..self.clip_len).map(place) {
                let existing = match self.out_of_bound {
                    OutOfBound::Loop => frame.rem_euclid(total),
                    OutOfBound::RepeatLast => frame.min(last_good),
                };
                let numbered = existing + i64::from(self.start_index);
                frames.push(u32::try_from(numbered).unwrap_or(u32::MAX));
            }
        }
        frames
    }
}

/// The number of a view among those of a sample: crops outermost, clips inside them.
pub const fn view_number(crop: usize, clip: usize, num_clips: usize) -> usize {
    crop * num_clips + clip
}
