//! Checkpoints from one format to another, and what a checkpoint says about itself. No tensor of the compute device is
//! made, so that it is a plain function and no job.

use std::path::{Path, PathBuf};

use ks_domain::{ArchSpec, Capsule, LabelSet, Normalization};
use ks_model::CheckpointError;
use ks_model::weights::write::{Saving, Target, save};
use ks_model::weights::{Gaps, Strictness, Weights, formula_weights, open_checkpoint, read_about};

use crate::hash::sha256_of;
use crate::{Failure, Subject};

/// What to make of a checkpoint.
#[derive(Clone, Debug)]
pub struct ConvertSpec {
    /// The file to read.
    pub input: PathBuf,
    /// The file to write.
    pub output: PathBuf,
    /// Its format.
    pub target: Target,
    /// Names of the classes, instead of those in the file.
    pub labels: Option<LabelSet>,
    /// Normalisation of the pixels, instead of that in the file.
    pub normalization: Option<Normalization>,
    /// How exactly the file must fit a network.
    pub strictness: Strictness,
    /// Half precision instead of single.
    pub half: bool,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
}

/// What was read and written.
#[derive(Clone, Debug)]
pub struct Converted {
    /// How the file that was read is built: `PyTorch file`.
    pub read_format: &'static str,
    /// Whose names its tensors had: `mmaction2`.
    pub layout: &'static str,
    /// The network: `ir-CSN-50, 400 classes`.
    pub architecture: String,
    /// Tensors that were used.
    pub tensors: usize,
    /// What else was in the file, by name.
    pub ignored: Vec<String>,
    /// In what the file did not fit, and what was done about it.
    pub gaps: Gaps,
    /// The format that was written.
    pub written: &'static str,
    /// Its size.
    pub bytes: u64,
    /// What a careful user should know, in sentences.
    pub remarks: Vec<String>,
}

/// What a checkpoint says about itself.
#[derive(Clone, Debug, Default)]
pub struct CheckpointAbout {
    /// Its description, if it is a capsule.
    pub capsule: Option<Capsule>,
    /// Names of its classes.
    pub labels: Option<LabelSet>,
}

/// Reads what a checkpoint says about itself, without its weights.
///
/// # Errors
/// If the file cannot be read or is no checkpoint.
pub fn checkpoint_about(path: &Path) -> Result<CheckpointAbout, Failure> {
    let about = read_about(path).map_err(|error| checkpoint_failure(path, &error))?;
    Ok(CheckpointAbout { capsule: about.capsule, labels: about.labels })
}

/// Writes made-up weights of a network, for those who want to time it and not to know anything.
///
/// # Errors
/// If the file cannot be written.
pub fn write_made_up(arch: &ArchSpec, path: &Path) -> Result<(), Failure> {
    let saving = Saving { target: Target::Safetensors, half: false, overwrite: false };
    save(&formula_weights(arch, 0), &Capsule::new(arch.clone()), path, saving)
        .map(|_written| ())
        .map_err(|error| Failure::new(Subject::Checkpoint, error.to_string()))
}

