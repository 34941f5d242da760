//! From what `--data` names to a data set: a project, folders, or mmaction2's lists.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ks_domain::LabelSet;
use ks_domain::training::{DataProblem, Part, TrainConfig, TrainingSample, divide_samples};
use ks_engine::SampleSource;
use ks_engine::training::TrainingSet;
use ks_mmaction::dataset::official;
use ks_mmaction::lists::LabelRule;
use ks_mmaction::translate::DataSources;
use ks_project::ProjectFile;

use super::args::TrainArgs;
use crate::cli::console::Interrupt;
use crate::cli::data::list_files;
use crate::cli::exchange::set_of;
use crate::cli::lists;

/// A data set and what is known to be wrong with it.
pub(super) struct Data {
    pub(super) set: TrainingSet,
    pub(super) problems: Vec<DataProblem>,
}

/// Reads the data that the arguments name, or else the configuration.
pub(super) fn read(
    args: &TrainArgs,
    config: &TrainConfig,
    from_config: &DataSources,
    classes: Option<usize>,
    interrupt: &Interrupt,
) -> anyhow::Result<Data> {
    match &args.data {
        Some(path) if is_project(path) => from_project(path, args, config),
        Some(path) if path.is_dir() => from_folders(path, config, interrupt),
        Some(_) => from_lists(args, config, from_config, classes),
        None if from_config.train.is_some() => from_lists(args, config, from_config, classes),
        None => bail!("nothing to learn from was named; name a project, a folder or a list with --data"),
    }
}

fn is_project(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "kinetoscope")
}

fn from_project(path: &Path, args: &TrainArgs, config: &TrainConfig) -> anyhow::Result<Data> {
    // For reading only: it may be open in a window.
    let opened = ProjectFile::open_for_reading(path)?;
    let project = &opened.project;
    let Some(set) = set_of(project, args.label_set.as_deref())? else {
        bail!(
            "the project has no label set{}; label some moments first",
            match &args.label_set {
                Some(name) => format!(" “{name}”"),
                None => String::new(),
            }
        );
    };
    let data = project.training_data(set.id, config);
    let folder = path.parent().unwrap_or(Path::new(""));
    let source = |id| {
        let video = project.video(id).map(|video| PathBuf::from(&video.path)).unwrap_or_default();
        SampleSource::Video(if video.is_absolute() { video } else { folder.join(video) })
    };
    let sources = data.videos.into_iter().map(source).collect();
    let set = TrainingSet { classes: data.classes, sources, samples: data.samples, held_out: data.held_out };
    Ok(Data { set, problems: data.problems })
}

/// One folder of videos for each class, or one of such folders for each part.
fn from_folders(folder: &Path, config: &TrainConfig, interrupt: &Interrupt) -> anyhow::Result<Data> {
    let files = list_files(folder, interrupt)?;
    let plan = official::folders(&files, 0).with_context(|| folder.display().to_string())?;
    let classes = plan.classes.clone();
    let matched = plan.matched(&files);
    let has_parts = matched.found().iter().any(|found| found.sample.split != "train");
    let (mut sources, mut samples, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for (number, found) in (0..).zip(matched.found()) {
        let part = match found.sample.split.as_str() {
            "train" => Part::Train,
            "val" => Part::Validation,
            _ => Part::Unused,
        };
        sources.push(SampleSource::Video(folder.join(&found.path)));
        groups.push(group_of(&found.path));
        samples.push(TrainingSample { source: number, span: None, labels: vec![found.sample.label], part });
    }
    if !has_parts {
        divide_samples(&mut samples, &groups, &config.data);
    }
    Ok(Data { set: TrainingSet { classes, sources, samples, held_out: Vec::new() }, problems: Vec::new() })
}

/// What belongs together: the part of a name before `_cNN`, if there is a group before that (UCF-101's
/// `v_Archery_g08_c03`), else the file itself.
fn group_of(path: &str) -> String {
    let has_group = |name: &str| {
        let group = name.rsplit('_').next().unwrap_or("");
        group.strip_prefix('g').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    match path.rsplit_once("_c") {
        Some((group, _)) if has_group(group) => group.to_owned(),
        _ => path.to_owned(),
    }
}

fn from_lists(
    args: &TrainArgs,
    config: &TrainConfig,
    from_config: &DataSources,
    classes: Option<usize>,
) -> anyhow::Result<Data> {
    let train = args
        .lists
        .source(args.data.as_deref(), from_config.train.clone())?
        .context("the configuration names no list to learn from; name one with --data LIST")?;
    let val = match (&args.data, &args.val_data) {
        // The configuration's validation list belongs to the configuration's training list.
        (Some(_), None) => None,
        _ => args.lists.source(args.val_data.as_deref(), from_config.val.clone())?,
    };
    let names = match &args.classes {
        Some(path) => Some(labels(path)?),
        None => None,
    };
    let classes = names.as_ref().map(LabelSet::len).or(classes);
    let (mut sources, mut samples) = (Vec::new(), Vec::new());
    let mut groups = Vec::new();
    let mut last = 0;
    let labels_a_sample = if config.loss.multi_label { LabelRule::Many } else { LabelRule::One };
    for (part, data) in [(Part::Train, Some(&train)), (Part::Validation, val.as_ref())] {
        let Some(data) = data else { continue };
        for entry in lists::entries(data, labels_a_sample, classes)? {
            last = entry.labels.iter().copied().max().unwrap_or_default().max(last);
            groups.push(group_of(&entry.path));
            let source = u32::try_from(sources.len()).context("the lists are too long")?;
            let mut labels = entry.labels.clone();
            labels.sort_unstable();
            sources.push(lists::sample_source(&entry, data));
            samples.push(TrainingSample { source, span: None, labels, part });
        }
    }
    if val.is_none() && args.validate {
        divide_samples(&mut samples, &groups, &config.data);
    }
    let count = classes.unwrap_or(last as usize + 1);
    let mut problems = Vec::new();
    let classes = match names {
        Some(names) => names.names().to_vec(),
        None => {
            problems.push(DataProblem::warning(
                "the lists have no names for their classes, so they are called by their numbers; name them with --classes FILE",
            ));
            (0..count).map(|class| format!("class {class}")).collect()
        }
    };
    Ok(Data { set: TrainingSet { classes, sources, samples, held_out: Vec::new() }, problems })
}

fn labels(path: &Path) -> anyhow::Result<LabelSet> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the names of the classes cannot be read: {}", path.display()))?;
    LabelSet::parse(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_of_one_group_belong_together() {
        assert_eq!(group_of("Archery/v_Archery_g08_c03.avi"), "Archery/v_Archery_g08");
        assert_eq!(group_of("Archery/v_Archery_g08_c04.avi"), "Archery/v_Archery_g08");
        assert_eq!(group_of("run/my_cat.mp4"), "run/my_cat.mp4");
        assert_eq!(group_of("run/big_clip_01.mp4"), "run/big_clip_01.mp4");
    }
}
