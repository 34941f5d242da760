//! The moments of a video that are most worth a person's look, and why.
//!
//! Only scores, segments and what was decided are known here; who looks, and at which moment, is the window's business.

use std::collections::BTreeMap;

use super::spans::{Span, meets};
use crate::{MediaTime, Segment, WindowScores};

/// How close two probabilities are that nobody can tell apart.
const CLOSE: f32 = 0.15;
/// How close to its threshold a probability is that could fall on either side.
const NEAR: f32 = 0.1;
/// A class with no more segments than this is rare, if the others have many.
const FEW: usize = 2;
const MANY: usize = 8;

/// Why a moment is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Labels and predictions contradict each other.
    Disagreement,
    /// Another class is nearly as probable.
    CloseCall,
    /// The probability is close to the threshold, so a little less or more would change what counts.
    NearThreshold,
    /// It shows up shortly, far from its like.
    Flicker,
    /// The class hardly occurs otherwise.
    Rare,
}

impl Reason {
    /// All reasons, the gravest first.
    pub const ALL: [Self; 5] = [Self::Disagreement, Self::CloseCall, Self::NearThreshold, Self::Flicker, Self::Rare];
}

/// A moment that is worth a look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The class of the network that is in question.
    pub class: usize,
    /// The class that is nearly as probable, for a close call.
    pub other: Option<usize>,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// Why.
    pub reason: Reason,
    /// How much it is worth a look, 0 to 1.
    pub value: f32,
}

/// What is known of one class of the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewedClass {
    /// From which probability on it counts.
    pub threshold: f32,
    /// Where it counts, in order of time.
    pub predictions: Vec<Segment>,
    /// Where people have decided about it, as a union (see [`union`](super::union)).
    pub decided: Vec<Span>,
    /// Where labels and predictions contradict each other, except where somebody has rejected the prediction.
    pub disagreements: Vec<Span>,
}

/// Finds the `count` moments most worth a look, best first.
///
/// `spans` are those that [`window_spans`](crate::window_spans) gives for `windows`; `classes` are in the order of
/// the scores.
pub fn moments(windows: &[WindowScores], spans: &[Span], classes: &[ReviewedClass], count: usize) -> Vec<Moment> {
    let mut found = disagreements(windows, spans, classes);
    found.extend(by_window(windows, spans, classes));
    found.extend(by_segment(spans, classes));
    found.retain(|moment| moment.value > 0.0);
    found.sort_by(|a, b| {
        let later = (a.start, a.class, a.reason).cmp(&(b.start, b.class, b.reason));
        b.value.total_cmp(&a.value).then(later)
    });
    best_apart(found, count)
}

/// The best ones, each class at each moment for one reason only.
fn best_apart(found: Vec<Moment>, count: usize) -> Vec<Moment> {
    let mut taken: Vec<Moment> = Vec::new();
    for moment in found {
        if taken.len() == count {
            break;
        }
        let clashes = taken.iter().any(|other| {
            let is_same = other.class == moment.class || other.other == Some(moment.class);
            is_same && other.start < moment.end && moment.start < other.end
        });
        if !clashes {
            taken.push(moment);
        }
    }
    taken
}

fn disagreements(windows: &[WindowScores], spans: &[Span], classes: &[ReviewedClass]) -> Vec<Moment> {
    let mut found = Vec::new();
    for (class, known) in classes.iter().enumerate() {
        for (start, end) in &known.disagreements {
            let peak = peak_in(windows, spans, class, (*start, *end));
            // The surer the network is of what people deny, or the less it sees of what people say, the worse.
            let is_predicted = peak >= known.threshold;
            let value = 0.6 + 0.4 * if is_predicted { peak } else { 1.0 - peak };
            let reason = Reason::Disagreement;
            found.push(Moment { class, other: None, start: *start, end: *end, reason, value });
        }
    }
    found
}

fn peak_in(windows: &[WindowScores], spans: &[Span], class: usize, (start, end): Span) -> f32 {
    let first = spans.partition_point(|(_, to)| *to <= start);
    let near = spans.iter().zip(windows).skip(first).take_while(|((from, _), _)| *from < end);
    near.filter_map(|(_, window)| window.scores.get(class).copied()).fold(0.0, f32::max)
}

