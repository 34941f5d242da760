//! `kinetoscope convert`: a checkpoint from one format to another.

mod args;

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use ks_engine::{ConvertSpec, Converted, Strictness, Target, convert};

pub(super) use self::args::ConvertArgs;
use self::args::Format;
use super::Exit;
use super::classify::read_labels;
use super::console::Console;

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<Exit> {
    let mut console = Console::new(false);
    let Some(target) = target(args.to, &args.output) else {
        console.complain(&format!(
            "what to write is not clear from the name; end it in .safetensors, .pth or .onnx, or choose a format with --to: {}",
            args.output.display()
        ));
        return Ok(Exit::Usage);
    };
    if args.half && target == Target::Onnx {
        console.complain("--half: ONNX networks are written in single precision only");
        return Ok(Exit::Usage);
    }
    let spec = ConvertSpec {
        input: args.input.clone(),
        output: args.output.clone(),
        target,
        labels: args.labels.as_deref().map(read_labels).transpose()?,
        normalization: args.normalization.map(Into::into),
        strictness: Strictness { allow_partial: args.allow_partial, new_head: args.new_head, seed: args.seed },
        half: args.half,
        overwrite: args.force,
    };
    match convert(&spec) {
        Ok(converted) => {
            report(args, &converted).context("the report could not be printed")?;
            for remark in &converted.remarks {
                console.complain(&format!("note: {remark}"));
            }
            Ok(Exit::Done)
        }
        Err(failure) => {
            console.complain_with(&failure.summary, &failure.details);
            Ok(Exit::Failed)
        }
    }
}

/// The format asked for, or that of the ending.
fn target(wanted: Option<Format>, output: &Path) -> Option<Target> {
    match wanted {
        Some(Format::Capsule) => Some(Target::Capsule),
        Some(Format::Safetensors) => Some(Target::Safetensors),
        Some(Format::Pth) => Some(Target::Pth),
        Some(Format::Onnx) => Some(Target::Onnx),
        None => Target::of_ending(output),
    }
}

fn report(args: &ConvertArgs, converted: &Converted) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Converted { read_format, layout, architecture, tensors, ignored, gaps, written, bytes, .. } = converted;
    writeln!(out, "read     {}: {read_format}, names of {layout}", args.input.display())?;
    writeln!(out, "network  {architecture}, {tensors} tensors")?;
    if gaps.head_is_new {
        writeln!(out, "new      head with fresh weights, seed {}", args.seed)?;
    }
    for line in gaps.lines() {
        writeln!(out, "gap      {line}")?;
    }
    if !ignored.is_empty() {
        writeln!(out, "ignored  {}", ignored.join(", "))?;
    }
    writeln!(out, "written  {}: {written}, {bytes} bytes", args.output.display())?;
    out.flush()
}
