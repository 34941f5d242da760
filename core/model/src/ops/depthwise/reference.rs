//! What the operators compute, in plain tensor operations: 27 shifted products.
//!
//! Slow, differentiable by Burn itself, and right on every backend: the yardstick of the tests.

use burn::tensor::{Tensor, s};

use crate::cpu::depthwise::Geometry;

/// As [`super::depthwise`], without any operator of our own.
///
/// # Shapes
/// As [`super::depthwise`].
pub fn depthwise(x: Tensor<5>, weight: Tensor<2>, geometry: Geometry) -> Tensor<5> {
    let [_, _, _, _, channels] = x.dims();
    let [_, times, heights, widths, _] = geometry.output(x.dims());
    let [dt, dh, dw] = geometry.dilation;
    let padded = x.pad([(0, 0), (dt, dt), (dh, dh), (dw, dw), (0, 0)], 0.0f32);
    // Where the sources of one tap begin and end along an axis.
    let range = |axis: usize, tap: usize, outputs: usize| {
        let (stride, first) = (geometry.stride[axis], tap * geometry.dilation[axis]);
        (first..first + (outputs - 1) * stride + 1, stride as isize)
    };
    let mut sum: Option<Tensor<5>> = None;
    for tap in 0..27 {
        let (times, st) = range(0, tap / 9, times);
        let (heights, sh) = range(1, tap / 3 % 3, heights);
        let (widths, sw) = range(2, tap % 3, widths);
        let shifted = padded.clone().slice(s![.., times;st, heights;sh, widths;sw, ..]);
        let product = shifted * weight.clone().slice(s![tap..tap + 1, ..]).reshape([1, 1, 1, 1, channels]);
        sum = Some(match sum {
            Some(sum) => sum + product,
            None => product,
        });
    }
    sum.expect("should have 27 taps")
}
