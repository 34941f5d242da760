//! Reading files: PyTorch's (zip, legacy, tar, plain pickle) and safetensors. Nothing in a pickle is executed.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use half::{bf16, f16};
use pytorch_reader::{DType, PytorchReader};
use safetensors::{Dtype, SafeTensors};

use super::error::CheckpointError;
use super::state::{RawTensor, StateDict, Weights};

/// Keys under which training programs wrap their state dict.
const WRAPPERS: [&str; 2] = ["state_dict.", "model_state."];

/// Reads a checkpoint and finds out which network it is of.
///
/// # Errors
/// If the file cannot be read, is none, or is not of a whole CSN.
pub fn read_checkpoint(path: &Path) -> Result<Weights, CheckpointError> {
    Weights::from_state_dict(read_state_dict(path)?)
}

/// Reads all tensors of a checkpoint's state dict under the file's own names, without a leading `module.`.
///
/// # Errors
/// If the file cannot be read or is no checkpoint.
pub fn read_state_dict(path: &Path) -> Result<StateDict, CheckpointError> {
    let unreadable = |source| CheckpointError::Unreadable { path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(CheckpointError::Folder(path.to_owned()));
    }
    if about.len() == 0 {
        return Err(CheckpointError::Empty(path.to_owned()));
    }
    let mut head = [0u8; 9];
    let count = File::open(path).and_then(|mut file| file.read(&mut head)).map_err(unreadable)?;
    // A safetensors file begins with the length of a JSON object that follows at once.
    let tensors = if count == 9 && head[8] == b'{' { read_safetensors(path)? } else { read_pytorch(path)? };
    Ok(tensors
        .into_iter()
        .map(|(name, tensor)| (name.strip_prefix("module.").unwrap_or(&name).to_owned(), tensor))
        .collect())
}

fn read_pytorch(path: &Path) -> Result<StateDict, CheckpointError> {
    let format = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
    let all = PytorchReader::new(path).map_err(|error| format(error.to_string()))?.into_tensors();
    let wrapper = WRAPPERS.into_iter().find(|wrapper| all.keys().any(|name| name.starts_with(wrapper))).unwrap_or("");
    let mut tensors = StateDict::new();
    #[expect(clippy::iter_over_hash_type, reason = "the names are put in order at once")]
    for (name, tensor) in all {
        let Some(name) = name.strip_prefix(wrapper) else { continue };
        let bytes = tensor.read().map_err(|error| format(error.to_string()))?;
        let data = floats(tensor.dtype(), &bytes);
        tensors.insert(name.to_owned(), RawTensor { shape: tensor.shape().to_vec(), data });
    }
    Ok(tensors)
}

/// The elements of a PyTorch tensor as `f32`.
fn floats(dtype: DType, bytes: &[u8]) -> Vec<f32> {
    match dtype {
        DType::F64 => decode(bytes, |b| f64::from_le_bytes(b) as f32),
        DType::F32 => decode(bytes, f32::from_le_bytes),
        DType::F16 => decode(bytes, |b| f16::from_le_bytes(b).to_f32()),
        DType::BF16 => decode(bytes, |b| bf16::from_le_bytes(b).to_f32()),
        DType::I64 => decode(bytes, |b| i64::from_le_bytes(b) as f32),
        DType::U64 => decode(bytes, |b| u64::from_le_bytes(b) as f32),
        DType::I32 => decode(bytes, |b| i32::from_le_bytes(b) as f32),
        DType::U32 => decode(bytes, |b| u32::from_le_bytes(b) as f32),
        DType::I16 => decode(bytes, |b| f32::from(i16::from_le_bytes(b))),
        DType::U16 => decode(bytes, |b| f32::from(u16::from_le_bytes(b))),
        DType::I8 => decode(bytes, |b: [u8; 1]| f32::from(i8::from_le_bytes(b))),
        DType::U8 | DType::Bool => bytes.iter().map(|byte| f32::from(*byte)).collect(),
    }
}

fn decode<const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| convert(*chunk)).collect()
}

fn read_safetensors(path: &Path) -> Result<StateDict, CheckpointError> {
    let format = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|source| CheckpointError::Unreadable { path: path.to_owned(), source })?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| format(error.to_string()))?;
    let mut tensors = StateDict::new();
    for (name, view) in file.tensors() {
        let dtype = match view.dtype() {
            Dtype::F64 => DType::F64,
            Dtype::F32 => DType::F32,
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::I64 => DType::I64,
            Dtype::I32 => DType::I32,
            Dtype::I16 => DType::I16,
            Dtype::I8 => DType::I8,
            Dtype::U64 => DType::U64,
            Dtype::U32 => DType::U32,
            Dtype::U16 => DType::U16,
            Dtype::U8 => DType::U8,
            Dtype::BOOL => DType::Bool,
            other => return Err(format(format!("tensor {name} is of type {other:?}, which weights never are"))),
        };
        tensors.insert(name, RawTensor { shape: view.shape().to_vec(), data: floats(dtype, view.data()) });
    }
    Ok(tensors)
}
