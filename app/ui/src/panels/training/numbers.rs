//! How a run is doing: its phase, how far it is, how fast, what it waits for, and what it said.

use egui::{RichText, Ui};
use ks_domain::training::{TrainPhase, WholeVideoRecord};

use super::start::bytes;
use crate::format;
use crate::state::{RunEntry, RunRecord, RunState};
use crate::theme::{semibold, tokens};
use crate::tr;
use crate::widgets::{progress_bar, truncated, wrapped};

pub(super) fn show(ui: &mut Ui, entry: &RunEntry, record: &RunRecord) {
    let tokens = tokens(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    let title = RichText::new(entry.title()).family(semibold()).color(tokens.text_strong);
    truncated(ui, title).on_hover_text(entry.title());
    let is_running = entry.state == RunState::Running;
    if is_running {
        progress_bar(ui, &tr!("train-progress", name = entry.title()), fraction(record));
    }
    wrapped(ui, RichText::new(line(entry, record)).color(tokens.text));
    if let RunState::Failed(failure) = &entry.state {
        wrapped(ui, RichText::new(&failure.summary).color(tokens.error));
        if !failure.details.is_empty() {
            wrapped(ui, RichText::new(&failure.details).color(tokens.text_subdued));
        }
    }
    if let Some(epoch) = record.ended_early {
        wrapped(ui, RichText::new(tr!("train-ended-early", epoch = epoch)).color(tokens.text_subdued));
    }
    if let Some(judged) = &record.whole_videos {
        whole_videos(ui, judged);
    }
    // The last words are the newest; what was said before stands in the log.
    for note in record.notes.iter().rev().take(3).rev() {
        wrapped(ui, RichText::new(format::sentence(note)).color(tokens.warning));
    }
    ui.add_space(4.0);
}

/// How well the best network finds what happens in videos that it did not learn from.
fn whole_videos(ui: &mut Ui, judged: &WholeVideoRecord) {
    let figures = &judged.figures;
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format::percent(share as f32));
    let overlaps: Vec<String> = figures.segments.iter().map(|counts| share(counts.f1())).collect();
    let line = tr!(
        "train-whole-videos",
        segments = overlaps.join(" / "),
        map = share(figures.frame_map),
        accuracy = share(figures.frame_accuracy)
    );
    let explained = tr!("train-whole-videos-explained", videos = figures.videos, epoch = judged.epoch);
    wrapped(ui, RichText::new(line).color(tokens(ui).text)).on_hover_text(explained);
}

/// How much of all steps is done.
fn fraction(record: &RunRecord) -> Option<f32> {
    let (last, epochs) = (record.steps.last()?, record.epochs()?);
    let done = f64::from(last.epoch.saturating_sub(1)) + last.step as f64 / last.steps_per_epoch.max(1) as f64;
    Some((done / f64::from(epochs.max(1))) as f32)
}

pub(crate) fn phase_text(phase: TrainPhase) -> String {
    match phase {
        TrainPhase::Checking => tr!("phase-checking"),
        TrainPhase::Features => tr!("phase-features"),
        TrainPhase::Training => tr!("phase-training"),
        TrainPhase::Validating => tr!("phase-validating"),
    }
}

fn line(entry: &RunEntry, record: &RunRecord) -> String {
    let is_running = entry.state == RunState::Running;
    let mut parts = Vec::new();
    if let Some(phase) = record.phase.filter(|_| is_running) {
        parts.push(phase_text(phase));
    } else if !is_running {
        parts.push(super::runs::state_text(&entry.state));
    }
    if let Some(last) = record.steps.last() {
        let epoch = match record.epochs() {
            Some(epochs) => tr!("train-epoch-of", epoch = last.epoch, epochs = epochs),
            None => tr!("train-epoch", epoch = last.epoch),
        };
        parts.push(epoch);
        parts.push(tr!("train-step", step = last.step, steps = last.steps_per_epoch));
        parts.push(tr!("train-speed", rate = format::rate(last.clips_per_second)));
        let waiting = if last.time > 0.0 { (last.data_time / last.time) as f32 } else { 0.0 };
        parts.push(tr!("train-waiting", share = format::percent(waiting)));
        if last.memory_bytes > 0 {
            parts.push(tr!("train-memory", memory = bytes(last.memory_bytes)));
        }
        if is_running {
            parts.push(tr!("train-left", time = format::rough_secs(last.eta)));
        }
    }
    // A line breaks between the parts, not within one.
    parts.iter().map(|part| part.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(" · ")
}
