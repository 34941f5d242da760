//! The first screen: where to drop videos, and what will compute.

use std::path::PathBuf;

use egui::{Align, Frame, Label, Layout, Rect, RichText, Shape, Stroke, TextStyle, Ui, UiBuilder, pos2, vec2};

use crate::commands::Command;
use crate::state::{Action, AppState, EngineState, ProjectAction, Sample};
use crate::theme::{semibold, size, tokens};
use crate::tr;
use crate::widgets::{Icon, command_button, fit_middle, list_item, paint_elided, paint_icon, progress_bar, section};

/// Room for a sentence about something that is missing: two lines.
const MISSING_ROW: f32 = 40.0;

pub(crate) fn show(ui: &mut Ui, state: &AppState, hovered_files: usize, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let room = ui.available_rect_before_wrap();
    let shown = shown_projects(state, room.height());
    let list = if shown.is_empty() { 0.0 } else { shown.len() as f32 * size::ROW + 66.0 };
    let missing_room = state.installation.missing.len() as f32 * MISSING_ROW;
    let height = (room.height() - 120.0 - list - missing_room).clamp(184.0, 300.0);
    let target_size = vec2((room.width() - 48.0).min(560.0), height);
    let middle = room.center() - vec2(0.0, 24.0 + (list + missing_room) / 2.0);
    let middle = pos2(middle.x, middle.y.max(room.top() + 12.0 + height / 2.0));
    let target = Rect::from_center_size(middle, target_size);
    let color = if hovered_files > 0 { tokens.accent } else { tokens.border_strong };
    dashed_outline(ui, target, color);
    let content = target.shrink(size::PADDING);
    ui.scope_builder(UiBuilder::new().max_rect(content).layout(Layout::top_down(Align::Center)), |ui| {
        ui.add_space(((content.height() - 184.0) / 2.0).max(0.0));
        let (icon, _) = ui.allocate_exact_size(vec2(36.0, 36.0), egui::Sense::hover());
        paint_icon(ui.painter(), icon, Icon::Film, tokens.text_subdued);
        ui.add_space(4.0);
        let title = if hovered_files > 0 { tr!("start-drop-now") } else { tr!("start-drop") };
        ui.label(RichText::new(title).heading().color(tokens.text_strong));
        ui.add(Label::new(RichText::new(tr!("start-accepted")).color(tokens.text_subdued)).wrap());
        ui.add_space(8.0);
        command_button(ui, Command::Open, true, out);
        ui.add_space(4.0);
        sample(ui, state.sample, out);
    });
    // As wide as the target, so that both read as one column.
    let below = Rect::from_min_max(pos2(target.left(), target.bottom() + 16.0), pos2(target.right(), room.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(below).layout(Layout::top_down(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        device(ui, state);
        missing(ui, state);
        recent(ui, &shown, out);
    });
}

/// For those who have no video at hand.
fn sample(ui: &mut Ui, sample: Sample, out: &mut Vec<Action>) {
    let Sample::Making { share } = sample else {
        command_button(ui, Command::OpenSample, true, out);
        return;
    };
    let text = tr!("start-sample-making");
    ui.add(Label::new(RichText::new(&text).color(tokens(ui).text_subdued)).wrap());
    ui.scope(|ui| {
        ui.set_max_width(240.0);
        progress_bar(ui, &text, Some(share));
    });
    if ui.button(tr!("dialog-cancel")).clicked() {
        out.push(Action::CancelSample);
    }
}

/// The projects that were open last, as many as there is room for.
fn shown_projects(state: &AppState, height: f32) -> Vec<PathBuf> {
    let most = ((height - 304.0) / size::ROW).clamp(2.0, 6.0) as usize;
    state.studio.recent.iter().take(most).cloned().collect()
}

fn recent(ui: &mut Ui, shown: &[PathBuf], out: &mut Vec<Action>) {
    if shown.is_empty() {
        return;
    }
    section(ui, &tr!("start-recent"));
    ui.spacing_mut().item_spacing.y = 0.0;
    for path in shown {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let name = tr!("start-recent-row", name = &stem, folder = &folder);
        let response = list_item(ui, size::ROW, &name, false, |ui, rect| {
            let tokens = tokens(ui);
            let inner = rect.shrink2(vec2(8.0, 0.0));
            let left = inner.with_max_x(inner.left() + inner.width() * 0.45);
            paint_elided(ui, left, &fit_middle(ui, &stem, left.width()), TextStyle::Body, tokens.text);
            let right = inner.with_min_x(left.right() + 12.0);
            paint_elided(ui, right, &fit_middle(ui, &folder, right.width()), TextStyle::Body, tokens.text_subdued);
        });
        if response.on_hover_text(path.display().to_string()).clicked() {
            out.push(Action::Project(ProjectAction::Open(path.clone())));
        }
    }
    ui.add_space(6.0);
    command_button(ui, Command::OpenProject, true, out);
}

/// What will compute, in one or two lines.
fn device(ui: &mut Ui, state: &AppState) {
    let tokens = tokens(ui);
    let line = |ui: &mut Ui, text: String, color| {
        ui.add(Label::new(RichText::new(text).color(color)).wrap());
    };
    match (&state.engine, state.devices.current()) {
        (EngineState::Down(failure), _) => line(ui, failure.summary.clone(), tokens.error),
        (_, Some(device)) => {
            let text = tr!("start-computes-on", device = &device.name);
            ui.label(RichText::new(text).family(semibold()).color(tokens.text));
            if state.devices.lacks_gpu() {
                line(ui, tr!("start-no-gpu"), tokens.text_subdued);
            } else if !device.details.is_empty() {
                line(ui, device.details.clone(), tokens.text_subdued);
            }
        }
        (_, None) if state.devices.found.is_some() => {
            let text = tr!("start-device-missing", device = &state.devices.wanted);
            line(ui, text, tokens.warning);
        }
        (_, None) => line(ui, tr!("looking-for-devices"), tokens.text_subdued),
    }
}

/// What will not work on this computer, and what to do about it.
fn missing(ui: &mut Ui, state: &AppState) {
    for part in &state.installation.missing {
        let text = tr!("start-missing", purposes = &part.purposes, remedy = &part.remedy);
        ui.add(Label::new(RichText::new(text).color(tokens(ui).warning)).wrap().selectable(true));
    }
}

/// Says that files held over the window will be added.
pub(crate) fn drop_overlay(ui: &Ui, hovered_files: usize) {
    let tokens = tokens(ui);
    let rect = ui.ctx().content_rect().shrink(8.0);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop overlay"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(rect, size::LARGE_RADIUS, tokens.window_bg.gamma_multiply(0.88));
    painter.extend(dashes(rect, Stroke::new(2.0, tokens.accent)));
    let text = tr!("start-drop-to-add", count = hovered_files);
    let font = egui::TextStyle::Heading.resolve(ui.style());
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, text, font, tokens.text_strong);
}

fn dashed_outline(ui: &Ui, rect: Rect, color: egui::Color32) {
    let frame = Frame::new().fill(tokens(ui).panel_bg).corner_radius(size::LARGE_RADIUS);
    ui.painter().add(frame.paint(rect));
    ui.painter().extend(dashes(rect, Stroke::new(1.0, color)));
}

fn dashes(rect: Rect, stroke: Stroke) -> Vec<Shape> {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    Shape::dashed_line(&corners, stroke, 6.0, 5.0)
}
