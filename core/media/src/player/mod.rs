//! Playing a video: picture and sound together, frame-exact.
//!
//! A player lives on its own thread. What it is asked is left in a box and done there; pictures come out through a
//! slot that holds the latest one, as planes. No call waits for the media framework, opening included.

mod picture;
mod pipeline;
mod show;
mod state;
mod thread;
mod wishes;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use ks_domain::{FrameTable, MediaTime, Picture, VideoInfo};
use parking_lot::Mutex;

pub use self::state::{LoopMode, PlayerEvent, PlayerState};
use self::thread::PlayerThread;
use self::wishes::{Target, WishBox};
use crate::error::{MediaError, check_file};
use crate::slot::Slot;

/// Where a player leaves its pictures.
pub type PictureSlot = Slot<Picture>;

/// The slowest and fastest speeds.
const RATES: std::ops::RangeInclusive<f64> = 0.1..=8.0;
/// How many events are kept for somebody who does not ask; the oldest are forgotten.
const EVENTS_KEPT: usize = 64;

/// What the player's thread, the framework's threads and the outside share.
struct Shared {
    wishes: WishBox,
    state: Mutex<PlayerState>,
    events: Mutex<VecDeque<PlayerEvent>>,
    pictures: PictureSlot,
    table: Mutex<Option<Arc<FrameTable>>>,
    info: VideoInfo,
    on_wake: Arc<dyn Fn() + Send + Sync>,
}

impl Shared {
    fn tell(&self, event: PlayerEvent) {
        let mut events = self.events.lock();
        if events.len() == EVENTS_KEPT {
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        (self.on_wake)();
    }
}

/// A video that is being played. Dropping it ends the playing; nothing waits for that.
pub struct Player {
    shared: Arc<Shared>,
}

impl Player {
    /// Starts a player that stands at the first frame.
    ///
    /// `table` makes seeking exact and may be given later, too. `on_wake` is called on any thread when a picture, an
    /// event or another state is there; it must not wait for anything.
    ///
    /// # Errors
    /// If the file cannot be read or no thread can be started. What the media framework finds wrong comes as an event.
    pub fn open(
        path: &Path,
        info: &VideoInfo,
        table: Option<Arc<FrameTable>>,
        on_wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Self, MediaError> {
        check_file(path)?;
        let shared = Arc::new(Shared {
            wishes: WishBox::default(),
            state: Mutex::new(PlayerState::default()),
            events: Mutex::new(VecDeque::new()),
            pictures: Slot::new(),
            table: Mutex::new(table),
            info: info.clone(),
            on_wake,
        });
        PlayerThread::start(path, Arc::clone(&shared))?;
        Ok(Self { shared })
    }

    /// Where the pictures come out. Clone it and take the latest whenever the screen is drawn.
    pub fn pictures(&self) -> &PictureSlot {
        &self.shared.pictures
    }

    /// What the player does at the moment.
    pub fn state(&self) -> PlayerState {
        *self.shared.state.lock()
    }

    /// What happened since the last call, the oldest first.
    pub fn take_events(&self) -> Vec<PlayerEvent> {
        self.shared.events.lock().drain(..).collect()
    }

    /// Gives the frame table, once it is known; from then on numbers and seeks are exact.
    pub fn set_table(&self, table: Arc<FrameTable>) {
        self.shared.wishes.ask(|wishes| wishes.table = Some(table));
    }

    /// Runs the video; from its start, if it stands at the end.
    pub fn play(&self) {
        self.shared.wishes.ask(|wishes| wishes.is_playing = Some(true));
    }

    /// Stops at the picture that is shown.
    pub fn pause(&self) {
        self.shared.wishes.ask(|wishes| wishes.is_playing = Some(false));
    }

    /// Changes the speed, 0.1 to 8; other values become the nearest of these.
    pub fn set_rate(&self, rate: f64) {
        let rate = if rate.is_finite() { rate.clamp(*RATES.start(), *RATES.end()) } else { 1.0 };
        self.shared.wishes.ask(|wishes| wishes.rate = Some(rate));
    }

    /// Goes to a frame; past the end, to the last one. By the stated rate until the table is known.
    pub fn seek_frame(&self, frame: u32) {
        self.shared.wishes.ask(|wishes| wishes.go(Target::Frame(frame)));
    }

    /// Goes to the frame that is shown at a time.
    pub fn seek_time(&self, time: MediaTime) {
        self.shared.wishes.ask(|wishes| wishes.go(Target::Time(time)));
    }

    /// Pauses and goes some frames on, or back if negative.
    pub fn step(&self, frames: i32) {
        self.shared.wishes.ask(|wishes| {
            wishes.is_playing = Some(false);
            wishes.steps = wishes.steps.saturating_add(i64::from(frames));
        });
    }

    /// Chooses what is played again.
    pub fn set_loop(&self, mode: LoopMode) {
        self.shared.wishes.ask(|wishes| wishes.loop_mode = Some(mode));
    }

    /// Changes the loudness, 0 to 1.
    pub fn set_volume(&self, volume: f64) {
        let volume = if volume.is_finite() { volume.clamp(0.0, 1.0) } else { 1.0 };
        self.shared.wishes.ask(|wishes| wishes.volume = Some(volume));
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.shared.wishes.ask(|wishes| wishes.quit = true);
    }
}
