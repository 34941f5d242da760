//! OpenCV's bilinear resize of 8-bit pictures, bit for bit.

/// What one place of the result is made of along one axis: two neighbours of the source and their weights in 1/2048.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// First and second source index.
    pub from: [usize; 2],
    /// Their weights.
    pub weight: [i32; 2],
}

/// Which edge rule an axis has: OpenCV clamps the weight along rows of pixels, but only the index along columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Along a row.
    Horizontal,
    /// Along a column.
    Vertical,
}

/// The taps of every place along one axis.
pub fn taps(axis: Axis, source: usize, target: usize) -> Vec<Tap> {
    let scale = 1.0 / (target as f64 / source as f64);
    let last = source.saturating_sub(1);
    let tap = |place: usize| {
        let exact = ((place as f64 + 0.5) * scale - 0.5) as f32;
        let mut index = exact.floor() as i64;
        let mut part = exact - exact.floor();
        if axis == Axis::Horizontal {
            if index < 0 {
                (index, part) = (0, 0.0);
            } else if index >= last as i64 {
                (index, part) = (last as i64, 0.0);
            }
        }
        let clamp = |index: i64| usize::try_from(index.max(0)).unwrap_or(0).min(last);
        let weigh = |part: f32| (part * 2048.0).round_ties_even() as i32;
        Tap { from: [clamp(index), clamp(index + 1)], weight: [weigh(1.0 - part), weigh(part)] }
    };
    (0..target).map(tap).collect()
}

/// The horizontal step: one value of the result from its two neighbours, in 1/2048.
#[inline]
pub fn horizontal(tap: Tap, first: u8, second: u8) -> i32 {
    i32::from(first) * tap.weight[0] + i32::from(second) * tap.weight[1]
}

/// The vertical step: one byte from two values of the horizontal step.
#[inline]
pub fn vertical(tap: Tap, above: i32, below: i32) -> u8 {
    let sum = ((tap.weight[0] * (above >> 4)) >> 16) + ((tap.weight[1] * (below >> 4)) >> 16);
    ((sum + 2) >> 2).clamp(0, 255) as u8
}

/// Resizes an RGB picture `[height, width, 3]`. `None` if a size is 0 or `rgb` is too short.
pub fn resize_rgb(rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Option<Vec<u8>> {
    let (width, height) = from;
    if width == 0 || height == 0 || to.0 == 0 || to.1 == 0 || rgb.len() < width * height * 3 {
        return None;
    }
    let columns = taps(Axis::Horizontal, width, to.0);
    let rows = taps(Axis::Vertical, height, to.1);
    let narrow = |row: usize| -> Vec<i32> {
        let start = row * width * 3;
        let line = rgb.get(start..start + width * 3).unwrap_or_default();
        let at = |column: usize, channel: usize| line.get(column * 3 + channel).copied().unwrap_or(0);
        columns
            .iter()
            .flat_map(|tap| (0..3).map(|channel| horizontal(*tap, at(tap.from[0], channel), at(tap.from[1], channel))))
            .collect()
    };
    let mut result = Vec::with_capacity(to.0 * to.1 * 3);
    for tap in rows {
        let [above, below] = tap.from.map(narrow);
        result.extend(above.iter().zip(&below).map(|(above, below)| vertical(tap, *above, *below)));
    }
    Some(result)
}
