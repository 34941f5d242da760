//! A convolution for training, with its batch normalisation beside it.

use burn::module::{Module, Param, RunningState};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

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

    /// The convolution, given how it is done with weight and bias, and its normalisation.
    fn normalized(&self, convolve: impl FnOnce(Tensor<2>, Option<Tensor<1>>) -> Tensor<5>) -> Tensor<5> {
        if self.is_live() {
            return self.batch_normalized(convolve(self.weight.val(), None));
        }
        let (weight, bias) = self.folded();
        convolve(weight, Some(bias))
    }

    /// Whether statistics of the batch are used.
    fn is_live(&self) -> bool {
        self.fixed.mode == NormPolicy::Train
    }

    /// Normalises with the statistics of the batch, as PyTorch does: biased variance here, unbiased variance into
    /// the running statistics.
    fn batch_normalized(&self, y: Tensor<5>) -> Tensor<5> {
        let [batch, time, height, width, channels] = y.dims();
        let count = batch * time * height * width;
        assert!(
            count > 1,
            "training batch normalisation needs more than one position for each channel; use longer or larger clips, or more of them"
        );
        // One axis after the other: a single long sum in f32 would lose three digits.
        let over_positions = |x: Tensor<5>| x.mean_dim(3).mean_dim(2).mean_dim(1).mean_dim(0);
        let mean = over_positions(y.clone());
        let centered = y - mean.clone();
        let var = over_positions(centered.clone() * centered.clone());
        let blend = |running: &RunningState<Tensor<1>>, new: Tensor<5>| {
            let new: Tensor<1> = new.detach().reshape([channels]);
            running.update(running.value_sync() * (1.0 - MOMENTUM) + new * MOMENTUM);
        };
        blend(&self.running_mean, mean);
        blend(&self.running_var, var.clone() * (count as f64 / (count - 1) as f64));
        self.batches.update(self.batches.value_sync() + 1.0);
        let scale = self.gamma.val().unsqueeze::<5>() / (var + self.fixed.eps).sqrt();
        centered * scale + self.beta.val().unsqueeze::<5>()
    }
}

/// Adds the bias, if there is one, to what `convolve` makes.
fn biased(y: Tensor<5>, bias: Option<Tensor<1>>) -> Tensor<5> {
    match bias {
        Some(bias) => y + bias.unsqueeze::<5>(),
        None => y,
    }
}

/// The bias, or none that shows.
fn or_zeros(bias: Option<Tensor<1>>, weight: &Tensor<2>) -> Tensor<1> {
    bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[1]], &weight.device()))
}

impl Unit for ConvNorm {
    fn pointwise(&self, x: Tensor<5>, stride: [usize; 3], with_relu: bool) -> Tensor<5> {
        if !dense::available_on(&x.device()) {
            let y = self.normalized(|weight, bias| biased(plain::pointwise(x, weight, stride), bias));
            return if with_relu { relu(y) } else { y };
        }
        // The activation belongs to the convolution only if nothing is between them.
        let inside = with_relu && !self.is_live();
        let y = self.normalized(|weight, bias| {
            let bias = or_zeros(bias, &weight);
            dense::pointwise(x, weight, bias, stride, inside)
        });
        if with_relu && !inside { relu(y) } else { y }
    }

    fn pointwise_add(&self, x: Tensor<5>, residual: Tensor<5>) -> Tensor<5> {
        if dense::available_on(&x.device()) && !self.is_live() {
            let (weight, bias) = self.folded();
            return dense::pointwise_add(x, weight, bias, residual);
        }
        relu(self.pointwise(x, [1; 3], false) + residual)
    }

    fn depthwise(&self, x: Tensor<5>, geometry: Geometry) -> Tensor<5> {
        if dense::available_on(&x.device()) && !self.is_live() {
            let (weight, bias) = self.folded();
            return dense::depthwise(x, weight, bias, geometry);
        }
        relu(self.normalized(|weight, bias| biased(ops::depthwise(x, weight, geometry), bias)))
    }

    fn stem(&self, x: Tensor<5>, spec: &ArchSpec) -> Tensor<5> {
        if dense::available_on(&x.device()) && spec.conv1_stride_t == 1 {
            let inside = !self.is_live();
            let y = self.normalized(|weight, bias| {
                let bias = or_zeros(bias, &weight);
                dense::stem(x, weight, bias, inside)
            });
            let y = if inside { y } else { relu(y) };
            return match (spec.with_pool1, spec.pool1_stride_t) {
                (false, _) => y,
                (true, 1) => dense::stem_pool(y),
                (true, stride) => plain::stem_pool(y, stride),
            };
        }
        let y = relu(self.normalized(|weight, bias| biased(plain::stem(x, weight, spec.conv1_stride_t), bias)));
        if spec.with_pool1 { plain::stem_pool(y, spec.pool1_stride_t) } else { y }
    }
}
