//! What a format cannot hold of some labels, as sentences to be read before exporting.

use ks_domain::project::{Author, Verdict, WorkState};

use super::labels::{Labels, SegmentLabel, VideoLabels};

/// What a format can hold beyond class, start and end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holds(u16);

impl Holds {
    /// Segments that say that a class does not occur.
    pub const REJECTED: Self = Self(1);
    /// Who drew a segment.
    pub const AUTHORS: Self = Self(1 << 1);
    /// Probabilities.
    pub const SCORES: Self = Self(1 << 2);
    /// Notes on segments.
    pub const NOTES: Self = Self(1 << 3);
    /// Markers.
    pub const MARKERS: Self = Self(1 << 4);
    /// Fully labelled stretches.
    pub const STRETCHES: Self = Self(1 << 5);
    /// Colours of classes.
    pub const COLORS: Self = Self(1 << 6);
    /// Keys of classes.
    pub const KEYS: Self = Self(1 << 7);
    /// Descriptions of classes.
    pub const DESCRIPTIONS: Self = Self(1 << 8);
    /// Classes without segments.
    pub const UNUSED_CLASSES: Self = Self(1 << 9);
    /// Notes on videos and how far their labelling is.
    pub const VIDEO_NOTES: Self = Self(1 << 10);
    /// Videos without segments.
    pub const EMPTY_VIDEOS: Self = Self(1 << 11);
    /// Times to the nanosecond.
    pub const EXACT_TIMES: Self = Self(1 << 12);

    /// All of these.
    pub const fn all(parts: &[Self]) -> Self {
        let mut sum = 0;
        let mut rest = parts;
        while let [first, others @ ..] = rest {
            sum |= first.0;
            rest = others;
        }
        Self(sum)
    }

    const fn lacks(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }
}

/// Sentences about everything in the labels that a format cannot hold.
pub fn losses(labels: &Labels, holds: Holds) -> Vec<String> {
    let mut found = Vec::new();
    let mut tell = |count: usize, what: &str, many: &str| match count {
        0 => {}
        1 => found.push(format!("1 {what} is left out")),
        count => found.push(format!("{count} {many} are left out")),
    };
    let segments = |wanted: &dyn Fn(&SegmentLabel) -> bool| {
        labels.videos.iter().flat_map(|video| &video.segments).filter(|segment| wanted(segment)).count()
    };
    let videos = |wanted: &dyn Fn(&VideoLabels) -> bool| labels.videos.iter().filter(|video| wanted(video)).count();
    let rows: [(Holds, usize, &str, &str); 12] = [
        (
            Holds::REJECTED,
            segments(&|segment| segment.verdict == Verdict::Absent),
            "segment that says that a class does not occur",
            "segments that say that a class does not occur",
        ),
        (Holds::AUTHORS, segments(&has_author), "author of a segment", "authors of segments"),
        (Holds::SCORES, segments(&|segment| segment.score.is_some()), "probability", "probabilities"),
        (Holds::NOTES, segments(&|segment| !segment.note.is_empty()), "note on a segment", "notes on segments"),
        (Holds::MARKERS, labels.videos.iter().map(|video| video.markers.len()).sum(), "marker", "markers"),
        (
            Holds::STRETCHES,
            labels.videos.iter().map(|video| video.stretches.len()).sum(),
            "fully labelled stretch",
            "fully labelled stretches",
        ),
        (
            Holds::COLORS,
            labels.classes.iter().filter(|class| class.color.is_some()).count(),
            "colour of a class",
            "colours of classes",
        ),
        (
            Holds::KEYS,
            labels.classes.iter().filter(|class| class.key.is_some()).count(),
            "key of a class",
            "keys of classes",
        ),
        (
            Holds::DESCRIPTIONS,
            labels.classes.iter().filter(|class| !class.description.is_empty()).count(),
            "description of a class",
            "descriptions of classes",
        ),
        (Holds::UNUSED_CLASSES, unused(labels), "class without segments", "classes without segments"),
        (
            Holds::VIDEO_NOTES,
            videos(&|video| !video.note.is_empty() || video.work != WorkState::Open),
            "note on a video, or how far its labelling is,",
            "notes on videos, or how far their labelling is,",
        ),
        (
            Holds::EMPTY_VIDEOS,
            videos(&|video| video.segments.is_empty()),
            "video without segments",
            "videos without segments",
        ),
    ];
    for (what, count, one, many) in rows {
        if holds.lacks(what) {
            tell(count, one, many);
        }
    }
    if holds.lacks(Holds::EXACT_TIMES) && segments(&|_segment| true) > 0 {
        found.push(
            "times are rounded to milliseconds; imported into a project that knows the videos, they become exact again"
                .to_owned(),
        );
    }
    found
}

fn has_author(segment: &SegmentLabel) -> bool {
    match &segment.author {
        Some(Author::Person(name)) => !name.is_empty(),
        Some(Author::Model { .. }) => true,
        None => false,
    }
}

fn unused(labels: &Labels) -> usize {
    let used: std::collections::BTreeSet<&str> =
        labels.videos.iter().flat_map(|video| &video.segments).map(|segment| segment.class.as_str()).collect();
    labels.classes.iter().filter(|class| !used.contains(class.name.as_str())).count()
}
