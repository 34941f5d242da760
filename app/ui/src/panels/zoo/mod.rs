//! The model zoo's screen: what is published on the left, everything about the selected entry on the right.

mod detail;
mod table;

use egui::{Align, CentralPanel, Frame, Key, Layout, Margin, Panel, RichText, TextEdit, Ui};

use crate::commands::Command;
use crate::state::{Action, AppState, ZooAction};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, icon_button};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    keys(ui, state, out);
    Panel::top("zoo head")
        .exact_size(40.0)
        .frame(frame(tokens.panel_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 8)))
        .show(ui, |ui| head(ui, state, out));
    if let Some(failure) = &state.zoo.failure {
        let shown = EmptyState {
            icon: Icon::Warning,
            title: &failure.summary,
            text: &failure.details,
            command: None,
            is_failure: true,
        };
        CentralPanel::default().frame(frame(tokens.window_bg)).show(ui, |ui| empty_state(ui, shown, out));
        return;
    }
    let room = ui.available_width();
    Panel::right("zoo detail")
        .resizable(true)
        .default_size((room * 0.36).clamp(224.0, 380.0))
        .size_range(200.0..=(room * 0.6).max(224.0))
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| detail::show(ui, state, out));
    CentralPanel::default()
        .frame(frame(tokens.window_bg).inner_margin(Margin { left: 8, right: 8, top: 4, bottom: 0 }))
        .show(ui, |ui| table::show(ui, state, out));
}

/// Up and down go through the list, Escape leaves; unless a control or a dialog has the keys.
fn keys(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    if state.dialog.is_some() || ui.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let pressed = |key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(key));
    if pressed(Key::Escape) {
        out.push(Command::ShowZoo.into());
    }
    let shown = state.zoo.shown();
    let here = shown.iter().position(|entry| Some(&entry.name) == state.zoo.selected.as_ref());
    let next = match (pressed(Key::ArrowDown), pressed(Key::ArrowUp)) {
        (true, _) => here.map_or(Some(0), |here| here.checked_add(1)),
        (_, true) => here.map_or(Some(0), |here| here.checked_sub(1)),
        _ => None,
    };
    if let Some(entry) = next.and_then(|next| shown.get(next)) {
        out.push(ZooAction::Select(entry.name.clone()).into());
    }
}

fn head(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let zoo = &state.zoo;
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new(tr!("zoo-title")).heading().color(tokens.text_strong));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, &tr!("zoo-close"), &attribute("zoo-close", "tooltip"), None).clicked() {
                out.push(Command::ShowZoo.into());
            }
            offline(ui, state, out);
            let mut typed = zoo.search.clone();
            let room = (ui.available_width() - 8.0).clamp(60.0, 220.0);
            let edit = TextEdit::singleline(&mut typed).hint_text(tr!("zoo-search")).desired_width(room - 16.0);
            let response = ui.add(edit).on_hover_text(attribute("zoo-search", "tooltip"));
            if response.accessible_name(attribute("zoo-search", "name")).changed() {
                out.push(ZooAction::Search(typed).into());
            }
            let busy = zoo.busy_count();
            if busy > 0 && ui.available_width() > 90.0 {
                let text = tr!("zoo-busy", count = busy);
                ui.label(RichText::new(text).color(tokens.text_subdued));
            }
        });
    });
}

fn offline(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let mut is_offline = state.zoo.offline_reason().is_some();
    let can_switch = state.zoo.offline_by.is_none();
    let hover = match &state.zoo.offline_by {
        Some(by) => tr!("zoo-offline-by", by = by),
        None => attribute("zoo-offline", "tooltip"),
    };
    let checkbox = ui.add_enabled_ui(can_switch, |ui| ui.checkbox(&mut is_offline, tr!("zoo-offline"))).inner;
    if checkbox.on_hover_text(&hover).on_disabled_hover_text(&hover).changed() {
        out.push(ZooAction::WorkOffline(is_offline).into());
    }
}
