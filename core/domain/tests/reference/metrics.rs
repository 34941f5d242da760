//! `metrics/*.json`.

use std::path::Path;

use ks_domain::metrics::{Confusion, LabelledScores, MultiLabelSamples, Normalize, Ranking};
use serde_json::Value;

use super::{Row, Tally, json, list, real, whole};

pub fn rows(fixtures: &Path) -> Vec<Row> {
    vec![all(fixtures), ties(fixtures)]
}

/// Scores were single precision before they were printed.
fn scores(value: &Value) -> Vec<Vec<f32>> {
    list(value).iter().map(|row| list(row).iter().map(|score| real(score) as f32).collect()).collect()
}

fn labels(value: &Value) -> Vec<usize> {
    list(value).iter().map(whole).collect()
}

fn rows_of(value: &Value) -> Vec<f64> {
    list(value).iter().flat_map(|row| list(row).iter().map(real)).collect()
}

fn all(fixtures: &Path) -> Row {
    let file = "metrics/metrics.json";
    let mut tally = Tally::new(file, "top-k, mean class accuracy, confusion, class rankings, mean average precision");
    for (number, case) in list(&json(fixtures, file)).iter().enumerate() {
        let name = format!("{number} ({})", case["style"]);
        let (scores, labels) = (scores(&case["scores"]), labels(&case["labels"]));
        let samples = LabelledScores::new(&scores, &labels).unwrap_or_else(|error| panic!("{name}: {error}"));
        accuracies(&mut tally, &name, case, &samples);
        matrices(&mut tally, &name, case, &samples.confusion());
        rankings(&mut tally, &name, case, &samples.confusion());
        multi_label(&mut tally, &name, &case["multilabel"]);
    }
    tally.row()
}

fn accuracies(tally: &mut Tally, name: &str, case: &Value, samples: &LabelledScores<'_>) {
    for (k, theirs) in case["top_k_accuracy"].as_object().into_iter().flatten() {
        tally.case();
        let ours = samples.top_k_accuracy(k.parse().expect("should be a number"));
        tally.numbers(&format!("{name} top {k}"), &[ours], &[real(theirs)]);
    }
    tally.case();
    let mean = samples.confusion().mean_class_accuracy_counting_stray_predictions();
    tally.numbers(&format!("{name} mean class accuracy"), &[mean], &[real(&case["mean_class_accuracy"])]);
    tally.case();
    let theirs = &case["AccMetric_calculate"];
    let ours = [samples.top_k_accuracy(1), samples.top_k_accuracy(5), mean];
    let theirs = ["top1", "top5", "mean1"].map(|key| real(&theirs[key]));
    tally.numbers(&format!("{name} AccMetric"), &ours, &theirs);
}

fn matrices(tally: &mut Tally, name: &str, case: &Value, confusion: &Confusion) {
    tally.equal(&format!("{name} classes"), &confusion.occurring().to_vec(), &labels(&case["confusion_label_set"]));
    let kinds =
        [("None", Normalize::None), ("true", Normalize::True), ("pred", Normalize::Pred), ("all", Normalize::All)];
    for (key, normalize) in kinds {
        tally.case();
        let ours = confusion.of_occurring(normalize).concat();
        tally.numbers(&format!("{name} confusion {key}"), &ours, &rows_of(&case["confusion_matrix"][key]));
    }
    tally.case();
    let ours = confusion.full(Normalize::None).concat();
    tally.numbers(&format!("{name} full confusion"), &ours, &rows_of(&case["ConfusionMatrix_1x_full"]));
}

fn rankings(tally: &mut Tally, name: &str, case: &Value, confusion: &Confusion) {
    for (key, ranking) in [("top3_accurate", Ranking::Accurate), ("top3_inaccurate", Ranking::Inaccurate)] {
        tally.case();
        let hits = confusion.top_k_classes(3, ranking);
        // Which of several classes with one ratio comes first is up to the original's unstable sort, so ratios are
        // compared, and the rows where no other class has the same ratio.
        let theirs: Vec<(usize, f64)> = list(&case[key]).iter().map(|pair| (whole(&pair[0]), real(&pair[1]))).collect();
        let ratios = |pairs: &[(usize, f64)]| pairs.iter().map(|(_, ratio)| *ratio).collect::<Vec<f64>>();
        let ours: Vec<(usize, f64)> = hits.iter().map(|hits| (hits.row, hits.ratio)).collect();
        tally.numbers(&format!("{name} {key}"), &ratios(&ours), &ratios(&theirs));
        let all = confusion.top_k_classes(usize::MAX, ranking);
        let is_alone = |ratio: f64| all.iter().filter(|hits| hits.ratio == ratio).count() == 1;
        let alone = |pairs: &[(usize, f64)]| -> Vec<usize> {
            pairs.iter().filter(|(_, ratio)| is_alone(*ratio)).map(|(row, _)| *row).collect()
        };
        tally.equal(&format!("{name} {key}"), &alone(&ours), &alone(&theirs));
    }
}

fn multi_label(tally: &mut Tally, name: &str, case: &Value) {
    let scores = scores(&case["scores"]);
    let labels: Vec<Vec<bool>> =
        list(&case["labels"]).iter().map(|row| list(row).iter().map(|label| real(label) == 1.0).collect()).collect();
    let samples = MultiLabelSamples::new(&scores, &labels).unwrap_or_else(|error| panic!("{name}: {error}"));
    let nan_or = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let ours = [samples.mean_average_precision(), samples.mmit_mean_average_precision()].map(nan_or);
    for (key, ours) in ["mean_average_precision", "mmit_mean_average_precision"].iter().zip(ours) {
        tally.case();
        let theirs = if case[key].is_null() { f64::NAN } else { real(&case[key]) };
        tally.numbers(&format!("{name} {key}"), &[ours], &[theirs]);
    }
}

fn ties(fixtures: &Path) -> Row {
    let file = "metrics/ties.json";
    let mut tally = Tally::new(file, "mean class accuracy where classes tie");
    tally
        .left_out("top-k of the original depends on its processor where classes tie; ours takes the lower class first");
    for case in list(&json(fixtures, file)) {
        tally.case();
        let (scores, labels) = (scores(&case["scores"]), labels(&case["labels"]));
        let samples = LabelledScores::new(&scores, &labels).unwrap_or_else(|error| panic!("{case}: {error}"));
        let ours = samples.confusion().mean_class_accuracy_counting_stray_predictions();
        tally.numbers(&case.to_string(), &[ours], &[real(&case["mean_class_accuracy"])]);
    }
    tally.row()
}
