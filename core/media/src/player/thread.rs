//! The player's own thread: does what was asked, listens to the media framework, and takes it down at the end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::{ElementExt as _, ElementExtManual as _, GstObjectExt as _, ObjectExt as _};
use ks_domain::{FrameTable, MediaTime};

use super::Shared;
use super::pipeline::{self, Playback};
use super::show::{Gate, show_frames};
use super::state::{LoopMode, PlayerEvent};
use super::wishes::{Target, Wishes};
use crate::MediaError;
use crate::decode::failure;

/// How often messages of the framework are looked at, when nothing is asked.
const LOOK_EVERY: Duration = Duration::from_millis(15);
/// After this time a seek that gave no picture no longer holds up the next one.
const SEEK_PATIENCE: Duration = Duration::from_secs(5);

/// How often a frame is looked for from farther back.
const MISSES_BORNE: u32 = 4;

pub(super) struct PlayerThread {
    shared: Arc<Shared>,
    path: PathBuf,
    playback: Playback,
    gate: Gate,
    /// Since when a picture is being worked for.
    busy_since: Option<Instant>,
    is_set_up: bool,
    /// The frame that was asked for, if the table is known, and how often it was missed.
    goal: Option<u32>,
    misses: u32,
    /// Playing would first stand still for a while, because the last seek began before the picture.
    is_early: bool,
    has_sound: bool,
    missing: Option<String>,
}

impl PlayerThread {
    pub(super) fn start(path: &Path, shared: Arc<Shared>) -> Result<(), MediaError> {
        let path = path.to_owned();
        std::thread::Builder::new()
            .name("ks-player".to_owned())
            .spawn(move || match Self::open(&path, &shared, true) {
                Ok(player) => player.run(),
                Err(error) => fail(&shared, &error),
            })
            .map(|_detached| ())
            .map_err(|error| MediaError::Thread { reason: error.to_string() })
    }

    fn open(path: &Path, shared: &Arc<Shared>, with_sound: bool) -> Result<Self, MediaError> {
        let playback = pipeline::build(path, shared.info.video.stream_index, with_sound)?;
        let gate = Gate::default();
        show_frames(&playback.sink, shared, &gate);
        if let Some(bus) = playback.pipeline.bus() {
            let shared = Arc::downgrade(shared);
            bus.set_sync_handler(move |_, _| {
                if let Some(shared) = shared.upgrade() {
                    shared.wishes.nudge();
                }
                gst::BusSyncReply::Pass
            });
        }
        playback.pipeline.set_state(gst::State::Paused).ok(); // A failure also comes as a message, which says more.
        Ok(Self {
            shared: Arc::clone(shared),
            path: path.to_owned(),
            playback,
            gate,
            busy_since: Some(Instant::now()),
            is_set_up: false,
            goal: None,
            misses: 0,
            is_early: false,
            has_sound: false,
            missing: None,
        })
    }

    fn run(mut self) {
        loop {
            let shared = Arc::clone(&self.shared);
            let is_busy = self.is_busy();
            let wishes = shared.wishes.wait(LOOK_EVERY, |wishes| take(wishes, is_busy));
            if wishes.quit {
                return;
            }
            self.apply(wishes);
            if let Err(error) = self.listen() {
                fail(&self.shared, &error);
                return;
            }
        }
    }

    fn is_busy(&self) -> bool {
        self.busy_since.is_some_and(|since| !self.is_set_up || since.elapsed() < SEEK_PATIENCE)
    }

    fn apply(&mut self, wishes: Wishes) {
        let Wishes { table, is_playing, rate, seek, steps, loop_mode, volume, quit: _ } = wishes;
        if let Some(table) = table {
            let mut state = self.shared.state.lock();
            let frame = table.frame_at(state.position.saturating_add(MediaTime::from_nanos(1)));
            state.frame = Some(frame);
            drop(state);
            *self.shared.table.lock() = Some(table);
        }
        if let Some(volume) = volume {
            self.shared.state.lock().volume = volume;
            self.set_volume(volume);
        }
        if let Some(is_playing) = is_playing {
            self.shared.state.lock().is_playing = is_playing;
        }
        let mut target = seek;
        if let Some(mode) = loop_mode {
            self.shared.state.lock().loop_mode = mode;
            target = target.or_else(|| self.here());
        }
        if let Some(rate) = rate {
            self.shared.state.lock().rate = rate;
            target = target.or_else(|| self.here());
        }
        if steps != 0 {
            target = Some(self.stepped(target, steps));
        }
        let starts = is_playing == Some(true);
        if starts && target.is_none() {
            let at_end = self.shared.state.lock().is_at_end;
            target = match (at_end, self.is_early) {
                (true, _) => Some(Target::Time(self.loop_start())),
                (false, true) => self.here(),
                (false, false) => None,
            };
        }
        match target {
            Some(target) => self.seek(target),
            None if is_playing.is_some() => self.set_running(),
            None => {}
        }
    }

