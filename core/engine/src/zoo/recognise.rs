//! What a file on the disk is: by its hash for sure, by its name and its arrays as far as they tell.

use std::fmt;
use std::io;
use std::path::Path;

use ks_domain::zoo::{self, Entry, Kind};
use ks_domain::{ArchSpec, CancelToken};
use ks_model::CheckpointError;
use ks_model::weights::{RawTensor, StateDict, Weights, read_state_dict};

use super::ZooError;
use crate::hash;

/// What is known about a file.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Size.
    pub bytes: u64,
    /// All of its SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The entry whose published hash it has.
    pub by_hash: Option<&'static Entry>,
    /// The entry that it is named after.
    pub by_name: Option<&'static Entry>,
}

/// The network that a file's arrays are of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    arch: ArchSpec,
    has_head: bool,
}

/// Reads a file to its end, and says which entry it is by hash, and which by name.
///
/// # Errors
/// If it cannot be read, or that was cancelled.
pub fn recognise(path: &Path, cancel: &CancelToken) -> Result<Recognised, ZooError> {
    let unreadable = |source: io::Error| ZooError::Unreadable { path: path.to_owned(), source };
    let digest = hash::digest(path, cancel, |_block| Ok(())).map_err(unreadable)?.ok_or(ZooError::Cancelled)?;
    Ok(of_digest(path, digest))
}

pub(super) fn of_digest(path: &Path, digest: hash::Digest) -> Recognised {
    let hash::Digest { bytes, sha256 } = digest;
    let by_hash = zoo::entries().iter().find(|entry| sha256.starts_with(&entry.sha256_prefix));
    let by_name = path.file_name().and_then(|name| name.to_str()).and_then(|name| zoo::find(name).ok());
    Recognised { bytes, sha256, by_hash, by_name }
}

/// The network of a checkpoint, with or without its head.
pub(super) fn content(path: &Path) -> Result<Content, CheckpointError> {
    let tensors = read_state_dict(path)?;
    if tensors.contains_key("cls_head.fc_cls.weight") || !has_bare_backbone(&tensors) {
        let weights = Weights::from_state_dict(tensors)?;
        return Ok(Content { arch: weights.spec().clone(), has_head: true });
    }
    // A head of one class, only so that the rest is checked like that of any network.
    let mut whole: StateDict = tensors
        .into_iter()
        .map(
            |(name, tensor)| {
                if name.starts_with("backbone.") { (name, tensor) } else { (format!("backbone.{name}"), tensor) }
            },
        )
        .collect();
    let channels = whole.get("backbone.conv1.conv.weight").and_then(|stem| stem.shape.first()).copied().unwrap_or(0);
    let array = |shape: Vec<usize>| RawTensor { data: vec![0.0; shape.iter().product()], shape };
    whole.insert("cls_head.fc_cls.weight".to_owned(), array(vec![1, channels.saturating_mul(32)]));
    whole.insert("cls_head.fc_cls.bias".to_owned(), array(vec![1]));
    let weights = Weights::from_state_dict(whole)?;
    Ok(Content { arch: weights.spec().clone(), has_head: false })
}

fn has_bare_backbone(tensors: &StateDict) -> bool {
    ["backbone.conv1.conv.weight", "conv1.conv.weight"].iter().any(|name| tensors.contains_key(*name))
}

impl Content {
    /// Whether it can be an entry's: everything that shows in the shapes is the same.
    pub(super) fn fits(&self, entry: &Entry) -> bool {
        let wanted = entry.arch();
        let same_kind = self.has_head == (entry.kind == Kind::Recognizer);
        let arch = ArchSpec { bn_eps: wanted.bn_eps, ..self.arch.clone() };
        same_kind && arch == wanted
    }

    /// Our names of the entries that it can be.
    pub(super) fn candidates(&self) -> Vec<String> {
        zoo::entries().iter().filter(|entry| self.fits(entry)).map(|entry| entry.name.clone()).collect()
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_head {
            return write!(f, "an {}", self.arch);
        }
        let all = self.arch.to_string();
        write!(f, "an {} without its classifier", all.strip_suffix(", 1 classes").unwrap_or(&all))
    }
}
