//! Conversion, turning, resizing and cropping at once, computing only pixels that a part needs.
//!
//! Downscaling 1920×1080 to a square of 224 looks at one source pixel in ten, so the others are not even converted.
//! Sizes and boxes come from [`Framing`]; here they meet pixels.

use ks_domain::{Framing, PixelBox, Rotation};

use super::pixels::Pixels;
use super::resize::{self, Axis, Tap};
use super::rotate;

/// How pictures of one size become the parts that a network sees: prepared once, used for every frame.
#[derive(Clone, Debug)]
pub struct View {
    stored: (usize, usize),
    rotation: Rotation,
    resized: (usize, usize),
    parts: Vec<PixelBox>,
    columns: Vec<Tap>,
    rows: Vec<Tap>,
    /// The box of the resized picture that holds all parts.
    hull: PixelBox,
    then: Option<(usize, usize)>,
    is_flipped: bool,
}

impl View {
    /// Prepares the way from stored pictures of the given size to the parts of a framing.
    ///
    /// # Errors
    /// The size of the resized picture, if the parts do not fit into it.
    pub fn new(stored: (usize, usize), rotation: Rotation, framing: &Framing) -> Result<Self, (usize, usize)> {
        let upright = rotate::upright_size(rotation, stored);
        let (resized, parts) = framing.boxes(upright);
        let parts = parts.ok_or(resized)?;
        let left = parts.iter().map(|part| part.left).min().ok_or(resized)?;
        let top = parts.iter().map(|part| part.top).min().ok_or(resized)?;
        let right = parts.iter().map(|part| part.right()).max().ok_or(resized)?;
        let bottom = parts.iter().map(|part| part.bottom()).max().ok_or(resized)?;
        let some_of = |taps: Vec<Tap>, from: usize, to: usize| taps.get(from..to).map(<[Tap]>::to_vec).ok_or(resized);
        let columns = some_of(resize::taps(Axis::Horizontal, upright.0, resized.0), left, right)?;
        let rows = some_of(resize::taps(Axis::Vertical, upright.1, resized.1), top, bottom)?;
        let then = framing.then.map(|(width, height)| (width as usize, height as usize));
        if then.is_some_and(|(width, height)| width == 0 || height == 0) {
            return Err(resized);
        }
        Ok(Self {
            stored,
            rotation,
            resized,
            parts,
            columns,
            rows,
            hull: PixelBox { left, top, width: right - left, height: bottom - top },
            then,
            is_flipped: framing.is_flipped,
        })
    }

    /// Width and height of the resized, upright picture.
    pub fn resized(&self) -> (usize, usize) {
        self.resized
    }

    /// Parts per frame.
    pub fn crops(&self) -> usize {
        self.parts.len()
    }

    /// Width and height of what [`Self::append_part`] appends.
    pub fn part_size(&self) -> (usize, usize) {
        let cut = self.parts.first().map_or((0, 0), |part| (part.width, part.height));
        self.then.unwrap_or(cut)
    }

    /// The part of the resized picture that holds all parts, as RGB. `None` if the picture does not fit this view.
    pub fn region(&self, picture: &impl Pixels) -> Option<Region> {
        if picture.size() != self.stored || !picture.is_whole() {
            return None;
        }
        let mut lines = Lines::new(self, picture);
        let mut rgb = Vec::with_capacity(self.hull.width * self.hull.height * 3);
        for tap in &self.rows {
            let (above, below) = lines.pair(tap.from);
            rgb.extend(above.iter().zip(below).map(|(above, below)| resize::vertical(*tap, *above, *below)));
        }
        Some(Region { width: self.hull.width, rgb })
    }

    /// Appends one finished part `[height, width, 3]` of a region.
    pub fn append_part(&self, region: &Region, number: usize, to: &mut Vec<u8>) {
        let Some(part) = self.parts.get(number) else { return };
        let begin = to.len();
        let (left, top) = (part.left - self.hull.left, part.top - self.hull.top);
        for row in top..top + part.height {
            let start = (row * region.width + left) * 3;
            to.extend_from_slice(region.rgb.get(start..start + part.width * 3).unwrap_or_default());
        }
        if let Some(size) = self.then {
            let cut = to.split_off(begin);
            to.extend(resize::resize_rgb(&cut, (part.width, part.height), size).unwrap_or_default());
        }
        if self.is_flipped {
            mirror(to.get_mut(begin..).unwrap_or_default(), self.part_size().0);
        }
    }

    /// Converts and narrows one row of the upright picture.
    fn narrow(&self, picture: &impl Pixels, row: usize, to: &mut Vec<i32>) {
        to.clear();
        let pixel = |column: usize| {
            let (x, y) = rotate::stored_place(self.rotation, self.stored, column, row);
            picture.rgb_at(x, y)
        };
        for tap in &self.columns {
            let (first, second) = (pixel(tap.from[0]), pixel(tap.from[1]));
            to.extend((0..3).map(|channel| resize::horizontal(*tap, first[channel], second[channel])));
        }
    }
}

/// Mirrors an RGB picture left to right.
pub fn mirror(rgb: &mut [u8], width: usize) {
    for row in rgb.chunks_exact_mut((width * 3).max(1)) {
        let (pixels, _) = row.as_chunks_mut::<3>();
        pixels.reverse();
    }
}

/// A resized part of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    width: usize,
    rgb: Vec<u8>,
}

/// The two rows last narrowed: neighbouring rows of the result often share them.
struct Lines<'a, P> {
    view: &'a View,
    picture: &'a P,
    rows: [Option<usize>; 2],
    values: [Vec<i32>; 2],
}

impl<'a, P: Pixels> Lines<'a, P> {
    fn new(view: &'a View, picture: &'a P) -> Self {
        let empty = || Vec::with_capacity(view.hull.width * 3);
        Self { view, picture, rows: [None, None], values: [empty(), empty()] }
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
                self.view.narrow(self.picture, row, &mut self.values[place]);
                self.rows[place] = Some(row);
            }
        }
        (&self.values[0], &self.values[1])
    }
}
