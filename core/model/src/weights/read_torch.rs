//! From PyTorch's file to a state dict: which of the values that were saved are the weights.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use safetensors::Dtype;

use super::capsule;
use super::error::CheckpointError;
use super::read::{floats, narrowing_remark};
use super::source::{About, CheckpointFile, FileFormat};
use super::state::{RawTensor, StateDict};
use super::torch::{Arena, Container, ElementType, Id, Node, TensorNode, TorchFile};

/// Keys under which programs keep their weights, the preferred ones first. mmengine saves averaged weights as
/// `state_dict` and the raw ones as `ema_state_dict`, so that the latter matters only alone.
const WRAPPERS: [&str; 6] = ["state_dict", "model_state", "model_state_dict", "model", "net", "ema_state_dict"];

/// The key of the metadata under which our writer keeps a description.
pub(super) const CAPSULE_KEY: &str = "kinetoscope_capsule";

type Open = TorchFile<BufReader<File>>;

/// Reads the weights of a PyTorch file.
pub(super) fn read(path: &Path) -> Result<CheckpointFile, CheckpointError> {
    let format = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
    let mut file = open(path)?;
    let found = Found::in_file(&file).map_err(format)?;
    let About { capsule, labels } = about_of(file.arena(), file.root())?;
    let mut tensors = StateDict::new();
    let mut narrowed = 0;
    file.read_tensors(&found.tensors, &mut |index, dtype, bytes| {
        narrowed += usize::from(dtype == ElementType::F64);
        let (name, tensor) = &found.tensors[index];
        let data = floats(dtype_of(dtype), &bytes).unwrap_or_default();
        tensors.insert(name.clone(), RawTensor { shape: tensor.shape.clone(), data });
    })
    .map_err(|error| format(error.to_string()))?;
    let remarks = found.remarks.into_iter().chain(narrowing_remark(narrowed)).collect();
    let format = match file.container() {
        Container::Zip => FileFormat::TorchZip,
        Container::Legacy => FileFormat::TorchLegacy,
    };
    Ok(CheckpointFile { format, tensors, ignored: found.ignored, remarks, capsule, labels })
}

/// What a PyTorch file says about itself.
pub(super) fn about(path: &Path) -> Result<About, CheckpointError> {
    let file = open(path)?;
    about_of(file.arena(), file.root())
}

fn open(path: &Path) -> Result<Open, CheckpointError> {
    let source = File::open(path).map_err(|source| CheckpointError::Unreadable { path: path.to_owned(), source })?;
    TorchFile::open(BufReader::new(source))
        .map_err(|error| CheckpointError::Format { path: path.to_owned(), reason: error.to_string() })
}

fn dtype_of(dtype: ElementType) -> Dtype {
    match dtype {
        ElementType::F64 => Dtype::F64,
        ElementType::F32 => Dtype::F32,
        ElementType::F16 => Dtype::F16,
        ElementType::Bf16 => Dtype::BF16,
        ElementType::I64 => Dtype::I64,
        ElementType::I32 => Dtype::I32,
        ElementType::I16 => Dtype::I16,
        ElementType::I8 => Dtype::I8,
        ElementType::U8 => Dtype::U8,
        ElementType::Bool => Dtype::BOOL,
    }
}

/// Class names (`meta.CLASSES` of 0.x, `meta.dataset_meta.classes` of 1.x) and our own description, if there are any.
fn about_of(arena: &Arena, root: Id) -> Result<About, CheckpointError> {
    let Some(meta) = arena.lookup(root, "meta") else { return Ok(About::default()) };
    let capsule = match arena.lookup(meta, CAPSULE_KEY).and_then(|text| arena.text(text)) {
        Some(text) => Some(capsule::parse(text)?),
        None => None,
    };
    let newer = arena
        .lookup(meta, "dataset_meta")
        .and_then(|about| arena.lookup(about, "classes").or_else(|| arena.lookup(about, "CLASSES")));
    let names = newer.or_else(|| arena.lookup(meta, "CLASSES")).and_then(|names| {
        arena.items(names)?.iter().map(|name| arena.text(*name).map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    let labels = capsule.as_ref().and_then(ks_domain::Capsule::labels).or_else(|| names.and_then(capsule::labels_of));
    Ok(About { capsule, labels })
}

/// Where the weights are.
struct Found {
    tensors: Vec<(String, TensorNode)>,
    ignored: Vec<String>,
    remarks: Vec<String>,
}

impl Found {
    fn in_file(file: &Open) -> Result<Self, String> {
        let (arena, root) = (file.arena(), file.root());
        if let Node::Object(class) = arena.node(root) {
            let class = class.and_then(|class| arena.global(class)).map(|(module, name)| format!(" ({module}.{name})"));
            return Err(format!(
                "it holds a whole program object{} instead of weights, which would have to be executed; save its state_dict()",
                class.unwrap_or_default()
            ));
        }
        let has_tensors = |id: Id| arena.entries(id).any(|(_, value)| arena.tensor(value).is_some());
        let wrapper = WRAPPERS.iter().find_map(|key| {
            let value = arena.lookup(root, key)?;
            has_tensors(value).then_some((*key, value))
        });
        let (mapping, key) = wrapper.map_or((root, None), |(key, value)| (value, Some(key)));
        let mut found = Self { tensors: Vec::new(), ignored: Vec::new(), remarks: Vec::new() };
        for (name, value) in arena.entries(mapping) {
            match arena.tensor(value) {
                Some(tensor) => found.tensors.push((name.to_owned(), tensor.clone())),
                None => found.ignored.push(name.to_owned()),
            }
        }
        if found.tensors.is_empty() {
            return Err("there is no tensor in it".to_owned());
        }
        if let Some(key) = key {
            found.ignored.extend(arena.entries(root).map(|(name, _)| name.to_owned()).filter(|name| name != key));
        }
        if key == Some("state_dict") && arena.lookup(root, "ema_state_dict").is_some() {
            let remark = "it holds a second set of weights (ema_state_dict, the raw ones); the averaged ones under state_dict were taken, as mmaction2 does";
            found.remarks.push(remark.to_owned());
        }
        // Counts steps, and is no weight.
        if key == Some("ema_state_dict") {
            found.tensors.retain(|(name, _)| name != "steps");
        }
        Ok(found)
    }
}
