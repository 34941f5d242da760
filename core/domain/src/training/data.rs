//! What a network learns from: samples with their classes, what is said of them before anything runs.
//!
//! Where the pictures come from is not known here; a sample names its video by number.

use serde::{Deserialize, Serialize};

use super::config::DataConfig;
use super::split::{Divisible, Part, divide};
use crate::MediaTime;
use crate::project::Span;

/// One sample: a video or a part of it, and what happens there. At every epoch clips are cut from it anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingSample {
    /// The number of its video in the data set, from 0.
    pub source: u32,
    /// The part of the video that clips are cut from, `[start, end)`; `None` for all of it.
    pub span: Option<(MediaTime, MediaTime)>,
    /// Its classes, ascending: one, or any number where several can happen at once.
    pub labels: Vec<u32>,
    /// What it is used for.
    pub part: Part,
}

/// Parts of a video in which everything that happens is labelled and from which nothing is learnt, so that a network can be
/// judged there as in an analysis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOut {
    /// The number of the video in the data set, from 0.
    pub source: u32,
    /// The parts, in order, without overlaps.
    pub parts: Vec<Span>,
    /// What happens in the video: classes and when.
    pub labels: Vec<(u32, Span)>,
}

/// How serious something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Training is not possible.
    Error,
    /// Training is possible; somebody should know.
    Warning,
}

/// Something that is wrong with a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataProblem {
    /// How serious it is.
    pub severity: Severity,
    /// A sentence for people that says what to do.
    pub message: String,
    /// The number of the video that it is about.
    pub source: Option<u32>,
    /// Where in that video.
    pub time: Option<MediaTime>,
}

impl DataProblem {
    /// Training is not possible.
    pub fn error(message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), source: None, time: None }
    }

    /// Somebody should know.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, message: message.into(), source: None, time: None }
    }

    /// The same, about a video.
    #[must_use]
    pub fn at(self, source: u32, time: Option<MediaTime>) -> Self {
        Self { source: Some(source), time, ..self }
    }
}

/// How much there is of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// Its name.
    pub name: String,
    /// Samples to learn from.
    pub train: u32,
    /// Samples to be judged on.
    pub validation: u32,
    /// Samples in neither.
    pub unused: u32,
    /// How long the samples with a known part are together.
    pub duration: MediaTime,
}

/// A data set at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataOverview {
    /// Every class in index order.
    pub classes: Vec<ClassCount>,
    /// Samples to learn from.
    pub train: u32,
    /// Samples to be judged on.
    pub validation: u32,
    /// Samples in neither.
    pub unused: u32,
    /// Everything that is wrong, errors first.
    pub problems: Vec<DataProblem>,
}

impl DataOverview {
    /// Counts, and looks for classes that cannot be learnt or judged; `problems` are what is known already.
    pub fn new(classes: &[String], samples: &[TrainingSample], mut problems: Vec<DataProblem>) -> Self {
        let mut counts: Vec<ClassCount> =
            classes.iter().map(|name| ClassCount { name: name.clone(), ..ClassCount::default() }).collect();
        let (mut train, mut validation, mut unused) = (0, 0, 0);
        for sample in samples {
            let length = sample.span.map_or(MediaTime::ZERO, |(start, end)| end.saturating_sub(start));
            match sample.part {
                Part::Train => train += 1,
                Part::Validation => validation += 1,
                Part::Unused => unused += 1,
            }
            for label in &sample.labels {
                let Some(count) = counts.get_mut(*label as usize) else { continue };
                count.duration = count.duration.saturating_add(length);
                *match sample.part {
                    Part::Train => &mut count.train,
                    Part::Validation => &mut count.validation,
                    Part::Unused => &mut count.unused,
                } += 1;
            }
        }
        problems.extend(shortages(&counts, train, validation));
        problems.sort_by_key(|problem| problem.severity);
        Self { classes: counts, train, validation, unused, problems }
    }

    /// Whether nothing stands in the way of training.
    pub fn is_usable(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity != Severity::Error)
    }

    /// The most frequent class's training samples over those of the rarest one that has any; `None` with fewer than two.
    pub fn imbalance(&self) -> Option<f64> {
        let counts: Vec<u32> = self.classes.iter().map(|class| class.train).filter(|count| *count > 0).collect();
        let (least, most) = (counts.iter().min()?, counts.iter().max()?);
        (counts.len() > 1).then(|| f64::from(*most) / f64::from(*least))
    }
}

