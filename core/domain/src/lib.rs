//! The words of the problem: time, frames, pictures, labels, scores, segments and settings.
//!
//! Everything here is plain data and pure functions. No file is opened, no thread is started, and neither
//! the media framework nor the tensor library is known. Every other crate of Kinetoscope speaks in these words.

mod arch;
mod cancel;
mod cost;
mod frames;
mod labels;
mod picture;
mod progress;
mod scores;
mod segments;
mod settings;
mod time;
mod video;
pub mod zoo;

pub use self::arch::{ArchSpec, BlockPlace, BottleneckMode, StrideStyle, UnitKind, UnitSpec};
pub use self::cancel::CancelToken;
pub use self::cost::ClipShape;
pub use self::frames::{FrameEntry, FrameTable, FrameTableError};
pub use self::labels::{LabelSet, LabelSetError};
pub use self::picture::{ColorMatrix, ColorRange, Picture, PixelLayout, Plane, Rotation};
pub use self::progress::Progress;
pub use self::scores::{ClassScore, WindowScores};
pub use self::segments::{Segment, SegmentRule, derive_segments, derive_segments_of, window_spans};
pub use self::settings::{AnalysisSettings, CropMode, Issue, Normalization, Valid};
pub use self::time::MediaTime;
pub use self::video::{AudioInfo, StreamInfo, VideoInfo, VideoStreamInfo};
