//! The tiny networks: outputs, activations between the bottlenecks, options of the constructor, averaged views.

use burn::tensor::{Tensor, TensorData};
use serde_json::Value;

use super::Outcome;
use super::compare::Difference;
use super::files::{Fixtures, named, numbers};
use crate::device::ChosenDevice;
use crate::network::{Folded, Network};
use crate::weights::{RawTensor, Weights};
use ks_domain::{ArchSpec, StrideStyle};

/// Allowed for logits and activations.
pub(super) const LOGITS: f64 = 1e-4;

pub(super) fn run(
    fixtures: &Fixtures,
    device: &ChosenDevice,
    wanted: &dyn Fn(&str) -> bool,
    on_outcome: &mut dyn FnMut(&Outcome),
) {
    for file in fixtures.matching("model/tiny_", ".pth").into_iter().filter(|file| wanted(file)) {
        let base = file.trim_end_matches(".pth").trim_end_matches("_legacy").to_owned();
        let loaded = fixtures
            .tensors(&file)
            .and_then(|tensors| Weights::from_state_dict(tensors).map_err(|error| error.to_string()));
        let weights = match loaded {
            Ok(weights) => weights,
            Err(error) => {
                on_outcome(&Outcome::failed(file, error));
                continue;
            }
        };
        let cases = Cases { fixtures, device, file: &file, base: &base, weights: &weights };
        let mut outcomes = vec![cases.names()];
        outcomes.push(cases.plain());
        // The legacy file holds the same weights: one pass shows that it was read.
        if !file.contains("_legacy") {
            outcomes.extend([cases.activations(), cases.variants(), cases.averaged()]);
        }
        for outcome in outcomes {
            match outcome {
                Ok(found) => found.iter().for_each(&mut *on_outcome),
                Err(error) => on_outcome(&Outcome::failed(&file, error)),
            }
        }
    }
    if fixtures.has(BRANCHES) && wanted(BRANCHES) {
        on_outcome(&branches(fixtures).unwrap_or_else(|error| Outcome::failed(BRANCHES, error)));
    }
}

/// Where the original's two branches are compared with each other.
const BRANCHES: &str = "model/v0_vs_v1.json";

/// One network of ours stands for both branches: their logits must be the same, for both modes and every input.
fn branches(fixtures: &Fixtures) -> Result<Outcome, String> {
    let found = fixtures.json(BRANCHES)?;
    let inputs = fixtures.tensors("model/inputs.safetensors")?;
    let wanted: Vec<String> =
        inputs.keys().flat_map(|input| ["ir", "ip"].map(|mode| format!("{mode}/{input}"))).collect();
    let missing = wanted.iter().find(|name| found[name.as_str()].is_null());
    if let Some(name) = missing {
        return Err(format!("{name} is not compared"));
    }
    let differences: Vec<f64> = wanted.iter().flat_map(|name| numbers(&found[name.as_str()])).collect();
    let all = Difference::of(&vec![0.0; wanted.len()], &differences);
    Ok(all.within(BRANCHES, 0.0, format!("{} pairs of logits of 0.x and 1.x", wanted.len())))
}

/// Runs a network on an input of PyTorch's `[batch, channels, time, height, width]`.
pub(super) fn from_torch(input: &RawTensor, device: &ChosenDevice) -> Result<Tensor<5>, String> {
    let shape: [usize; 5] = input.shape.clone().try_into().map_err(|shape| format!("an input of shape {shape:?}"))?;
    Ok(Tensor::<5>::from_data(TensorData::new(input.data.clone(), shape), device.burn_device())
        .permute([0, 2, 3, 4, 1]))
}

/// Reads a tensor back, or says what the device said.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    tensor.try_into_vec_as::<f32>().map_err(|error| format!("the device failed: {error:?}"))
}

fn widened(tensor: &RawTensor) -> Vec<f64> {
    tensor.data.iter().map(|value| f64::from(*value)).collect()
}

