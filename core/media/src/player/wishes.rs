//! What the player was asked to do and has not done yet.
//!
//! Wishes are merged instead of queued: ten seeks during one are one seek to the last place. So they need no more room
//! than one of each kind, and asking never waits.

use std::sync::Arc;
use std::time::Duration;

use ks_domain::{FrameTable, MediaTime};
use parking_lot::{Condvar, Mutex};

use super::state::{LoopMode, PlayedRange};

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Frame(u32),
    Time(MediaTime),
}

/// One of each kind of wish at most.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub table: Option<Arc<FrameTable>>,
    pub is_playing: Option<bool>,
    pub rate: Option<f64>,
    pub seek: Option<Target>,
    /// Frames to go on after the seek; negative goes back.
    pub steps: i64,
    pub loop_mode: Option<LoopMode>,
    /// A part to be played by itself, from its start.
    pub range: Option<PlayedRange>,
    pub volume: Option<f64>,
    pub quit: bool,
}

impl Wishes {
    /// Going somewhere makes earlier wishes to go somewhere void.
    pub(super) fn go(&mut self, target: Target) {
        self.seek = Some(target);
        self.steps = 0;
        self.range = None;
    }

    /// Playing on, and pausing, have nothing to do with a range.
    pub(super) fn run(&mut self, is_playing: bool) {
        if let Some(range) = self.range.take() {
            self.seek = Some(Target::Frame(range.start));
        }
        self.is_playing = Some(is_playing);
    }

    pub(super) fn step(&mut self, frames: i64) {
        self.run(false);
        self.steps = self.steps.saturating_add(frames);
    }

    pub(super) fn play_range(&mut self, range: PlayedRange) {
        (self.seek, self.steps, self.is_playing) = (None, 0, Some(true));
        self.range = Some(range);
    }

    /// Whether anything is wished that has to do with the place, or with going on from it.
    pub(super) fn is_about_the_place(&self) -> bool {
        self.seek.is_some() || self.steps != 0 || self.is_playing.is_some() || self.loop_mode.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self { table, is_playing: _, rate, seek: _, steps: _, loop_mode: _, range, volume, quit } = self;
        let is_idle = table.is_none() && rate.is_none() && range.is_none() && volume.is_none() && !quit;
        is_idle && !self.is_about_the_place()
    }
}

/// The place where wishes are left.
#[derive(Debug, Default)]
pub(super) struct WishBox {
    wishes: Mutex<Wishes>,
    something: Condvar,
}

impl WishBox {
    /// Adds to the wishes.
    pub(super) fn ask(&self, add: impl FnOnce(&mut Wishes)) {
        add(&mut self.wishes.lock());
        self.something.notify_one();
    }

    /// Wakes the player up to look at its messages.
    pub(super) fn nudge(&self) {
        self.something.notify_one();
    }

    /// Waits for a wish that can be granted now, at most for a while, and lets `take` have what it wants of them.
    pub(super) fn wait<T>(
        &self,
        at_most: Duration,
        can_be_granted: impl Fn(&Wishes) -> bool,
        take: impl FnOnce(&mut Wishes) -> T,
    ) -> T {
        let mut wishes = self.wishes.lock();
        if !at_most.is_zero() && (wishes.is_empty() || !can_be_granted(&wishes)) {
            self.something.wait_for(&mut wishes, at_most);
        }
        take(&mut wishes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_seeks_become_the_last_one_and_void_earlier_steps() {
        let mut wishes = Wishes::default();
        wishes.step(3);
        wishes.go(Target::Frame(7));
        wishes.go(Target::Frame(9));
        wishes.step(-1);
        assert_eq!((wishes.seek, wishes.steps), (Some(Target::Frame(9)), -1));
        assert!(!wishes.is_empty());
    }

    #[test]
    fn a_range_is_left_by_whatever_is_asked_after_it() {
        let range = PlayedRange { start: 5, end: 9, is_repeated: true };
        let mut wishes = Wishes::default();
        wishes.go(Target::Frame(2));
        wishes.play_range(range);
        assert_eq!((wishes.range, wishes.seek, wishes.is_playing), (Some(range), None, Some(true)));
        wishes.run(false);
        assert_eq!((wishes.range, wishes.seek, wishes.is_playing), (None, Some(Target::Frame(5)), Some(false)));
        wishes.play_range(range);
        wishes.go(Target::Frame(7));
        assert_eq!((wishes.range, wishes.seek), (None, Some(Target::Frame(7))));
    }
}
