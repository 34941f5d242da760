//! The clock of an observation: media that follow each other, and an offset before them.

use ks_domain::MediaTime;

use super::events::clamped;
use crate::exchange::text::millis;

/// How far an event may lie outside of its medium, as BORIS rounds lengths and times.
const SLACK: i128 = 50_000_000;

/// The media of an observation's first player, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    /// What is added to the media's time to get the events' time, in nanoseconds.
    pub(super) offset: i128,
    /// The lengths of the media in nanoseconds; only the last may be unknown.
    pub(super) lengths: Vec<Option<i128>>,
}

impl Timeline {
    /// The stretches of media that a time span of the observation covers: number of the medium, start, end. A moment
    /// has equal ends. Empty if nothing is covered.
    pub(super) fn parts(&self, from: i128, to: Option<i128>) -> Vec<(usize, MediaTime, MediaTime)> {
        let from = from - self.offset;
        let to = to.map(|to| to - self.offset);
        let mut parts = Vec::new();
        let mut begin = 0i128;
        let last = self.lengths.len().saturating_sub(1);
        for (medium, length) in self.lengths.iter().enumerate() {
            let end = length.filter(|_length| medium < last).map(|length| begin + length);
            // The last medium takes what lies a little outside; whether it fits the video is seen later.
            let ends_after = |time: i128| end.is_none_or(|end| time < end);
            match to {
                None if from >= begin - SLACK && ends_after(from) => {
                    let time = clamped(from - begin);
                    parts.push((medium, time, time));
                    break;
                }
                None => {}
                Some(to) => {
                    let (start, stop) = (from.max(begin), end.map_or(to, |end| to.min(end)));
                    let is_whole = from == to && from >= begin - SLACK && ends_after(from);
                    if start < stop || is_whole {
                        parts.push((medium, clamped(start - begin), clamped(stop - begin)));
                    }
                }
            }
            begin = end.unwrap_or(begin);
        }
        parts
    }
}

/// A time as BORIS keeps it: seconds with three decimals.
pub(super) fn three_decimals(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// A time as a JSON number with at most three decimals.
pub(super) fn seconds(time: MediaTime) -> f64 {
    millis(time) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_goes_on_in_the_next_medium_is_divided() {
        let second = 1_000_000_000;
        let timeline = Timeline { offset: 10 * second, lengths: vec![Some(5 * second), Some(5 * second)] };
        let secs = |parts: Vec<(usize, MediaTime, MediaTime)>| -> Vec<(usize, f64, f64)> {
            parts.into_iter().map(|(medium, from, to)| (medium, from.secs_f64(), to.secs_f64())).collect()
        };
        assert_eq!(secs(timeline.parts(11 * second, Some(17 * second))), [(0, 1.0, 5.0), (1, 0.0, 2.0)]);
        assert_eq!(secs(timeline.parts(15 * second, None)), [(1, 0.0, 0.0)]);
        assert_eq!(secs(timeline.parts(9 * second, None)), []);
        assert_eq!(secs(timeline.parts(9 * second, Some(12 * second))), [(0, 0.0, 2.0)]);
    }
}
