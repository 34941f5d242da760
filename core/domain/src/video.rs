//! What a file says about itself.

use serde::{Deserialize, Serialize};

use crate::{ColorMatrix, ColorRange, MediaTime, Rotation};

/// What probing a file found. The chosen video stream is `video`; everything else is for people to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoInfo {
    /// The container, as a person knows it (`Matroska`, `MP4`…).
    pub container: String,
    /// The length that the container states; the frame table knows better.
    pub duration: Option<MediaTime>,
    /// All streams in file order.
    pub streams: Vec<StreamInfo>,
    /// The best video stream: the one marked as default, else the largest picture.
    pub video: VideoStreamInfo,
    /// The audio stream that is played, if there is one.
    pub audio: Option<AudioInfo>,
    /// What is odd about the file, in sentences for the user.
    pub warnings: Vec<String>,
}

/// One stream of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamInfo {
    /// Position in the file, from 0.
    pub index: u32,
    /// `video`, `audio`, `subtitle` or `other`.
    pub kind: String,
    /// The codec, as a person knows it.
    pub codec: String,
}

/// The video stream that is watched and analysed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoStreamInfo {
    /// Position among all streams of the file, from 0.
    pub stream_index: u32,
    /// The codec, as a person knows it (`H.264 (Main Profile)`…).
    pub codec: String,
    /// Width of the stored picture in pixels.
    pub width: u32,
    /// Height of the stored picture in pixels.
    pub height: u32,
    /// Bits of one sample.
    pub bit_depth: u32,
    /// How to turn the picture upright.
    pub rotation: Rotation,
    /// How YUV becomes RGB.
    pub matrix: ColorMatrix,
    /// Which code values are black and white.
    pub range: ColorRange,
    /// Frames per second that the container states; `None` if it states none or a variable rate.
    pub stated_rate: Option<f64>,
    /// Width over height of one stored pixel.
    pub pixel_aspect: f32,
}

/// The audio stream that is played with the video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioInfo {
    /// The codec, as a person knows it.
    pub codec: String,
    /// Samples a second.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
}