struct Cases<'a> {
    fixtures: &'a Fixtures,
    device: &'a ChosenDevice,
    file: &'a str,
    base: &'a str,
    weights: &'a Weights,
}

impl Cases<'_> {
    fn inputs(&self) -> Result<Vec<(String, RawTensor)>, String> {
        Ok(self.fixtures.tensors("model/inputs.safetensors")?.into_iter().collect())
    }

    /// Keys and shapes of the state dict.
    fn names(&self) -> Result<Vec<Outcome>, String> {
        let file = format!("{}_keys.json", self.base);
        let listed = self.fixtures.json(&file)?;
        let text = listed.to_string();
        let missing: Vec<&String> =
            self.weights.tensors().keys().filter(|name| !text.contains(name.as_str())).collect();
        let passed = missing.is_empty();
        let detail = format!("{} names of {}", self.weights.tensors().len(), self.file);
        Ok(vec![Difference::default().judged(file, passed, "all known".to_owned(), detail)])
    }

    fn plain(&self) -> Result<Vec<Outcome>, String> {
        let network = Network::folded(self.weights, self.device.burn_device());
        let wanted = self.fixtures.tensors(&format!("{}_outputs.safetensors", self.base))?;
        let mut outcomes = Vec::new();
        for (input, x) in self.inputs()? {
            let features = network.features(from_torch(&x, self.device)?);
            let pooled = Network::<Folded>::pool(features.clone());
            let logits = network.classify(pooled.clone());
            let softmax = burn::tensor::activation::softmax(logits.clone(), 1);
            let mut all = Difference::default();
            for (name, actual) in [
                ("layer4", values(features.permute([0, 4, 1, 2, 3]))?),
                ("pooled", values(pooled)?),
                ("logits", values(logits)?),
                ("softmax", values(softmax)?),
            ] {
                all = all.or(Difference::of(&actual, &widened(named(&wanted, &format!("{input}/{name}"))?)));
            }
            outcomes.push(all.within(format!("{} {input}", self.file), LOGITS, "layer4, pooled, logits, softmax"));
        }
        Ok(outcomes)
    }

    /// Statistics and sampled values after the stem and every bottleneck.
    fn activations(&self) -> Result<Vec<Outcome>, String> {
        let file = format!("{}_activations.json", self.base);
        let wanted = self.fixtures.json(&file)?;
        let network = Network::folded(self.weights, self.device.burn_device());
        let mut outcomes = Vec::new();
        for (input, x) in self.inputs()? {
            let mut all = Difference::default();
            let mut seen = 0;
            let mut failed = None;
            network.features_observed(from_torch(&x, self.device)?, &mut |name, activation| {
                let wanted = &wanted[&input][name];
                let compared = values(activation.clone().permute([0, 4, 1, 2, 3])).map(|actual| {
                    let picked: Vec<f32> = numbers(&wanted["flat_index"])
                        .into_iter()
                        .map(|index| actual.get(index as usize).copied().unwrap_or(f32::NAN))
                        .collect();
                    let mean = actual.iter().map(|value| f64::from(*value)).sum::<f64>() / actual.len() as f64;
                    let mean = Difference::of(&[mean as f32], &numbers(&wanted["mean"]));
                    Difference::of(&picked, &numbers(&wanted["value"])).or(mean)
                });
                match compared {
                    Ok(difference) => all = all.or(difference),
                    Err(error) => failed = Some(error),
                }
                seen += 1;
            });
            if let Some(error) = failed {
                return Err(error);
            }
            outcomes.push(all.within(format!("{file} {input}"), LOGITS, format!("{seen} activations, sampled")));
        }
        Ok(outcomes)
    }

    fn variants(&self) -> Result<Vec<Outcome>, String> {
        let file = format!("{}_outputs.json", self.base);
        let outputs = self.fixtures.json(&file)?;
        let inputs = self.inputs()?;
        let mut outcomes = Vec::new();
        for (variant, cases) in outputs["variants"].as_object().into_iter().flatten() {
            for (input, x) in &inputs {
                let case = &cases[input];
                if case.is_null() {
                    continue;
                }
                let spec = with_options(self.weights.spec(), &case["kwargs"])?;
                let weights =
                    Weights::with_spec(spec, self.weights.tensors().clone()).map_err(|error| error.to_string())?;
                let network = Network::folded(&weights, self.device.burn_device());
                let logits = values(network.forward(from_torch(x, self.device)?))?;
                let difference = Difference::of(&logits, &numbers(&case["logits"]));
                outcomes.push(difference.within(format!("{file} {variant} {input}"), LOGITS, "logits"));
            }
        }
        Ok(outcomes)
    }

    /// Views of one video, averaged as probabilities or as scores.
    fn averaged(&self) -> Result<Vec<Outcome>, String> {
        let file = format!("{}_outputs.json", self.base);
        let outputs = self.fixtures.json(&file)?;
        let tensors = self.fixtures.tensors(&format!("{}_outputs.safetensors", self.base))?;
        let network = Network::folded(self.weights, self.device.burn_device());
        let mut outcomes = Vec::new();
        for (name, case) in outputs["average_clips"].as_object().into_iter().flatten() {
            let clips = named(&tensors, case["input"].as_str().unwrap_or_default())?;
            let [videos, views, rest @ ..] = clips.shape.as_slice() else {
                return Err("clips without views".to_owned());
            };
            let shape = [&[videos * views], rest].concat();
            let flat = RawTensor { shape, data: clips.data.clone() };
            let logits = network.forward(from_torch(&flat, self.device)?);
            let classes = self.weights.spec().classes;
            let raw = Difference::of(&values(logits.clone())?, &numbers(&case["raw_logits"]));
            let views_of = |scores: Tensor<2>| -> Tensor<3> { scores.reshape([*videos, *views, classes]) };
            let averaged = match name.split('_').next() {
                Some("prob") => values(views_of(burn::tensor::activation::softmax(logits, 1)).mean_dim(1))?,
                Some("score") => values(views_of(logits).mean_dim(1))?,
                _ => values(logits)?,
            };
            let difference = raw.or(Difference::of(&averaged, &numbers(&case["pred_score"])));
            outcomes.push(difference.within(format!("{file} {name}"), LOGITS, "logits of all views, averaged scores"));
        }
        Ok(outcomes)
    }
}

