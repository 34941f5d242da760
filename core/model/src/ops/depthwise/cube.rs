//! The operators on every GPU: launches of the kernels.

use burn::backend::ops::FloatTensorOps as _;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use burn_cubecl::CubeBackend;
use burn_cubecl::ops::numeric::empty_device_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::CubeDim;

use super::kernels::{self, Steps};
use super::{DepthwiseOps, volume, weight_shape};
use crate::cpu::depthwise::{Geometry, Volume};

/// Threads that one launch of the weight gradient aims for.
const WEIGHT_GRADIENT_THREADS: usize = 1 << 16;

fn steps(Geometry { stride, dilation }: Geometry) -> Steps {
    let [stride_t, stride_h, stride_w] = stride;
    let [dilation_t, dilation_h, dilation_w] = dilation;
    Steps { stride_t, stride_h, stride_w, dilation_t, dilation_h, dilation_w }
}

/// A tensor of the same kind and place as another, with its own shape and unset contents.
fn beside(tensor: &CubeTensor, shape: Shape) -> CubeTensor {
    empty_device_dtype(tensor.client.clone(), tensor.device.clone(), shape, tensor.dtype)
}

impl DepthwiseOps for CubeBackend {
    fn depthwise(x: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self> {
        let out = beside(&x, Shape::from(geometry.output(volume(x.meta.shape()))));
        let client = x.client.clone();
        let threads = out.meta.num_elements();
        let dim = CubeDim::new(&client, threads);
        let count = calculate_cube_count_elemwise(&client, threads, dim);
        let (to, steps) = (out.clone().into_tensor_arg(), steps(geometry));
        kernels::forward::launch(&client, count, dim, x.into_tensor_arg(), weight.into_tensor_arg(), to, steps);
        out
    }

    fn depthwise_data_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let out = beside(&gradient, Shape::from(input));
        let client = gradient.client.clone();
        let threads = out.meta.num_elements();
        let dim = CubeDim::new(&client, threads);
        let count = calculate_cube_count_elemwise(&client, threads, dim);
        let (from, to) = (gradient.into_tensor_arg(), out.clone().into_tensor_arg());
        kernels::data_gradient::launch(&client, count, dim, from, weight.into_tensor_arg(), to, steps(geometry));
        out
    }

    fn depthwise_weight_gradient(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let shape = weight_shape(x.meta.shape());
        let [batch, times, heights, _, channels] = volume(gradient.meta.shape());
        let rows = batch * times * heights;
        let chunks = (WEIGHT_GRADIENT_THREADS / (9 * channels)).clamp(1, rows);
        let partial = beside(&x, Shape::new([chunks, 27, channels]));
        let client = x.client.clone();
        let threads = chunks * 9 * channels;
        let dim = CubeDim::new(&client, threads);
        let count = calculate_cube_count_elemwise(&client, threads, dim);
        let to = partial.clone().into_tensor_arg();
        let (x, gradient) = (x.into_tensor_arg(), gradient.into_tensor_arg());
        kernels::weight_gradient::launch(&client, count, dim, x, gradient, to, steps(geometry));
        Self::float_reshape(Self::float_sum_dim(partial, 0), shape)
    }
}
