//! What is handed to the YUV shader: a picture as borrowed planes, and the numbers that its conversion needs.
//!
//! No GPU type appears here, so that the numbers are tested without one.

use thiserror::Error;

/// How the planes are laid out; chroma is halved in both directions in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YuvLayout {
    /// Three 8-bit planes: Y, U, V.
    I420,
    /// Two 8-bit planes: Y, interleaved UV.
    Nv12,
    /// Two planes of 16-bit little-endian words whose upper ten bits count: Y, interleaved UV.
    P010,
}

/// The weights of red, green and blue in luma.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YuvMatrix {
    /// ITU-R BT.601.
    Bt601,
    /// ITU-R BT.709.
    Bt709,
}

/// Which code values are black, white and colourless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YuvRange {
    /// Luma 16–235, chroma 16–240 at 8 bits; four times that at 10 bits.
    Limited,
    /// The whole range of codes.
    Full,
}

/// How far the stored picture is turned clockwise to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum YuvTurn {
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

/// One plane, rows from top to bottom.
#[derive(Clone, Copy, Debug)]
pub struct YuvPlane<'a> {
    /// The rows, `stride` bytes apart; the last may end where its pixels end.
    pub bytes: &'a [u8],
    /// Bytes from the start of one row to the start of the next.
    pub stride: usize,
}

/// A picture as its planes.
#[derive(Clone, Copy, Debug)]
pub struct YuvPicture<'a> {
    /// Width of the stored picture in pixels.
    pub width: u32,
    /// Height of the stored picture in pixels.
    pub height: u32,
    /// How `planes` are laid out.
    pub layout: YuvLayout,
    /// The weights of red, green and blue in luma.
    pub matrix: YuvMatrix,
    /// Which code values are black and white.
    pub range: YuvRange,
    /// How to turn it upright.
    pub turn: YuvTurn,
    /// Width over height of one stored pixel.
    pub pixel_aspect: f32,
    /// Y, then chroma.
    pub planes: &'a [YuvPlane<'a>],
}

/// Why a picture cannot be shown.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum YuvError {
    /// Nothing to show.
    #[error("the picture has no pixels")]
    Empty,
    /// Larger than a texture can be.
    #[error(
        "the picture is {width}×{height} pixels, but this graphics adapter shows at most {limit} in each direction"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Largest side of a texture.
        limit: u32,
    },
    /// Another number of planes than the layout has.
    #[error("the picture has {found} planes where its layout has {expected}")]
    PlaneCount {
        /// Planes of the layout.
        expected: usize,
        /// Planes given.
        found: usize,
    },
    /// Rows overlap, or the plane ends before its last pixel.
    #[error("plane {plane} of the picture is shorter than its pixels")]
    PlaneTooShort {
        /// Number of the plane, from 0.
        plane: usize,
    },
}

/// Size of one plane and bytes of one of its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaneShape {
    pub width: u32,
    pub height: u32,
    pub pixel_bytes: u32,
}

/// The linear map from samples to gamma-coded RGB, where a sample is its code over the largest code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conversion {
    /// Red, green and blue that a unit of Y, of U and of V adds.
    pub rgb_from_yuv: [[f32; 3]; 3],
    /// Samples of black and of colourless chroma.
    pub zero: [f32; 3],
    /// Weights that make a sample of the low and the high byte (each 0 to 1).
    pub byte_weights: [f32; 2],
}

