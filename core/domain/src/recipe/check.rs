//! What makes a recipe usable. All issues are found in one go.

use super::{ClipRecipe, CropRecipe, ModelRecipe, Recipe, Schedule, TrainingRecipe};
use crate::{Issue, Normalization};

/// Collects issues under a dotted name.
struct Checker {
    issues: Vec<Issue>,
}

impl Checker {
    fn check(&mut self, is_good: bool, group: &str, field: &str, message: &str) {
        if !is_good {
            let field = if group.is_empty() { field.to_owned() } else { format!("{group}.{field}") };
            self.issues.push(Issue { field, message: message.to_owned() });
        }
    }
}

/// Everything that is wrong with a recipe.
pub(super) fn issues(recipe: &Recipe) -> Vec<Issue> {
    let mut checker = Checker { issues: Vec::new() };
    checker.check(
        recipe.views_at_once.is_none_or(|views| (1..=4096).contains(&views)),
        "",
        "views_at_once",
        "views at once must be 1 to 4096",
    );
    let Normalization { mean, std } = recipe.normalization;
    checker.check(mean.iter().all(|m| m.is_finite()), "normalization", "mean", "means must be finite");
    let is_good = std.iter().all(|s| s.is_finite() && *s > 0.0);
    checker.check(is_good, "normalization", "std", "deviations must be finite and positive");
    check_model(&mut checker, &recipe.model);
    let phases = [("train", &recipe.train), ("val", &recipe.val), ("test", &recipe.test)];
    for (name, clips) in phases {
        if let Some(clips) = clips {
            check_clips(&mut checker, name, clips);
        }
    }
    let has_clips = phases.iter().any(|(_, clips)| clips.is_some());
    checker.check(has_clips, "", "test", "at least one of train, val and test must say how clips are cut");
    for (name, clips) in [("val", &recipe.val), ("test", &recipe.test)] {
        let is_random = clips.as_ref().is_some_and(|clips| matches!(clips.crop, CropRecipe::RandomResized { .. }));
        checker.check(!is_random, name, "crop", "a random crop is for training only; choose center or three");
        let is_flipped = clips.as_ref().is_some_and(|clips| clips.flip != 0.0);
        checker.check(!is_flipped, name, "flip", "mirroring at random is for training only; remove it");
    }
    if let Some(training) = &recipe.training {
        check_training(&mut checker, training);
        checker.check(
            recipe.train.is_some(),
            "",
            "train",
            "a recipe that says how to train must say how clips are cut for it",
        );
    }
    checker.issues
}

fn check_model(checker: &mut Checker, model: &ModelRecipe) {
    let arch = &model.arch;
    let mut check = |is_good: bool, field: &str, message: &str| checker.check(is_good, "model", field, message);
    let within = |numbers: &[usize], most: usize| numbers.iter().all(|number| (1..=most).contains(number));
    check(within(&arch.stage_blocks, 200), "stage_blocks", "every stage must have 1 to 200 blocks");
    check(within(&[arch.base_channels], 1024), "base_channels", "base channels must be 1 to 1024");
    check(within(&[arch.in_channels], 64), "in_channels", "input channels must be 1 to 64");
    check(within(&[arch.classes], 1_000_000), "classes", "classes must be 1 to 1000000");
    check(within(&[arch.conv1_stride_t], 16), "conv1_stride_t", "the stem's temporal stride must be 1 to 16");
    check(within(&[arch.pool1_stride_t], 16), "pool1_stride_t", "the pool's temporal stride must be 1 to 16");
    check(within(&arch.spatial_strides, 16), "spatial_strides", "spatial strides must be 1 to 16");
    check(within(&arch.temporal_strides, 16), "temporal_strides", "temporal strides must be 1 to 16");
    check(within(&arch.dilations, 16), "dilations", "dilations must be 1 to 16");
    check(
        arch.bn_eps > 0.0 && arch.bn_eps < 1.0,
        "bn_eps",
        "the epsilon of batch normalisation must be between 0 and 1",
    );
    check((0.0..1.0).contains(&model.dropout), "dropout", "dropout must be at least 0 and less than 1");
    check(model.init_std > 0.0 && model.init_std <= 1.0, "init_std", "init_std must be above 0 and at most 1");
}

