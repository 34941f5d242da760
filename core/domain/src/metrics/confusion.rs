//! Confusion matrices and what follows from them.

use std::collections::BTreeSet;

/// What the counts of a confusion matrix are divided by. A row or column without samples stays 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalize {
    /// Nothing: counts.
    #[default]
    None,
    /// The samples that have the row's label.
    True,
    /// The samples that were taken for the column's class.
    Pred,
    /// All samples.
    All,
}

/// Which end of a ranking of classes is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranking {
    /// The best recognised, best first.
    Accurate,
    /// The worst recognised, worst first.
    Inaccurate,
}

/// How well one class is recognised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassHits {
    /// Class index.
    pub class: usize,
    /// Its row in the confusion matrix over occurring classes, which the original gives in place of the class.
    pub row: usize,
    /// Hits over samples with this label; 0 where there are none.
    pub ratio: f64,
}

/// How often samples of one class were taken for another: rows are labels, columns predictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    /// Row after row over all classes.
    counts: Vec<u64>,
    /// Classes that occur as a label or a prediction, in order.
    occurring: Vec<usize>,
}

impl Confusion {
    /// Counts predictions against labels; both are below `classes`, others are left out.
    pub(super) fn new(predictions: &[usize], labels: &[usize], classes: usize) -> Self {
        let mut counts = vec![0; classes * classes];
        let mut occurring = BTreeSet::new();
        for (prediction, label) in predictions.iter().zip(labels) {
            if let Some(count) = counts.get_mut(label * classes + prediction) {
                *count += 1;
                occurring.extend([*label, *prediction]);
            }
        }
        Self { classes, counts, occurring: occurring.into_iter().collect() }
    }

    /// How many samples with `label` were taken for `prediction`.
    pub fn count(&self, label: usize, prediction: usize) -> u64 {
        let is_class = label < self.classes && prediction < self.classes;
        if is_class { self.counts.get(label * self.classes + prediction).copied().unwrap_or(0) } else { 0 }
    }

    /// The classes that occur as a label or as a prediction, ascending.
    pub fn occurring(&self) -> &[usize] {
        &self.occurring
    }

    /// The matrix over all classes, as 1.x's `ConfusionMatrix` gives it.
    pub fn full(&self, normalize: Normalize) -> Vec<Vec<f64>> {
        let all: Vec<usize> = (0..self.classes).collect();
        self.matrix(&all, normalize)
    }

    /// The matrix over [`Self::occurring`] classes alone, as 0.x's `confusion_matrix` gives it: row 2 is the third class
    /// that occurs, not class 2.
    pub fn of_occurring(&self, normalize: Normalize) -> Vec<Vec<f64>> {
        self.matrix(&self.occurring, normalize)
    }

    /// The mean over the classes that samples are labelled with of the part of those samples that was recognised.
    pub fn mean_class_accuracy(&self) -> f64 {
        let labelled = self.occurring.iter().filter(|class| self.labelled(**class) > 0);
        super::mean(&labelled.map(|class| self.ratio(*class)).collect::<Vec<_>>()).unwrap_or(0.0)
    }

    /// mmaction2's `mean_class_accuracy`: as [`Self::mean_class_accuracy`], but a class that occurs among the predictions
    /// alone is counted in the mean with an accuracy of 0. So one stray prediction of an otherwise absent class lowers
    /// it.
    pub fn mean_class_accuracy_counting_stray_predictions(&self) -> f64 {
        super::mean(&self.occurring.iter().map(|class| self.ratio(*class)).collect::<Vec<_>>()).unwrap_or(0.0)
    }

    /// The `k` best or worst recognised of the occurring classes.
    ///
    /// Classes with the same ratio ascend in the order of the worst and descend in that of the best, which is its end
    /// read backwards. The original leaves them to an unstable sort.
    pub fn top_k_classes(&self, k: usize, ranking: Ranking) -> Vec<ClassHits> {
        let hits = |(row, class): (usize, &usize)| ClassHits { class: *class, row, ratio: self.ratio(*class) };
        let mut all: Vec<ClassHits> = self.occurring.iter().enumerate().map(hits).collect();
        all.sort_by(|a, b| a.ratio.total_cmp(&b.ratio).then(a.row.cmp(&b.row)));
        if ranking == Ranking::Accurate {
            all.reverse();
        }
        all.truncate(k);
        all
    }

    fn labelled(&self, class: usize) -> u64 {
        (0..self.classes).map(|prediction| self.count(class, prediction)).sum()
    }

    fn ratio(&self, class: usize) -> f64 {
        ratio(self.count(class, class), self.labelled(class))
    }

    fn matrix(&self, classes: &[usize], normalize: Normalize) -> Vec<Vec<f64>> {
        let column = |class: usize| classes.iter().map(|label| self.count(*label, class)).sum::<u64>();
        let columns: Vec<u64> = classes.iter().map(|class| column(*class)).collect();
        let total: u64 = columns.iter().sum();
        let row = |label: &usize| -> Vec<f64> {
            let labelled = self.labelled(*label);
            let cells = classes.iter().zip(&columns);
            cells
                .map(|(class, predicted)| {
                    let count = self.count(*label, *class);
                    match normalize {
                        Normalize::None => count as f64,
                        Normalize::True => ratio(count, labelled),
                        Normalize::Pred => ratio(count, *predicted),
                        Normalize::All => ratio(count, total),
                    }
                })
                .collect()
        };
        classes.iter().map(row).collect()
    }
}

/// A part of a whole; of nothing, 0.
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_prediction_lowers_the_quirky_mean_alone() {
        let confusion = Confusion::new(&[0, 2, 1], &[0, 0, 1], 4);
        assert_eq!(confusion.occurring(), [0, 1, 2]);
        assert_eq!(confusion.mean_class_accuracy(), 0.75);
        assert_eq!(confusion.mean_class_accuracy_counting_stray_predictions(), 0.5);
    }

    #[test]
    fn rankings_name_the_class_and_its_row() {
        let confusion = Confusion::new(&[5, 5, 1], &[5, 1, 1], 6);
        let best = confusion.top_k_classes(1, Ranking::Accurate);
        assert_eq!(best, [ClassHits { class: 5, row: 1, ratio: 1.0 }]);
        let worst = confusion.top_k_classes(9, Ranking::Inaccurate);
        assert_eq!(worst.iter().map(|hits| hits.class).collect::<Vec<_>>(), [1, 5]);
    }
}
