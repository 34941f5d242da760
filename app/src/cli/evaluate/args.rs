//! What can be typed after `kinetoscope evaluate`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

const EXAMPLES: &str = "\
Examples:
  kinetoscope evaluate bees.kinetoscope
  kinetoscope evaluate bees.kinetoscope --video held-out.mp4 --json | jq '.networks[].segment_f1'

Only stretches that are marked as fully labelled count; docs/cli.md describes the figures.";

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct EvaluateArgs {
    /// The project
    #[arg(value_name = "PROJECT")]
    pub(super) project: PathBuf,
    /// The label set; needed where the project has several
    #[arg(long, value_name = "NAME")]
    pub(super) set: Option<String>,
    /// Only these videos, by file name or path [default: all of the queue]
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(super) video: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Do not list the videos' frames: they are counted by the mean rate
    #[arg(long)]
    pub(super) no_frames: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}
