//! One published checkpoint, as its file in `assets/zoo` tells it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ArchSpec, BottleneckMode, Normalization};

/// One published file. Several rows of mmaction2's tables may share it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Our short name for it.
    pub name: String,
    /// Whether it can name actions.
    pub kind: Kind,
    /// Kind of bottleneck.
    pub mode: BottleneckMode,
    /// 50 or 152.
    pub depth: usize,
    /// Classes of its head; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    /// What its configuration does with batch normalisation in training; `None` for the start of a training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_norm: Option<BatchNorm>,
    /// What it was trained on before Kinetics-400.
    pub pretraining: Pretraining,
    /// Which pixel statistics its input is normalised with.
    pub normalization: PixelSet,
    /// Whose training made the weights.
    pub origin: Origin,
    /// Name of the published file.
    pub file: String,
    /// Where it is published.
    pub source: String,
    /// The first eight hexadecimal digits of the file's SHA-256, which are the last eight of its name.
    pub sha256_prefix: String,
    /// Size of the file, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Licence (SPDX).
    pub licence: String,
    /// What to cite.
    pub citations: Vec<Citation>,
    /// What one should know about it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How videos are cut for it.
    pub clip: ClipSettings,
    /// What one clip costs.
    pub cost: Cost,
    /// The rows of mmaction2's tables that name it; none for the start of a training.
    #[serde(default)]
    pub published: Vec<Published>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A whole network that names actions.
    Recognizer,
    /// A network without its head, from which trainings start.
    Backbone,
}

/// What a training does with batch normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchNorm {
    /// Neither its statistics nor its factors change.
    Frozen,
    /// It learns like everything else.
    Live,
}

/// What a network saw before Kinetics-400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pretraining {
    /// Nothing.
    None,
    /// 65 million videos of Instagram with their hashtags.
    Ig65m,
    /// A million videos of sports.
    Sports1m,
}

/// The two sets of pixel statistics in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PixelSet {
    /// Those of ImageNet.
    Imagenet,
    /// Those of Kinetics.
    Kinetics,
}

/// Whose training made the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// mmaction2's own.
    Mmaction2,
    /// Facebook's VMZ; mmaction2 changed the names of the arrays.
    Vmz,
}

/// Papers that belong to the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Citation {
    /// The networks themselves.
    Csn,
    /// The pretraining on IG-65M.
    Ig65m,
}

/// The line of mmaction2 in whose tables a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Branch {
    /// Up to 0.24.
    #[serde(rename = "0.x")]
    V0,
    /// From 1.0 on.
    #[serde(rename = "1.x")]
    V1,
}

/// How videos are cut into clips for a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipSettings {
    /// Frames of a clip.
    pub frames: u32,
    /// Distance of two of them, in frames of the video.
    pub interval: u32,
    /// Shorter side of the resized picture, in pixels.
    pub short_side: u32,
    /// Side of the square in training and validation, in pixels.
    pub train_crop: u32,
    /// Side of the squares in tests, in pixels.
    pub test_crop: u32,
    /// Clips of a video in tests.
    pub test_clips: u32,
    /// Squares of a clip in tests.
    pub test_crops: u32,
}

/// What one clip of 32 frames costs; counted by [`ArchSpec::parameters`] and [`ArchSpec::macs`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Trainable parameters.
    pub parameters: u64,
    /// Thousand millions of multiply-accumulates for frames of 224 × 224 pixels.
    pub gmacs_224: f64,
    /// The same for 256 × 256, which is what published tables state.
    pub gmacs_256: f64,
}

/// A row of one of mmaction2's tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Whose table.
    pub branch: Branch,
    /// The row's name. The configuration's, except where one row has two files.
    pub name: String,
    /// Its configuration file, without `.py`.
    pub config: String,
    /// The preset that trains like it.
    pub recipe: String,
    /// Reported share of videos whose class came first, in percent.
    pub top1: f64,
    /// Reported share of videos whose class was among the first five, in percent.
    pub top5: f64,
    /// How those were measured.
    pub protocol: String,
    /// GPUs of the training, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u32>,
    /// Memory on each, in megabytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
}

impl Entry {
    /// Every name by which people know it: ours, those of its rows, and its file with and without ending and date.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let stem = self.file.strip_suffix(".pth").unwrap_or(&self.file);
        let undated = stem.rsplit_once('_').map_or(stem, |(name, _date_and_hash)| name);
        // A file that is named after its row, and a backbone that stands in no row, need no third name.
        let rows = self.published.iter().map(|row| row.name.as_str());
        std::iter::once(self.name.as_str()).chain(rows).chain([self.file.as_str(), stem, undated])
    }

    /// The network's shape. A backbone's says one class, which stands for none.
    ///
    /// # Panics
    /// Never for the entries of [`super::entries`]: a test builds each.
    pub fn arch(&self) -> ArchSpec {
        ArchSpec::with_depth(self.mode, self.depth, self.classes.unwrap_or(1)).expect("should be a depth of the zoo")
    }

    /// `ir-CSN-152`.
    pub fn architecture(&self) -> String {
        let mode = match self.mode {
            BottleneckMode::Ir => "ir",
            BottleneckMode::Ip => "ip",
        };
        format!("{mode}-CSN-{}", self.depth)
    }

    /// Best reported accuracies, top-1 and top-5 in percent: those of the newest table.
    pub fn accuracy(&self) -> Option<(f64, f64)> {
        self.published.iter().max_by_key(|row| row.branch).map(|row| (row.top1, row.top5))
    }

    /// Bytes of the file, or of its weights alone where the file's size is not known; and whether that is exact.
    pub fn size(&self) -> (u64, bool) {
        match (self.bytes, self.kind) {
            (Some(bytes), _) => (bytes, true),
            (None, Kind::Recognizer) => (self.arch().weight_bytes(), false),
            (None, Kind::Backbone) => (self.arch().backbone_bytes(), false),
        }
    }
}

impl PixelSet {
    /// The numbers.
    pub const fn normalization(self) -> Normalization {
        match self {
            Self::Imagenet => Normalization::IMAGENET,
            Self::Kinetics => Normalization::KINETICS,
        }
    }
}

impl Citation {
    /// The reference in one line.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Csn => {
                "D. Tran, H. Wang, L. Torresani, M. Feiszli: Video classification with channel-separated convolutional networks. ICCV 2019, arXiv:1904.02811"
            }
            Self::Ig65m => {
                "D. Ghadiyaram, D. Tran, D. Mahajan: Large-scale weakly-supervised pre-training for video action recognition. CVPR 2019"
            }
        }
    }
}

impl fmt::Display for Pretraining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Ig65m => "IG-65M",
            Self::Sports1m => "Sports-1M",
        })
    }
}

impl fmt::Display for BatchNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Frozen => "frozen",
            Self::Live => "live",
        })
    }
}

impl fmt::Display for PixelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Imagenet => "ImageNet (A)",
            Self::Kinetics => "Kinetics (B)",
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mmaction2 => "trained by mmaction2",
            Self::Vmz => "weights of Facebook’s VMZ, ported by mmaction2",
        })
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V0 => "0.x",
            Self::V1 => "1.x",
        })
    }
}
