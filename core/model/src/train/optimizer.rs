//! The optimizers, on flat parameters by name: what PyTorch's `SGD` and `AdamW` do to each of their numbers.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use ks_domain::training::Optimizer;

/// The names that the buffers of a parameter have in a file.
pub(super) fn buffer_names(optimizer: Optimizer) -> &'static [&'static str] {
    match optimizer {
        Optimizer::Sgd { .. } => &["momentum"],
        Optimizer::AdamW { .. } => &["mean", "square"],
    }
}

/// An optimizer with what it remembers.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) optimizer: Optimizer,
    /// Steps that were made.
    pub(super) steps: u64,
    /// For each parameter that moved, as many as there are names of buffers.
    pub(super) buffers: BTreeMap<String, Vec<Tensor<1>>>,
}

impl Moving {
    /// Remembers nothing yet.
    pub(super) fn new(optimizer: Optimizer) -> Self {
        Self { optimizer, steps: 0, buffers: BTreeMap::new() }
    }

    /// Begins a step, in which every parameter moves once.
    pub(super) fn begin_step(&mut self) {
        self.steps += 1;
    }

    /// Where a parameter goes.
    ///
    /// # Shapes
    /// - `value`, `gradient` and the output: `[numbers of the parameter]`
    pub(super) fn moved(&mut self, name: &str, value: Tensor<1>, gradient: Tensor<1>, rate: f64) -> Tensor<1> {
        let before = self.buffers.remove(name).unwrap_or_default();
        let (value, buffers) = match self.optimizer {
            Optimizer::Sgd { momentum, weight_decay } => sgd(value, gradient, before, rate, momentum, weight_decay),
            Optimizer::AdamW { beta1, beta2, eps, weight_decay } => {
                let step = i32::try_from(self.steps).unwrap_or(i32::MAX);
                let value = value * (1.0 - rate * weight_decay);
                let corrections = (1.0 - beta1.powi(step), 1.0 - beta2.powi(step));
                let (mean, square) = means(gradient, before, beta1, beta2);
                let divisor = square.clone().sqrt() / corrections.1.sqrt() + eps;
                (value - (mean.clone() / divisor) * (rate / corrections.0), vec![mean, square])
            }
        };
        self.buffers.insert(name.to_owned(), buffers);
        value
    }
}

fn sgd(
    value: Tensor<1>,
    gradient: Tensor<1>,
    before: Vec<Tensor<1>>,
    rate: f64,
    momentum: f64,
    weight_decay: f64,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    let mut direction = if weight_decay == 0.0 { gradient } else { gradient + value.clone() * weight_decay };
    if momentum == 0.0 {
        return (value - direction * rate, Vec::new());
    }
    if let Some(buffer) = before.into_iter().next() {
        direction = buffer * momentum + direction;
    }
    (value - direction.clone() * rate, vec![direction])
}

/// The running means of gradients and of their squares, which begin at zero.
fn means(gradient: Tensor<1>, before: Vec<Tensor<1>>, beta1: f64, beta2: f64) -> (Tensor<1>, Tensor<1>) {
    let mut before = before.into_iter();
    let squared = gradient.clone().square() * (1.0 - beta2);
    match (before.next(), before.next()) {
        (Some(mean), Some(square)) => {
            let mean = mean.clone() + (gradient - mean) * (1.0 - beta1);
            (mean, square * beta2 + squared)
        }
        _ => (gradient * (1.0 - beta1), squared),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use serde_json::Value;

    use super::*;
    use crate::weights::formula_values;

    #[test]
    fn parameters_move_as_pytorch_moves_them() {
        let reference: Value =
            serde_json::from_str(include_str!("../../tests/reference/training.json")).expect("should be JSON");
        let cases = reference["optimizers"].as_array().expect("should be a list");
        assert_eq!(cases.len(), 3);
        let tensor = |name: &str| -> Tensor<1> {
            let values = formula_values(3, name, 8, |u| u * 2.0 - 1.0);
            Tensor::from_data(TensorData::new(values, [8]), &Device::flex())
        };
        for case in cases {
            let mut moving = Moving::new(match case["optimizer"].as_str() {
                Some("sgd") => Optimizer::Sgd { momentum: 0.9, weight_decay: 1e-2 },
                Some("sgd_plain") => Optimizer::Sgd { momentum: 0.0, weight_decay: 0.0 },
                _ => Optimizer::AdamW { beta1: 0.8, beta2: 0.99, eps: 1e-7, weight_decay: 0.05 },
            });
            let mut value = tensor("value");
            for (step, wanted) in case["after"].as_array().expect("should be a list").iter().enumerate() {
                moving.begin_step();
                let gradient = tensor(&format!("gradient{step}"));
                value = moving.moved("a", value, gradient, 0.1 / (step + 1) as f64);
                let found = value.clone().try_into_vec_as::<f32>().expect("should be readable");
                for (found, wanted) in found.iter().zip(wanted.as_array().expect("should be a list")) {
                    let wanted = wanted.as_f64().expect("should be a number");
                    // Two units in the last place of numbers up to 1.
                    let error = (f64::from(*found) - wanted).abs();
                    assert!(error <= 2.4e-7, "{} step {step}: {found} {wanted}", case["optimizer"]);
                }
            }
        }
    }
}
