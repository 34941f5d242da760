//! Playing: sending the pipeline somewhere, with speed, sound and an end, and what happens when it gets there.

use std::sync::atomic::Ordering;
use std::time::Instant;

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, ElementExtManual as _, ObjectExt as _};
use ks_domain::MediaTime;

use super::state::{LoopMode, PlayedRange, PlayerEvent};
use super::thread::PlayerThread;
use super::wishes::Target;
use crate::marks::inside;

/// How often a frame is looked for from farther back.
const MISSES_BORNE: u32 = 4;

impl PlayerThread {
    /// Where the part that is repeated begins.
    pub(super) fn loop_start(&self) -> Target {
        let state = *self.shared.state.lock();
        match (state.range, state.loop_mode) {
            (Some(range), _) => Target::Frame(range.start),
            (None, LoopMode::Range { from, .. }) => Target::Time(from),
            (None, LoopMode::Off | LoopMode::Whole) => Target::Time(MediaTime::ZERO),
        }
    }

    /// Sends the pipeline to a place; what it shows there is shown.
    pub(super) fn seek(&mut self, target: Target) {
        let table = self.shared.table.lock().clone();
        self.leave_stills();
        (self.goal, self.misses, self.is_away) = (None, 0, false);
        let Some(table) = table else {
            let time = match target {
                Target::Time(time) => time,
                Target::Frame(frame) => self.guessed_time(f64::from(frame) + 0.25),
            };
            return self.send_seek(time, None);
        };
        let frame = match target {
            Target::Time(time) => table.frame_at(time),
            Target::Frame(frame) => frame.min(table.last()),
        };
        self.goal = Some(frame);
        self.send_seek(inside(&table, frame), Some(table.time_of(frame)));
    }

    fn guessed_time(&self, frame: f64) -> MediaTime {
        MediaTime::from_secs_f64(frame / self.shared.info.video.stated_rate.unwrap_or(25.0))
    }

    /// Some frames cannot be reached from the key frame that the container points to: those that are shown before it
    /// but need frames from before it. Then decoding begins at an earlier one.
    fn seek_from_farther_back(&mut self) -> bool {
        let state = *self.shared.state.lock();
        let table = self.shared.table.lock().clone();
        let (Some(goal), Some(table)) = (self.goal, table) else { return false };
        let is_missed = state.frame.is_some_and(|frame| frame > goal);
        if !is_missed || state.is_playing || self.misses >= MISSES_BORNE {
            return false;
        }
        self.misses += 1;
        self.is_away = true; // Playing would first stand still, from where decoding begins to the picture.
        let mut start = goal;
        for _ in 0..=self.misses {
            start = table.key_frame_before(start.saturating_sub(1));
        }
        self.send_seek(inside(&table, start), Some(table.time_of(goal)));
        true
    }

    /// When the part that is played by itself ends.
    fn stop(&self) -> Option<MediaTime> {
        let state = *self.shared.state.lock();
        let table = self.shared.table.lock().clone();
        match (state.range, state.loop_mode) {
            (Some(PlayedRange { end, .. }), _) => {
                Some(table.map_or_else(|| self.guessed_time(f64::from(end)), |table| table.time_of(end)))
            }
            (None, LoopMode::Range { to, .. }) => Some(to),
            (None, LoopMode::Off | LoopMode::Whole) => None,
        }
    }

    /// Goes to a place of the file; frames before `first` are not shown.
    fn send_seek(&mut self, position: MediaTime, first: Option<MediaTime>) {
        let stop = self.stop().filter(|stop| position < *stop).map(|stop| gst::ClockTime::from_nseconds(stop.nanos()));
        *self.gate.lock() = first;
        self.busy_since = Some(Instant::now());
        let rate = {
            let mut state = self.shared.state.lock();
            state.is_at_end = false;
            state.is_buffering = true;
            state.rate
        };
        let sent = self.playback.pipeline.seek(
            rate,
            gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE,
            gst::SeekType::Set,
            gst::ClockTime::from_nseconds(position.nanos()),
            gst::SeekType::Set, // Also without a stop: `None` would leave the one before.
            stop,
        );
        if sent.is_err() {
            (self.busy_since, self.goal) = (None, None);
            *self.gate.lock() = None;
            self.shared.state.lock().is_buffering = false;
            self.shared
                .tell(PlayerEvent::Warning("This file cannot be searched; it plays from start to end".to_owned()));
        }
        self.set_running();
    }

    pub(super) fn set_running(&self) {
        let goal = if self.shared.state.lock().is_playing { gst::State::Playing } else { gst::State::Paused };
        self.playback.pipeline.set_state(goal).ok(); // A failure also comes as a message, which says more.
        (self.shared.on_wake)();
    }

    pub(super) fn set_volume(&self, volume: f64) {
        if let Some(element) = &self.playback.wiring.lock().volume {
            element.set_property("volume", volume);
        }
    }

    pub(super) fn picture_is_there(&mut self) {
        // Until something is linked, the framework takes an empty pipeline for ready.
        if !self.playback.wiring.lock().is_done {
            return;
        }
        self.busy_since = None;
        if !self.is_set_up {
            self.set_up();
        }
        let is_still = self.shared.is_still.load(Ordering::Acquire);
        if !is_still && self.seek_from_farther_back() {
            return;
        }
        self.goal = None;
        if self.stills.goal.is_none() {
            self.shared.state.lock().is_buffering = false;
        }
        (self.shared.on_wake)();
    }

    fn set_up(&mut self) {
        self.is_set_up = true;
        let mut wiring = self.playback.wiring.lock();
        let warnings = std::mem::take(&mut wiring.warnings);
        let (has_sound, is_hardware) = (wiring.volume.is_some(), wiring.is_hardware);
        drop(wiring);
        let volume = {
            let mut state = self.shared.state.lock();
            (state.has_sound, state.is_hardware) = (has_sound, is_hardware);
            state.volume
        };
        self.set_volume(volume);
        for warning in warnings {
            self.shared.tell(PlayerEvent::Warning(warning));
        }
    }

    pub(super) fn end_is_reached(&mut self) {
        // A message from before it was stopped.
        if self.shared.is_still.load(Ordering::Acquire) {
            return;
        }
        self.busy_since = None;
        let state = *self.shared.state.lock();
        let is_repeated = state.range.map_or(state.loop_mode != LoopMode::Off, |range| range.is_repeated);
        if is_repeated && state.is_playing {
            let start = self.loop_start();
            self.seek(start);
            return;
        }
        {
            let mut state = self.shared.state.lock();
            // After a range it stands inside the video.
            state.is_at_end = state.range.take().is_none();
            state.is_playing = false;
            state.is_buffering = false;
        }
        match state.range {
            // The last frame may have come too late to be shown.
            Some(range) if self.can_scrub() => self.go_still(range.end.saturating_sub(1)),
            Some(_) => self.is_away = true,
            None => {}
        }
        self.set_running();
        self.shared.tell(PlayerEvent::EndOfStream);
    }
}
