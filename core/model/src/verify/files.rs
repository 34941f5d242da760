//! The fixtures' folder: its manifest, and its files as arrays.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::VerifyError;
use crate::weights::{RawTensor, StateDict, read_state_dict};

/// A folder of fixtures; it keeps account of which files were used.
#[derive(Debug)]
pub struct Fixtures {
    dir: PathBuf,
    files: BTreeSet<String>,
    used: RefCell<BTreeSet<String>>,
}

impl Fixtures {
    pub(super) fn open(dir: &Path) -> Result<Self, VerifyError> {
        let no_fixtures = |reason: String| VerifyError::NoFixtures { dir: dir.to_owned(), reason };
        let text = fs::read_to_string(dir.join("manifest.json")).map_err(|error| no_fixtures(error.to_string()))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|error| no_fixtures(error.to_string()))?;
        let entries =
            manifest["entries"].as_array().ok_or_else(|| no_fixtures("the manifest has no entries".to_owned()))?;
        let files = entries.iter().filter_map(|entry| entry["file"].as_str()).map(str::to_owned).collect();
        Ok(Self { dir: dir.to_owned(), files, used: RefCell::default() })
    }

    /// Whether the manifest names the file.
    pub(super) fn has(&self, file: &str) -> bool {
        self.files.contains(file)
    }

    /// Files of the manifest that match.
    pub(super) fn matching(&self, prefix: &str, suffix: &str) -> Vec<String> {
        self.files.iter().filter(|file| file.starts_with(prefix) && file.ends_with(suffix)).cloned().collect()
    }

    /// Files of the manifest that nothing asked for yet.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        self.files.iter().filter(|file| !used.contains(*file)).cloned().collect()
    }

    /// The path of a file, which counts as used from now on.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.used.borrow_mut().insert(file.to_owned());
        self.dir.join(file)
    }

    pub(super) fn json(&self, file: &str) -> Result<Value, String> {
        let text = fs::read_to_string(self.path(file)).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    pub(super) fn tensors(&self, file: &str) -> Result<StateDict, String> {
        read_state_dict(&self.path(file)).map_err(|error| error.to_string())
    }
}

/// A tensor by name.
pub(super) fn named<'a>(tensors: &'a StateDict, name: &str) -> Result<&'a RawTensor, String> {
    tensors.get(name).ok_or_else(|| format!("the fixture has no tensor {name}"))
}

/// All numbers of a nested JSON list, in order.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => other.as_f64().into_iter().collect(),
    }
}
