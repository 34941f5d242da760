//! What the timeline shows of an analysis: one lane per class that occurs, kept until scores or rule change.

use ks_domain::project::ViewRules;
use ks_domain::{MediaTime, Segment, WindowScores, derive_segments_of, window_spans};

/// One class that occurs.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Class index.
    pub class: usize,
    /// Its highest probability in the video.
    pub peak: f32,
    /// Where it occurs, in order of time.
    pub segments: Vec<Segment>,
}

/// The lanes of one video, most certain class first.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    lanes: Vec<Lane>,
    spans: Vec<(MediaTime, MediaTime)>,
    peaks: Vec<f32>,
    windows_seen: usize,
    rules: Option<ViewRules>,
    is_stale: bool,
    revision: u64,
}

impl Lanes {
    /// The lanes, most certain class first. That order does not depend on the threshold, so that lanes vanish from
    /// the bottom and none jumps while it is dragged.
    pub fn all(&self) -> &[Lane] {
        &self.lanes
    }

    /// The stretch of time that each window speaks for.
    pub fn spans(&self) -> &[(MediaTime, MediaTime)] {
        &self.spans
    }

    /// How many segments there are in all lanes.
    pub fn segment_count(&self) -> usize {
        self.lanes.iter().map(|lane| lane.segments.len()).sum()
    }

    /// Another number whenever something here has changed.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) const fn mark_stale(&mut self) {
        self.is_stale = true;
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self { revision: self.revision + 1, ..Self::default() };
    }

    /// Brings everything up to date; cheap if nothing changed. `name_of` gives the name of a class, as thresholds of
    /// single classes go by name.
    pub(super) fn refresh(&mut self, windows: &[WindowScores], rules: &ViewRules, name_of: &dyn Fn(usize) -> String) {
        if !self.is_stale && self.rules.as_ref() == Some(rules) {
            return;
        }
        if self.is_stale {
            self.spans = window_spans(windows);
            for window in windows.get(self.windows_seen..).unwrap_or_default() {
                self.peaks.resize(self.peaks.len().max(window.scores.len()), 0.0);
                for (peak, score) in self.peaks.iter_mut().zip(&window.scores) {
                    *peak = peak.max(*score);
                }
            }
            self.windows_seen = windows.len();
        }
        // Names are only needed where a class may have a threshold of its own.
        let rule_of = |class: usize| {
            let name = if rules.class_thresholds.is_empty() { String::new() } else { name_of(class) };
            rules.rule_for(&name)
        };
        // Smoothing only lowers a peak, so a class whose peak is below the threshold has no segment.
        self.lanes = self
            .peaks
            .iter()
            .enumerate()
            .map(|(class, peak)| (class, *peak, rule_of(class)))
            .filter(|(_, peak, rule)| *peak >= rule.threshold)
            .map(|(class, peak, rule)| Lane {
                class,
                peak,
                segments: derive_segments_of(class, windows, &self.spans, &rule),
            })
            .filter(|lane| !lane.segments.is_empty())
            .collect();
        self.lanes.sort_by(|a, b| b.peak.total_cmp(&a.peak).then(a.class.cmp(&b.class)));
        self.rules = Some(rules.clone());
        self.is_stale = false;
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(scores: &[[f32; 3]]) -> Vec<WindowScores> {
        (0u32..)
            .zip(scores)
            .map(|(i, scores)| WindowScores {
                start_frame: i * 30,
                end_frame: i * 30 + 30,
                start: MediaTime::from_secs_f64(f64::from(i)),
                end: MediaTime::from_secs_f64(f64::from(i) + 1.0),
                scores: scores.to_vec(),
            })
            .collect()
    }

    fn number(class: usize) -> String {
        class.to_string()
    }

    fn classes(lanes: &Lanes) -> Vec<usize> {
        lanes.all().iter().map(|lane| lane.class).collect()
    }

    #[test]
    fn lanes_follow_the_threshold_and_keep_their_order() {
        let windows = windows(&[[0.7, 0.2, 0.1], [0.1, 0.85, 0.05], [0.45, 0.45, 0.1]]);
        let mut lanes = Lanes::default();
        lanes.mark_stale();
        lanes.refresh(&windows, &ViewRules { threshold: 0.4, ..ViewRules::default() }, &number);
        assert_eq!(classes(&lanes), [1, 0]);
        assert_eq!(lanes.segment_count(), 3);
        lanes.refresh(&windows, &ViewRules { threshold: 0.6, ..ViewRules::default() }, &number);
        assert_eq!(classes(&lanes), [1, 0]);
        assert_eq!(lanes.segment_count(), 2);
        lanes.refresh(&windows, &ViewRules { threshold: 0.8, ..ViewRules::default() }, &number);
        assert_eq!(classes(&lanes), [1]);
    }

    #[test]
    fn lanes_agree_with_the_segments_of_the_whole_video() {
        let windows = windows(&[[0.7, 0.2, 0.1], [0.6, 0.35, 0.05], [0.3, 0.3, 0.4]]);
        let rules = ViewRules { threshold: 0.3, smoothing: 1, ..ViewRules::default() };
        let mut lanes = Lanes::default();
        lanes.mark_stale();
        lanes.refresh(&windows, &rules, &number);
        let mut found: Vec<Segment> = lanes.all().iter().flat_map(|lane| lane.segments.clone()).collect();
        found.sort_by_key(|segment| (segment.class, segment.start));
        assert_eq!(found, ks_domain::derive_segments(&windows, &rules.rule_for("")));
    }

    #[test]
    fn a_class_can_have_a_threshold_of_its_own() {
        let windows = windows(&[[0.7, 0.2, 0.1], [0.1, 0.85, 0.05]]);
        let mut rules = ViewRules { threshold: 0.5, ..ViewRules::default() };
        rules.class_thresholds.insert("1".to_owned(), 0.9);
        rules.class_thresholds.insert("2".to_owned(), 0.05);
        let mut lanes = Lanes::default();
        lanes.mark_stale();
        lanes.refresh(&windows, &rules, &number);
        assert_eq!(classes(&lanes), [0, 2]);
    }
}
