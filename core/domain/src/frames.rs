//! The exact frame table: which frames a video really has, and when each is shown.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::MediaTime;

/// One frame that decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameEntry {
    /// When the frame is first shown.
    pub time: MediaTime,
    /// Whether decoding can start at this frame.
    pub is_key: bool,
}

/// Why a list of frames is not a table.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FrameTableError {
    /// No frame decodes.
    #[error("no frame of this video can be decoded")]
    Empty,
    /// Two frames share a time, or one goes back.
    #[error("frame {frame} is not later than the frame before it")]
    NotAscending {
        /// The number of the later-listed frame.
        frame: u32,
    },
}

/// Every frame of a video that decodes, in the order of presentation.
///
/// Frames are numbered from 0. This table is the one place where frame numbers and times meet, so that the
/// player, the clip reader and the timeline agree, also for variable frame rates, reordered frames and edit lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameTable {
    entries: Vec<FrameEntry>,
    end: MediaTime,
}

impl FrameTable {
    /// Takes frames in order of presentation and the moment at which the last one ends.
    ///
    /// An `end` before the last frame is moved to the last frame's time.
    ///
    /// # Errors
    /// If there is no frame, or the times do not ascend strictly.
    pub fn new(entries: Vec<FrameEntry>, end: MediaTime) -> Result<Self, FrameTableError> {
        let last = entries.last().ok_or(FrameTableError::Empty)?.time;
        for (number, pair) in (1u32..).zip(entries.windows(2)) {
            if let [before, after] = pair
                && after.time <= before.time
            {
                return Err(FrameTableError::NotAscending { frame: number });
            }
        }
        Ok(Self { entries, end: end.max(last) })
    }

    /// The number of frames, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a table is never empty")]
    pub fn len(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// All frames in order.
    pub fn entries(&self) -> &[FrameEntry] {
        &self.entries
    }

    /// The number of the last frame.
    pub fn last(&self) -> u32 {
        self.len().saturating_sub(1)
    }

    /// When `frame` is first shown; past the end, the end of the video.
    pub fn time_of(&self, frame: u32) -> MediaTime {
        self.entries.get(frame as usize).map_or(self.end, |entry| entry.time)
    }

    /// When `frame` stops being shown.
    pub fn end_of(&self, frame: u32) -> MediaTime {
        self.time_of(frame.saturating_add(1))
    }

    /// The frame on screen at `time`: the last one that starts at or before it, frame 0 before the first.
    pub fn frame_at(&self, time: MediaTime) -> u32 {
        let after = self.entries.partition_point(|entry| entry.time <= time);
        u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The first frame that starts at or after `time`; the number of frames if there is none. So the frames of a span are
    /// those from its start's to before its end's, and no frame belongs to two spans that touch.
    pub fn first_from(&self, time: MediaTime) -> u32 {
        let before = self.entries.partition_point(|entry| entry.time < time);
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// The nearest key frame at or before `frame`; frame 0 if there is none.
    pub fn key_frame_before(&self, frame: u32) -> u32 {
        (0..=frame.min(self.last()))
            .rev()
            .find(|number| self.entries.get(*number as usize).is_some_and(|entry| entry.is_key))
            .unwrap_or(0)
    }

    /// When the last frame ends.
    pub fn end(&self) -> MediaTime {
        self.end
    }

    /// Frames per second on average over the whole video; 0 for a video without length.
    pub fn mean_rate(&self) -> f64 {
        let span = self.end.saturating_sub(self.time_of(0)).secs_f64();
        if span > 0.0 { f64::from(self.len()) / span } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(millis: &[u64]) -> FrameTable {
        let entries = millis
            .iter()
            .enumerate()
            .map(|(i, ms)| FrameEntry { time: MediaTime::from_nanos(ms * 1_000_000), is_key: i % 3 == 0 })
            .collect();
        FrameTable::new(entries, MediaTime::from_nanos(500_000_000)).expect("should ascend")
    }

    #[test]
    fn the_frame_on_screen_is_the_last_one_that_started() {
        let table = table(&[10, 50, 60, 200]);
        let at = |ms: u64| table.frame_at(MediaTime::from_nanos(ms * 1_000_000));
        assert_eq!([at(0), at(10), at(49), at(50), at(199), at(200), at(9999)], [0, 0, 0, 1, 2, 3, 3]);
    }

    #[test]
    fn every_frame_is_found_at_its_own_time() {
        let table = table(&[0, 33, 67, 100, 101]);
        for frame in 0..table.len() {
            assert_eq!(table.frame_at(table.time_of(frame)), frame);
        }
        assert_eq!(table.end_of(4), table.end());
        assert_eq!(table.key_frame_before(4), 3);
        assert_eq!(table.key_frame_before(2), 0);
    }

    #[test]
    fn a_table_needs_a_frame_and_ascending_times() {
        assert_eq!(FrameTable::new(vec![], MediaTime::ZERO), Err(FrameTableError::Empty));
        let twice = vec![FrameEntry { time: MediaTime::ZERO, is_key: true }; 2];
        assert_eq!(FrameTable::new(twice, MediaTime::ZERO), Err(FrameTableError::NotAscending { frame: 1 }));
    }
}