fn check_clips(checker: &mut Checker, name: &str, clips: &ClipRecipe) {
    let mut check = |is_good: bool, field: &str, message: &str| checker.check(is_good, name, field, message);
    check((1..=512).contains(&clips.clip_len), "clip_len", "clip length must be 1 to 512 frames");
    check((1..=256).contains(&clips.frame_interval), "frame_interval", "frame interval must be 1 to 256 frames");
    check((1..=1000).contains(&clips.num_clips), "num_clips", "clips of a video must be 1 to 1000");
    check((16..=2048).contains(&clips.short_side), "short_side", "short side must be 16 to 2048 pixels");
    let size = clips.crop.size();
    check((16..=2048).contains(&size), "crop.size", "crop size must be 16 to 2048 pixels");
    match clips.crop {
        CropRecipe::Center { .. } => {
            let message = "the crop must not be larger than the short side";
            check(size <= clips.short_side, "crop.size", message);
        }
        CropRecipe::Three { .. } => {
            let message = "three crops need a crop size equal to the short side";
            check(size == clips.short_side, "crop.size", message);
        }
        CropRecipe::RandomResized { area: [least, most], aspect: [narrow, wide], .. } => {
            let is_good = 0.0 < least && least <= most && most <= 1.0;
            check(is_good, "crop.area", "areas must be above 0 and at most 1, the smaller one first");
            let is_good = 0.0 < narrow && narrow <= wide && wide <= 100.0;
            check(is_good, "crop.aspect", "aspect ratios must be above 0 and at most 100, the smaller one first");
        }
    }
    check((0.0..=1.0).contains(&clips.flip), "flip", "the probability of mirroring must be 0 to 1");
}

fn check_training(checker: &mut Checker, training: &TrainingRecipe) {
    let mut check = |is_good: bool, field: &str, message: &str| checker.check(is_good, "training", field, message);
    check((1..=100_000).contains(&training.epochs), "epochs", "epochs must be 1 to 100000");
    check((1..=4096).contains(&training.batch_per_gpu), "batch_per_gpu", "the batch must be 1 to 4096 videos");
    check((1..=4096).contains(&training.gpus), "gpus", "GPUs must be 1 to 4096");
    check(training.lr > 0.0 && training.lr.is_finite(), "lr", "the learning rate must be positive");
    check((0.0..1.0).contains(&training.momentum), "momentum", "momentum must be at least 0 and less than 1");
    check((0.0..=1.0).contains(&training.weight_decay), "weight_decay", "weight decay must be 0 to 1");
    let is_good = training.clip_norm.is_none_or(|norm| norm > 0.0 && norm.is_finite());
    check(is_good, "clip_norm", "the norm that gradients are clipped to must be positive");
    check(training.validate_every > 0, "validate_every", "epochs between validations must be at least 1");
    check(training.checkpoint_every > 0, "checkpoint_every", "epochs between checkpoints must be at least 1");
    match &training.schedule {
        Schedule::Fixed => {}
        Schedule::Step { milestones, gamma } => {
            let is_good = milestones.windows(2).all(|pair| pair[0] < pair[1]);
            check(is_good, "schedule.milestones", "milestones must be ascending");
            check(*gamma > 0.0 && *gamma <= 1.0, "schedule.gamma", "gamma must be above 0 and at most 1");
        }
        Schedule::Cosine { min_lr } => {
            let is_good = (0.0..=training.lr).contains(min_lr);
            check(is_good, "schedule.min_lr", "the last learning rate must be 0 up to the first one");
        }
    }
    if let Some(warmup) = training.warmup {
        check(warmup.epochs <= training.epochs, "warmup.epochs", "the warm-up must not be longer than the training");
        check(warmup.ratio > 0.0 && warmup.ratio <= 1.0, "warmup.ratio", "the ratio must be above 0 and at most 1");
    }
    let both = training.pretrained.is_some() && training.load_from.is_some();
    check(!both, "load_from", "the network begins with either pretrained or load_from, not both");
}
