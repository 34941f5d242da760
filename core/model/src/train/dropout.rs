//! Dropout of the pooled features: which are dropped is drawn on the host, so that it follows from the seed and the number
//! of batches before, on every device.

use burn::tensor::{Device, Tensor, TensorData};
use ks_domain::{Draws as _, SeededDraws};

/// Where the draws of a training stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DropoutDraws {
    pub(super) seed: u64,
    /// Micro-batches that were drawn for.
    pub(super) batches: u64,
}

impl DropoutDraws {
    /// The factors of one micro-batch: 0 for a share of `dropout` of them, for the others what keeps their mean.
    /// `None` without dropout.
    ///
    /// # Shapes
    /// - output: `[batch, features]`
    pub(super) fn next(&mut self, dropout: f64, shape: [usize; 2], device: &Device) -> Option<Tensor<2>> {
        let factors = self.next_factors(dropout, shape[0] * shape[1]);
        Some(Tensor::from_data(TensorData::new(factors?, shape), device))
    }

    fn next_factors(&mut self, dropout: f64, count: usize) -> Option<Vec<f32>> {
        let mut draws = SeededDraws::for_sample(self.seed, self.batches, 0);
        self.batches += 1;
        let kept = (1.0 / (1.0 - dropout)) as f32;
        (dropout > 0.0).then(|| {
            let factor = |_| if draws.uniform(0.0, 1.0) < dropout { 0.0 } else { kept };
            (0..count).map(factor).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_dropped_is_the_one_asked_for_and_the_mean_stays() {
        let mut draws = DropoutDraws { seed: 3, batches: 0 };
        let factors = draws.next_factors(0.25, 40_000).expect("should drop");
        let dropped = factors.iter().filter(|factor| **factor == 0.0).count();
        assert!((9_700..10_300).contains(&dropped), "{dropped}");
        assert!(factors.iter().all(|factor| *factor == 0.0 || (*factor - 4.0 / 3.0).abs() < 1e-6));
        assert_ne!(draws.next_factors(0.25, 40_000), Some(factors.clone()), "every batch has draws of its own");
        let mut again = DropoutDraws { seed: 3, batches: 0 };
        assert_eq!(again.next_factors(0.25, 40_000), Some(factors));
        assert_eq!(draws.next_factors(0.0, 10), None);
        assert_eq!(draws.next_factors(1.0, 3), Some(vec![0.0; 3]));
    }
}
