//! What a person decides about a training: one typed value, written as TOML.
//!
//! Every setting is a plain number, word, switch or list, so that the form of the window, `--set` of the command line and
//! the file share one table of them ([`super::fields`]). What the published networks were trained with comes in through
//! [`TrainConfig::from_recipe`].

use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use super::fields;
use super::step::{LossSettings, Optimizer, StepSettings, TrainedParts};
use crate::config_text::{join, read_toml};
use crate::recipe::{BatchNormMode, ClipRecipe, CropRecipe};
use crate::{Branch, CropMode, Issue, Normalization, OutOfBound, TomlError, Valid};

/// How a network is fine-tuned or trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Which part of the network learns.
    pub network: NetworkConfig,
    /// How clips are cut.
    pub clip: ClipConfig,
    /// How training clips are varied.
    pub augmentation: AugmentationConfig,
    /// How weights change.
    pub optimizer: OptimizerConfig,
    /// How the learning rate changes.
    pub schedule: ScheduleConfig,
    /// What is minimised.
    pub loss: LossConfig,
    /// Which clips are shown, and how many at once.
    pub data: DataConfig,
    /// How the network is judged on the way.
    pub evaluation: EvaluationConfig,
    /// What is written, and when it ends.
    pub run: RunConfig,
}

/// The part of a network that learns; everything before it stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trained {
    /// The classifier alone, on features that are computed once.
    #[default]
    Head,
    /// The classifier and the last of the four stages.
    LastStage,
    /// The classifier and the last two stages.
    #[serde(rename = "last-2-stages")]
    Last2Stages,
    /// The classifier and the last three stages.
    #[serde(rename = "last-3-stages")]
    Last3Stages,
    /// Everything.
    All,
}

/// Which part of the network learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkConfig {
    /// The part.
    pub trained: Trained,
    /// What training does to the batch normalisations of that part.
    pub batch_norm: BatchNormMode,
    /// Share of the features that training drops before the classifier, 0 to 0.95.
    pub dropout: f64,
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self { trained: Trained::Head, batch_norm: BatchNormMode::Frozen, dropout: 0.5 }
    }
}

/// How clips are cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClipConfig {
    /// Frames that the network sees at once.
    pub clip_len: u32,
    /// Distance of two of them, in frames of the video.
    pub frame_interval: u32,
    /// Length of the resized picture's shorter side, in pixels.
    pub short_side: u32,
    /// Side of the square that the network sees, in pixels.
    pub crop_size: u32,
    /// Normalisation of the pixels.
    pub normalization: Normalization,
}

impl Default for ClipConfig {
    fn default() -> Self {
        let normalization = Normalization::IMAGENET;
        Self { clip_len: 32, frame_interval: 2, short_side: 256, crop_size: 224, normalization }
    }
}

/// Which part of the picture a training clip shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrainCrop {
    /// A part of random place, size and shape, resized to the square.
    #[default]
    RandomResized,
    /// The square in the centre, as in analysis.
    Center,
}

/// How training clips are varied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentationConfig {
    /// Which part of the picture is shown.
    pub crop: TrainCrop,
    /// Least share of the picture's area.
    pub area_min: f64,
    /// Greatest share of the picture's area.
    pub area_max: f64,
    /// Least width over height.
    pub aspect_min: f64,
    /// Greatest width over height.
    pub aspect_max: f64,
    /// Share of clips that are mirrored left to right.
    pub flip: f64,
}

impl Default for AugmentationConfig {
    /// No mirroring, as labels may tell left from right; otherwise as mmaction2.
    fn default() -> Self {
        Self {
            crop: TrainCrop::RandomResized,
            area_min: 0.08,
            area_max: 1.0,
            aspect_min: 0.75,
            aspect_max: 4.0 / 3.0,
            flip: 0.0,
        }
    }
}

/// Which rule changes the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Stochastic gradient descent with momentum.
    #[default]
    Sgd,
    /// Adam with decoupled weight decay.
    #[serde(rename = "adamw")]
    AdamW,
}

/// How weights change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerConfig {
    /// The rule.
    pub kind: OptimizerKind,
    /// Learning rate before schedule and warm-up.
    pub learning_rate: f64,
    /// Clips in the batch that the learning rate is stated for; 0 if it shall not be scaled.
    pub base_batch: u32,
    /// Share of the last step's direction that is kept (SGD).
    pub momentum: f64,
    /// Memory of the mean gradient (AdamW).
    pub beta1: f64,
    /// Memory of the mean squared gradient (AdamW).
    pub beta2: f64,
    /// Pulls every weight towards zero.
    pub weight_decay: f64,
    /// Gradients longer than this, over all parameters together, are shortened to it; 0 for no limit.
    pub clip_norm: f64,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Sgd,
            learning_rate: 0.01,
            base_batch: 0,
            momentum: 0.9,
            beta1: 0.9,
            beta2: 0.999,
            weight_decay: 1e-4,
            clip_norm: 40.0,
        }
    }
}

