//! Convolutions and pools in Burn's own operations, on every backend and differentiable.

use burn::tensor::module::{conv3d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Tensor, s};

/// Keeps every `stride`-th position along time, height and width, from the first on.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`
/// - output: each of time, height and width divided by its stride, rounded up
pub fn every(x: Tensor<5>, stride: [usize; 3]) -> Tensor<5> {
    if stride == [1; 3] {
        return x;
    }
    let [st, sh, sw] = stride.map(|step| step as isize);
    x.slice(s![.., ..;st, ..;sh, ..;sw, ..])
}

/// A 1×1×1 convolution: a matrix product over the channels.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`
/// - `weight`: `[inputs, outputs]`
pub fn pointwise(x: Tensor<5>, weight: Tensor<2>, stride: [usize; 3]) -> Tensor<5> {
    let [inputs, outputs] = weight.dims();
    let x = every(x, stride);
    let [batch, time, height, width, _] = x.dims();
    let rows: Tensor<2> = x.reshape([batch * time * height * width, inputs]);
    rows.matmul(weight).reshape([batch, time, height, width, outputs])
}

/// The stem's 3×7×7 convolution, stride `(stride_t, 2, 2)`, padding (1, 3, 3).
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`
/// - `weight`: `[3 · 7 · 7 · inputs, outputs]`, rows in order of time, height, width, channel
pub fn stem(x: Tensor<5>, weight: Tensor<2>, stride_t: usize) -> Tensor<5> {
    let [_, _, _, _, inputs] = x.dims();
    let [_, outputs] = weight.dims();
    let weight: Tensor<5> = weight.reshape([3, 7, 7, inputs, outputs]).permute([4, 3, 0, 1, 2]);
    let options = ConvOptions::new([stride_t, 2, 2], [1, 3, 3], [1, 1, 1], 1);
    conv3d(x.permute([0, 4, 1, 2, 3]), weight, None, options).permute([0, 2, 3, 4, 1])
}

/// The max-pool behind the stem: 1×3×3, stride `(stride_t, 2, 2)`, padding (0, 1, 1).
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`
pub fn stem_pool(x: Tensor<5>, stride_t: usize) -> Tensor<5> {
    let x = every(x, [stride_t, 1, 1]);
    let [batch, time, height, width, channels] = x.dims();
    let frames: Tensor<4> = x.reshape([batch * time, height, width, channels]).permute([0, 3, 1, 2]);
    let options = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
    let pooled = max_pool2d(frames, options).permute([0, 2, 3, 1]);
    let [_, height, width, _] = pooled.dims();
    pooled.reshape([batch, time, height, width, channels])
}

/// The optional max-pool behind the first stage: 2×1×1, stride (2, 1, 1), without padding.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]` with at least two time steps
pub fn stage_pool(x: Tensor<5>) -> Tensor<5> {
    let [_, time, _, _, _] = x.dims();
    let pairs = (time / 2 * 2) as isize;
    let even = x.clone().slice(s![.., 0..pairs;2, .., .., ..]);
    even.max_pair(x.slice(s![.., 1..pairs;2, .., .., ..]))
}
