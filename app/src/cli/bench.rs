//! `kinetoscope bench`: how fast a network is on a device, by itself and with everything around it.
//!
//! Weights are made up, as in the original's benchmark: speed does not depend on them. Everything is computed several
//! times; what counts is the median, after passes that are not counted because drivers compile and tune meanwhile.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args as ClapArgs;
use ks_domain::{
    ArchSpec, AverageClips, Branch, ClipShape, CropMode, FrameSampling, Framing, Normalization, recipe, zoo,
};
use ks_engine::{
    BenchSpec, DeviceChoice, EngineConfig, Event, Failure, ModelInfo, ModelSpec, SampleSource, Task, TestSpec, Timing,
    ViewSettings, write_made_up,
};
use serde::Serialize;

use super::Exit;
use super::args::device;
use super::console::{Console, Interrupt};
use super::session::{Ended, Session, note_model};

const EXAMPLES: &str = "\
Examples:
  kinetoscope bench
  kinetoscope bench --model ipcsn_ig65m_pretrained_bnfrozen_r152_32x2x1_58e_kinetics400_rgb --device gpu:0
  kinetoscope bench --video match.mp4 --json";

#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(super) struct BenchArgs {
    /// Network: ir-50, ip-50, ir-101, ip-101, ir-152, ip-152, or a name of the model zoo or of a preset
    #[arg(long, value_name = "MODEL", default_value = "ir-50")]
    model: String,
    /// Views of one video
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    views: u32,
    /// Views that go through the network at once
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    views_at_once: u32,
    /// Frames of a view
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=512))]
    frames: u32,
    /// Side of a view in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..=2048))]
    size: u32,
    /// Passes over all views before counting
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=1000))]
    warm_up: u32,
    /// Passes that count
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeats: u32,
    /// Time the whole way from this video to its scores too: decoding, resizing, cropping, computing
    #[arg(long, value_name = "FILE")]
    video: Option<PathBuf>,
    /// Where to compute: auto, cpu, gpu:N or cuda:N
    #[arg(long, value_name = "DEVICE", default_value = "auto", value_parser = device)]
    device: DeviceChoice,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show progress even if standard error is not a terminal
    #[arg(long)]
    progress: bool,
}

