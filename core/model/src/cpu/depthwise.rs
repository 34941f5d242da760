//! Depthwise 3×3×3 convolution, channels last, padding 1: forward, data gradient, weight gradient.
//!
//! Forward and data gradient are one gather: every destination element is a sum of up to 27 source elements times
//! a tap. Which source a destination takes along each axis is worked out beforehand ([`Taps`]), so that strides and
//! borders cost nothing in the loop. Along the width, strips of destinations share loaded sources in registers.

use rayon::prelude::*;

use super::simd::{Isa, Kernel, Simd, dispatch};

/// Runs the body for every vector of channels; the last one may be part of a vector.
macro_rules! for_lanes {
    ($simd:ty, $channels:expr, |$c:ident, $lanes:ident, $full:ident| $body:expr) => {{
        let whole = $channels - $channels % <$simd>::LANES;
        let mut $c = 0;
        while $c < whole {
            const $full: bool = true;
            let $lanes = <$simd>::LANES;
            $body;
            $c += $lanes;
        }
        if whole < $channels {
            const $full: bool = false;
            let $lanes = $channels - whole;
            $body;
        }
    }};
}

/// Sizes of a channels-last volume: `[batch, time, height, width, channels]`.
pub type Volume = [usize; 5];

/// How the kernel lies on its input. The padding equals the dilation on every axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Distance of two outputs' inputs along time, height and width.
    pub stride: [usize; 3],
    /// Distance of two taps along time, height and width.
    pub dilation: [usize; 3],
}

impl Geometry {
    /// Neighbouring taps, with a stride.
    pub const fn strided(stride: [usize; 3]) -> Self {
        Self { stride, dilation: [1; 3] }
    }

    /// Sizes of the output for an input: `ceil(n / stride)` on each axis.
    pub const fn output(self, input: Volume) -> Volume {
        let [batch, time, height, width, channels] = input;
        let [st, sh, sw] = self.stride;
        [batch, time.div_ceil(st), height.div_ceil(sh), width.div_ceil(sw), channels]
    }

    /// The input position that `tap` of output `at` reads along `axis`, if it lies inside of `len`.
    fn source(self, axis: usize, at: usize, tap: usize, len: usize) -> Option<usize> {
        let padded = at * self.stride[axis] + tap * self.dilation[axis];
        padded.checked_sub(self.dilation[axis]).filter(|source| *source < len)
    }
}

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

/// The gradient with respect to the weight, `[27, channels]`, from the input and the gradient of the output.
///
/// Sums are kept in `f32` over one row and in `f64` over rows' sums of different tasks.
///
/// # Panics
/// If a size does not fit another.
pub fn weight_gradient(input: &[f32], volume: Volume, gradient: &[f32], geometry: Geometry, out: &mut [f32]) {
    let outputs = geometry.output(volume);
    let channels = volume[4];
    assert_eq!(input.len(), volume.iter().product::<usize>(), "the input should fill its volume");
    assert_eq!(gradient.len(), outputs.iter().product::<usize>(), "the gradient should fill its volume");
    assert_eq!(out.len(), 27 * channels, "the output should be [27, channels]");
    let rows = outputs[0] * outputs[1] * outputs[2];
    let zeros = vec![0f32; volume[3] * channels];
    let per_task = rows.div_ceil(8 * rayon::current_num_threads()).max(1);
    let isa = Isa::detect();
    let parts: Vec<Vec<f32>> = (0..rows.div_ceil(per_task))
        .into_par_iter()
        .map(|task| {
            let mut sums = vec![0f32; 27 * channels];
            for row in task * per_task..((task + 1) * per_task).min(rows) {
                let kernel =
                    WeightRow { input, volume, gradient, outputs, geometry, zeros: &zeros, row, sums: &mut sums };
                // SAFETY: sizes were checked above; rows outside of the input read zeros; the instruction set was
                // detected.
                unsafe { dispatch(isa, kernel) }
            }
            sums
        })
        .collect();
    for (at, out) in out.iter_mut().enumerate() {
        *out = parts.iter().map(|part| f64::from(part[at])).sum::<f64>() as f32;
    }
}

