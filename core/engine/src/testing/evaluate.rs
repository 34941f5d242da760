//! Metrics by name, from the scores and labels of a test.

use std::fmt;
use std::str::FromStr;

use ks_domain::metrics::{LabelledScores, MetricError, MultiLabelSamples, Normalize};
use serde::Serialize;
use thiserror::Error;

use super::Record;

/// What can be measured. The names are mmaction2's; what each means stands at the function that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Part of the samples whose label is among the `k` highest scores, for k of 1 and 5.
    TopKAccuracy,
    /// Mean over the labelled classes of the part of each that was recognised.
    MeanClassAccuracy,
    /// The same as mmaction2 computes it: a class that was only ever predicted counts as 0.
    MeanClassAccuracyMmaction2,
    /// Mean over classes of the area under precision and recall; for samples with several labels.
    MeanAveragePrecision,
    /// The same over samples instead of classes.
    MmitMeanAveragePrecision,
    /// How often each class was taken for each other: `[classes][classes]` counts, rows are labels.
    ConfusionMatrix,
}

/// All metrics with their names.
const NAMES: &[(Metric, &str)] = &[
    (Metric::TopKAccuracy, "top_k_accuracy"),
    (Metric::MeanClassAccuracy, "mean_class_accuracy"),
    (Metric::MeanClassAccuracyMmaction2, "mean_class_accuracy_mmaction2"),
    (Metric::MeanAveragePrecision, "mean_average_precision"),
    (Metric::MmitMeanAveragePrecision, "mmit_mean_average_precision"),
    (Metric::ConfusionMatrix, "confusion_matrix"),
];

impl Metric {
    /// Whether the samples need exactly one label each.
    fn needs_one_label(self) -> bool {
        !matches!(self, Self::MeanAveragePrecision | Self::MmitMeanAveragePrecision)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(metric, _)| metric == self).map_or("", |(_, name)| name))
    }
}

/// Not a metric.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("“{name}” is not a metric; there are {}", NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", "))]
pub struct MetricNameError {
    name: String,
}

impl FromStr for Metric {
    type Err = MetricNameError;

    fn from_str(text: &str) -> Result<Self, MetricNameError> {
        let found = NAMES.iter().find(|(_, name)| *name == text).map(|(metric, _)| *metric);
        found.ok_or_else(|| MetricNameError { name: text.to_owned() })
    }
}

/// Why a metric has no value.
#[derive(Debug, Error, PartialEq)]
pub enum EvaluateError {
    /// Several rows a sample.
    #[error(
        "views were not averaged, so sample {sample} has {rows} rows of scores; measure with --average-clips prob or score"
    )]
    NotAveraged {
        /// From 1.
        sample: usize,
        /// How many.
        rows: usize,
    },
    /// Not one label.
    #[error("{metric} needs one label a sample, but sample {sample} of the list has {labels}")]
    Labels {
        /// What was asked for.
        metric: Metric,
        /// From 1.
        sample: usize,
        /// How many.
        labels: usize,
    },
    /// A label that is no class.
    #[error("the label of sample {sample} of the list is {label}, but the network tells {classes} classes apart, 0 to {}", classes - 1)]
    Class {
        /// From 1.
        sample: usize,
        /// The label.
        label: usize,
        /// Of the network.
        classes: usize,
    },
    /// The metric itself refuses.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// No class has a positive sample.
    #[error("{0} has no value here: no sample has a label")]
    Undefined(Metric),
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measured {
    /// A fraction from 0 to 1.
    Value(f64),
    /// Counts.
    Matrix(Vec<Vec<f64>>),
}

/// Measures; the names of the results are mmaction2's keys (`top1_acc`, `top5_acc`, `mean_class_accuracy`…).
///
/// # Errors
/// All that stands in the way, at once.
pub fn evaluate(records: &[Record], metrics: &[Metric]) -> Result<Vec<(String, Measured)>, Vec<EvaluateError>> {
    if metrics.is_empty() {
        return Ok(Vec::new());
    }
    let issues = issues(records, metrics);
    if !issues.is_empty() {
        return Err(issues);
    }
    let scores: Vec<Vec<f32>> = records.iter().filter_map(|record| record.scores.first().cloned()).collect();
    let mut measured = Vec::new();
    let mut failed = Vec::new();
    for metric in metrics {
        match measure(*metric, records, &scores) {
            Ok(values) => measured.extend(values),
            Err(error) => failed.push(error),
        }
    }
    if failed.is_empty() { Ok(measured) } else { Err(failed) }
}

fn issues(records: &[Record], metrics: &[Metric]) -> Vec<EvaluateError> {
    if let Some(record) = records.iter().find(|record| record.scores.len() != 1) {
        // It is the same for all.
        return vec![EvaluateError::NotAveraged { sample: record.sample + 1, rows: record.scores.len() }];
    }
    let classes = records.first().and_then(|record| record.scores.first()).map_or(0, Vec::len);
    let labelled = records.iter().map(|record| (record.sample, record.labels.as_slice()));
    check_labels(labelled, classes, metrics)
}

