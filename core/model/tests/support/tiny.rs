//! A tiny network and clips for it, which follow from a hash as those of the reference do.
#![allow(dead_code, clippy::allow_attributes, reason = "not every test file needs all of it")]

use std::collections::BTreeMap;

use ks_domain::training::{LossSettings, NormPolicy, StepSettings, TrainedParts};
use ks_domain::{ArchSpec, BottleneckMode, Normalization};
use ks_model::train::{Targets, Trainer};
use ks_model::weights::{RawTensor, Weights, formula_values, formula_weights};
use ks_model::{ClipBatch, Recognizer};

use super::cpu;

pub const CLIPS: usize = 12;
pub const CLASSES: usize = 5;
pub const BATCH: usize = 4;
pub const SHAPE: [usize; 5] = [BATCH, 4, 48, 48, 3];

pub fn tiny(mode: BottleneckMode) -> ArchSpec {
    ArchSpec { stage_blocks: [1, 2, 1, 1], base_channels: 8, ..ArchSpec::new(mode, CLASSES) }
}

/// Weights that keep every number far from a ReLU's corner: the normalisations shift every other channel far above zero and
/// the rest far below. At a corner, rounding alone would make two trajectories part, and a slope differ from a gradient.
pub fn cornerless(mode: BottleneckMode) -> Weights {
    let spec = tiny(mode);
    let mut tensors = formula_weights(&spec, 11).tensors().clone();
    for (name, tensor) in &mut tensors {
        if name.ends_with(".bn.weight") {
            tensor.data = formula_values(11, name, tensor.data.len(), |u| 0.2 + 0.2 * u);
        } else if name.ends_with(".bn.bias") {
            tensor.data = formula_values(11, name, tensor.data.len(), |u| (2.0 * u - 1.0) * 0.2);
            let shifts = [2.5, -2.5].into_iter().cycle();
            tensor.data.iter_mut().zip(shifts).for_each(|(value, shift)| *value += shift);
        }
    }
    Weights::with_spec(spec, tensors).expect("should be the same names and shapes")
}

/// The pixels of some of the clips, and their classes.
pub fn batch(indices: &[usize]) -> (Vec<u8>, Vec<usize>) {
    let count = SHAPE[1..].iter().product();
    let clip = |index: &usize| {
        let brightness = 0.4 + 0.15 * (index % CLASSES) as f64;
        let values = formula_values(1, &format!("clip{index}"), count, |u| ((u * 256.0).floor() * brightness).floor());
        values.into_iter().map(|value| value as u8)
    };
    (indices.iter().flat_map(clip).collect(), indices.iter().map(|index| index % CLASSES).collect())
}

/// The clips of one step of the reference.
pub fn step_batch(step: usize) -> (Vec<u8>, Vec<usize>) {
    let indices: Vec<usize> = (0..BATCH).map(|place| (step * BATCH + place) * 5 % CLIPS).collect();
    batch(&indices)
}

pub fn clips(pixels: &[u8]) -> ClipBatch<'_> {
    let [_, time, height, width, channels] = SHAPE;
    let clip = time * height * width * channels;
    ClipBatch { pixels, shape: [pixels.len() / clip, time, height, width, channels] }
}

pub fn settings(parts: TrainedParts, norm: NormPolicy) -> StepSettings {
    StepSettings { parts, norm, clip_norm: Some(3.0), dropout: 0.0, ..StepSettings::default() }
}

pub fn bits(tensors: &BTreeMap<String, RawTensor>) -> Vec<(String, Vec<u32>)> {
    let bits = |tensor: &RawTensor| tensor.data.iter().map(|value| value.to_bits()).collect();
    tensors.iter().map(|(name, tensor)| (name.clone(), bits(tensor))).collect()
}

/// Settings under which everything that can be random is.
pub fn lively() -> StepSettings {
    let loss = LossSettings { label_smoothing: 0.1, ..LossSettings::default() };
    StepSettings { dropout: 0.5, loss, ..settings(TrainedParts::All, NormPolicy::Train) }
}

pub fn steps(trainer: &mut Trainer, steps: std::ops::Range<usize>) {
    for step in steps {
        let (pixels, labels) = step_batch(step);
        let (half, rest) = pixels.split_at(pixels.len() / 2);
        for (pixels, labels) in [(half, &labels[..BATCH / 2]), (rest, &labels[BATCH / 2..])] {
            let targets = Targets::Classes(labels);
            trainer.accumulate(clips(pixels), &Normalization::IMAGENET, targets, 0.5).expect("should compute");
        }
        trainer.step(0.01).expect("should step");
    }
}

pub fn trainer(settings: &StepSettings, seed: u64) -> Trainer {
    let weights = formula_weights(&tiny(BottleneckMode::Ir), 11);
    Trainer::new(&weights, settings, cpu(), seed).expect("should be in order")
}

/// Features of clips, as an analysis computes them.
pub fn features(weights: &Weights, pixels: &[u8]) -> Vec<Vec<f32>> {
    let mut recognizer = Recognizer::from_weights(weights, &cpu());
    recognizer.features(clips(pixels), &Normalization::IMAGENET).expect("should compute")
}

pub fn refs(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}
