//! The page of keys: whose keys, and each command's own, which a click and a key press change.

use egui::{Align, Button, ComboBox, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::commands::{Command, Group};
use crate::keymap::{Keymap, Profile, Shortcut};
use crate::panels::key_help::fits;
use crate::state::{Action, AppState, KeyStep, SettingsAction, SettingsView};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button, section, truncated, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, view: &SettingsView, height: f32, out: &mut Vec<Action>) {
    head(ui, &state.keymap, view, out);
    let height = height - size::ROW - size::SPACING;
    let area = ScrollArea::vertical().auto_shrink(false).min_scrolled_height(height).max_height(height);
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let mut is_empty = true;
        for group in Group::ALL {
            let shown = |command: &Command| fits(*command, &state.keymap, &view.search);
            let commands: Vec<Command> = group.commands().filter(shown).collect();
            if commands.is_empty() {
                continue;
            }
            is_empty = false;
            section(ui, &group.title());
            for command in commands {
                row(ui, &state.keymap, command, view.step, out);
            }
        }
        if is_empty {
            wrapped(ui, RichText::new(tr!("keys-none-found")).color(tokens(ui).text_subdued));
        }
    });
}

fn head(ui: &mut Ui, keymap: &Keymap, view: &SettingsView, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(tr!("settings-profile")).color(tokens(ui).text_subdued));
        ComboBox::from_id_salt("profile")
            .selected_text(keymap.profile().text())
            .width(130.0)
            .show_ui(ui, |ui| {
                for profile in Profile::ALL {
                    if ui.selectable_label(keymap.profile() == profile, profile.text()).clicked() {
                        out.push(SettingsAction::Profile(profile).into());
                    }
                }
            })
            .response
            .accessible_name(tr!("settings-profile"))
            .on_hover_text(attribute("settings-profile", "tooltip"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let reset = ui.add_enabled(keymap.has_changes(), Button::new(tr!("settings-reset-all")));
            if reset.on_hover_text(attribute("settings-reset-all", "tooltip")).clicked() {
                out.push(SettingsAction::ResetAll.into());
            }
            let mut typed = view.search.clone();
            let edit = TextEdit::singleline(&mut typed).hint_text(tr!("keys-search")).desired_width(f32::INFINITY);
            if ui.add(edit).accessible_name(attribute("keys-search", "name")).changed() {
                out.push(SettingsAction::Search(typed).into());
            }
        });
    });
}

/// One command: its name, its keys, and under it what a key that was pressed for it needs to be decided.
fn row(ui: &mut Ui, keymap: &Keymap, command: Command, step: KeyStep, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(size::ROW);
        let room = ui.available_width();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            reset(ui, keymap, command, out);
            add(ui, command, step, out);
            for shortcut in keymap.shortcuts(command).iter().rev() {
                chip(ui, command, *shortcut, out);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.set_max_width(room * 0.6);
                truncated(ui, RichText::new(command.text()).color(tokens(ui).text)).on_hover_text(command.tooltip());
            });
        });
    });
    match step {
        KeyStep::Clash { command: wanted, shortcut, owner } if wanted == command => clash(ui, shortcut, owner, out),
        _ => {}
    }
}

/// One key of a command; a click takes it away.
fn chip(ui: &mut Ui, command: Command, shortcut: Shortcut, out: &mut Vec<Action>) {
    let keys = shortcut.text();
    let name = tr!("settings-remove-key", keys = &keys, command = command.text());
    let response = ui.add(Button::new(RichText::new(&keys).monospace()));
    if response.accessible_name(&name).on_hover_text(&name).clicked() {
        out.push(SettingsAction::RemoveKey(command, shortcut).into());
    }
}

fn add(ui: &mut Ui, command: Command, step: KeyStep, out: &mut Vec<Action>) {
    let is_recording = step == KeyStep::Recording(command);
    if is_recording {
        let accent = tokens(ui).accent;
        let button = Button::new(RichText::new(tr!("settings-press-key")).color(accent));
        if ui.add(button).on_hover_text(attribute("settings-press-key", "tooltip")).clicked() {
            out.push(SettingsAction::StopRecording.into());
        }
    } else {
        let name = tr!("settings-add-key", command = command.text());
        if icon_button(ui, Icon::Plus, &name, &name, None).clicked() {
            out.push(SettingsAction::Record(command).into());
        }
    }
}

/// Its usual keys again; where nothing was changed, the room stays free so that keys stand in a column.
fn reset(ui: &mut Ui, keymap: &Keymap, command: Command, out: &mut Vec<Action>) {
    if keymap.is_changed(command) {
        let name = tr!("settings-reset-key", command = command.text());
        if icon_button(ui, Icon::Undo, &name, &name, None).clicked() {
            out.push(SettingsAction::Reset(command).into());
        }
    } else {
        ui.allocate_space(vec2(size::ROW, size::ROW));
    }
}

/// Says whose key it is, and lets the user decide.
fn clash(ui: &mut Ui, shortcut: Shortcut, owner: Command, out: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        let text = tr!("settings-clash", keys = shortcut.text(), owner = owner.text());
        ui.add(Label::new(RichText::new(text).color(tokens(ui).warning)).wrap());
        if ui.button(tr!("settings-take-key")).clicked() {
            out.push(SettingsAction::TakeKey.into());
        }
        if ui.button(tr!("settings-leave-key")).clicked() {
            out.push(SettingsAction::StopRecording.into());
        }
    });
}
