//! What a picture must be able to say so that it can be resized: its size and the colour of any pixel.

use super::yuv::{Factors, Yuv420};

/// A stored picture whose pixels can be had as RGB.
pub trait Pixels {
    /// Width and height in pixels.
    fn size(&self) -> (usize, usize);

    /// Whether all pixels are there. What follows may assume it.
    fn is_whole(&self) -> bool;

    /// The colour of one pixel inside the picture.
    fn rgb_at(&self, column: usize, row: usize) -> [u8; 3];
}

/// A YUV picture with the factors of its conversion, which are looked up once.
#[derive(Clone, Copy, Debug)]
pub struct Converted<'a> {
    picture: &'a Yuv420<'a>,
    factors: Factors,
}

impl<'a> Converted<'a> {
    /// Looks the factors up.
    pub const fn new(picture: &'a Yuv420<'a>) -> Self {
        Self { picture, factors: Factors::new(picture.range) }
    }
}

impl Pixels for Converted<'_> {
    fn size(&self) -> (usize, usize) {
        (self.picture.width, self.picture.height)
    }

    fn is_whole(&self) -> bool {
        self.picture.is_whole()
    }

    #[inline]
    fn rgb_at(&self, column: usize, row: usize) -> [u8; 3] {
        self.picture.pixel(self.factors, column, row)
    }
}

/// A picture that is RGB already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbPicture {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// `[height, width, 3]`.
    pub rgb: Vec<u8>,
}

impl Pixels for RgbPicture {
    fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn is_whole(&self) -> bool {
        let pixels = self.width.checked_mul(self.height);
        pixels.and_then(|pixels| pixels.checked_mul(3)) == Some(self.rgb.len())
    }

    #[inline]
    fn rgb_at(&self, column: usize, row: usize) -> [u8; 3] {
        let at = (row * self.width + column) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }
}
