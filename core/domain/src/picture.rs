//! A decoded frame as its planes, before any conversion to RGB.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::MediaTime;

/// How the planes of a picture are laid out; chroma is halved in both directions in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PixelLayout {
    /// Three 8-bit planes: Y, U, V.
    I420,
    /// Two 8-bit planes: Y, interleaved UV.
    Nv12,
    /// Two planes of 16-bit little-endian words whose upper ten bits count: Y, interleaved UV.
    P010,
}

/// Which weights turn YUV into RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColorMatrix {
    /// ITU-R BT.601, also assumed where a file does not say.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
}

/// Which code values stand for black and white.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColorRange {
    /// Luma 16–235, chroma 16–240 (at 8 bits).
    Limited,
    /// 0–255.
    Full,
}

/// How far a stored picture must be turned clockwise to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rotation {
    /// Upright as stored.
    #[default]
    None,
    /// A quarter turn clockwise.
    Clockwise90,
    /// Upside down.
    Half,
    /// A quarter turn counter-clockwise.
    Clockwise270,
}

impl Rotation {
    /// The turn in degrees clockwise.
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Clockwise90 => 90,
            Self::Half => 180,
            Self::Clockwise270 => 270,
        }
    }

    /// Width and height of the upright picture, given those of the stored one.
    pub const fn upright(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::None | Self::Half => (width, height),
            Self::Clockwise90 | Self::Clockwise270 => (height, width),
        }
    }
}

/// One plane of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// The rows one after the other, each `stride` bytes long.
    pub bytes: Vec<u8>,
    /// Bytes from the start of one row to the start of the next.
    pub stride: usize,
}

/// A decoded frame as its planes. Cloning shares the planes.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Number in the frame table.
    pub frame: u32,
    /// The frame that it stands for until that one is decoded; `None` if it is itself the one that was asked for. Whatever
    /// needs the exact frame waits for that.
    pub stands_for: Option<u32>,
    /// When it is first shown.
    pub time: MediaTime,
    /// Width of the stored picture in pixels.
    pub width: u32,
    /// Height of the stored picture in pixels.
    pub height: u32,
    /// How `planes` are laid out.
    pub layout: PixelLayout,
    /// How YUV becomes RGB.
    pub matrix: ColorMatrix,
    /// Which code values are black and white.
    pub range: ColorRange,
    /// How to turn the picture upright.
    pub rotation: Rotation,
    /// Width over height of one stored pixel, for anamorphic video; 1 for square pixels.
    pub pixel_aspect: f32,
    /// Y, then chroma.
    pub planes: Arc<[Plane]>,
}
