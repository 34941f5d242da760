//! Standing still, stepping and scrubbing: pictures out of the cache, and a decoder of their own that fills it.
//!
//! What was decoded is shown at once. Otherwise decoding goes on to the frame that is wanted, or begins at the key frame
//! before it; all frames on the way are kept, so going back decodes a group of pictures once. Only on the way to a frame
//! far away pictures are left out that no other needs. A newer wish overtakes an older one between two frames. When
//! nothing is wanted, frames are decoded ahead in the direction of the last step. What is shown until the frame is there
//! is told in [`super::stand_in`].

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::cache::Kept;
use super::picture::{SHOWN_FORMATS, picture_of};
use super::show::lead;
use super::stand_in::{StandIn, owes_a_frame};
use super::thread::PlayerThread;
use super::wishes::Target;
use crate::MediaError;
use crate::seek::{Access, Located, Pulled, Seeker, keepable};

/// How long a frame is waited for before wishes are looked at again.
const PULL: Duration = Duration::from_millis(4);
/// After this time without a frame decoding is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a frame is looked for from farther back.
const MISSES_BORNE: u32 = 4;
/// Going back by at most so many frames is stepping; frames before are then decoded before they are asked for…
const STEP_BACK: u32 = 32;
/// …as soon as fewer than these are left.
const LEFT_BEHIND: u32 = 8;
/// The most frames that are decoded ahead.
const AHEAD: u32 = 60;

/// What standing still needs to know.
#[derive(Default)]
pub(super) struct Stills {
    seeker: Option<Seeker>,
    /// The frame that was asked for and is not there yet.
    pub goal: Option<u32>,
    /// What is shown in its place.
    pub stand_in: StandIn,
    misses: u32,
    /// The frame that decoding was sent to.
    sent_to: Option<u32>,
    is_backward: bool,
    is_unusable: bool,
    since: Option<Instant>,
}

impl Stills {
    /// Starts over with another decoder.
    pub(super) fn restart(&mut self) {
        let stand_in = std::mem::take(&mut self.stand_in);
        *self = Self { goal: self.goal, stand_in, is_backward: self.is_backward, ..Self::default() };
    }
}

impl PlayerThread {
    /// Whether frames can be gone to one by one.
    pub(super) fn can_scrub(&self) -> bool {
        !self.stills.is_unusable && self.shared.table.lock().is_some()
    }

    /// From now on stills are shown, and nothing that was played.
    pub(super) fn hold_still(&mut self) {
        let mut state = self.shared.state.lock();
        self.shared.is_still.store(true, Ordering::Release);
        state.is_at_end = false;
        drop(state);
        self.busy_since = None;
        self.is_away = true;
    }

    /// Shows a frame, at once or as soon as it is decoded.
    pub(super) fn go_still(&mut self, frame: u32) {
        let Some(last) = self.shared.table.lock().as_ref().map(|table| table.last()) else { return };
        let frame = frame.min(last);
        let from = self.place().unwrap_or(0);
        self.stills.is_backward = frame < from && from - frame <= STEP_BACK;
        self.goal = None;
        self.hold_still();
        self.set_running();
        let kept = {
            let mut cache = self.shared.cache.lock();
            cache.look_at(frame);
            cache.get(frame).cloned()
        };
        if let Some(kept) = kept {
            self.stills.goal = None;
            self.show_still(&kept);
            return;
        }
        self.stills.goal = Some(frame);
        (self.stills.misses, self.stills.sent_to, self.stills.since) = (0, None, None);
        self.shared.state.lock().is_buffering = true;
        (self.shared.on_wake)();
        self.stand_in_from_cache(frame);
    }

    /// Forgets what was wanted, because playing goes on.
    pub(super) fn leave_stills(&mut self) {
        self.stills.goal = None;
        self.stills.sent_to = None;
        self.stills.stand_in = StandIn::default();
        self.shared.is_still.store(false, Ordering::Release);
    }

    /// The frame that is to be decoded next, if any.
    fn wanted(&self) -> Option<u32> {
        if self.stills.goal.is_some() {
            return self.stills.goal;
        }
        let state = *self.shared.state.lock();
        if state.is_playing || !self.is_set_up || self.busy_since.is_some() || !self.can_scrub() {
            return None;
        }
        let last = self.shared.table.lock().as_ref()?.last();
        let head = state.frame?;
        let cache = self.shared.cache.lock();
        let room = cache.room();
        if self.stills.is_backward {
            return cache.missing_before(head, LEFT_BEHIND.min(room / 3));
        }
        cache.missing_after(head, AHEAD.min(room / 3).min(last.saturating_sub(head)))
    }

