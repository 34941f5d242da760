//! Forward and data gradient: every destination element is a sum of up to 27 source elements times a tap.
//!
//! Which source a destination takes along each axis is worked out beforehand ([`Taps`]), so that strides and
//! borders cost nothing in the loop. Along the width, strips of destinations share loaded sources in registers.

use rayon::prelude::*;

use super::{Geometry, Volume};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};

/// What happens to a sum before it is stored.
#[derive(Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// Added to every position; `[channels]`.
    pub bias: Option<&'a [f32]>,
    /// Whether negative results become zero.
    pub relu: bool,
}

/// `out = act(conv(input, weight) + bias)`.
///
/// `weight` is `[27, channels]`, taps in order of time, height, width; `out` has the size of [`Geometry::output`].
///
/// # Panics
/// If a size does not fit another.
pub fn forward(
    input: &[f32],
    volume: Volume,
    weight: &[f32],
    geometry: Geometry,
    epilogue: Epilogue<'_>,
    out: &mut [f32],
) {
    let to = geometry.output(volume);
    let axes = std::array::from_fn(|axis| {
        (0..to[axis + 1]).map(|at| Taps::forward(geometry, axis, at, volume[axis + 1])).collect()
    });
    let pattern = match (geometry.stride[2], geometry.dilation[2]) {
        (1, 1) => Pattern::Unit { flip: false },
        (2, 1) => Pattern::Down2,
        _ => Pattern::General,
    };
    gather(&Plan { source: input, from: volume, to, weight, axes, pattern, epilogue }, out);
}

/// The gradient with respect to the input, of size `volume`, from the gradient of the output.
///
/// # Panics
/// If a size does not fit another.
pub fn data_gradient(gradient: &[f32], volume: Volume, weight: &[f32], geometry: Geometry, out: &mut [f32]) {
    let from = geometry.output(volume);
    let axes = std::array::from_fn(|axis| {
        (0..volume[axis + 1]).map(|at| Taps::backward(geometry, axis, at, from[axis + 1])).collect()
    });
    let pattern = match (geometry.stride[2], geometry.dilation[2]) {
        (1, 1) => Pattern::Unit { flip: true },
        (2, 1) => Pattern::Up2,
        _ => Pattern::General,
    };
    gather(&Plan { source: gradient, from, to: volume, weight, axes, pattern, epilogue: Epilogue::default() }, out);
}

/// The sources of one destination along one axis: at most three, as (position, tap).
#[derive(Clone, Copy, Default)]
struct Taps {
    pairs: [(usize, usize); 3],
    count: usize,
}

impl Taps {
    fn push(&mut self, source: usize, tap: usize) {
        self.pairs[self.count] = (source, tap);
        self.count += 1;
    }

    fn forward(geometry: Geometry, axis: usize, at: usize, len: usize) -> Self {
        let mut taps = Self::default();
        for tap in 0..3 {
            if let Some(source) = geometry.source(axis, at, tap, len) {
                taps.push(source, tap);
            }
        }
        taps
    }

    fn backward(geometry: Geometry, axis: usize, at: usize, len: usize) -> Self {
        let (stride, dilation) = (geometry.stride[axis], geometry.dilation[axis]);
        let mut taps = Self::default();
        for tap in 0..3 {
            let Some(strided) = (at + dilation).checked_sub(tap * dilation) else { continue };
            if strided.is_multiple_of(stride) && strided / stride < len {
                taps.push(strided / stride, tap);
            }
        }
        taps
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs[..self.count]
    }
}

/// How destinations along the width find their sources where no border is near.
#[derive(Clone, Copy)]
enum Pattern {
    /// Sources `x - 1, x, x + 1` with taps 0, 1, 2, or 2, 1, 0 if flipped.
    Unit { flip: bool },
    /// Sources `2x - 1, 2x, 2x + 1` with taps 0, 1, 2.
    Down2,
    /// Even destinations take source `x / 2` with tap 1; odd ones `(x + 1) / 2` with tap 0 and `(x - 1) / 2` with tap 2.
    Up2,
    /// One by one.
    General,
}

struct Plan<'a> {
    source: &'a [f32],
    from: Volume,
    to: Volume,
    weight: &'a [f32],
    /// For time, height and width: the sources of every destination position.
    axes: [Vec<Taps>; 3],
    pattern: Pattern,
    epilogue: Epilogue<'a>,
}