    /// The frame that is shown, to seek to it again.
    fn here(&self) -> Option<Target> {
        let state = *self.shared.state.lock();
        Some(state.frame.map_or(Target::Time(state.position), Target::Frame))
    }

    fn stepped(&self, from: Option<Target>, steps: i64) -> Target {
        let state = *self.shared.state.lock();
        let table = self.shared.table.lock().clone();
        let frame = match (from, &table) {
            (Some(Target::Frame(frame)), _) => Some(frame),
            (Some(Target::Time(time)), Some(table)) => Some(table.frame_at(time)),
            (None, Some(_)) => state.frame,
            (Some(Target::Time(_)) | None, None) => None,
        };
        match frame {
            Some(frame) => Target::Frame(u32::try_from((i64::from(frame) + steps).max(0)).unwrap_or(u32::MAX)),
            None => {
                let frame_nanos = 1e9 / self.shared.info.video.stated_rate.unwrap_or(25.0);
                let nanos = state.position.nanos() as f64 + (steps as f64 + 0.5) * frame_nanos;
                Target::Time(MediaTime::from_secs_f64(nanos / 1e9))
            }
        }
    }

    fn loop_start(&self) -> MediaTime {
        match self.shared.state.lock().loop_mode {
            LoopMode::Range { from, .. } => from,
            LoopMode::Off | LoopMode::Whole => MediaTime::ZERO,
        }
    }

    fn seek(&mut self, target: Target) {
        let table = self.shared.table.lock().clone();
        let rate = self.shared.info.video.stated_rate;
        let Some(table) = table else {
            let time = match target {
                Target::Time(time) => time,
                Target::Frame(frame) => MediaTime::from_secs_f64((f64::from(frame) + 0.25) / rate.unwrap_or(25.0)),
            };
            (self.goal, self.misses, self.is_early) = (None, 0, false);
            return self.send_seek(time, None);
        };
        let frame = match target {
            Target::Time(time) => table.frame_at(time),
            Target::Frame(frame) => frame.min(table.last()),
        };
        (self.goal, self.misses, self.is_early) = (Some(frame), 0, false);
        self.send_seek(inside(&table, frame), Some(table.time_of(frame)));
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
        self.is_early = true;
        let mut start = goal;
        for _ in 0..=self.misses {
            start = table.key_frame_before(start.saturating_sub(1));
        }
        self.send_seek(inside(&table, start), Some(table.time_of(goal)));
        true
    }

    /// Goes to a place of the file; frames before `first` are not shown.
    fn send_seek(&mut self, position: MediaTime, first: Option<MediaTime>) {
        let state = *self.shared.state.lock();
        let stop = match state.loop_mode {
            LoopMode::Range { to, .. } if position < to => Some(gst::ClockTime::from_nseconds(to.nanos())),
            LoopMode::Range { .. } | LoopMode::Off | LoopMode::Whole => None,
        };
        *self.gate.lock() = first;
        self.busy_since = Some(Instant::now());
        {
            let mut state = self.shared.state.lock();
            state.is_at_end = false;
            state.is_buffering = true;
        }
        let sent = self.playback.pipeline.seek(
            state.rate,
            gst::SeekFlags::FLUSH | gst::SeekFlags::ACCURATE,
            gst::SeekType::Set,
            gst::ClockTime::from_nseconds(position.nanos()),
            if stop.is_some() { gst::SeekType::Set } else { gst::SeekType::None },
            stop,
        );
        if sent.is_err() {
            self.busy_since = None;
            *self.gate.lock() = None;
            self.shared.state.lock().is_buffering = false;
            self.shared
                .tell(PlayerEvent::Warning("This file cannot be searched; it plays from start to end".to_owned()));
        }
        self.set_running();
    }

    fn set_running(&self) {
        let goal = if self.shared.state.lock().is_playing { gst::State::Playing } else { gst::State::Paused };
        self.playback.pipeline.set_state(goal).ok(); // A failure also comes as a message, which says more.
        (self.shared.on_wake)();
    }

    fn set_volume(&self, volume: f64) {
        if let Some(element) = &self.playback.wiring.lock().volume {
            element.set_property("volume", volume);
        }
    }

