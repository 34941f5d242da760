//! In which order training clips are shown. Every order follows from the seed and the epoch alone, so that a training that
//! is taken up again goes on where it was.

use crate::{Draws, SeededDraws};

/// Keeps the orders apart from what the same seed draws for single samples.
const ORDER: u64 = 0x6F72_6465_7200;

/// The samples of one epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampler {
    seed: u64,
    samples: u32,
    /// Samples by class, where every class is shown equally often; else empty.
    by_class: Vec<Vec<u32>>,
}

impl Sampler {
    /// Every sample once an epoch, in random order.
    pub const fn shuffled(samples: u32, seed: u64) -> Self {
        Self { seed, samples, by_class: Vec::new() }
    }

    /// As many samples an epoch, but of every class as many as of any other: small classes repeat, large ones leave some
    /// out. `labels` holds the classes of each sample; one with several counts for its rarest.
    pub fn balanced(labels: &[Vec<u32>], seed: u64) -> Self {
        let classes = labels.iter().flatten().max().map_or(0, |last| *last as usize + 1);
        let mut counts = vec![0_usize; classes];
        for label in labels.iter().flatten() {
            if let Some(count) = counts.get_mut(*label as usize) {
                *count += 1;
            }
        }
        let mut by_class = vec![Vec::new(); classes];
        for (sample, labels) in (0..).zip(labels) {
            let rarest = labels.iter().min_by_key(|label| counts.get(**label as usize));
            if let Some(of_class) = rarest.and_then(|label| by_class.get_mut(*label as usize)) {
                of_class.push(sample);
            }
        }
        by_class.retain(|samples| !samples.is_empty());
        Self { seed, samples: u32::try_from(labels.len()).unwrap_or(u32::MAX), by_class }
    }

    /// Samples of an epoch.
    pub const fn len(&self) -> u32 {
        self.samples
    }

    /// Whether there is nothing to show.
    pub const fn is_empty(&self) -> bool {
        self.samples == 0
    }

    /// The order of an epoch, counted from 0.
    pub fn epoch(&self, epoch: u64) -> Vec<u32> {
        let mut draws = SeededDraws::for_sample(self.seed, epoch, ORDER);
        if self.by_class.is_empty() {
            let mut order: Vec<u32> = (0..self.samples).collect();
            shuffle(&mut order, &mut draws);
            return order;
        }
        let mut turns: Vec<usize> = (0..self.by_class.len()).collect();
        shuffle(&mut turns, &mut draws);
        let mut hands: Vec<(usize, Vec<u32>)> = turns.into_iter().map(|class| (class, Vec::new())).collect();
        let mut order = Vec::with_capacity(self.samples as usize);
        // Class after class gives one of its samples; who has none left takes all of them up again.
        'full: loop {
            for (class, hand) in &mut hands {
                if order.len() >= self.samples as usize {
                    break 'full;
                }
                if hand.is_empty() {
                    hand.clone_from(&self.by_class[*class]);
                    shuffle(hand, &mut draws);
                }
                order.extend(hand.pop());
            }
        }
        shuffle(&mut order, &mut draws);
        order
    }
}

/// Fisher and Yates's shuffle.
pub(super) fn shuffle<T>(items: &mut [T], draws: &mut dyn Draws) {
    for last in (1..items.len()).rev() {
        let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
        items.swap(last, draws.below(bound) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_comes_once_an_epoch_in_an_order_of_its_own() {
        let sampler = Sampler::shuffled(50, 3);
        let mut first = sampler.epoch(0);
        assert_ne!(first, sampler.epoch(1));
        assert_eq!(first, Sampler::shuffled(50, 3).epoch(0));
        first.sort_unstable();
        assert_eq!(first, (0..50).collect::<Vec<u32>>());
    }

    #[test]
    fn a_balanced_epoch_shows_every_class_equally_often() {
        let labels: Vec<Vec<u32>> = (0..40).map(|sample| vec![u32::from(sample >= 36)]).collect();
        let order = Sampler::balanced(&labels, 1).epoch(0);
        assert_eq!(order.len(), 40);
        assert_eq!(order.iter().filter(|sample| **sample >= 36).count(), 20);
        let all: std::collections::BTreeSet<u32> = order.into_iter().filter(|sample| *sample >= 36).collect();
        assert_eq!(all.len(), 4, "every sample of the rare class is shown");
    }

    #[test]
    fn a_sample_of_several_classes_counts_for_its_rarest() {
        let labels = vec![vec![0, 1], vec![0], vec![0]];
        assert_eq!(Sampler::balanced(&labels, 1).by_class, [vec![1, 2], vec![0]]);
        assert_eq!(Sampler::balanced(&[], 1).epoch(0), Vec::<u32>::new());
    }
}