fn gather(plan: &Plan<'_>, out: &mut [f32]) {
    let channels = plan.from[4];
    assert_eq!(plan.source.len(), plan.from.iter().product::<usize>(), "the source should fill its volume");
    assert_eq!(out.len(), plan.to.iter().product::<usize>(), "the output should fill its volume");
    assert_eq!(plan.weight.len(), 27 * channels, "the weight should be [27, channels]");
    assert!(plan.epilogue.bias.is_none_or(|bias| bias.len() == channels), "one bias a channel");
    let row_len = plan.to[3] * channels;
    if out.is_empty() {
        return;
    }
    let isa = Isa::detect();
    out.par_chunks_mut(row_len).enumerate().for_each(|(row, out)| {
        // SAFETY: sizes were checked above, taps only name positions inside of the source, and the instruction set
        // was detected.
        unsafe { dispatch(isa, GatherRow { plan, row, out: out.as_mut_ptr() }) }
    });
}

/// One row of destinations along the width.
struct GatherRow<'a> {
    plan: &'a Plan<'a>,
    row: usize,
    out: *mut f32,
}

/// Source rows that reach one destination row: start of the row and first of its three taps' weights.
struct SourceRows {
    rows: [(*const f32, *const f32); 9],
    count: usize,
}

impl Kernel for GatherRow<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(self) {
        let plan = self.plan;
        let channels = plan.from[4];
        unsafe {
            let rows = self.source_rows();
            let (low, high, step) = self.interior();
            let mut x = 0;
            while x < plan.to[3] {
                let taken = if x < low { 0 } else { high.saturating_sub(x) };
                x += if taken >= 8 * step {
                    for_lanes!(S, channels, |c, lanes, FULL| self.strip::<S, 8, FULL>(&rows, x, c, lanes));
                    8 * step
                } else if taken >= 4 * step {
                    for_lanes!(S, channels, |c, lanes, FULL| self.strip::<S, 4, FULL>(&rows, x, c, lanes));
                    4 * step
                } else {
                    for_lanes!(S, channels, |c, lanes, FULL| self.single::<S, FULL>(&rows, x, c, lanes));
                    1
                };
            }
        }
    }
}

