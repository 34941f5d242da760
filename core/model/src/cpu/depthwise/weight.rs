//! The weight gradient: tasks walk over rows of output gradients and keep nine taps' sums in registers.

use rayon::prelude::*;

use super::{Geometry, Volume};
use crate::cpu::simd::{Isa, Kernel, Simd, dispatch};

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
    // However many threads there are, so that they do not decide how sums are rounded.
    let per_task = rows.div_ceil(64).max(1);
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
