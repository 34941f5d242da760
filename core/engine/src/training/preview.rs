//! Clips as a training would see them, for people to look at before it begins.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::CancelToken;
use ks_domain::training::Part;

use super::cutter::{Cutter, Request};
use super::sources::Sources;
use super::spec::TrainSpec;
use crate::Failure;

/// One clip.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewedClip {
    /// The number of its sample.
    pub sample: u32,
    /// Its classes.
    pub labels: Vec<u32>,
    /// `[time, height, width, 3]`
    pub shape: [usize; 4],
    /// RGB bytes in that order.
    pub pixels: Vec<u8>,
}

/// Some clips of the first epoch, spread evenly over the samples that are learnt from. Ones whose video cannot be read are
/// left out, unless that is all of them.
///
/// # Errors
/// If no clip can be cut, or the work was cancelled.
pub fn preview_of(
    spec: &TrainSpec,
    count: usize,
    cache_dir: Option<PathBuf>,
    cancel: &CancelToken,
) -> Result<Vec<PreviewedClip>, Failure> {
    let sources = Arc::new(Sources::new(spec.data.sources.clone(), cache_dir, cancel.clone()));
    // Nothing is kept: these clips are few.
    let cutter = Cutter::new(sources, spec.data.samples.clone(), spec.config.clone().into_inner(), None);
    let learnt: Vec<u32> = (0..)
        .zip(&spec.data.samples)
        .filter(|(_, sample)| sample.part == Part::Train)
        .map(|(number, _)| number)
        .collect();
    let step = learnt.len().div_ceil(count.max(1)).max(1);
    let (mut clips, mut failed) = (Vec::new(), None);
    for sample in learnt.into_iter().step_by(step) {
        match cutter.cut(Request::Varied { sample, epoch: 0 }) {
            Ok(cut) => {
                let [_, time, height, width, channels] = cut.shape;
                let labels = spec.data.samples.get(sample as usize).map(|sample| sample.labels.clone());
                clips.push(PreviewedClip {
                    sample,
                    labels: labels.unwrap_or_default(),
                    shape: [time, height, width, channels],
                    pixels: cut.pixels,
                });
            }
            Err(failure) => failed = Some(failure),
        }
    }
    match failed {
        Some(failure) if clips.is_empty() => Err(failure),
        _ => Ok(clips),
    }
}
