//! The words of the problem: time, frames, pictures, labels, scores, segments and settings; which frames
//! and which parts of them a network sees, how good its scores are, and how its learning rate falls.
//!
//! Everything here is plain data and pure functions. No file is opened, no thread is started, and neither
//! the media framework nor the tensor library is known. Every other crate of Kinetoscope speaks in these words.

mod arch;
mod average;
mod cancel;
mod capsule;
mod config_text;
mod cost;
mod draws;
mod frames;
mod labels;
pub mod metrics;
mod picture;
mod progress;
pub mod project;
pub mod recipe;
mod sampling;
pub mod schedule;
mod scores;
mod segments;
mod settings;
mod spatial;
mod time;
pub mod training;
mod video;
pub mod zoo;

pub use self::arch::{ArchSpec, BlockPlace, BottleneckMode, StrideStyle, UnitKind, UnitSpec};
pub use self::average::AverageClips;
pub use self::cancel::CancelToken;
pub use self::capsule::{Capsule, CapsuleClass, CapsuleClip, CapsuleMetric, Origin, Thresholds};
pub use self::config_text::TomlError;
pub use self::cost::ClipShape;
pub use self::draws::{Draws, SeededDraws};
pub use self::frames::{FrameEntry, FrameTable, FrameTableError};
pub use self::labels::{LabelSet, LabelSetError};
pub use self::picture::{ColorMatrix, ColorRange, Picture, PixelLayout, Plane, Rotation};
pub use self::progress::Progress;
pub use self::sampling::{Branch, FrameSampling, OutOfBound, SamplingError, view_number};
pub use self::scores::{ClassScore, WindowScores};
pub use self::segments::{Segment, SegmentRule, derive_segments, derive_segments_of, window_spans};
pub use self::settings::{AnalysisSettings, CropMode, Issue, Normalization, Valid};
pub use self::spatial::{Cut, Framing, PixelBox, RandomResizedCrop, ResizeRule, center_crop, draw_flip, three_crops};
pub use self::time::MediaTime;
pub use self::video::{AudioInfo, StreamInfo, VideoInfo, VideoStreamInfo};