/// How the learning rate falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RatePolicy {
    /// It stays.
    Fixed,
    /// It is multiplied by `gamma` at every milestone.
    Step,
    /// It falls along half a cosine.
    #[default]
    Cosine,
}

/// When a warm-up changes the learning rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateStep {
    /// At every step (mmaction2 0.x).
    #[default]
    Iteration,
    /// Between epochs only, and so does the fall (mmaction2 1.x).
    Epoch,
}

/// How the learning rate changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Passes over the training clips.
    pub epochs: u32,
    /// How it falls.
    pub policy: RatePolicy,
    /// Epochs, counted from 0, that lower it (step).
    pub milestones: Vec<u32>,
    /// Factor at every milestone (step).
    pub gamma: f64,
    /// Where it ends (cosine).
    pub min_rate: f64,
    /// Epochs of the rise at the beginning; 0 for none.
    pub warmup_epochs: u32,
    /// Factor of the first step of the rise.
    pub warmup_start: f64,
    /// When the rate changes.
    pub changes: RateStep,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self {
            epochs: 20,
            policy: RatePolicy::Cosine,
            milestones: Vec::new(),
            gamma: 0.1,
            min_rate: 0.0,
            warmup_epochs: 0,
            warmup_start: 0.1,
            changes: RateStep::Iteration,
        }
    }
}

/// Whether rare classes count more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// Every clip counts alike.
    #[default]
    None,
    /// Every class counts alike: a clip counts with clips / (classes · clips of its class).
    Balanced,
}

/// What is minimised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossConfig {
    /// Whether a clip may show several classes at once (binary cross-entropy) or shows exactly one (cross-entropy).
    pub multi_label: bool,
    /// Share of every label that is spread over all classes.
    pub label_smoothing: f64,
    /// Whether rare classes count more.
    pub class_weights: ClassWeights,
}

/// How clips are divided into those to learn from and those to be judged on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitRule {
    /// Videos, or groups of videos, as a whole; by time where there is only one.
    #[default]
    Video,
    /// The end of every video is kept for validation, behind a gap.
    Time,
}

/// Which clips are shown, and how many at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Clips of one step.
    pub batch: u32,
    /// Clips that go through the network at once; 0 for all of a step. The result is the same but for batch
    /// normalisations that learn.
    pub micro_batch: u32,
    /// Whether every class is shown equally often.
    pub balanced_sampling: bool,
    /// How clips are divided.
    pub split: SplitRule,
    /// Share of the clips for validation.
    pub validation_share: f64,
    /// Seconds left out between training and validation where a video is divided.
    pub gap_seconds: f64,
    /// Whether what happens in none of the labels becomes a class of its own.
    pub background: bool,
    /// Where all random choices begin.
    pub seed: u64,
    /// Gigabytes of disk that decoded clips may take; 0 for no cache.
    pub cache_gb: f64,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            batch: 16,
            micro_batch: 0,
            balanced_sampling: false,
            split: SplitRule::Video,
            validation_share: 0.2,
            gap_seconds: 2.0,
            background: true,
            seed: 0,
            cache_gb: 4.0,
        }
    }
}

/// Which figure says what the best checkpoint is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BestBy {
    /// Share of clips whose best score is right.
    #[default]
    Top1,
    /// Mean over the classes of that share.
    MeanClassAccuracy,
    /// Mean average precision over the classes.
    Map,
}

/// How the network is judged on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Clips of each sample, whose scores are averaged.
    pub num_clips: u32,
    /// Squares of each clip.
    pub crop: CropMode,
    /// By whose rule clips are placed.
    pub sampling: Branch,
    /// What the best checkpoint is chosen by.
    pub best_by: BestBy,
    /// Whether the best network is judged on whole videos at the end, where some are fully labelled and kept back.
    pub whole_videos: bool,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self { num_clips: 1, crop: CropMode::Center, sampling: Branch::V1, best_by: BestBy::Top1, whole_videos: true }
    }
}

