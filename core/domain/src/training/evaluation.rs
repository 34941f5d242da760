//! How good a network was on the validation samples, with everything that the window shows of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::config::BestBy;
use crate::metrics::{LabelledScores, MetricError, MultiLabelSamples};

/// Thresholds that are tried for each class.
const THRESHOLDS: u32 = 200;
/// The least threshold that is taken.
const LEAST_THRESHOLD: f32 = 0.01;
/// With a best F1 below this a class has no threshold worth keeping.
const LEAST_F1: f64 = 0.05;

/// What the network said of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleVerdict {
    /// Its number in the data set.
    pub sample: u32,
    /// Its classes.
    pub labels: Vec<u32>,
    /// The class with the best score.
    pub predicted: u32,
    /// That score.
    pub score: f32,
}

/// The figures of one validation. All are 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Samples whose best score is right; where several classes can happen at once, one of them.
    pub top1: f64,
    /// Samples with a right one among the five best scores.
    pub top5: f64,
    /// Mean over the classes of the share that was found; `None` where several can happen at once.
    pub mean_class_accuracy: Option<f64>,
    /// Mean average precision over the classes that occur.
    pub map: Option<f64>,
    /// Mean loss.
    pub loss: f64,
    /// `[truth][prediction]`, counts; empty where several classes can happen at once.
    pub confusion: Vec<Vec<u32>>,
    /// By class: the score from which on it is best believed (greatest F1).
    pub thresholds: BTreeMap<u32, f32>,
    /// Every sample, in the order of the data set.
    pub samples: Vec<SampleVerdict>,
}

/// Scores of a sample, `[classes]`, and what it really is.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Its number in the data set.
    pub sample: u32,
    /// Its classes.
    pub labels: Vec<u32>,
    /// The probabilities.
    pub scores: Vec<f32>,
}

impl Evaluation {
    /// Judges scores; `loss` is their mean loss.
    ///
    /// # Errors
    /// If there are none, they have different lengths, or a label is no class.
    pub fn new(scored: &[Scored], loss: f64, multi_label: bool) -> Result<Self, MetricError> {
        let scores: Vec<Vec<f32>> = scored.iter().map(|sample| sample.scores.clone()).collect();
        let classes = scores.first().map_or(0, Vec::len);
        let samples = scored.iter().map(verdict).collect();
        let thresholds = best_thresholds(scored, classes);
        let has = |sample: &Scored, class: usize| sample.labels.iter().any(|label| *label as usize == class);
        let flags: Vec<Vec<bool>> =
            scored.iter().map(|sample| (0..classes).map(|class| has(sample, class)).collect()).collect();
        let map = MultiLabelSamples::new(&scores, &flags)?.mean_average_precision();
        if multi_label {
            let hit = |k: usize| {
                let hits = scored
                    .iter()
                    .filter(|sample| best_of(&sample.scores, k).into_iter().any(|class| has(sample, class)));
                hits.count() as f64 / scored.len().max(1) as f64
            };
            let (top1, top5) = (hit(1), hit(5));
            return Ok(Self { top1, top5, map, loss, thresholds, samples, ..Self::default() });
        }
        let labels: Vec<usize> = scored.iter().map(|sample| sample.labels.first().map_or(0, |l| *l as usize)).collect();
        let labelled = LabelledScores::new(&scores, &labels)?;
        let confusion = labelled.confusion();
        let row = |truth: usize| -> Vec<u32> {
            let count = |prediction| u32::try_from(confusion.count(truth, prediction)).unwrap_or(u32::MAX);
            (0..classes).map(count).collect()
        };
        Ok(Self {
            top1: labelled.top_k_accuracy(1),
            top5: labelled.top_k_accuracy(5),
            mean_class_accuracy: Some(confusion.mean_class_accuracy()),
            map,
            loss,
            confusion: (0..classes).map(row).collect(),
            thresholds,
            samples,
        })
    }

    /// The figure that the best checkpoint is chosen by; mean average precision stands in for what is not defined.
    pub fn figure(&self, by: BestBy) -> f64 {
        let map = self.map.unwrap_or(self.top1);
        match by {
            BestBy::Top1 => self.top1,
            BestBy::MeanClassAccuracy => self.mean_class_accuracy.unwrap_or(map),
            BestBy::Map => map,
        }
    }

    /// Of each class: precision, recall and F1 of the best score; `None` where nothing was found or nothing is there.
    pub fn per_class(&self) -> Vec<ClassFigures> {
        let column = |class: usize| self.confusion.iter().filter_map(|row| row.get(class)).sum::<u32>();
        let figures = |(class, row): (usize, &Vec<u32>)| {
            let hits = row.get(class).copied().unwrap_or_default();
            let ratio = |of: u32| (of > 0).then(|| f64::from(hits) / f64::from(of));
            let (samples, predicted) = (row.iter().sum(), column(class));
            let f1 = (samples + predicted > 0).then(|| 2.0 * f64::from(hits) / f64::from(samples + predicted));
            ClassFigures { samples, predicted, precision: ratio(predicted), recall: ratio(samples), f1 }
        };
        self.confusion.iter().enumerate().map(figures).collect()
    }
}

