//! A player, watched through its slot.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_domain::{FrameTable, Picture, PixelLayout};
use ks_media::{Player, PlayerEvent, PlayerOptions};

/// A player with what it has shown last.
pub struct Watched {
    pub player: Player,
    pub table: Arc<FrameTable>,
    pub last: Option<Picture>,
    /// What it warned of.
    pub warnings: Vec<String>,
}

impl Watched {
    /// Opens a file and waits for its first picture.
    pub fn open(path: &Path) -> Self {
        Self::open_with(path, PlayerOptions::default())
    }

    pub fn open_with(path: &Path, options: PlayerOptions) -> Self {
        let (info, index) = super::open(path);
        let table = Arc::new(index.table);
        let player = Player::open_with(path, &info, Some(Arc::clone(&table)), Arc::new(|| {}), options).unwrap();
        let mut watched = Self { player, table, last: None, warnings: Vec::new() };
        watched.wait("the first picture", |watched| watched.last.is_some());
        watched
    }

    /// Looks at the player until something is so.
    pub fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let patience = Instant::now();
        loop {
            if let Some(picture) = self.player.pictures().take_latest() {
                self.last = Some(picture);
            }
            for event in self.player.take_events() {
                match event {
                    PlayerEvent::Failed(_) => panic!("{event:?}"),
                    PlayerEvent::Warning(text) => self.warnings.push(text),
                    PlayerEvent::EndOfStream => {}
                }
            }
            if is_so(self) {
                return;
            }
            let state = self.player.state();
            let frame = self.last.as_ref().map(|picture| picture.frame);
            assert!(patience.elapsed() < Duration::from_secs(8), "waited for {what}: {frame:?}, {state:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until nothing more is decoded, and gives how many stills were.
    pub fn rest(&mut self) -> u64 {
        loop {
            let before = self.player.state().decoded_stills;
            std::thread::sleep(Duration::from_millis(150));
            self.wait("one look", |_| true);
            if self.player.state().decoded_stills == before {
                return before;
            }
        }
    }

    /// Goes to a frame and gives its picture.
    pub fn go(&mut self, frame: u32) -> Picture {
        self.player.seek_frame(frame);
        self.shown(frame)
    }

    /// Waits until a frame stands still.
    pub fn shown(&mut self, frame: u32) -> Picture {
        self.wait(&format!("frame {frame}"), |watched| {
            let is_meant = |picture: &Picture| picture.frame == frame && picture.stands_for.is_none();
            let is_shown = watched.last.as_ref().is_some_and(is_meant);
            is_shown && !watched.player.state().is_buffering && watched.player.state().frame == Some(frame)
        });
        let picture = self.last.clone().unwrap();
        assert_eq!(picture.time, self.table.time_of(frame));
        picture
    }
}

/// Luma without padding.
pub fn luma(picture: &Picture) -> Vec<u8> {
    let bytes = if picture.layout == PixelLayout::P010 { 2 } else { 1 };
    let plane = &picture.planes[0];
    let rows = plane.bytes.chunks(plane.stride).take(picture.height as usize);
    rows.flat_map(|row| &row[..picture.width as usize * bytes]).copied().collect()
}
