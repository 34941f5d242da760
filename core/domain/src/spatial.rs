//! Sizes and boxes: how pictures are resized, which part of them is cut out, and whether they are mirrored.
//!
//! The arithmetic is mmaction2's, to the pixel; the pixels themselves are `ks-media`'s matter. Sizes are
//! `(width, height)` in pixels.

use serde::{Deserialize, Serialize};

use crate::{CropMode, Draws};

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PixelBox {
    /// Columns left of it.
    pub left: usize,
    /// Rows above it.
    pub top: usize,
    /// Its columns.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

impl PixelBox {
    /// The box that is all of a picture.
    pub const fn whole((width, height): (usize, usize)) -> Self {
        Self { left: 0, top: 0, width, height }
    }

    /// The column after its last one.
    pub const fn right(self) -> usize {
        self.left.saturating_add(self.width)
    }

    /// The row after its last one.
    pub const fn bottom(self) -> usize {
        self.top.saturating_add(self.height)
    }

    /// Whether it lies in a picture and has an area.
    pub const fn is_inside(self, (width, height): (usize, usize)) -> bool {
        self.width > 0 && self.height > 0 && self.right() <= width && self.bottom() <= height
    }
}

/// How large a picture becomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResizeRule {
    /// The shorter side gets this length, the aspect stays: mmaction2's `scale=(-1, s)`.
    ShortSide(u32),
    /// As large as fits both limits, the aspect stays: mmaction2's `scale=(a, b)` with `keep_ratio`. The larger number
    /// limits the longer side, whichever of the two it is.
    Within(u32, u32),
    /// Both sides multiplied: mmaction2's `scale=f`.
    Factor(f64),
    /// Exactly this width and height, whatever the aspect: `scale=(w, h)` with `keep_ratio=False`.
    Exact(u32, u32),
}

impl ResizeRule {
    /// The new size: sides that keep their aspect are `trunc(side · factor + 0.5)`, so halves are rounded up.
    ///
    /// May be 0 where a rule makes a side shorter than half a pixel.
    pub fn size_of(self, (width, height): (usize, usize)) -> (usize, usize) {
        let (short, long) = (width.min(height).max(1) as f64, width.max(height).max(1) as f64);
        let factor = match self {
            Self::ShortSide(side) => f64::from(side) / short,
            Self::Within(a, b) => (f64::from(a.max(b)) / long).min(f64::from(a.min(b)) / short),
            Self::Factor(factor) => factor,
            Self::Exact(width, height) => return (width as usize, height as usize),
        };
        let scale = |length: usize| (length as f64 * factor + 0.5) as usize;
        (scale(width), scale(height))
    }
}

impl CropMode {
    /// The squares of a picture, in the order in which the network gets them. `None` if they do not fit it.
    pub fn boxes(self, size: (usize, usize), side: usize) -> Option<Vec<PixelBox>> {
        match self {
            Self::Center => center_crop(size, side).map(|square| vec![square]),
            Self::Three => three_crops(size, side).map(Vec::from),
        }
    }
}

/// The centre square, half pixels rounded to the left and to the top. `None` if it does not fit.
pub fn center_crop((width, height): (usize, usize), side: usize) -> Option<PixelBox> {
    let left = width.checked_sub(side)? / 2;
    let top = height.checked_sub(side)? / 2;
    Some(PixelBox { left, top, width: side, height: side })
}

/// Left, right, middle square of a picture as high as `side`; top, bottom, middle of one as wide.
///
/// `None` if neither is the case. With an odd rest the right (bottom) square stops one pixel short of the edge.
pub fn three_crops((width, height): (usize, usize), side: usize) -> Option<[PixelBox; 3]> {
    let square = |left, top| PixelBox { left, top, width: side, height: side };
    if height == side {
        let step = width.checked_sub(side)? / 2;
        Some([0, 2 * step, step].map(|left| square(left, 0)))
    } else if width == side {
        let step = height.checked_sub(side)? / 2;
        Some([0, 2 * step, step].map(|top| square(0, top)))
    } else {
        None
    }
}

/// A crop of random area and aspect, as training uses it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomResizedCrop {
    /// Smallest and largest part of the picture's area.
    pub area: (f64, f64),
    /// Smallest and largest aspect, width over height.
    pub aspect: (f64, f64),
}

impl Default for RandomResizedCrop {
    /// Area 0.08 to 1, aspect 3:4 to 4:3.
    fn default() -> Self {
        Self { area: (0.08, 1.0), aspect: (3.0 / 4.0, 4.0 / 3.0) }
    }
}

