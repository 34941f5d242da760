//! What a test needs, from the configuration, the list and the options.

use anyhow::Context as _;
use ks_domain::FrameSampling;
use ks_engine::testing::{Record, Shard};
use ks_engine::{ModelSpec, TestSpec, ViewSettings};
use ks_mmaction::lists::{LabelRule, ListEntry};

use super::args::TestArgs;
use crate::cli::configuration::{self, Configuration};
use crate::cli::console::Console;
use crate::cli::lists;

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
        let mut data = args
            .lists
            .source(args.data.as_deref(), named.test)?
            .context("the configuration names no list of samples; name one with --data LIST")?;
        data.is_multi_label |= args.multi_label;
        let classes = recipe.model.arch.classes;
        let entries = lists::entries(&data, LabelRule::Optional, Some(classes))?;
        let sample = |entry: &ListEntry| lists::sample_source(entry, &data);
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
