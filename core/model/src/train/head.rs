//! The classifier by itself, on features that were computed once.
//!
//! Its gradients are two matrix products, so nothing is tracked here.

use burn::tensor::{Tensor, TensorData};
use ks_domain::training::StepSettings;

use super::clip::StepReport;
use super::ledger::Ledger;
use super::loss::{self, Loss, Targets};
use super::state::{Kind, StateError, TrainerState};
use super::trainer::BatchResult;
use crate::ComputeError;
use crate::device::ChosenDevice;
use crate::recognizer::rows_of;
use crate::weights::{RawTensor, StateDict, Weights};

const WEIGHT: &str = "cls_head.fc_cls.weight";
const BIAS: &str = "cls_head.fc_cls.bias";

/// A classifier that learns on pooled features, as [`crate::Recognizer::features`] computes them. Of the settings, those of
/// parts and batch normalisation mean nothing here. All its tensors belong to the thread that made it.
#[derive(Debug)]
pub struct HeadTrainer {
    ledger: Ledger,
    /// `[features, classes]`
    weight: Tensor<2>,
    /// `[classes]`
    bias: Tensor<1>,
}

impl HeadTrainer {
    /// Puts the classifier of a network on a device. `seed` decides what dropout drops.
    ///
    /// # Errors
    /// If the settings cannot be.
    pub fn new(
        weights: &Weights,
        settings: &StepSettings,
        device: ChosenDevice,
        seed: u64,
    ) -> Result<Self, ComputeError> {
        let ledger = Ledger::new(weights, settings, device, seed)?;
        let (weight, bias) = on_device(weights, &ledger.device);
        Ok(Self { ledger, weight, bias })
    }

    /// How it learns.
    pub fn settings(&self) -> &StepSettings {
        &self.ledger.settings
    }

    /// Steps that were made.
    pub fn steps(&self) -> u64 {
        self.ledger.moving.steps
    }

    /// Forward and backward of a micro-batch; as [`super::Trainer::accumulate`].
    ///
    /// # Shapes
    /// - `features`: `[batch][features]`
    ///
    /// # Errors
    /// If the features are of another network, the targets do not belong to them, or the device fails.
    pub fn accumulate(
        &mut self,
        features: &[&[f32]],
        targets: Targets<'_>,
        share: f64,
    ) -> Result<BatchResult, ComputeError> {
        let [_, classes] = self.weight.dims();
        loss::check(targets, features.len(), classes, &self.ledger.settings.loss)?;
        let mut x = self.upload(features)?;
        let Ledger { settings, device, draws, .. } = &mut self.ledger;
        if let Some(factors) = draws.next(settings.dropout, x.dims(), device.burn_device()) {
            x = x * factors;
        }
        let rows = rows_of(self.classify(x.clone()))?;
        let found = Loss::of(&rows, targets, &self.ledger.settings.loss);
        let gradient: Vec<f32> = found.gradient.iter().map(|gradient| (gradient * share) as f32).collect();
        let shape = [features.len(), classes];
        let gradient: Tensor<2> = Tensor::from_data(TensorData::new(gradient, shape), self.ledger.device.burn_device());
        let of_weight = x.transpose().matmul(gradient.clone());
        let count = of_weight.dims().iter().product::<usize>();
        self.ledger.add(WEIGHT, of_weight.reshape([count]));
        self.ledger.add(BIAS, gradient.sum_dim(0).reshape([classes]));
        Ok(BatchResult { loss: found.value, logits: rows })
    }

    /// One step; as [`super::Trainer::step`].
    ///
    /// # Errors
    /// If the device fails, or the gradients are no finite numbers; nothing has moved then.
    pub fn step(&mut self, learning_rate: f64) -> Result<StepReport, ComputeError> {
        let (mut gradients, report) = self.ledger.begin_step()?;
        let moving = &mut self.ledger.moving;
        if let Some(gradient) = gradients.remove(WEIGHT) {
            let shape = self.weight.dims();
            let value = self.weight.clone().reshape([shape[0] * shape[1]]);
            self.weight = moving.moved(WEIGHT, value, gradient, learning_rate).reshape(shape);
        }
        if let Some(gradient) = gradients.remove(BIAS) {
            self.bias = moving.moved(BIAS, self.bias.clone(), gradient, learning_rate);
        }
        Ok(report)
    }

