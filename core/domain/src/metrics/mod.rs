//! How good scores are: accuracy, confusion and mean average precision, each as a pure function.
//!
//! Where mmaction2's number differs from the sensible one, both are here and the quirk has its own name. All are
//! fractions from 0 to 1 in double precision, added up pairwise as NumPy does, so that they equal the original's to the
//! last bit. Scores may be probabilities or logits: only their order counts.
//!
//! Ties: where two classes of a sample have the same score, the one with the lower index counts as higher. The
//! original leaves top-k ties to an unstable sort whose order depends on the processor; its prediction (the first
//! maximum) is the same as ours. A score that is not a number is lower than all others.

mod confusion;
mod frames;
mod multi_label;
mod segmental;
mod whole;

use thiserror::Error;

pub use self::confusion::{ClassHits, Confusion, Normalize, Ranking};
pub use self::frames::{FrameRun, frame_accuracy, frame_average_precision, mean_average_precision};
pub use self::multi_label::MultiLabelSamples;
pub use self::segmental::{FrameSegment, OVERLAPS, SegmentCounts, segments_of};
pub use self::whole::{JudgedVideo, WholeVideoClass, WholeVideoFigures};

/// Why scores and labels cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MetricError {
    /// No sample.
    #[error("there are no samples to judge; give at least one with its label")]
    Empty,
    /// Not one label for each sample.
    #[error("there are scores of {scores} samples but labels of {labels}; they must come from the same list")]
    Counts {
        /// Samples with scores.
        scores: usize,
        /// Samples with labels.
        labels: usize,
    },
    /// A sample with another number of scores than the first one, or none.
    #[error("sample {sample} has {found} scores where the first has {expected}; all must come from the same network")]
    Classes {
        /// The sample, counted from 1.
        sample: usize,
        /// Its scores.
        found: usize,
        /// The first sample's scores.
        expected: usize,
    },
    /// A label that is no class.
    #[error("the label of sample {sample} is {label}, but the classes are 0 to {last}; check the list of labels")]
    Label {
        /// The sample, counted from 1.
        sample: usize,
        /// The label.
        label: usize,
        /// The last class.
        last: usize,
    },
}

/// Scores of all classes for some samples, each of which has one label.
#[derive(Clone, Copy, Debug)]
pub struct LabelledScores<'a> {
    scores: &'a [Vec<f32>],
    labels: &'a [usize],
    classes: usize,
}

impl<'a> LabelledScores<'a> {
    /// Puts scores `[samples][classes]` and labels `[samples]` together.
    ///
    /// # Errors
    /// If there are none, their numbers differ, or a label is no class.
    pub fn new(scores: &'a [Vec<f32>], labels: &'a [usize]) -> Result<Self, MetricError> {
        let classes = check_scores(scores, labels.len())?;
        for (sample, label) in (1..).zip(labels) {
            if *label >= classes {
                return Err(MetricError::Label { sample, label: *label, last: classes - 1 });
            }
        }
        Ok(Self { scores, labels, classes })
    }

    /// The number of classes.
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// The part of the samples whose label is among their `k` highest scores; all of them if there are no more than
    /// `k` classes.
    pub fn top_k_accuracy(&self, k: usize) -> f64 {
        let hits = self.pairs().filter(|(scores, label)| rank_of(scores, *label) < k).count();
        hits as f64 / self.labels.len() as f64
    }

    /// The class with the highest score of each sample.
    pub fn predictions(&self) -> Vec<usize> {
        self.scores.iter().map(|scores| best(scores)).collect()
    }

    /// How often samples of each class were taken for each other class.
    pub fn confusion(&self) -> Confusion {
        Confusion::new(&self.predictions(), self.labels, self.classes)
    }

    fn pairs(&self) -> impl Iterator<Item = (&'a [f32], usize)> {
        self.scores.iter().map(Vec::as_slice).zip(self.labels.iter().copied())
    }
}

/// The number of classes, if all samples have that many scores.
fn check_scores(scores: &[Vec<f32>], labels: usize) -> Result<usize, MetricError> {
    if scores.len() != labels {
        return Err(MetricError::Counts { scores: scores.len(), labels });
    }
    let expected = scores.first().ok_or(MetricError::Empty)?.len();
    for (sample, row) in (1..).zip(scores) {
        if row.len() != expected || row.is_empty() {
            return Err(MetricError::Classes { sample, found: row.len(), expected });
        }
    }
    Ok(expected)
}

/// How many classes stand above `class`.
fn rank_of(scores: &[f32], class: usize) -> usize {
    let own = scores.get(class).copied().unwrap_or(f32::NAN);
    scores.iter().enumerate().filter(|(other, score)| is_above((*other, **score), (class, own))).count()
}

/// The first maximum.
fn best(scores: &[f32]) -> usize {
    let all = scores.iter().copied().enumerate();
    all.reduce(|best, next| if is_above(next, best) { next } else { best }).map_or(0, |(class, _)| class)
}

/// Whether class `a` with its score stands above class `b` with its own.
fn is_above((a, score_a): (usize, f32), (b, score_b): (usize, f32)) -> bool {
    match (score_a.is_nan(), score_b.is_nan()) {
        (false, true) => true,
        (true, false) => false,
        (true, true) => a < b,
        (false, false) => score_a > score_b || (score_a == score_b && a < b),
    }
}

/// The mean; `None` of nothing.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| pairwise_sum(values) / values.len() as f64)
}

/// The sum of halves, of their halves… down to runs of 128, which eight sums share: NumPy's order of additions, whose
/// error grows with the logarithm of the length only.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().fold(0.0, |sum, value| sum + value);
    }
    if values.len() > 128 {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let together = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(together, |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_count_in_the_order_of_classes() {
        let scores = [vec![0.3, 0.3, 0.2, 0.2], vec![f32::NAN, 0.1, 0.1, 0.0]];
        let samples = LabelledScores::new(&scores, &[1, 0]).expect("should fit");
        assert_eq!(samples.predictions(), [0, 1]);
        assert_eq!([1, 2, 3, 4, 9].map(|k| samples.top_k_accuracy(k)), [0.0, 0.5, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused_by_name() {
        let scores = [vec![0.5, 0.5], vec![1.0]];
        let refused = |scores: &[Vec<f32>], labels: &[usize]| LabelledScores::new(scores, labels).expect_err("no fit");
        assert_eq!(refused(&[], &[]), MetricError::Empty);
        assert_eq!(refused(&scores, &[0]), MetricError::Counts { scores: 2, labels: 1 });
        assert_eq!(refused(&scores, &[0, 0]), MetricError::Classes { sample: 2, found: 1, expected: 2 });
        assert_eq!(refused(&scores[..1], &[2]), MetricError::Label { sample: 1, label: 2, last: 1 });
    }

    #[test]
    fn sums_of_any_length_are_whole() {
        for length in [0, 1, 7, 8, 9, 127, 128, 129, 1000] {
            let values: Vec<f64> = (0..length).map(f64::from).collect();
            assert_eq!(pairwise_sum(&values), f64::from(length * (length - 1) / 2));
        }
    }
}
