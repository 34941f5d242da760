//! The screen of checkpoints: the list on the left, everything about the selected one on the right, two compared below
//! it.

mod detail;
mod table;

use egui::{Align, Button, CentralPanel, Frame, Key, Layout, Margin, Panel, RichText, TextEdit, Ui};

use crate::commands::Command;
use crate::state::{Action, AppState, TrainingAction};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, icon_button, truncated};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    let checkpoints = &state.training.checkpoints;
    keys(ui, state, out);
    Panel::top("checkpoints head")
        .exact_size(40.0)
        .frame(frame(tokens.panel_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 8)))
        .show(ui, |ui| head(ui, state, out));
    if let Some(last) = checkpoints.trashed.last() {
        Panel::top("checkpoints trash")
            .exact_size(size::ROW + 12.0)
            .frame(frame(tokens.raised_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 6)))
            .show(ui, |ui| trash(ui, &last.name, &last.path, out));
    }
    if checkpoints.entries.as_ref().is_none_or(Vec::is_empty) {
        CentralPanel::default().frame(frame(tokens.window_bg)).show(ui, |ui| nothing(ui, state, out));
        return;
    }
    let room = ui.available_width();
    Panel::right("checkpoint detail")
        .resizable(true)
        .default_size((room * 0.36).clamp(240.0, 400.0))
        .size_range(220.0..=(room * 0.6).max(240.0))
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| detail::show(ui, state, out));
    CentralPanel::default()
        .frame(frame(tokens.window_bg).inner_margin(Margin { left: 8, right: 8, top: 4, bottom: 0 }))
        .show(ui, |ui| table::show(ui, state, out));
}

fn nothing(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let is_reading = state.training.checkpoints.entries.is_none();
    let (title, text) = if is_reading {
        (tr!("checkpoints-reading"), String::new())
    } else {
        (tr!("checkpoints-none"), attribute("checkpoints-none", "hint"))
    };
    let nothing = EmptyState {
        icon: Icon::Rows,
        title: &title,
        text: &text,
        command: (!is_reading).then_some(Command::ShowTraining),
        is_failure: false,
    };
    empty_state(ui, nothing, out);
}

/// Up and down go through the list, Escape leaves; unless a control or a dialog has the keys.
fn keys(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    if state.dialog.is_some() || ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let pressed = |key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(key));
    if pressed(Key::Escape) {
        out.push(Command::ShowVideos.into());
    }
    let checkpoints = &state.training.checkpoints;
    let shown = checkpoints.shown();
    let here = shown.iter().position(|entry| Some(&entry.path) == checkpoints.selected.as_ref());
    let next = match (pressed(Key::ArrowDown), pressed(Key::ArrowUp)) {
        (true, _) => here.map_or(Some(0), |here| here.checked_add(1)),
        (_, true) => here.map_or(Some(0), |here| here.checked_sub(1)),
        _ => None,
    };
    if let Some(entry) = next.and_then(|next| shown.get(next)) {
        out.push(TrainingAction::SelectCheckpoint(entry.path.clone()).into());
    }
}

fn head(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let strong = tokens(ui).text_strong;
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new(tr!("checkpoints-title")).heading().color(strong));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = icon_button(
                ui,
                Icon::Close,
                &tr!("checkpoints-close"),
                &attribute("checkpoints-close", "tooltip"),
                None,
            );
            if close.clicked() {
                out.push(Command::ShowVideos.into());
            }
            let mut typed = state.training.checkpoints.search.clone();
            let room = (ui.available_width() - 8.0).clamp(60.0, 220.0);
            let edit = TextEdit::singleline(&mut typed).hint_text(tr!("checkpoints-search")).desired_width(room - 16.0);
            let response = ui.add(edit).on_hover_text(attribute("checkpoints-search", "tooltip"));
            if response.accessible_name(attribute("checkpoints-search", "name")).changed() {
                out.push(TrainingAction::SearchCheckpoints(typed).into());
            }
        });
    });
}

/// What was moved to the trash, and the button that brings it back.
fn trash(ui: &mut Ui, name: &str, path: &std::path::Path, out: &mut Vec<Action>) {
    let color = tokens(ui).text;
    ui.horizontal_centered(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let close = icon_button(ui, Icon::Close, &tr!("checkpoints-forget-trash"), &tr!("banner-dismiss"), None);
            if close.clicked() {
                out.push(TrainingAction::ForgetTrash.into());
            }
            if ui.add(Button::new(tr!("checkpoints-undo-trash"))).clicked() {
                out.push(TrainingAction::Restore(path.to_owned()).into());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                truncated(ui, RichText::new(tr!("checkpoints-trashed", name = name)).color(color));
            });
        });
    });
}
