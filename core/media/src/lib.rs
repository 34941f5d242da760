//! Video in: what a file is, which frames it really has, its pixels for the network, and playing it; clips out.
//!
//! Four entrances, each usable without the others once a file was probed:
//!
//! - [`probe`] says what a file is and which of its video streams is watched and analysed;
//! - [`index`] decodes that stream once and lists every frame that decodes, with its exact time;
//! - [`ClipReader`], [`ViewReader`] and [`FrameReader`] decode in one pass and hand out RGB pixels for the network,
//!   the second also of folders of single pictures ([`RawFrames`]);
//! - [`Player`] shows the video with its sound, as planes, never as converted pixels.
//!
//! And what is made of a video: [`thumbnails`], a frame as a picture ([`snapshot`]), a part as a file of its own
//! ([`cut`]).
//!
//! GStreamer does the decoding and no type of it appears in this interface. Nothing here knows about windows,
//! networks or projects.
//!
//! The clock: a moment of a file is its stream time, which starts at 0 where the container's presentation
//! starts (edit lists applied). `docs/decoders.md` says how that relates to the numbers of other programs.

mod cache;
mod chain;
mod clips;
mod clock;
mod cut;
mod decode;
pub mod demo;
mod error;
mod frames;
mod hardware;
mod hash;
mod index;
mod init;
mod marks;
mod output;
mod plan;
mod player;
mod probe;
mod raw_frames;
mod resized;
mod seek;
mod slot;
mod snapshot;
mod streams;
mod thin;
mod thumbnails;
pub mod transform;
mod views;

pub use self::clips::{Clip, ClipReader};
pub use self::clock::utc_offset_secs;
pub use self::cut::{CutClip, clip_stem, cut};
pub use self::error::{MediaError, MediaWarning};
pub use self::frames::{FrameReader, PlanesOfFrame, RgbFrame};
pub use self::hardware::Decoding;
pub use self::hash::{content_hash, hash_unless_cancelled};
pub use self::index::{FrameIndex, index, index_of_content};
pub use self::init::{PluginCheck, check_plugins, init, version};
pub use self::output::safe_name;
pub use self::plan::WindowPlan;
pub use self::player::{LoopMode, PictureSlot, PlayedRange, Player, PlayerEvent, PlayerOptions, PlayerState};
pub use self::probe::probe;
pub use self::raw_frames::{FrameTemplate, RawFrames};
pub use self::resized::{cut_clip, resized_frames, resized_pictures};
pub use self::slot::Slot;
pub use self::snapshot::{frame_at, snapshot};
pub use self::thumbnails::{
    EXACT_UP_TO, STRIP_MOST, THUMBNAIL_SIDE, Thumbnail, ThumbnailAnswer, ThumbnailKind, ThumbnailMaker,
    ThumbnailRequest, Thumbnails, thumbnails,
};
pub use self::transform::pixels::RgbPicture;
pub use self::views::{SampleView, ViewReader};
