//! Mean average precision, for samples with any number of labels.

use super::{MetricError, check_scores, mean, pairwise_sum};

/// Scores of all classes for some samples, each of which has any number of labels.
#[derive(Clone, Copy, Debug)]
pub struct MultiLabelSamples<'a> {
    scores: &'a [Vec<f32>],
    labels: &'a [Vec<bool>],
    classes: usize,
}

impl<'a> MultiLabelSamples<'a> {
    /// Puts scores and labels, both `[samples][classes]`, together.
    ///
    /// # Errors
    /// If there are none, or their numbers differ.
    pub fn new(scores: &'a [Vec<f32>], labels: &'a [Vec<bool>]) -> Result<Self, MetricError> {
        let classes = check_scores(scores, labels.len())?;
        for (sample, row) in (1..).zip(labels) {
            if row.len() != classes {
                return Err(MetricError::Classes { sample, found: row.len(), expected: classes });
            }
        }
        Ok(Self { scores, labels, classes })
    }

    /// For each class, the average precision of ranking the samples by its score; then the mean over the classes that
    /// any sample has. `None` if there is no such class (the original gives NaN).
    pub fn mean_average_precision(&self) -> Option<f64> {
        let of_class = |class: usize| {
            let pairs = self.scores.iter().zip(self.labels);
            let column = pairs.filter_map(|(scores, labels)| Some((*scores.get(class)?, *labels.get(class)?)));
            average_precision(&column.collect::<Vec<_>>())
        };
        mean(&(0..self.classes).filter_map(of_class).collect::<Vec<_>>())
    }

    /// For each sample, the average precision of ranking the classes by their score; then the mean over samples, as
    /// Multi-Moments in Time wants it. `None` if a sample has no label at all (the original gives NaN).
    pub fn mmit_mean_average_precision(&self) -> Option<f64> {
        let of_sample = |(scores, labels): (&Vec<f32>, &Vec<bool>)| {
            average_precision(&scores.iter().copied().zip(labels.iter().copied()).collect::<Vec<_>>())
        };
        let all: Option<Vec<f64>> = self.scores.iter().zip(self.labels).map(of_sample).collect();
        mean(&all?)
    }
}

/// The area under the steps of precision over recall. `None` if nothing is positive.
fn average_precision(items: &[(f32, bool)]) -> Option<f64> {
    average_precision_of(items.iter().map(|(score, is_positive)| (*score, u64::from(*is_positive), 1)).collect())
}

/// The same of groups: their score, how many of each are positive, and how many there are.
///
/// Items are ranked by falling score; those with equal scores enter together. At every distinct score down to the one at
/// which all positives are in, precision (positives over items so far) counts with the recall that was gained there.
pub(super) fn average_precision_of(mut ranked: Vec<(f32, u64, u64)>) -> Option<f64> {
    ranked.sort_by(|a, b| a.0.is_nan().cmp(&b.0.is_nan()).then(b.0.total_cmp(&a.0)));
    let positives: u64 = ranked.iter().map(|(_, positive, _)| positive).sum();
    if positives == 0 {
        return None;
    }
    let (mut found, mut seen) = (0, 0);
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for (place, (score, positive, count)) in ranked.iter().enumerate() {
        found += positive;
        seen += count;
        let is_last_of_equals = ranked.get(place + 1).is_none_or(|(next, ..)| next != score);
        if is_last_of_equals {
            steps.push((found as f64 / seen as f64, found as f64 / positives as f64));
            if found == positives {
                break;
            }
        }
    }
    // From full recall down to none, because that is the order in which the original adds up.
    let before = steps.iter().rev().skip(1).map(|(_, recall)| *recall).chain([0.0]);
    let falls: Vec<f64> =
        steps.iter().rev().zip(before).map(|((precision, recall), before)| (before - recall) * precision).collect();
    Some(-pairwise_sum(&falls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_ranking_has_precision_one_and_ties_are_shared() {
        assert_eq!(average_precision(&[(0.9, true), (0.8, true), (0.1, false)]), Some(1.0));
        assert_eq!(average_precision(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(average_precision(&[(0.5, false)]), None);
    }

    #[test]
    fn a_class_without_samples_is_left_out_and_a_sample_without_labels_is_not() {
        let scores = [vec![0.9, 0.1], vec![0.2, 0.3]];
        let labels = [vec![true, false], vec![false, false]];
        let samples = MultiLabelSamples::new(&scores, &labels).expect("should fit");
        assert_eq!((samples.mean_average_precision(), samples.mmit_mean_average_precision()), (Some(1.0), None));
    }
}