    /// Drops the gradients since the last step.
    pub fn forget_gradients(&mut self) {
        self.ledger.forget();
    }

    /// Multiplies the gradients since the last step; as [`super::Trainer::scale_gradients`].
    pub fn scale_gradients(&mut self, factor: f64) {
        self.ledger.scale(factor);
    }

    /// Logits without dropout, `[batch][classes]`.
    ///
    /// # Errors
    /// If the features are of another network, or the device fails.
    pub fn evaluate(&mut self, features: &[&[f32]]) -> Result<Vec<Vec<f32>>, ComputeError> {
        rows_of(self.classify(self.upload(features)?))
    }

    /// The network with its classifier as it is now.
    ///
    /// # Errors
    /// If the device fails.
    pub fn weights(&mut self) -> Result<Weights, ComputeError> {
        Ok(self.ledger.weights(self.head()?))
    }

    /// Everything that the next step depends on; of the network, the classifier alone.
    ///
    /// # Errors
    /// If the device fails.
    pub fn state(&mut self) -> Result<TrainerState, ComputeError> {
        self.ledger.state(Kind::Head, self.head()?)
    }

    /// Becomes what it was when the state was taken: on the processor, the next steps are the same to the bit.
    ///
    /// # Errors
    /// If the state is of another network or another optimizer's.
    pub fn restore(&mut self, saved: &TrainerState) -> Result<(), StateError> {
        self.ledger.check(saved, Kind::Head)?;
        let mut tensors = self.ledger.initial.tensors().clone();
        tensors.extend(saved.of_network().map(|(name, tensor)| (name.clone(), tensor.clone())));
        let weights = Weights::with_spec(self.ledger.initial.spec().clone(), tensors)
            .map_err(|error| StateError::Incomplete(error.to_string()))?;
        self.ledger.restore(saved)?;
        (self.weight, self.bias) = on_device(&weights, &self.ledger.device);
        Ok(())
    }

    fn classify(&self, x: Tensor<2>) -> Tensor<2> {
        x.matmul(self.weight.clone()) + self.bias.clone().unsqueeze::<2>()
    }

    fn upload(&self, features: &[&[f32]]) -> Result<Tensor<2>, ComputeError> {
        let [wanted, _] = self.weight.dims();
        if let Some(wrong) = features.iter().find(|row| row.len() != wanted) {
            return Err(ComputeError::Features { given: wrong.len(), wanted });
        }
        let data = TensorData::new(features.concat(), [features.len(), wanted]);
        Ok(Tensor::from_data(data, self.ledger.device.burn_device()))
    }

    /// The classifier in PyTorch's layout.
    fn head(&self) -> Result<StateDict, ComputeError> {
        let [features, classes] = self.weight.dims();
        let weight = self.weight.clone().transpose().try_into_vec_as::<f32>()?;
        let bias = self.bias.clone().try_into_vec_as::<f32>()?;
        Ok(StateDict::from([
            (WEIGHT.to_owned(), RawTensor { shape: vec![classes, features], data: weight }),
            (BIAS.to_owned(), RawTensor { shape: vec![classes], data: bias }),
        ]))
    }
}

/// The classifier's weight, row-major `[features, classes]`, and its bias.
fn on_device(weights: &Weights, device: &ChosenDevice) -> (Tensor<2>, Tensor<1>) {
    let (features, classes) = (weights.spec().features(), weights.spec().classes);
    let (torch, bias) = (weights.get(WEIGHT), weights.get(BIAS).to_vec());
    let rows = (0..features).flat_map(|feature| torch.iter().skip(feature).step_by(features).copied()).collect();
    let weight = TensorData::new::<f32, _>(rows, [features, classes]);
    (
        Tensor::from_data(weight, device.burn_device()),
        Tensor::from_data(TensorData::new(bias, [classes]), device.burn_device()),
    )
}
