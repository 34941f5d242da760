//! Depthwise 3×3×3 convolution, channels last, padding 1: forward, data gradient, weight gradient.
//!
//! Here are the sizes that the three share; forward and data gradient are one [`gather`], the weight gradient is a
//! sum along rows ([`weight`]).

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

mod gather;
mod weight;

pub use self::gather::{Epilogue, data_gradient, forward};
pub use self::weight::weight_gradient;

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
