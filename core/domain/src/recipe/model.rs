//! The network of a recipe, in the short form that people write.

use serde::{Deserialize, Serialize};

use crate::{ArchSpec, BottleneckMode, StrideStyle};

/// What training does to the batch normalisations of the backbone. Testing is the same with all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchNormMode {
    /// They learn, and follow the statistics of the batches.
    #[default]
    Train,
    /// Their statistics stand still, their scale and shift learn (`norm_eval` alone).
    Eval,
    /// They stand still altogether (`norm_eval` with `bn_frozen`).
    Frozen,
}

/// A network, its dropout and its batch normalisation. In a file, everything but `mode`, `classes` and one of `depth`
/// and `stage_blocks` may be left out and is then as in the published networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ModelRecipe {
    /// Which network.
    pub arch: ArchSpec,
    /// Share of the features that training drops before the head, 0 to 1.
    pub dropout: f64,
    /// What training does to the batch normalisations.
    pub batch_norm: BatchNormMode,
    /// Standard deviation of a new head's weights.
    pub init_std: f64,
}

impl ModelRecipe {
    /// A network with the dropout and the head of the published ones, and batch normalisations that learn.
    pub fn new(arch: ArchSpec) -> Self {
        Self { arch, dropout: 0.5, batch_norm: BatchNormMode::Train, init_std: 0.01 }
    }
}

/// The short form.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    mode: BottleneckMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    depth: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage_blocks: Option<[usize; 4]>,
    classes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropout: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch_norm: Option<BatchNormMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    init_std: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_channels: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_channels: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    conv1_stride_t: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    with_pool1: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pool1_stride_t: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    with_pool2: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spatial_strides: Option<[usize; 4]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    temporal_strides: Option<[usize; 4]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dilations: Option<[usize; 4]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    style: Option<StrideStyle>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bn_eps: Option<f64>,
}

impl TryFrom<Written> for ModelRecipe {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let plain = ArchSpec::new(written.mode, written.classes);
        let stage_blocks = match (written.depth, written.stage_blocks) {
            (Some(depth), None) => ArchSpec::with_depth(written.mode, depth, written.classes)?.stage_blocks,
            (None, Some(blocks)) => blocks,
            (Some(_), Some(_)) => return Err("give either depth or stage_blocks, not both".to_owned()),
            (None, None) => return Err("depth is missing; give 50, 101 or 152, or stage_blocks".to_owned()),
        };
        let arch = ArchSpec {
            mode: written.mode,
            stage_blocks,
            classes: written.classes,
            base_channels: written.base_channels.unwrap_or(plain.base_channels),
            in_channels: written.in_channels.unwrap_or(plain.in_channels),
            conv1_stride_t: written.conv1_stride_t.unwrap_or(plain.conv1_stride_t),
            with_pool1: written.with_pool1.unwrap_or(plain.with_pool1),
            pool1_stride_t: written.pool1_stride_t.unwrap_or(plain.pool1_stride_t),
            with_pool2: written.with_pool2.unwrap_or(plain.with_pool2),
            spatial_strides: written.spatial_strides.unwrap_or(plain.spatial_strides),
            temporal_strides: written.temporal_strides.unwrap_or(plain.temporal_strides),
            dilations: written.dilations.unwrap_or(plain.dilations),
            style: written.style.unwrap_or(plain.style),
            bn_eps: written.bn_eps.unwrap_or(plain.bn_eps),
        };
        let plain = Self::new(plain);
        Ok(Self {
            arch,
            dropout: written.dropout.unwrap_or(plain.dropout),
            batch_norm: written.batch_norm.unwrap_or(plain.batch_norm),
            init_std: written.init_std.unwrap_or(plain.init_std),
        })
    }
}

impl From<ModelRecipe> for Written {
    fn from(model: ModelRecipe) -> Self {
        let ModelRecipe { arch, dropout, batch_norm, init_std } = model;
        let plain = ArchSpec::new(arch.mode, arch.classes);
        let depth = arch.depth();
        Self {
            mode: arch.mode,
            depth,
            stage_blocks: depth.is_none().then_some(arch.stage_blocks),
            classes: arch.classes,
            // What a reader looks for stands there even where it is the usual.
            dropout: Some(dropout),
            batch_norm: Some(batch_norm),
            init_std: unless(init_std, Self::USUAL_INIT_STD),
            base_channels: unless(arch.base_channels, plain.base_channels),
            in_channels: unless(arch.in_channels, plain.in_channels),
            conv1_stride_t: unless(arch.conv1_stride_t, plain.conv1_stride_t),
            with_pool1: unless(arch.with_pool1, plain.with_pool1),
            pool1_stride_t: unless(arch.pool1_stride_t, plain.pool1_stride_t),
            with_pool2: unless(arch.with_pool2, plain.with_pool2),
            spatial_strides: unless(arch.spatial_strides, plain.spatial_strides),
            temporal_strides: unless(arch.temporal_strides, plain.temporal_strides),
            dilations: unless(arch.dilations, plain.dilations),
            style: unless(arch.style, plain.style),
            bn_eps: unless(arch.bn_eps, plain.bn_eps),
        }
    }
}

impl Written {
    const USUAL_INIT_STD: f64 = 0.01;
}

/// The value if it is not the usual one.
fn unless<T: PartialEq>(value: T, usual: T) -> Option<T> {
    (value != usual).then_some(value)
}