/// What is written, and when a training ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunConfig {
    /// Epochs between two validations.
    pub validate_every: u32,
    /// Epochs between two numbered checkpoints; 0 for none but the last and the best.
    pub checkpoint_every: u32,
    /// Numbered checkpoints that are kept; 0 for all.
    pub keep: u32,
    /// Validations without a better result after which the training ends; 0 for never.
    pub patience: u32,
    /// Steps between two lines of the log.
    pub log_every: u32,
    /// Varied views of every clip whose features are computed beforehand, where the classifier alone learns.
    pub feature_views: u32,
    /// Whether it is said if the device cannot repeat results to the bit. The processor always does; a graphics card may not.
    pub deterministic: bool,
    /// Whether TensorBoard's event files are written too.
    pub tensorboard: bool,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            validate_every: 1,
            checkpoint_every: 0,
            keep: 3,
            patience: 0,
            log_every: 10,
            feature_views: 4,
            deterministic: false,
            tensorboard: false,
        }
    }
}

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TrainConfigError {
    /// Too long, not TOML, or not these settings.
    #[error(transparent)]
    Text(#[from] TomlError),
    /// Settings that make no sense.
    #[error("the configuration cannot be used: {}", join(.issues))]
    Invalid {
        /// All that is wrong.
        issues: Vec<Issue>,
    },
    /// A setting that there is not, or that cannot have this value.
    #[error("{0}")]
    Setting(String),
}

impl TrainConfig {
    /// Reads a configuration from TOML without checking its values. What is left out is as in the default.
    ///
    /// # Errors
    /// If it is no TOML, or a setting is unknown or of the wrong kind.
    pub fn parse(text: &str) -> Result<Self, TrainConfigError> {
        Ok(read_toml(text)?)
    }

    /// Reads a configuration from TOML and checks it.
    ///
    /// # Errors
    /// As [`Self::parse`], or if values make no sense (all of them at once).
    pub fn from_toml(text: &str) -> Result<Valid<Self>, TrainConfigError> {
        Self::parse(text)?.validate().map_err(|issues| TrainConfigError::Invalid { issues })
    }

    /// The configuration as TOML; [`Self::parse`] reads the same from it.
    ///
    /// # Panics
    /// Never: a test writes and reads all kinds of values.
    pub fn to_toml(&self) -> String {
        toml::to_string(&self.writable()).expect("a configuration of plain numbers and words should be TOML")
    }

    /// With a seed that TOML can hold; it knows no numbers above 2⁶³ - 1.
    fn writable(&self) -> Self {
        let mut config = self.clone();
        config.data.seed &= u64::MAX >> 1;
        config
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// All issues at once, each with the dotted name of its setting.
    pub fn validate(self) -> Result<Valid<Self>, Vec<Issue>> {
        let issues = fields::issues(&self);
        if issues.is_empty() { Ok(Valid::checked(self)) } else { Err(issues) }
    }

    /// How clips are cut for training.
    pub fn train_clips(&self) -> ClipRecipe {
        let AugmentationConfig { crop, area_min, area_max, aspect_min, aspect_max, flip } = self.augmentation;
        let size = self.clip.crop_size;
        let crop = match crop {
            TrainCrop::Center => CropRecipe::Center { size },
            TrainCrop::RandomResized => {
                CropRecipe::RandomResized { size, area: [area_min, area_max], aspect: [aspect_min, aspect_max] }
            }
        };
        ClipRecipe { num_clips: 1, crop, flip, ..self.evaluation_clips() }
    }

    /// How clips are cut for validation.
    pub fn evaluation_clips(&self) -> ClipRecipe {
        let ClipConfig { clip_len, frame_interval, short_side, crop_size, .. } = self.clip;
        let (short_side, crop) = match self.evaluation.crop {
            CropMode::Center => (short_side, CropRecipe::Center { size: crop_size }),
            // Three squares fill the picture.
            CropMode::Three => (crop_size, CropRecipe::Three { size: crop_size }),
        };
        ClipRecipe {
            sampling: self.evaluation.sampling,
            clip_len,
            frame_interval,
            num_clips: self.evaluation.num_clips,
            out_of_bound: OutOfBound::Loop,
            short_side,
            crop,
            flip: 0.0,
        }
    }

    /// What one step needs to know. `class_weights` are used where the configuration asks for them.
    pub fn step_settings(&self, class_weights: Vec<f64>) -> StepSettings {
        let OptimizerConfig { kind, momentum, beta1, beta2, weight_decay, clip_norm, .. } = self.optimizer;
        StepSettings {
            parts: match self.network.trained {
                Trained::Head => TrainedParts::Head,
                Trained::LastStage => TrainedParts::LastStages(1),
                Trained::Last2Stages => TrainedParts::LastStages(2),
                Trained::Last3Stages => TrainedParts::LastStages(3),
                Trained::All => TrainedParts::All,
            },
            norm: self.network.batch_norm,
            optimizer: match kind {
                OptimizerKind::Sgd => Optimizer::Sgd { momentum, weight_decay },
                OptimizerKind::AdamW => Optimizer::AdamW { beta1, beta2, eps: 1e-8, weight_decay },
            },
            clip_norm: (clip_norm > 0.0).then_some(clip_norm),
            loss: LossSettings {
                multi_label: self.loss.multi_label,
                label_smoothing: self.loss.label_smoothing,
                class_weights: (self.loss.class_weights == ClassWeights::Balanced).then_some(class_weights),
            },
            dropout: self.network.dropout,
        }
    }

    /// Clips that go through the network at once.
    pub fn micro_batch(&self) -> u32 {
        let DataConfig { batch, micro_batch, .. } = self.data;
        if micro_batch == 0 { batch } else { micro_batch.min(batch) }
    }
}

/// Configurations from another process are checked again.
impl<'de> Deserialize<'de> for Valid<TrainConfig> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TrainConfig::deserialize(deserializer)?.validate().map_err(|issues| de::Error::custom(join(&issues)))
    }
}
