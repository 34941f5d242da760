//! What a player tells the outside, and how it is set up.

use ks_domain::MediaTime;

use crate::hardware::Decoding;

/// How a player is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayerOptions {
    /// What decodes.
    pub decoding: Decoding,
    /// How many bytes of decoded frames are kept around the playhead. Eighty frames of 1080p take 256 MiB.
    pub cache_bytes: usize,
}

impl Default for PlayerOptions {
    fn default() -> Self {
        Self { decoding: Decoding::Auto, cache_bytes: 256 << 20 }
    }
}

/// What is played again when its end is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopMode {
    /// Nothing: the player stops at the end.
    #[default]
    Off,
    /// The whole video.
    Whole,
    /// A part of it.
    Range {
        /// Where it begins.
        from: MediaTime,
        /// Where it ends; what is shown from here on is left out.
        to: MediaTime,
    },
}

/// A part of the video that is played by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayedRange {
    /// Its first frame.
    pub start: u32,
    /// The frame after its last one.
    pub end: u32,
    /// Whether it is played over and over.
    pub is_repeated: bool,
}

/// What a player does at the moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerState {
    /// When the picture that came last is first shown. Pictures that stand for another frame do not count.
    pub position: MediaTime,
    /// Its number, exact; `None` until the frame table is known.
    pub frame: Option<u32>,
    /// Whether the video is meant to be running.
    pub is_playing: bool,
    /// Speed, 1 is normal.
    pub rate: f64,
    /// Whether it stopped at the end.
    pub is_at_end: bool,
    /// Whether it is working towards a picture: opening, seeking.
    pub is_buffering: bool,
    /// Whether sound is played.
    pub has_sound: bool,
    /// What is played again.
    pub loop_mode: LoopMode,
    /// The part that is being played by itself, if one is.
    pub range: Option<PlayedRange>,
    /// Loudness, 0 to 1.
    pub volume: f64,
    /// Whether hardware decodes what is played.
    pub is_hardware: bool,
    /// How many frames were decoded so far to stand still, step and scrub. It says what the cache saves.
    pub decoded_stills: u64,
}

impl Default for PlayerState {
    fn default() -> Self {
        Self {
            position: MediaTime::ZERO,
            frame: None,
            is_playing: false,
            rate: 1.0,
            is_at_end: false,
            is_buffering: true,
            has_sound: false,
            loop_mode: LoopMode::Off,
            range: None,
            volume: 1.0,
            is_hardware: false,
            decoded_stills: 0,
        }
    }
}

/// Something that happened in a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayerEvent {
    /// The end, of the video or of the range that was to be played once, was reached and nothing is repeated.
    EndOfStream,
    /// Playing goes on, but something is not as it should be, for example no sound card.
    Warning(String),
    /// Playing is over.
    Failed(String),
}
