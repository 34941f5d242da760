//! The palette: a command by words of its name, with its keys beside it.

use egui::{Align2, Frame, Id, Key, Modal, Modifiers, Rect, ScrollArea, TextEdit, TextStyle, Ui, pos2, vec2};

use crate::commands::Command;
use crate::keymap::Shortcut;
use crate::state::{Action, AppState, PaletteAction, PaletteView, found_commands};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{list_item, paint_elided, wrapped};

pub(super) fn show(ui: &Ui, state: &AppState, view: &PaletteView, out: &mut Vec<Action>) {
    let room = ui.ctx().content_rect();
    let frame = Frame::popup(ui.style()).inner_margin(8.0);
    let found = found_commands(&view.search);
    let selected = view.selected.min(found.len().saturating_sub(1));
    let area = Modal::default_area(Id::unique("palette")).anchor(Align2::CENTER_TOP, vec2(0.0, room.height() * 0.12));
    let modal = Modal::new(Id::unique("palette")).area(area).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(460.0_f32.min(room.width() - 40.0));
        let moved = keys(ui, state, &found, selected, out);
        search_field(ui, view, out);
        if found.is_empty() {
            wrapped(ui, egui::RichText::new(tr!("palette-none-found")).color(tokens(ui).text_subdued));
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        let most = (room.height() * 0.88 - 80.0).clamp(72.0, 360.0);
        ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
            for (position, command) in found.iter().enumerate() {
                row(ui, state, *command, (position == selected, moved), out);
            }
        });
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

/// Up, down and Enter, before the text field sees them. Says whether another row is pointed at.
fn keys(ui: &Ui, state: &AppState, found: &[Command], selected: usize, out: &mut Vec<Action>) -> bool {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let next = match (pressed(Key::ArrowDown), pressed(Key::ArrowUp)) {
        (true, _) => selected.checked_add(1).filter(|next| *next < found.len()),
        (_, true) => selected.checked_sub(1),
        _ => None,
    };
    if let Some(next) = next {
        out.push(PaletteAction::Select(next).into());
    }
    if pressed(Key::Enter)
        && let Some(command) = found.get(selected).filter(|command| state.can(**command))
    {
        out.push(PaletteAction::Run(*command).into());
    }
    next.is_some()
}

fn search_field(ui: &mut Ui, view: &PaletteView, out: &mut Vec<Action>) {
    let mut typed = view.search.clone();
    let edit = TextEdit::singleline(&mut typed).hint_text(tr!("palette-search")).desired_width(f32::INFINITY);
    let response = ui.add(edit);
    if response.changed() {
        out.push(PaletteAction::Search(typed).into());
    }
    if !response.has_focus() {
        response.request_focus();
    }
    response.accessible_name(attribute("palette-search", "name"));
}

fn row(ui: &mut Ui, state: &AppState, command: Command, (is_selected, moved): (bool, bool), out: &mut Vec<Action>) {
    let can = state.can(command);
    let keys = state.keymap.shortcuts(command).first().map(Shortcut::text).unwrap_or_default();
    let (text, group) = (command.text(), command.info().group.title());
    let name = match (can, keys.is_empty()) {
        (true, true) => text.clone(),
        (true, false) => tr!("palette-row-keys", text = &text, keys = &keys),
        (false, _) => tr!("palette-row-disabled", text = &text),
    };
    let response = list_item(ui, size::ROW, &name, is_selected, |ui, rect| {
        let tokens = tokens(ui);
        let color = if !can {
            tokens.text_disabled
        } else if is_selected {
            tokens.text_strong
        } else {
            tokens.text
        };
        let subdued = if can { tokens.text_subdued } else { tokens.text_disabled };
        let mono = TextStyle::Monospace.resolve(ui.style());
        let keys = ui.painter().layout_no_wrap(keys.clone(), mono, subdued);
        let right = rect.right() - 8.0 - keys.size().x;
        ui.painter().galley(pos2(right, rect.center().y - keys.size().y / 2.0), keys, subdued);
        let left = rect.left() + 8.0;
        let group_left = left + (rect.width() * 0.5).max(160.0);
        let part = |from: f32, to: f32| Rect::from_min_max(pos2(from, rect.top()), pos2(to, rect.bottom()));
        paint_elided(ui, part(left, group_left.min(right) - 8.0), &text, TextStyle::Body, color);
        paint_elided(ui, part(group_left, (right - 8.0).max(group_left)), &group, TextStyle::Body, subdued);
    });
    if is_selected && moved {
        response.scroll_to_me(None);
    }
    if response.on_hover_text(command.tooltip()).clicked() && can {
        out.push(PaletteAction::Run(command).into());
    }
}
