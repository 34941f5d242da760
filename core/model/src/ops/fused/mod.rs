//! Operators with bias, residual and activation in one pass, for inference on the processor.
//!
//! On a GPU Burn fuses these itself from plain operations, so there they are not called.

mod flex;

use std::sync::Arc;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, DispatchDevice, backend_extension};
use burn::tensor::{Device, Tensor};
use burn_flex::FlexTensor;

use crate::cpu::depthwise::Geometry;
use crate::cpu::gemm::PackedMatrix;

/// A weight matrix in the layout of this processor's kernels, packed once per load.
pub type Packed = Arc<PackedMatrix>;

/// The operators, for those who implement them. Use the functions beside it.
#[backend_extension(Flex)]
pub trait FusedOps: Backend {
    /// `act(x[strided] · weight + bias)`.
    fn fused_pointwise(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        weight: Packed,
        stride: [usize; 3],
        relu: bool,
    ) -> FloatTensor<Self>;
    /// `act(x · weight + bias + residual)`.
    fn fused_pointwise_add(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        weight: Packed,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// `act(depthwise(x, weight) + bias)`.
    fn fused_depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        relu: bool,
    ) -> FloatTensor<Self>;
    /// `maxpool(relu(stem(x) + bias))`.
    fn fused_stem(x: FloatTensor<Self>, bias: FloatTensor<Self>, weight: Packed) -> FloatTensor<Self>;
}

/// Whether the operators of this module exist on `device`.
pub fn available_on(device: &Device) -> bool {
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

/// The elements of a contiguous tensor.
pub(crate) fn contents(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("should be contiguous and f32")
}

/// A pointwise convolution with its epilogue.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; `bias`: `[outputs]`
pub fn pointwise(x: Tensor<5>, bias: Tensor<1>, weight: &Packed, stride: [usize; 3], relu: bool) -> Tensor<5> {
    let (x, bias) = (x.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as FusedOps>::fused_pointwise(x, bias, Arc::clone(weight), stride, relu))
}

/// A pointwise convolution onto a residual, with its epilogue. Reuses the residual's memory where nobody else holds it.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; `bias`: `[outputs]`; `residual`: `[batch, time, height, width, outputs]`
pub fn pointwise_add(x: Tensor<5>, bias: Tensor<1>, residual: Tensor<5>, weight: &Packed, relu: bool) -> Tensor<5> {
    let (x, bias, residual) = (x.into_dispatch(), bias.into_dispatch(), residual.into_dispatch());
    Tensor::from_dispatch(<Dispatch as FusedOps>::fused_pointwise_add(x, bias, residual, Arc::clone(weight), relu))
}

/// A depthwise convolution with its epilogue; shapes as [`crate::ops::depthwise()`].
pub fn depthwise(x: Tensor<5>, weight: Tensor<2>, bias: Tensor<1>, geometry: Geometry, relu: bool) -> Tensor<5> {
    let (x, weight, bias) = (x.into_dispatch(), weight.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as FusedOps>::fused_depthwise(x, weight, bias, geometry, relu))
}

/// The stem's convolution, bias, ReLU and max-pool in one pass.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, inputs]`; output: height and width divided by 4, rounded up twice
pub fn stem(x: Tensor<5>, bias: Tensor<1>, weight: &Packed) -> Tensor<5> {
    let (x, bias) = (x.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as FusedOps>::fused_stem(x, bias, Arc::clone(weight)))
}