impl GatherRow<'_> {
    unsafe fn source_rows(&self) -> SourceRows {
        let plan = self.plan;
        let [_, times, heights, _, _] = plan.to;
        let (frame, y) = (self.row / heights, self.row % heights);
        let (batch, time) = (frame / times, frame % times);
        let [_, from_times, from_heights, from_width, channels] = plan.from;
        let mut found = SourceRows { rows: [(std::ptr::null(), std::ptr::null()); 9], count: 0 };
        for (z, kz) in plan.axes[0][time].pairs() {
            for (y, ky) in plan.axes[1][y].pairs() {
                let at = ((batch * from_times + z) * from_heights + y) * from_width * channels;
                let weight = (kz * 9 + ky * 3) * channels;
                found.rows[found.count] = unsafe { (plan.source.as_ptr().add(at), plan.weight.as_ptr().add(weight)) };
                found.count += 1;
            }
        }
        found
    }

    /// The destinations `low..high` that the pattern holds for, and how many of them one strip element makes.
    fn interior(&self) -> (usize, usize, usize) {
        let (from, to) = (self.plan.from[3], self.plan.to[3]);
        match self.plan.pattern {
            Pattern::Unit { .. } => (1, from.saturating_sub(1), 1),
            Pattern::Down2 => (1, from / 2, 1),
            // Pairs 2j, 2j+1 whose sources j and j+1 both exist.
            Pattern::Up2 => (0, (2 * from.saturating_sub(1)).min(to - to % 2), 2),
            Pattern::General => (to, to, 1),
        }
    }

    #[inline(always)]
    unsafe fn store<S: Simd, const FULL: bool>(&self, x: usize, c: usize, lanes: usize, sum: S::V) {
        unsafe {
            let mut value = sum;
            if let Some(bias) = self.plan.epilogue.bias {
                value = S::add(value, S::load_lanes::<FULL>(bias.as_ptr().add(c), lanes));
            }
            if self.plan.epilogue.relu {
                value = S::max(value, S::splat(0.0));
            }
            let to = self.out.add(x * self.plan.to[4] + c);
            S::store_lanes::<FULL>(to, value, lanes);
        }
    }

    /// `N` strip elements from `x` on, for one vector of channels.
    #[inline(always)]
    unsafe fn strip<S: Simd, const N: usize, const FULL: bool>(
        &self,
        rows: &SourceRows,
        x: usize,
        c: usize,
        lanes: usize,
    ) {
        unsafe {
            match self.plan.pattern {
                Pattern::Unit { flip } => self.down::<S, N, 1, FULL>(rows, x, c, lanes, flip),
                Pattern::Down2 => self.down::<S, N, 2, FULL>(rows, x, c, lanes, false),
                Pattern::Up2 => self.up::<S, N, FULL>(rows, x, c, lanes),
                Pattern::General => {}
            }
        }
    }

    /// `N` destinations whose sources are three neighbours around `x · STRIDE`.
    #[inline(always)]
    unsafe fn down<S: Simd, const N: usize, const STRIDE: usize, const FULL: bool>(
        &self,
        rows: &SourceRows,
        x: usize,
        c: usize,
        lanes: usize,
        flip: bool,
    ) {
        let channels = self.plan.from[4];
        let (first, last) = if flip { (2 * channels, 0) } else { (0, 2 * channels) };
        unsafe {
            let mut sums = [S::splat(0.0); N];
            for (row, weight) in &rows.rows[..rows.count] {
                let taps = [first, channels, last].map(|tap| S::load_lanes::<FULL>(weight.add(tap + c), lanes));
                let mut from = row.add((x * STRIDE - 1) * channels + c);
                for i in 0..(N - 1) * STRIDE + 3 {
                    let value = S::load_lanes::<FULL>(from, lanes);
                    from = from.wrapping_add(channels);
                    for (k, tap) in taps.iter().enumerate() {
                        if i >= k && (i - k) % STRIDE == 0 && (i - k) / STRIDE < N {
                            let n = (i - k) / STRIDE;
                            sums[n] = S::fma(value, *tap, sums[n]);
                        }
                    }
                }
            }
            for (n, sum) in sums.into_iter().enumerate() {
                self.store::<S, FULL>(x + n, c, lanes, sum);
            }
        }
    }

    /// `2 N` destinations from the even `x` on, whose sources lie at half their distance.
    #[inline(always)]
    unsafe fn up<S: Simd, const N: usize, const FULL: bool>(
        &self,
        rows: &SourceRows,
        x: usize,
        c: usize,
        lanes: usize,
    ) {
        let channels = self.plan.from[4];
        unsafe {
            let mut even = [S::splat(0.0); N];
            let mut odd = [S::splat(0.0); N];
            for (row, weight) in &rows.rows[..rows.count] {
                let taps = [0, channels, 2 * channels].map(|tap| S::load_lanes::<FULL>(weight.add(tap + c), lanes));
                let from = row.add(x / 2 * channels + c);
                let mut here = S::load_lanes::<FULL>(from, lanes);
                for n in 0..N {
                    let next = S::load_lanes::<FULL>(from.add((n + 1) * channels), lanes);
                    even[n] = S::fma(here, taps[1], even[n]);
                    odd[n] = S::fma(here, taps[2], odd[n]);
                    odd[n] = S::fma(next, taps[0], odd[n]);
                    here = next;
                }
            }
            for n in 0..N {
                self.store::<S, FULL>(x + 2 * n, c, lanes, even[n]);
                self.store::<S, FULL>(x + 2 * n + 1, c, lanes, odd[n]);
            }
        }
    }

    /// One destination near a border.
    #[inline(always)]
    unsafe fn single<S: Simd, const FULL: bool>(&self, rows: &SourceRows, x: usize, c: usize, lanes: usize) {
        let channels = self.plan.from[4];
        unsafe {
            let mut sum = S::splat(0.0);
            for (row, weight) in &rows.rows[..rows.count] {
                for (source, tap) in self.plan.axes[2][x].pairs() {
                    let value = S::load_lanes::<FULL>(row.add(source * channels + c), lanes);
                    let tap = S::load_lanes::<FULL>(weight.add(tap * channels + c), lanes);
                    sum = S::fma(value, tap, sum);
                }
            }
            self.store::<S, FULL>(x, c, lanes, sum);
        }
    }
}
