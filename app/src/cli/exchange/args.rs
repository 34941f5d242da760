//! What can be typed after `kinetoscope export` and `kinetoscope import`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use ks_project::exchange::{ClassSource, FORMATS};

const EXPORT_EXAMPLES: &str = "\
Examples:
  kinetoscope export bees.kinetoscope --format elan --out eaf
  kinetoscope export bees.kinetoscope --format csv --out labels.csv --overwrite
  kinetoscope export bees.kinetoscope --format activitynet --predictions --out lists

docs/labels.md says what each format can hold; what is lost is told on standard error.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  kinetoscope import bees.kinetoscope coded.boris --dry-run
  kinetoscope import bees.kinetoscope eaf/*.eaf --set Gaits
  kinetoscope import bees.kinetoscope train.txt label_map.txt

What is there already does not come in twice. --dry-run says what would happen and changes nothing.";

/// The names of the formats, for the help.
fn formats() -> clap::builder::PossibleValuesParser {
    FORMATS.map(|format| format.id()).into()
}

#[derive(Debug, ClapArgs)]
#[command(after_help = EXPORT_EXAMPLES)]
pub(in crate::cli) struct ExportArgs {
    /// The project
    #[arg(value_name = "PROJECT")]
    pub(super) project: PathBuf,
    /// What to write
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(super) format: String,
    /// Folder that the files go into, or the file itself where there is only one
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(super) out: PathBuf,
    /// Only these videos, by file name or path [default: all of the queue]
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(super) video: Vec<String>,
    /// The label set; needed where the project has several
    #[arg(long, value_name = "NAME")]
    pub(super) set: Option<String>,
    /// Also what the last analysis of each video found, with the project's thresholds
    #[arg(long)]
    pub(super) predictions: bool,
    /// Replace files that are there
    #[arg(long)]
    pub(super) overwrite: bool,
    #[command(flatten)]
    pub(super) frames: FrameArgs,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(in crate::cli) struct ImportArgs {
    /// The project
    #[arg(value_name = "PROJECT")]
    pub(super) project: PathBuf,
    /// The files, all of one format
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// What the files are [default: found out from their content]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(super) format: Option<String>,
    /// The label set; it is made if there is none of this name. Needed where the project has several
    #[arg(long, value_name = "NAME")]
    pub(super) set: Option<String>,
    /// The video that the labels belong to, whatever the files call it
    #[arg(long, value_name = "NAME")]
    pub(super) video: Option<String>,
    /// Who imports [default: the name of the user]
    #[arg(long, value_name = "NAME")]
    pub(super) person: Option<String>,
    /// ELAN: what names the class of a label [default: found out from the tiers]
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(super) class_from: Option<ClassFrom>,
    /// Frame rate of videos about which nothing is known, for files that count frames
    #[arg(long, value_name = "FPS")]
    pub(super) rate: Option<f64>,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) frames: FrameArgs,
}

/// Whether the videos themselves are looked at.
#[derive(Debug, ClapArgs)]
pub(super) struct FrameArgs {
    /// Do not list the videos' frames: times stay rounded as the format rounds them, and frames are counted by the mean rate
    #[arg(long)]
    pub(super) no_frames: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ClassFrom {
    /// The texts of the annotations
    Value,
    /// The names of the tiers
    Tier,
}

impl From<ClassFrom> for ClassSource {
    fn from(wanted: ClassFrom) -> Self {
        match wanted {
            ClassFrom::Value => Self::Value,
            ClassFrom::Tier => Self::Tier,
        }
    }
}
