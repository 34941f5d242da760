//! What `CONFIG` and the options say: the configuration of a training and the network that it is meant for.

use std::path::Path;

use anyhow::{Context as _, bail};
use ks_domain::recipe::{Recipe, preset};
use ks_domain::training::{ClipConfig, TRAIN_PRESETS, TrainConfig};
use ks_domain::{ArchSpec, Capsule, Normalization, Valid};
use ks_mmaction::translate::DataSources;

use super::args::TrainArgs;
use crate::cli::configuration::{self, Configuration};
use crate::cli::console::Console;

/// A configuration as a training needs it.
pub(super) struct Chosen {
    pub(super) config: Valid<TrainConfig>,
    /// The network that it is meant for, if it says so.
    pub(super) arch: Option<ArchSpec>,
    /// The data that it names.
    pub(super) data: DataSources,
}

/// Reads the configuration and applies the options.
pub(super) fn choose(args: &TrainArgs, parent: Option<&Capsule>, console: &mut Console) -> anyhow::Result<Chosen> {
    let clip = clip_of(parent);
    let name = &args.config;
    let (mut config, arch, data) = match TRAIN_PRESETS.iter().find(|ours| name == Path::new(ours.name)) {
        Some(ours) => {
            let config = TrainConfig::preset(ours.name, &clip).context("the preset is missing from the program")?;
            (config, None, DataSources::default())
        }
        None => read(name, console)?,
    };
    if args.auto_scale_lr && config.optimizer.base_batch == 0 {
        config.optimizer.base_batch = base_batch(name, &config);
    }
    for assignment in &args.settings {
        config = config.with_assignment(assignment)?;
    }
    if let Some(seed) = args.seed {
        config.data.seed = seed;
    }
    config.run.deterministic |= args.deterministic;
    let config = config.validate().map_err(|issues| {
        let lines: Vec<String> = issues.into_iter().map(|issue| format!("{} {}", issue.field, issue.message)).collect();
        anyhow::anyhow!("the configuration cannot be used: {}", lines.join("; "))
    })?;
    Ok(Chosen { config, arch, data })
}

/// As the checkpoint was trained, if it says so.
fn clip_of(parent: Option<&Capsule>) -> ClipConfig {
    let plain = ClipConfig::default();
    let Some(parent) = parent else { return plain };
    let cut = parent.clip;
    ClipConfig {
        clip_len: cut.map_or(plain.clip_len, |cut| cut.clip_len),
        frame_interval: cut.map_or(plain.frame_interval, |cut| cut.frame_interval),
        short_side: cut.and_then(|cut| cut.short_side).unwrap_or(plain.short_side),
        crop_size: cut.and_then(|cut| cut.crop_size).unwrap_or(plain.crop_size),
        normalization: parent.normalization.unwrap_or(Normalization::IMAGENET),
    }
}

/// The batch that a published learning rate is meant for: 96 clips in mmaction2's 1.x (`auto_scale_lr`), that of the
/// configuration itself elsewhere.
fn base_batch(name: &Path, config: &TrainConfig) -> u32 {
    let is_new = name.to_str().and_then(preset).is_some_and(|found| found.name.ends_with("kinetics400-rgb"));
    if is_new { 96 } else { config.data.batch }
}

fn read(name: &Path, console: &mut Console) -> anyhow::Result<(TrainConfig, Option<ArchSpec>, DataSources)> {
    let is_toml = name.extension().is_some_and(|ending| ending == "toml");
    if is_toml
        && let Ok(text) = std::fs::read_to_string(name)
        && !is_recipe(&text)
    {
        let config = TrainConfig::parse(&text).with_context(|| name.display().to_string())?;
        return Ok((config, None, DataSources::default()));
    }
    if !is_toml && name.extension().is_none() && name.to_str().and_then(preset).is_none() {
        let ours: Vec<&str> = TRAIN_PRESETS.iter().map(|preset| preset.name).collect();
        bail!(
            "“{}” is no configuration; name {}, a published one, a .py file of mmaction2 or a .toml file",
            name.display(),
            ours.join(", ")
        );
    }
    let Configuration { recipe, data, .. } = configuration::load(name, console)?;
    let config = TrainConfig::from_recipe(&recipe)
        .with_context(|| format!("the configuration does not say how to train: {}", name.display()))?;
    Ok((config, Some(recipe.model.arch.clone()), data))
}

/// A recipe has a network; a training's configuration has not.
fn is_recipe(text: &str) -> bool {
    Recipe::from_toml(text).is_ok() || text.lines().any(|line| line.trim() == "[model]")
}
