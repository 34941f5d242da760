//! A convolution for training, with its batch normalisation beside it.

use burn::module::{Module, Param, RunningState};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData, s};

use super::Unit;
use crate::cpu::depthwise::Geometry;
use crate::ops::{self, dense, plain};
use crate::weights::{Weights, matrix_from_torch};
use ks_domain::training::NormPolicy;
use ks_domain::{ArchSpec, UnitKind, UnitSpec};

/// Share of a batch's statistics in the running ones (PyTorch's convention).
const MOMENTUM: f64 = 0.1;

/// A bias-free convolution and its batch normalisation.
#[derive(Module, Debug)]
pub struct ConvNorm {
    /// As [`crate::ops`] has it.
    pub(crate) weight: Param<Tensor<2>>,
    /// Scale, `[outputs]`.
    pub(crate) gamma: Param<Tensor<1>>,
    /// Shift, `[outputs]`.
    pub(crate) beta: Param<Tensor<1>>,
    pub(crate) running_mean: RunningState<Tensor<1>>,
    pub(crate) running_var: RunningState<Tensor<1>>,
    /// Batches that the running statistics have seen, `[1]`.
    pub(crate) batches: RunningState<Tensor<1>>,
    #[module(skip)]
    pub(crate) fixed: Fixed,
}

/// What does not change while training.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub(crate) name: String,
    pub(crate) kind: UnitKind,
    mode: NormPolicy,
    eps: f64,
}

impl ConvNorm {
    pub(super) fn new(unit: &UnitSpec, weights: &Weights, mode: NormPolicy, eps: f64, device: &Device) -> Self {
        let outputs = unit.kind.outputs();
        let matrix = matrix_from_torch(unit.kind, weights.get(&format!("{}.conv.weight", unit.name)));
        let inner = matrix.len() / outputs;
        let vector = |part: &str| -> Tensor<1> {
            let data = weights.get(&format!("{}.bn.{part}", unit.name)).to_vec();
            Tensor::from_data(TensorData::new(data, [outputs]), device)
        };
        let affine = |part: &str| Param::from_tensor(vector(part)).set_require_grad(mode != NormPolicy::Frozen);
        let batches = Tensor::from_data(TensorData::new(vec![weights.batches_tracked(&unit.name)], [1]), device);
        Self {
            weight: Param::from_tensor(Tensor::from_data(TensorData::new(matrix, [inner, outputs]), device)),
            gamma: affine("weight"),
            beta: affine("bias"),
            running_mean: RunningState::new(vector("running_mean")),
            running_var: RunningState::new(vector("running_var")),
            batches: RunningState::new(batches),
            fixed: Fixed { name: unit.name.clone(), kind: unit.kind, mode, eps },
        }
    }

    /// Weight and bias of the convolution that holds its normalisation, which it can with running statistics: the scale goes
    /// into the weight, where it costs nothing and no activation need be kept for it. Its gradient reaches `gamma` through
    /// the product.
    fn folded(&self) -> (Tensor<2>, Tensor<1>) {
        let scale = self.gamma.val() / (self.running_var.value() + self.fixed.eps).sqrt();
        let shift = self.beta.val() - self.running_mean.value() * scale.clone();
        (self.weight.val() * scale.unsqueeze::<2>(), shift)
    }

    /// The convolution, given how it is done with weight, bias and activation, its normalisation and its activation.
    fn normalized(
        &self,
        with_relu: bool,
        convolve: impl FnOnce(Tensor<2>, Option<Tensor<1>>, bool) -> Tensor<5>,
    ) -> Tensor<5> {
        if self.is_live() {
            return self.batch_normalized(convolve(self.weight.val(), None, false), with_relu);
        }
        let (weight, bias) = self.folded();
        convolve(weight, Some(bias), with_relu)
    }

    /// Whether statistics of the batch are used.
    fn is_live(&self) -> bool {
        self.fixed.mode == NormPolicy::Train
    }

