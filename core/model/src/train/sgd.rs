//! Stochastic gradient descent as PyTorch does it, with clipping by the global norm of all gradients.
//!
//! Burn's own optimizer clips every tensor for itself, so clipping and step are done here.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::{Gradients, Tensor, TensorReadError};

use super::params::{NamedParam, convolution_to_torch, head_to_torch, vector_to_torch};
use crate::network::{ConvNorm, Network};
use crate::weights::StateDict;

/// Settings of the optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdConfig {
    /// Learning rate.
    pub learning_rate: f64,
    /// Share of the last step's direction, without dampening.
    pub momentum: f64,
    /// Added to every gradient, times the parameter.
    pub weight_decay: f64,
    /// Largest L2 norm of all gradients together; larger ones are scaled down.
    pub max_norm: f64,
}

/// The optimizer with its momentum.
#[derive(Debug)]
pub struct Sgd {
    config: SgdConfig,
    matrices: BTreeMap<String, Tensor<2>>,
    vectors: BTreeMap<String, Tensor<1>>,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// L2 norm of all gradients before clipping.
    pub grad_norm: f64,
    /// What they were multiplied with, at most 1.
    pub clip_scale: f64,
}

impl Sgd {
    /// Without momentum yet.
    pub fn new(config: SgdConfig) -> Self {
        Self { config, matrices: BTreeMap::new(), vectors: BTreeMap::new() }
    }

    /// Updates every parameter that has a gradient; the others, and their momentum, stay as they are, without weight
    /// decay too.
    ///
    /// `d = g · clip + decay · p`; the first buffer is `d`, later ones `momentum · buffer + d`; `p -= rate · buffer`.
    ///
    /// # Errors
    /// If the device failed while the norm was read.
    pub fn step(
        &mut self,
        network: &mut Network<ConvNorm>,
        gradients: &Gradients,
    ) -> Result<StepReport, TensorReadError> {
        let mut squares: Option<Tensor<1>> = None;
        let mut add = |square: Tensor<1>| {
            squares = Some(match squares.take() {
                Some(sum) => sum + square,
                None => square,
            });
        };
        network.visit_params(&mut |_, param| match param {
            NamedParam::Convolution(param, _) | NamedParam::Head(param) => {
                if let Some(gradient) = param.val().grad(gradients) {
                    add((gradient.clone() * gradient).sum());
                }
            }
            NamedParam::Vector(param) => {
                if let Some(gradient) = param.val().grad(gradients) {
                    add((gradient.clone() * gradient).sum());
                }
            }
        });
        let squares = match squares {
            Some(squares) => f64::from(squares.try_into_scalar::<f32>()?),
            None => 0.0,
        };
        let grad_norm = squares.sqrt();
        let clip_scale = (self.config.max_norm / (grad_norm + 1e-6)).min(1.0);
        let Self { config, matrices, vectors } = self;
        network.visit_params(&mut |name, param| match param {
            NamedParam::Convolution(param, _) | NamedParam::Head(param) => {
                update(*config, clip_scale, name, param, gradients, matrices);
            }
            NamedParam::Vector(param) => update(*config, clip_scale, name, param, gradients, vectors),
        });
        Ok(StepReport { grad_norm, clip_scale })
    }
}

fn update<const D: usize>(
    config: SgdConfig,
    clip_scale: f64,
    name: &str,
    param: &mut Param<Tensor<D>>,
    gradients: &Gradients,
    buffers: &mut BTreeMap<String, Tensor<D>>,
) {
    let tracked = param.val();
    let Some(gradient) = tracked.grad(gradients) else { return };
    let value = tracked.inner();
    let direction = gradient * clip_scale + value.clone() * config.weight_decay;
    let buffer = match buffers.remove(name) {
        Some(buffer) => buffer * config.momentum + direction,
        None => direction,
    };
    let next = value - buffer.clone() * config.learning_rate;
    buffers.insert(name.to_owned(), buffer);
    let old = param.clone();
    *param = old.map(|_| Tensor::from_inner(next).require_grad());
}

/// All gradients in PyTorch's layouts under mmaction2's names.
///
/// # Errors
/// If the device failed.
pub(crate) fn gradient_dict(
    network: &mut Network<ConvNorm>,
    gradients: &Gradients,
) -> Result<StateDict, TensorReadError> {
    let mut found = StateDict::new();
    let mut failed = None;
    network.visit_params(&mut |name, param| {
        let gradient = match param {
            NamedParam::Convolution(param, kind) => param.val().grad(gradients).map(|g| convolution_to_torch(g, kind)),
            NamedParam::Head(param) => param.val().grad(gradients).map(head_to_torch),
            NamedParam::Vector(param) => param.val().grad(gradients).map(vector_to_torch),
        };
        match gradient {
            Some(Ok(gradient)) => drop(found.insert(name.to_owned(), gradient)),
            Some(Err(error)) => failed = Some(error),
            None => {}
        }
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(found),
    }
}
