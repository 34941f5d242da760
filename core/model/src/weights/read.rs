//! Reading files: safetensors here, PyTorch's in [`super::read_torch`]. Nothing in a pickle is executed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors};

use super::capsule;
use super::error::CheckpointError;
use super::read_torch;
use super::source::{About, CheckpointFile, FileFormat};
use super::state::{RawTensor, StateDict, Strictness, Weights};

/// The longest header of a safetensors file that is read for its description alone.
const MAX_HEADER: u64 = 100_000_000;

/// Reads a checkpoint and finds out which network it is of.
///
/// # Errors
/// If the file cannot be read, is none, or is not of a whole CSN.
pub fn read_checkpoint(path: &Path) -> Result<Weights, CheckpointError> {
    Weights::from_file(open_checkpoint(path)?, Strictness::EXACT).map(|(weights, _gaps)| weights)
}

/// Reads all tensors of a checkpoint's state dict under the file's own names, without a leading `module.`.
///
/// # Errors
/// If the file cannot be read or is no checkpoint.
pub fn read_state_dict(path: &Path) -> Result<StateDict, CheckpointError> {
    open_checkpoint(path).map(|file| file.tensors)
}

/// Reads a checkpoint's tensors and what is known beside them.
///
/// # Errors
/// If the file cannot be read or is no checkpoint.
pub fn open_checkpoint(path: &Path) -> Result<CheckpointFile, CheckpointError> {
    let mut file = if is_safetensors(path)? { read_safetensors(path)? } else { read_torch::read(path)? };
    let stripped = |(name, tensor): (String, RawTensor)| (strip_module(&name).to_owned(), tensor);
    file.tensors = std::mem::take(&mut file.tensors).into_iter().map(stripped).collect();
    set_averages_aside(&mut file);
    Ok(file)
}

/// What a checkpoint says about itself, without reading its weights.
///
/// # Errors
/// If the file cannot be read or is no checkpoint.
pub fn read_about(path: &Path) -> Result<About, CheckpointError> {
    if !is_safetensors(path)? {
        return read_torch::about(path);
    }
    let unreadable = |source| CheckpointError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut len = [0u8; 8];
    file.read_exact(&mut len).map_err(unreadable)?;
    let len = u64::from_le_bytes(len);
    let mut header = Vec::new();
    file.take(len.min(MAX_HEADER)).read_to_end(&mut header).map_err(unreadable)?;
    let damaged = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
    /// Of the header only what lies beside the tensors.
    #[derive(serde::Deserialize)]
    struct Header {
        #[serde(rename = "__metadata__", default)]
        metadata: BTreeMap<String, String>,
    }
    let header: Header = serde_json::from_slice(&header).map_err(|error| damaged(error.to_string()))?;
    let capsule = header.metadata.get(capsule::KEY).map(|text| capsule::parse(text)).transpose()?;
    let labels = capsule.as_ref().and_then(ks_domain::Capsule::labels);
    Ok(About { capsule, labels })
}

/// Looks at the first bytes; also says what is wrong with a path that is no file.
fn is_safetensors(path: &Path) -> Result<bool, CheckpointError> {
    let unreadable = |source| CheckpointError::Unreadable { path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err(CheckpointError::Folder(path.to_owned()));
    }
    if about.len() == 0 {
        return Err(CheckpointError::Empty(path.to_owned()));
    }
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(9).read_to_end(&mut head)).map_err(unreadable)?;
    // A safetensors file begins with the length of a JSON object that follows at once.
    Ok(head.get(8) == Some(&b'{'))
}

fn strip_module(name: &str) -> &str {
    name.strip_prefix("module.").unwrap_or(name)
}

/// mmcv's averaging hook keeps the other set of weights in the same mapping, as `ema_` and the name with underscores.
fn set_averages_aside(file: &mut CheckpointFile) {
    let flat: std::collections::BTreeSet<String> = file.tensors.keys().map(|name| name.replace('.', "_")).collect();
    let before = file.tensors.len();
    file.tensors.retain(|name, _| name.strip_prefix("ema_").is_none_or(|name| !flat.contains(name)));
    let count = before - file.tensors.len();
    if count > 0 {
        file.remarks.push(format!(
            "it holds a second set of weights ({count} tensors named ema_…); the set under the plain names was taken, as mmaction2 does"
        ));
    }
}

fn read_safetensors(path: &Path) -> Result<CheckpointFile, CheckpointError> {
    let format = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
    let bytes = fs::read(path).map_err(|source| CheckpointError::Unreadable { path: path.to_owned(), source })?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| format(error.to_string()))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| format(error.to_string()))?;
    let text = header.metadata().as_ref().and_then(|metadata| metadata.get(capsule::KEY));
    let capsule = text.map(|text| capsule::parse(text)).transpose()?;
    let mut tensors = StateDict::new();
    let mut narrowed = 0;
    for (name, view) in file.tensors() {
        let data = floats(view.dtype(), view.data())
            .ok_or_else(|| format(format!("tensor {name} is of type {:?}, which weights never are", view.dtype())))?;
        narrowed += usize::from(view.dtype() == Dtype::F64);
        tensors.insert(name, RawTensor { shape: view.shape().to_vec(), data });
    }
    let labels = capsule.as_ref().and_then(ks_domain::Capsule::labels);
    let format = if capsule.is_some() { FileFormat::Capsule } else { FileFormat::Safetensors };
    let remarks = narrowing_remark(narrowed).into_iter().collect();
    Ok(CheckpointFile { format, tensors, ignored: Vec::new(), remarks, capsule, labels })
}

/// What is said of tensors in double precision.
pub(super) fn narrowing_remark(count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} tensors in double precision were rounded to single precision"))
}

/// The elements of a tensor as `f32`; `None` for a type that weights never have.
pub(super) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    Some(match dtype {
        Dtype::F64 => decode(bytes, |b| f64::from_le_bytes(b) as f32),
        Dtype::F32 => decode(bytes, f32::from_le_bytes),
        Dtype::F16 => decode(bytes, |b| f16::from_le_bytes(b).to_f32()),
        Dtype::BF16 => decode(bytes, |b| bf16::from_le_bytes(b).to_f32()),
        Dtype::I64 => decode(bytes, |b| i64::from_le_bytes(b) as f32),
        Dtype::U64 => decode(bytes, |b| u64::from_le_bytes(b) as f32),
        Dtype::I32 => decode(bytes, |b| i32::from_le_bytes(b) as f32),
        Dtype::U32 => decode(bytes, |b| u32::from_le_bytes(b) as f32),
        Dtype::I16 => decode(bytes, |b| f32::from(i16::from_le_bytes(b))),
        Dtype::U16 => decode(bytes, |b| f32::from(u16::from_le_bytes(b))),
        Dtype::I8 => decode(bytes, |b: [u8; 1]| f32::from(i8::from_le_bytes(b))),
        Dtype::U8 | Dtype::BOOL => bytes.iter().map(|byte| f32::from(*byte)).collect(),
        _ => return None,
    })
}

fn decode<const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| convert(*chunk)).collect()
}
