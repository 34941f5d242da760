//! From checked weights to a network on a device, or to some of its stages.

use std::ops::Range;

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};

use super::block::BlockSteps;
use super::{Block, ConvNorm, Folded, Network, Unit};
use crate::cpu::depthwise::Geometry;
use crate::weights::Weights;
use ks_domain::training::NormPolicy;
use ks_domain::{BlockPlace, BottleneckMode, StrideStyle, UnitSpec};

/// All four stages.
const WHOLE: Range<usize> = 0..4;

impl Network<Folded> {
    /// The network for inference: batch normalisation folded into the convolutions.
    pub fn folded(weights: &Weights, device: &Device) -> Self {
        Self::folded_stages(weights, WHOLE, device)
    }

    /// As [`Self::folded`], with some of the stages only; stem and classifier are always there.
    pub fn folded_stages(weights: &Weights, stages: Range<usize>, device: &Device) -> Self {
        build(weights, stages, device, |unit| Folded::new(unit, weights, device))
    }
}

impl Network<ConvNorm> {
    /// The network for training. `device` tracks gradients only if it is an autodiff device.
    pub fn trainable(weights: &Weights, mode: NormPolicy, device: &Device) -> Self {
        Self::trainable_stages(weights, mode, WHOLE, device)
    }

    /// As [`Self::trainable`], with some of the stages only; stem and classifier are always there.
    pub fn trainable_stages(weights: &Weights, mode: NormPolicy, stages: Range<usize>, device: &Device) -> Self {
        let eps = weights.spec().bn_eps;
        let mut network = build(weights, stages, device, |unit| ConvNorm::new(unit, weights, mode, eps, device));
        // Row-major in memory, as it is after every step: so that a run that is taken up again rounds as it would have.
        let head = network.head_weight.val().inner().into_data();
        network.head_weight = Param::from_tensor(Tensor::from_data(head, device));
        network
    }
}

/// Assembles units, which `make` makes in the order of the spec, of the wanted stages.
fn build<U: Unit>(
    weights: &Weights,
    wanted: Range<usize>,
    device: &Device,
    make: impl Fn(&UnitSpec) -> U,
) -> Network<U> {
    let spec = weights.spec().clone();
    let units = spec.units();
    let mut units = units.iter();
    let stem = make(units.next().expect("should have a stem"));
    let is_ip = spec.mode == BottleneckMode::Ip;
    let mut stages: Vec<Vec<Block<U>>> = spec.stage_blocks.iter().map(|_| Vec::new()).collect();
    for place in spec.blocks() {
        let has_shortcut = spec.has_shortcut(place);
        let parts: Vec<&UnitSpec> = units.by_ref().take(3 + usize::from(is_ip) + usize::from(has_shortcut)).collect();
        if !wanted.contains(&place.stage) {
            continue;
        }
        let mut parts = parts.into_iter();
        let mut next = || make(parts.next().expect("should have a unit for every convolution"));
        let block = Block {
            conv1: next(),
            mix: is_ip.then(&mut next),
            depthwise: next(),
            conv3: next(),
            shortcut: has_shortcut.then(&mut next),
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
