//! The loss of a batch and its gradient, from logits on the host.
//!
//! PyTorch's `cross_entropy` with class weights and label smoothing, and its `binary_cross_entropy_with_logits` with a
//! weight for each class; means over the batch. Label smoothing of several labels is mmaction2's (`heads/base.py`).

use ks_domain::training::LossSettings;

use crate::ComputeError;

/// What the clips of a batch are.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a> {
    /// One class for each clip.
    Classes(&'a [usize]),
    /// 0 or 1, or a probability, for every class of every clip, `[batch, classes]` row-major.
    Multi(&'a [f32]),
}

/// The loss of logits.
///
/// # Shapes
/// - `logits`: `[batch][classes]`
///
/// # Errors
/// If the targets do not belong to so many clips and classes, or are of the other kind than the settings say.
pub fn loss(logits: &[Vec<f32>], targets: Targets<'_>, settings: &LossSettings) -> Result<f64, ComputeError> {
    let classes = logits.first().map_or(0, Vec::len);
    check(targets, logits.len(), classes, settings)?;
    Ok(Loss::of(logits, targets, settings).value)
}

/// Checks targets before anything is computed.
///
/// # Errors
/// If they do not belong to so many clips and classes, or are of the other kind than the settings say.
pub(super) fn check(
    targets: Targets<'_>,
    batch: usize,
    classes: usize,
    settings: &LossSettings,
) -> Result<(), ComputeError> {
    let wrong = |reason: String| Err(ComputeError::Targets(reason));
    match targets {
        Targets::Classes(_) if settings.multi_label => {
            wrong("one class was given for each clip, but several labels a clip are to be learnt".to_owned())
        }
        Targets::Multi(_) if !settings.multi_label => {
            wrong("several labels were given for each clip, but one class a clip is to be learnt".to_owned())
        }
        Targets::Classes(labels) if labels.len() != batch => {
            wrong(format!("{} labels were given for {batch} clips", labels.len()))
        }
        Targets::Classes(labels) => match labels.iter().find(|label| **label >= classes) {
            Some(label) => wrong(format!("class {label} was given, but the network has {classes} classes from 0 on")),
            None => Ok(()),
        },
        Targets::Multi(values) if values.len() != batch * classes => {
            wrong(format!("{} labels were given for {batch} clips of {classes} classes", values.len()))
        }
        Targets::Multi(values) => match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
            Some(value) => wrong(format!("a label is {value}, but should be 0 to 1")),
            None => Ok(()),
        },
    }
}

/// A loss and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loss {
    /// Mean over the batch.
    pub(super) value: f64,
    /// Its gradient by the logits, `[batch · classes]`.
    pub(super) gradient: Vec<f64>,
}

impl Loss {
    /// Of targets that were checked.
    pub(super) fn of(logits: &[Vec<f32>], targets: Targets<'_>, settings: &LossSettings) -> Self {
        match targets {
            Targets::Classes(labels) => one_class(logits, labels, settings),
            Targets::Multi(values) => several_classes(logits, values, settings),
        }
    }
}

/// What a clip of a class counts.
fn weight(settings: &LossSettings, class: usize) -> f64 {
    let weights = settings.class_weights.as_deref();
    weights.map_or(1.0, |weights| weights.get(class).copied().unwrap_or(0.0))
}

/// `-sum_c t_c · log softmax_c / sum of the labels' weights`, with `t_c = w_c · ((1 - s)·[c is the label] + s / classes)`.
/// If all labels weigh nothing, there is nothing to learn: the loss is 0.
fn one_class(logits: &[Vec<f32>], labels: &[usize], settings: &LossSettings) -> Loss {
    let smoothing = settings.label_smoothing;
    let total = settings.weight_of(labels);
    let mut sum = 0.0;
    let mut gradient = Vec::with_capacity(logits.iter().map(Vec::len).sum());
    for (row, label) in logits.iter().zip(labels) {
        let largest = row.iter().fold(f64::NEG_INFINITY, |largest, x| largest.max(f64::from(*x)));
        let normalizer = largest + row.iter().map(|x| (f64::from(*x) - largest).exp()).sum::<f64>().ln();
        let target = |class: usize| {
            let hit = if class == *label { 1.0 - smoothing } else { 0.0 };
            weight(settings, class) * (hit + smoothing / row.len() as f64)
        };
        let of_row: f64 = (0..row.len()).map(target).sum();
        for (class, logit) in row.iter().enumerate() {
            let log_probability = f64::from(*logit) - normalizer;
            sum -= target(class) * log_probability;
            gradient.push(of_row * log_probability.exp() - target(class));
        }
    }
    if total <= 0.0 {
        return Loss { value: 0.0, gradient: vec![0.0; gradient.len()] };
    }
    gradient.iter_mut().for_each(|gradient| *gradient /= total);
    Loss { value: sum / total, gradient }
}

