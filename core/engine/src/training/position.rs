//! Where a run goes on: a small file beside the state that it names.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::folder::RunError;

/// Version of the file.
pub(super) const VERSION: u32 = 1;
/// Its name.
pub(super) const POSITION: &str = "position.json";

/// A number that comes back as it was, to the bit: it is written as text, as readers of JSON may round one with many digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub(crate) struct Exact(pub(crate) f64);

/// How such a number may stand in the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Number(f64),
}

impl TryFrom<Written> for Exact {
    type Error = std::num::ParseFloatError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Text(text) => text.parse().map(Self),
            Written::Number(number) => Ok(Self(number)),
        }
    }
}

impl From<Exact> for String {
    fn from(number: Exact) -> Self {
        format!("{:?}", number.0)
    }
}

/// Where a run goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(super) version: u32,
    /// Steps that were made.
    pub(crate) step: u64,
    /// Micro-batches of the next step that are in the state already.
    pub(crate) micro: u64,
    /// Which share of the next step's clips could not be read, of those micro-batches.
    #[serde(default)]
    pub(crate) lost_share: f64,
    /// Clips that go through the network at once.
    pub(crate) micro_batch: u32,
    /// The gradients in the state are of a step that is made anew, as its micro-batches have become smaller.
    #[serde(default)]
    pub(crate) drops_gradients: bool,
    /// A sentence that whoever opens the run is told: what happened when the state could not be written any more.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// The file of the network's state.
    pub(super) state: String,
    pub(super) metrics_bytes: u64,
    pub(super) log_bytes: u64,
    pub(super) json_bytes: u64,
    /// The best figure so far, and after which epoch.
    pub(crate) best: Option<(Exact, u32)>,
    /// The loss of that validation.
    #[serde(default)]
    pub(crate) best_loss: Option<Exact>,
    /// Validations since then.
    pub(crate) since_best: u32,
    /// Whether the validation behind the last whole epoch is done.
    pub(crate) is_judged: bool,
    /// What the checkpoints say of the last validation: names, numbers, protocols.
    #[serde(default)]
    pub(crate) figures: Vec<(String, Exact, String)>,
    /// The thresholds that came of it, by class.
    #[serde(default)]
    pub(crate) thresholds: BTreeMap<String, f32>,
    /// Whether the run has ended.
    pub(crate) is_done: bool,
    pub(super) config_sha256: String,
    pub(super) data_sha256: String,
}

impl Position {
    /// Before the first step.
    pub(crate) fn first(micro_batch: u32) -> Self {
        Self { micro_batch, ..Self::default() }
    }

    /// Whether nothing had become better for long enough, if the training ends then.
    pub(crate) fn has_ended_early(&self, patience: u32) -> bool {
        patience > 0 && self.is_judged && self.since_best >= patience
    }

    /// The same place with smaller micro-batches: a step that was begun with larger ones is made anew.
    pub(crate) fn shrunk(self, micro_batch: u32) -> Self {
        let drops_gradients = self.drops_gradients || self.micro != 0;
        Self { micro_batch, micro: 0, lost_share: 0.0, drops_gradients, ..self }
    }
}

/// The position in the folder of a run; `None` if there is none yet.
pub(super) fn read_position(folder: &Path) -> Result<Option<Position>, RunError> {
    let path = folder.join(POSITION);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(RunError::Io { path, source }),
    };
    let damaged = |reason: String| RunError::Damaged { reason, path: path.clone() };
    let position: Position = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if position.version > VERSION {
        return Err(damaged("it was written by a newer program".to_owned()));
    }
    Ok(Some(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_to_the_bit() {
        for number in [1.0 / 3.0, 0.1 + 0.2, 5e-324, 1e300, f64::NEG_INFINITY] {
            let position = Position { best: Some((Exact(number), 3)), ..Position::default() };
            let text = serde_json::to_string(&position).expect("should be written");
            assert_eq!(serde_json::from_str::<Position>(&text).expect("should be read"), position);
        }
        let old = serde_json::from_str::<Exact>("0.5").expect("should be read as it was once written");
        assert_eq!(old, Exact(0.5));
    }
}
