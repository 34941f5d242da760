//! The player of the window: commands in, pictures and states out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use ks_domain::{FrameTable, Picture, VideoInfo};
use ks_media::{LoopMode, Player};
use ks_ui::format::sentence;
use ks_ui::state::{Event, Failure, PlayerCommand, PlayerEvent, PlayerState, VideoEvent, VideoId};

use super::videos;

/// How long a picture from before a seek may arrive after it.
const LATE: Duration = Duration::from_millis(600);

/// The player, if a video is open.
pub(super) struct PlayerLink {
    ctx: egui::Context,
    open: Option<Open>,
}

struct Open {
    video: VideoId,
    player: Player,
    has_picture: bool,
    was_playing: bool,
    /// The frame that was last asked for, and when.
    wanted: Option<(u32, Instant)>,
}

impl PlayerLink {
    pub(super) fn new(ctx: &egui::Context) -> Self {
        Self { ctx: ctx.clone(), open: None }
    }

    /// Opens a video in the place of the one before.
    pub(super) fn load(
        &mut self,
        (video, path): (VideoId, &Path),
        info: &VideoInfo,
        table: Option<Arc<FrameTable>>,
        state: &PlayerState,
    ) -> Vec<Event> {
        let ctx = self.ctx.clone();
        let wake = Arc::new(move || ctx.request_repaint());
        self.open = None;
        match Player::open(path, info, table, wake) {
            Ok(player) => {
                player.set_rate(state.rate);
                player.set_loop(loop_mode(state.is_looping));
                self.open = Some(Open { video, player, has_picture: false, was_playing: false, wanted: None });
                vec![]
            }
            Err(error) => vec![Event::Player(PlayerEvent::Failed(videos::failure(&error)))],
        }
    }

    /// Closes the video.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// From now on, frame numbers are exact.
    pub(super) fn give_table(&self, table: Arc<FrameTable>) {
        if let Some(open) = &self.open {
            open.player.set_table(table);
        }
    }

    /// Tells the player something.
    pub(super) fn command(&mut self, command: PlayerCommand) {
        let Some(open) = &mut self.open else { return };
        if !matches!(command, PlayerCommand::SetRate(_) | PlayerCommand::SetLooping(_)) {
            open.wanted = None;
        }
        match command {
            PlayerCommand::Play => open.player.play(),
            PlayerCommand::Pause => open.player.pause(),
            PlayerCommand::SetRate(rate) => open.player.set_rate(rate),
            PlayerCommand::SeekFrame(frame) => {
                open.wanted = Some((frame, Instant::now()));
                open.player.seek_frame(frame);
            }
            PlayerCommand::SeekTime(time) => open.player.seek_time(time),
            PlayerCommand::Step(frames) => open.player.step(frames),
            PlayerCommand::PlayRange { start, end, is_repeated } => open.player.play_range(start, end, is_repeated),
            PlayerCommand::SetLooping(is_looping) => open.player.set_loop(loop_mode(is_looping)),
        }
    }

    /// What happened since the last call.
    pub(super) fn poll(&mut self) -> Vec<Event> {
        let Some(open) = &mut self.open else { return vec![] };
        let mut out = Vec::new();
        for event in open.player.take_events() {
            match event {
                ks_media::PlayerEvent::EndOfStream => {}
                ks_media::PlayerEvent::Warning(text) => {
                    out.push(Event::Video(open.video, VideoEvent::Warning(sentence(&text))));
                }
                ks_media::PlayerEvent::Failed(text) => {
                    out.push(Event::Player(PlayerEvent::Failed(Failure::new(sentence(&text)))));
                }
            }
        }
        if let Some(picture) = open.player.pictures().take_latest() {
            if !open.has_picture {
                open.has_picture = true;
                out.push(Event::Player(PlayerEvent::Ready));
            }
            out.push(Event::Player(open.arrived(picture)));
        }
        let is_playing = open.player.state().is_playing;
        if is_playing != open.was_playing {
            open.was_playing = is_playing;
            out.push(Event::Player(PlayerEvent::Playing(is_playing)));
        }
        out
    }
}

impl Open {
    /// A picture from before a seek, or on the way of one, is shown without moving the playhead, which is at its goal
    /// already.
    fn arrived(&mut self, picture: Picture) -> PlayerEvent {
        if picture.stands_for.is_some() {
            return PlayerEvent::LatePicture(picture);
        }
        match self.wanted {
            Some((frame, asked)) if picture.frame != frame && asked.elapsed() < LATE => {
                PlayerEvent::LatePicture(picture)
            }
            _ => {
                self.wanted = None;
                PlayerEvent::Picture(picture)
            }
        }
    }
}

const fn loop_mode(is_looping: bool) -> LoopMode {
    if is_looping { LoopMode::Whole } else { LoopMode::Off }
}
