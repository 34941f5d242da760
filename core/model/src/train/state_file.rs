//! A training's state as one file: safetensors, with a description of ours beside the arrays.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::{Dtype, SafeTensors, View};
use serde::Deserialize;

use super::state::{About, StateError, TrainerState, VERSION};
use crate::weights::write::write_whole;
use crate::weights::{RawTensor, StateDict};

/// Under which the description stands in the file's header.
const KEY: &str = "kinetoscope.training";

impl TrainerState {
    /// Writes the state, replacing what is there only when all of it is on the disk.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, path: &Path) -> Result<(), StateError> {
        let failed = |source| StateError::Write { path: path.to_owned(), source };
        let about = serde_json::to_string(&self.about).map_err(|error| failed(error.into()))?;
        let arrays = self.tensors.iter().map(|(name, tensor)| (name, Array(tensor)));
        let bytes = safetensors::serialize(arrays, Some(HashMap::from([(KEY.to_owned(), about)])))
            .map_err(|error| failed(std::io::Error::other(error)))?;
        write_whole(path, &bytes, true).map_err(failed)
    }

    /// Reads a state.
    ///
    /// # Errors
    /// If the system refuses, or the file is something else, damaged or from a newer program.
    pub fn read(path: &Path) -> Result<Self, StateError> {
        let bytes = fs::read(path).map_err(|source| StateError::Read { path: path.to_owned(), source })?;
        let wrong = |reason: String| StateError::Format { path: path.to_owned(), reason };
        let file = SafeTensors::deserialize(&bytes).map_err(|error| wrong(error.to_string()))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| wrong(error.to_string()))?;
        let text = header.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let text = text.ok_or_else(|| wrong("it does not say of which training".to_owned()))?;
        /// The one field that every version has.
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if version > VERSION {
            return Err(StateError::Newer { found: version, known: VERSION });
        }
        let about: About = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut tensors = StateDict::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(wrong(format!("{name} is not in single precision")));
            }
            let data = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            tensors.insert(name, RawTensor { shape: view.shape().to_vec(), data });
        }
        Ok(Self { about, tensors })
    }
}

struct Array<'a>(&'a RawTensor);

impl View for Array<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0.data.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        self.0.data.len() * 4
    }
}
