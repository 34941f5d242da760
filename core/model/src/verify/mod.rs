//! Running reference fixtures through a device: how a user checks a GPU driver, and how we check ourselves.
//!
//! The fixtures are outputs of the original mmaction2 code; a `manifest.json` in their folder names them all. Fixtures
//! of other crates' subjects (video, sampling, metrics…) are named as skipped.

mod checkpoints;
mod compare;
mod files;
mod forward;
mod fullsize;
mod gradients;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::files::Fixtures;
use crate::device::ChosenDevice;

/// What became of one fixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its file, and which of the cases in it.
    pub fixture: String,
    /// Passed, failed or skipped.
    pub status: Status,
    /// Largest absolute difference.
    pub max_abs: f64,
    /// Largest relative difference: element by element for outputs, of L2 norms for gradients.
    pub max_rel: f64,
    /// What was allowed, in words.
    pub tolerance: String,
    /// What was compared, or what went wrong.
    pub detail: String,
}

/// Passed, failed or skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Within its tolerance.
    Passed,
    /// Outside of it, or not computed at all.
    Failed,
    /// Not run.
    Skipped {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    fn skipped(fixture: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            fixture: fixture.into(),
            status: Status::Skipped { reason: reason.into() },
            max_abs: 0.0,
            max_rel: 0.0,
            tolerance: String::new(),
            detail: String::new(),
        }
    }

    fn failed(fixture: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            fixture: fixture.into(),
            status: Status::Failed,
            max_abs: f64::NAN,
            max_rel: f64::NAN,
            tolerance: String::new(),
            detail: detail.into(),
        }
    }
}

/// Why no fixture could be run.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// No such folder, or no manifest in it.
    #[error("there are no reference fixtures here ({reason}); name the folder that holds their manifest.json: {}", dir.display())]
    NoFixtures {
        /// The folder.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Runs every network fixture of `dir` on `device`, showing each outcome as soon as there is one.
///
/// # Errors
/// If there are no fixtures. A fixture that fails is an outcome, not an error.
pub fn run(dir: &Path, device: &ChosenDevice, on_outcome: &mut dyn FnMut(&Outcome)) -> Result<(), VerifyError> {
    let fixtures = run_where(dir, device, &|_| true, on_outcome)?;
    for file in fixtures.unused() {
        let reason = match file.split('/').next() {
            Some("video" | "spatial" | "pipeline") => "pictures, not the network; checked by the tests of ks-media",
            Some("sampling" | "schedule" | "metrics" | "cli" | "longvideo") => {
                "belongs to testing and training, not to the network"
            }
            _ => "not a case by itself",
        };
        on_outcome(&Outcome::skipped(file, reason));
    }
    Ok(())
}

/// As [`run`], for the fixtures whose file `wanted` takes: `model/tiny_ir.pth`, `train/ir_bntrain_clip40.json`,
/// `fullsize/ir_50`… Other crates' fixtures are not named.
///
/// # Errors
/// As [`run`].
pub fn run_where(
    dir: &Path,
    device: &ChosenDevice,
    wanted: &dyn Fn(&str) -> bool,
    on_outcome: &mut dyn FnMut(&Outcome),
) -> Result<Fixtures, VerifyError> {
    let fixtures = Fixtures::open(dir)?;
    forward::run(&fixtures, device, wanted, on_outcome);
    checkpoints::run(&fixtures, device, wanted, on_outcome);
    gradients::run(&fixtures, device, wanted, on_outcome);
    fullsize::run(&fixtures, device, wanted, on_outcome);
    Ok(fixtures)
}
