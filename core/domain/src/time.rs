//! A moment on a video's own clock.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment, or a length of time, on a video's presentation clock.
///
/// Stored as whole nanoseconds from the first presented moment of the file, because containers disagree on
/// time bases and floating-point seconds do not survive a round trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MediaTime(u64);

impl MediaTime {
    /// The start of the video.
    pub const ZERO: Self = Self(0);

    /// From whole nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From seconds; negative and not-a-number become zero, values beyond the range the largest time.
    pub fn from_secs_f64(secs: f64) -> Self {
        // `as` saturates, and sends NaN to zero.
        Self((secs * 1e9).round() as u64)
    }

    /// Whole nanoseconds.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Seconds.
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The sum, or the largest time if it cannot be represented.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, or zero if `other` is later.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `m:ss.mmm`, or `h:mm:ss.mmm` from one hour on; rounded down to the millisecond.
impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000_000;
        let (secs, millis) = (millis / 1000, millis % 1000);
        let (mins, secs) = (secs / 60, secs % 60);
        if mins < 60 {
            write!(f, "{mins}:{secs:02}.{millis:03}")
        } else {
            write!(f, "{}:{:02}:{secs:02}.{millis:03}", mins / 60, mins % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        assert_eq!(MediaTime::ZERO.to_string(), "0:00.000");
        assert_eq!(MediaTime::from_secs_f64(61.5).to_string(), "1:01.500");
        assert_eq!(MediaTime::from_secs_f64(3600.0).to_string(), "1:00:00.000");
    }

    #[test]
    fn nonsense_seconds_become_the_nearest_time() {
        assert_eq!(MediaTime::from_secs_f64(-3.0), MediaTime::ZERO);
        assert_eq!(MediaTime::from_secs_f64(f64::NAN), MediaTime::ZERO);
        assert_eq!(MediaTime::from_secs_f64(f64::INFINITY).nanos(), u64::MAX);
    }
}
