//! The right side: its pages, and what is known about the watched video as a whole.

mod head;
mod history;
mod results;
mod review;
mod scores;
mod totals;

use egui::{Frame, Margin, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::commands::Command;
use crate::keymap::keymap_of;
use crate::state::{Action, AppState, Page, ProjectAction};
use crate::texts::attribute;
use crate::theme::{semibold, size, tokens};
use crate::tr;

pub(crate) use self::head::{edit_note, work_text};

/// Room that a tab wants; where all do not have it, they stand in two rows.
const TAB: f32 = 50.0;

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let sides = size::PADDING as i8;
    Frame::new().inner_margin(Margin { left: sides, right: sides, top: 4, bottom: 4 }).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        tabs(ui, state.studio.page, out);
        head::show(ui, state, out);
    });
    if matches!(state.studio.page, Page::Scores | Page::Labels) {
        return scores::show(ui, state, out);
    }
    Frame::new().inner_margin(Margin { left: sides, right: 4, top: 0, bottom: 4 }).show(ui, |ui| {
        ui.set_width(ui.available_width());
        match state.studio.page {
            Page::Results => results::show(ui, state, out),
            Page::Totals => totals::show(ui, state, out),
            Page::Review => review::show(ui, state, out),
            Page::History => history::show(ui, state, out),
            Page::Scores | Page::Labels => {}
        }
    });
}

const fn command_of(page: Page) -> Option<Command> {
    match page {
        Page::Scores => None,
        Page::Labels => Some(Command::ShowLabels),
        Page::Results => Some(Command::ShowResults),
        Page::Totals => Some(Command::ShowTotals),
        Page::Review => Some(Command::ShowReview),
        Page::History => Some(Command::ShowHistory),
    }
}

fn tabs(ui: &mut Ui, open: Page, out: &mut Vec<Action>) {
    let width = ui.available_width();
    let columns = if width >= TAB * Page::ALL.len() as f32 { Page::ALL.len() } else { Page::ALL.len().div_ceil(2) };
    let rows = Page::ALL.len().div_ceil(columns);
    let (area, _) = ui.allocate_exact_size(vec2(width, rows as f32 * size::ROW), Sense::hover());
    let cell = area.width() / columns as f32;
    for (place, page) in Page::ALL.into_iter().enumerate() {
        let (row, column) = (place / columns, place % columns);
        let corner = pos2(area.left() + column as f32 * cell, area.top() + row as f32 * size::ROW);
        tab(ui, Rect::from_min_size(corner, vec2(cell, size::ROW)), page, page == open, out);
    }
}

fn tab(ui: &Ui, rect: Rect, page: Page, is_open: bool, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let (name, hover) = match command_of(page) {
        Some(command) => (command.text(), command.hover_text(&keymap_of(ui))),
        None => (tr!("page-scores"), attribute("page-scores", "tooltip")),
    };
    let response = ui.interact(rect, ui.scope_id().with(("tab", page)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_open, &name));
    let painter = ui.painter();
    if response.hovered() {
        painter.rect_filled(rect.shrink(1.0), size::RADIUS, tokens.control_bg);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.accent);
        painter.rect_stroke(rect.shrink(1.0), size::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let color = if is_open { tokens.text_strong } else { tokens.text_subdued };
    let font = if is_open { egui::FontId::new(size::BODY, semibold()) } else { egui::FontId::proportional(size::BODY) };
    painter.with_clip_rect(rect).text(rect.center(), egui::Align2::CENTER_CENTER, &name, font, color);
    let line = if is_open { egui::Stroke::new(2.0, tokens.accent) } else { egui::Stroke::new(1.0, tokens.border) };
    painter.hline(rect.x_range(), rect.bottom() - 1.0, line);
    if response.on_hover_text(hover).clicked() {
        out.push(Action::Project(ProjectAction::ShowPage(page)));
    }
}
