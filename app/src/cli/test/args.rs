//! What can be typed after `kinetoscope test` and `kinetoscope merge`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use ks_domain::AverageClips;
use ks_engine::DeviceChoice;
use ks_engine::testing::{Metric, Shard};

use crate::cli::args::device;
use crate::cli::lists::ListArgs;

const TEST_EXAMPLES: &str = "\
Examples:
  kinetoscope test config.py csn.pth --eval top_k_accuracy mean_class_accuracy
  kinetoscope test ircsn_ig65m_pretrained_bnfrozen_r50_32x2x1_58e_kinetics400_rgb csn.pth --data val.txt --data-prefix k400 --out result.pkl --eval top_k_accuracy
  kinetoscope test config.py csn.pth --shard 0/4 --out shard0.jsonl --resume

A run that was stopped goes on with --resume. docs/testing.md describes metrics, files, and many machines.";

const MERGE_EXAMPLES: &str = "\
Examples:
  kinetoscope merge shard0.jsonl shard1.jsonl --eval top_k_accuracy --out result.json";

#[derive(Debug, ClapArgs)]
#[command(after_help = TEST_EXAMPLES)]
pub(in crate::cli) struct TestArgs {
    /// Configuration: a .py file of mmaction2, a .toml file of Kinetoscope, or the name of a preset
    #[arg(value_name = "CONFIG")]
    pub(super) config: PathBuf,
    /// Checkpoint of the network
    #[arg(value_name = "CHECKPOINT")]
    pub(super) checkpoint: PathBuf,
    /// List of samples, one a line: path and label. Without it, the one that the configuration names
    #[arg(long, value_name = "LIST")]
    pub(super) data: Option<PathBuf>,
    #[command(flatten)]
    pub(super) lists: ListArgs,
    /// Samples have several labels
    #[arg(long)]
    pub(super) multi_label: bool,
    #[command(flatten)]
    pub(super) results: ResultArgs,
    /// How the views of a sample become its scores; without it, as the configuration says
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) average_clips: Option<Average>,
    /// Views that go through the network at once: more is faster on a GPU, and takes more memory
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) views_at_once: Option<u32>,
    /// Test only every N-th sample, from number I on, for one of N machines; `kinetoscope merge` joins the files
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub(super) shard: Shard,
    /// Go on with a run that was stopped
    #[arg(long)]
    pub(super) resume: bool,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    pub(super) device: DeviceChoice,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}

/// What comes out.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct ResultArgs {
    /// What to measure: top_k_accuracy, mean_class_accuracy, mean_class_accuracy_mmaction2, mean_average_precision,
    /// mmit_mean_average_precision, confusion_matrix
    #[arg(long, value_name = "METRIC", num_args = 1..)]
    pub(super) eval: Vec<Metric>,
    /// File for the scores: .json, .yaml, .pkl or .csv
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Print the metrics as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = MERGE_EXAMPLES)]
pub(in crate::cli) struct MergeArgs {
    /// Files of all shards of one test
    #[arg(value_name = "SHARD", required = true)]
    pub(super) shards: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) results: ResultArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Average {
    /// Mean of the probabilities
    Prob,
    /// Mean of the logits
    Score,
    /// No mean: a row of logits for every view
    None,
}

impl From<Average> for AverageClips {
    fn from(average: Average) -> Self {
        match average {
            Average::Prob => Self::Prob,
            Average::Score => Self::Score,
            Average::None => Self::None,
        }
    }
}