impl YuvPicture<'_> {
    /// The planes' shapes, after checking that the planes hold them.
    pub(crate) fn shapes(&self) -> Result<Vec<PlaneShape>, YuvError> {
        if self.width == 0 || self.height == 0 {
            return Err(YuvError::Empty);
        }
        let (half_width, half_height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let luma = |pixel_bytes| PlaneShape { width: self.width, height: self.height, pixel_bytes };
        let chroma = |pixel_bytes| PlaneShape { width: half_width, height: half_height, pixel_bytes };
        let shapes = match self.layout {
            YuvLayout::I420 => vec![luma(1), chroma(1), chroma(1)],
            YuvLayout::Nv12 => vec![luma(1), chroma(2)],
            YuvLayout::P010 => vec![luma(2), chroma(4)],
        };
        if shapes.len() != self.planes.len() {
            return Err(YuvError::PlaneCount { expected: shapes.len(), found: self.planes.len() });
        }
        for (number, (shape, plane)) in shapes.iter().zip(self.planes).enumerate() {
            let row = shape.width as usize * shape.pixel_bytes as usize;
            let needed = plane.stride.saturating_mul(shape.height as usize - 1).saturating_add(row);
            if plane.stride < row || plane.bytes.len() < needed {
                return Err(YuvError::PlaneTooShort { plane: number });
            }
        }
        Ok(shapes)
    }

    /// The numbers of the conversion.
    pub(crate) fn conversion(&self) -> Conversion {
        let bits = if self.layout == YuvLayout::P010 { 10 } else { 8 };
        let largest = f64::from((1u32 << bits) - 1);
        let eight_bit_codes = f64::from(1u32 << (bits - 8));
        let (black, luma_span, chroma_span) = match self.range {
            YuvRange::Limited => (16.0 * eight_bit_codes, 219.0 * eight_bit_codes, 224.0 * eight_bit_codes),
            YuvRange::Full => (0.0, largest, largest),
        };
        let (red, blue) = match self.matrix {
            YuvMatrix::Bt601 => (0.299, 0.114),
            YuvMatrix::Bt709 => (0.2126, 0.0722),
        };
        let green = 1.0 - red - blue;
        let (y, c) = (largest / luma_span, largest / chroma_span);
        let (red_from_v, blue_from_u) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
        let from_y = [y, y, y];
        let from_u = [0.0, -blue_from_u * blue / green * c, blue_from_u * c];
        let from_v = [red_from_v * c, -red_from_v * red / green * c, 0.0];
        let colourless = 128.0 * eight_bit_codes / largest;
        // A byte arrives as its value over 255; 16-bit words hold the ten bits in their upper end.
        let byte_weights =
            if bits == 8 { [1.0, 0.0] } else { [255.0 / (largest * 64.0), 255.0 * 256.0 / (largest * 64.0)] };
        Conversion {
            rgb_from_yuv: [from_y, from_u, from_v].map(|column| column.map(|x| x as f32)),
            zero: [black / largest, colourless, colourless].map(|x| x as f32),
            byte_weights: byte_weights.map(|x| x as f32),
        }
    }

    /// Width over height of the upright picture as it should look.
    pub(crate) fn display_aspect(&self) -> f32 {
        let pixel_aspect =
            if self.pixel_aspect.is_finite() && self.pixel_aspect > 0.0 { self.pixel_aspect } else { 1.0 };
        let stored = self.width as f32 * pixel_aspect / self.height as f32;
        match self.turn {
            YuvTurn::None | YuvTurn::Half => stored,
            YuvTurn::Clockwise90 | YuvTurn::Clockwise270 => 1.0 / stored,
        }
    }

    /// Rows of the affine map from positions in the upright picture to positions in the stored one, both 0 to 1.
    pub(crate) fn stored_from_upright(&self) -> [[f32; 3]; 2] {
        match self.turn {
            YuvTurn::None => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            YuvTurn::Clockwise90 => [[0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]],
            YuvTurn::Half => [[-1.0, 0.0, 1.0], [0.0, -1.0, 1.0]],
            YuvTurn::Clockwise270 => [[0.0, -1.0, 1.0], [1.0, 0.0, 0.0]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture<'a>(layout: YuvLayout, planes: &'a [YuvPlane<'a>]) -> YuvPicture<'a> {
        YuvPicture {
            width: 5,
            height: 3,
            layout,
            matrix: YuvMatrix::Bt709,
            range: YuvRange::Limited,
            turn: YuvTurn::None,
            pixel_aspect: 1.0,
            planes,
        }
    }

    #[test]
    fn planes_must_hold_their_pixels() {
        let bytes = [0; 64];
        let plane = |len: usize, stride| YuvPlane { bytes: bytes.get(..len).unwrap(), stride };
        let good = [plane(21, 8), plane(7, 4), plane(7, 4)];
        assert_eq!(picture(YuvLayout::I420, &good).shapes().map(|shapes| shapes.len()), Ok(3));
        let short = [plane(20, 8), plane(7, 4), plane(7, 4)];
        assert_eq!(picture(YuvLayout::I420, &short).shapes(), Err(YuvError::PlaneTooShort { plane: 0 }));
        let narrow = [plane(21, 8), plane(7, 4), plane(7, 2)];
        assert_eq!(picture(YuvLayout::I420, &narrow).shapes(), Err(YuvError::PlaneTooShort { plane: 2 }));
        let few = picture(YuvLayout::I420, good.get(..2).unwrap()).shapes();
        assert_eq!(few, Err(YuvError::PlaneCount { expected: 3, found: 2 }));
    }

    #[test]
    fn white_is_white_and_black_is_black_in_every_range() {
        for layout in [YuvLayout::I420, YuvLayout::P010] {
            for (range, white, black) in [(YuvRange::Limited, 235.0, 16.0), (YuvRange::Full, 255.0, 0.0)] {
                let conversion = YuvPicture { range, ..picture(layout, &[]) }.conversion();
                let (largest, scale) = if layout == YuvLayout::P010 { (1023.0, 4.0) } else { (255.0, 1.0) };
                let rgb = |code: f32| {
                    let y = code * scale / largest - conversion.zero[0];
                    conversion.rgb_from_yuv[0].map(|from_y| from_y * y)
                };
                // 255 has no exact ten-bit counterpart: 1020 is a little short of 1023.
                assert!(rgb(white).iter().all(|part| (part - 1.0).abs() < 0.004), "{layout:?} {range:?}");
                assert!(rgb(black).iter().all(|part| part.abs() < 1e-6), "{layout:?} {range:?}");
            }
        }
    }

    #[test]
    fn turning_swaps_the_aspect_and_keeps_the_pixel_aspect() {
        let upright = YuvPicture { pixel_aspect: 2.0, ..picture(YuvLayout::Nv12, &[]) };
        assert!((upright.display_aspect() - 10.0 / 3.0).abs() < 1e-6);
        let turned = YuvPicture { turn: YuvTurn::Clockwise90, ..upright };
        assert!((turned.display_aspect() - 0.3).abs() < 1e-6);
    }
}
