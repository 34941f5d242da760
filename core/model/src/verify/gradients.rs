//! Three steps of training: loss, gradients, clipping, optimizer, batch normalisation's three modes.

use serde_json::Value;

use super::Outcome;
use super::compare::{Difference, l2, relative_l2};
use super::files::{Fixtures, named};
use super::forward::from_torch;
use crate::device::ChosenDevice;
use crate::train::{Targets, Trainer};
use crate::weights::{RawTensor, StateDict, Weights};
use ks_domain::metrics::LabelledScores;
use ks_domain::training::{LossSettings, NormPolicy, Optimizer, StepSettings, TrainedParts};

/// Allowed for a gradient: L2 norm of the difference over that of the gradient.
const GRADIENT: f64 = 1e-4;

pub(super) fn run(
    fixtures: &Fixtures,
    device: &ChosenDevice,
    wanted: &dyn Fn(&str) -> bool,
    on_outcome: &mut dyn FnMut(&Outcome),
) {
    for file in fixtures.matching("train/", ".json").into_iter().filter(|file| wanted(file)) {
        match case(fixtures, device, &file) {
            Ok(outcomes) => outcomes.iter().for_each(&mut *on_outcome),
            Err(error) => on_outcome(&Outcome::failed(&file, error)),
        }
    }
}

fn case(fixtures: &Fixtures, device: &ChosenDevice, file: &str) -> Result<Vec<Outcome>, String> {
    let recipe = fixtures.json(file)?;
    let base = file.trim_end_matches(".json");
    let family = format!("train/{}", recipe["mode"].as_str().unwrap_or_default());
    let (mode, parameters) = match recipe["setting"].as_str() {
        Some("bntrain") => (NormPolicy::Train, 1e-3),
        Some("normeval") => (NormPolicy::Eval, 1e-5),
        Some("bnfrozen") => (NormPolicy::Frozen, 1e-5),
        other => return Err(format!("setting {other:?} is not known")),
    };
    let weights = Weights::from_state_dict(fixtures.tensors(&format!("{family}_init.pth"))?)
        .map_err(|error| error.to_string())?;
    let batch = fixtures.tensors(&format!("{family}_batch.safetensors"))?;
    let images = named(&batch, "imgs")?;
    let [clips, segments, rest @ ..] = images.shape.as_slice() else {
        return Err("a batch without segments".to_owned());
    };
    let images = RawTensor { shape: [&[clips * segments], rest].concat(), data: images.data.clone() };
    let labels: Vec<usize> = named(&batch, "labels")?.data.iter().map(|label| *label as usize).collect();

    let number = |key: &str| recipe[key].as_f64().ok_or_else(|| format!("{key} is missing"));
    let settings = StepSettings {
        parts: TrainedParts::All,
        norm: mode,
        optimizer: Optimizer::Sgd { momentum: number("momentum")?, weight_decay: number("weight_decay")? },
        clip_norm: Some(number("clip_max_norm")?),
        loss: LossSettings::default(),
        // So that the original's steps could be followed.
        dropout: 0.0,
    };
    let failed = |error: crate::ComputeError| error.to_string();
    let mut trainer = Trainer::new(&weights, &settings, device.clone(), 0).map_err(failed)?;
    let mut steps = Steps::default();
    for wanted in recipe["float32"].as_array().into_iter().flatten() {
        let clips = from_torch(&images, device)?;
        let batch = trainer.accumulate_normalized(clips, Targets::Classes(&labels), 1.0).map_err(failed)?;
        steps.accuracies(&batch.logits, &labels, wanted)?;
        if steps.count == 0 {
            let found = trainer.gradient_dict().map_err(|error| failed(error.into()))?;
            steps.gradients(&found, wanted, &reference(fixtures, base)?, &recipe);
        }
        let report = trainer.step(number("lr")?).map_err(failed)?;
        steps.step(batch.loss, report.grad_norm, report.clip_scale, wanted);
    }
    let found = trainer.weights().map_err(failed)?;
    let found = found.tensors();
    let wanted = fixtures.tensors(&format!("{base}_after3.safetensors"))?;
    let mut after = Difference::default();
    let mut worst = String::new();
    for (name, wanted) in &wanted {
        let wanted: Vec<f64> = wanted.data.iter().map(|value| f64::from(*value)).collect();
        let difference =
            found.get(name).map_or(Difference { max_abs: f64::INFINITY, max_rel: f64::INFINITY }, |found| {
                Difference::of(&found.data, &wanted)
            });
        if difference.max_abs > after.max_abs {
            worst.clone_from(name);
        }
        after = after.or(difference);
    }
    let detail = format!("{} tensors after {} steps; largest difference in {worst}", wanted.len(), steps.count);
    Ok(vec![
        steps.outcome(file),
        after.judged(
            format!("{base}_after3.safetensors"),
            after.max_abs <= parameters,
            format!("{parameters:.0e} absolute"),
            detail,
        ),
    ])
}

