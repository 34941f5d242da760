//! Decoded frames around the playhead, in both directions, bounded by their bytes.
//!
//! Frames are kept as the decoder gave them and become pictures only when they are shown.

use std::collections::{BTreeMap, BTreeSet};

use gstreamer as gst;

use crate::marks::OwnTime;

/// A frame that can be shown again.
#[derive(Clone)]
pub(super) struct Kept {
    pub sample: gst::Sample,
    pub time: OwnTime,
}

/// Frames by their number.
pub(super) struct FrameCache {
    limit: usize,
    used: usize,
    /// The frames farthest from here go first.
    playhead: u32,
    frames: BTreeMap<u32, (Kept, usize)>,
    /// Frames that did not come out although those beside them did. They are not waited for again.
    holes: BTreeSet<u32>,
}

impl FrameCache {
    /// A cache of so many bytes at most; one frame is kept in any case.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, used: 0, playhead: 0, frames: BTreeMap::new(), holes: BTreeSet::new() }
    }

    /// Says which frame is looked at.
    pub(super) fn look_at(&mut self, frame: u32) {
        self.playhead = frame;
    }

    /// Keeps a frame as long as there is room.
    pub(super) fn insert(&mut self, frame: u32, kept: Kept) {
        let bytes = kept.sample.buffer().map_or(0, |buffer| buffer.size());
        self.used += bytes;
        if let Some((_, before)) = self.frames.insert(frame, (kept, bytes)) {
            self.used -= before;
        }
        self.holes.remove(&frame);
        while self.used > self.limit && self.frames.len() > 1 {
            let (Some(first), Some(last)) = (self.frames.keys().next(), self.frames.keys().next_back()) else { return };
            let farthest = if first.abs_diff(self.playhead) >= last.abs_diff(self.playhead) { *first } else { *last };
            if let Some((_, bytes)) = self.frames.remove(&farthest) {
                self.used -= bytes;
            }
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.holes.clear();
        self.used = 0;
    }

    /// Remembers that a frame does not come out.
    pub(super) fn note_hole(&mut self, frame: u32) {
        self.holes.insert(frame);
    }

    pub(super) fn get(&self, frame: u32) -> Option<&Kept> {
        self.frames.get(&frame).map(|(kept, _)| kept)
    }

    /// The frame that is nearest to one, if any is here.
    pub(super) fn nearest(&self, frame: u32) -> Option<(u32, &Kept)> {
        let before = self.frames.range(..=frame).next_back();
        let after = self.frames.range(frame..).next();
        let found = before.into_iter().chain(after).min_by_key(|(number, _)| number.abs_diff(frame));
        found.map(|(number, (kept, _))| (*number, kept))
    }

    /// How many frames like those that are here have room.
    pub(super) fn room(&self) -> u32 {
        let frames = self.frames.len();
        let mean = self.used.checked_div(frames).unwrap_or(0).max(1);
        u32::try_from(self.limit / mean).unwrap_or(u32::MAX)
    }

    /// The first frame after `from` that is not here, among the next `count`.
    pub(super) fn missing_after(&self, from: u32, count: u32) -> Option<u32> {
        (from.saturating_add(1)..=from.saturating_add(count)).find(|frame| !self.is_known(*frame))
    }

    /// The first frame before `from` that is not here, among the `count` before it.
    pub(super) fn missing_before(&self, from: u32, count: u32) -> Option<u32> {
        (from.saturating_sub(count)..from).rev().find(|frame| !self.is_known(*frame))
    }

    fn is_known(&self, frame: u32) -> bool {
        self.frames.contains_key(&frame) || self.holes.contains(&frame)
    }
}

#[cfg(test)]
mod tests {
    use ks_domain::MediaTime;

    use super::*;

    /// A cache with room for four frames of a hundred bytes.
    fn cache() -> FrameCache {
        crate::init().expect("should start");
        FrameCache::new(400)
    }

    fn put(cache: &mut FrameCache, frames: impl IntoIterator<Item = u32>) {
        for frame in frames {
            let buffer = gst::Buffer::with_size(100).expect("should have memory");
            let sample = gst::Sample::builder().buffer(&buffer).build();
            cache.insert(frame, Kept { sample, time: OwnTime { time: MediaTime::ZERO, is_exact: true } });
        }
    }

    fn kept(cache: &FrameCache) -> Vec<u32> {
        cache.frames.keys().copied().collect()
    }

    #[test]
    fn the_frames_nearest_to_the_playhead_are_kept_on_both_sides() {
        let mut cache = cache();
        cache.look_at(10);
        put(&mut cache, 0..20);
        assert_eq!((kept(&cache), cache.used, cache.room()), (vec![9, 10, 11, 12], 400, 4));
        cache.look_at(3);
        put(&mut cache, [2, 3, 4]);
        assert_eq!(kept(&cache), [2, 3, 4, 9]);
        put(&mut cache, [3]);
        assert_eq!(cache.used, 400, "a frame that comes again takes no more room");
    }

    #[test]
    fn the_nearest_frame_is_found_on_either_side() {
        let mut cache = cache();
        assert!(cache.nearest(5).is_none());
        put(&mut cache, [4, 10]);
        let nearest = |frame| cache.nearest(frame).map(|(number, _)| number);
        assert_eq!([0, 4, 6, 8, 10, 99].map(nearest), [4, 4, 4, 10, 10, 10].map(Some));
    }

    #[test]
    fn what_is_missing_is_found_and_holes_are_not_waited_for() {
        let mut cache = cache();
        cache.look_at(5);
        put(&mut cache, [4, 5, 6]);
        assert_eq!((cache.missing_after(5, 1), cache.missing_after(5, 3)), (None, Some(7)));
        assert_eq!((cache.missing_before(5, 1), cache.missing_before(5, 3)), (None, Some(3)));
        cache.note_hole(7);
        assert_eq!(cache.missing_after(5, 3), Some(8));
        assert_eq!(cache.missing_before(0, 3), None);
    }
}
