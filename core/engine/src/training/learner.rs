//! The network as a training sees it: the whole of it or a part, or the classifier alone on features.

use ks_domain::Normalization;
use ks_domain::training::StepSettings;
use ks_model::train::{BatchResult, HeadTrainer, StepReport, Targets, Trainer, TrainerState};
use ks_model::weights::Weights;
use ks_model::{ChosenDevice, ClipBatch, ComputeError};

use crate::{Failure, Subject};

/// What learns.
pub(crate) enum Learner {
    /// The network or its last stages, from pixels.
    Network(Box<Trainer>),
    /// The classifier, from features.
    Head(Box<HeadTrainer>),
}

/// What it learns from in one go.
#[derive(Clone, Copy)]
pub(crate) enum Clips<'a> {
    /// RGB bytes.
    Pixels(ClipBatch<'a>, &'a Normalization),
    /// What the backbone made of clips.
    Features(&'a [&'a [f32]]),
}

impl Learner {
    /// The classifier alone if nothing else learns, else the network.
    pub(crate) fn new(
        weights: &Weights,
        settings: &StepSettings,
        device: ChosenDevice,
        seed: u64,
    ) -> Result<Self, Failure> {
        let made = match settings.parts {
            ks_domain::training::TrainedParts::Head => {
                HeadTrainer::new(weights, settings, device, seed).map(|head| Self::Head(Box::new(head)))
            }
            _ => Trainer::new(weights, settings, device, seed).map(|network| Self::Network(Box::new(network))),
        };
        made.map_err(|error| failure(&error))
    }

    /// Whether it learns from features.
    pub(crate) const fn takes_features(&self) -> bool {
        matches!(self, Self::Head(_))
    }

    pub(crate) fn accumulate(
        &mut self,
        clips: Clips<'_>,
        targets: Targets<'_>,
        share: f64,
    ) -> Result<BatchResult, ComputeError> {
        match (self, clips) {
            (Self::Network(trainer), Clips::Pixels(clips, normalization)) => {
                trainer.accumulate(clips, normalization, targets, share)
            }
            (Self::Head(trainer), Clips::Features(features)) => trainer.accumulate(features, targets, share),
            _ => unreachable!("a learner should get what it takes"),
        }
    }

    pub(crate) fn step(&mut self, learning_rate: f64) -> Result<StepReport, ComputeError> {
        match self {
            Self::Network(trainer) => trainer.step(learning_rate),
            Self::Head(trainer) => trainer.step(learning_rate),
        }
    }

    pub(crate) fn scale_gradients(&mut self, factor: f64) {
        match self {
            Self::Network(trainer) => trainer.scale_gradients(factor),
            Self::Head(trainer) => trainer.scale_gradients(factor),
        }
    }

    pub(crate) fn forget_gradients(&mut self) {
        match self {
            Self::Network(trainer) => trainer.forget_gradients(),
            Self::Head(trainer) => trainer.forget_gradients(),
        }
    }

    pub(crate) fn evaluate(&mut self, clips: Clips<'_>) -> Result<Vec<Vec<f32>>, ComputeError> {
        match (self, clips) {
            (Self::Network(trainer), Clips::Pixels(clips, normalization)) => trainer.evaluate(clips, normalization),
            (Self::Head(trainer), Clips::Features(features)) => trainer.evaluate(features),
            _ => unreachable!("a learner should get what it takes"),
        }
    }

    pub(crate) fn weights(&mut self) -> Result<Weights, ComputeError> {
        match self {
            Self::Network(trainer) => trainer.weights(),
            Self::Head(trainer) => trainer.weights(),
        }
    }

    pub(crate) fn state(&mut self) -> Result<TrainerState, ComputeError> {
        match self {
            Self::Network(trainer) => trainer.state(),
            Self::Head(trainer) => trainer.state(),
        }
    }

    pub(crate) fn restore(&mut self, state: &TrainerState) -> Result<(), Failure> {
        let restored = match self {
            Self::Network(trainer) => trainer.restore(state),
            Self::Head(trainer) => trainer.restore(state),
        };
        restored.map_err(|error| Failure::new(Subject::Checkpoint, error.to_string()))
    }
}

/// A failure of the computation in the user's words.
pub(crate) fn failure(error: &ComputeError) -> Failure {
    Failure::new(Subject::Device, error.to_string())
}
