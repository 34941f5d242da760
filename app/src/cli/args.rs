//! What can be typed, and the help for it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use ks_domain::zoo::Entry;
use ks_domain::{AnalysisSettings, Capsule, CropMode, Normalization};
use ks_engine::DeviceChoice;

use super::bench::BenchArgs;
use super::convert::ConvertArgs;
use super::data::DataArgs;
use super::demo::DemoArgs;
use super::evaluate::EvaluateArgs;
use super::exchange::{ExportArgs, ImportArgs};
use super::new::NewArgs;
use super::self_test::SelfTestArgs;
use super::shell_files::ShellFilesArgs;
use super::test::{MergeArgs, TestArgs};
use super::train::TrainArgs;
use super::zoo::ZooArgs;

const EXAMPLES: &str = "\
Examples:
  kinetoscope                                     open the window
  kinetoscope holiday.mp4                         open the window on a video
  kinetoscope classify *.mp4 --checkpoint csn.pth --labels kinetics400.txt --csv > actions.csv
  kinetoscope doctor                              find out what is missing on this computer

Exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted.
The environment variable KINETOSCOPE_LOG sets what is logged to standard error, for example `debug` or `ks_engine=trace`.";

const CLASSIFY_EXAMPLES: &str = "\
Examples:
  kinetoscope classify match.mp4 --checkpoint csn.pth --labels kinetics400.txt
  kinetoscope classify *.mp4 --checkpoint csn.pth --labels kinetics400.txt --stride 16 --top 1 --csv
  kinetoscope classify match.mp4 --checkpoint ircsn-r50-ig65m-1x --labels kinetics400.txt --device cpu --json | jq '.[].class'

Each row, or JSON object, is one class of one window; docs/cli.md describes the fields.";

const PROBE_EXAMPLES: &str = "\
Examples:
  kinetoscope probe holiday.mp4
  kinetoscope probe holiday.mp4 --frames | tail -n 1
  kinetoscope probe holiday.mp4 --frames --json | jq '.frames | length'";

const VERIFY_EXAMPLES: &str = "\
Examples:
  kinetoscope verify fixtures --device cpu
  kinetoscope verify fixtures --device gpu:0 --json

Exit status: 0 if every fixture that was run passed, 1 if one failed or none was run.";

/// Finds actions in video, in a window or on the command line
#[derive(Debug, Parser)]
#[command(name = "kinetoscope", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) window: WindowArgs,
    #[command(flatten)]
    pub(super) self_test: SelfTestArgs,
}

/// For the engine.
#[derive(Debug, ClapArgs)]
pub(super) struct EngineArgs {
    /// Log what goes wrong alone
    #[arg(long)]
    pub(super) quiet: bool,
}

/// For the page after a crash.
#[derive(Debug, ClapArgs)]
pub(super) struct CrashPageArgs {
    /// The report
    #[arg(value_name = "FILE")]
    pub(super) report: PathBuf,
}

