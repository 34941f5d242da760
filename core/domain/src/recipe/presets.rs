//! The published configurations of mmaction2's CSN networks, as recipes.
//!
//! One file in `assets/presets` for each row of the two tables of configurations (nine of 0.x, eight of 1.x), with the
//! values that were meant where the original file is defective; its note says so. No file name occurs in both branches,
//! so a preset is called what its file was called, without `.py`.

use super::{Recipe, RecipeError};
use crate::Valid;

/// A published configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Name of the original configuration file without `.py`.
    pub name: &'static str,
    /// The recipe as TOML.
    pub text: &'static str,
}

impl Preset {
    /// The recipe.
    ///
    /// # Errors
    /// Never, as a test reads all of them.
    pub fn recipe(&self) -> Result<Valid<Recipe>, RecipeError> {
        Recipe::from_toml(self.text)
    }
}

macro_rules! preset {
    ($name:literal) => {
        Preset { name: $name, text: include_str!(concat!("../../../../assets/presets/", $name, ".toml")) }
    };
}

const PRESETS: &[Preset] = &[
    preset!("ircsn_bnfrozen_r50_32x2x1_180e_kinetics400_rgb"),
    preset!("ircsn_ig65m_pretrained_bnfrozen_r50_32x2x1_58e_kinetics400_rgb"),
    preset!("ircsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb"),
    preset!("ircsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb"),
    preset!("ircsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb"),
    preset!("ipcsn_bnfrozen_r152_32x2x1_180e_kinetics400_rgb"),
    preset!("ipcsn_sports1m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb"),
    preset!("ipcsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb"),
    preset!("ircsn_ig65m_pretrained_r152_32x2x1_58e_kinetics400_rgb"),
    preset!("ircsn_ig65m-pretrained-r152-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb"),
    preset!("ircsn_ig65m-pretrained-r152_8xb12-32x2x1-58e_kinetics400-rgb"),
    preset!("ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_kinetics400-rgb"),
    preset!("ipcsn_r152_32x2x1-180e_kinetics400-rgb"),
    preset!("ircsn_r152_32x2x1-180e_kinetics400-rgb"),
    preset!("ipcsn_ig65m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb"),
    preset!("ipcsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb"),
    preset!("ircsn_sports1m-pretrained-r152-bnfrozen_32x2x1-58e_kinetics400-rgb"),
];

/// All published configurations, those of 0.x first, in the order of the original's tables.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// The published configuration of that name; a `.py` or `.toml` behind it is overlooked.
pub fn preset(name: &str) -> Option<&'static Preset> {
    let name = name.strip_suffix(".py").or_else(|| name.strip_suffix(".toml")).unwrap_or(name);
    PRESETS.iter().find(|preset| preset.name == name)
}
