//! A convolution for inference: batch normalisation is part of its weight and bias.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

use super::Unit;
use crate::cpu::depthwise::Geometry;
use crate::cpu::gemm::PackedMatrix;
use crate::ops::fused::{self, Packed};
use crate::ops::{self, plain};
use crate::weights::{FoldedUnit, Weights, matrix_from_torch};
use ks_domain::{ArchSpec, UnitKind, UnitSpec};

/// A convolution whose weight and bias hold the statistics of its batch normalisation.
#[derive(Module, Debug)]
pub struct Folded {
    /// As [`crate::ops`] has it; the scale `gamma / sqrt(var + eps)` is multiplied in.
    weight: Tensor<2>,
    /// `beta - mean · scale`, `[outputs]`.
    bias: Tensor<1>,
    /// The weight once more, packed, where the fused operators exist.
    #[module(skip)]
    packed: Option<Packed>,
}

impl Folded {
    pub(super) fn new(unit: &UnitSpec, weights: &Weights, device: &Device) -> Self {
        let FoldedUnit { weight, bias } = weights.folded(unit);
        let outputs = unit.kind.outputs();
        let matrix = matrix_from_torch(unit.kind, &weight);
        let inner = matrix.len() / outputs;
        let is_product = !matches!(unit.kind, UnitKind::Depthwise { .. });
        let packed =
            (is_product && fused::available_on(device)).then(|| Arc::new(PackedMatrix::new(&matrix, inner, outputs)));
        let weight = Tensor::from_data(TensorData::new(matrix, [inner, outputs]), device);
        Self { weight, bias: Tensor::from_data(TensorData::new(bias, [outputs]), device), packed }
    }

    /// The bias as a tensor that can be added to activations.
    fn bias_5d(&self) -> Tensor<5> {
        self.bias.clone().unsqueeze()
    }
}

impl Unit for Folded {
    fn pointwise(&self, x: Tensor<5>, stride: [usize; 3], with_relu: bool) -> Tensor<5> {
        if let Some(packed) = &self.packed {
            return fused::pointwise(x, self.bias.clone(), packed, stride, with_relu);
        }
        let y = plain::pointwise(x, self.weight.clone(), stride) + self.bias_5d();
        if with_relu { relu(y) } else { y }
    }

    fn pointwise_add(&self, x: Tensor<5>, residual: Tensor<5>) -> Tensor<5> {
        if let Some(packed) = &self.packed {
            return fused::pointwise_add(x, self.bias.clone(), residual, packed, true);
        }
        relu(plain::pointwise(x, self.weight.clone(), [1; 3]) + self.bias_5d() + residual)
    }

    fn depthwise(&self, x: Tensor<5>, geometry: Geometry) -> Tensor<5> {
        if fused::available_on(&x.device()) {
            return fused::depthwise(x, self.weight.clone(), self.bias.clone(), geometry, true);
        }
        relu(ops::depthwise(x, self.weight.clone(), geometry) + self.bias_5d())
    }

    fn stem(&self, x: Tensor<5>, spec: &ArchSpec) -> Tensor<5> {
        let ordinary = spec.with_pool1 && spec.pool1_stride_t == 1 && spec.conv1_stride_t == 1;
        if let (true, Some(packed)) = (ordinary, &self.packed) {
            return fused::stem(x, self.bias.clone(), packed);
        }
        let y = relu(plain::stem(x, self.weight.clone(), spec.conv1_stride_t) + self.bias_5d());
        if spec.with_pool1 { plain::stem_pool(y, spec.pool1_stride_t) } else { y }
    }
}
