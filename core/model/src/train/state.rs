//! What a training is at one moment: everything that its next step depends on, as named arrays and a few numbers.
//!
//! Not here: bytes of its file ([`super::state_file`]).

use std::io;
use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData, TensorReadError};
use ks_domain::ArchSpec;
use ks_domain::training::StepSettings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ledger::Gradients;
use super::optimizer::{Moving, buffer_names};
use super::trainer::same_parts;
use crate::ComputeError;
use crate::weights::{RawTensor, StateDict, Weights};

/// Version of the description; a newer one is refused.
pub(super) const VERSION: u32 = 1;
/// What the names of an unfinished batch's gradients begin with.
const GRADIENT: &str = "gradient/";
/// What the names of an optimizer's buffers begin with.
const BUFFER: &str = "optimizer/";

/// Why a state cannot be written, read or gone on from.
#[derive(Debug, Error)]
pub enum StateError {
    /// The system refused to write.
    #[error("the training's state cannot be written ({source}); check the folder, its permissions and the free space: {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to read.
    #[error("the training's state cannot be read ({source}); check that the file exists and may be read: {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another kind of file, or a damaged one.
    #[error("this is not the state of a training ({reason}); resume from an earlier state, or start again from a checkpoint: {}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// From the future.
    #[error(
        "this training was begun by a newer Kinetoscope (its state is version {found}, and this program knows up to {known}); update the program"
    )]
    Newer {
        /// Its version.
        found: u32,
        /// The newest known one.
        known: u32,
    },
    /// Of another training.
    #[error(
        "the state is of another training ({0}); resume with the settings that it was begun with, or start a new run from a checkpoint"
    )]
    OtherTraining(String),
    /// Lacks something, or holds something of the wrong size.
    #[error("the training's state is not whole ({0}); resume from an earlier state, or start again from a checkpoint")]
    Incomplete(String),
    /// The network could not be put on its device.
    #[error(transparent)]
    Compute(#[from] ComputeError),
}

/// What a state is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A [`super::Trainer`].
    Network,
    /// A [`super::HeadTrainer`].
    Head,
}

/// What stands beside the arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    pub(super) version: u32,
    pub(super) kind: Kind,
    pub(super) arch: ArchSpec,
    pub(super) settings: StepSettings,
    /// Seed of dropout.
    pub(super) seed: u64,
    /// Micro-batches that dropout was drawn for.
    pub(super) batches: u64,
    /// Steps that were made.
    pub(super) steps: u64,
}

/// Everything that the next step of a training depends on: parameters and running statistics, what the optimizer remembers,
/// where the draws stand, and the gradients of an unfinished batch.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainerState {
    pub(super) about: About,
    /// The network's under mmaction2's names, the others' under names with a `/`.
    pub(super) tensors: StateDict,
}

impl TrainerState {
    /// Steps that were made.
    pub fn steps(&self) -> u64 {
        self.about.steps
    }

    /// How the training was set.
    pub fn settings(&self) -> &StepSettings {
        &self.about.settings
    }

    /// The network that learns.
    pub fn arch(&self) -> &ArchSpec {
        &self.about.arch
    }

    /// The network as it was: what a trainer that shall go on from here can be made of. A [`super::HeadTrainer`]'s state
    /// holds the classifier alone, so there is none.
    ///
    /// # Errors
    /// If it is not whole.
    pub fn weights(&self) -> Result<Weights, StateError> {
        let own: StateDict = self.of_network().map(|(name, tensor)| (name.clone(), tensor.clone())).collect();
        Weights::with_spec(self.about.arch.clone(), own).map_err(|error| StateError::Incomplete(error.to_string()))
    }

    /// The arrays under mmaction2's names.
    pub(super) fn of_network(&self) -> impl Iterator<Item = (&String, &RawTensor)> {
        self.tensors.iter().filter(|(name, _)| !name.contains('/'))
    }

    /// Whether a trainer can go on from here.
    pub(super) fn check(&self, kind: Kind, arch: &ArchSpec, settings: &StepSettings) -> Result<(), StateError> {
        let saved = &self.about;
        let mut reasons = Vec::new();
        if saved.kind != kind {
            reasons.push("one trains a whole network, the other a classifier on cached features".to_owned());
        }
        if saved.arch != *arch {
            reasons.push(format!("its network is an {}, this one an {arch}", saved.arch));
        }
        if kind == Kind::Network && !same_parts(saved.settings.parts, settings.parts) {
            reasons.push("other parts of the network learn".to_owned());
        }
        let (theirs, ours) = (saved.settings.optimizer.name(), settings.optimizer.name());
        if theirs != ours {
            reasons.push(format!("its optimizer is {theirs}, this one's is {ours}"));
        }
        if reasons.is_empty() { Ok(()) } else { Err(StateError::OtherTraining(reasons.join("; "))) }
    }

    /// The optimizer and the gradients of an unfinished batch.
    pub(super) fn moving(&self, device: &Device) -> Result<(Moving, Gradients), StateError> {
        let optimizer = self.about.settings.optimizer;
        let mut moving = Moving::new(optimizer);
        moving.steps = self.about.steps;
        let mut gradients = Gradients::new();
        let parts = buffer_names(optimizer);
        for (name, tensor) in self.tensors.iter().filter(|(name, _)| name.contains('/')) {
            let (param, part) = match name.strip_prefix(GRADIENT) {
                Some(param) => (param, None),
                None => {
                    let pair = name.strip_prefix(BUFFER).and_then(|rest| rest.rsplit_once('/'));
                    let known = pair.filter(|(_, part)| parts.contains(part));
                    let (param, part) =
                        known.ok_or_else(|| StateError::Incomplete(format!("{name} belongs to no optimizer")))?;
                    (param, Some(part))
                }
            };
            let wanted = self.tensors.get(param).map(|param| param.data.len());
            if wanted != Some(tensor.data.len()) {
                return Err(StateError::Incomplete(format!("{name} has not the size of its parameter")));
            }
            let numbers = Tensor::from_data(TensorData::new(tensor.data.clone(), [tensor.data.len()]), device);
            match part {
                None => drop(gradients.insert(param.to_owned(), numbers)),
                // Sorted by name, as the names of the parts are.
                Some(_) => moving.buffers.entry(param.to_owned()).or_default().push(numbers),
            }
        }
        if let Some((param, _)) = moving.buffers.iter().find(|(_, buffers)| buffers.len() != parts.len()) {
            return Err(StateError::Incomplete(format!("the optimizer's memory of {param} is not all there")));
        }
        Ok((moving, gradients))
    }
}

/// Adds what is not of the network itself.
///
/// # Errors
/// If the device fails.
pub(super) fn add_moving(
    tensors: &mut StateDict,
    moving: &Moving,
    gradients: &Gradients,
) -> Result<(), TensorReadError> {
    let mut add = |name: String, numbers: &Tensor<1>| -> Result<(), TensorReadError> {
        let data = numbers.clone().try_into_vec_as::<f32>()?;
        tensors.insert(name, RawTensor { shape: vec![data.len()], data });
        Ok(())
    };
    for (param, buffers) in &moving.buffers {
        for (part, buffer) in buffer_names(moving.optimizer).iter().zip(buffers) {
            add(format!("{BUFFER}{param}/{part}"), buffer)?;
        }
    }
    gradients.iter().try_for_each(|(param, gradient)| add(format!("{GRADIENT}{param}"), gradient))
}
