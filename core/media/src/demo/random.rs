//! Random numbers that are the same everywhere: SplitMix64, and a hash of whole numbers made of its last step.

/// Mixes the bits of a number so that every bit of it changes half of the result's (Steele, Lea and Flood, 2014).
pub(super) const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number for a place of a grid.
pub(super) const fn at(seed: u64, x: i64, y: i64) -> u64 {
    mix(seed ^ mix((x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ mix(y as u64)))
}

/// The upper bits of a number as a share of one, below 1.
pub(super) const fn share(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1_u64 << 24) as f32
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(0x5851_F42D_4C95_7F2D)))
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// From `low` to below `high`.
    pub(super) fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * share(self.next())
    }

    /// A whole number below `count`.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(count)) >> 32).unwrap_or(0)
    }

    /// True with a probability.
    pub(super) fn chance(&mut self, probability: f32) -> bool {
        share(self.next()) < probability
    }

    /// A direction: a vector of length 1.
    pub(super) fn direction(&mut self) -> [f32; 2] {
        loop {
            let [x, y] = [self.within(-1.0, 1.0), self.within(-1.0, 1.0)];
            let length = (x * x + y * y).sqrt();
            if (0.1..=1.0).contains(&length) {
                return [x / length, y / length];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_everywhere_and_spread_evenly() {
        let mut random = Random::new(7);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let mut again = Random::new(7);
        assert_eq!(first, (0..3).map(|_| again.next()).collect::<Vec<_>>());
        assert_ne!(first[0], Random::new(8).next());
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[random.below(10) as usize] += 1;
            let [x, y] = random.direction();
            assert!((x * x + y * y - 1.0).abs() < 1e-5);
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
