//! Failures of the device that tests ask for: a run in a given folder fails as soon as too many clips are computed at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ks_model::ComputeError;
use parking_lot::Mutex;

static MOST_CLIPS: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// From now on, the run in this folder can compute so many clips at once, and no more.
pub(crate) fn allow(run: &Path, clips: usize) {
    MOST_CLIPS.lock().insert(run.to_owned(), clips);
}

/// What a device says that has no memory left.
pub(crate) fn check(run: &Path, clips: usize) -> Result<(), ComputeError> {
    match MOST_CLIPS.lock().get(run) {
        Some(most) if clips > *most => {
            Err(ComputeError::Device(format!("no memory for {clips} clips, as a test asks")))
        }
        _ => Ok(()),
    }
}