    /// Normalises with the statistics of the batch, as PyTorch does: biased variance here, unbiased variance into
    /// the running statistics.
    fn batch_normalized(&self, y: Tensor<5>, with_relu: bool) -> Tensor<5> {
        let [batch, time, height, width, channels] = y.dims();
        let count = batch * time * height * width;
        assert!(
            count > 1,
            "training batch normalisation needs more than one position for each channel; use longer or larger clips, or more of them"
        );
        let blend = |running: &RunningState<Tensor<1>>, new: Tensor<1>| {
            running.update(running.value_sync() * (1.0 - MOMENTUM) + new * MOMENTUM);
        };
        let unbiased = count as f64 / (count - 1) as f64;
        self.batches.update(self.batches.value_sync() + 1.0);
        if dense::available_on(&y.device()) {
            let moments: Tensor<2> = Tensor::from_inner(dense::moments(&y));
            blend(&self.running_mean, moments.clone().slice(s![0..1, ..]).reshape([channels]));
            blend(&self.running_var, moments.clone().slice(s![1..2, ..]).reshape([channels]) * unbiased);
            return dense::norm(y, self.gamma.val(), self.beta.val(), moments, self.fixed.eps, with_relu);
        }
        // One axis after the other: a single long sum in f32 would lose three digits.
        let over_positions = |x: Tensor<5>| x.mean_dim(3).mean_dim(2).mean_dim(1).mean_dim(0);
        let mean = over_positions(y.clone());
        let centered = y - mean.clone();
        let var = over_positions(centered.clone() * centered.clone());
        blend(&self.running_mean, mean.detach().reshape([channels]));
        blend(&self.running_var, var.clone().detach().reshape([channels]) * unbiased);
        let scale = self.gamma.val().unsqueeze::<5>() / (var + self.fixed.eps).sqrt();
        let y = centered * scale + self.beta.val().unsqueeze::<5>();
        if with_relu { relu(y) } else { y }
    }
}

/// Adds the bias, if there is one, and applies the activation, if there shall be one.
fn finished(y: Tensor<5>, bias: Option<Tensor<1>>, with_relu: bool) -> Tensor<5> {
    let y = match bias {
        Some(bias) => y + bias.unsqueeze::<5>(),
        None => y,
    };
    if with_relu { relu(y) } else { y }
}

/// The bias, or none that shows.
fn or_zeros(bias: Option<Tensor<1>>, weight: &Tensor<2>) -> Tensor<1> {
    bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[1]], &weight.device()))
}

impl Unit for ConvNorm {
    fn pointwise(&self, x: Tensor<5>, stride: [usize; 3], with_relu: bool) -> Tensor<5> {
        let has_dense = dense::available_on(&x.device());
        self.normalized(with_relu, |weight, bias, with_relu| {
            if has_dense {
                let bias = or_zeros(bias, &weight);
                return dense::pointwise(x, weight, bias, stride, with_relu);
            }
            finished(plain::pointwise(x, weight, stride), bias, with_relu)
        })
    }

    fn pointwise_add(&self, x: Tensor<5>, residual: Tensor<5>) -> Tensor<5> {
        if dense::available_on(&x.device()) && !self.is_live() {
            let (weight, bias) = self.folded();
            return dense::pointwise_add(x, weight, bias, residual);
        }
        relu(self.pointwise(x, [1; 3], false) + residual)
    }

    fn depthwise(&self, x: Tensor<5>, geometry: Geometry) -> Tensor<5> {
        let has_dense = dense::available_on(&x.device());
        self.normalized(true, |weight, bias, with_relu| match bias {
            Some(bias) if has_dense => dense::depthwise(x, weight, bias, geometry),
            bias => finished(ops::depthwise(x, weight, geometry), bias, with_relu),
        })
    }

    fn stem(&self, x: Tensor<5>, spec: &ArchSpec) -> Tensor<5> {
        let has_dense = dense::available_on(&x.device());
        let y = self.normalized(true, |weight, bias, with_relu| {
            if has_dense && spec.conv1_stride_t == 1 {
                let bias = or_zeros(bias, &weight);
                return dense::stem(x, weight, bias, with_relu);
            }
            finished(plain::stem(x, weight, spec.conv1_stride_t), bias, with_relu)
        });
        match (spec.with_pool1, spec.pool1_stride_t) {
            (false, _) => y,
            (true, 1) if has_dense => dense::stem_pool(y),
            (true, stride) => plain::stem_pool(y, stride),
        }
    }
}