/// The full gradients of a fixture, where it has them.
fn reference(fixtures: &Fixtures, base: &str) -> Result<StateDict, String> {
    let file = format!("{base}_grad_step1.safetensors");
    if fixtures.has(&file) { fixtures.tensors(&file) } else { Ok(StateDict::new()) }
}

/// What the steps showed.
#[derive(Default)]
struct Steps {
    count: usize,
    worst_gradient: f64,
    largest: f64,
    problems: Vec<String>,
}

impl Steps {
    /// Compares the first step's gradients: all norms, and the tensors that the fixture holds in full.
    fn gradients(&mut self, found: &StateDict, wanted: &Value, full: &StateDict, recipe: &Value) {
        for (name, norm) in wanted["grad_l2"].as_object().into_iter().flatten() {
            match (norm.as_f64(), found.get(name)) {
                (Some(norm), Some(found)) => self.gradient(name, (l2(&found.data) - norm).abs() / norm.max(1e-12)),
                // What does not train has no gradient in the original either.
                (None, None) => {}
                (Some(_), None) => self.problems.push(format!("{name} has no gradient")),
                (None, Some(_)) => self.problems.push(format!("{name} has a gradient, but should not")),
            }
        }
        for (name, wanted) in full {
            let empty = RawTensor { shape: Vec::new(), data: Vec::new() };
            let actual = found.get(name).unwrap_or(&empty);
            self.gradient(name, relative_l2(&actual.data, &wanted.data));
            let wanted: Vec<f64> = wanted.data.iter().map(|value| f64::from(*value)).collect();
            self.largest = self.largest.max(Difference::of(&actual.data, &wanted).max_abs);
        }
        let trainable = recipe["trainable"].as_array().map_or(0, Vec::len);
        if found.len() != trainable {
            self.problems.push(format!("{} tensors have a gradient, {trainable} should", found.len()));
        }
    }

    fn gradient(&mut self, name: &str, relative: f64) {
        let relative = if relative.is_nan() { f64::INFINITY } else { relative };
        self.worst_gradient = self.worst_gradient.max(relative);
        if relative > GRADIENT {
            self.problems.push(format!("gradient of {name} differs by {relative:.1e}"));
        }
    }

    /// Compares what was logged in a step. Later steps start from parameters that differ in their last digits.
    fn step(&mut self, loss: f64, norm: f64, scale: f64, wanted: &Value) {
        self.count += 1;
        let limit = if self.count == 1 { 1e-4 } else { 1e-2 };
        let wanted_loss = wanted["log_vars"]["loss"].as_f64().unwrap_or(f64::NAN);
        let pairs = [
            ("loss", loss, wanted_loss),
            ("norm", norm, wanted["total_grad_norm"].as_f64().unwrap_or(f64::NAN)),
            ("clip scale", scale, wanted["clip_scale"].as_f64().unwrap_or(f64::NAN)),
        ];
        for (what, actual, wanted) in pairs {
            let close = (actual - wanted).abs() <= limit * wanted.abs().max(1e-3);
            if !close {
                self.problems.push(format!("{what} of step {} is {actual}, should be {wanted}", self.count));
            }
        }
    }

    /// Compares the accuracies that the original logs beside the loss, which are those before the step.
    fn accuracies(&mut self, logits: &[Vec<f32>], labels: &[usize], wanted: &Value) -> Result<(), String> {
        let samples = LabelledScores::new(logits, labels).map_err(|error| error.to_string())?;
        for (k, name) in [(1, "top1_acc"), (5, "top5_acc")] {
            let (actual, wanted) = (samples.top_k_accuracy(k), wanted["log_vars"][name].as_f64().unwrap_or(f64::NAN));
            let is_close = (actual - wanted).abs() < 1e-9;
            if !is_close {
                self.problems.push(format!("{name} of step {} is {actual}, should be {wanted}", self.count + 1));
            }
        }
        Ok(())
    }

    fn outcome(self, file: &str) -> Outcome {
        let difference = Difference { max_abs: self.largest, max_rel: self.worst_gradient };
        let detail = if self.problems.is_empty() {
            format!("gradients of step 1; loss, accuracies, norm and clipping of {} steps", self.count)
        } else {
            self.problems.iter().take(4).cloned().collect::<Vec<_>>().join("; ")
        };
        let passed = self.problems.is_empty() && self.count > 0;
        difference.judged(file, passed, format!("{GRADIENT:.0e} of each gradient's L2 norm"), detail)
    }
}
