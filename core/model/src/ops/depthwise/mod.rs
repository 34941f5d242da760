//! Depthwise 3×3×3 convolution, channels-last, as an operator of our own.
//!
//! Burn's general convolution runs one scalar thread per output for it, and its gradients are unusable for
//! 64 groups and more. So there are three operators (forward, data gradient, weight gradient) with one
//! implementation for every GPU ([`cube`]) and one for the processor ([`flex`]), joined to automatic
//! differentiation in [`autodiff`]. [`reference`] says in plain tensor operations what they compute.

mod autodiff;
#[cfg(feature = "gpu")]
mod cube;
mod flex;
#[cfg(feature = "gpu")]
#[expect(clippy::manual_div_ceil, clippy::manual_is_multiple_of, reason = "CubeCL knows operators, not these methods")]
mod kernels;
pub mod reference;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::{Shape, Tensor};

use crate::cpu::depthwise::{Geometry, Volume};

/// The three operators, for those who implement them. Use [`depthwise`].
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff, Fusion: cfg(feature = "gpu"))]
pub trait DepthwiseOps: Backend {
    /// `x` is `[batch, time, height, width, channels]`, `weight` `[27, channels]`.
    #[fusion(dtype = x, shape = output_shape(x, geometry))]
    fn depthwise(x: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self>;

    /// The gradient of the input, whose size is `input`, from that of the output.
    #[fusion(dtype = gradient, shape = Shape::from(*input))]
    fn depthwise_data_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        geometry: Geometry,
    ) -> FloatTensor<Self>;

    /// The gradient of the weight, `[27, channels]`, from the input and the gradient of the output.
    #[fusion(dtype = x, shape = weight_shape(x))]
    fn depthwise_weight_gradient(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self>;
}

/// The sizes of a tensor of five axes.
fn volume(shape: &Shape) -> Volume {
    shape.dims()
}

#[cfg(feature = "gpu")]
fn output_shape(x: &Shape, geometry: &Geometry) -> Shape {
    Shape::from(geometry.output(volume(x)))
}

fn weight_shape(x: &Shape) -> Shape {
    Shape::new([27, volume(x)[4]])
}

/// Depthwise 3×3×3 convolution with padding equal to the dilation. Differentiable in both tensors, to first order.
///
/// # Shapes
/// - `x`: `[batch, time, height, width, channels]`
/// - `weight`: `[27, channels]`, taps in order of time, height, width
/// - output: each of time, height and width divided by its stride, rounded up
///
/// # Panics
/// If the channels of the two differ.
pub fn depthwise(x: Tensor<5>, weight: Tensor<2>, geometry: Geometry) -> Tensor<5> {
    let [_, _, _, _, channels] = x.dims();
    assert_eq!(weight.dims(), [27, channels], "a depthwise weight should be [27, channels]");
    Tensor::from_dispatch(<Dispatch as DepthwiseOps>::depthwise(x.into_dispatch(), weight.into_dispatch(), geometry))
}
