//! Which network: everything that decides a CSN's shapes and arithmetic, apart from its weights.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where the channels of a bottleneck interact (CSN paper, section 3; mmaction2 `resnet3d_csn.py`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BottleneckMode {
    /// Interaction-reduced: a 3×3×3 depthwise convolution takes the place of the dense one.
    Ir,
    /// Interaction-preserved: a 1×1×1 convolution before the depthwise one keeps channels interacting.
    Ip,
}

/// Which convolution of a bottleneck carries the stride.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrideStyle {
    /// The depthwise convolution; all published networks.
    Pytorch,
    /// The first 1×1×1 convolution.
    Caffe,
}

/// A channel-separated network: mmaction2's `ResNet3dCSN` with an `I3DHead`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchSpec {
    /// Kind of bottleneck.
    pub mode: BottleneckMode,
    /// Bottlenecks in each of the four stages; 3, 4, 6, 3 is depth 50.
    pub stage_blocks: [usize; 4],
    /// Channels of the stem; 64 in all published networks. The head sees 32 times as many.
    pub base_channels: usize,
    /// Channels of the input.
    pub in_channels: usize,
    /// Classes of the head.
    pub classes: usize,
    /// Temporal stride of the stem's convolution.
    pub conv1_stride_t: usize,
    /// Whether a max-pool follows the stem.
    pub with_pool1: bool,
    /// Temporal stride of that pool.
    pub pool1_stride_t: usize,
    /// Whether a temporal max-pool follows the first stage.
    pub with_pool2: bool,
    /// Spatial stride of each stage.
    pub spatial_strides: [usize; 4],
    /// Temporal stride of each stage.
    pub temporal_strides: [usize; 4],
    /// Spatial dilation of each stage's depthwise convolutions.
    pub dilations: [usize; 4],
    /// Which convolution carries the stride.
    pub style: StrideStyle,
    /// Added to variances under the root: 1e-3 in mmaction2 and VMZ, 1e-5 in PyTorchVideo.
    pub bn_eps: f64,
}

/// One convolution with its batch normalisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitSpec {
    /// Name in mmaction2's state dict, such as `backbone.layer1.0.conv1`.
    pub name: String,
    /// What kind of convolution, and between how many channels.
    pub kind: UnitKind,
}

/// Kinds of convolution in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// 3×7×7.
    Stem {
        /// Channels in.
        inputs: usize,
        /// Channels out.
        outputs: usize,
    },
    /// 1×1×1.
    Pointwise {
        /// Channels in.
        inputs: usize,
        /// Channels out.
        outputs: usize,
    },
    /// 3×3×3, every channel by itself.
    Depthwise {
        /// Channels.
        channels: usize,
    },
}

impl UnitKind {
    /// Shape of the convolution's weight in a PyTorch state dict.
    pub fn torch_shape(self) -> [usize; 5] {
        match self {
            Self::Stem { inputs, outputs } => [outputs, inputs, 3, 7, 7],
            Self::Pointwise { inputs, outputs } => [outputs, inputs, 1, 1, 1],
            Self::Depthwise { channels } => [channels, 1, 3, 3, 3],
        }
    }

    /// Channels out.
    pub fn outputs(self) -> usize {
        match self {
            Self::Stem { outputs, .. } | Self::Pointwise { outputs, .. } => outputs,
            Self::Depthwise { channels } => channels,
        }
    }
}

/// The place of one bottleneck in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPlace {
    /// Stage, from 0.
    pub stage: usize,
    /// Bottleneck within the stage, from 0.
    pub index: usize,
}

impl ArchSpec {
    /// A published network's shape: depth 50, 101 or 152.
    ///
    /// # Errors
    /// A sentence, for any other depth.
    pub fn with_depth(mode: BottleneckMode, depth: usize, classes: usize) -> Result<Self, String> {
        let stage_blocks = match depth {
            50 => [3, 4, 6, 3],
            101 => [3, 4, 23, 3],
            152 => [3, 8, 36, 3],
            other => return Err(format!("there is no CSN of depth {other}; choose 50, 101 or 152")),
        };
        Ok(Self { stage_blocks, ..Self::new(mode, classes) })
    }

    /// Depth 50 with everything else as the configs of mmaction2 have it.
    pub fn new(mode: BottleneckMode, classes: usize) -> Self {
        Self {
            mode,
            stage_blocks: [3, 4, 6, 3],
            base_channels: 64,
            in_channels: 3,
            classes,
            conv1_stride_t: 1,
            with_pool1: true,
            pool1_stride_t: 1,
            with_pool2: false,
            spatial_strides: [1, 2, 2, 2],
            temporal_strides: [1, 2, 2, 2],
            dilations: [1; 4],
            style: StrideStyle::Pytorch,
            bn_eps: 1e-3,
        }
    }

    /// The depth by which the network is known, if it is a known one.
    pub fn depth(&self) -> Option<usize> {
        match self.stage_blocks {
            [3, 4, 6, 3] => Some(50),
            [3, 4, 23, 3] => Some(101),
            [3, 8, 36, 3] => Some(152),
            _ => None,
        }
    }

    /// Channels that the head sees.
    pub fn features(&self) -> usize {
        32 * self.base_channels
    }