/// What is wrong with the true classes of these samples, numbered from 0: to be asked before hours of computing.
pub fn check_labels<'a>(
    labelled: impl Iterator<Item = (usize, &'a [usize])>,
    classes: usize,
    metrics: &[Metric],
) -> Vec<EvaluateError> {
    if metrics.is_empty() {
        return Vec::new();
    }
    let needs_one = metrics.iter().find(|metric| metric.needs_one_label());
    let mut issues = Vec::new();
    for (sample, labels) in labelled {
        let sample = sample + 1;
        let strays = labels.iter().filter(|label| **label >= classes);
        issues.extend(strays.map(|label| EvaluateError::Class { sample, label: *label, classes }));
        if let Some(metric) = needs_one.filter(|_| labels.len() != 1) {
            issues.push(EvaluateError::Labels { metric: *metric, sample, labels: labels.len() });
        }
    }
    issues
}

fn measure(metric: Metric, records: &[Record], scores: &[Vec<f32>]) -> Result<Vec<(String, Measured)>, EvaluateError> {
    let one = || records.iter().filter_map(|record| record.labels.first().copied()).collect::<Vec<usize>>();
    let named = |value: f64| Ok(vec![(metric.to_string(), Measured::Value(value))]);
    match metric {
        Metric::TopKAccuracy => {
            let labels = one();
            let samples = LabelledScores::new(scores, &labels)?;
            let top = |k: usize| (format!("top{k}_acc"), Measured::Value(samples.top_k_accuracy(k)));
            Ok(vec![top(1), top(5)])
        }
        Metric::MeanClassAccuracy => named(LabelledScores::new(scores, &one())?.confusion().mean_class_accuracy()),
        Metric::MeanClassAccuracyMmaction2 => {
            named(LabelledScores::new(scores, &one())?.confusion().mean_class_accuracy_counting_stray_predictions())
        }
        Metric::ConfusionMatrix => {
            let matrix = LabelledScores::new(scores, &one())?.confusion().full(Normalize::None);
            Ok(vec![(metric.to_string(), Measured::Matrix(matrix))])
        }
        Metric::MeanAveragePrecision | Metric::MmitMeanAveragePrecision => {
            let classes = scores.first().map_or(0, Vec::len);
            let flags = |record: &Record| (0..classes).map(|class| record.labels.contains(&class)).collect();
            let labels: Vec<Vec<bool>> = records.iter().map(flags).collect();
            let samples = MultiLabelSamples::new(scores, &labels)?;
            let value = match metric {
                Metric::MeanAveragePrecision => samples.mean_average_precision(),
                _ => samples.mmit_mean_average_precision(),
            };
            named(value.ok_or(EvaluateError::Undefined(metric))?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(sample: usize, label: usize, scores: [f32; 3]) -> Record {
        Record { sample, path: String::new(), labels: vec![label], scores: vec![scores.to_vec()] }
    }

    #[test]
    fn names_are_read_and_written() {
        for (metric, name) in NAMES {
            assert_eq!(name.parse(), Ok(*metric));
            assert_eq!(metric.to_string(), *name);
        }
        assert!("top1".parse::<Metric>().is_err());
    }

    #[test]
    fn a_class_that_was_only_predicted_tells_the_two_means_apart() {
        let records = [record(0, 0, [0.9, 0.1, 0.0]), record(1, 0, [0.8, 0.2, 0.0]), record(2, 1, [0.0, 0.1, 0.9])];
        let metrics = [Metric::TopKAccuracy, Metric::MeanClassAccuracy, Metric::MeanClassAccuracyMmaction2];
        let measured = evaluate(&records, &metrics).unwrap();
        let value = |name: &str| match measured.iter().find(|(found, _)| found == name) {
            Some((_, Measured::Value(value))) => *value,
            _ => f64::NAN,
        };
        assert!((value("top1_acc") - 2.0 / 3.0).abs() < 1e-12);
        assert!((value("mean_class_accuracy") - 0.5).abs() < 1e-12);
        assert!((value("mean_class_accuracy_mmaction2") - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn all_that_stands_in_the_way_is_said_at_once() {
        let mut records = vec![record(0, 7, [0.0; 3]), record(1, 1, [0.0; 3])];
        records[1].labels.clear();
        let issues = evaluate(&records, &[Metric::TopKAccuracy]).unwrap_err();
        let wanted = [
            EvaluateError::Class { sample: 1, label: 7, classes: 3 },
            EvaluateError::Labels { metric: Metric::TopKAccuracy, sample: 2, labels: 0 },
        ];
        assert_eq!(issues, wanted);
        records[0].scores.push(vec![0.0; 3]);
        assert!(evaluate(&records, &[Metric::TopKAccuracy]).is_err());
    }
}
