//! The player as the window sees it.

use ks_domain::{MediaTime, Picture};

use super::VideoId;
use super::video::Failure;

/// The playing rates that the keys step through.
pub const RATES: [f64; 9] = [0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0];

/// What the player is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PlayerPhase {
    /// Nothing loaded.
    #[default]
    Empty,
    /// Opening a video.
    Loading,
    /// Ready to play.
    Ready,
    /// The video cannot be shown.
    Failed(Failure),
}

/// The player as the window sees it.
#[derive(Clone, Debug)]
pub struct PlayerState {
    /// What it is doing.
    pub phase: PlayerPhase,
    /// Which video it holds.
    pub video: Option<VideoId>,
    /// Whether it plays.
    pub is_playing: bool,
    /// Speed; 1 is normal.
    pub rate: f64,
    /// Whether it starts again at the end.
    pub is_looping: bool,
    /// The moment that is shown.
    pub position: MediaTime,
    /// The number of the frame that is shown.
    pub frame: u32,
    /// The picture that is shown.
    pub picture: Option<Picture>,
}

impl Default for PlayerState {
    fn default() -> Self {
        Self {
            phase: PlayerPhase::Empty,
            video: None,
            is_playing: false,
            rate: 1.0,
            is_looping: false,
            position: MediaTime::ZERO,
            frame: 0,
            picture: None,
        }
    }
}

impl PlayerState {
    /// The next rate of [`RATES`] in a direction.
    pub fn stepped_rate(&self, faster: bool) -> f64 {
        let next = if faster {
            RATES.into_iter().find(|rate| *rate > self.rate + 1e-6)
        } else {
            RATES.into_iter().rev().find(|rate| *rate < self.rate - 1e-6)
        };
        next.unwrap_or(self.rate)
    }
}
