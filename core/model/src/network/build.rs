//! From checked weights to a network on a device.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};

use super::block::BlockSteps;
use super::{Block, ConvNorm, Folded, Network, NormMode, Unit};
use crate::cpu::depthwise::Geometry;
use crate::weights::Weights;
use ks_domain::{BlockPlace, BottleneckMode, StrideStyle, UnitSpec};

impl Network<Folded> {
    /// The network for inference: batch normalisation folded into the convolutions.
    pub fn folded(weights: &Weights, device: &Device) -> Self {
        build(weights, device, |unit| Folded::new(unit, weights, device))
    }
}

impl Network<ConvNorm> {
    /// The network for training. `device` tracks gradients only if it is an autodiff device.
    pub fn trainable(weights: &Weights, mode: NormMode, device: &Device) -> Self {
        let eps = weights.spec().bn_eps;
        build(weights, device, |unit| ConvNorm::new(unit, weights, mode, eps, device))
    }
}

/// Assembles units, which `make` makes in the order of the spec.
fn build<U: Unit>(weights: &Weights, device: &Device, make: impl Fn(&UnitSpec) -> U) -> Network<U> {
    let spec = weights.spec().clone();
    let units = spec.units();
    let mut units = units.iter();
    let mut next = || make(units.next().expect("should have a unit for every convolution"));
    let stem = next();
    let mut stages: Vec<Vec<Block<U>>> = spec.stage_blocks.iter().map(|_| Vec::new()).collect();
    for place in spec.blocks() {
        let block = Block {
            conv1: next(),
            mix: (spec.mode == BottleneckMode::Ip).then(&mut next),
            depthwise: next(),
            conv3: next(),
            shortcut: spec.has_shortcut(place).then(&mut next),
            steps: steps(&spec, place),
        };
        stages[place.stage].push(block);
    }
    let (classes, features) = (spec.classes, spec.features());
    let torch: Tensor<2> =
        Tensor::from_data(TensorData::new(weights.get("cls_head.fc_cls.weight").to_vec(), [classes, features]), device);
    let bias = TensorData::new(weights.get("cls_head.fc_cls.bias").to_vec(), [classes]);
    Network {
        stem,
        stages,
        head_weight: Param::from_tensor(torch.transpose()),
        head_bias: Param::from_tensor(Tensor::from_data(bias, device)),
        spec,
    }
}

fn steps(spec: &ks_domain::ArchSpec, place: BlockPlace) -> BlockSteps {
    let stride = spec.block_stride(place);
    let dilation = spec.dilations[place.stage];
    let (conv1, depthwise) = match spec.style {
        StrideStyle::Pytorch => ([1; 3], stride),
        StrideStyle::Caffe => (stride, [1; 3]),
    };
    let depthwise = Geometry { stride: depthwise, dilation: [1, dilation, dilation] };
    BlockSteps { conv1, depthwise, shortcut: stride }
}
