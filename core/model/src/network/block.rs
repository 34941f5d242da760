//! The bottleneck.

use burn::module::Module;
use burn::tensor::Tensor;

use super::Unit;
use crate::cpu::depthwise::Geometry;

/// A bottleneck: 1×1×1, in ip mode another 1×1×1 without activation, depthwise 3×3×3, 1×1×1, shortcut.
#[derive(Module, Debug)]
pub struct Block<U: Module> {
    pub(crate) conv1: U,
    /// Of ip mode only.
    pub(crate) mix: Option<U>,
    pub(crate) depthwise: U,
    pub(crate) conv3: U,
    pub(crate) shortcut: Option<U>,
    #[module(skip)]
    pub(super) steps: BlockSteps,
}

/// Strides of a bottleneck's convolutions.
#[derive(Clone, Debug)]
pub(super) struct BlockSteps {
    /// Of the first 1×1×1 convolution; more than 1 in caffe style only.
    pub(super) conv1: [usize; 3],
    /// Of the depthwise convolution.
    pub(super) depthwise: Geometry,
    /// Of the shortcut's convolution.
    pub(super) shortcut: [usize; 3],
}

impl<U: Unit> Block<U> {
    /// # Shapes
    /// - `x`: `[batch, time, height, width, inputs]`
    /// - output: `[batch, time / stride, height / stride, width / stride, 4 · planes]`, rounded up
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let mut inner = self.conv1.pointwise(x.clone(), self.steps.conv1, true);
        if let Some(mix) = &self.mix {
            inner = mix.pointwise(inner, [1; 3], false);
        }
        let inner = self.depthwise.depthwise(inner, self.steps.depthwise);
        // By now nobody else holds an identity shortcut, so that its memory can become the output's.
        let residual = match &self.shortcut {
            Some(shortcut) => shortcut.pointwise(x, self.steps.shortcut, false),
            None => x,
        };
        self.conv3.pointwise_add(inner, residual)
    }
}
