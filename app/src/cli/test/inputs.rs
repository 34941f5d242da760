//! What a test needs, from the configuration, the list and the options.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ks_domain::FrameSampling;
use ks_engine::testing::{Record, Shard};
use ks_engine::{ModelSpec, SampleSource, TestSpec, ViewSettings};
use ks_mmaction::lists::{LabelRule, ListEntry, ListFormat, ListKind};
use ks_mmaction::translate::DataSource;

use super::args::TestArgs;
use crate::cli::configuration::{self, Configuration};
use crate::cli::console::Console;

/// Everything that decides the scores, and the true classes.
pub(super) struct Inputs {
    /// The whole list.
    pub(super) spec: TestSpec,
    /// The path of every sample as in the list.
    pub(super) paths: Vec<String>,
    /// True classes of every sample.
    pub(super) labels: Vec<Vec<usize>>,
}

impl Inputs {
    pub(super) fn read(args: &TestArgs, console: &mut Console) -> anyhow::Result<Self> {
        let Configuration { recipe, data: named } = configuration::load(&args.config, console)?;
        let clips = recipe.test.clone().context("the configuration does not say how clips are cut for testing")?;
        let data = data_source(args, named.test)?;
        let classes = recipe.model.arch.classes;
        let format = ListFormat {
            kind: if data.is_raw_frames {
                ListKind::RawFrames { has_offset: data.has_offset }
            } else {
                ListKind::Videos
            },
            labels: if data.is_multi_label { LabelRule::Many } else { LabelRule::Optional },
            delimiter: data.delimiter.clone(),
            classes: Some(classes),
        };
        let list = PathBuf::from(&data.list);
        let entries = format.load(&list).with_context(|| list.display().to_string())?;
        let sample = |entry: &ListEntry| sample(entry, &data);
        let start_index = if data.is_raw_frames { data.first_frame } else { 0 };
        let framing =
            clips.framing().context("the configuration draws its test crops at random; use the centre or three")?;
        let arch = Some(recipe.model.arch.clone());
        Ok(Self {
            spec: TestSpec {
                model: ModelSpec { arch, ..ModelSpec::new(&args.checkpoint, args.device) },
                samples: entries.iter().map(sample).collect(),
                views: ViewSettings {
                    sampling: FrameSampling { start_index, ..clips.frame_sampling() },
                    branch: clips.sampling,
                    framing,
                    normalization: recipe.normalization,
                },
                average: args.average_clips.map_or(recipe.average_clips, Into::into),
                views_at_once: args.views_at_once.or(recipe.views_at_once).map_or(1, |views| views as usize).max(1),
            },
            paths: entries.iter().map(|entry| entry.path.clone()).collect(),
            labels: entries.iter().map(|entry| entry.labels.iter().map(|label| *label as usize).collect()).collect(),
        })
    }

    /// Numbers of the samples of the shard that have no record yet.
    pub(super) fn missing(&self, shard: Shard, records: &[Record]) -> Vec<usize> {
        let mut is_done = vec![false; self.spec.samples.len()];
        for record in records {
            if let Some(done) = is_done.get_mut(record.sample) {
                *done = true;
            }
        }
        let is_missing = |number: &usize| shard.takes(*number) && is_done.get(*number) == Some(&false);
        (0..self.spec.samples.len()).filter(is_missing).collect()
    }
}

/// What the configuration says about its test data, and the options where they say otherwise.
fn data_source(args: &TestArgs, from_config: Option<DataSource>) -> anyhow::Result<DataSource> {
    let mut data = match (from_config, &args.data) {
        (Some(data), _) => data,
        (None, Some(_)) => DataSource::default(),
        (None, None) => bail!("the configuration names no list of samples; name one with --data LIST"),
    };
    if let Some(list) = &args.data {
        data.list = list.to_str().context("the name of the list is not Unicode; rename it")?.to_owned();
        // The configuration's prefix belongs to the configuration's list.
        data.prefix = String::new();
    }
    if let Some(prefix) = &args.data_prefix {
        data.prefix = prefix.to_str().context("the name of the folder is not Unicode; rename it")?.to_owned();
    }
    if let Some(template) = &args.raw_frames {
        data.is_raw_frames = true;
        data.filename_template.clone_from(template);
    }
    if args.delimiter.is_some() {
        data.delimiter.clone_from(&args.delimiter);
    }
    data.is_multi_label |= args.multi_label;
    Ok(data)
}

fn sample(entry: &ListEntry, data: &DataSource) -> SampleSource {
    let path = Path::new(&data.prefix).join(&entry.path);
    match entry.frames {
        Some(total_frames) if data.is_raw_frames => SampleSource::RawFrames {
            folder: path,
            total_frames,
            offset: entry.offset,
            template: data.filename_template.clone(),
        },
        _ => SampleSource::Video(path),
    }
}