/// For the window.
#[derive(Debug, ClapArgs)]
pub(super) struct WindowArgs {
    /// Videos to open in the window
    #[arg(value_name = "VIDEO")]
    pub(super) videos: Vec<PathBuf>,
    /// Checkpoint to start with: a file (mmaction2 `.pth`), or a name of the model zoo
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,
    /// Labels to start with: one class name a line
    #[arg(long, value_name = "FILE")]
    pub(super) labels: Option<PathBuf>,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", value_parser = device)]
    pub(super) device: Option<DeviceChoice>,
    /// Folder for the configuration instead of the platform's own
    #[arg(long, value_name = "DIR")]
    pub(super) config_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what a video file is, and which frames it has
    Probe(ProbeArgs),
    /// Find actions in videos with a sliding window
    Classify(ClassifyArgs),
    /// Write a checkpoint in another format
    Convert(ConvertArgs),
    /// List, fetch, import and verify the networks that the field published
    Zoo(ZooArgs),
    /// Run reference fixtures through a device and compare
    Verify(VerifyArgs),
    /// Make annotation lists and a label map out of a data set, and check its videos
    Data(DataArgs),
    /// Make a project of videos
    New(NewArgs),
    /// Write the labels of a project for other programs
    Export(ExportArgs),
    /// Take labels of other programs into a project
    Import(ImportArgs),
    /// Score a list of samples with a network, and measure
    Test(TestArgs),
    /// Fine-tune or train a network, and go on with a training
    Train(TrainArgs),
    /// Judge what networks found in the videos of a project by what people labelled
    Evaluate(EvaluateArgs),
    /// Write made-up videos of simple motions, to try training with
    Demo(DemoArgs),
    /// Join the files of a test that was spread over several machines
    Merge(MergeArgs),
    /// Time a network on a device, by itself and with decoding
    Bench(BenchArgs),
    /// List what can compute
    Devices(DevicesArgs),
    /// Look for what is missing on this computer, and name the command that mends it
    Doctor(DoctorArgs),
    /// Write the manual pages and what shells need to complete command lines
    #[command(hide = true)]
    ShellFiles(ShellFilesArgs),
    /// The page that is shown after the window has ended unexpectedly
    #[command(hide = true)]
    CrashPage(CrashPageArgs),
    /// The compute engine of the window
    #[command(hide = true)]
    Engine(EngineArgs),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = PROBE_EXAMPLES)]
pub(super) struct ProbeArgs {
    /// The video file
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Decode everything and list every frame: number, time, key
    #[arg(long)]
    pub(super) frames: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = CLASSIFY_EXAMPLES)]
pub(super) struct ClassifyArgs {
    /// The video files
    #[arg(value_name = "VIDEO", required = true)]
    pub(super) videos: Vec<PathBuf>,
    /// Checkpoint of the network: `.pth` of mmaction2, VMZ or PyTorchVideo, `.safetensors`, a capsule, or a name of the
    /// model zoo that was fetched
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: PathBuf,
    /// Labels file: one class name a line, in the order of the checkpoint's classes [default: the names in the checkpoint]
    #[arg(long, value_name = "FILE")]
    pub(super) labels: Option<PathBuf>,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    pub(super) device: DeviceChoice,
    #[command(flatten)]
    pub(super) cut: CutArgs,
    /// Cut and print as mmaction2's long_video_demo does, by the test pipeline of this configuration
    #[arg(long, value_name = "CONFIG", conflicts_with_all = ["CutArgs", "json", "csv", "top"])]
    pub(super) like_mmaction2: Option<PathBuf>,
    /// Share of a window's frames that a prediction drops: the original's --stride
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, requires = "like_mmaction2")]
    pub(super) drop: f64,
    /// Score below which classes are left out, as the original does
    #[arg(long, value_name = "SCORE", default_value_t = 0.01, requires = "like_mmaction2")]
    pub(super) threshold: f32,
    /// Print the K most probable classes of every window
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) top: u32,
    /// Clips that go through the network at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub(super) batch: u8,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print CSV
    #[arg(long)]
    pub(super) csv: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}

/// How videos are cut into clips.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "How videos are cut into clips")]
pub(super) struct CutArgs {
    /// Distance of the starts of two windows, in frames of the video
    #[arg(long, value_name = "N", default_value_t = AnalysisSettings::default().stride)]
    stride: u32,
    /// Frames that the network sees at once [default: what the checkpoint says, or 32]
    #[arg(long, value_name = "N")]
    clip_len: Option<u32>,
    /// Distance of two of those frames, in frames of the video [default: what the checkpoint says, or 2]
    #[arg(long, value_name = "N")]
    frame_interval: Option<u32>,
    /// Length of the resized picture's shorter side, in pixels [default: what the checkpoint says, or 256]
    #[arg(long, value_name = "PIXELS")]
    short_side: Option<u32>,
    /// Side of the square that is cut out, in pixels [default: what the checkpoint says, or 224]
    #[arg(long, value_name = "PIXELS")]
    crop_size: Option<u32>,
    /// Which squares are cut out; the probabilities of three are averaged
    #[arg(long, value_enum, default_value_t = Crop::Center)]
    crop: Crop,
    /// Which pixels the network was trained on [default: what the checkpoint or the zoo says, or imagenet]
    #[arg(long, value_enum)]
    normalization: Option<Pixels>,
}

