//! Labels as all formats see them: plain data without the numbers of a project.
//!
//! A format turns this into files and files into this. How it is made from a project stands in `collect.rs`, how it goes
//! into one in `plan/`.

use std::sync::Arc;

use ks_domain::project::{Author, Rgb, Verdict, WorkState};
use ks_domain::{FrameTable, MediaTime};

/// What is exchanged: classes, and what was labelled in some videos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// A name for the whole, such as that of the label set; may be empty.
    pub title: String,
    /// The classes in their order. Classes of segments may be missing here.
    pub classes: Vec<ClassLabel>,
    /// The videos in their order.
    pub videos: Vec<VideoLabels>,
}

/// A class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassLabel {
    /// Its name.
    pub name: String,
    /// Its colour, if it has one of its own.
    pub color: Option<Rgb>,
    /// The key that marks it.
    pub key: Option<char>,
    /// What counts as it.
    pub description: String,
}

impl ClassLabel {
    /// A class of this name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// What was labelled in a video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoLabels {
    /// The name of its file, or whatever a file of labels calls it.
    pub name: String,
    /// Where the file is; empty if unknown.
    pub path: String,
    /// The hash of its content in hexadecimal; empty if unknown.
    pub hash: String,
    /// How its frames and times belong together.
    pub clock: Clock,
    /// The labels.
    pub segments: Vec<SegmentLabel>,
    /// Moments worth remembering, with their texts.
    pub markers: Vec<(MediaTime, String)>,
    /// Stretches in which everything is labelled.
    pub stretches: Vec<(MediaTime, MediaTime)>,
    /// A note; may be empty.
    pub note: String,
    /// How far its labelling is.
    pub work: WorkState,
}

/// Which part of a video a label is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// From a moment to a later one, half open.
    Span(MediaTime, MediaTime),
    /// One moment without length.
    Moment(MediaTime),
    /// All of the video.
    Whole,
}

impl Extent {
    /// Start and end; `None` for a moment, or for all of a video whose length is unknown.
    pub fn span(self, clock: &Clock) -> Option<(MediaTime, MediaTime)> {
        match self {
            Self::Span(start, end) => Some((start, end)),
            Self::Moment(_) => None,
            Self::Whole => clock.duration.map(|end| (MediaTime::ZERO, end)),
        }
    }
}

/// A label.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentLabel {
    /// The name of its class.
    pub class: String,
    /// Where.
    pub extent: Extent,
    /// Whether the class occurs there.
    pub verdict: Verdict,
    /// Who drew it; `None` where a file does not say.
    pub author: Option<Author>,
    /// The probability that a network gave.
    pub score: Option<f32>,
    /// A note; may be empty.
    pub note: String,
}

impl SegmentLabel {
    /// A class occurs in a stretch; nothing else is known.
    pub const fn new(class: String, extent: Extent) -> Self {
        Self { class, extent, verdict: Verdict::Present, author: None, score: None, note: String::new() }
    }

    /// Whether a network drew it and nobody accepted it.
    pub const fn is_prediction(&self) -> bool {
        matches!(self.author, Some(Author::Model { accepted_by: None, .. }))
    }
}

/// How the frames and the times of a video belong together, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clock {
    /// When the last frame ends.
    pub duration: Option<MediaTime>,
    /// Frames per second on average.
    pub rate: Option<f64>,
    /// The exact table; then the other two are not asked.
    pub table: Option<Arc<FrameTable>>,
}

impl Clock {
    /// The clock of an exact table.
    pub fn exact(table: Arc<FrameTable>) -> Self {
        let rate = Some(table.mean_rate()).filter(|rate| *rate > 0.0);
        Self { duration: Some(table.end()), rate, table: Some(table) }
    }

    /// When a frame begins, which is when the frame before it ends; `None` if nothing is known about frames.
    pub fn time_of(&self, frame: u32) -> Option<MediaTime> {
        match &self.table {
            Some(table) => Some(table.time_of(frame)),
            None => Some(MediaTime::from_secs_f64(f64::from(frame) / self.usable_rate()?)),
        }
    }

    /// The frame whose beginning is nearest to a time: of a segment, the first frame at its start and the frame after
    /// the last one at its end. `None` if nothing is known about frames.
    pub fn boundary(&self, time: MediaTime) -> Option<u32> {
        let Some(table) = &self.table else {
            let frame = (time.secs_f64() * self.usable_rate()?).round();
            return (frame <= f64::from(u32::MAX)).then_some(frame as u32);
        };
        let before = table.frame_at(time);
        let distance = |frame: u32| table.time_of(frame).nanos().abs_diff(time.nanos());
        let after = before.saturating_add(1);
        Some(if distance(after) < distance(before) { after } else { before })
    }

    /// The beginning of a frame that lies within `reach` of a time, or the time itself: what rounding to milliseconds
    /// took away, the frame table gives back.
    #[must_use]
    pub fn snap(&self, time: MediaTime, reach: MediaTime) -> MediaTime {
        let Some(table) = &self.table else { return time };
        let near = self.boundary(time).map_or(time, |frame| table.time_of(frame));
        if near.nanos().abs_diff(time.nanos()) <= reach.nanos() { near } else { time }
    }

    /// The length of the frame at a time: from the table, else from the rate.
    pub fn frame_length(&self, time: MediaTime) -> Option<MediaTime> {
        let length = match &self.table {
            Some(table) => {
                let frame = table.frame_at(time);
                table.end_of(frame).saturating_sub(table.time_of(frame))
            }
            None => MediaTime::from_secs_f64(1.0 / self.usable_rate()?),
        };
        (length > MediaTime::ZERO).then_some(length)
    }

    /// How many frames there are, as well as it is known.
    pub fn frames(&self) -> Option<u32> {
        match &self.table {
            Some(table) => Some(table.len()),
            None => self.boundary(self.duration?),
        }
    }

    fn usable_rate(&self) -> Option<f64> {
        self.rate.filter(|rate| rate.is_finite() && *rate > 0.0)
    }
}
