//! The description of a checkpoint, as text in a file's metadata.

use ks_domain::{Capsule, LabelSet};

use super::error::CheckpointError;

/// The key of the metadata under which a description lies.
pub(super) const KEY: &str = "kinetoscope";

/// The description as JSON.
///
/// # Errors
/// Never for what [`parse`] takes back: numbers in it are finite.
pub(super) fn to_json(capsule: &Capsule) -> Result<String, CheckpointError> {
    let issues = capsule.issues();
    if !issues.is_empty() {
        let reasons: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
        return Err(CheckpointError::Capsule(reasons.join("; ")));
    }
    serde_json::to_string(capsule).map_err(|error| CheckpointError::Capsule(error.to_string()))
}

/// Reads a description.
///
/// # Errors
/// If a newer program wrote it, or it is damaged or contradicts itself.
pub(super) fn parse(text: &str) -> Result<Capsule, CheckpointError> {
    /// Read first: everything else may look different in a newer one.
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let damaged = |error: serde_json::Error| CheckpointError::Capsule(error.to_string());
    let Version { version } = serde_json::from_str(text).map_err(damaged)?;
    if version > Capsule::VERSION {
        return Err(CheckpointError::NewerCapsule { found: version, known: Capsule::VERSION });
    }
    let capsule: Capsule = serde_json::from_str(text).map_err(damaged)?;
    let issues: Vec<String> = capsule.issues().into_iter().map(|issue| issue.message).collect();
    if issues.is_empty() { Ok(capsule) } else { Err(CheckpointError::Capsule(issues.join("; "))) }
}

/// Names of classes that another program wrote; a set that is unusable is as good as none.
pub(super) fn labels_of(names: Vec<String>) -> Option<LabelSet> {
    LabelSet::new(names).ok()
}
