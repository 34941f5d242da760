//! YUV to RGB as swscale does it inside PyAV, bit for bit.
//!
//! swscale is not told which matrix a file names, so it always uses BT.601; full range is honoured. Chroma is not
//! interpolated. This is what the network was trained on, not what is right to look at.

use ks_domain::ColorRange;

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

    /// One sample as eight bits; ten bits are rounded.
    #[inline]
    fn sample(&self, plane: usize, column: usize, row: usize) -> u8 {
        let start = row * self.strides[plane];
        match self.depth {
            Depth::Eight => self.planes[plane][start + column],
            Depth::Ten => {
                let at = start + 2 * column;
                let word = u16::from_le_bytes([self.planes[plane][at], self.planes[plane][at + 1]]);
                ((word + 2) >> 2).min(255) as u8
            }
        }
    }

    /// The colour of one pixel of the stored picture.
    #[inline]
    pub fn pixel(&self, factors: Factors, column: usize, row: usize) -> [u8; 3] {
        let y = self.sample(0, column, row);
        let u = self.sample(1, column / 2, row / 2);
        let v = self.sample(2, column / 2, row / 2);
        factors.rgb(y, u, v)
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
