//! The network: what follows what. The arithmetic of one convolution with its normalisation is a [`Unit`]'s, of which
//! there are two: [`ConvNorm`] for training and [`Folded`] for inference.

mod block;
mod build;
mod conv_norm;
mod folded;

use burn::module::{Module, Param};
use burn::tensor::Tensor;

pub use self::block::Block;
pub use self::conv_norm::ConvNorm;
pub use self::folded::Folded;
use crate::cpu::depthwise::Geometry;
use crate::ops::plain;
use ks_domain::ArchSpec;

/// One convolution with batch normalisation and activation.
///
/// All tensors are channels-last, `[batch, time, height, width, channels]`.
pub trait Unit: Module {
    /// A 1×1×1 convolution.
    fn pointwise(&self, x: Tensor<5>, stride: [usize; 3], relu: bool) -> Tensor<5>;

    /// A 1×1×1 convolution, then the sum with a residual, then the activation.
    fn pointwise_add(&self, x: Tensor<5>, residual: Tensor<5>) -> Tensor<5>;

    /// A depthwise 3×3×3 convolution with activation.
    fn depthwise(&self, x: Tensor<5>, geometry: Geometry) -> Tensor<5>;

    /// The stem: 3×7×7 convolution, activation and, if the network has it, the max-pool behind it.
    fn stem(&self, x: Tensor<5>, spec: &ArchSpec) -> Tensor<5>;
}

/// A channel-separated network (Tran et al., “Video Classification with Channel-Separated Convolutional Networks”,
/// ICCV 2019; mmaction2 `models/backbones/resnet3d_csn.py` and `models/heads/i3d_head.py`).
#[derive(Module, Debug)]
pub struct Network<U: Module> {
    pub(crate) stem: U,
    pub(crate) stages: Vec<Vec<Block<U>>>,
    /// `[features, classes]`
    pub(crate) head_weight: Param<Tensor<2>>,
    /// `[classes]`
    pub(crate) head_bias: Param<Tensor<1>>,
    #[module(skip)]
    spec: ArchSpec,
}

impl<U: Unit> Network<U> {
    /// Which network this is.
    pub fn spec(&self) -> &ArchSpec {
        &self.spec
    }

    /// The backbone.
    ///
    /// # Shapes
    /// - `x`: `[batch, time, height, width, 3]`, normalised
    /// - output: `[batch, time / 8, height / 32, width / 32, features]`, each rounded up at every halving
    pub fn features(&self, x: Tensor<5>) -> Tensor<5> {
        self.features_observed(x, &mut |_, _| {})
    }

    /// The backbone, showing every activation between stem, bottlenecks and stages to `observe`, under the names that
    /// mmaction2's modules have (`maxpool`, `layer1.0`…; `conv1` where there is no pool).
    ///
    /// # Shapes
    /// As [`Self::features`].
    pub fn features_observed(&self, x: Tensor<5>, observe: &mut dyn FnMut(&str, &Tensor<5>)) -> Tensor<5> {
        let x = self.entry(x);
        observe(if self.spec.with_pool1 { "maxpool" } else { "conv1" }, &x);
        self.stages_observed(x, observe)
    }

    /// The stages that are there, one after the other: all four of a whole network.
    ///
    /// # Shapes
    /// What the first of them sees in, `[batch, time, height, width, channels]`; what the last of them puts out.
    pub fn stages(&self, x: Tensor<5>) -> Tensor<5> {
        self.stages_observed(x, &mut |_, _| {})
    }

    fn stages_observed(&self, mut x: Tensor<5>, observe: &mut dyn FnMut(&str, &Tensor<5>)) -> Tensor<5> {
        for (stage, blocks) in self.stages.iter().enumerate() {
            for index in 0..blocks.len() {
                x = self.bottleneck(stage, index, x);
                observe(&format!("layer{}.{index}", stage + 1), &x);
            }
            if stage == 0 && self.spec.with_pool2 && !blocks.is_empty() {
                x = plain::stage_pool(x);
            }
        }
        x
    }

    /// The stem, and the max-pool behind it if the network has one: what the first stage sees.
    ///
    /// # Shapes
    /// - `x`: `[batch, time, height, width, 3]`, normalised; output: `[batch, time, height / 4, width / 4, channels]`
    pub fn entry(&self, x: Tensor<5>) -> Tensor<5> {
        self.stem.stem(x, &self.spec)
    }

    /// One bottleneck of one of the four stages, both counted from 0.
    ///
    /// # Shapes
    /// What comes before in, `[batch, time, height, width, channels]`; the first bottleneck of every stage but the first
    /// halves time, height and width.
    pub fn bottleneck(&self, stage: usize, index: usize, x: Tensor<5>) -> Tensor<5> {
        self.stages[stage][index].forward(x)
    }

    /// Global average pooling over time and space.
    ///
    /// # Shapes
    /// - `features`: `[batch, time, height, width, features]`; output: `[batch, features]`
    pub fn pool(features: Tensor<5>) -> Tensor<2> {
        let [batch, time, height, width, channels] = features.dims();
        features.reshape([batch, time * height * width, channels]).mean_dim(1).reshape([batch, channels])
    }

    /// The classifier on pooled features, without dropout.
    ///
    /// # Shapes
    /// - `pooled`: `[batch, features]`; output: logits `[batch, classes]`
    pub fn classify(&self, pooled: Tensor<2>) -> Tensor<2> {
        pooled.matmul(self.head_weight.val()) + self.head_bias.val().unsqueeze::<2>()
    }

    /// Logits of normalised clips.
    ///
    /// # Shapes
    /// - `x`: `[batch, time, height, width, 3]`; output: `[batch, classes]`
    pub fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        self.classify(Self::pool(self.features(x)))
    }
}
