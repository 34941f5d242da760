//! From window scores to segments: the pure function behind the bars of the timeline.

use serde::{Deserialize, Serialize};

use crate::{MediaTime, WindowScores};

/// A stretch of video in which one class is held to occur.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Class index.
    pub class: usize,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// The highest probability of any window in it.
    pub peak: f32,
}

/// When a stretch counts as a segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRule {
    /// Lowest probability that counts, 0 to 1.
    pub threshold: f32,
    /// Windows on each side that a probability is averaged with; 0 for none.
    pub smoothing: usize,
    /// Shorter segments are dropped.
    pub min_length: MediaTime,
}

impl Default for SegmentRule {
    fn default() -> Self {
        Self { threshold: 0.3, smoothing: 0, min_length: MediaTime::ZERO }
    }
}

/// Finds the segments of every class, ordered by class and then by time.
///
/// `windows` are in order of their start. Each window speaks for the time around its middle: from halfway to the
/// window before it to halfway to the window after it, the first and the last for their own outer edge. So the
/// stretches of two neighbours meet without gap or overlap, whatever stride and clip length were.
pub fn derive_segments(windows: &[WindowScores], rule: &SegmentRule) -> Vec<Segment> {
    let classes = windows.iter().map(|window| window.scores.len()).max().unwrap_or(0);
    let spans = window_spans(windows);
    (0..classes).flat_map(|class| derive_segments_of(class, windows, &spans, rule)).collect()
}

/// Finds the segments of one class in order of time, as [`derive_segments`] does for all.
///
/// `spans` are those that [`window_spans`] gives for `windows`; an interface that keeps them redraws the classes that
/// it shows without touching the others.
pub fn derive_segments_of(
    class: usize,
    windows: &[WindowScores],
    spans: &[(MediaTime, MediaTime)],
    rule: &SegmentRule,
) -> Vec<Segment> {
    let raw: Vec<f32> = windows.iter().map(|window| window.scores.get(class).copied().unwrap_or(0.0)).collect();
    let mut found = Vec::new();
    let mut open: Option<Segment> = None;
    for (index, (start, end)) in spans.iter().enumerate() {
        let score = smoothed(&raw, index, rule.smoothing);
        if score >= rule.threshold {
            let segment = open.get_or_insert(Segment { class, start: *start, end: *end, peak: score });
            segment.end = *end;
            segment.peak = segment.peak.max(score);
        } else {
            found.extend(open.take());
        }
    }
    found.extend(open);
    found.retain(|segment| segment.end.saturating_sub(segment.start) >= rule.min_length);
    found
}

/// The stretch of time that each window speaks for; see [`derive_segments`].
pub fn window_spans(windows: &[WindowScores]) -> Vec<(MediaTime, MediaTime)> {
    let middle = |window: &WindowScores| MediaTime::from_nanos(window.start.nanos().midpoint(window.end.nanos()));
    let halfway =
        |a: &WindowScores, b: &WindowScores| MediaTime::from_nanos(middle(a).nanos().midpoint(middle(b).nanos()));
    (0..windows.len())
        .filter_map(|index| {
            let window = windows.get(index)?;
            let before = index.checked_sub(1).and_then(|before| windows.get(before));
            let start = before.map_or(window.start, |before| halfway(before, window));
            let end = windows.get(index + 1).map_or(window.end, |after| halfway(window, after));
            Some((start, end))
        })
        .collect()
}

/// The mean over `radius` neighbours on each side, as far as there are any.
fn smoothed(raw: &[f32], index: usize, radius: usize) -> f32 {
    let near = raw.get(index.saturating_sub(radius)..(index + radius + 1).min(raw.len())).unwrap_or_default();
    near.iter().sum::<f32>() / near.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One-class windows of two seconds, one second apart.
    fn windows(scores: &[f32]) -> Vec<WindowScores> {
        (0u32..)
            .zip(scores)
            .map(|(i, score)| WindowScores {
                start_frame: i * 30,
                end_frame: i * 30 + 60,
                start: MediaTime::from_secs_f64(f64::from(i)),
                end: MediaTime::from_secs_f64(f64::from(i) + 2.0),
                scores: vec![*score],
            })
            .collect()
    }

    fn secs(segments: &[Segment]) -> Vec<(f64, f64)> {
        segments.iter().map(|segment| (segment.start.secs_f64(), segment.end.secs_f64())).collect()
    }

    #[test]
    fn neighbouring_windows_join_into_one_segment() {
        let found = derive_segments(
            &windows(&[0.1, 0.8, 0.9, 0.1, 0.7]),
            &SegmentRule { threshold: 0.5, ..SegmentRule::default() },
        );
        assert_eq!(secs(&found), [(1.5, 3.5), (4.5, 6.0)]);
        assert_eq!(found.first().map(|segment| segment.peak), Some(0.9));
    }

    #[test]
    fn smoothing_closes_a_gap_and_short_segments_are_dropped() {
        let rule = SegmentRule { threshold: 0.5, smoothing: 1, min_length: MediaTime::ZERO };
        assert_eq!(secs(&derive_segments(&windows(&[0.9, 0.9, 0.2, 0.9, 0.9]), &rule)), [(0.0, 6.0)]);
        let rule = SegmentRule { threshold: 0.5, smoothing: 0, min_length: MediaTime::from_secs_f64(1.2) };
        assert!(derive_segments(&windows(&[0.1, 0.9, 0.1]), &rule).is_empty());
    }

    #[test]
    fn no_windows_no_segments() {
        assert!(derive_segments(&[], &SegmentRule::default()).is_empty());
    }
}
