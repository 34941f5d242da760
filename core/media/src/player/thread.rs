//! The player's own thread: takes what was asked and does it, playing ([`super::playing`]) or standing still
//! ([`super::scrub`]), listens to the media framework, and takes it down at the end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::ElementExt as _;
use ks_domain::{FrameTable, MediaTime};

use super::Shared;
use super::pipeline::{self, Playback};
use super::scrub::Stills;
use super::show::{Gate, show_frames};
use super::state::{LoopMode, PlayerEvent, PlayerState};
use super::wishes::{Target, Wishes};
use crate::MediaError;
use crate::hardware::Decoding;

/// How often messages of the framework are looked at, when nothing is asked.
const LOOK_EVERY: Duration = Duration::from_millis(15);
/// After this time a seek that gave no picture no longer holds up the next one.
pub(super) const SEEK_PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct PlayerThread {
    pub(super) shared: Arc<Shared>,
    pub(super) path: PathBuf,
    pub(super) playback: Playback,
    pub(super) gate: Gate,
    pub(super) stills: Stills,
    /// Since when the playing part works for a picture.
    pub(super) busy_since: Option<Instant>,
    pub(super) is_set_up: bool,
    /// The frame that the playing part was sent to, if the table is known, and how often it was missed.
    pub(super) goal: Option<u32>,
    pub(super) misses: u32,
    /// Playing would not go on from the picture that is shown, or not as it should: it has to be sent there first.
    pub(super) is_away: bool,
    pub(super) with_sound: bool,
    pub(super) decoding: Decoding,
    /// A codec that is not installed, in the framework's words.
    pub(super) missing: Option<String>,
}

impl PlayerThread {
    pub(super) fn start(path: &Path, shared: Arc<Shared>, decoding: Decoding) -> Result<(), MediaError> {
        let path = path.to_owned();
        std::thread::Builder::new()
            .name("ks-player".to_owned())
            .spawn(move || match Self::open(&path, &shared, decoding) {
                Ok(player) => player.run(),
                Err(error) => fail(&shared, &error),
            })
            .map(|_detached| ())
            .map_err(|error| MediaError::Thread { reason: error.to_string() })
    }

    fn open(path: &Path, shared: &Arc<Shared>, decoding: Decoding) -> Result<Self, MediaError> {
        let (playback, gate) = open_playback(path, shared, true, decoding)?;
        Ok(Self {
            shared: Arc::clone(shared),
            path: path.to_owned(),
            playback,
            gate,
            stills: Stills::default(),
            busy_since: Some(Instant::now()),
            is_set_up: false,
            goal: None,
            misses: 0,
            is_away: false,
            with_sound: true,
            decoding,
            missing: None,
        })
    }

    /// Takes another pipeline in the place of the one before. The picture stays until there is a new one.
    pub(super) fn reopen(&mut self) -> Result<(), MediaError> {
        self.playback.pipeline.set_state(gst::State::Null).ok(); // It failed already.
        let (playback, gate) = open_playback(&self.path, &self.shared, self.with_sound, self.decoding)?;
        (self.playback, self.gate) = (playback, gate);
        (self.is_set_up, self.busy_since) = (false, Some(Instant::now()));
        (self.goal, self.misses) = (None, 0);
        Ok(())
    }

    fn run(mut self) {
        loop {
            let wishes = self.next_wishes();
            if wishes.quit {
                return;
            }
            self.apply(wishes);
            if let Err(error) = self.listen() {
                fail(&self.shared, &error);
                return;
            }
            self.work_on_stills();
        }
    }

    /// Waits for wishes. While the playing part works for a picture, going elsewhere waits and is merged meanwhile;
    /// standing still does without the playing part.
    fn next_wishes(&self) -> Wishes {
        let is_busy = self.busy_since.is_some_and(|since| !self.is_set_up || since.elapsed() < SEEK_PATIENCE);
        let scrubs = self.is_set_up && self.can_scrub();
        let plays = self.shared.state.lock().is_playing;
        let can_be_granted = |wishes: &Wishes| {
            let stands = !wishes.is_playing.unwrap_or(plays) && wishes.range.is_none();
            wishes.quit || !is_busy || (scrubs && stands)
        };
        let at_most = if self.has_still_work() { Duration::ZERO } else { LOOK_EVERY };
        self.shared.wishes.wait(at_most, can_be_granted, |wishes| {
            if can_be_granted(wishes) {
                return std::mem::take(wishes);
            }
            Wishes { table: wishes.table.take(), volume: wishes.volume.take(), ..Wishes::default() }
        })
    }

