//! What can be typed after `kinetoscope train`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use ks_engine::DeviceChoice;

use crate::cli::args::device;
use crate::cli::lists::ListArgs;

const EXAMPLES: &str = "\
Examples:
  kinetoscope train quick-head --data my.kinetoscope --load-from csn.pth --work-dir runs/first --validate
  kinetoscope train balanced --data clips/ --load-from csn.pth --set schedule.epochs=10 --set data.batch=8
  kinetoscope train config.py --data train.txt --val-data val.txt --data-prefix k400 --classes labels.txt --validate --auto-scale-lr

DATA is a project, a folder with one folder of videos for each class, or an annotation list of mmaction2.
A training that was stopped goes on with --resume. docs/training.md describes settings, files and presets.";

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct TrainArgs {
    /// Configuration: quick-head, balanced, accurate, the name of a published one, a .py file of mmaction2, or a .toml file
    #[arg(value_name = "CONFIG")]
    pub(super) config: PathBuf,
    /// What to learn from: a project, a folder of folders, or a list of samples
    #[arg(long, value_name = "DATA")]
    pub(super) data: Option<PathBuf>,
    /// List of samples to be judged on; without it, a share of DATA is kept for that
    #[arg(long, value_name = "LIST")]
    pub(super) val_data: Option<PathBuf>,
    #[command(flatten)]
    pub(super) lists: ListArgs,
    /// Names of the classes of the lists, one a line
    #[arg(long, value_name = "FILE")]
    pub(super) classes: Option<PathBuf>,
    /// Label set of the project; without it, its first one
    #[arg(long, value_name = "NAME")]
    pub(super) label_set: Option<String>,
    /// Checkpoint to begin with: a file, or a name of the model zoo
    #[arg(long, value_name = "FILE")]
    pub(super) load_from: Option<PathBuf>,
    /// The checkpoint's classes are those of the data, one by one, though it does not name them
    #[arg(long)]
    pub(super) keep_classes: bool,
    /// Folder of the run
    #[arg(long, value_name = "DIR")]
    pub(super) work_dir: Option<PathBuf>,
    /// Judge the network on the way
    #[arg(long)]
    pub(super) validate: bool,
    /// Where all random choices begin
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=(i64::MAX as u64)))]
    pub(super) seed: Option<u64>,
    /// Say so if the device cannot repeat results to the bit; the processor always does
    #[arg(long)]
    pub(super) deterministic: bool,
    /// Scale the learning rate with the batch, from the batch that the configuration is meant for
    #[arg(long)]
    pub(super) auto_scale_lr: bool,
    /// Change a setting: section.setting=value; may be given several times
    #[arg(long = "set", alias = "cfg-options", value_name = "SETTING", num_args = 1..)]
    pub(super) settings: Vec<String>,
    /// Go on with the run in the folder
    #[arg(long)]
    pub(super) resume: bool,
    /// Leave out videos that cannot be read instead of refusing to begin
    #[arg(long)]
    pub(super) skip_unreadable: bool,
    /// Memory that training may take; clips are computed fewer at a time to stay within it
    #[arg(long, value_name = "GIB")]
    pub(super) memory_limit: Option<f64>,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    pub(super) device: DeviceChoice,
    /// Print everything that happens as JSON, a line each
    #[arg(long)]
    pub(super) json: bool,
    /// Look at the data, print what is wrong and what it takes, and stop
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}
