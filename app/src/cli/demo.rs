//! `kinetoscope demo`: made-up videos of simple motions, to try training with and to make the program's own network from.

use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand};
use ks_domain::Progress;
use ks_media::MediaError;
use ks_media::demo::{DemoSet, Format, Motion, write_data_set, write_mixture};

use super::Exit;
use super::console::{Console, Interrupt};

const EXAMPLES: &str = "\
Examples:
  kinetoscope demo make motions/ --clips-per-class 40
  kinetoscope demo make ninth/ --motions teleport --clips-per-class 12 --seed 7
  kinetoscope demo mix sample --motions pan_left,bounce,rotate_right --seconds 4";

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct DemoArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a data set: a folder of videos for each motion, lists and a label map
    Make {
        /// Folder to write into
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Videos of each motion; every fifth is for validation
        #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        clips_per_class: u32,
        #[command(flatten)]
        look: LookArgs,
    },
    /// Write one video in which motions follow each other, and print when each of them happens
    Mix {
        /// The video's name without extension
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        look: LookArgs,
    },
}

#[derive(Debug, ClapArgs)]
struct LookArgs {
    /// The motions, separated by commas; without it, the eight of the program's own network
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    motions: Vec<String>,
    /// Where all chance comes from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Length of a video, or of each motion in a mixed one, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    seconds: f64,
    /// Width of the pictures in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 160, value_parser = clap::value_parser!(u32).range(16..=4096))]
    width: u32,
    /// Height of the pictures in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(16..=4096))]
    height: u32,
    /// Frames a second
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=240))]
    fps: u32,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    progress: bool,
}

impl LookArgs {
    const fn format(&self) -> Format {
        Format { width: self.width, height: self.height, fps: self.fps }
    }

    /// The motions that were named; all that are no motion are told at once.
    fn motions(&self) -> anyhow::Result<Vec<Motion>> {
        if self.motions.is_empty() {
            return Ok(Motion::DEFAULT.to_vec());
        }
        let unknown: Vec<&str> =
            self.motions.iter().map(String::as_str).filter(|name| Motion::from_name(name).is_none()).collect();
        if !unknown.is_empty() {
            let known: Vec<&str> = Motion::ALL.iter().map(|motion| motion.name()).collect();
            bail!("there is no motion {}; the motions are {}", unknown.join(", "), known.join(", "));
        }
        Ok(self.motions.iter().filter_map(|name| Motion::from_name(name)).collect())
    }
}

pub(super) fn run(args: &DemoArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let made = match &args.what {
        What::Make { folder, clips_per_class, look } => {
            let mut console = Console::new(look.progress);
            let set = DemoSet {
                motions: look.motions()?,
                clips_per_class: *clips_per_class,
                seed: look.seed,
                format: look.format(),
                seconds: look.seconds,
            };
            let mut progress = |progress: Progress| console.progress("writing videos", &progress, "");
            write_data_set(folder, &set, interrupt.token(), &mut progress).map(|written| {
                console.clear();
                let shown = |path: &PathBuf| path.display().to_string();
                vec![shown(&written.train), shown(&written.validation), shown(&written.classes)]
            })
        }
        What::Mix { file, look } => {
            let parts: Vec<(Motion, f64)> = look.motions()?.into_iter().map(|motion| (motion, look.seconds)).collect();
            write_mixture(file, &parts, (look.seed, look.format()), interrupt.token(), &mut |_frame, _of| {}).map(
                |mixture| {
                    let secs = |frame: u32| f64::from(frame) / f64::from(look.fps);
                    let span = |span: &ks_media::demo::MotionSpan| {
                        let (start, end) = (span.frames.start, span.frames.end);
                        format!("{:.3}\t{:.3}\t{}", secs(start), secs(end), span.motion.name())
                    };
                    let mut lines = vec![mixture.path.display().to_string()];
                    lines.extend(mixture.spans.iter().map(span));
                    lines
                },
            )
        }
    };
    match made {
        Ok(lines) => {
            let mut out = io::stdout().lock();
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            out.flush()?;
            Ok(Exit::Done)
        }
        Err(MediaError::Cancelled) => Ok(Exit::Interrupted),
        Err(error) => Err(error.into()),
    }
}
