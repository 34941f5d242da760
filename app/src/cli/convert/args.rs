//! What can be typed after `kinetoscope convert`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::args::Pixels;

const CONVERT_EXAMPLES: &str = "\
Examples:
  kinetoscope convert csn.pth csn.safetensors --labels kinetics400.txt --normalization imagenet
  kinetoscope convert csn.safetensors csn.onnx
  kinetoscope convert VMZ.pth mmaction.pth
  kinetoscope convert csn.pth start.safetensors --new-head 12 --labels mine.txt";

#[derive(Debug, ClapArgs)]
#[command(after_help = CONVERT_EXAMPLES)]
pub(in crate::cli) struct ConvertArgs {
    /// The checkpoint to read
    #[arg(value_name = "IN")]
    pub(in crate::cli) input: PathBuf,
    /// The file to write
    #[arg(value_name = "OUT")]
    pub(in crate::cli) output: PathBuf,
    /// Its format [default: that of its ending]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) to: Option<Format>,
    /// Names of the classes, one a line [default: the names in the checkpoint]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) labels: Option<PathBuf>,
    /// Which pixels the network was trained on [default: what the checkpoint says]
    #[arg(long, value_enum)]
    pub(in crate::cli) normalization: Option<Pixels>,
    /// Write half precision
    #[arg(long)]
    pub(in crate::cli) half: bool,
    /// Give the network a fresh head of so many classes, to fine-tune it
    #[arg(long, value_name = "CLASSES")]
    pub(in crate::cli) new_head: Option<usize>,
    /// Fill what is missing or of another shape with fresh weights, and leave out what is unexpected
    #[arg(long)]
    pub(in crate::cli) allow_partial: bool,
    /// Seed of fresh weights
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    /// Replace the file to write if it is there
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Format {
    /// safetensors with everything that is known of the network (.safetensors)
    Capsule,
    /// safetensors with mmaction2's names, and nothing else
    Safetensors,
    /// PyTorch, with mmaction2's names (.pth)
    Pth,
    /// ONNX, with batch normalisation folded in (.onnx)
    Onnx,
}
