//! All keys by group, with a search.

use egui::{Frame, Grid, Id, Label, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::commands::{Command, Group};
use crate::keymap::{Keymap, Shortcut};
use crate::state::{Action, AppState};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::section;

pub(super) fn show(ui: &Ui, state: &AppState, search: &str, out: &mut Vec<Action>) {
    let most = (ui.ctx().content_rect().height() - 160.0).max(120.0);
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("keys")).frame(frame).show(ui.ctx(), |ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.set_width(420.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading(tr!("keys-title"));
        search_field(ui, search, out);
        ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]).show(ui, |ui| {
            table(ui, &state.keymap, search);
        });
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            if ui.button(tr!("dialog-close")).clicked() {
                out.push(Action::CloseDialog);
            }
            if ui.button(tr!("keys-change")).clicked() {
                out.push(Action::CloseDialog);
                out.push(Command::ShowSettings.into());
            }
        });
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

fn search_field(ui: &mut Ui, search: &str, out: &mut Vec<Action>) {
    let mut typed = search.to_owned();
    let edit = TextEdit::singleline(&mut typed).hint_text(tr!("keys-search")).desired_width(f32::INFINITY);
    if ui.add(edit).accessible_name(attribute("keys-search", "name")).changed() {
        out.push(Action::SearchKeys(typed));
    }
}

fn table(ui: &mut Ui, keymap: &Keymap, search: &str) {
    let mut is_empty = true;
    for group in Group::ALL {
        let rows: Vec<Command> = group
            .commands()
            .filter(|command| !keymap.shortcuts(*command).is_empty() && fits(*command, keymap, search))
            .collect();
        if rows.is_empty() {
            continue;
        }
        is_empty = false;
        section(ui, &group.title());
        Grid::new(group as usize).num_columns(2).min_col_width(150.0).spacing(vec2(16.0, 4.0)).show(ui, |ui| {
            for command in rows {
                let keys: Vec<String> = keymap.shortcuts(command).iter().map(Shortcut::text).collect();
                ui.label(RichText::new(keys.join("   ")).monospace().color(tokens(ui).text_strong));
                ui.label(command.text());
                ui.end_row();
            }
        });
    }
    let below = if is_empty { tr!("keys-none-found") } else { tr!("keys-wheel") };
    ui.add(Label::new(RichText::new(below).color(tokens(ui).text_subdued)).wrap());
}

/// Whether a command's text, its menu or its keys have every word of a search.
pub(super) fn fits(command: Command, keymap: &Keymap, search: &str) -> bool {
    if search.trim().is_empty() {
        return true;
    }
    let keys: Vec<String> = keymap.shortcuts(command).iter().map(Shortcut::text).collect();
    let all = format!("{} {} {}", command.text(), command.info().group.title(), keys.join(" ")).to_lowercase();
    search.split_whitespace().all(|word| all.contains(&word.to_lowercase()))
}
