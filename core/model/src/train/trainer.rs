//! A network that learns, or a part of it: forward, backward, step.
//!
//! What stands still runs folded and untracked, so that neither time nor memory is spent on its gradients. Not here: what
//! a state's file looks like ([`super::state`]), and how parameters move ([`super::optimizer`]).

use burn::tensor::{Device, Tensor, TensorData, TensorReadError};
use ks_domain::Normalization;
use ks_domain::training::{StepSettings, TrainedParts};

use super::clip::StepReport;
use super::ledger::Ledger;
use super::loss::{self, Loss, Targets};
use super::params::state_dict;
use super::state::{Kind, StateError, TrainerState};
use crate::device::ChosenDevice;
use crate::network::{ConvNorm, Folded, Network};
use crate::recognizer::rows_of;
use crate::weights::{StateDict, Weights};
use crate::{ClipBatch, ComputeError};

/// What a micro-batch showed.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchResult {
    /// Its loss, mean over the micro-batch, with dropout and before the next step.
    pub loss: f64,
    /// Logits in training mode, `[batch][classes]`.
    pub logits: Vec<Vec<f32>>,
}

/// A network that learns. All its tensors belong to the thread that made it.
#[derive(Debug)]
pub struct Trainer {
    ledger: Ledger,
    /// As the ledger's device, but tensors made on it are tracked.
    tracking: Device,
    /// Stem and stages that stand still; none where everything learns.
    frozen: Option<Network<Folded>>,
    /// The stages that learn, and the classifier. Its stem is of use only where everything learns.
    learning: Network<ConvNorm>,
    /// What learns as it is between steps, made when it is first asked for.
    evaluation: Option<Network<Folded>>,
}

impl Trainer {
    /// Puts a network on a device. `seed` decides what dropout drops.
    ///
    /// # Errors
    /// If the settings cannot be.
    pub fn new(
        weights: &Weights,
        settings: &StepSettings,
        device: ChosenDevice,
        seed: u64,
    ) -> Result<Self, ComputeError> {
        let ledger = Ledger::new(weights, settings, device.clone(), seed)?;
        let mut tracked = device.clone();
        tracked.track_gradients();
        let tracking = tracked.burn_device().clone();
        let first = settings.parts.frozen_stages();
        let frozen =
            (!settings.parts.has_stem()).then(|| Network::folded_stages(weights, 0..first, device.burn_device()));
        let learning = Network::trainable_stages(weights, settings.norm, first..4, &tracking);
        Ok(Self { ledger, tracking, frozen, learning, evaluation: None })
    }

    /// What learns, and how.
    pub fn settings(&self) -> &StepSettings {
        &self.ledger.settings
    }

    /// Steps that were made.
    pub fn steps(&self) -> u64 {
        self.ledger.moving.steps
    }

    /// Forward and backward of a micro-batch, whose loss counts with `share` in that of the whole batch: clips of clips, or
    /// what [`ks_domain::training::LossSettings::weight_of`] says of both. Gradients are added to those that are there.
    ///
    /// # Errors
    /// If the bytes do not fill their shape, the targets do not belong to the clips, or the device fails.
    pub fn accumulate(
        &mut self,
        clips: ClipBatch<'_>,
        normalization: &Normalization,
        targets: Targets<'_>,
        share: f64,
    ) -> Result<BatchResult, ComputeError> {
        let x = clips.on_device(normalization, self.ledger.device.burn_device())?;
        self.accumulate_normalized(x, targets, share)
    }

    /// As [`Self::accumulate`], of clips that are normalised.
    ///
    /// # Shapes
    /// - `x`: `[batch, time, height, width, 3]`, on the device without tracking
    pub(crate) fn accumulate_normalized(
        &mut self,
        x: Tensor<5>,
        targets: Targets<'_>,
        share: f64,
    ) -> Result<BatchResult, ComputeError> {
        let [batch, ..] = x.dims();
        let classes = self.learning.spec().classes;
        let settings = &self.ledger.settings;
        loss::check(targets, batch, classes, &settings.loss)?;
        let features = match &self.frozen {
            Some(frozen) => self.learning.stages(Tensor::from_inner(frozen.stages(frozen.entry(x)))),
            None => self.learning.features(Tensor::from_inner(x)),
        };
        let mut pooled = Network::<ConvNorm>::pool(features);
        if let Some(factors) = self.ledger.draws.next(settings.dropout, pooled.dims(), &self.tracking) {
            pooled = pooled * factors;
        }
        let logits = self.learning.classify(pooled);
        let rows = rows_of(logits.clone().inner())?;
        let found = Loss::of(&rows, targets, &self.ledger.settings.loss);
        let gradient: Vec<f32> = found.gradient.iter().map(|gradient| (gradient * share) as f32).collect();
        let gradient: Tensor<2> = Tensor::from_data(TensorData::new(gradient, [batch, classes]), &self.tracking);
        // Its gradient by the logits is the loss's.
        let mut gradients = (logits * gradient).sum().backward();
        let ledger = &mut self.ledger;
        self.learning.visit_params(&mut |name, param| {
            if let Some(gradient) = param.take_gradient(&mut gradients) {
                ledger.add(name, gradient);
            }
        });
        Ok(BatchResult { loss: found.value, logits: rows })
    }

