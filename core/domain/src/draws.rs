//! Where random choices come from: a trait, so that training draws from a seeded generator and a test replays the
//! draws that the original program made.
//!
//! The generator is SplitMix64: one 64-bit word of state, good enough to choose crops, of no use for secrets. Its
//! numbers are part of what a seed means, so they must never change.

/// A source of random choices.
pub trait Draws {
    /// A whole number from 0 to `bound - 1`, each equally likely; 0 if `bound` is 0.
    fn below(&mut self, bound: u32) -> u32;

    /// A real number from `low` up to, but not including, `high`.
    fn uniform(&mut self, low: f64, high: f64) -> f64;
}

/// Draws that follow from a seed alone, on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededDraws {
    state: u64,
}

impl SeededDraws {
    /// The draws of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The draws of one sample in one epoch, whichever thread reads it and whatever was read before it. So a run that
    /// is taken up again sees what it would have seen.
    pub fn for_sample(seed: u64, epoch: u64, sample: u64) -> Self {
        let mut mixed = Self::new(seed);
        for part in [epoch, sample] {
            mixed.state = mixed.word() ^ part;
        }
        Self::new(mixed.word())
    }

    /// The next 64 bits.
    fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Draws for SeededDraws {
    fn below(&mut self, bound: u32) -> u32 {
        let bound = u64::from(bound.max(1));
        // The upper half of a product of 32 bits by the bound is even but for the first few products, which are drawn
        // again.
        let uneven = (1 << 32) % bound;
        loop {
            let product = (self.word() >> 32) * bound;
            if product & 0xFFFF_FFFF >= uneven {
                return (product >> 32) as u32;
            }
        }
    }

    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.word() >> 11) as f64 / (1_u64 << 53) as f64;
        let drawn = low + (high - low) * unit;
        if drawn < high { drawn } else { low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_numbers_for_ever() {
        // The first words of SplitMix64 for seed 0, as its author published them.
        let mut draws = SeededDraws::new(0);
        assert_eq!([draws.word(), draws.word()], [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }

    #[test]
    fn every_number_below_the_bound_comes_about_equally_often() {
        let mut draws = SeededDraws::for_sample(7, 3, 11);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[draws.below(6) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        assert_eq!((draws.below(0), draws.below(1)), (0, 0));
    }

    #[test]
    fn samples_and_epochs_have_draws_of_their_own() {
        let first = |epoch, sample| SeededDraws::for_sample(1, epoch, sample).word();
        let all = [first(0, 0), first(0, 1), first(1, 0), first(1, 1)];
        for (place, word) in all.iter().enumerate() {
            assert!(!all.get(..place).unwrap_or_default().contains(word));
        }
    }
}
