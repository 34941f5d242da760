//! Named arrays, and named arrays that fit a network.

use std::collections::{BTreeMap, BTreeSet};

use super::error::CheckpointError;
use super::fresh;
use super::infer;
use super::layout::{self, Layout};
use super::source::CheckpointFile;
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

/// How exactly a file must fit a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Fill what is missing or of another shape with fresh values, and leave out what is unexpected, instead of refusing.
    pub allow_partial: bool,
    /// Replace the head by a fresh one of so many classes: what fine-tuning begins with.
    pub new_head: Option<usize>,
    /// Seed of the fresh values.
    pub seed: u64,
}

impl Strictness {
    /// Everything must be there, and nothing else.
    pub const EXACT: Self = Self { allow_partial: false, new_head: None, seed: 0 };
}

/// In what a file did not fit its network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Names that should be there; they have fresh values.
    pub missing: Vec<String>,
    /// Names that should not be there; they were left out.
    pub unexpected: Vec<String>,
    /// Names with both shapes; they have fresh values.
    pub shapes: Vec<String>,
    /// Whether the head is a fresh one that was asked for.
    pub head_is_new: bool,
}

impl Gaps {
    /// Whether everything fitted, apart from a head that was to be new.
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.shapes.is_empty()
    }

    /// One line for each.
    pub fn lines(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|name| format!("missing: {name}"));
        let unexpected = self.unexpected.iter().map(|name| format!("unexpected: {name}"));
        let shapes = self.shapes.iter().map(|shape| format!("of another shape: {shape}"));
        missing.chain(unexpected).chain(shapes).collect()
    }
}

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
        Self::fitted(None, tensors, Strictness::EXACT).map(|(weights, _gaps)| weights)
    }

    /// As [`Self::from_state_dict`], for a network whose options are known: those that leave no trace in the
    /// shapes, such as strides and the batch-norm epsilon, are taken from `spec`.
    ///
    /// # Errors
    /// As [`Self::from_state_dict`].
    pub fn with_spec(spec: ArchSpec, tensors: StateDict) -> Result<Self, CheckpointError> {
        Self::fitted(Some(spec), tensors, Strictness::EXACT).map(|(weights, _gaps)| weights)
    }

    /// The weights of a file: of the network that its description names, if it is ours.
    ///
    /// # Errors
    /// As [`Self::fitted`].
    pub fn from_file(file: CheckpointFile, strictness: Strictness) -> Result<(Self, Gaps), CheckpointError> {
        Self::fitted(file.capsule.map(|capsule| capsule.architecture), file.tensors, strictness)
    }

    /// Fits a state dict to `spec`, or to the network that it turns out to be of, as exactly as is asked for.
    ///
    /// # Errors
    /// If it is not a CSN, has no head and shall get none, or does not fit; everything that does not fit is named.
    pub fn fitted(
        spec: Option<ArchSpec>,
        tensors: StateDict,
        strictness: Strictness,
    ) -> Result<(Self, Gaps), CheckpointError> {
        let (layout, mut tensors) = layout::to_mmaction(tensors)?;
        let mut spec = match spec {
            Some(spec) => ArchSpec { classes: strictness.new_head.unwrap_or(spec.classes), ..spec },
            None => {
                let mut spec = infer::spec_of(&tensors, strictness.new_head)?;
                if layout == Layout::PyTorchVideo {
                    spec.bn_eps = 1e-5;
                }
                spec
            }
        };
        if let Some(classes) = strictness.new_head {
            spec.classes = classes;
            tensors.retain(|name, _| !name.starts_with(HEAD));
        }
        let mut gaps = compare(&spec, &tensors);
        if strictness.new_head.is_some() {
            gaps.missing.retain(|name| !name.starts_with(HEAD));
            gaps.head_is_new = true;
        }
        if !gaps.is_empty() && !strictness.allow_partial {
            return Err(CheckpointError::Mismatch { network: spec.to_string(), gaps });
        }
        let mut kept = StateDict::new();
        for (name, shape) in expected_shapes(&spec) {
            let tensor = match tensors.remove(&name) {
                Some(tensor) if tensor.shape == shape => tensor,
                _ => fresh::tensor(&name, shape, strictness.seed),
            };
            kept.insert(name, tensor);
        }
        for unit in spec.units() {
            let name = format!("{}.bn.num_batches_tracked", unit.name);
            if let Some(tensor) = tensors.remove(&name).filter(|tensor| tensor.data.len() == 1) {
                kept.insert(name, tensor);
            }
        }
        Ok((Self { spec, layout, tensors: kept }, gaps))
    }

    /// A network that has learnt nothing yet, initialised as mmaction2 and PyTorch do it; a function of the seed alone.
    pub fn fresh(spec: ArchSpec, seed: u64) -> Self {
        let tensor = |(name, shape): (String, Vec<usize>)| {
            let fresh = fresh::tensor(&name, shape, seed);
            (name, fresh)
        };
        let tensors = expected_shapes(&spec).into_iter().map(tensor).collect();
        Self { spec, layout: Layout::Mmaction, tensors }
    }

    /// All arrays in the order of mmaction2's state dict.
    pub fn in_torch_order(&self) -> Vec<(&str, &RawTensor)> {
        let mut order = Vec::with_capacity(self.tensors.len());
        let mut add = |name: String| order.extend(self.tensors.get_key_value(&name));
        for unit in self.spec.units() {
            let parts = ["conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];
            for part in parts.into_iter().chain(["bn.num_batches_tracked"]) {
                add(format!("{}.{part}", unit.name));
            }
        }
        add("cls_head.fc_cls.weight".to_owned());
        add("cls_head.fc_cls.bias".to_owned());
        order.into_iter().map(|(name, tensor)| (name.as_str(), tensor)).collect()
    }

    /// Whether a file that keeps nothing but names and shapes would be read as the same network.
    pub fn is_told_by_shapes(&self) -> bool {
        infer::spec_of(&self.tensors, None).is_ok_and(|spec| spec == self.spec)
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

/// What the names of the head's arrays begin with.
const HEAD: &str = "cls_head.";

/// Whether an array counts batches, which is an integer for PyTorch.
pub(super) fn is_counter(name: &str) -> bool {
    name.ends_with(".bn.num_batches_tracked")
}

/// What does not fit. Counters of batches are optional: files from before they existed lack them.
fn compare(spec: &ArchSpec, tensors: &StateDict) -> Gaps {
    let expected = expected_shapes(spec);
    let mut gaps = Gaps::default();
    for (name, shape) in &expected {
        match tensors.get(name) {
            None => gaps.missing.push(name.clone()),
            Some(tensor) if tensor.shape != *shape => {
                gaps.shapes.push(format!("{name} is {:?}, should be {shape:?}", tensor.shape));
            }
            Some(_) => {}
        }
    }
    let counters: BTreeSet<String> =
        spec.units().into_iter().map(|unit| format!("{}.bn.num_batches_tracked", unit.name)).collect();
    for (name, tensor) in tensors {
        if counters.contains(name) {
            if tensor.data.len() != 1 {
                gaps.shapes.push(format!("{name} is {:?}, should be one number", tensor.shape));
            }
        } else if !expected.contains_key(name) {
            gaps.unexpected.push(name.clone());
        }
    }
    gaps
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
