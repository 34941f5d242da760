//! What the player was asked to do and has not done yet.
//!
//! Wishes are merged instead of queued: ten seeks during one are one seek to the last place. So they need no more room
//! than one of each kind, and asking never waits.

use std::sync::Arc;
use std::time::Duration;

use ks_domain::{FrameTable, MediaTime};
use parking_lot::{Condvar, Mutex};

use super::state::LoopMode;

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
    pub volume: Option<f64>,
    pub quit: bool,
}

impl Wishes {
    /// Going somewhere makes earlier wishes to go somewhere void.
    pub(super) fn go(&mut self, target: Target) {
        self.seek = Some(target);
        self.steps = 0;
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self { table, is_playing, rate, seek, steps, loop_mode, volume, quit } = self;
        let is_idle = table.is_none() && is_playing.is_none() && rate.is_none() && seek.is_none();
        is_idle && *steps == 0 && loop_mode.is_none() && volume.is_none() && !quit
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

    /// Waits for a wish, at most for a while, and lets `take` have what it wants of them.
    pub(super) fn wait<T>(&self, at_most: Duration, take: impl FnOnce(&mut Wishes) -> T) -> T {
        let mut wishes = self.wishes.lock();
        if wishes.is_empty() {
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
        wishes.steps += 3;
        wishes.go(Target::Frame(7));
        wishes.go(Target::Frame(9));
        wishes.steps -= 1;
        assert_eq!((wishes.seek, wishes.steps), (Some(Target::Frame(9)), -1));
        assert!(!wishes.is_empty());
    }
}
