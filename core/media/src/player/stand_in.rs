//! What is shown while the frame that was asked for is being decoded: the nearest one that is there.
//!
//! A stand-in says which frame it stands for, and changes nothing that the player says about its place. It is never
//! farther from that frame than the picture that it replaces, so the picture only ever gets better on the way.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::cache::Kept;
use super::picture::picture_of;
use super::thread::PlayerThread;
use crate::seek::Seeker;

/// How often a frame on the way is shown. More than a screen shows would only cost the copying.
const EVERY: Duration = Duration::from_millis(25);
/// So long the first frame from a place is waited for before decoding is sent to another place.
const FIRST_FRAME: Duration = Duration::from_millis(300);

/// What stands on the screen without having been asked for.
#[derive(Default)]
pub(super) struct StandIn {
    frame: Option<u32>,
    since: Option<Instant>,
}

/// Whether decoding should first give a frame from where it was sent to last. Somebody who drags wishes for another
/// place every few milliseconds; if every wish began anew, nothing would ever be shown.
pub(super) fn owes_a_frame(seeker: &Seeker, wanted: u32) -> bool {
    seeker.waits_since().is_some_and(|waited| waited < FIRST_FRAME) && !seeker.goes_on_to(wanted)
}

impl PlayerThread {
    /// Shows the nearest frame of the cache until the goal is there.
    pub(super) fn stand_in_from_cache(&mut self, goal: u32) {
        let found = {
            let cache = self.shared.cache.lock();
            cache.nearest(goal).map(|(frame, kept)| (frame, kept.clone()))
        };
        if let Some((frame, kept)) = found {
            self.stand_in(frame, &kept);
        }
    }

    /// Shows a frame until the goal is there, if it is nearer to it than what is shown.
    pub(super) fn stand_in(&mut self, frame: u32, kept: &Kept) {
        let Some(goal) = self.stills.goal else { return };
        let shown = self.stills.stand_in.frame.or(self.shared.state.lock().frame);
        let is_nearer = shown.is_none_or(|shown| frame.abs_diff(goal) < shown.abs_diff(goal));
        let is_soon = self.stills.stand_in.since.is_some_and(|since| since.elapsed() < EVERY);
        if !is_nearer || is_soon {
            return;
        }
        let table = self.shared.table.lock().clone();
        let Some(mut picture) = picture_of(&kept.sample, kept.time, table.as_deref(), &self.shared.info) else {
            return;
        };
        picture.stands_for = Some(goal);
        let before = {
            // Under the lock, as every picture, so that none from before overtakes it.
            let state = self.shared.state.lock();
            if !self.shared.is_still.load(Ordering::Acquire) {
                return;
            }
            let before = self.shared.pictures.put(picture);
            drop(state);
            before
        };
        drop(before);
        self.stills.stand_in = StandIn { frame: Some(frame), since: Some(Instant::now()) };
        (self.shared.on_wake)();
    }

    /// Makes do with the stand-in, because what it stands for does not decode.
    pub(super) fn settle_for_stand_in(&mut self) {
        let kept = self.stills.stand_in.frame.and_then(|frame| self.shared.cache.lock().get(frame).cloned());
        match kept {
            Some(kept) => self.show_still(&kept),
            None => self.shared.state.lock().is_buffering = false,
        }
    }
}