impl RandomResizedCrop {
    /// Candidates that are drawn at once.
    const CANDIDATES: usize = 10;

    /// A box in a picture of this size, to be used for all frames of a sample.
    ///
    /// Ten logarithms of aspects are drawn, then ten areas. The first of the ten boxes that fits is taken and its left
    /// and its top are drawn; if none fits, it is the centre square as large as the picture's shorter side.
    pub fn pick(&self, (width, height): (usize, usize), draws: &mut dyn Draws) -> PixelBox {
        let mut ten =
            |(low, high): (f64, f64)| -> [f64; Self::CANDIDATES] { std::array::from_fn(|_| draws.uniform(low, high)) };
        let aspects = ten((self.aspect.0.ln(), self.aspect.1.ln())).map(f64::exp);
        let areas = ten(self.area).map(|part| part * (width as f64 * height as f64));
        for (area, aspect) in areas.into_iter().zip(aspects) {
            let crop_width = (area * aspect).sqrt().round_ties_even() as usize;
            let crop_height = (area / aspect).sqrt().round_ties_even() as usize;
            if let (Some(right), Some(below)) = (width.checked_sub(crop_width), height.checked_sub(crop_height))
                && crop_width > 0
                && crop_height > 0
            {
                let mut up_to = |rest: usize| {
                    let bound = u32::try_from(rest).unwrap_or(u32::MAX).saturating_add(1);
                    draws.below(bound) as usize
                };
                let left = up_to(right);
                return PixelBox { left, top: up_to(below), width: crop_width, height: crop_height };
            }
        }
        let side = width.min(height);
        PixelBox { left: (width - side) / 2, top: (height - side) / 2, width: side, height: side }
    }
}

/// Whether a sample is mirrored left to right: a draw from 0 to 1 below `ratio`. All its frames are, or none.
pub fn draw_flip(ratio: f64, draws: &mut dyn Draws) -> bool {
    draws.uniform(0.0, 1.0) < ratio
}

/// Which part of the resized picture is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Squares of this side.
    Squares(CropMode, u32),
    /// A box that was drawn beforehand, for pictures of this size; refused where it does not fit.
    Box(PixelBox),
    /// All of it.
    Whole,
}

/// What is done to every picture of a sample, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Framing {
    /// First it is resized.
    pub resize: ResizeRule,
    /// Then cut.
    pub cut: Cut,
    /// Then what was cut out is resized to this width and height, if any are given.
    pub then: Option<(u32, u32)>,
    /// Then it is mirrored left to right.
    pub is_flipped: bool,
}

impl Framing {
    /// Validation and testing: shorter side, then squares.
    pub const fn squares(short_side: u32, mode: CropMode, side: u32) -> Self {
        Self { resize: ResizeRule::ShortSide(short_side), cut: Cut::Squares(mode, side), then: None, is_flipped: false }
    }

    /// Training: shorter side, a random box, resized to a square of `side`, mirrored or not. `size` is that of the
    /// upright picture. Draws the box and then the flip, as mmaction2 does.
    pub fn drawn(
        size: (usize, usize),
        short_side: u32,
        crop: &RandomResizedCrop,
        side: u32,
        flip_ratio: f64,
        draws: &mut dyn Draws,
    ) -> Self {
        let resize = ResizeRule::ShortSide(short_side);
        let cut = Cut::Box(crop.pick(resize.size_of(size), draws));
        Self { resize, cut, then: Some((side, side)), is_flipped: draw_flip(flip_ratio, draws) }
    }

    /// Parts that are cut out of each picture.
    pub const fn crops(&self) -> usize {
        match self.cut {
            Cut::Squares(CropMode::Three, _) => 3,
            Cut::Squares(CropMode::Center, _) | Cut::Box(_) | Cut::Whole => 1,
        }
    }

    /// The size of the resized picture, and what is cut out of it, in view order. `None` if it does not fit.
    pub fn boxes(&self, size: (usize, usize)) -> ((usize, usize), Option<Vec<PixelBox>>) {
        let resized = self.resize.size_of(size);
        let boxes = match self.cut {
            Cut::Squares(mode, side) => mode.boxes(resized, side as usize),
            Cut::Box(part) => Some(vec![part]),
            Cut::Whole => Some(vec![PixelBox::whole(resized)]),
        };
        let fits = |boxes: &Vec<PixelBox>| boxes.iter().all(|part| part.is_inside(resized));
        (resized, boxes.filter(fits))
    }
}