    /// All bottlenecks in order.
    pub fn blocks(&self) -> impl Iterator<Item = BlockPlace> {
        self.stage_blocks
            .into_iter()
            .enumerate()
            .flat_map(|(stage, count)| (0..count).map(move |index| BlockPlace { stage, index }))
    }

    /// Inner channels of a stage's bottlenecks; they put out four times as many.
    pub fn planes(&self, stage: usize) -> usize {
        self.base_channels << stage
    }

    /// Channels that go into a bottleneck.
    pub fn block_inputs(&self, place: BlockPlace) -> usize {
        match (place.stage, place.index) {
            (0, 0) => self.base_channels,
            (stage, 0) => 4 * self.planes(stage - 1),
            (stage, _) => 4 * self.planes(stage),
        }
    }

    /// Stride of a bottleneck along time, height and width.
    pub fn block_stride(&self, place: BlockPlace) -> [usize; 3] {
        if place.index > 0 {
            return [1; 3];
        }
        let spatial = self.spatial_strides[place.stage];
        [self.temporal_strides[place.stage], spatial, spatial]
    }

    /// Whether a bottleneck's shortcut is a convolution: if it changes the picture's size or the channels. A
    /// temporal stride alone does not call for one in mmaction2, and never occurs alone.
    pub fn has_shortcut(&self, place: BlockPlace) -> bool {
        place.index == 0
            && (self.spatial_strides[place.stage] != 1 || self.block_inputs(place) != 4 * self.planes(place.stage))
    }

    /// All convolutions in the order of mmaction2's state dict, which is also the optimizer's.
    pub fn units(&self) -> Vec<UnitSpec> {
        let stem = UnitKind::Stem { inputs: self.in_channels, outputs: self.base_channels };
        let mut units = vec![UnitSpec { name: "backbone.conv1".to_owned(), kind: stem }];
        for place in self.blocks() {
            let (inputs, planes) = (self.block_inputs(place), self.planes(place.stage));
            let mut add = |part: &str, kind: UnitKind| {
                let name = format!("backbone.layer{}.{}.{part}", place.stage + 1, place.index);
                units.push(UnitSpec { name, kind });
            };
            add("conv1", UnitKind::Pointwise { inputs, outputs: planes });
            match self.mode {
                BottleneckMode::Ir => add("conv2.0", UnitKind::Depthwise { channels: planes }),
                BottleneckMode::Ip => {
                    add("conv2.0", UnitKind::Pointwise { inputs: planes, outputs: planes });
                    add("conv2.1", UnitKind::Depthwise { channels: planes });
                }
            }
            add("conv3", UnitKind::Pointwise { inputs: planes, outputs: 4 * planes });
            if self.has_shortcut(place) {
                add("downsample", UnitKind::Pointwise { inputs, outputs: 4 * planes });
            }
        }
        units
    }

    /// Trainable parameters, as mmaction2's tables count them: convolutions, batch-norm affine terms and the head.
    pub fn parameters(&self) -> usize {
        let units = self.units();
        let convolutions: usize = units.iter().map(|unit| unit.kind.torch_shape().iter().product::<usize>()).sum();
        let affine: usize = units.iter().map(|unit| 2 * unit.kind.outputs()).sum();
        convolutions + affine + self.classes * (self.features() + 1)
    }
}

/// `ir-CSN-50, 400 classes`.
impl fmt::Display for ArchSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            BottleneckMode::Ir => "ir",
            BottleneckMode::Ip => "ip",
        };
        match self.depth() {
            Some(depth) => write!(f, "{mode}-CSN-{depth}")?,
            None => {
                let [a, b, c, d] = self.stage_blocks;
                write!(f, "{mode}-CSN with {a}+{b}+{c}+{d} blocks")?;
            }
        }
        if self.base_channels != 64 {
            write!(f, ", {} base channels", self.base_channels)?;
        }
        write!(f, ", {} classes", self.classes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_original() {
        let counts = [
            (BottleneckMode::Ir, 50, 13_131_152),
            (BottleneckMode::Ip, 50, 14_396_176),
            (BottleneckMode::Ir, 101, 22_213_776),
            (BottleneckMode::Ip, 101, 24_601_616),
            (BottleneckMode::Ir, 152, 29_703_568),
            (BottleneckMode::Ip, 152, 33_016_592),
        ];
        for (mode, depth, count) in counts {
            let spec = ArchSpec::with_depth(mode, depth, 400).expect("should be a known depth");
            assert_eq!(spec.parameters(), count, "{spec}");
        }
    }

    #[test]
    fn names_say_what_the_network_is() {
        assert_eq!(ArchSpec::new(BottleneckMode::Ir, 400).to_string(), "ir-CSN-50, 400 classes");
        let tiny = ArchSpec { base_channels: 8, stage_blocks: [1, 1, 1, 1], ..ArchSpec::new(BottleneckMode::Ip, 7) };
        assert_eq!(tiny.to_string(), "ip-CSN with 1+1+1+1 blocks, 8 base channels, 7 classes");
        assert!(ArchSpec::with_depth(BottleneckMode::Ir, 18, 400).is_err());
    }
}
