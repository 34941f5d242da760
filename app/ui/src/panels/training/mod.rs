//! The training screen: left what is learnt from, right the settings, in the middle curves and what was mistaken for
//! what, below the runs. A small window shows one of the three parts at a time.

mod classes;
mod compare;
mod confusion;
mod curves;
mod data;
mod field;
mod form;
mod numbers;
mod previews;
mod runs;
mod start;

pub(crate) use self::classes::sort_title;
pub(crate) use self::compare::differences;
pub(crate) use self::numbers::phase_text;
pub(crate) use self::start::bytes;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};

use crate::commands::Command;
use ks_domain::training::BestBy;

use crate::state::{Action, AppState, CheckpointFigure, TrainPart, TrainingAction};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state};

/// Below this width one part is shown at a time.
const WIDE: f32 = 940.0;

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    let has_runs = state.training.runs.entries.iter().flatten().next().is_some();
    if !has_runs && state.studio.project.queue().is_empty() {
        return CentralPanel::default().frame(frame(tokens.window_bg)).show(ui, |ui| no_project(ui, out)).inner;
    }
    let room = ui.available_size();
    if room.x < WIDE {
        return narrow(ui, state, out);
    }
    Panel::right("train settings")
        .resizable(true)
        .default_size((room.x * 0.26).clamp(270.0, 380.0))
        .size_range(250.0..=460.0)
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| form::show(ui, state, out));
    Panel::left("train data")
        .resizable(true)
        .default_size((room.x * 0.22).clamp(230.0, 320.0))
        .size_range(200.0..=420.0)
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| data::show(ui, state, out));
    if has_runs {
        Panel::bottom("train runs")
            .resizable(true)
            .default_size((room.y * 0.24).clamp(110.0, 220.0))
            .size_range(80.0..=(room.y * 0.5).max(110.0))
            .frame(frame(tokens.panel_bg).inner_margin(Margin { left: 8, right: 4, top: 4, bottom: 0 }))
            .show(ui, |ui| runs::show(ui, state, out));
    }
    CentralPanel::default().frame(frame(tokens.window_bg)).show(ui, |ui| middle(ui, state, out));
}

fn narrow(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    Panel::top("train parts")
        .exact_size(size::ROW + 8.0)
        .frame(frame(tokens.panel_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 4)))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                for part in TrainPart::ALL {
                    if ui.selectable_label(state.training.part == part, part_text(part)).clicked() {
                        out.push(TrainingAction::ShowPart(part).into());
                    }
                }
            });
        });
    match state.training.part {
        TrainPart::Data => {
            CentralPanel::default().frame(frame(tokens.panel_bg)).show(ui, |ui| data::show(ui, state, out));
        }
        TrainPart::Settings => {
            CentralPanel::default().frame(frame(tokens.panel_bg)).show(ui, |ui| form::show(ui, state, out));
        }
        TrainPart::Runs => {
            if state.training.runs.entries.iter().flatten().next().is_some() {
                Panel::bottom("train runs")
                    .exact_size(100.0)
                    .frame(frame(tokens.panel_bg).inner_margin(Margin { left: 8, right: 4, top: 4, bottom: 0 }))
                    .show(ui, |ui| runs::show(ui, state, out));
            }
            CentralPanel::default().frame(frame(tokens.window_bg)).show(ui, |ui| middle(ui, state, out));
        }
    }
}

/// A figure with its kind: `91.7 %`, `84.0 % mean class`.
pub(crate) fn figure_text(figure: &CheckpointFigure) -> String {
    let value = tr!("percent", value = format!("{:.1}", figure.value * 100.0));
    match figure.by {
        BestBy::Top1 => value,
        BestBy::MeanClassAccuracy => tr!("figure-mean-class", value = value),
        BestBy::Map => tr!("figure-map", value = value),
    }
}

fn part_text(part: TrainPart) -> String {
    match part {
        TrainPart::Data => tr!("train-part-data"),
        TrainPart::Settings => tr!("train-part-settings"),
        TrainPart::Runs => tr!("train-part-runs"),
    }
}

/// Curves, mistakes and classes of the run that is looked at, or the curves of those that are compared.
fn middle(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let runs = &state.training.runs;
    let compared = runs.compared();
    ScrollArea::vertical().id_salt("train middle").auto_shrink(false).show(ui, |ui| {
        let sides = size::PADDING as i8;
        Frame::new().inner_margin(Margin { left: sides, right: sides, top: 8, bottom: 12 }).show(ui, |ui| {
            ui.set_width(ui.available_width());
            if compared.len() > 1 {
                return compare::show(ui, state, &compared, out);
            }
            let Some((entry, record)) = runs.shown() else { return no_run(ui, state, out) };
            numbers::show(ui, entry, record);
            curves::show(ui, state, record, out);
            if let Some(evaluation) = record.evaluation() {
                confusion::show(ui, state, (record, evaluation), out);
                classes::show(ui, state, (record, evaluation), out);
            }
        });
    });
}

fn no_project(ui: &mut Ui, out: &mut Vec<Action>) {
    let nothing = EmptyState {
        icon: Icon::Film,
        title: &tr!("train-no-project"),
        text: &attribute("train-no-project", "hint"),
        command: Some(Command::Open),
        is_failure: false,
    };
    empty_state(ui, nothing, out);
}

fn no_run(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let is_reading = state.training.runs.selected.is_some();
    let title = if is_reading { tr!("train-reading") } else { tr!("train-no-run") };
    let text = if is_reading { String::new() } else { attribute("train-no-run", "hint") };
    let has_labels = state.training.data.overview.train > 0;
    let nothing = EmptyState {
        icon: Icon::Rows,
        title: &title,
        text: &text,
        command: (!is_reading && !has_labels).then_some(Command::ShowVideos),
        is_failure: false,
    };
    // A scroll area is as high as it is: the sentence stands in the middle of what one sees.
    let height = ui.available_height().max(160.0);
    ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
        ui.set_min_height(height);
        empty_state(ui, nothing, out);
    });
}