    /// Whether there is something to decode.
    pub(super) fn has_still_work(&self) -> bool {
        self.wanted().is_some()
    }

    /// Decodes one frame at most.
    pub(super) fn work_on_stills(&mut self) {
        let Some(wanted) = self.wanted() else {
            self.stills.since = None;
            return;
        };
        match self.pull_towards(wanted) {
            Ok(Pulled::Frame(located)) => {
                self.stills.since = Some(Instant::now());
                self.take_in(wanted, located);
            }
            Ok(Pulled::End) => self.miss(wanted, None),
            Ok(Pulled::Nothing) => {
                let since = *self.stills.since.get_or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE {
                    self.give_stills_up("it gives no picture");
                }
            }
            Err(error) => self.give_stills_up(&reason_of(&error)),
        }
    }

    fn pull_towards(&mut self, wanted: u32) -> Result<Pulled, MediaError> {
        if self.stills.seeker.is_none() {
            let table = self.shared.table.lock().clone();
            let Some(table) = table else { return Ok(Pulled::Nothing) };
            let access = Access { formats: SHOWN_FORMATS, decoding: self.decoding, threads: None };
            let seeker = Seeker::open(&self.path, self.shared.info.video.stream_index, table, access)?;
            self.stills.seeker = Some(seeker);
        }
        let Some(seeker) = &mut self.stills.seeker else { return Ok(Pulled::Nothing) };
        let misses = self.stills.misses;
        let is_due = seeker.has_started() && self.stills.sent_to != Some(wanted);
        if is_due && (misses > 0 || !owes_a_frame(seeker, wanted)) {
            if self.stills.goal.is_some() && !self.stills.is_backward {
                seeker.hurry(wanted, misses)?;
            } else {
                seeker.approach(wanted, misses)?;
            }
            self.stills.sent_to = Some(wanted);
        }
        seeker.pull(PULL)
    }

    fn take_in(&mut self, wanted: u32, located: Located) {
        let number = located.number;
        let may_keep = self.stills.seeker.as_ref().is_some_and(Seeker::may_keep);
        let kept = Kept { sample: keepable(&located.sample, may_keep), time: located.time };
        self.shared.state.lock().decoded_stills += 1;
        self.shared.cache.lock().insert(number, kept.clone());
        if self.stills.goal == Some(number) {
            self.stills.goal = None;
            self.stills.misses = 0;
            self.show_still(&kept);
            return;
        }
        self.stand_in(number, &kept);
        if number > wanted && self.stills.sent_to == Some(wanted) {
            self.miss(wanted, Some(&kept));
        }
    }

    /// A frame did not come out where it should have: it is looked for from farther back, and at last given up.
    fn miss(&mut self, wanted: u32, instead: Option<&Kept>) {
        if self.stills.goal.is_none() {
            self.shared.cache.lock().note_hole(wanted);
            return;
        }
        self.stills.sent_to = None;
        if self.stills.misses < MISSES_BORNE {
            self.stills.misses += 1;
            return;
        }
        self.stills.goal = None;
        self.stills.misses = 0;
        match instead {
            Some(kept) => self.show_still(kept),
            None => self.settle_for_stand_in(),
        }
    }

    pub(super) fn show_still(&mut self, kept: &Kept) {
        self.stills.stand_in = StandIn::default();
        let table = self.shared.table.lock().clone();
        if let Some(picture) = picture_of(&kept.sample, kept.time, table.as_deref(), &self.shared.info) {
            lead(picture, table.is_some(), &self.shared, true);
        }
    }

    /// Hardware that fails is replaced by software; without any decoder for stills the one that plays has to do.
    fn give_stills_up(&mut self, reason: &str) {
        let is_hardware = self.stills.seeker.as_ref().is_some_and(Seeker::is_hardware);
        self.stills.restart();
        if is_hardware {
            self.leave_hardware(reason);
            return;
        }
        tracing::warn!("single frames cannot be gone to ({reason}); the player seeks instead");
        self.stills.is_unusable = true;
        if let Some(goal) = self.stills.goal.take() {
            self.seek(Target::Frame(goal));
        }
    }
}

/// What the framework said, without the advice about the file.
fn reason_of(error: &MediaError) -> String {
    match error {
        MediaError::Damaged { reason, .. } | MediaError::NothingDecodes { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}
