//! Where a training starts from: three presets of ours for people with a few dozen labels, and the published recipes.

use super::config::{
    AugmentationConfig, ClipConfig, DataConfig, EvaluationConfig, LossConfig, NetworkConfig, OptimizerConfig,
    OptimizerKind, RatePolicy, RateStep, RunConfig, ScheduleConfig, TrainConfig, TrainCrop, Trained,
};
use crate::CropMode;
use crate::recipe::{CropRecipe, Recipe, Schedule, WarmupStep, presets};

/// A preset of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainPreset {
    /// Its name in files and on the command line.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub purpose: &'static str,
}

/// Our presets, the quickest first.
pub const TRAIN_PRESETS: &[TrainPreset] = &[
    TrainPreset {
        name: "quick-head",
        purpose: "Teaches the classifier alone, on features that are computed once: minutes on any computer",
    },
    TrainPreset {
        name: "balanced",
        purpose: "Also teaches the last stage of the network: better for actions it has never seen, needs more time",
    },
    TrainPreset {
        name: "accurate",
        purpose: "Teaches the whole network: best with hundreds of labels and a graphics card",
    },
];

impl TrainConfig {
    /// The configuration of a preset of ours, or of a published recipe by its name. Clips are cut as `clip` says, where a
    /// recipe does not say it itself.
    pub fn preset(name: &str, clip: &ClipConfig) -> Option<Self> {
        let with_clip = |config: Self| Some(Self { clip: clip.clone(), ..config });
        match name {
            "quick-head" => with_clip(Self::quick_head()),
            "balanced" => with_clip(Self::balanced()),
            "accurate" => with_clip(Self::accurate()),
            published => {
                let recipe = presets().iter().find(|preset| preset.name == published)?.recipe().ok()?;
                Self::from_recipe(&recipe)
            }
        }
    }

    fn quick_head() -> Self {
        Self {
            optimizer: OptimizerConfig {
                kind: OptimizerKind::AdamW,
                learning_rate: 2e-3,
                weight_decay: 1e-2,
                ..OptimizerConfig::default()
            },
            schedule: ScheduleConfig { epochs: 60, warmup_epochs: 2, ..ScheduleConfig::default() },
            augmentation: AugmentationConfig { area_min: 0.4, ..AugmentationConfig::default() },
            loss: LossConfig { label_smoothing: 0.05, ..LossConfig::default() },
            data: DataConfig { batch: 32, balanced_sampling: true, ..DataConfig::default() },
            run: RunConfig { patience: 20, ..RunConfig::default() },
            ..Self::default()
        }
    }

    fn balanced() -> Self {
        Self {
            network: NetworkConfig { trained: Trained::LastStage, ..NetworkConfig::default() },
            optimizer: OptimizerConfig {
                kind: OptimizerKind::AdamW,
                learning_rate: 3e-4,
                weight_decay: 1e-2,
                ..OptimizerConfig::default()
            },
            schedule: ScheduleConfig { epochs: 20, warmup_epochs: 1, ..ScheduleConfig::default() },
            augmentation: AugmentationConfig { area_min: 0.25, ..AugmentationConfig::default() },
            loss: LossConfig { label_smoothing: 0.05, ..LossConfig::default() },
            data: DataConfig { batch: 16, micro_batch: 4, balanced_sampling: true, ..DataConfig::default() },
            run: RunConfig { patience: 8, ..RunConfig::default() },
            ..Self::default()
        }
    }

    fn accurate() -> Self {
        Self {
            network: NetworkConfig { trained: Trained::All, ..NetworkConfig::default() },
            optimizer: OptimizerConfig { learning_rate: 0.005, base_batch: 16, ..OptimizerConfig::default() },
            schedule: ScheduleConfig { epochs: 40, warmup_epochs: 4, ..ScheduleConfig::default() },
            data: DataConfig { batch: 16, micro_batch: 2, ..DataConfig::default() },
            run: RunConfig { patience: 12, checkpoint_every: 5, ..RunConfig::default() },
            ..Self::default()
        }
    }

    /// What a published network was trained with, as mmaction2 has it: all of the network, SGD, its schedule, its clips.
    /// `None` if the recipe says nothing of training.
    pub fn from_recipe(recipe: &Recipe) -> Option<Self> {
        let (training, train) = (recipe.training.as_ref()?, recipe.train.as_ref()?);
        let val = recipe.val.as_ref().unwrap_or(train);
        let defaults = AugmentationConfig::default();
        let (crop, area, aspect) = match train.crop {
            CropRecipe::RandomResized { area, aspect, .. } => (TrainCrop::RandomResized, area, aspect),
            CropRecipe::Center { .. } | CropRecipe::Three { .. } => {
                (TrainCrop::Center, [defaults.area_min, defaults.area_max], [defaults.aspect_min, defaults.aspect_max])
            }
        };
        let batch = training.batch_per_gpu.saturating_mul(training.gpus);
        let three = matches!(val.crop, CropRecipe::Three { .. });
        Some(Self {
            network: NetworkConfig {
                trained: Trained::All,
                batch_norm: recipe.model.batch_norm,
                dropout: recipe.model.dropout,
            },
            clip: ClipConfig {
                clip_len: train.clip_len,
                frame_interval: train.frame_interval,
                short_side: train.short_side,
                crop_size: train.crop.size(),
                normalization: recipe.normalization,
            },
            augmentation: AugmentationConfig {
                crop,
                area_min: area[0],
                area_max: area[1],
                aspect_min: aspect[0],
                aspect_max: aspect[1],
                flip: train.flip,
            },
            optimizer: OptimizerConfig {
                learning_rate: training.lr,
                momentum: training.momentum,
                weight_decay: training.weight_decay,
                clip_norm: training.clip_norm.unwrap_or(0.0),
                ..OptimizerConfig::default()
            },
            schedule: schedule_of(training),
            loss: LossConfig::default(),
            data: DataConfig { batch, micro_batch: training.batch_per_gpu, ..DataConfig::default() },
            evaluation: EvaluationConfig {
                num_clips: val.num_clips,
                crop: if three { CropMode::Three } else { CropMode::Center },
                sampling: val.sampling,
                ..EvaluationConfig::default()
            },
            run: RunConfig {
                validate_every: training.validate_every,
                checkpoint_every: training.checkpoint_every,
                ..RunConfig::default()
            },
        })
    }
}

fn schedule_of(training: &crate::recipe::TrainingRecipe) -> ScheduleConfig {
    let plain = ScheduleConfig { epochs: training.epochs, ..ScheduleConfig::default() };
    let falling = match &training.schedule {
        Schedule::Fixed => ScheduleConfig { policy: RatePolicy::Fixed, ..plain },
        Schedule::Step { milestones, gamma } => {
            ScheduleConfig { policy: RatePolicy::Step, milestones: milestones.clone(), gamma: *gamma, ..plain }
        }
        Schedule::Cosine { min_lr } => ScheduleConfig { policy: RatePolicy::Cosine, min_rate: *min_lr, ..plain },
    };
    match training.warmup {
        None => falling,
        Some(warmup) => ScheduleConfig {
            warmup_epochs: warmup.epochs,
            warmup_start: warmup.ratio,
            changes: match warmup.by {
                WarmupStep::Iteration => RateStep::Iteration,
                WarmupStep::Epoch => RateStep::Epoch,
            },
            ..falling
        },
    }
}
