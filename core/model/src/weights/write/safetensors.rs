//! safetensors under mmaction2's names, with our description or without.

use std::borrow::Cow;
use std::collections::HashMap;

use ks_domain::Capsule;
use safetensors::{Dtype, View};

use super::WriteError;
use super::elements::Written;
use crate::weights::capsule;
use crate::weights::error::CheckpointError;
use crate::weights::state::{RawTensor, Weights};

/// The whole file.
pub(super) fn bytes(weights: &Weights, capsule: Option<&Capsule>, half: bool) -> Result<Vec<u8>, WriteError> {
    // One entry only: a map of several would be written in an order that changes from run to run.
    let about = match capsule {
        Some(capsule) => (capsule::KEY.to_owned(), capsule::to_json(capsule)?),
        // What readers of PyTorch's tensors look for.
        None => ("format".to_owned(), "pt".to_owned()),
    };
    let tensors = weights.tensors().iter().map(|(name, tensor)| (name, Part { tensor, kind: Written::of(name, half) }));
    safetensors::serialize(tensors, Some(HashMap::from([about])))
        .map_err(|error| WriteError::Capsule(CheckpointError::Capsule(error.to_string())))
}

struct Part<'a> {
    tensor: &'a RawTensor,
    kind: Written,
}

impl View for Part<'_> {
    fn dtype(&self) -> Dtype {
        match self.kind {
            Written::Single => Dtype::F32,
            Written::Half => Dtype::F16,
            Written::Integer => Dtype::I64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.tensor.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.kind.bytes(self.tensor).into()
    }

    fn data_len(&self) -> usize {
        self.tensor.data.len() * self.kind.size()
    }
}