/// Close calls and probabilities near the threshold; neighbouring windows of one kind become one moment.
fn by_window(windows: &[WindowScores], spans: &[Span], classes: &[ReviewedClass]) -> Vec<Moment> {
    let mut found: Vec<Moment> = Vec::new();
    // The last moment of each class and reason, as a place in `found`.
    let mut last: BTreeMap<(usize, Reason), usize> = BTreeMap::new();
    for ((start, end), window) in spans.iter().zip(windows) {
        let span = (*start, *end);
        let mut add = |class: usize, other: Option<usize>, reason: Reason, value: f32| {
            let before = last.get(&(class, reason)).and_then(|place| found.get_mut(*place));
            match before {
                Some(before) if before.end == *start && before.other == other => {
                    before.end = *end;
                    before.value = before.value.max(value);
                }
                _ => {
                    last.insert((class, reason), found.len());
                    found.push(Moment { class, other, start: *start, end: *end, reason, value });
                }
            }
        };
        let is_open = |class: usize| classes.get(class).is_some_and(|known| !meets(&known.decided, span));
        let threshold = |class: usize| classes.get(class).map_or(1.0, |known| known.threshold);
        if let Some(((first, score), (second, next))) = best_two(&window.scores) {
            let margin = score - next;
            // Where nothing reaches half of what counts, nothing is in question.
            if margin < CLOSE && score >= threshold(first) / 2.0 && is_open(first) && is_open(second) {
                add(first, Some(second), Reason::CloseCall, score.min(1.0).sqrt() * (1.0 - margin / CLOSE) * 0.9);
            }
        }
        for (class, score) in window.scores.iter().enumerate() {
            let off = (score - threshold(class)).abs();
            if off < NEAR && *score > 0.0 && is_open(class) {
                add(class, None, Reason::NearThreshold, (1.0 - off / NEAR) * 0.7);
            }
        }
    }
    found
}

/// The two highest probabilities with their classes; the first of equals.
fn best_two(scores: &[f32]) -> Option<((usize, f32), (usize, f32))> {
    let mut best: [Option<(usize, f32)>; 2] = [None, None];
    for (class, score) in scores.iter().copied().enumerate() {
        let [first, second] = &mut best;
        if first.is_none_or(|(_, high)| score > high) {
            *second = first.replace((class, score));
        } else if second.is_none_or(|(_, high)| score > high) {
            *second = Some((class, score));
        }
    }
    let [first, second] = best;
    first.zip(second)
}

