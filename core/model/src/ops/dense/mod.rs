//! Convolutions with bias and activation as one operator each, differentiable, for training on the processor.
//!
//! Of every convolution its input and its output are kept and nothing between; the way back is two matrix products that read
//! rows where they lie. On a GPU, Burn's own operations are fused instead, so there these are not called. So it is with batch
//! normalisation that follows the statistics of the batch.

mod autodiff;
mod flex;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchDevice, backend_extension};
use burn::tensor::{Device, Tensor};

use crate::cpu::depthwise::{Geometry, Volume};

/// The operators, for those who implement them. Use the functions beside it.
#[backend_extension(Flex, Autodiff)]
pub trait DenseOps: Backend {
    /// `act(x[strided] · weight + bias)`.
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: [usize; 3],
        relu: bool,
    ) -> FloatTensor<Self>;
    /// `relu(x · weight + bias + residual)`.
    fn dense_add(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
    /// `relu(depthwise(x, weight) + bias)`.
    fn dense_depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self>;
    /// `act(stem(x, weight) + bias)`.
    fn dense_stem(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// The max-pool behind the stem.
    fn dense_pool(x: FloatTensor<Self>) -> FloatTensor<Self>;
    /// `act((x - mean) · gamma / sqrt(var + eps) + beta)` with the moments of `x` itself, through which its gradient goes too.
    fn dense_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        eps: f64,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// Means and variances over all positions, `[2, channels]`; not tracked.
    fn dense_moments(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// What the way back is made of.
trait Gradients: Backend {
    /// The gradient where a ReLU's output was positive, 0 elsewhere.
    fn masked(gradient: FloatTensor<Self>, output: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Sums over all positions, `[channels]`.
    fn sums(gradient: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Of a 1×1×1 convolution's input, whose size is `input`.
    fn data(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        stride: [usize; 3],
    ) -> FloatTensor<Self>;
    /// Of a 1×1×1 convolution's weight.
    fn weight(x: FloatTensor<Self>, gradient: FloatTensor<Self>, stride: [usize; 3]) -> FloatTensor<Self>;
    /// Of the stem's weight.
    fn stem_weight(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Of the input of the max-pool behind the stem.
    fn pooled(gradient: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self>;
    /// Of a batch normalisation's input, `gamma` and `beta`.
    fn normalized(
        gradient: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        eps: f64,
    ) -> [FloatTensor<Self>; 3];
}

/// Whether the operators of this module exist on `device`, be it tracked or not.
pub fn available_on(device: &Device) -> bool {
    match device.as_dispatch() {
        DispatchDevice::Flex(_) => true,
        DispatchDevice::Autodiff(tracked) => matches!(**tracked, DispatchDevice::Flex(_)),
        DispatchDevice::Cube(_) => false,
    }
}

/// A pointwise convolution with its epilogue.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; `weight`: `[inputs, outputs]`; `bias`: `[outputs]`
pub fn pointwise(x: Tensor<5>, weight: Tensor<2>, bias: Tensor<1>, stride: [usize; 3], relu: bool) -> Tensor<5> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense(x, weight, bias, stride, relu))
}

/// A pointwise convolution onto a residual, with ReLU.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; `residual`: `[batch, time, height, width, outputs]`
pub fn pointwise_add(x: Tensor<5>, weight: Tensor<2>, bias: Tensor<1>, residual: Tensor<5>) -> Tensor<5> {
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    let (bias, residual) = (bias.into_dispatch(), residual.into_dispatch());
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_add(x, weight, bias, residual))
}

/// A depthwise convolution with bias and ReLU; shapes as [`crate::ops::depthwise()`].
pub fn depthwise(x: Tensor<5>, weight: Tensor<2>, bias: Tensor<1>, geometry: Geometry) -> Tensor<5> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_depthwise(x, weight, bias, geometry))
}

/// The stem's convolution, stride (1, 2, 2), with its epilogue. Its input has no gradient.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; `weight`: `[3 · 7 · 7 · inputs, outputs]`
pub fn stem(x: Tensor<5>, weight: Tensor<2>, bias: Tensor<1>, relu: bool) -> Tensor<5> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_stem(x, weight, bias, relu))
}

/// The max-pool behind the stem, stride (1, 2, 2).
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`; output: height and width halved, rounded up
pub fn stem_pool(x: Tensor<5>) -> Tensor<5> {
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_pool(x.into_dispatch()))
}

/// Means and variances over all positions, not tracked.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`; output: `[2, channels]`
pub fn moments(x: &Tensor<5>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_moments(x.clone().inner().into_dispatch()))
}

/// Batch normalisation with the moments of `x` itself, and its activation.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`; `gamma`, `beta`: `[channels]`; `moments`: as [`moments`] says, tracked or not
pub fn norm(x: Tensor<5>, gamma: Tensor<1>, beta: Tensor<1>, moments: Tensor<2>, eps: f64, relu: bool) -> Tensor<5> {
    let (x, gamma) = (x.into_dispatch(), gamma.into_dispatch());
    let (beta, moments) = (beta.into_dispatch(), moments.into_dispatch());
    Tensor::from_dispatch(<Dispatch as DenseOps>::dense_norm(x, gamma, beta, moments, eps, relu))
}
