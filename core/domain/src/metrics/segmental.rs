//! How well found segments agree with labelled ones: the segmental F1 of temporal action segmentation.
//!
//! As `eval.py` of MS-TCN counts (after Lea et al.): each found segment takes the labelled one of its class that it
//! overlaps most, measured by intersection over union; it is a hit if that is enough and nobody has taken that one before.
//! There is no second choice. Background is no segment. Where nothing is labelled, the original fails; here everything
//! found is wrong then.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// The overlaps that are asked for as a rule, in the order of `F1@10`, `F1@25` and `F1@50`.
pub const OVERLAPS: [f64; 3] = [0.10, 0.25, 0.50];

/// A stretch of frames of one class, `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FrameSegment {
    /// Its class.
    pub class: usize,
    /// Its first frame.
    pub start: u32,
    /// The frame after its last one.
    pub end: u32,
}

/// Segments that were found rightly, wrongly and not at all. Those of several videos are added up before F1 is worked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentCounts {
    /// Found segments that are right.
    pub hits: u32,
    /// Found segments that are not.
    pub wrong: u32,
    /// Labelled segments that nobody found.
    pub missed: u32,
}

impl SegmentCounts {
    /// Counts in one video; a found segment is right from an overlap of `overlap` on, 0 to 1.
    pub fn of(found: &[FrameSegment], labelled: &[FrameSegment], overlap: f64) -> Self {
        let mut is_taken = vec![false; labelled.len()];
        let mut counts = Self::default();
        for segment in found {
            // The first of equally good ones, as NumPy's `argmax` has it.
            let mut best: Option<(usize, f64)> = None;
            for (place, other) in labelled.iter().enumerate().filter(|(_, other)| other.class == segment.class) {
                let shared = overlap_of(*segment, *other);
                if best.is_none_or(|(_, most)| shared > most) {
                    best = Some((place, shared));
                }
            }
            let taken = best.filter(|(_, shared)| *shared >= overlap).and_then(|(place, _)| is_taken.get_mut(place));
            match taken {
                Some(taken) if !*taken => {
                    *taken = true;
                    counts.hits += 1;
                }
                _ => counts.wrong += 1,
            }
        }
        counts.missed = u32::try_from(is_taken.iter().filter(|taken| !**taken).count()).unwrap_or(u32::MAX);
        counts
    }

    /// Harmonic mean of precision and recall, 0 to 1; `None` where nothing was found and nothing is labelled.
    pub fn f1(self) -> Option<f64> {
        let all = 2 * u64::from(self.hits) + u64::from(self.wrong) + u64::from(self.missed);
        (all > 0).then(|| 2.0 * f64::from(self.hits) / all as f64)
    }
}

impl Add for SegmentCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { hits: self.hits + other.hits, wrong: self.wrong + other.wrong, missed: self.missed + other.missed }
    }
}

impl AddAssign for SegmentCounts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Intersection over union of two stretches of frames, 0 to 1.
fn overlap_of(a: FrameSegment, b: FrameSegment) -> f64 {
    let shared = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    let together = a.end.max(b.end).saturating_sub(a.start.min(b.start));
    f64::from(shared) / f64::from(together.max(1))
}

/// The segments of a video with one class for each frame: runs of equal classes, but for those of the background.
pub fn segments_of(frames: &[usize], background: Option<usize>) -> Vec<FrameSegment> {
    let mut found = Vec::new();
    let mut start = 0;
    for run in frames.chunk_by(|a, b| a == b) {
        let end = start + u32::try_from(run.len()).unwrap_or(u32::MAX);
        if let Some(class) = run.first().filter(|class| Some(**class) != background) {
            found.push(FrameSegment { class: *class, start, end });
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two pairs of the package `actseg`'s documentation: what was found, and what is true.
    fn pairs() -> [(Vec<usize>, Vec<usize>); 2] {
        [
            (vec![0, 0, 0, 1, 0, 1, 1, 1, 0], vec![0, 0, 1, 1, 2, 1, 1, 0, 0]),
            (
                vec![1, 2, 3, 0, 0, 1, 2, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0],
                vec![1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3],
            ),
        ]
    }

    /// Counts over both pairs, at the three overlaps.
    fn counts(background: Option<usize>) -> [(u32, u32, u32); 3] {
        OVERLAPS.map(|overlap| {
            let of = |(found, truth): &(Vec<usize>, Vec<usize>)| {
                SegmentCounts::of(&segments_of(found, background), &segments_of(truth, background), overlap)
            };
            let SegmentCounts { hits, wrong, missed } = pairs().iter().map(of).fold(SegmentCounts::default(), Add::add);
            (hits, wrong, missed)
        })
    }

    #[test]
    fn counts_are_those_of_the_original_with_and_without_a_background() {
        assert_eq!(counts(None), [(7, 10, 1), (4, 13, 4), (4, 13, 4)]);
        assert_eq!(counts(Some(0)), [(5, 6, 1), (2, 9, 4), (2, 9, 4)]);
        let percent =
            |(hits, wrong, missed)| SegmentCounts { hits, wrong, missed }.f1().expect("should be defined") * 100.0;
        let rounded = |counts: [(u32, u32, u32); 3]| counts.map(|counts| (percent(counts) * 100.0).round() / 100.0);
        assert_eq!(rounded(counts(None)), [56.0, 32.0, 32.0]);
        assert_eq!(rounded(counts(Some(0))), [58.82, 23.53, 23.53]);
    }

    #[test]
    fn nothing_found_of_nothing_says_nothing_and_one_side_alone_is_all_wrong() {
        let one = [FrameSegment { class: 0, start: 0, end: 10 }];
        assert_eq!(SegmentCounts::of(&[], &[], 0.5).f1(), None);
        assert_eq!(SegmentCounts::of(&one, &[], 0.5), SegmentCounts { wrong: 1, ..SegmentCounts::default() });
        assert_eq!(SegmentCounts::of(&[], &one, 0.5).f1(), Some(0.0));
        assert_eq!(SegmentCounts::of(&one, &one, 0.5).f1(), Some(1.0));
    }

    #[test]
    fn a_labelled_segment_is_found_once_and_there_is_no_second_choice() {
        let labelled = [FrameSegment { class: 0, start: 0, end: 10 }, FrameSegment { class: 0, start: 10, end: 16 }];
        let found = [FrameSegment { class: 0, start: 0, end: 9 }, FrameSegment { class: 0, start: 2, end: 14 }];
        // The second one overlaps the first label most (8 of 14), which is taken; the other label (4 of 14) is no choice.
        let counts = SegmentCounts::of(&found, &labelled, 0.25);
        assert_eq!(counts, SegmentCounts { hits: 1, wrong: 1, missed: 1 });
    }

    #[test]
    fn an_overlap_of_exactly_the_threshold_is_enough() {
        let (found, labelled) =
            ([FrameSegment { class: 1, start: 0, end: 5 }], [FrameSegment { class: 1, start: 0, end: 10 }]);
        assert_eq!(SegmentCounts::of(&found, &labelled, 0.5).hits, 1);
        let other = [FrameSegment { class: 2, start: 0, end: 10 }];
        assert_eq!(SegmentCounts::of(&found, &other, 0.1).hits, 0);
    }
}
