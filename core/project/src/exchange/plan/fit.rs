//! One label of an import: whether it fits its video, and whether it is there already.

use std::collections::{BTreeMap, BTreeSet};

use ks_domain::MediaTime;
use ks_domain::project::{Author, ClassRecord, Project, SetId, Verdict, VideoId};

use super::PlannedSegment;
use crate::exchange::labels::{Clock, Extent, SegmentLabel};
use crate::exchange::report::Report;

/// How long a moment without length becomes where nothing is known about frames: one frame of 25 a second.
const MOMENT: MediaTime = MediaTime::from_nanos(40_000_000);

pub(super) fn describe(extent: Extent) -> String {
    match extent {
        Extent::Span(start, end) => format!("{start} to {end}"),
        Extent::Moment(time) => format!("at {time}"),
        Extent::Whole => "all of it".to_owned(),
    }
}

/// A label with ends that lie in the video; `None`, and a problem, if there are none such.
pub(super) fn fitted(
    label: &SegmentLabel,
    clock: &Clock,
    precision: MediaTime,
    person: &str,
    (place, report): (&str, &mut Report),
) -> Option<PlannedSegment> {
    let (start, mut end) = match label.extent {
        Extent::Moment(time) => {
            let start = clock.snap(time, precision);
            let length = clock.frame_length(start);
            if length.is_none() {
                report.remark("moments without length become 40 ms long, as the frame rate is not known");
            }
            let end = start.saturating_add(length.unwrap_or(MOMENT));
            (start, clock.snap(end, precision))
        }
        Extent::Whole => {
            let Some(span) = label.extent.span(clock) else {
                report.problem(
                    "the label is about all of a video whose length is not known; open the video first",
                    place,
                );
                return None;
            };
            span
        }
        Extent::Span(start, end) => (clock.snap(start, precision), clock.snap(end, precision)),
    };
    if let Some(length) = clock.duration {
        if start >= length {
            report.problem("a label begins after the end of the video", place);
            return None;
        }
        if end > length {
            if end.saturating_sub(length) > precision.max(MOMENT) {
                report.problem("a label ends after the end of the video; it was cut there", place);
            }
            end = length;
        }
    }
    if start >= end {
        report.problem("a label has no length", place);
        return None;
    }
    let class = label.class.trim();
    if class.is_empty() {
        report.problem("a label names no class", place);
        return None;
    }
    Some(PlannedSegment {
        class: class.to_owned(),
        start,
        end,
        verdict: label.verdict,
        author: label.author.clone().unwrap_or_else(|| Author::Person(person.to_owned())),
        score: label.score.filter(|score| score.is_finite()),
        note: label.note.clone(),
    })
}

/// The labels that a video has, so that none comes in twice.
pub(super) struct Known {
    spans: BTreeMap<(String, bool), BTreeSet<(MediaTime, MediaTime)>>,
    precision: MediaTime,
}

impl Known {
    pub(super) fn new(project: &Project, video: VideoId, set: Option<SetId>, precision: MediaTime) -> Self {
        let mut known = Self { spans: BTreeMap::new(), precision };
        for segment in project.track(video).into_iter().flat_map(|track| track.segments()) {
            let class = project.class_of(segment.class).filter(|class| Some(class.set) == set);
            if let Some(ClassRecord { name, .. }) = class {
                known.add(name, segment.verdict, segment.start, segment.end);
            }
        }
        known
    }

    fn add(&mut self, class: &str, verdict: Verdict, start: MediaTime, end: MediaTime) {
        let key = (class.to_owned(), verdict == Verdict::Present);
        self.spans.entry(key).or_default().insert((start, end));
    }

    /// Whether a label is new; then it is known from now on.
    pub(super) fn takes(&mut self, segment: &PlannedSegment) -> bool {
        let reach = self.precision;
        let spans = self.spans.get(&(segment.class.clone(), segment.verdict == Verdict::Present));
        let from = (segment.start.saturating_sub(reach), MediaTime::ZERO);
        let to = (segment.start.saturating_add(reach), MediaTime::from_nanos(u64::MAX));
        let is_known = spans.is_some_and(|spans| {
            spans.range(from..=to).any(|(_start, end)| end.nanos().abs_diff(segment.end.nanos()) <= reach.nanos())
        });
        if !is_known {
            self.add(&segment.class, segment.verdict, segment.start, segment.end);
        }
        !is_known
    }
}