    fn apply(&mut self, wishes: Wishes) {
        let leaves_range = wishes.is_about_the_place() || wishes.range.is_some();
        let Wishes { table, is_playing, rate, seek, steps, loop_mode, range, volume, quit: _ } = wishes;
        if let Some(table) = table {
            self.take_table(table);
        }
        if let Some(volume) = volume {
            self.shared.state.lock().volume = volume;
            self.set_volume(volume);
        }
        if let Some(is_playing) = is_playing {
            self.shared.state.lock().is_playing = is_playing;
        }
        if steps != 0 && self.can_scrub() {
            self.hold_still(); // Before looking where it stands, so that it does not go on meanwhile.
        }
        let mut target = seek;
        let is_changed = {
            let mut state = self.shared.state.lock();
            let is_left = leaves_range && state.range.take().is_some();
            if let Some(range) = range {
                state.range = Some(range);
                target = Some(Target::Frame(range.start));
            }
            set_how(&mut state, rate, loop_mode) || is_left
        };
        self.is_away |= is_changed;
        if steps != 0 {
            target = Some(self.stepped(target, steps));
        }
        let state = *self.shared.state.lock();
        if target.is_none() && state.is_playing && (is_playing == Some(true) || is_changed) {
            target = match (state.is_at_end, self.is_away) {
                (true, _) => Some(self.loop_start()),
                (false, true) => Some(self.here()),
                (false, false) => None,
            };
        }
        match target {
            Some(target) => self.go(target),
            None if is_playing.is_some() => self.set_running(),
            None => {}
        }
    }

    fn take_table(&mut self, table: Arc<FrameTable>) {
        let before = self.shared.table.lock().replace(Arc::clone(&table));
        if before.is_some() {
            self.shared.cache.lock().clear(); // Its numbers were those of the other table.
            self.stills.restart();
        }
        let mut state = self.shared.state.lock();
        let frame = table.frame_at(state.position.saturating_add(MediaTime::from_nanos(1)));
        state.frame = Some(frame);
    }

    fn go(&mut self, target: Target) {
        let is_playing = self.shared.state.lock().is_playing;
        let table = self.shared.table.lock().clone();
        match table.filter(|_| !is_playing && self.can_scrub()) {
            None => self.seek(target),
            Some(table) => self.go_still(match target {
                Target::Frame(frame) => frame,
                Target::Time(time) => table.frame_at(time),
            }),
        }
    }

    /// The frame that is shown, or the one that is being worked for.
    pub(super) fn place(&self) -> Option<u32> {
        self.stills.goal.or(self.goal).or(self.shared.state.lock().frame)
    }

    /// The same, to go there.
    pub(super) fn here(&self) -> Target {
        self.place().map_or_else(|| Target::Time(self.shared.state.lock().position), Target::Frame)
    }

    fn stepped(&self, from: Option<Target>, steps: i64) -> Target {
        let state = *self.shared.state.lock();
        let table = self.shared.table.lock().clone();
        let frame = match (from, &table) {
            (Some(Target::Frame(frame)), _) => Some(frame),
            (Some(Target::Time(time)), Some(table)) => Some(table.frame_at(time)),
            (None, Some(_)) => self.place(),
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
}

impl Drop for PlayerThread {
    fn drop(&mut self) {
        self.playback.pipeline.set_state(gst::State::Null).ok(); // Going down cannot fail in a way that could be mended.
    }
}

/// Changes speed and repetition. True if a pipeline that is on its way has to be told.
fn set_how(state: &mut PlayerState, rate: Option<f64>, loop_mode: Option<LoopMode>) -> bool {
    let is_faster = rate.is_some_and(|rate| (rate - state.rate).abs() > f64::EPSILON);
    state.rate = rate.unwrap_or(state.rate);
    let Some(mode) = loop_mode else { return is_faster };
    let has_end = |mode| matches!(mode, LoopMode::Range { .. });
    let is_changed = mode != state.loop_mode && (has_end(mode) || has_end(state.loop_mode));
    state.loop_mode = mode;
    is_faster || is_changed
}

fn open_playback(
    path: &Path,
    shared: &Arc<Shared>,
    with_sound: bool,
    decoding: Decoding,
) -> Result<(Playback, Gate), MediaError> {
    let playback = pipeline::build(path, shared.info.video.stream_index, with_sound, decoding)?;
    let gate = Gate::default();
    show_frames(&playback, shared, &gate);
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
    Ok((playback, gate))
}

fn fail(shared: &Shared, error: &MediaError) {
    {
        let mut state = shared.state.lock();
        state.is_playing = false;
        state.is_buffering = false;
    }
    shared.tell(PlayerEvent::Failed(error.to_string()));
}
