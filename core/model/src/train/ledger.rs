//! What every trainer keeps between micro-batches and steps, whatever of the network learns.
//!
//! Not here: how gradients come about; that is [`super::trainer`]'s and [`super::head`]'s matter.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use ks_domain::training::StepSettings;

use super::clip::{self, StepReport};
use super::dropout::DropoutDraws;
use super::optimizer::Moving;
use super::state::{self, About, Kind, StateError, TrainerState};
use crate::ComputeError;
use crate::device::ChosenDevice;
use crate::weights::{StateDict, Weights};

/// Flat gradients by the names of their parameters.
pub(super) type Gradients = BTreeMap<String, Tensor<1>>;

/// Settings, the network that it began with, what the optimizer remembers, and the gradients of an unfinished batch.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) settings: StepSettings,
    pub(super) device: ChosenDevice,
    /// What the network began with; still holds for everything that does not learn.
    pub(super) initial: Weights,
    pub(super) moving: Moving,
    pub(super) draws: DropoutDraws,
    /// Sums over the micro-batches since the last step.
    gradients: Gradients,
}

impl Ledger {
    /// Nothing was learnt yet. `seed` decides what dropout drops.
    ///
    /// # Errors
    /// If the settings cannot be for this network; everything wrong is named.
    pub(super) fn new(
        weights: &Weights,
        settings: &StepSettings,
        device: ChosenDevice,
        seed: u64,
    ) -> Result<Self, ComputeError> {
        let issues = settings.issues(weights.spec().classes);
        if !issues.is_empty() {
            let lines: Vec<String> =
                issues.into_iter().map(|issue| format!("{}: {}", issue.field, issue.message)).collect();
            return Err(ComputeError::Settings(lines.join("; ")));
        }
        Ok(Self {
            settings: settings.clone(),
            device,
            initial: weights.clone(),
            moving: Moving::new(settings.optimizer),
            draws: DropoutDraws { seed, batches: 0 },
            gradients: Gradients::new(),
        })
    }

    /// Adds a micro-batch's gradient of a parameter to those that are there.
    pub(super) fn add(&mut self, name: &str, gradient: Tensor<1>) {
        let sum = match self.gradients.remove(name) {
            Some(sum) => sum + gradient,
            None => gradient,
        };
        self.gradients.insert(name.to_owned(), sum);
    }

    /// Multiplies the gradients since the last step with a factor.
    pub(super) fn scale(&mut self, factor: f64) {
        let gradients = std::mem::take(&mut self.gradients);
        self.gradients = gradients.into_iter().map(|(name, gradient)| (name, gradient * factor)).collect();
    }

    /// Drops the gradients since the last step.
    pub(super) fn forget(&mut self) {
        self.gradients.clear();
    }

    /// The gradient of a parameter since the last step.
    pub(super) fn gradient(&self, name: &str) -> Option<&Tensor<1>> {
        self.gradients.get(name)
    }

    /// Begins a step: gives the gradients away, shortened to the largest norm that is allowed.
    ///
    /// # Errors
    /// If the device fails, or they are no finite numbers; they are dropped then.
    pub(super) fn begin_step(&mut self) -> Result<(Gradients, StepReport), ComputeError> {
        let gradients = std::mem::take(&mut self.gradients);
        let report = clip::measure(&gradients, self.settings.clip_norm)?;
        self.moving.begin_step();
        let shortened = gradients.into_iter().map(|(name, gradient)| (name, gradient * report.clip_scale)).collect();
        Ok((shortened, report))
    }

    /// The network with what was learnt.
    pub(super) fn weights(&self, learnt: StateDict) -> Weights {
        let mut tensors = self.initial.tensors().clone();
        tensors.extend(learnt);
        Weights::with_spec(self.initial.spec().clone(), tensors).expect("should be the same names and shapes")
    }

    /// Everything that the next step depends on. `tensors` are those of the network.
    ///
    /// # Errors
    /// If the device fails.
    pub(super) fn state(&self, kind: Kind, mut tensors: StateDict) -> Result<TrainerState, ComputeError> {
        state::add_moving(&mut tensors, &self.moving, &self.gradients)?;
        let about = About {
            version: state::VERSION,
            kind,
            arch: self.initial.spec().clone(),
            settings: self.settings.clone(),
            seed: self.draws.seed,
            batches: self.draws.batches,
            steps: self.moving.steps,
        };
        Ok(TrainerState { about, tensors })
    }

    /// Checks that a state is of such a training.
    ///
    /// # Errors
    /// If it is of another one.
    pub(super) fn check(&self, saved: &TrainerState, kind: Kind) -> Result<(), StateError> {
        saved.check(kind, self.initial.spec(), &self.settings)
    }

    /// Takes over everything of a state but the network.
    ///
    /// # Errors
    /// If the state is not whole.
    pub(super) fn restore(&mut self, saved: &TrainerState) -> Result<(), StateError> {
        let (moving, gradients) = saved.moving(self.device.burn_device())?;
        (self.moving, self.gradients) = (moving, gradients);
        self.draws = DropoutDraws { seed: saved.about.seed, batches: saved.about.batches };
        Ok(())
    }
}
