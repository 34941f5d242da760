//! The network that a training begins with, and what its checkpoints will say of themselves.

use ks_domain::training::TrainConfig;
use ks_domain::{ArchSpec, Capsule, CapsuleClip, LabelSet, Origin};
use ks_model::CheckpointError;
use ks_model::weights::{Strictness, Weights, open_checkpoint, with_new_head};

use super::spec::{TrainSpec, TrainStart};
use crate::convert::checkpoint_failure;
use crate::hash::sha256_of;
use crate::{Failure, Subject};

/// A network before its first step.
pub(crate) struct Begun {
    /// Its weights, with a classifier for the classes of the data.
    pub(crate) weights: Weights,
    /// What its checkpoints say, but for what is not known before the training.
    pub(crate) capsule: Capsule,
    /// What a person should know, in sentences.
    pub(crate) notes: Vec<String>,
    /// What tells the backbone from another one, for features that are kept.
    pub(crate) backbone: String,
}

/// Makes the network.
///
/// # Errors
/// If the checkpoint cannot be read or is no network, or the classes have no usable names.
pub(crate) fn begin(spec: &TrainSpec) -> Result<Begun, Failure> {
    let labels = LabelSet::new(spec.data.classes.clone())
        .map_err(|error| Failure::new(Subject::Engine, format!("the classes cannot be used: {error}")))?;
    let (seed, classes) = (spec.config.data.seed, labels.len());
    let mut notes = Vec::new();
    let (weights, origin, backbone) = match &spec.start {
        TrainStart::Scratch(arch) => {
            let arch = ArchSpec { classes, ..arch.clone() };
            notes.push("The network begins with weights at random, so it needs many clips and epochs".to_owned());
            let backbone = format!("scratch {arch} {seed}");
            (Weights::fresh(arch, seed), Origin::default(), backbone)
        }
        TrainStart::Checkpoint { path, arch, keeps_classes } => {
            let failed = |error: &CheckpointError| checkpoint_failure(path, error);
            let file = open_checkpoint(path).map_err(|error| failed(&error))?;
            let described = file.capsule.clone();
            let known = described.as_ref().and_then(Capsule::labels).or_else(|| file.labels.clone());
            let arch = arch.clone().or_else(|| described.as_ref().map(|capsule| capsule.architecture.clone()));
            let fitted = Weights::fitted(arch.clone(), file.tensors, Strictness::EXACT);
            let (old, _gaps) = match fitted {
                // What the field publishes for fine-tuning is often a backbone alone.
                Err(error) if lacks_only_the_head(&error) => {
                    let file = open_checkpoint(path).map_err(|error| failed(&error))?;
                    let strictness = Strictness { new_head: Some(classes), seed, ..Strictness::EXACT };
                    notes.push("The checkpoint is a backbone without a classifier, which begins anew".to_owned());
                    Weights::fitted(arch, file.tensors, strictness)
                }
                other => other,
            }
            .map_err(|error| failed(&error))?;
            let kept = kept_classes(known.as_ref(), &labels, old.spec().classes, *keeps_classes, &mut notes);
            let sha256 = sha256_of(path)
                .map_err(|source| failed(&CheckpointError::Unreadable { path: path.clone(), source }))?;
            let origin = Origin {
                parent: path.file_name().map(|name| name.to_string_lossy().into_owned()),
                parent_sha256: Some(sha256.clone()),
                licence: described.and_then(|capsule| capsule.origin.licence),
                ..Origin::default()
            };
            (with_new_head(&old, classes, &kept, seed), origin, sha256)
        }
    };
    let capsule = describe(&weights, &labels, &spec.config, Origin { seed: Some(seed), ..origin });
    Ok(Begun { weights, capsule, notes, backbone })
}

/// Whether a file holds all of a network but its classifier.
fn lacks_only_the_head(error: &CheckpointError) -> bool {
    match error {
        CheckpointError::NoHead => true,
        CheckpointError::Mismatch { gaps, .. } => {
            let of_head = |name: &String| name.starts_with("cls_head.");
            gaps.unexpected.is_empty() && gaps.shapes.is_empty() && gaps.missing.iter().all(of_head)
        }
        _ => false,
    }
}

/// Pairs of an old class and the new one that is the same.
fn kept_classes(
    known: Option<&LabelSet>,
    labels: &LabelSet,
    old_classes: usize,
    keeps_classes: bool,
    notes: &mut Vec<String>,
) -> Vec<(usize, usize)> {
    let Some(known) = known.filter(|known| known.len() == old_classes) else {
        if keeps_classes && old_classes == labels.len() {
            return (0..old_classes).map(|class| (class, class)).collect();
        }
        notes.push(format!(
            "The checkpoint does not name its {old_classes} classes, so the classifier begins anew for {} classes",
            labels.len()
        ));
        return Vec::new();
    };
    let place = |name: &String| known.names().iter().position(|other| other == name);
    let kept: Vec<(usize, usize)> =
        labels.names().iter().enumerate().filter_map(|(new, name)| place(name).map(|old| (old, new))).collect();
    if kept.len() < labels.len() {
        let new: Vec<&str> =
            labels.names().iter().filter(|name| place(name).is_none()).map(String::as_str).take(12).collect();
        notes.push(format!(
            "{} of {} classes are new to the checkpoint and begin anew: {}",
            labels.len() - kept.len(),
            labels.len(),
            new.join(", ")
        ));
    }
    kept
}

fn describe(weights: &Weights, labels: &LabelSet, config: &TrainConfig, origin: Origin) -> Capsule {
    Capsule {
        normalization: Some(config.clip.normalization),
        clip: Some(CapsuleClip {
            clip_len: config.clip.clip_len,
            frame_interval: config.clip.frame_interval,
            short_side: Some(config.clip.short_side),
            crop_size: Some(config.clip.crop_size),
        }),
        origin,
        ..Capsule::new(weights.spec().clone()).with_labels(labels)
    }
}
