//! How clips are cut from a video: which frames, which part of the picture.

use serde::{Deserialize, Serialize};

use crate::{Branch, CropMode, FrameSampling, Framing, OutOfBound};

/// Which part of the resized picture the network sees. Sizes in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CropRecipe {
    /// The square in the centre.
    Center {
        /// Its side.
        size: u32,
    },
    /// Three squares: left, right, middle, or top, bottom, middle of upright video.
    Three {
        /// Their side; the short side of the resized picture must be as long.
        size: u32,
    },
    /// A random part of random shape, resized to a square without keeping its shape.
    RandomResized {
        /// Side of that square.
        size: u32,
        /// Least and greatest share of the picture's area.
        #[serde(default = "area")]
        area: [f64; 2],
        /// Least and greatest width over height.
        #[serde(default = "aspect")]
        aspect: [f64; 2],
    },
}

fn area() -> [f64; 2] {
    [0.08, 1.0]
}

fn aspect() -> [f64; 2] {
    [3.0 / 4.0, 4.0 / 3.0]
}

impl CropRecipe {
    /// A random part with the bounds of the original: area 0.08 to 1, width over height 3:4 to 4:3.
    pub fn random_resized(size: u32) -> Self {
        Self::RandomResized { size, area: area(), aspect: aspect() }
    }

    /// Side of the square that the network sees.
    pub fn size(&self) -> u32 {
        match *self {
            Self::Center { size } | Self::Three { size } | Self::RandomResized { size, .. } => size,
        }
    }

    /// Squares cut from each frame.
    pub fn count(&self) -> u32 {
        match self {
            Self::Center { .. } | Self::RandomResized { .. } => 1,
            Self::Three { .. } => 3,
        }
    }
}

/// How clips are cut from a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipRecipe {
    /// Whose rule picks the frames.
    pub sampling: Branch,
    /// Frames that the network sees at once.
    pub clip_len: u32,
    /// Distance of two of those frames, in frames of the video.
    pub frame_interval: u32,
    /// Clips from each video.
    pub num_clips: u32,
    /// What stands for frames behind the end.
    #[serde(default, skip_serializing_if = "is_loop")]
    pub out_of_bound: OutOfBound,
    /// Length of the resized picture's shorter side, in pixels.
    pub short_side: u32,
    /// Which part of the resized picture is seen.
    pub crop: CropRecipe,
    /// Probability, 0 to 1, that all frames of a video are mirrored.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub flip: f64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_loop(rule: &OutOfBound) -> bool {
    *rule == OutOfBound::Loop
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl ClipRecipe {
    /// Views of one video: clips times squares.
    pub fn views(&self) -> u32 {
        self.num_clips.saturating_mul(self.crop.count())
    }

    /// How clips are laid over a video whose first frame has number 0.
    pub fn frame_sampling(&self) -> FrameSampling {
        FrameSampling {
            clip_len: self.clip_len,
            frame_interval: self.frame_interval,
            num_clips: self.num_clips,
            out_of_bound: self.out_of_bound,
            start_index: 0,
        }
    }

    /// Which parts of every picture are seen; `None` if they are drawn at random.
    pub fn framing(&self) -> Option<Framing> {
        let mode = match self.crop {
            CropRecipe::Center { .. } => CropMode::Center,
            CropRecipe::Three { .. } => CropMode::Three,
            CropRecipe::RandomResized { .. } => return None,
        };
        Some(Framing::squares(self.short_side, mode, self.crop.size()))
    }
}
