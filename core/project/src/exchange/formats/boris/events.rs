//! Events of BORIS become labels: pairs of a state's events, single events of a point behaviour.

use std::collections::BTreeMap;

use ks_domain::MediaTime;

use super::note;
use super::observation::Timeline;
use crate::exchange::labels::{Extent, SegmentLabel};
use crate::exchange::report::Report;

/// What an event is, where that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A state begins or ends, by turns.
    Turn,
    /// A state begins.
    Start,
    /// A state ends.
    Stop,
    /// Something happens at a moment.
    Point,
}

/// An event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Seconds on the observation's clock, in nanoseconds; may be negative.
    pub(super) nanos: i128,
    pub(super) subject: String,
    pub(super) behavior: String,
    pub(super) modifiers: String,
    pub(super) comment: String,
    pub(super) mark: Mark,
    /// Where it stands, for the report.
    pub(super) place: String,
}

/// A label on the clock of an observation: an event, and where it is a state, when it ends and what is said there.
pub(super) struct Found {
    pub(super) from: Event,
    pub(super) to: Option<(i128, String)>,
}

/// The labels of one observation, each with the number of its medium.
pub(super) fn labels(found: Vec<Found>, timeline: &Timeline, report: &mut Report) -> Vec<(usize, SegmentLabel)> {
    let mut labels: Vec<(usize, SegmentLabel)> = Vec::new();
    for Found { from, to } in found {
        let last = to.as_ref().map(|(_time, comment)| comment.as_str());
        let comments: Vec<&str> = std::iter::once(from.comment.as_str()).chain(last).collect();
        let note = note(&from.subject, &from.modifiers, &comments);
        let parts = timeline.parts(from.nanos, to.map(|(time, _comment)| time));
        if parts.is_empty() {
            report.problem("an event lies outside of the observation's media", from.place.as_str());
        }
        if parts.len() > 1 {
            report.remark("states that go on in the next medium of their observation were divided there");
        }
        for (medium, start, end) in parts {
            let extent = if start < end { Extent::Span(start, end) } else { Extent::Moment(start) };
            let label = SegmentLabel { note: note.clone(), ..SegmentLabel::new(from.behavior.clone(), extent) };
            labels.push((medium, label));
        }
    }
    labels
}

/// Pairs the events of states; what has no partner is reported, as BORIS calls it: unpaired.
pub(super) fn pair(events: Vec<Event>, report: &mut Report) -> Vec<Found> {
    let mut open: BTreeMap<(String, String, String), Event> = BTreeMap::new();
    let mut found = Vec::new();
    let unpaired = |event: Event, report: &mut Report| {
        let text = format!("“{}” begins or ends, but not both (UNPAIRED in BORIS); it is left out", event.behavior);
        report.problem(text, event.place);
    };
    for event in events {
        let key = (event.behavior.clone(), event.subject.clone(), event.modifiers.clone());
        match event.mark {
            Mark::Point => found.push(Found { from: event, to: None }),
            Mark::Start => {
                if let Some(before) = open.insert(key, event) {
                    unpaired(before, report);
                }
            }
            Mark::Stop | Mark::Turn => match (open.remove(&key), event.mark) {
                (Some(from), _) => found.push(Found { from, to: Some((event.nanos, event.comment)) }),
                (None, Mark::Turn) => _ = open.insert(key, event),
                (None, _) => unpaired(event, report),
            },
        }
    }
    open.into_values().for_each(|event| unpaired(event, report));
    // States are found when they end; labels are read in the order in which they begin.
    found.sort_by_key(|found: &Found| found.from.nanos);
    found
}

/// Nanoseconds of a time that may be negative.
pub(super) fn signed_nanos(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    Some(sign * i128::from(crate::exchange::text::parse_time(text)?.nanos()))
}

/// Nanoseconds as a time; zero for what is before the start.
pub(super) fn clamped(nanos: i128) -> MediaTime {
    MediaTime::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}
