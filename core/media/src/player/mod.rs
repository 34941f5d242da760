//! Playing a video: picture and sound together, frame-exact.
//!
//! A player lives on its own thread. What it is asked is left in a box and done there; pictures come out through a
//! slot that holds the latest one, as planes. No call waits for the media framework, opening included.
//!
//! There are two decoders: one plays, with sound and by the clock; the other, which opens when the frame table is known
//! and the video stands still, goes to single frames and decodes ahead. Both fill one cache of frames.

mod cache;
mod messages;
mod picture;
mod pipeline;
mod playing;
mod scrub;
mod show;
mod stand_in;
mod state;
mod thread;
mod wishes;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ks_domain::{FrameTable, MediaTime, Picture, VideoInfo};
use parking_lot::Mutex;

use self::cache::FrameCache;
pub use self::state::{LoopMode, PlayedRange, PlayerEvent, PlayerOptions, PlayerState};
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
    cache: Mutex<FrameCache>,
    /// Whether stills are shown, and nothing that the playing pipeline gives. Changed under the state's lock.
    is_still: AtomicBool,
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
        Self::open_with(path, info, table, on_wake, PlayerOptions::default())
    }

    /// The same with a choice of decoders and another size of the cache.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_with(
        path: &Path,
        info: &VideoInfo,
        table: Option<Arc<FrameTable>>,
        on_wake: Arc<dyn Fn() + Send + Sync>,
        options: PlayerOptions,
    ) -> Result<Self, MediaError> {
        check_file(path)?;
        let shared = Arc::new(Shared {
            wishes: WishBox::default(),
            state: Mutex::new(PlayerState::default()),
            events: Mutex::new(VecDeque::new()),
            pictures: Slot::new(),
            table: Mutex::new(table),
            cache: Mutex::new(FrameCache::new(options.cache_bytes)),
            is_still: AtomicBool::new(false),
            info: info.clone(),
            on_wake,
        });
        PlayerThread::start(path, Arc::clone(&shared), options.decoding)?;
        Ok(Self { shared })
    }

    /// Where the pictures come out. Clone it and take the latest whenever the screen is drawn. One that `stands_for` another
    /// frame is shown until that frame is decoded, and is not yet what [`Self::state`] tells the number and time of.
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
        self.shared.wishes.ask(|wishes| wishes.run(true));
    }

    /// Stops at the picture that is shown.
    pub fn pause(&self) {
        self.shared.wishes.ask(|wishes| wishes.run(false));
    }

    /// Plays the frames from `start` to before `end` by themselves, once or over and over. At the end of once the last of
    /// them stays and [`PlayerEvent::EndOfStream`] is told. Whatever else is asked that has to do with the place or with
    /// running leaves the range; speed and loudness do not. An empty range is not played.
    pub fn play_range(&self, start: u32, end: u32, is_repeated: bool) {
        if start < end {
            self.shared.wishes.ask(|wishes| wishes.play_range(PlayedRange { start, end, is_repeated }));
        }
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
        self.shared.wishes.ask(|wishes| wishes.step(i64::from(frames)));
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
