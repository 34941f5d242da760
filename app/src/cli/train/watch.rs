//! What a training tells, for whoever watches the terminal.

use std::io::{self, Write as _};

use ks_domain::metrics::OVERLAPS;
use ks_domain::training::{
    DataOverview, Estimate, Severity, StepRecord, TrainNews, TrainPhase, ValidationRecord, WholeVideoRecord,
};
use ks_engine::{Event, Stage};

use crate::cli::console::Console;
use crate::cli::session::note_model;

/// Prints events.
pub(super) struct Watch {
    pub(super) is_json: bool,
    /// Whether the data were good enough.
    pub(super) is_usable: bool,
}

impl Watch {
    pub(super) fn event(&mut self, event: Event, console: &mut Console) -> anyhow::Result<()> {
        match event {
            Event::ModelReady { model, .. } => note_model(&model, console),
            Event::Training { news, .. } => {
                if self.is_json {
                    let mut out = io::stdout().lock();
                    serde_json::to_writer(&mut out, &news)?;
                    writeln!(out)?;
                    out.flush()?;
                }
                self.news(&news, console)?;
            }
            Event::Progress { stage, progress, .. } => {
                let what = match stage {
                    Stage::Checking => "looking at the videos",
                    Stage::Features => "computing features",
                    Stage::Validating => "validating",
                    _ => return Ok(()),
                };
                console.progress(what, &progress, &format!("{:.2}/s", progress.rate));
            }
            Event::Warning { message, .. } => console.complain(&format!("warning: {message}")),
            _ => {}
        }
        Ok(())
    }

    fn news(&mut self, news: &TrainNews, console: &mut Console) -> anyhow::Result<()> {
        match news {
            TrainNews::Data(overview) => {
                self.is_usable = overview.is_usable();
                tell_data(overview, console);
            }
            TrainNews::Estimate(estimate) => tell_estimate(estimate, console),
            TrainNews::Resumed { step } => console.note(&format!("going on after step {step}")),
            TrainNews::Phase { phase: TrainPhase::Features } => console.note("computing features of all clips"),
            TrainNews::Phase { .. } => {}
            TrainNews::Steps(record) => self.line(&steps(record), console)?,
            TrainNews::Validated(record) => self.line(&validation(record), console)?,
            TrainNews::WholeVideos(record) => self.line(&whole_videos(record), console)?,
            TrainNews::Saved(record) => console.note(&format!("wrote {}", record.file)),
            TrainNews::Note { message } => console.complain(&format!("note: {message}")),
            TrainNews::EndedEarly { epoch } => {
                console.complain(&format!(
                    "note: nothing became better any more, so the training ended after epoch {epoch}"
                ));
            }
        }
        Ok(())
    }

    /// A line of results: standard output is for people, unless programs read it.
    fn line(&self, text: &str, console: &mut Console) -> anyhow::Result<()> {
        console.clear();
        if self.is_json {
            console.note(text);
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()?;
        Ok(())
    }
}

fn tell_data(overview: &DataOverview, console: &mut Console) {
    console.note(&format!(
        "{} samples to learn from, {} to be judged on, {} unused, {} classes",
        overview.train,
        overview.validation,
        overview.unused,
        overview.classes.len()
    ));
    for problem in &overview.problems {
        let word = if problem.severity == Severity::Error { "error" } else { "note" };
        console.complain(&format!("{word}: {}", problem.message));
    }
}

fn tell_estimate(estimate: &Estimate, console: &mut Console) {
    let gibibytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    console.note(&format!(
        "needs up to {:.1} GiB of memory and {:.2} GiB of disk; {} steps an epoch",
        gibibytes(estimate.memory_bytes),
        gibibytes(estimate.disk_bytes),
        estimate.steps_per_epoch
    ));
}

fn steps(record: &StepRecord) -> String {
    format!(
        "epoch {} [{}/{}]  lr {:.3e}  loss {:.4}  top1 {:.3}  grad_norm {:.3}  time {:.3}  data_time {:.3}  eta {:.0} s",
        record.epoch,
        record.step,
        record.steps_per_epoch,
        record.learning_rate,
        record.loss,
        record.top1,
        record.grad_norm,
        record.time,
        record.data_time,
        record.eta
    )
}

fn validation(record: &ValidationRecord) -> String {
    let found = &record.evaluation;
    let mean = found.mean_class_accuracy.map(|mean| format!("  mean class {mean:.4}")).unwrap_or_default();
    let map = found.map.map(|map| format!("  mAP {map:.4}")).unwrap_or_default();
    let best = if record.is_best { "  (best so far)" } else { "" };
    format!(
        "validation after epoch {}: top1 {:.4}  top5 {:.4}{mean}{map}  loss {:.4}{best}",
        record.epoch, found.top1, found.top5, found.loss
    )
}

fn whole_videos(record: &WholeVideoRecord) -> String {
    let figures = &record.figures;
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let f1: Vec<String> = OVERLAPS
        .iter()
        .zip(figures.f1())
        .map(|(overlap, f1)| format!("F1@{:.0} {}", overlap * 100.0, number(f1)))
        .collect();
    format!(
        "whole videos, network of epoch {}: {}  frame mAP {}  frame accuracy {}  ({} frames of {} videos)",
        record.epoch,
        f1.join("  "),
        number(figures.frame_map),
        number(figures.frame_accuracy),
        figures.frames,
        figures.videos
    )
}
