//! Named arrays, and named arrays that fit a network.

use std::collections::BTreeMap;

use super::error::CheckpointError;
use super::infer;
use super::layout::{self, Layout};
use ks_domain::ArchSpec;

/// One array of a checkpoint, widened or narrowed to `f32`, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct RawTensor {
    /// Sizes of its axes.
    pub shape: Vec<usize>,
    /// Its elements.
    pub data: Vec<f32>,
}

/// Named arrays in order of their names.
pub type StateDict = BTreeMap<String, RawTensor>;

/// Arrays that were checked to be exactly those of one network, under mmaction2's names.
#[derive(Clone, Debug)]
pub struct Weights {
    spec: ArchSpec,
    layout: Layout,
    tensors: StateDict,
}

impl Weights {
    /// Finds out which network a state dict is of and checks that it is all there.
    ///
    /// Names of mmaction2, VMZ and PyTorchVideo are understood, with or without a leading `module.`.
    ///
    /// # Errors
    /// If it is not a CSN, or if any tensor is missing, unexpected or of another shape; all of them are named.
    pub fn from_state_dict(tensors: StateDict) -> Result<Self, CheckpointError> {
        let (layout, tensors) = layout::to_mmaction(tensors)?;
        let mut spec = infer::spec_of(&tensors)?;
        if layout == Layout::PyTorchVideo {
            spec.bn_eps = 1e-5;
        }
        Self::checked(spec, layout, tensors)
    }

    /// As [`Self::from_state_dict`], for a network whose options are known: those that leave no trace in the
    /// shapes, such as strides and the batch-norm epsilon, are taken from `spec`.
    ///
    /// # Errors
    /// As [`Self::from_state_dict`].
    pub fn with_spec(spec: ArchSpec, tensors: StateDict) -> Result<Self, CheckpointError> {
        let (layout, tensors) = layout::to_mmaction(tensors)?;
        Self::checked(spec, layout, tensors)
    }

    fn checked(spec: ArchSpec, layout: Layout, mut tensors: StateDict) -> Result<Self, CheckpointError> {
        let expected = expected_shapes(&spec);
        let mut missing = Vec::new();
        let mut shapes = Vec::new();
        for (name, shape) in &expected {
            match tensors.get(name) {
                None => missing.push(name.clone()),
                Some(tensor) if tensor.shape != *shape => {
                    shapes.push(format!("{name} is {:?}, should be {shape:?}", tensor.shape));
                }
                Some(_) => {}
            }
        }
        // Counters of batches are optional: files from before they existed lack them.
        let unexpected: Vec<String> =
            tensors.keys().filter(|name| !expected.contains_key(*name) && !is_counter(name)).cloned().collect();
        if !missing.is_empty() || !unexpected.is_empty() || !shapes.is_empty() {
            return Err(CheckpointError::Mismatch { network: spec.to_string(), missing, unexpected, shapes });
        }
        tensors.retain(|name, _| expected.contains_key(name) || is_counter(name));
        Ok(Self { spec, layout, tensors })
    }

    /// The network that the weights are of.
    pub fn spec(&self) -> &ArchSpec {
        &self.spec
    }

    /// Whose names the file used.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// All arrays under mmaction2's names.
    pub fn tensors(&self) -> &StateDict {
        &self.tensors
    }

    /// The elements of an array that the network has.
    ///
    /// # Panics
    /// If the network has no such array.
    pub fn get(&self, name: &str) -> &[f32] {
        &self.tensors.get(name).expect("should be a name of the checked network").data
    }

    /// How many batches a unit's batch normalisation had seen; 0 if the file does not say.
    pub fn batches_tracked(&self, unit: &str) -> f32 {
        let counter = self.tensors.get(&format!("{unit}.bn.num_batches_tracked"));
        counter.and_then(|counter| counter.data.first()).copied().unwrap_or(0.0)
    }
}

fn is_counter(name: &str) -> bool {
    name.ends_with(".num_batches_tracked")
}

/// Names and shapes of a network's arrays, without the counters.
fn expected_shapes(spec: &ArchSpec) -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    for unit in spec.units() {
        shapes.insert(format!("{}.conv.weight", unit.name), unit.kind.torch_shape().to_vec());
        for part in ["weight", "bias", "running_mean", "running_var"] {
            shapes.insert(format!("{}.bn.{part}", unit.name), vec![unit.kind.outputs()]);
        }
    }
    shapes.insert("cls_head.fc_cls.weight".to_owned(), vec![spec.classes, spec.features()]);
    shapes.insert("cls_head.fc_cls.bias".to_owned(), vec![spec.classes]);
    shapes
}
