//! The checkpoint and the names of its classes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ks_domain::LabelSet;

use super::video::Failure;

/// A file with its name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its file name.
    pub name: String,
}

impl NamedFile {
    /// The file at a path. Every training leaves a `best.safetensors`; such names stand with their folder's.
    pub fn new(path: &Path) -> Self {
        let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let is_common = matches!(stem.as_str(), "best" | "last" | "latest") || stem.starts_with("epoch_");
        let folder = path.parent().and_then(last).filter(|_| is_common);
        let name = last(path).unwrap_or_else(|| path.display().to_string());
        let name = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
        Self { path: path.to_owned(), name }
    }
}

/// A loaded network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedModel {
    /// What it is (`ir-CSN-50`).
    pub architecture: String,
    /// How many classes it tells apart.
    pub classes: usize,
}

/// The checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelState {
    /// None chosen.
    #[default]
    None,
    /// Being read.
    Loading(NamedFile),
    /// Read.
    Ready(NamedFile, LoadedModel),
    /// Not a checkpoint that can be used.
    Failed {
        /// The file.
        file: NamedFile,
        /// Why, and what to do.
        failure: Failure,
    },
}

impl ModelState {
    /// The chosen file.
    pub const fn file(&self) -> Option<&NamedFile> {
        match self {
            Self::None => None,
            Self::Loading(file) | Self::Ready(file, _) | Self::Failed { file, .. } => Some(file),
        }
    }

    /// How many classes it tells apart, once known.
    pub const fn classes(&self) -> Option<usize> {
        match self {
            Self::Ready(_, model) => Some(model.classes),
            Self::None | Self::Loading(_) | Self::Failed { .. } => None,
        }
    }
}

/// The names of the checkpoint's classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelState {
    /// The chosen file.
    pub file: Option<NamedFile>,
    /// Its names, once read.
    pub set: Option<Arc<LabelSet>>,
    /// Why it cannot be used: unreadable, or not of this checkpoint.
    pub failure: Option<Failure>,
}

impl LabelState {
    /// The name of a class; a number where it has none.
    pub(crate) fn name_of(&self, class: usize) -> String {
        let named = self.set.as_ref().and_then(|set| set.name(class)).map(str::to_owned);
        named.unwrap_or_else(|| crate::tr!("class-unnamed", number = class.to_string()))
    }

    /// Compares the names with the checkpoint.
    pub(crate) fn check(&mut self, model: &ModelState) {
        let Some(set) = &self.set else { return };
        self.failure = model
            .classes()
            .and_then(|classes| set.check_count(classes).err())
            .map(|error| Failure::new(crate::format::sentence(&error.to_string())));
    }
}
