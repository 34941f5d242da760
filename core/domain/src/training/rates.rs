//! The learning rate of every step of a training.

use super::config::{RatePolicy, RateStep, TrainConfig};
use crate::schedule::{EpochPolicy, EpochSchedule, IterationSchedule, WarmUp, scaled_rate};

/// The learning rates of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct Rates {
    regular: IterationSchedule,
    /// Where the rate changes between epochs only: the rise, and everything else where the rate falls by steps.
    by_epoch: Option<EpochSchedule>,
}

impl Rates {
    /// The rates of a configuration.
    pub fn new(config: &TrainConfig) -> Self {
        let (optimizer, schedule) = (&config.optimizer, &config.schedule);
        let base_rate = match optimizer.base_batch {
            0 => optimizer.learning_rate,
            base_batch => scaled_rate(optimizer.learning_rate, base_batch, config.data.batch),
        };
        let warm_up = (schedule.warmup_epochs > 0)
            .then_some(WarmUp { epochs: schedule.warmup_epochs, start: schedule.warmup_start });
        let (milestones, gamma) = (schedule.milestones.clone(), schedule.gamma);
        let policy = match schedule.policy {
            RatePolicy::Fixed => EpochPolicy::Fixed,
            RatePolicy::Step => EpochPolicy::Step { milestones: milestones.clone(), gamma },
            RatePolicy::Cosine => EpochPolicy::Cosine { epochs: schedule.epochs, min_rate: schedule.min_rate },
        };
        match schedule.changes {
            RateStep::Iteration => Self { regular: IterationSchedule { base_rate, policy, warm_up }, by_epoch: None },
            RateStep::Epoch => {
                // The cosine is worked out by itself, the rise multiplies it.
                let (base, milestones) = match schedule.policy {
                    RatePolicy::Cosine => (1.0, Vec::new()),
                    RatePolicy::Fixed => (base_rate, Vec::new()),
                    RatePolicy::Step => (base_rate, milestones),
                };
                let by_epoch = EpochSchedule { base_rate: base, warm_up, milestones, gamma };
                Self { regular: IterationSchedule { base_rate, policy, warm_up: None }, by_epoch: Some(by_epoch) }
            }
        }
    }

    /// The rate of a step, counted from 0 over the whole training.
    pub fn rate(&self, step: u64, steps_per_epoch: u64) -> f64 {
        let epoch = step / steps_per_epoch.max(1);
        let by_epoch = |schedule: &EpochSchedule| schedule.rate(u32::try_from(epoch).unwrap_or(u32::MAX));
        match (&self.by_epoch, &self.regular.policy) {
            (None, _) => self.regular.rate(step, steps_per_epoch),
            (Some(rise), EpochPolicy::Cosine { .. }) => by_epoch(rise) * self.regular.regular_rate(epoch),
            (Some(all), _) => by_epoch(all),
        }
    }
}