    /// Deals with the framework's messages. An error means that playing is over.
    fn listen(&mut self) -> Result<(), MediaError> {
        let Some(bus) = self.playback.pipeline.bus() else { return Ok(()) };
        while let Some(message) = bus.pop() {
            match message.view() {
                gst::MessageView::AsyncDone(_) => self.picture_is_there(),
                gst::MessageView::Eos(_) => self.end_is_reached(),
                gst::MessageView::Element(_) => {
                    if let Ok(plugin) = gstreamer_pbutils::MissingPluginMessage::parse(&message) {
                        self.missing = Some(plugin.description().to_string());
                    }
                }
                gst::MessageView::Warning(warning) => {
                    tracing::debug!("while playing: {}", warning.error());
                }
                gst::MessageView::Error(error) => {
                    let is_sound = message.src().is_some_and(|source| self.belongs_to_sound(source));
                    self.trouble(&error.error(), is_sound)?;
                    return Ok(());
                }
                _ => {}
            }
        }
        match self.playback.wiring.lock().failure.clone() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn picture_is_there(&mut self) {
        // Until something is linked, the framework takes an empty pipeline for ready.
        if !self.playback.wiring.lock().is_done {
            return;
        }
        self.busy_since = None;
        if !self.is_set_up {
            self.is_set_up = true;
            let mut wiring = self.playback.wiring.lock();
            let warnings = std::mem::take(&mut wiring.warnings);
            self.has_sound = wiring.volume.is_some();
            drop(wiring);
            let volume = {
                let mut state = self.shared.state.lock();
                state.has_sound = self.has_sound;
                state.volume
            };
            self.set_volume(volume);
            for warning in warnings {
                self.shared.tell(PlayerEvent::Warning(warning));
            }
        }
        if self.seek_from_farther_back() {
            return;
        }
        self.shared.state.lock().is_buffering = false;
        (self.shared.on_wake)();
    }

    fn end_is_reached(&mut self) {
        self.busy_since = None;
        let mode = self.shared.state.lock().loop_mode;
        if mode != LoopMode::Off && self.shared.state.lock().is_playing {
            self.seek(Target::Time(self.loop_start()));
            return;
        }
        {
            let mut state = self.shared.state.lock();
            state.is_at_end = true;
            state.is_playing = false;
            state.is_buffering = false;
        }
        self.set_running();
        self.shared.tell(PlayerEvent::EndOfStream);
    }

    fn belongs_to_sound(&self, source: &gst::Object) -> bool {
        let mut object = Some(source.clone());
        while let Some(current) = object {
            if current.name().starts_with("autoaudiosink") {
                return true;
            }
            object = current.parent();
        }
        false
    }

    /// Without its sound card the video goes on silently; any other error ends it.
    fn trouble(&mut self, error: &gst::glib::Error, is_sound: bool) -> Result<(), MediaError> {
        if !is_sound {
            // A stream that was not linked for a reason also fails as “not linked”; the reason says more.
            let reason = self.playback.wiring.lock().failure.clone();
            return Err(reason.unwrap_or_else(|| failure(error, self.missing.take(), &self.path)));
        }
        self.shared.tell(PlayerEvent::Warning(format!("No sound: the sound output failed ({error})")));
        let here = self.here();
        self.playback.pipeline.set_state(gst::State::Null).ok(); // It failed already.
        let silent = Self::open(&self.path, &self.shared, false)?;
        *self = silent;
        self.shared.wishes.ask(|wishes| wishes.seek = wishes.seek.or(here));
        Ok(())
    }
}

impl Drop for PlayerThread {
    fn drop(&mut self) {
        self.playback.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

/// Takes what can be done now: while a picture is being worked for, going elsewhere waits and is merged meanwhile.
fn take(wishes: &mut Wishes, is_busy: bool) -> Wishes {
    if !is_busy || wishes.quit {
        return std::mem::take(wishes);
    }
    Wishes { table: wishes.table.take(), volume: wishes.volume.take(), ..Wishes::default() }
}

/// A time a little inside a frame, because times are rounded on their way through the framework; not far, because a
/// decoder that is not told how long a frame lasts takes it for 40 ms.
fn inside(table: &FrameTable, frame: u32) -> MediaTime {
    let time = table.time_of(frame);
    let half = table.end_of(frame).saturating_sub(time).nanos() / 2;
    time.saturating_add(MediaTime::from_nanos(half.min(10_000_000)))
}

fn fail(shared: &Shared, error: &MediaError) {
    {
        let mut state = shared.state.lock();
        state.is_playing = false;
        state.is_buffering = false;
    }
    shared.tell(PlayerEvent::Failed(error.to_string()));
}
