//! A tensor's elements as bytes.

use half::f16;

use crate::weights::state::{RawTensor, is_counter};

/// Types of elements that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Single,
    Half,
    /// Counters of batches, which are integers for PyTorch.
    Integer,
}

impl Written {
    pub(super) fn of(name: &str, half: bool) -> Self {
        match (is_counter(name), half) {
            (true, _) => Self::Integer,
            (false, true) => Self::Half,
            (false, false) => Self::Single,
        }
    }

    /// Little-endian bytes, row-major.
    pub(super) fn bytes(self, tensor: &RawTensor) -> Vec<u8> {
        let values = tensor.data.iter();
        match self {
            Self::Single => values.flat_map(|value| value.to_le_bytes()).collect(),
            Self::Half => values.flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
            Self::Integer => values.flat_map(|value| (*value as i64).to_le_bytes()).collect(),
        }
    }

    /// Bytes of one element.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Half => 2,
            Self::Integer => 8,
        }
    }
}
