//! Which samples of a list one of several machines takes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Every `count`-th sample, beginning with number `index`: neighbours in a list tend to be alike, so that this spreads
/// long videos more evenly than blocks would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 0.
    pub index: usize,
    /// At least 1.
    pub count: usize,
}

impl Shard {
    /// All samples.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Whether the sample belongs to this shard.
    pub fn takes(self, sample: usize) -> bool {
        sample % self.count == self.index
    }

    /// How many of `samples` belong to it.
    pub fn len(self, samples: usize) -> usize {
        (0..samples).skip(self.index).step_by(self.count).count()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Not a shard.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("“{0}” is not a shard; write for example 0/4, 1/4, 2/4, 3/4 for the four of four machines")]
pub struct ShardNameError(String);

impl FromStr for Shard {
    type Err = ShardNameError;

    fn from_str(text: &str) -> Result<Self, ShardNameError> {
        let wrong = || ShardNameError(text.to_owned());
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let (index, count) = (index.parse().ok().ok_or_else(wrong)?, count.parse().ok().ok_or_else(wrong)?);
        if index < count { Ok(Self { index, count }) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_belongs_to_exactly_one_shard() {
        for samples in 0..20 {
            let shards: Vec<Shard> = (0..3).map(|index| Shard { index, count: 3 }).collect();
            for sample in 0..samples {
                assert_eq!(shards.iter().filter(|shard| shard.takes(sample)).count(), 1);
            }
            assert_eq!(shards.iter().map(|shard| shard.len(samples)).sum::<usize>(), samples);
        }
    }

    #[test]
    fn shards_are_numbered_from_zero() {
        assert_eq!("3/4".parse(), Ok(Shard { index: 3, count: 4 }));
        for text in ["4/4", "0/0", "1", "a/2", "-1/2", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
