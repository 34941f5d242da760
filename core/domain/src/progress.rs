//! How far a job is.

use serde::{Deserialize, Serialize};

/// How far a job is, how fast it goes and how long it will take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// Units in all; `None` while unknown.
    pub total: Option<u64>,
    /// Units a second, smoothed; 0 until known.
    pub rate: f64,
    /// Seconds since the job began.
    pub elapsed_secs: f64,
}

impl Progress {
    /// The done share, 0 to 1.
    pub fn fraction(&self) -> Option<f32> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.done as f64 / total as f64).clamp(0.0, 1.0) as f32)
    }

    /// Seconds left at the present rate.
    pub fn remaining_secs(&self) -> Option<f64> {
        let left = self.total?.saturating_sub(self.done);
        (self.rate > 0.0).then(|| left as f64 / self.rate)
    }
}