/// How well one class is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassFigures {
    /// Samples that are of it.
    pub samples: u32,
    /// Samples that the network holds to be of it.
    pub predicted: u32,
    /// Share of those that really are.
    pub precision: Option<f64>,
    /// Share of its samples that were found.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
}

fn best_of(scores: &[f32], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores.get(*b).partial_cmp(&scores.get(*a)).unwrap_or(std::cmp::Ordering::Equal));
    order.truncate(k);
    order
}

fn verdict(scored: &Scored) -> SampleVerdict {
    let predicted = best_of(&scored.scores, 1).first().copied().unwrap_or_default();
    SampleVerdict {
        sample: scored.sample,
        labels: scored.labels.clone(),
        predicted: u32::try_from(predicted).unwrap_or(u32::MAX),
        score: scored.scores.get(predicted).copied().unwrap_or_default(),
    }
}

/// For each class the threshold with the greatest F1 over all samples. Classes that are hardly found have none.
fn best_thresholds(scored: &[Scored], classes: usize) -> BTreeMap<u32, f32> {
    let best = |class: u32| -> Option<(u32, f32)> {
        let pairs: Vec<(f32, bool)> = scored
            .iter()
            .filter_map(|sample| Some((*sample.scores.get(class as usize)?, sample.labels.contains(&class))))
            .collect();
        let f1 = |threshold: f32| {
            let (mut hits, mut wrong, mut missed) = (0_u32, 0_u32, 0_u32);
            for (score, is_there) in &pairs {
                match (*score >= threshold, is_there) {
                    (true, true) => hits += 1,
                    (true, false) => wrong += 1,
                    (false, true) => missed += 1,
                    (false, false) => {}
                }
            }
            f64::from(2 * hits) / f64::from((2 * hits + wrong + missed).max(1))
        };
        let candidates = (0..THRESHOLDS).map(|step| (step as f32 + 0.5) / THRESHOLDS as f32);
        let tried: Vec<(f32, f64)> =
            candidates.filter(|threshold| *threshold >= LEAST_THRESHOLD).map(|t| (t, f1(t))).collect();
        let most = tried.iter().map(|(_, f1)| *f1).fold(0.0, f64::max);
        // The middle of the first stretch of equally good ones lets scores wander a little either way.
        let first = tried.iter().position(|(_, f1)| *f1 >= most)?;
        let length = tried.iter().skip(first).take_while(|(_, f1)| *f1 >= most).count();
        let (threshold, _) = tried.get(first + length / 2)?;
        (most >= LEAST_F1).then_some((class, *threshold))
    };
    (0..u32::try_from(classes).unwrap_or(u32::MAX)).filter_map(best).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(labels: &[u32], scores: &[f32]) -> Scored {
        Scored { sample: 0, labels: labels.to_vec(), scores: scores.to_vec() }
    }

    #[test]
    fn the_figures_of_a_validation_agree_with_counting() {
        let all = [
            scored(&[0], &[0.8, 0.1, 0.1]),
            scored(&[0], &[0.3, 0.6, 0.1]),
            scored(&[1], &[0.1, 0.7, 0.2]),
            scored(&[2], &[0.2, 0.2, 0.6]),
        ];
        let evaluation = Evaluation::new(&all, 0.5, false).expect("should be judged");
        assert_eq!(evaluation.confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
        assert_eq!(evaluation.top1, 0.75);
        let figures = evaluation.per_class();
        assert_eq!((figures[0].precision, figures[0].recall), (Some(1.0), Some(0.5)));
        assert_eq!((figures[1].precision, figures[1].recall), (Some(0.5), Some(1.0)));
        assert!((0.21..0.3).contains(&evaluation.thresholds[&0]), "{:?}", evaluation.thresholds);
        assert!((0.21..0.6).contains(&evaluation.thresholds[&2]));
    }

    #[test]
    fn several_classes_at_once_have_no_confusion() {
        let all = [scored(&[0, 1], &[0.9, 0.8, 0.1]), scored(&[2], &[0.6, 0.2, 0.5]), scored(&[], &[0.1, 0.1, 0.1])];
        let evaluation = Evaluation::new(&all, 0.5, true).expect("should be judged");
        assert!(evaluation.confusion.is_empty() && evaluation.mean_class_accuracy.is_none());
        assert!((evaluation.top1 - 1.0 / 3.0).abs() < 1e-12);
        assert!(evaluation.map.is_some_and(|map| map > 0.9));
    }

    #[test]
    fn nothing_to_judge_is_an_error() {
        assert_eq!(Evaluation::new(&[], 0.0, false), Err(MetricError::Empty));
    }
}
