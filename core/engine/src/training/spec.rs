//! What a training is asked to do. Plain data that also crosses the pipe to the child process.

use std::path::PathBuf;

use ks_domain::training::{HeldOut, TrainConfig, TrainingSample};
use ks_domain::{ArchSpec, Valid};
use ks_model::DeviceChoice;
use serde::{Deserialize, Serialize};

use crate::{SampleSource, wire_path};

/// What a network learns from: videos or folders of pictures, and the samples in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingSet {
    /// Names of the classes in index order.
    pub classes: Vec<String>,
    /// The videos, which samples name by their place.
    pub sources: Vec<SampleSource>,
    /// The samples, divided.
    pub samples: Vec<TrainingSample>,
    /// Fully labelled parts of videos that nothing is learnt from, for judging the network as in an analysis.
    #[serde(default)]
    pub held_out: Vec<HeldOut>,
}

/// What a training begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainStart {
    /// A trained network. Classes that it knows by the same name are kept, the others begin anew.
    Checkpoint {
        /// The file.
        #[serde(with = "wire_path")]
        path: PathBuf,
        /// The network, if something says more about it than the file does.
        arch: Option<ArchSpec>,
        /// Whether its classes are those of the data, one by one, though the file does not name them.
        keeps_classes: bool,
    },
    /// Nothing: weights at random.
    Scratch(ArchSpec),
}

/// A training. Its folder is its memory: if there is a state in it, it goes on from there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSpec {
    /// The folder of the run.
    #[serde(with = "wire_path")]
    pub run: PathBuf,
    /// How.
    pub config: Valid<TrainConfig>,
    /// On what.
    pub data: TrainingSet,
    /// From what.
    pub start: TrainStart,
    /// Where.
    pub device: DeviceChoice,
    /// Whether the network is judged on the way.
    pub validates: bool,
    /// Whether samples of videos that cannot be read are left out; otherwise they are an error.
    pub skips_unreadable: bool,
    /// Memory that training may take, in bytes; `None`: on the processor most of what is free, elsewhere all of the device's.
    /// Clips are divided into smaller micro-batches until they fit.
    pub memory_limit: Option<u64>,
}
