//! Buttons: commands as text, as icons, as menu items, and the one big button.

use egui::{Button, Response, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::icons::{Icon, paint_icon};
use crate::commands::Command;
use crate::keymap::keymap_of;
use crate::state::Action;
use crate::theme::{self, semibold, size, tokens};

/// A text button that gives a command.
pub fn command_button(ui: &mut Ui, command: Command, enabled: bool, out: &mut Vec<Action>) -> Response {
    let response = ui.add_enabled(enabled, Button::new(command.text()));
    let response = response.on_hover_text(command.hover_text(&keymap_of(ui)));
    if response.clicked() {
        out.push(command.into());
    }
    response
}

/// A menu item that gives a command.
pub fn menu_item(ui: &mut Ui, command: Command, enabled: bool, out: &mut Vec<Action>) {
    let mut button = Button::new(command.text());
    if let Some(shortcut) = keymap_of(ui).shortcuts(command).first() {
        button = button.shortcut_text(shortcut.text());
    }
    if ui.add_enabled(enabled, button).on_hover_text(command.tooltip()).clicked() {
        out.push(command.into());
        ui.close();
    }
}

/// A square button with an icon, drawn without a frame until the pointer is over it.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, hover: &str, is_on: Option<bool>) -> Response {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(size::ROW, size::ROW), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| match is_on {
        Some(is_on) => WidgetInfo::selected(Role::CheckBox, enabled, is_on, name),
        None => WidgetInfo::labeled(Role::Button, enabled, name),
    });
    if ui.is_rect_visible(rect) {
        let is_on = is_on.unwrap_or(false);
        let fill = match (response.is_pointer_button_down_on(), response.hovered(), is_on) {
            (true, ..) => Some(tokens.control_active_bg),
            (_, true, _) => Some(tokens.control_hover_bg),
            (_, _, true) => Some(tokens.selection_bg),
            _ => None,
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, size::RADIUS, fill);
        }
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, tokens.accent);
            ui.painter().rect_stroke(rect, size::RADIUS, stroke, egui::StrokeKind::Inside);
        }
        let color = match (enabled, response.hovered() || is_on) {
            (false, _) => tokens.text_disabled,
            (true, false) => tokens.text,
            (true, true) => tokens.text_strong,
        };
        let icon_rect = egui::Rect::from_center_size(rect.center(), vec2(size::ICON, size::ICON));
        paint_icon(ui.painter(), icon_rect, icon, color);
    }
    response.on_hover_text(hover)
}

/// A small button with an icon at a place inside of a row.
pub fn icon_spot(ui: &Ui, rect: egui::Rect, salt: &str, icon: Icon, name: &str) -> Response {
    let tokens = tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with(salt), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, size::RADIUS, tokens.control_active_bg);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect, size::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let color = if response.hovered() { tokens.text_strong } else { tokens.text };
    paint_icon(ui.painter(), egui::Rect::from_center_size(rect.center(), vec2(12.0, 12.0)), icon, color);
    response.on_hover_text(name)
}

/// The one big button of a panel, as wide as there is room.
pub fn primary_button(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let tokens = tokens(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for (state, fill) in [
            (&mut widgets.inactive, tokens.primary_bg),
            (&mut widgets.hovered, tokens.primary_hover_bg),
            (&mut widgets.active, tokens.primary_hover_bg),
        ] {
            state.weak_bg_fill = fill;
            state.fg_stroke.color = tokens.text_on_primary;
        }
        if !enabled {
            // A button that cannot be pressed looks like any other control.
            ui.visuals_mut().widgets.inactive.weak_bg_fill = tokens.control_bg;
            ui.visuals_mut().widgets.noninteractive.weak_bg_fill = tokens.control_bg;
            ui.visuals_mut().widgets.inactive.fg_stroke.color = tokens.text_subdued;
            ui.visuals_mut().widgets.noninteractive.fg_stroke.color = tokens.text_subdued;
            ui.visuals_mut().disabled_alpha = 1.0;
        }
        let text = RichText::new(text).family(semibold()).size(theme::size::BODY + 1.0);
        ui.add_enabled_ui(enabled, |ui| wide_button(ui, Button::new(text), 36.0)).inner
    })
    .inner
}

/// A button as wide as there is room, its text in the middle.
pub fn wide_button(ui: &mut Ui, button: Button<'_>, height: f32) -> Response {
    let width = ui.available_width();
    ui.vertical_centered_justified(|ui| ui.add(button.min_size(vec2(width, height)))).inner
}
