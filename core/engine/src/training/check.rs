//! A look at every video of a data set before anything is learnt from it; everything that is wrong is told at once.

use std::collections::BTreeMap;

use ks_domain::training::{DataProblem, Part, TrainConfig, TrainingSample};

use super::sources::{Opened, Sources};
use crate::{Failure, Subject};

/// What the look gave.
pub(crate) struct Checked {
    /// Everything that is wrong.
    pub(crate) problems: Vec<DataProblem>,
    /// Numbers of the videos that cannot be read.
    pub(crate) unreadable: Vec<u32>,
}

/// Looks at every video that a sample is of. `on_progress` gets how many of how many are done.
///
/// # Errors
/// If it was cancelled.
pub(crate) fn check(
    sources: &Sources,
    samples: &[TrainingSample],
    config: &TrainConfig,
    on_progress: &mut dyn FnMut(usize, usize),
) -> Result<Checked, Failure> {
    let mut used: BTreeMap<u32, Vec<&TrainingSample>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| sample.part != Part::Unused) {
        used.entry(sample.source).or_default().push(sample);
    }
    let (mut problems, mut unreadable) = (Vec::new(), Vec::new());
    let mut contents: BTreeMap<String, u32> = BTreeMap::new();
    for (done, (source, samples)) in used.iter().enumerate() {
        on_progress(done, used.len());
        if sources.cancel().is_cancelled() {
            return Err(Failure::new(Subject::Engine, "the training was stopped"));
        }
        let path = sources.path(*source);
        if !path.exists() {
            let message = format!("this video is not there any more; bring it back or take it out: {}", path.display());
            problems.push(DataProblem::error(message).at(*source, None));
            unreadable.push(*source);
            continue;
        }
        match sources.open(*source) {
            Err(failure) => {
                problems.push(DataProblem::error(failure.summary).at(*source, None));
                unreadable.push(*source);
            }
            Ok(opened) => {
                problems.extend(look(&opened, *source, samples, config, &path.display().to_string()));
                if let Some(twin) = twin(&opened, *source, &mut contents) {
                    problems.push(twin_problem(sources, samples, used.get(&twin), *source, twin));
                }
            }
        }
    }
    on_progress(used.len(), used.len());
    Ok(Checked { problems, unreadable })
}

/// What is odd about a video that can be read.
fn look(
    opened: &Opened,
    source: u32,
    samples: &[&TrainingSample],
    config: &TrainConfig,
    path: &str,
) -> Option<DataProblem> {
    let wanted = config.clip.clip_len.saturating_sub(1).saturating_mul(config.clip.frame_interval).saturating_add(1);
    let short = samples.iter().filter(|sample| {
        let (first, behind) = opened.range_of(sample);
        behind - first < wanted
    });
    let count = short.count();
    (count > 0).then(|| {
        let message = format!(
            "{count} of its samples have fewer than the {wanted} frames of a clip, so clips repeat them; choose a shorter clip if that matters: {path}"
        );
        DataProblem::warning(message).at(source, None)
    })
}

/// Another video with the same content.
fn twin(opened: &Opened, source: u32, contents: &mut BTreeMap<String, u32>) -> Option<u32> {
    let Opened::Video { path, .. } = opened else { return None };
    let hash = ks_media::content_hash(path).ok()?;
    let twin = contents.get(&hash).copied();
    contents.entry(hash).or_insert(source);
    twin
}

/// The same video twice is worth a word; learnt from and judged on, it makes the figures worthless.
fn twin_problem(
    sources: &Sources,
    samples: &[&TrainingSample],
    others: Option<&Vec<&TrainingSample>>,
    source: u32,
    twin: u32,
) -> DataProblem {
    let has = |samples: &[&TrainingSample], part: Part| samples.iter().any(|sample| sample.part == part);
    let others = others.map(Vec::as_slice).unwrap_or_default();
    let is_leaking = (has(samples, Part::Train) && has(others, Part::Validation))
        || (has(samples, Part::Validation) && has(others, Part::Train));
    let (path, other) = (sources.path(source).display(), sources.path(twin).display());
    let message = if is_leaking {
        format!(
            "this video is learnt from under one name and judged on under another, so the figures will be too good; take one of them out: {path} and {other}"
        )
    } else {
        format!("this video is there twice: {path} and {other}")
    };
    DataProblem::warning(message).at(source, None)
}