/// What `--json` prints. The fields are described in `docs/cli.md`.
#[derive(Serialize)]
struct Report {
    model: String,
    device: String,
    device_name: String,
    backend: String,
    views: u32,
    views_at_once: u32,
    frames: u32,
    size: u32,
    warm_up_passes: u32,
    passes: u32,
    gmac_per_clip: f64,
    network: Speed,
    /// Only with `--video`.
    pipeline: Option<Pipeline>,
    peak_memory_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Speed {
    secs_per_video: Vec<f64>,
    clips_per_sec: f64,
    videos_per_sec: f64,
    gmac_per_sec: f64,
}

#[derive(Serialize)]
struct Pipeline {
    videos_per_sec: f64,
    clips_per_sec: f64,
    decode_secs: f64,
    compute_secs: f64,
    bottleneck: Option<String>,
}

pub(super) fn run(args: &BenchArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let arch = network(&args.model)?;
    let mut session = Session::start(EngineConfig::default(), Console::new(args.progress), interrupt)?;
    let (model, secs) = match time_network(&mut session, args, &arch)? {
        ControlFlow::Continue(timed) => timed,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let pipeline = match &args.video {
        None => None,
        Some(video) => match time_pipeline(&mut session, args, &arch, video)? {
            ControlFlow::Continue(timing) => Some(timing),
            ControlFlow::Break(exit) => return Ok(exit),
        },
    };
    let clip = ClipShape::square(args.frames as usize, args.size as usize);
    let gmac = arch.macs(clip) as f64 / 1e9;
    let views = f64::from(args.views);
    let typical = median(&secs);
    let report = Report {
        model: model.architecture,
        device: model.device.choice.to_string(),
        device_name: model.device.name,
        backend: model.device.backend,
        views: args.views,
        views_at_once: args.views_at_once,
        frames: args.frames,
        size: args.size,
        warm_up_passes: args.warm_up,
        passes: args.repeats,
        gmac_per_clip: gmac,
        network: Speed {
            clips_per_sec: views / typical,
            videos_per_sec: 1.0 / typical,
            gmac_per_sec: views * gmac / typical,
            secs_per_video: secs,
        },
        pipeline: pipeline.map(|timing| Pipeline {
            videos_per_sec: 1.0 / timing.total_secs,
            clips_per_sec: views / timing.total_secs,
            decode_secs: timing.decode_secs,
            compute_secs: timing.compute_secs,
            bottleneck: timing.bottleneck.map(|slower| slower.to_string()),
        }),
        peak_memory_bytes: peak_memory(),
    };
    print(&report, args.json)?;
    Ok(Exit::Done)
}

/// `ir-50` and its like, or what the zoo or a preset names.
fn network(name: &str) -> anyhow::Result<ArchSpec> {
    if let Some((mode, depth)) = name.split_once('-')
        && let Some(mode) = [("ir", ks_domain::BottleneckMode::Ir), ("ip", ks_domain::BottleneckMode::Ip)]
            .into_iter()
            .find_map(|(known, value)| (known == mode).then_some(value))
        && let Ok(depth) = depth.parse()
    {
        return ArchSpec::with_depth(mode, depth, 400).map_err(anyhow::Error::msg);
    }
    if let Some(preset) = recipe::preset(name) {
        return Ok(preset.recipe()?.model.arch.clone());
    }
    match zoo::find(name) {
        Ok(entry) => Ok(entry.arch()),
        Err(unknown) => bail!("{unknown}; ir-50, ip-50, ir-101, ip-101, ir-152 and ip-152 are networks too"),
    }
}

/// Why a run gave nothing: says it, and how the program ends.
fn gave_nothing(session: &mut Session, failure: Option<&Failure>) -> Exit {
    match failure {
        Some(failure) => {
            session.console.complain_with(&failure.summary, &failure.details);
            Exit::Failed
        }
        None => Exit::Interrupted,
    }
}

/// What was loaded, and the seconds of every pass that counts.
fn time_network(
    session: &mut Session,
    args: &BenchArgs,
    arch: &ArchSpec,
) -> anyhow::Result<ControlFlow<Exit, (ModelInfo, Vec<f64>)>> {
    let task = Task::Bench(BenchSpec {
        arch: arch.clone(),
        device: args.device,
        views: args.views as usize,
        batch: args.views_at_once.min(args.views) as usize,
        frames: args.frames as usize,
        size: args.size as usize,
        warm_up: args.warm_up,
        repeats: args.repeats,
    });
    let (mut info, mut secs) = (None, Vec::new());
    let ended = session.run(task, &mut |event, console| {
        match event {
            Event::ModelReady { model, .. } => {
                note_model(&model, console);
                info = Some(model);
            }
            Event::Timed { secs: pass, is_warm_up, .. } => {
                let kind = if is_warm_up { "warm-up" } else { "counted" };
                console.note(&format!("{kind}: {pass:.3} s for {} views", args.views));
                secs.extend((!is_warm_up).then_some(pass));
            }
            _ => {}
        }
        Ok(())
    })?;
    match ended {
        Ended::Finished(_) => {
            let info = info.context("the engine timed a network without saying what it is")?;
            Ok(ControlFlow::Continue((info, secs)))
        }
        Ended::Failed(failure) => Ok(ControlFlow::Break(gave_nothing(session, Some(&failure)))),
        Ended::Cancelled => Ok(ControlFlow::Break(gave_nothing(session, None))),
    }
}

/// One video from its file to its scores, network and frame table ready beforehand.
fn time_pipeline(
    session: &mut Session,
    args: &BenchArgs,
    arch: &ArchSpec,
    video: &Path,
) -> anyhow::Result<ControlFlow<Exit, Timing>> {
    let folder = tempfile::tempdir().context("a temporary folder is needed for made-up weights")?;
    let checkpoint = folder.path().join("made-up.safetensors");
    write_made_up(arch, &checkpoint).map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let crops = if args.views.is_multiple_of(3) { 3 } else { 1 };
    let mode = if crops == 3 { CropMode::Three } else { CropMode::Center };
    let sampling = FrameSampling { clip_len: args.frames, ..FrameSampling::csn(args.views / crops) };
    let spec = TestSpec {
        model: ModelSpec { arch: Some(arch.clone()), ..ModelSpec::new(&checkpoint, args.device) },
        samples: vec![SampleSource::Video(video.to_owned())],
        views: ViewSettings {
            sampling,
            branch: Branch::V1,
            framing: Framing::squares(args.size, mode, args.size),
            normalization: Normalization::IMAGENET,
        },
        average: AverageClips::Prob,
        views_at_once: args.views_at_once as usize,
    };
    let mut timed = Timing::default();
    // The first time loads the network, lists the frames, and lets the driver tune.
    for _ in 0..2 {
        let mut unreadable = None;
        let ended = session.run(Task::Test(spec.clone()), &mut |event, _console| {
            if let Event::SampleFailed { failure, .. } = event {
                unreadable = Some(failure);
            }
            Ok(())
        })?;
        match (ended, unreadable) {
            (Ended::Failed(failure), _) | (Ended::Finished(_), Some(failure)) => {
                return Ok(ControlFlow::Break(gave_nothing(session, Some(&failure))));
            }
            (Ended::Cancelled, _) => return Ok(ControlFlow::Break(gave_nothing(session, None))),
            (Ended::Finished(timing), None) => timed = timing,
        }
    }
    Ok(ControlFlow::Continue(timed))
}

fn median(secs: &[f64]) -> f64 {
    let mut sorted = secs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
        (Some(below), Some(above)) if sorted.len().is_multiple_of(2) => f64::midpoint(*below, *above),
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    }
}

/// The most memory that this process ever held, where the system says so: main memory, not that of a GPU.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    writeln!(out, "network    {}, made-up weights", report.model)?;
    writeln!(out, "device     {} ({}, {})", report.device, report.device_name, report.backend)?;
    let Report { views, views_at_once, frames, size, warm_up_passes, passes, gmac_per_clip, .. } = report;
    writeln!(
        out,
        "views      {views} of {frames}×{size}×{size}, {views_at_once} at once, {gmac_per_clip:.2} GMAC each"
    )?;
    writeln!(out, "passes     {warm_up_passes} warm-up, {passes} counted, median")?;
    let speed = &report.network;
    writeln!(
        out,
        "alone      {:.3} clips/s, {:.4} videos/s, {:.1} GMAC/s",
        speed.clips_per_sec, speed.videos_per_sec, speed.gmac_per_sec
    )?;
    if let Some(pipeline) = &report.pipeline {
        let slower = pipeline.bottleneck.as_deref().map(|slower| format!(", {slower} is the slower part"));
        writeln!(
            out,
            "pipeline   {:.3} clips/s, {:.4} videos/s (decoding {:.2} s, computing {:.2} s{})",
            pipeline.clips_per_sec,
            pipeline.videos_per_sec,
            pipeline.decode_secs,
            pipeline.compute_secs,
            slower.unwrap_or_default()
        )?;
    }
    if let Some(bytes) = report.peak_memory_bytes {
        writeln!(out, "memory     {} MiB at most", bytes >> 20)?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-12);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn networks_are_found_by_short_name_preset_and_zoo() {
        assert_eq!(network("ip-152").unwrap().to_string(), "ip-CSN-152, 400 classes");
        for preset in recipe::presets() {
            assert!(network(preset.name).is_ok(), "{}", preset.name);
        }
        assert!(network("ir-18").unwrap_err().to_string().contains("50, 101 or 152"));
        assert!(network("resnet").is_err());
    }
}
