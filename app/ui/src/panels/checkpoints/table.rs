//! The list of checkpoints. Columns that there is no room for are left out, the least important first; one can still
//! read them at the right.

use egui::{Rect, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::format;
use crate::panels::training::{bytes, figure_text, sort_title};
use crate::state::{Action, AppState, CheckpointColumn, CheckpointEntry, TrainingAction};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, fit_middle, list_item, paint_elided, paint_icon, paint_number, wrapped};

/// Room that a name wants, and the box that chooses for comparison.
const NAME: f32 = 130.0;
const CHOOSE: f32 = 22.0;

/// Columns besides the name, the first to be left out last.
const BY_RANK: [CheckpointColumn; 7] = [
    CheckpointColumn::Figure,
    CheckpointColumn::Date,
    CheckpointColumn::Labels,
    CheckpointColumn::Tags,
    CheckpointColumn::Parent,
    CheckpointColumn::Size,
    CheckpointColumn::Note,
];

const fn width(column: CheckpointColumn) -> f32 {
    match column {
        CheckpointColumn::Name => NAME,
        CheckpointColumn::Parent => 130.0,
        CheckpointColumn::Labels | CheckpointColumn::Size => 58.0,
        CheckpointColumn::Figure => 86.0,
        CheckpointColumn::Date => 118.0,
        CheckpointColumn::Tags => 100.0,
        CheckpointColumn::Note => 140.0,
    }
}

const fn is_number(column: CheckpointColumn) -> bool {
    matches!(column, CheckpointColumn::Labels | CheckpointColumn::Figure | CheckpointColumn::Size)
}

fn title(column: CheckpointColumn) -> String {
    match column {
        CheckpointColumn::Name => tr!("checkpoint-name"),
        CheckpointColumn::Parent => tr!("checkpoint-parent"),
        CheckpointColumn::Labels => tr!("checkpoint-labels"),
        CheckpointColumn::Figure => tr!("checkpoint-figure"),
        CheckpointColumn::Date => tr!("checkpoint-date"),
        CheckpointColumn::Size => tr!("checkpoint-size"),
        CheckpointColumn::Tags => tr!("checkpoint-tags"),
        CheckpointColumn::Note => tr!("checkpoint-note"),
    }
}

fn columns(room: f32) -> Vec<CheckpointColumn> {
    let mut left = room - NAME - CHOOSE - 16.0;
    let mut taken: Vec<CheckpointColumn> = Vec::new();
    for column in BY_RANK {
        left -= width(column) + size::SPACING;
        if left < 0.0 {
            break;
        }
        taken.push(column);
    }
    CheckpointColumn::ALL.into_iter().filter(|column| taken.contains(column)).collect()
}

/// Where the cells of a row are: the box, the name, the columns.
fn cells(rect: Rect, shown: &[CheckpointColumn]) -> (Rect, Rect, Vec<(CheckpointColumn, Rect)>) {
    let part = |left: f32, right: f32| Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    let mut right = rect.right() - 8.0;
    let mut cells = Vec::with_capacity(shown.len());
    for column in shown.iter().rev() {
        cells.push((*column, part(right - width(*column), right)));
        right -= width(*column) + size::SPACING;
    }
    cells.reverse();
    (part(rect.left() + 2.0, rect.left() + CHOOSE), part(rect.left() + CHOOSE + 4.0, right), cells)
}

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let entries = state.training.checkpoints.shown();
    let shown = columns(ui.available_width());
    ui.spacing_mut().item_spacing.y = 0.0;
    header(ui, state, &shown, out);
    if entries.is_empty() {
        let color = tokens(ui).text_subdued;
        wrapped(ui, egui::RichText::new(tr!("checkpoints-none-found")).color(color));
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, size::ROW, entries.len(), |ui, rows| {
        for entry in entries.get(rows).unwrap_or_default() {
            ui.push_id(&entry.path, |ui| row(ui, state, entry, &shown, out));
        }
    });
}

fn header(ui: &mut Ui, state: &AppState, shown: &[CheckpointColumn], out: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let (_, name, cells) = cells(rect, shown);
    let checkpoints = &state.training.checkpoints;
    for (column, cell) in [(CheckpointColumn::Name, name)].into_iter().chain(cells) {
        let sorted = (checkpoints.column == column).then_some(checkpoints.is_descending);
        if sort_title(ui, cell, &title(column), sorted, is_number(column)) {
            out.push(TrainingAction::SortCheckpoints(column).into());
        }
    }
}