/// `mean of w_c · (log(1 + exp(x)) - t·x)`, with `t = (1 - s)·label + s / classes`.
fn several_classes(logits: &[Vec<f32>], labels: &[f32], settings: &LossSettings) -> Loss {
    let smoothing = settings.label_smoothing;
    let classes = logits.first().map_or(0, Vec::len);
    let count = labels.len().max(1) as f64;
    let mut sum = 0.0;
    let mut gradient = Vec::with_capacity(labels.len());
    for (at, (logit, label)) in logits.iter().flatten().zip(labels).enumerate() {
        let x = f64::from(*logit);
        let target = (1.0 - smoothing) * f64::from(*label) + smoothing / classes as f64;
        let weight = weight(settings, at % classes);
        // Written so that no exponential overflows.
        sum += weight * (x.max(0.0) - target * x + (-x.abs()).exp().ln_1p());
        let probability = if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) };
        gradient.push(weight * (probability - target) / count);
    }
    Loss { value: sum / count, gradient }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn logits() -> Vec<Vec<f32>> {
        vec![vec![0.3, -1.2, 2.0], vec![0.0, 0.0, 0.0], vec![-30.0, 40.0, 5.0]]
    }

    /// The gradient, found by moving every logit a little to both sides.
    #[track_caller]
    fn assert_is_gradient(targets: Targets<'_>, settings: &LossSettings) {
        let found = Loss::of(&logits(), targets, settings);
        for (at, gradient) in found.gradient.iter().enumerate() {
            let moved = |by: f32| {
                let mut logits = logits();
                logits[at / 3][at % 3] += by;
                Loss::of(&logits, targets, settings).value
            };
            let slope = (moved(1.0 / 512.0) - moved(-1.0 / 512.0)) * 256.0;
            assert!((gradient - slope).abs() < 1e-5, "{at}: {gradient} {slope}");
        }
    }

    #[test]
    fn losses_and_gradients_are_those_of_pytorch() {
        let reference: Value =
            serde_json::from_str(include_str!("../../tests/reference/training.json")).expect("should be JSON");
        let numbers = |value: &Value| -> Vec<f64> {
            value.as_array().expect("should be a list").iter().filter_map(Value::as_f64).collect()
        };
        let logits: Vec<f32> = numbers(&reference["logits"]).iter().map(|logit| *logit as f32).collect();
        let logits: Vec<Vec<f32>> = logits.chunks(5).map(<[f32]>::to_vec).collect();
        let labels: Vec<usize> = numbers(&reference["labels"]).iter().map(|label| *label as usize).collect();
        let multi: Vec<f32> = numbers(&reference["multi"]).iter().map(|label| *label as f32).collect();
        let cases = reference["losses"].as_array().expect("should be a list");
        assert_eq!(cases.len(), 8);
        for case in cases {
            let settings = LossSettings {
                multi_label: case["multi"] == true,
                label_smoothing: case["smoothing"].as_f64().expect("should be a number"),
                class_weights: case["weights"].is_array().then(|| numbers(&case["weights"])),
            };
            let targets = if settings.multi_label { Targets::Multi(&multi) } else { Targets::Classes(&labels) };
            let found = Loss::of(&logits, targets, &settings);
            let wanted = case["loss"].as_f64().expect("should be a number");
            assert!((found.value - wanted).abs() <= 1e-12 * wanted, "{settings:?}: {} {wanted}", found.value);
            assert!(loss(&logits, targets, &settings).is_ok_and(|value| value == found.value));
            for (found, wanted) in found.gradient.iter().zip(numbers(&case["gradient"])) {
                assert!((found - wanted).abs() <= 1e-12, "{settings:?}: {found} {wanted}");
            }
        }
    }

    #[test]
    fn gradients_are_slopes_of_the_loss() {
        let multi = [0.0, 1.0, 1.0, 0.0, 0.0, 0.5, 1.0, 0.0, 1.0];
        for class_weights in [None, Some(vec![0.5, 2.0, 0.0])] {
            for label_smoothing in [0.0, 0.1] {
                let settings =
                    LossSettings { multi_label: false, label_smoothing, class_weights: class_weights.clone() };
                assert_is_gradient(Targets::Classes(&[2, 0, 1]), &settings);
                assert_is_gradient(Targets::Multi(&multi), &LossSettings { multi_label: true, ..settings });
            }
        }
    }

    #[test]
    fn clips_whose_classes_weigh_nothing_teach_nothing() {
        let settings = LossSettings { class_weights: Some(vec![0.0, 1.0, 1.0]), ..LossSettings::default() };
        let found = Loss::of(&logits(), Targets::Classes(&[0, 0, 0]), &settings);
        assert_eq!((found.value, found.gradient), (0.0, vec![0.0; 9]));
    }

    #[test]
    fn targets_that_do_not_belong_are_refused() {
        let one = LossSettings::default();
        let several = LossSettings { multi_label: true, ..LossSettings::default() };
        let cases = [
            (Targets::Classes(&[0, 1]), &one, "2 labels were given for 3 clips"),
            (Targets::Classes(&[0, 1, 3]), &one, "class 3 was given"),
            (Targets::Multi(&[0.0; 9]), &one, "several labels"),
            (Targets::Classes(&[0, 1, 2]), &several, "one class"),
            (Targets::Multi(&[0.0; 8]), &several, "8 labels"),
            (Targets::Multi(&[2.0; 9]), &several, "a label is 2"),
        ];
        for (targets, settings, wanted) in cases {
            let error = loss(&logits(), targets, settings).expect_err("should be refused").to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
