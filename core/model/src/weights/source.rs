//! What was found in a checkpoint's file: tensors under the file's own names, and what is known beside them.

use ks_domain::{Capsule, LabelSet};

use super::state::StateDict;

/// How a file is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// PyTorch's ZIP archive, since 1.6.
    TorchZip,
    /// PyTorch's stream of pickles, before 1.6.
    TorchLegacy,
    /// safetensors without a description of ours.
    Safetensors,
    /// safetensors with a description of ours.
    Capsule,
}

impl FileFormat {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::TorchZip => "PyTorch file",
            Self::TorchLegacy => "PyTorch file from before 1.6",
            Self::Safetensors => "safetensors file",
            Self::Capsule => "capsule",
        }
    }
}

/// A file's contents.
#[derive(Clone, Debug)]
pub struct CheckpointFile {
    /// How it is built.
    pub format: FileFormat,
    /// Its weights, without a leading `module.`.
    pub tensors: StateDict,
    /// What else is in the file and was not used, by name.
    pub ignored: Vec<String>,
    /// What a careful reader should know, in sentences: numbers that were narrowed, averages beside the weights.
    pub remarks: Vec<String>,
    /// Its description, if it is ours.
    pub capsule: Option<Capsule>,
    /// Names of the classes that another program wrote into it.
    pub labels: Option<LabelSet>,
}

/// What a checkpoint says about itself, apart from its weights.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Its description, if it is ours.
    pub capsule: Option<Capsule>,
    /// Names of the classes: its own, or those that another program wrote into it.
    pub labels: Option<LabelSet>,
}
