//! Learning rates over a training run, as mmaction2's two branches work them out.
//!
//! 0.x sets the rate of an epoch and warms up at every iteration; 1.x changes the rate between epochs only, and each
//! change multiplies what the last one left. The formulas keep the originals' order of operations, so the rates are
//! equal to the last bit. Nothing trains here.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How 0.x lowers the learning rate from epoch to epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EpochPolicy {
    /// The same all the time.
    Fixed,
    /// Multiplied by `gamma` from each of these epochs on, counted from 0.
    Step {
        /// The epochs.
        milestones: Vec<u32>,
        /// The factor.
        gamma: f64,
    },
    /// Half a cosine from the base rate down to `min_rate`, which would be reached after the last epoch.
    Cosine {
        /// Epochs of the run.
        epochs: u32,
        /// The lowest rate.
        min_rate: f64,
    },
}

/// A linear rise at the beginning of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUp {
    /// How many epochs it lasts.
    pub epochs: u32,
    /// The part of the rate that the first iteration (0.x) or epoch (1.x) gets.
    pub start: f64,
}

/// The learning rate of 0.x, for each iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IterationSchedule {
    /// The rate of the optimizer.
    pub base_rate: f64,
    /// How it falls.
    pub policy: EpochPolicy,
    /// The rise at the beginning, if there is one.
    pub warm_up: Option<WarmUp>,
}

impl IterationSchedule {
    /// The rate of an epoch, counted from 0, without the warm-up.
    pub fn regular_rate(&self, epoch: u64) -> f64 {
        match &self.policy {
            EpochPolicy::Fixed => self.base_rate,
            EpochPolicy::Step { milestones, gamma } => {
                let passed = milestones.iter().filter(|milestone| u64::from(**milestone) <= epoch).count();
                self.base_rate * gamma.powf(passed as f64)
            }
            EpochPolicy::Cosine { epochs, min_rate } => {
                let part = epoch as f64 / f64::from((*epochs).max(1));
                min_rate + 0.5 * (self.base_rate - min_rate) * ((PI * part).cos() + 1.0)
            }
        }
    }

    /// The rate of an iteration, counted from 0 over the whole run.
    ///
    /// During the warm-up of `W` iterations: `regular · (1 - (1 - i/W) · (1 - start))`, so that iteration 0 gets
    /// `start` times the rate of its epoch and iteration `W` the first full one.
    pub fn rate(&self, iteration: u64, iterations_per_epoch: u64) -> f64 {
        let per_epoch = iterations_per_epoch.max(1);
        let regular = self.regular_rate(iteration / per_epoch);
        let Some(warm_up) = self.warm_up else { return regular };
        let iterations = u64::from(warm_up.epochs).saturating_mul(per_epoch);
        if iteration >= iterations {
            return regular;
        }
        let missing = (1.0 - iteration as f64 / iterations as f64) * (1.0 - warm_up.start);
        regular * (1.0 - missing)
    }
}

/// The learning rate of 1.x, for each epoch: `LinearLR` from `start` to 1, then `MultiStepLR`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochSchedule {
    /// The rate of the optimizer.
    pub base_rate: f64,
    /// The rise at the beginning, if there is one. The full rate comes with its last epoch, because the original
    /// divides by one epoch less.
    pub warm_up: Option<WarmUp>,
    /// Epochs, counted from 0, from which on the rate is multiplied by `gamma`.
    pub milestones: Vec<u32>,
    /// That factor.
    pub gamma: f64,
}

impl EpochSchedule {
    /// The rate of an epoch, counted from 0. Takes as many steps as there are epochs before it.
    pub fn rate(&self, epoch: u32) -> f64 {
        let mut rate = self.base_rate;
        for step in 0..=epoch {
            rate *= self.warm_up_factor(step);
            let passed = self.milestones.iter().filter(|milestone| **milestone == step).count();
            if passed > 0 {
                rate *= self.gamma.powf(passed as f64);
            }
        }
        rate
    }

    /// What the warm-up multiplies the rate of the epoch before with.
    fn warm_up_factor(&self, step: u32) -> f64 {
        let Some(WarmUp { epochs, start }) = self.warm_up else { return 1.0 };
        if step >= epochs {
            return 1.0;
        }
        if step == 0 {
            return start;
        }
        let rises = f64::from(epochs - 1);
        1.0 + (1.0 - start) / (rises * start + f64::from(step - 1) * (1.0 - start))
    }
}

/// The linear scaling rule: a rate meant for `base_batch` samples at a time, for `batch` samples at a time. A batch is
/// that of all devices together.
pub fn scaled_rate(rate: f64, base_batch: u32, batch: u32) -> f64 {
    rate * (f64::from(batch) / f64::from(base_batch.max(1)))
}
