//! `kinetoscope probe`: what a video file is, and which frames it has.

use std::io::{self, BufWriter, Write};

use ks_domain::{ColorMatrix, ColorRange, FrameTable, MediaTime, VideoInfo};
use ks_engine::Places;
use serde::Serialize;

use super::Exit;
use super::args::ProbeArgs;
use super::console::{Console, Interrupt};

/// What `--json` prints. The fields are described in `docs/cli.md` and `docs/schema/probe.schema.json`.
#[derive(Serialize)]
struct Report<'a> {
    file: String,
    container: &'a str,
    duration_secs: Option<f64>,
    streams: &'a [ks_domain::StreamInfo],
    video: Video<'a>,
    audio: Option<&'a ks_domain::AudioInfo>,
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Vec<Frame>>,
}

#[derive(Serialize)]
struct Video<'a> {
    stream_index: u32,
    codec: &'a str,
    width: u32,
    height: u32,
    bit_depth: u32,
    rotation_degrees: u16,
    color_matrix: &'static str,
    color_range: &'static str,
    stated_rate: Option<f64>,
    pixel_aspect: f32,
}

#[derive(Serialize)]
struct Frame {
    number: u32,
    time_secs: f64,
    time_nanos: u64,
    key: bool,
}

pub(super) fn run(args: &ProbeArgs, interrupt: &Interrupt) -> anyhow::Result<Exit> {
    let mut console = Console::new(args.progress);
    let info = ks_media::probe(&args.file)?;
    let mut warnings = info.warnings.clone();
    let mut table = None;
    if args.frames {
        let cache = Places::find(None).map(|places| places.cache_dir);
        let index = ks_media::index(&args.file, &info, cache.as_deref(), interrupt.token(), &mut |progress| {
            console.progress("listing frames", &progress, "");
        });
        console.clear();
        if interrupt.is_asked() {
            return Ok(Exit::Interrupted);
        }
        let index = index?;
        warnings.extend(index.warnings.into_iter().map(|warning| warning.message));
        table = Some(index.table);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        let report = report(args.file.display().to_string(), &info, warnings, table.as_ref());
        let text = serde_json::to_string_pretty(&report)?;
        writeln!(out, "{text}")?;
    } else {
        for warning in &warnings {
            console.complain(&format!("warning: {warning}"));
        }
        match &table {
            Some(table) => write_frames(&mut out, table)?,
            None => write_info(&mut out, &info)?,
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

fn report<'a>(file: String, info: &'a VideoInfo, warnings: Vec<String>, table: Option<&FrameTable>) -> Report<'a> {
    let video = &info.video;
    let frames = table.map(|table| {
        let frame = |(number, entry): (u32, &ks_domain::FrameEntry)| Frame {
            number,
            time_secs: entry.time.secs_f64(),
            time_nanos: entry.time.nanos(),
            key: entry.is_key,
        };
        (0..).zip(table.entries()).map(frame).collect()
    });
    Report {
        file,
        container: &info.container,
        duration_secs: info.duration.map(MediaTime::secs_f64),
        streams: &info.streams,
        video: Video {
            stream_index: video.stream_index,
            codec: &video.codec,
            width: video.width,
            height: video.height,
            bit_depth: video.bit_depth,
            rotation_degrees: video.rotation.degrees(),
            color_matrix: matrix(video.matrix),
            color_range: range(video.range),
            stated_rate: video.stated_rate,
            pixel_aspect: video.pixel_aspect,
        },
        audio: info.audio.as_ref(),
        warnings,
        frames,
    }
}

/// A header and one row a frame: number, time, key.
fn write_frames(out: &mut impl Write, table: &FrameTable) -> io::Result<()> {
    writeln!(out, "frame\ttime_secs\tkey")?;
    for (number, entry) in (0u32..).zip(table.entries()) {
        let (secs, nanos) = (entry.time.nanos() / 1_000_000_000, entry.time.nanos() % 1_000_000_000);
        writeln!(out, "{number}\t{secs}.{nanos:09}\t{}", if entry.is_key { "yes" } else { "no" })?;
    }
    Ok(())
}

fn write_info(out: &mut impl Write, info: &VideoInfo) -> io::Result<()> {
    let video = &info.video;
    writeln!(out, "container  {}", info.container)?;
    if let Some(duration) = info.duration {
        writeln!(out, "duration   {duration}")?;
    }
    let (width, height) = video.rotation.upright(video.width, video.height);
    writeln!(out, "video      {}, {width}×{height}, {} bits", video.codec, video.bit_depth)?;
    match video.stated_rate {
        Some(rate) => writeln!(out, "rate       {rate:.3} frames a second")?,
        None => writeln!(out, "rate       variable or not stated")?,
    }
    writeln!(out, "rotation   {}° clockwise", video.rotation.degrees())?;
    writeln!(out, "colour     {}, {} range", matrix(video.matrix), range(video.range))?;
    match &info.audio {
        Some(audio) => {
            writeln!(out, "audio      {}, {} Hz, {} channels", audio.codec, audio.sample_rate, audio.channels)?;
        }
        None => writeln!(out, "audio      none")?,
    }
    for stream in &info.streams {
        let mark = if stream.index == video.stream_index { " (chosen)" } else { "" };
        writeln!(out, "stream {:<3} {}, {}{mark}", stream.index, stream.kind, stream.codec)?;
    }
    Ok(())
}

fn matrix(matrix: ColorMatrix) -> &'static str {
    match matrix {
        ColorMatrix::Bt601 => "BT.601",
        ColorMatrix::Bt709 => "BT.709",
    }
}

fn range(range: ColorRange) -> &'static str {
    match range {
        ColorRange::Limited => "limited",
        ColorRange::Full => "full",
    }
}