/// The spec with the constructor's options of a fixture.
fn with_options(spec: &ArchSpec, options: &Value) -> Result<ArchSpec, String> {
    let mut spec = spec.clone();
    for (name, value) in options.as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        let four = || -> Result<[usize; 4], String> {
            let parts: Vec<usize> =
                text.trim_matches(['(', ')']).split(',').filter_map(|part| part.trim().parse().ok()).collect();
            parts.try_into().map_err(|_wrong| format!("option {name} is {text}, not four numbers"))
        };
        let number = || text.parse::<usize>().map_err(|error| format!("option {name} is {text}: {error}"));
        match name.as_str() {
            "with_pool1" => spec.with_pool1 = text == "True",
            "with_pool2" => spec.with_pool2 = text == "True",
            "style" if text == "caffe" => spec.style = StrideStyle::Caffe,
            "conv1_stride_t" => spec.conv1_stride_t = number()?,
            "pool1_stride_t" => spec.pool1_stride_t = number()?,
            "temporal_strides" => spec.temporal_strides = four()?,
            "spatial_strides" => spec.spatial_strides = four()?,
            "dilations" => spec.dilations = four()?,
            // Without an eps of its own the normalisation has PyTorch's.
            "norm_cfg" if !text.contains("eps") => spec.bn_eps = 1e-5,
            other => return Err(format!("option {other}={text} is not known")),
        }
    }
    Ok(spec)
}