/// What one row of output gradients adds to the weight gradient.
struct WeightRow<'a> {
    input: &'a [f32],
    volume: Volume,
    gradient: &'a [f32],
    outputs: Volume,
    geometry: Geometry,
    zeros: &'a [f32],
    row: usize,
    sums: &'a mut [f32],
}

impl Kernel for WeightRow<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(mut self) {
        let [_, times, heights, width, channels] = self.volume;
        let [_, out_times, out_heights, out_width, _] = self.outputs;
        let (frame, y) = (self.row / out_heights, self.row % out_heights);
        let (batch, time) = (frame / out_times, frame % out_times);
        unsafe {
            let gradient = self.gradient.as_ptr().add(self.row * out_width * channels);
            for kz in 0..3 {
                let Some(z) = self.geometry.source(0, time, kz, times) else { continue };
                let rows: [*const f32; 3] = std::array::from_fn(|ky| match self.geometry.source(1, y, ky, heights) {
                    Some(y) => self.input.as_ptr().add(((batch * times + z) * heights + y) * width * channels),
                    None => self.zeros.as_ptr(),
                });
                for_lanes!(S, channels, |c, lanes, FULL| self.row::<S, FULL>(gradient, rows, kz, c, lanes));
            }
        }
    }
}

impl WeightRow<'_> {
    /// Nine taps of one time step, for one vector of channels, in registers along the row.
    #[inline(always)]
    unsafe fn row<S: Simd, const FULL: bool>(
        &mut self,
        gradient: *const f32,
        rows: [*const f32; 3],
        kz: usize,
        c: usize,
        lanes: usize,
    ) {
        let (width, channels, out_width) = (self.volume[3], self.volume[4], self.outputs[3]);
        let (stride, dilation) = (self.geometry.stride[2], self.geometry.dilation[2]);
        // Where all three taps lie inside of the row.
        let first = dilation.div_ceil(stride).min(out_width);
        let interior = match width.checked_sub(1 + dilation) {
            Some(reach) => first..(reach / stride + 1).clamp(first, out_width),
            None => first..first,
        };
        unsafe {
            let mut sums = [[S::splat(0.0); 3]; 3];
            for x in interior.clone() {
                let gradient = S::load_lanes::<FULL>(gradient.add(x * channels + c), lanes);
                let first = (x * stride - dilation) * channels + c;
                for ky in 0..3 {
                    for kx in 0..3 {
                        let value = S::load_lanes::<FULL>(rows[ky].add(first + kx * dilation * channels), lanes);
                        sums[ky][kx] = S::fma(value, gradient, sums[ky][kx]);
                    }
                }
            }
            for x in (0..interior.start).chain(interior.end..out_width) {
                let gradient = S::load_lanes::<FULL>(gradient.add(x * channels + c), lanes);
                for kx in 0..3 {
                    let Some(source) = self.geometry.source(2, x, kx, width) else { continue };
                    for ky in 0..3 {
                        let value = S::load_lanes::<FULL>(rows[ky].add(source * channels + c), lanes);
                        sums[ky][kx] = S::fma(value, gradient, sums[ky][kx]);
                    }
                }
            }
            for ky in 0..3 {
                for kx in 0..3 {
                    let to = self.sums.as_mut_ptr().add((kz * 9 + ky * 3 + kx) * channels + c);
                    let sum = S::add(S::load_lanes::<FULL>(to, lanes), sums[ky][kx]);
                    S::store_lanes::<FULL>(to, sum, lanes);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    /// Every pair of an output and an input that a tap joins, as indices of output, input and weight.
    fn for_each_product(volume: Volume, geometry: Geometry, mut visit: impl FnMut(usize, usize, usize)) {
        let [batch, times, heights, widths, channels] = geometry.output(volume);
        let positions = batch * times * heights * widths;
        for (position, tap) in (0..positions).flat_map(|position| (0..27).map(move |tap| (position, tap))) {
            let (x, rest) = (position % widths, position / widths);
            let (y, rest) = (rest % heights, rest / heights);
            let (t, b) = (rest % times, rest / times);
            let source = |axis: usize, at: usize, tap: usize| {
                let at = (at * geometry.stride[axis]) as isize + (tap as isize - 1) * geometry.dilation[axis] as isize;
                usize::try_from(at).ok().filter(|at| *at < volume[axis + 1])
            };
            if let (Some(t), Some(y), Some(x)) =
                (source(0, t, tap / 9), source(1, y, tap / 3 % 3), source(2, x, tap % 3))
            {
                let from = ((b * volume[1] + t) * volume[2] + y) * volume[3] + x;
                (0..channels).for_each(|c| visit(position * channels + c, from * channels + c, tap * channels + c));
            }
        }
    }

    #[track_caller]
    fn assert_close(actual: &[f32], wanted: &[f64], what: &str) {
        for (index, (actual, wanted)) in actual.iter().zip(wanted).enumerate() {
            let error = (f64::from(*actual) - wanted).abs();
            assert!(error <= 1e-5 * wanted.abs().max(1.0), "{what} at {index}: {actual} instead of {wanted}");
        }
    }

    #[test]
    fn all_three_directions_equal_the_sums_written_out() {
        let steps = [
            ([1, 1, 1], 1),
            ([2, 2, 2], 1),
            ([1, 2, 2], 1),
            ([2, 1, 1], 1),
            ([3, 3, 3], 1),
            ([1, 1, 1], 2),
            ([2, 2, 2], 2),
            ([1, 1, 1], 4),
        ];
        let volumes = [
            [2, 3, 5, 7, 5],
            [1, 4, 9, 30, 16],
            [1, 1, 1, 1, 3],
            [1, 2, 3, 2, 33],
            [1, 5, 4, 19, 64],
            [1, 2, 2, 31, 48],
        ];
        for (stride, dilation) in steps {
            let geometry = Geometry { stride, dilation: [1, dilation, dilation] };
            for volume in volumes {
                let outputs: usize = geometry.output(volume).iter().product();
                let (inputs, weights) = (volume.iter().product::<usize>(), 27 * volume[4]);
                let (x, w, dy) = (noise(inputs, 1), noise(weights, 2), noise(outputs, 3));
                let (mut y, mut dx, mut dw) = (vec![0f64; outputs], vec![0f64; inputs], vec![0f64; weights]);
                for_each_product(volume, geometry, |to, from, tap| {
                    y[to] += f64::from(x[from]) * f64::from(w[tap]);
                    dx[from] += f64::from(dy[to]) * f64::from(w[tap]);
                    dw[tap] += f64::from(dy[to]) * f64::from(x[from]);
                });
                let what = format!("{volume:?} {geometry:?}");
                let mut actual = vec![f32::NAN; outputs];
                forward(&x, volume, &w, geometry, Epilogue::default(), &mut actual);
                assert_close(&actual, &y, &format!("forward {what}"));
                let mut actual = vec![f32::NAN; inputs];
                data_gradient(&dy, volume, &w, geometry, &mut actual);
                assert_close(&actual, &dx, &format!("data gradient {what}"));
                let mut actual = vec![f32::NAN; weights];
                weight_gradient(&x, volume, &dy, geometry, &mut actual);
                assert_close(&actual, &dw, &format!("weight gradient {what}"));
            }
        }
    }

    #[test]
    fn the_epilogue_adds_the_bias_and_then_cuts_off() {
        let mut out = [0f32; 2];
        forward(
            &[1.0, 1.0],
            [1, 1, 1, 1, 2],
            &[1.0; 54],
            Geometry::strided([1; 3]),
            Epilogue { bias: Some(&[-3.0, 0.5]), relu: true },
            &mut out,
        );
        assert_eq!(out, [0.0, 1.5]);
    }
}