/// Reads a checkpoint and writes it in another format.
///
/// # Errors
/// If it cannot be read, does not fit a network as exactly as is asked for, or the new file cannot be written.
pub fn convert(spec: &ConvertSpec) -> Result<Converted, Failure> {
    let failed = |error: &CheckpointError| checkpoint_failure(&spec.input, error);
    let file = open_checkpoint(&spec.input).map_err(|error| failed(&error))?;
    let (read_format, ignored) = (file.format.name(), file.ignored.clone());
    let (described, labels, mut remarks) = (file.capsule.clone(), file.labels.clone(), file.remarks.clone());
    let (weights, gaps) = Weights::from_file(file, spec.strictness).map_err(|error| failed(&error))?;
    let hash = sha256_of(&spec.input)
        .map_err(|source| failed(&CheckpointError::Unreadable { path: spec.input.clone(), source }))?;
    let labels = labels_for(spec, labels, weights.spec(), &mut remarks)?;
    let capsule = describe(spec, described, labels.as_ref(), weights.spec(), hash);
    if spec.target == Target::Safetensors && !weights.is_told_by_shapes() {
        remarks.push(format!(
            "plain safetensors cannot say that batch normalisation adds {:e} to variances, or other options that leave no trace in shapes; whoever reads the file has to know",
            weights.spec().bn_eps
        ));
    }
    if spec.target == Target::Pth && !weights.is_told_by_shapes() {
        remarks.push(format!(
            "the network's options are not those of mmaction2's CSN configs (batch normalisation adds {:e} to variances); Kinetoscope reads them from the file, mmaction2 needs them in its config",
            weights.spec().bn_eps
        ));
    }
    let saving = Saving { target: spec.target, half: spec.half, overwrite: spec.overwrite };
    save(&weights, &capsule, &spec.output, saving)
        .map_err(|error| Failure::new(Subject::Checkpoint, error.to_string()))?;
    let bytes = spec.output.metadata().map_or(0, |about| about.len());
    Ok(Converted {
        read_format,
        layout: weights.layout().name(),
        architecture: weights.spec().to_string(),
        tensors: weights.tensors().len(),
        ignored,
        gaps,
        written: spec.target.name(),
        bytes,
        remarks,
    })
}

/// The names that were given, or else those of the file if they belong to the network that it became.
fn labels_for(
    spec: &ConvertSpec,
    found: Option<LabelSet>,
    network: &ArchSpec,
    remarks: &mut Vec<String>,
) -> Result<Option<LabelSet>, Failure> {
    if let Some(labels) = &spec.labels {
        labels.check_count(network.classes).map_err(|error| Failure::new(Subject::Checkpoint, error.to_string()))?;
        return Ok(Some(labels.clone()));
    }
    if spec.strictness.new_head.is_some() {
        return Ok(None);
    }
    let (fitting, others) = match found {
        Some(labels) if labels.check_count(network.classes).is_ok() => (Some(labels), None),
        others => (None, others),
    };
    if let Some(labels) = others {
        let (names, classes) = (labels.len(), network.classes);
        remarks.push(format!("the file names {names} classes, but the network has {classes}; the names were left out"));
    }
    Ok(fitting)
}

fn describe(
    spec: &ConvertSpec,
    described: Option<Capsule>,
    labels: Option<&LabelSet>,
    network: &ArchSpec,
    hash: String,
) -> Capsule {
    let mut capsule = described.unwrap_or_else(|| Capsule::new(network.clone()));
    capsule.version = Capsule::VERSION;
    capsule.architecture = network.clone();
    capsule.normalization = spec.normalization.or(capsule.normalization);
    // Colours are kept with the names they were chosen for.
    if capsule.labels().as_ref() != labels {
        capsule.classes.clear();
        if let Some(labels) = labels {
            capsule = capsule.with_labels(labels);
        }
    }
    if spec.strictness.new_head.is_some() || spec.strictness.allow_partial {
        // Whatever was measured, it was not this network.
        capsule.metrics.clear();
        capsule.thresholds = ks_domain::Thresholds::default();
    }
    capsule.origin.parent = spec.input.file_name().map(|name| name.to_string_lossy().into_owned());
    capsule.origin.parent_sha256 = Some(hash);
    capsule
}

/// The sentence with the file at its end, if it does not name it already, and everything that does not fit as details.
pub(crate) fn checkpoint_failure(checkpoint: &Path, error: &CheckpointError) -> Failure {
    let (sentence, path) = (error.to_string(), checkpoint.display().to_string());
    let summary = if sentence.contains(&path) { sentence } else { format!("{sentence}: {path}") };
    Failure { subject: Subject::Checkpoint, summary, details: error.details() }
}