impl CutArgs {
    /// The settings, not yet checked: what was typed, then what the checkpoint says, then the zoo, then the defaults.
    pub(super) fn settings(&self, capsule: Option<&Capsule>, entry: Option<&Entry>) -> AnalysisSettings {
        let default = AnalysisSettings::default();
        let clip = capsule.and_then(|capsule| capsule.clip);
        let published = entry.map(|entry| entry.normalization.normalization());
        let normalization = capsule.and_then(|capsule| capsule.normalization).or(published);
        AnalysisSettings {
            clip_len: self.clip_len.or(clip.map(|clip| clip.clip_len)).unwrap_or(default.clip_len),
            frame_interval: (self.frame_interval)
                .or(clip.map(|clip| clip.frame_interval))
                .unwrap_or(default.frame_interval),
            stride: self.stride,
            short_side: self.short_side.or(clip.and_then(|clip| clip.short_side)).unwrap_or(default.short_side),
            crop_size: self.crop_size.or(clip.and_then(|clip| clip.crop_size)).unwrap_or(default.crop_size),
            crop: match self.crop {
                Crop::Center => CropMode::Center,
                Crop::Three => CropMode::Three,
            },
            normalization: self.normalization.map(Into::into).or(normalization).unwrap_or(default.normalization),
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Crop {
    /// The centre square
    Center,
    /// Left, middle and right (top, middle and bottom of upright video); needs --crop-size equal to --short-side
    Three,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Pixels {
    /// Networks pretrained on IG-65M, and most others
    Imagenet,
    /// Networks trained from scratch or pretrained on Sports-1M
    Kinetics,
}

impl From<Pixels> for Normalization {
    fn from(pixels: Pixels) -> Self {
        match pixels {
            Pixels::Imagenet => Self::IMAGENET,
            Pixels::Kinetics => Self::KINETICS,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(super) struct VerifyArgs {
    /// Folder of reference fixtures
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    pub(super) device: DeviceChoice,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub(super) json: bool,
    /// Print the rows of a table in Markdown, without what is skipped
    #[arg(long)]
    pub(super) markdown: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    pub(super) progress: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DevicesArgs {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DoctorArgs {
    /// A project to check instead of this computer: the database, the journal, and that each fits the other
    #[arg(value_name = "PROJECT")]
    pub(super) project: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Folder for the configuration instead of the platform's own
    #[arg(long, value_name = "DIR")]
    pub(super) config_dir: Option<PathBuf>,
}

pub(super) fn device(text: &str) -> Result<DeviceChoice, String> {
    text.parse().map_err(|error| format!("{error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn videos_open_the_window_and_subcommands_do_not() {
        let window = Args::try_parse_from(["kinetoscope", "a.mp4", "probe", "--labels", "l.txt"]).unwrap();
        assert!(window.command.is_none());
        assert_eq!(window.window.videos.len(), 2);
        let probe = Args::try_parse_from(["kinetoscope", "probe", "a.mp4"]).unwrap();
        assert!(matches!(probe.command, Some(Command::Probe(_))));
    }

    #[test]
    fn the_default_cut_is_that_of_the_networks() {
        let args = ["kinetoscope", "classify", "a.mp4", "--checkpoint", "c", "--labels", "l"];
        let Some(Command::Classify(args)) = Args::try_parse_from(args).unwrap().command else { panic!() };
        assert_eq!(args.cut.settings(None, None), AnalysisSettings::default());
    }
}