    /// Shortens the gradients to the largest norm that is allowed, moves every parameter that has one, and drops them.
    /// Parameters without a gradient stay as they are, without weight decay too.
    ///
    /// # Errors
    /// If the device fails, or the gradients are no finite numbers; nothing has moved then.
    pub fn step(&mut self, learning_rate: f64) -> Result<StepReport, ComputeError> {
        let (mut gradients, report) = self.ledger.begin_step()?;
        let moving = &mut self.ledger.moving;
        self.learning.visit_params(&mut |name, param| {
            let Some(gradient) = gradients.remove(name) else { return };
            param.update(|value| moving.moved(name, value, gradient, learning_rate));
        });
        self.evaluation = None;
        Ok(report)
    }

    /// Drops the gradients since the last step.
    pub fn forget_gradients(&mut self) {
        self.ledger.forget();
    }

    /// Multiplies the gradients since the last step, when clips that were counted on did not come.
    pub fn scale_gradients(&mut self, factor: f64) {
        self.ledger.scale(factor);
    }

    /// Logits as an analysis would find them: running statistics, no dropout. `[batch][classes]`
    ///
    /// # Errors
    /// If the bytes do not fill their shape, or the device fails.
    pub fn evaluate(
        &mut self,
        clips: ClipBatch<'_>,
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, ComputeError> {
        let x = clips.on_device(normalization, self.ledger.device.burn_device())?;
        let evaluation = match self.evaluation.take() {
            Some(evaluation) => evaluation,
            None => {
                let stages = self.ledger.settings.parts.frozen_stages()..4;
                Network::folded_stages(&self.weights()?, stages, self.ledger.device.burn_device())
            }
        };
        let evaluation = self.evaluation.insert(evaluation);
        let features = match &self.frozen {
            Some(frozen) => evaluation.stages(frozen.stages(frozen.entry(x))),
            None => evaluation.features(x),
        };
        rows_of(evaluation.classify(Network::<Folded>::pool(features)))
    }

    /// The network as it is now, to be saved or analysed with.
    ///
    /// # Errors
    /// If the device fails.
    pub fn weights(&mut self) -> Result<Weights, ComputeError> {
        let learnt = state_dict(&mut self.learning)?;
        Ok(self.ledger.weights(learnt))
    }

    /// Everything that the next step depends on, gradients of an unfinished batch included.
    ///
    /// # Errors
    /// If the device fails.
    pub fn state(&mut self) -> Result<TrainerState, ComputeError> {
        let tensors = self.weights()?.tensors().clone();
        self.ledger.state(Kind::Network, tensors)
    }

    /// Becomes what it was when the state was taken: on the processor, the next steps are the same to the bit.
    ///
    /// # Errors
    /// If the state is of another network, or of a training in which other parts learn or another optimizer moves them.
    pub fn restore(&mut self, saved: &TrainerState) -> Result<(), StateError> {
        self.ledger.check(saved, Kind::Network)?;
        let Ledger { settings, device, .. } = &self.ledger;
        let mut restored = Self::new(&saved.weights()?, settings, device.clone(), saved.about.seed)?;
        restored.ledger.restore(saved)?;
        *self = restored;
        Ok(())
    }

    /// The gradients since the last step, in PyTorch's layouts under mmaction2's names.
    ///
    /// # Errors
    /// If the device fails.
    pub(crate) fn gradient_dict(&mut self) -> Result<StateDict, TensorReadError> {
        let mut found = StateDict::new();
        let mut failed = None;
        let ledger = &self.ledger;
        self.learning.visit_params(&mut |name, param| match ledger
            .gradient(name)
            .map(|gradient| param.to_torch(gradient.clone()))
        {
            Some(Ok(gradient)) => drop(found.insert(name.to_owned(), gradient)),
            Some(Err(error)) => failed = Some(error),
            None => {}
        });
        failed.map_or(Ok(found), Err)
    }
}

/// Whether two settings let the same parameters learn.
pub(super) fn same_parts(a: TrainedParts, b: TrainedParts) -> bool {
    (a.frozen_stages(), a.has_stem()) == (b.frozen_stages(), b.has_stem())
}
