//! What a panel shows when it has nothing to show: one sentence, and at most one button.

use egui::{Align, Layout, RichText, Ui, UiBuilder, vec2};

use super::buttons::command_button;
use super::icons::{Icon, paint_icon};
use crate::commands::Command;
use crate::state::Action;
use crate::theme::tokens;

/// The contents of an empty panel.
#[derive(Clone, Copy, Debug)]
pub struct EmptyState<'a> {
    /// A picture above, if there is room.
    pub icon: Icon,
    /// One sentence.
    pub title: &'a str,
    /// What to do about it; may be empty.
    pub text: &'a str,
    /// The one button.
    pub command: Option<Command>,
    /// Whether it reports a failure.
    pub is_failure: bool,
}

/// Draws an empty panel, centred in what room there is.
pub fn empty_state(ui: &mut Ui, state: EmptyState<'_>, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let room = ui.available_rect_before_wrap();
    let column = room.shrink2(vec2(((room.width() - 420.0) / 2.0).max(16.0), 8.0));
    let has_icon = room.height() > 110.0;
    let lines = if state.text.is_empty() { 1.0 } else { 2.0 };
    let height = lines * 20.0 + if state.command.is_some() { 36.0 } else { 0.0 } + if has_icon { 40.0 } else { 0.0 };
    ui.scope_builder(UiBuilder::new().max_rect(column).layout(Layout::top_down(Align::Center)), |ui| {
        ui.add_space(((column.height() - height) / 2.0).max(0.0));
        let color = if state.is_failure { tokens.error } else { tokens.text };
        if has_icon {
            let (rect, _) = ui.allocate_exact_size(vec2(28.0, 28.0), egui::Sense::hover());
            let color = if state.is_failure { tokens.error } else { tokens.text_subdued };
            paint_icon(ui.painter(), rect, state.icon, color);
        }
        ui.add(egui::Label::new(RichText::new(state.title).color(color)).wrap());
        if !state.text.is_empty() {
            ui.add(egui::Label::new(RichText::new(state.text).color(tokens.text_subdued)).wrap());
        }
        if let Some(command) = state.command {
            command_button(ui, command, true, out);
        }
    });
    ui.advance_cursor_after_rect(room);
}