/// Segments that flicker, and those of rare classes.
fn by_segment(spans: &[Span], classes: &[ReviewedClass]) -> Vec<Moment> {
    let all: usize = classes.iter().map(|known| known.predictions.len()).sum();
    let window = spans.iter().map(|(start, end)| end.saturating_sub(*start)).max().unwrap_or_default();
    let mut found = Vec::new();
    for (class, known) in classes.iter().enumerate() {
        let segments = &known.predictions;
        for (place, segment) in segments.iter().enumerate() {
            let span = (segment.start, segment.end);
            if meets(&known.decided, span) {
                continue;
            }
            let length = segment.end.saturating_sub(segment.start);
            let before = place.checked_sub(1).and_then(|before| segments.get(before));
            let gap_before = before.map(|other| segment.start.saturating_sub(other.end));
            let gap_after = segments.get(place + 1).map(|other| other.start.saturating_sub(segment.end));
            let gap = gap_before.into_iter().chain(gap_after).min();
            let mut add = |reason, value| {
                found.push(Moment { class, other: None, start: segment.start, end: segment.end, reason, value });
            };
            // No longer than two windows, and farther from the next of its class than it is long.
            if let Some(gap) = gap.filter(|gap| *gap > length && length <= window.saturating_add(window)) {
                add(Reason::Flicker, 0.6 * (1.0 - (length.secs_f64() / gap.secs_f64().max(1e-9)) as f32));
            }
            if segments.len() <= FEW && all >= MANY {
                add(Reason::Rare, 0.5 / segments.len().max(1) as f32);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SegmentRule, derive_segments_of, window_spans};

    fn at(secs: f64) -> MediaTime {
        MediaTime::from_secs_f64(secs)
    }

    /// Windows of a second, one after the other.
    fn windows(scores: &[&[f32]]) -> Vec<WindowScores> {
        (0u32..)
            .zip(scores)
            .map(|(i, scores)| WindowScores {
                start_frame: i * 25,
                end_frame: i * 25 + 25,
                start: at(f64::from(i)),
                end: at(f64::from(i) + 1.0),
                scores: scores.to_vec(),
            })
            .collect()
    }

    fn classes(windows: &[WindowScores], threshold: f32) -> Vec<ReviewedClass> {
        let spans = window_spans(windows);
        let rule = SegmentRule { threshold, ..SegmentRule::default() };
        let of = |class| derive_segments_of(class, windows, &spans, &rule);
        let known = |class| ReviewedClass { threshold, predictions: of(class), ..ReviewedClass::default() };
        (0..windows.first().map_or(0, |window| window.scores.len())).map(known).collect()
    }

    fn found(windows: &[WindowScores], classes: &[ReviewedClass]) -> Vec<(usize, Reason, f64, f64)> {
        let all = moments(windows, &window_spans(windows), classes, 20);
        assert!(all.iter().all(|moment| (0.0..=1.0).contains(&moment.value)), "{all:?}");
        assert!(all.is_sorted_by(|a, b| a.value >= b.value));
        all.iter().map(|one| (one.class, one.reason, one.start.secs_f64(), one.end.secs_f64())).collect()
    }

    #[test]
    fn what_the_network_is_sure_of_needs_no_look() {
        let windows = windows(&[&[0.95, 0.02], &[0.97, 0.01], &[0.01, 0.02]]);
        assert_eq!(found(&windows, &classes(&windows, 0.5)), []);
    }

    #[test]
    fn two_classes_that_are_nearly_as_probable_are_one_close_call() {
        let windows = windows(&[&[0.9, 0.05], &[0.48, 0.46], &[0.47, 0.45], &[0.9, 0.05]]);
        let all = moments(&windows, &window_spans(&windows), &classes(&windows, 0.3), 20);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!((all[0].class, all[0].other, all[0].reason), (0, Some(1), Reason::CloseCall));
        assert_eq!((all[0].start, all[0].end), (at(1.0), at(3.0)));
    }

    #[test]
    fn a_probability_at_the_threshold_is_worth_more_than_one_beside_it() {
        let windows = windows(&[&[0.9], &[0.51], &[0.9], &[0.0], &[0.42], &[0.0]]);
        let found = found(&windows, &classes(&windows, 0.5));
        assert_eq!(found, [(0, Reason::NearThreshold, 1.0, 2.0), (0, Reason::NearThreshold, 4.0, 5.0)]);
    }

    #[test]
    fn a_short_segment_far_from_its_like_flickers() {
        let mut scores = [[0.0f32]; 30];
        for sure in [0, 1, 2, 3, 4, 20] {
            scores[sure] = [0.9];
        }
        let scores: Vec<&[f32]> = scores.iter().map(|one| one.as_slice()).collect();
        let windows = windows(&scores);
        assert_eq!(found(&windows, &classes(&windows, 0.5)), [(0, Reason::Flicker, 20.0, 21.0)]);
    }

    #[test]
    fn a_class_that_hardly_occurs_is_shown() {
        let mut scores = vec![[0.0f32, 0.0]; 60];
        for place in 0..10 {
            for second in 0..3 {
                scores[place * 6 + second] = [0.9, 0.0];
            }
        }
        scores[4] = [0.0, 0.9];
        let scores: Vec<&[f32]> = scores.iter().map(|one| one.as_slice()).collect();
        let windows = windows(&scores);
        assert_eq!(found(&windows, &classes(&windows, 0.5)), [(1, Reason::Rare, 4.0, 5.0)]);
    }

    #[test]
    fn where_people_have_decided_nothing_is_asked_but_contradictions_come_first() {
        let windows = windows(&[&[0.52, 0.01], &[0.0, 0.0], &[0.53, 0.01], &[0.9, 0.0]]);
        let mut classes = classes(&windows, 0.5);
        classes[0].decided = vec![(at(0.0), at(1.0))];
        classes[1].disagreements = vec![(at(1.0), at(2.0))];
        let found = found(&windows, &classes);
        assert_eq!(found, [(1, Reason::Disagreement, 1.0, 2.0), (0, Reason::NearThreshold, 2.0, 3.0)]);
    }

    #[test]
    fn no_more_are_found_than_asked_for_and_none_without_scores() {
        let scores: Vec<&[f32]> = (0..100).map(|i| if i % 2 == 0 { [0.5f32].as_slice() } else { &[0.0] }).collect();
        let windows = windows(&scores);
        let classes = classes(&windows, 0.5);
        assert_eq!(moments(&windows, &window_spans(&windows), &classes, 20).len(), 20);
        assert_eq!(moments(&[], &[], &[], 20), []);
    }
}