fn shortages(counts: &[ClassCount], train: u32, validation: u32) -> Vec<DataProblem> {
    let mut problems = Vec::new();
    let of = |wanted: &dyn Fn(&ClassCount) -> bool| -> Vec<&str> {
        counts.iter().filter(|count| wanted(count)).map(|count| count.name.as_str()).collect()
    };
    if counts.len() < 2 {
        problems.push(DataProblem::error("a network needs at least two classes to tell apart; label another one"));
    }
    if train == 0 {
        problems.push(DataProblem::error("there is nothing to learn from; label some moments first"));
        return problems;
    }
    let empty = of(&|count| count.train + count.validation + count.unused == 0);
    if !empty.is_empty() {
        let names = empty.join(", ");
        problems.push(DataProblem::warning(format!("no sample of {names}; the network will not learn it")));
    }
    let unlearnt = of(&|count| count.train == 0 && count.validation + count.unused > 0);
    if !unlearnt.is_empty() {
        let names = unlearnt.join(", ");
        problems.push(DataProblem::warning(format!("{names} is in no training sample; label more of it elsewhere")));
    }
    let few = of(&|count| (1..3).contains(&count.train));
    if !few.is_empty() {
        let names = few.join(", ");
        problems.push(DataProblem::warning(format!("only one or two training samples of {names}; label more of it")));
    }
    if validation == 0 {
        problems.push(DataProblem::warning(
            "nothing is kept for validation, so nobody will know how good the network is; label more videos",
        ));
    } else {
        let unjudged = of(&|count| count.validation == 0 && count.train > 0);
        if !unjudged.is_empty() {
            let names = unjudged.join(", ");
            problems.push(DataProblem::warning(format!(
                "no validation sample of {names}; how well it is found will not be known"
            )));
        }
    }
    problems
}

/// Divides samples by their videos (or `groups` of videos, one name for each video) and writes it into them.
pub fn divide_samples(samples: &mut [TrainingSample], groups: &[String], data: &DataConfig) {
    let group = |sample: &TrainingSample| groups.get(sample.source as usize).map_or("", String::as_str);
    let divisible: Vec<Divisible<'_>> = samples
        .iter()
        .map(|sample| Divisible { group: group(sample), labels: &sample.labels, span: sample.span })
        .collect();
    let parts = divide(&divisible, data);
    for (sample, part) in samples.iter_mut().zip(parts) {
        sample.part = part;
    }
}

/// How much a mistake in each class counts: samples / (classes · samples of the class), over training samples alone. 1 for
/// a class without any.
pub fn balanced_weights(classes: usize, samples: &[TrainingSample]) -> Vec<f64> {
    let mut counts = vec![0_u32; classes];
    let training = samples.iter().filter(|sample| sample.part == Part::Train);
    let mut total = 0_u32;
    for label in training.flat_map(|sample| &sample.labels) {
        if let Some(count) = counts.get_mut(*label as usize) {
            *count += 1;
            total += 1;
        }
    }
    let present = counts.iter().filter(|count| **count > 0).count() as f64;
    let weight = |count: u32| if count == 0 { 1.0 } else { f64::from(total) / (present * f64::from(count)) };
    counts.into_iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(label: u32, part: Part) -> TrainingSample {
        TrainingSample { source: 0, span: None, labels: vec![label], part }
    }

    #[test]
    fn shortages_are_all_told_at_once_errors_first() {
        let classes = ["run".to_owned(), "sit".to_owned(), "fly".to_owned()];
        let samples =
            [sample(0, Part::Train), sample(0, Part::Train), sample(0, Part::Train), sample(1, Part::Validation)];
        let known = vec![DataProblem::warning("known"), DataProblem::error("bad")];
        let overview = DataOverview::new(&classes, &samples, known);
        assert_eq!((overview.train, overview.validation), (3, 1));
        assert!(!overview.is_usable());
        assert_eq!(overview.problems[0].message, "bad");
        let all: Vec<&str> = overview.problems.iter().map(|problem| problem.message.as_str()).collect();
        for word in ["no sample of fly", "sit is in no training sample", "no validation sample of run"] {
            assert!(all.iter().any(|message| message.starts_with(word)), "{word}: {all:?}");
        }
    }

    #[test]
    fn rare_classes_count_more() {
        let samples = [sample(0, Part::Train), sample(0, Part::Train), sample(0, Part::Train), sample(1, Part::Train)];
        assert_eq!(balanced_weights(3, &samples), [4.0 / 6.0, 2.0, 1.0]);
        let overview = DataOverview::new(&["a".to_owned(), "b".to_owned()], &samples, Vec::new());
        assert_eq!(overview.imbalance(), Some(3.0));
    }
}