fn cell_text(entry: &CheckpointEntry, column: CheckpointColumn) -> String {
    match column {
        CheckpointColumn::Name => entry.name.clone(),
        CheckpointColumn::Parent => entry.parent.clone().unwrap_or_else(|| "–".to_owned()),
        CheckpointColumn::Labels if entry.trouble.is_some() => "–".to_owned(),
        CheckpointColumn::Labels => format::grouped(entry.classes.len() as u64),
        CheckpointColumn::Figure => entry.best.as_ref().map_or_else(|| "–".to_owned(), figure_text),
        CheckpointColumn::Date => format::moment(entry.made_millis, entry.utc_offset_secs),
        CheckpointColumn::Size => bytes(entry.bytes),
        CheckpointColumn::Tags => entry.tags.join(", "),
        CheckpointColumn::Note => entry.note.clone(),
    }
}

fn row(ui: &mut Ui, state: &AppState, entry: &CheckpointEntry, shown: &[CheckpointColumn], out: &mut Vec<Action>) {
    let checkpoints = &state.training.checkpoints;
    let is_selected = checkpoints.selected.as_ref() == Some(&entry.path);
    let is_used = state.model.file().is_some_and(|file| file.path == entry.path);
    let figure = cell_text(entry, CheckpointColumn::Figure);
    let mut spoken = tr!("checkpoint-row", name = &entry.name, count = entry.classes.len(), figure = figure.as_str());
    if is_used {
        spoken = tr!("checkpoint-row-used", row = spoken);
    }
    if let Some(trouble) = &entry.trouble {
        spoken = tr!("checkpoint-row-unreadable", name = &entry.name, why = trouble);
    }
    let mut pressed = false;
    let response = list_item(ui, size::ROW, &spoken, is_selected, |ui, rect| {
        let tokens = tokens(ui);
        let (choose, name, columns) = cells(rect, shown);
        pressed = entry.trouble.is_none() && compare_box(ui, choose, state, entry, out);
        let color = match (&entry.trouble, is_selected) {
            (Some(_), _) => tokens.text_subdued,
            (None, true) => tokens.text_strong,
            (None, false) => tokens.text,
        };
        let name = if is_used {
            let dot = name.left_center() + vec2(4.0, 0.0);
            ui.painter().circle_filled(dot, 3.5, tokens.success);
            name.with_min_x(name.left() + 14.0)
        } else {
            name
        };
        let fitting = fit_middle(ui, &entry.name, name.width());
        paint_elided(ui, name, &fitting, TextStyle::Body, color);
        for (column, cell) in columns {
            let text = cell_text(entry, column);
            if is_number(column) {
                paint_number(ui, cell, &text, color);
            } else {
                paint_elided(ui, cell, &text, TextStyle::Body, tokens.text_subdued);
            }
        }
    });
    let response = match &entry.trouble {
        Some(why) => response.on_hover_text(why),
        None => response,
    };
    if response.clicked() && !pressed {
        out.push(TrainingAction::SelectCheckpoint(entry.path.clone()).into());
    }
}

/// The box that chooses one of the two to compare.
fn compare_box(ui: &Ui, rect: Rect, state: &AppState, entry: &CheckpointEntry, out: &mut Vec<Action>) -> bool {
    let tokens = tokens(ui);
    let compared = &state.training.checkpoints.compared;
    let is_compared = compared.contains(&entry.path);
    let can = is_compared || compared.len() < 2;
    let response = ui.interact(rect, ui.scope_id().with("compare"), Sense::click());
    let name = tr!("checkpoint-compare", name = &entry.name);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, can, is_compared, &name));
    let square = Rect::from_center_size(rect.center(), vec2(14.0, 14.0));
    let fill = if response.hovered() && can { tokens.control_hover_bg } else { tokens.control_bg };
    ui.painter().rect_filled(square, 3.0, fill);
    let stroke = if response.has_focus() { tokens.accent } else { tokens.border_strong };
    let stroke = if can { stroke } else { tokens.border };
    ui.painter().rect_stroke(square, 3.0, egui::Stroke::new(1.0, stroke), egui::StrokeKind::Inside);
    if is_compared {
        paint_icon(ui.painter(), square.shrink(2.0), Icon::Check, tokens.text_strong);
    }
    let hover = if can { name } else { tr!("checkpoint-compare-two") };
    let clicked = response.on_hover_text(hover).clicked();
    if clicked && can {
        out.push(TrainingAction::CompareCheckpoint(entry.path.clone(), !is_compared).into());
    }
    clicked
}
