//! Our own configuration: which network, how its clips are cut, and how it is trained.
//!
//! A [`Recipe`] is one TOML text. It holds what a mmaction2 configuration file says about a CSN and nothing about where
//! the data lies. Reading mmaction2's files is the business of `ks-mmaction`; the published ones are here as
//! [`presets`].
//!
//! ```
//! use ks_domain::recipe::Recipe;
//!
//! let text = "
//!     average_clips = 'prob'
//!     [model]
//!     mode = 'ir'
//!     depth = 50
//!     classes = 400
//!     [normalization]
//!     mean = [123.675, 116.28, 103.53]
//!     std = [58.395, 57.12, 57.375]
//!     [test]
//!     sampling = '0.x'
//!     clip_len = 32
//!     frame_interval = 2
//!     num_clips = 10
//!     short_side = 256
//!     crop = { kind = 'three', size = 256 }
//! ";
//! let recipe = Recipe::from_toml(text).unwrap();
//! assert_eq!(recipe.test.as_ref().unwrap().views(), 30);
//! ```

mod check;
mod clips;
mod model;
mod presets;
mod training;

use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use crate::config_text::{join, read_toml};
pub use crate::{AverageClips, OutOfBound};
use crate::{Issue, Normalization, TomlError, Valid};

pub use self::clips::{ClipRecipe, CropRecipe};
pub use self::model::{BatchNormMode, ModelRecipe};
pub use self::presets::{Preset, preset, presets};
pub use self::training::{Schedule, TrainingRecipe, Warmup, WarmupStep};

/// A network with everything that is needed to test and to train it, except the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What a reader should know about it, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How the scores of a video's views become one.
    #[serde(default)]
    pub average_clips: AverageClips,
    /// Views that go through the network at once; without it, all of a video. The result is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views_at_once: Option<u32>,
    /// The network.
    pub model: ModelRecipe,
    /// Normalisation of the pixels.
    pub normalization: Normalization,
    /// How clips are cut for training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<ClipRecipe>,
    /// How clips are cut for validation during training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub val: Option<ClipRecipe>,
    /// How clips are cut for testing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<ClipRecipe>,
    /// How it is trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingRecipe>,
}

/// Why a text is not a recipe.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RecipeError {
    /// Too long, not TOML, or not the fields of a recipe.
    #[error(transparent)]
    Text(#[from] TomlError),
    /// Fields that make no sense.
    #[error("the configuration cannot be used: {}", join(.issues))]
    Invalid {
        /// All that is wrong.
        issues: Vec<Issue>,
    },
    /// A recipe that TOML cannot hold.
    #[error("the configuration cannot be written: {reason}")]
    Unwritable {
        /// What the writer said.
        reason: String,
    },
}

impl Recipe {
    /// Reads a recipe from TOML and checks it.
    ///
    /// # Errors
    /// If it is no TOML, a field is unknown or missing, or values make no sense (all of them at once).
    pub fn from_toml(text: &str) -> Result<Valid<Self>, RecipeError> {
        let recipe: Self = read_toml(text)?;
        recipe.validate().map_err(|issues| RecipeError::Invalid { issues })
    }

    /// Writes the recipe as TOML; [`Recipe::from_toml`] reads the same recipe from it.
    ///
    /// # Errors
    /// If a number is too large for TOML.
    pub fn to_toml(&self) -> Result<String, RecipeError> {
        toml::to_string(self).map_err(|error| RecipeError::Unwritable { reason: error.to_string() })
    }

    /// Checks every field.
    ///
    /// # Errors
    /// All issues at once, each with the dotted name of its field.
    pub fn validate(self) -> Result<Valid<Self>, Vec<Issue>> {
        let issues = check::issues(&self);
        if issues.is_empty() { Ok(Valid::checked(self)) } else { Err(issues) }
    }
}

/// Recipes from another process are checked again.
impl<'de> Deserialize<'de> for Valid<Recipe> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Recipe::deserialize(deserializer)?.validate().map_err(|issues| de::Error::custom(join(&issues)))
    }
}
