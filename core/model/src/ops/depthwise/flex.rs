//! The operators on the processor.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;

use super::{DepthwiseOps, volume, weight_shape};
use crate::cpu::depthwise::{self, Epilogue, Geometry, Volume};
use crate::ops::blank::blank;
use crate::ops::fused::contents;

impl DepthwiseOps for Flex {
    fn depthwise(x: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self> {
        let (x, weight) = (x.to_contiguous(), weight.to_contiguous());
        let from = volume(x.layout().shape());
        let mut out = blank(geometry.output(from));
        let to = out.storage_mut::<f32>();
        depthwise::forward(contents(&x), from, contents(&weight), geometry, Epilogue::default(), to);
        out
    }

    fn depthwise_data_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let (gradient, weight) = (gradient.to_contiguous(), weight.to_contiguous());
        let mut out = blank(input);
        let to = out.storage_mut::<f32>();
        depthwise::data_gradient(contents(&gradient), input, contents(&weight), geometry, to);
        out
    }

    fn depthwise_weight_gradient(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let (x, gradient) = (x.to_contiguous(), gradient.to_contiguous());
        let shape = x.layout().shape().clone();
        let mut out = blank(weight_shape(&shape));
        let to = out.storage_mut::<f32>();
        depthwise::weight_gradient(contents(&x), volume(&shape), contents(&gradient), geometry, to);
        out
    }
}
