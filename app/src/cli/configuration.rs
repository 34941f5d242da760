//! What `CONFIG` names on the command line: an mmaction2 configuration, one of ours, or a preset.

use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use ks_domain::Valid;
use ks_domain::recipe::{self, Recipe};
use ks_mmaction::config::Config;
use ks_mmaction::translate::{self, DataSources};

use super::console::Console;

/// A configuration as a command needs it.
pub(super) struct Configuration {
    /// Network, clips, training.
    pub(super) recipe: Valid<Recipe>,
    /// What it is trained and tested on, if it says so: mmaction2's do.
    pub(super) data: DataSources,
}

/// Reads a configuration and tells what a user of the original must know about it.
pub(super) fn load(name: &Path, console: &mut Console) -> anyhow::Result<Configuration> {
    let shown = name.display();
    match name.extension().and_then(|extension| extension.to_str()) {
        Some("py") => from_mmaction2(name, console),
        Some("toml") => {
            let text = std::fs::read_to_string(name).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => anyhow::anyhow!("there is no such configuration; check the name: {shown}"),
                _ => anyhow::anyhow!("the configuration cannot be read ({error}): {shown}"),
            })?;
            let recipe = Recipe::from_toml(&text).with_context(|| shown.to_string())?;
            Ok(Configuration { recipe, data: DataSources::default() })
        }
        _ => {
            let Some(preset) = name.to_str().and_then(recipe::preset) else {
                bail!(
                    "“{shown}” is no configuration; name a .py file of mmaction2, a .toml file of Kinetoscope, or a preset such as {}",
                    recipe::presets().first().map_or("", |preset| preset.name)
                );
            };
            let recipe = preset.recipe().with_context(|| shown.to_string())?;
            if !recipe.note.is_empty() {
                console.note(&recipe.note);
            }
            Ok(Configuration { recipe, data: DataSources::default() })
        }
    }
}

fn from_mmaction2(name: &Path, console: &mut Console) -> anyhow::Result<Configuration> {
    let config = Config::load(name)?;
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    let translated = translate::to_recipe(&config, &stem).with_context(|| name.display().to_string())?;
    for note in &translated.notes {
        console.complain(&format!("note: {note}: {}", name.display()));
    }
    for leftover in &translated.leftovers {
        let said = format!("{} = {} has no counterpart here", leftover.path, leftover.value);
        if leftover.changes_results {
            console.complain(&format!("warning: {said}, results may differ: {}", name.display()));
        } else {
            console.note(&said);
        }
    }
    Ok(Configuration { recipe: translated.recipe, data: translated.data })
}
