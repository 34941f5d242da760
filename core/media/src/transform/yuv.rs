//! YUV to RGB as swscale does it inside PyAV, bit for bit.
//!
//! swscale is not told which matrix a file names, so it always uses BT.601. Full range it knows by the pixel format
//! alone (see [`network_range`]). Chroma is not interpolated at eight bits. This is what networks were trained on, not
//! what is right to look at.

use ks_domain::{ColorRange, VideoStreamInfo};

/// The range that PyAV converts a stream with.
///
/// libav has a pixel format for full range at eight bits, which its older decoders use and swscale honours. Its decoders
/// of VP8, VP9 and AV1, and all of more than eight bits, mark the range otherwise, which PyAV does not hand to swscale.
pub fn network_range(video: &VideoStreamInfo) -> ColorRange {
    let is_marked_otherwise = ["VP8", "VP9", "AV1"].iter().any(|codec| video.codec.contains(codec));
    if video.bit_depth > 8 || is_marked_otherwise { ColorRange::Limited } else { video.range }
}

/// The integer factors of one conversion, in 1/65536 of eighths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    luma: i32,
    luma_offset: i32,
    red_v: i32,
    green_u: i32,
    green_v: i32,
    blue_u: i32,
}

impl Factors {
    /// The factors for a range.
    pub const fn new(range: ColorRange) -> Self {
        match range {
            ColorRange::Limited => {
                Self { luma: 9539, luma_offset: 128, red_v: 13075, green_u: -3209, green_v: -6660, blue_u: 16525 }
            }
            ColorRange::Full => {
                Self { luma: 8192, luma_offset: 0, red_v: 11485, green_u: -2819, green_v: -5850, blue_u: 14516 }
            }
        }
    }

    /// One pixel.
    #[inline]
    pub fn rgb(self, y: u8, u: u8, v: u8) -> [u8; 3] {
        let luma = ((8 * i32::from(y) - self.luma_offset) * self.luma) >> 16;
        let u = 8 * i32::from(u) - 1024;
        let v = 8 * i32::from(v) - 1024;
        let red = luma + ((v * self.red_v) >> 16);
        let green = luma + ((u * self.green_u) >> 16) + ((v * self.green_v) >> 16);
        let blue = luma + ((u * self.blue_u) >> 16);
        [red, green, blue].map(|value| value.clamp(0, 255) as u8)
    }
}

/// swscale's other way to RGB, by tables, which it takes for samples of more than eight bits.
///
/// Chroma moves a place in a table of luma, so all is in units of luma. Always limited range: PyAV knows full range only
/// by a pixel format of its own that exists for eight bits.
mod by_table {
    const LUMA: i64 = (1 << 16) * 255 / 219;
    const OFFSET: i64 = 326 * LUMA - (400 << 16) + 0x8000;
    const RED_V: i64 = in_luma(104_597);
    const BLUE_U: i64 = in_luma(132_201);
    const GREEN_U: i64 = in_luma(-25_675);
    const GREEN_V: i64 = in_luma(-53_279);

    const fn in_luma(factor: i64) -> i64 {
        (factor * (1 << 16) + 0x8000) / LUMA
    }

    /// `y` may be 256: ten bits are rounded to eight.
    #[inline]
    pub(super) fn rgb(y: i64, u: i64, v: i64) -> [u8; 3] {
        let (u, v) = (u.min(255), v.min(255));
        let part = |chroma: i64, factor: i64| ((chroma * factor) >> 16) - (factor >> 9);
        let value = |place: i64| ((LUMA * place + OFFSET) >> 16).clamp(0, 255) as u8;
        [value(y + part(v, RED_V)), value(y + part(u, GREEN_U) + part(v, GREEN_V)), value(y + part(u, BLUE_U))]
    }
}

/// The planes of a 4:2:0 picture with their real strides.
#[derive(Clone, Copy, Debug)]
pub struct Yuv420<'a> {
    /// Width in pixels; a chroma row has half as many samples, rounded up.
    pub width: usize,
    /// Height in pixels; chroma planes have half as many rows, rounded up.
    pub height: usize,
    /// Y, U, V.
    pub planes: [&'a [u8]; 3],
    /// Bytes from one row to the next, for each plane.
    pub strides: [usize; 3],
    /// What the samples are.
    pub depth: Depth,
    /// Which codes are black and white.
    pub range: ColorRange,
}

/// How wide a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// A byte.
    Eight,
    /// Ten bits in a little-endian 16-bit word.
    Ten,
}

impl Yuv420<'_> {
    /// Whether every row lies inside its plane. What follows may assume it.
    pub fn is_whole(&self) -> bool {
        let bytes = match self.depth {
            Depth::Eight => 1,
            Depth::Ten => 2,
        };
        let chroma = (self.width.div_ceil(2), self.height.div_ceil(2));
        let sizes = [(self.width, self.height), chroma, chroma];
        self.planes.iter().zip(self.strides).zip(sizes).all(|((plane, stride), (width, height))| {
            height > 0 && stride >= width * bytes && plane.len() >= stride * (height - 1) + width * bytes
        })
    }

    #[inline]
    fn byte(&self, plane: usize, column: usize, row: usize) -> u8 {
        self.planes[plane][row * self.strides[plane] + column]
    }

    #[inline]
    fn word(&self, plane: usize, column: usize, row: usize) -> i64 {
        let at = row * self.strides[plane] + 2 * column;
        i64::from(u16::from_le_bytes([self.planes[plane][at], self.planes[plane][at + 1]]))
    }

    /// The colour of one pixel of the stored picture.
    #[inline]
    pub fn pixel(&self, factors: Factors, column: usize, row: usize) -> [u8; 3] {
        let (half_column, half_row) = (column / 2, row / 2);
        match self.depth {
            Depth::Eight => {
                let u = self.byte(1, half_column, half_row);
                let v = self.byte(2, half_column, half_row);
                factors.rgb(self.byte(0, column, row), u, v)
            }
            Depth::Ten => {
                // Samples become fifteen bits and then eight, rounded; in even rows, and by an edge effect in the last
                // one, chroma is the mean of two rows.
                let is_mean = row.is_multiple_of(2) || row + 1 == self.height;
                let other_row = if is_mean { half_row.saturating_sub(1) } else { half_row };
                let chroma = |plane: usize| {
                    let (above, below) =
                        (self.word(plane, half_column, other_row), self.word(plane, half_column, half_row));
                    (((above + below) << 5) + 128) >> 8
                };
                let y = ((self.word(0, column, row) << 5) + 64) >> 7;
                by_table::rgb(y, chroma(1), chroma(2))
            }
        }
    }
}

/// The whole stored picture as RGB `[height, width, 3]`. `None` if a plane is too short.
pub fn to_rgb(picture: &Yuv420<'_>) -> Option<Vec<u8>> {
    if !picture.is_whole() {
        return None;
    }
    let factors = Factors::new(picture.range);
    let mut rgb = Vec::with_capacity(picture.width * picture.height * 3);
    for row in 0..picture.height {
        for column in 0..picture.width {
            rgb.extend_from_slice(&picture.pixel(factors, column, row));
        }
    }
    Some(rgb)
}
