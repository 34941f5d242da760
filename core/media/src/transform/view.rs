//! Conversion, turning, resizing and cropping at once, computing only pixels that a square needs.
//!
//! Downscaling 1920×1080 to a square of 224 looks at one source pixel in ten, so the others are not even converted.

use ks_domain::{CropMode, Rotation};

use super::crop::{self, Square};
use super::resize::{self, Axis, Tap};
use super::rotate;
use super::yuv::{Factors, Yuv420};

/// How pictures of one size become squares: prepared once, used for every frame.
#[derive(Clone, Debug)]
pub struct View {
    stored: (usize, usize),
    rotation: Rotation,
    resized: (usize, usize),
    squares: Vec<Square>,
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    /// The part of the resized picture that holds all squares: left, top.
    corner: (usize, usize),
    /// Its width and height.
    size: (usize, usize),
}

impl View {
    /// Prepares the way from stored pictures of the given size to the squares of a mode.
    ///
    /// # Errors
    /// The size of the resized picture, if the squares do not fit into it.
    pub fn new(
        stored: (usize, usize),
        rotation: Rotation,
        short_side: usize,
        mode: CropMode,
        side: usize,
    ) -> Result<Self, (usize, usize)> {
        let upright = rotate::upright_size(rotation, stored);
        let resized = resize::short_side_size(upright.0, upright.1, short_side);
        let squares = crop::squares(mode, resized.0, resized.1, side).ok_or(resized)?;
        let left = squares.iter().map(|square| square.left).min().ok_or(resized)?;
        let top = squares.iter().map(|square| square.top).min().ok_or(resized)?;
        let right = squares.iter().map(|square| square.left + square.side).max().ok_or(resized)?;
        let bottom = squares.iter().map(|square| square.top + square.side).max().ok_or(resized)?;
        let part = |taps: Vec<Tap>, from: usize, to: usize| taps.get(from..to).map(<[Tap]>::to_vec).ok_or(resized);
        let columns = part(resize::taps(Axis::Horizontal, upright.0, resized.0), left, right)?;
        let rows = part(resize::taps(Axis::Vertical, upright.1, resized.1), top, bottom)?;
        Ok(Self {
            stored,
            rotation,
            resized,
            squares,
            columns,
            rows,
            corner: (left, top),
            size: (right - left, bottom - top),
        })
    }

    /// Width and height of the resized, upright picture.
    pub fn resized(&self) -> (usize, usize) {
        self.resized
    }

    /// Squares per frame.
    pub fn crops(&self) -> usize {
        self.squares.len()
    }

    /// The part of the resized picture that holds all squares, as RGB. `None` if the picture does not fit this view.
    pub fn region(&self, picture: &Yuv420<'_>) -> Option<Region> {
        if (picture.width, picture.height) != self.stored || !picture.is_whole() {
            return None;
        }
        let factors = Factors::new(picture.range);
        let mut lines = Lines::new(self, picture, factors);
        let mut rgb = Vec::with_capacity(self.size.0 * self.size.1 * 3);
        for tap in &self.rows {
            let (above, below) = lines.pair(tap.from);
            rgb.extend(above.iter().zip(below).map(|(above, below)| resize::vertical(*tap, *above, *below)));
        }
        Some(Region { width: self.size.0, rgb })
    }

    /// Appends one square `[side, side, 3]` of a region.
    pub fn append_square(&self, region: &Region, number: usize, to: &mut Vec<u8>) {
        let Some(square) = self.squares.get(number) else { return };
        let (left, top) = (square.left - self.corner.0, square.top - self.corner.1);
        for row in top..top + square.side {
            let start = (row * region.width + left) * 3;
            to.extend_from_slice(region.rgb.get(start..start + square.side * 3).unwrap_or_default());
        }
    }

    /// Converts and narrows one row of the upright picture.
    fn narrow(&self, picture: &Yuv420<'_>, factors: Factors, row: usize, to: &mut Vec<i32>) {
        to.clear();
        let pixel = |column: usize| {
            let (x, y) = rotate::stored_place(self.rotation, self.stored, column, row);
            picture.pixel(factors, x, y)
        };
        for tap in &self.columns {
            let (first, second) = (pixel(tap.from[0]), pixel(tap.from[1]));
            to.extend((0..3).map(|channel| resize::horizontal(*tap, first[channel], second[channel])));
        }
    }
}

/// A resized part of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    width: usize,
    rgb: Vec<u8>,
}

/// The two rows last narrowed: neighbouring rows of the result often share them.
struct Lines<'a> {
    view: &'a View,
    picture: &'a Yuv420<'a>,
    factors: Factors,
    rows: [Option<usize>; 2],
    values: [Vec<i32>; 2],
}

impl<'a> Lines<'a> {
    fn new(view: &'a View, picture: &'a Yuv420<'a>, factors: Factors) -> Self {
        let empty = || Vec::with_capacity(view.size.0 * 3);
        Self { view, picture, factors, rows: [None, None], values: [empty(), empty()] }
    }

    /// The narrowed rows `wanted`, computing those that are not there.
    fn pair(&mut self, wanted: [usize; 2]) -> (&[i32], &[i32]) {
        let [above, below] = wanted;
        if self.rows[1] == Some(above) {
            self.rows.swap(0, 1);
            self.values.swap(0, 1);
        }
        for (place, row) in [(0, above), (1, below)] {
            if self.rows[place] != Some(row) {
                self.view.narrow(self.picture, self.factors, row, &mut self.values[place]);
                self.rows[place] = Some(row);
            }
        }
        (&self.values[0], &self.values[1])
    }
}
