//! How long the interface took to draw its last frames.

use std::collections::VecDeque;

use crate::tr;

/// A ring of the last frames' times.
#[derive(Clone, Debug, Default)]
pub struct FrameTimes {
    millis: VecDeque<f32>,
    total: u64,
}

impl FrameTimes {
    /// How many frames are remembered.
    pub const KEPT: usize = 2000;

    /// Remembers the time of one frame.
    pub fn push(&mut self, millis: f32) {
        if self.millis.len() == Self::KEPT {
            self.millis.pop_front();
        }
        self.millis.push_back(millis);
        self.total += 1;
    }

    /// Frames ever drawn.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The time in milliseconds that a share of the remembered frames (0 to 1) did not exceed; `None` before the first.
    pub fn percentile(&self, share: f32) -> Option<f32> {
        let mut sorted: Vec<f32> = self.millis.iter().copied().collect();
        sorted.sort_by(f32::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let index = ((last as f32) * share.clamp(0.0, 1.0)).ceil() as usize;
        sorted.get(index.min(last)).copied()
    }

    /// One line for people: how many frames, the median, p99 and the slowest, in milliseconds.
    pub fn summary(&self) -> String {
        let at = |share| self.percentile(share).unwrap_or(0.0);
        let millis = |share| format!("{:.1}", at(share));
        tr!(
            "frame-times",
            total = self.total.to_string(),
            median = millis(0.5),
            p99 = millis(0.99),
            slowest = millis(1.0),
            kept = self.millis.len().to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_come_from_the_last_frames() {
        let mut times = FrameTimes::default();
        assert_eq!(times.percentile(0.99), None);
        for _ in 0..FrameTimes::KEPT {
            times.push(1000.0);
        }
        for i in 0..FrameTimes::KEPT {
            times.push(i as f32);
        }
        assert_eq!(times.percentile(0.0), Some(0.0));
        assert_eq!(times.percentile(1.0), Some(FrameTimes::KEPT as f32 - 1.0));
        assert_eq!(times.percentile(0.99), Some(1980.0));
        assert_eq!(times.total(), 2 * FrameTimes::KEPT as u64);
    }
}
