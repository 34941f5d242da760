//! How well each class is found: precision, recall, F1 and how many samples that is said of.

use egui::{Rect, Role, Sense, Shape, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};
use ks_domain::training::{ClassFigures, Evaluation};

use crate::state::{Action, AppState, ClassColumn, RunRecord, TrainingAction};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{paint_elided, paint_number, section};

/// Width of a column of numbers.
const NUMBER: f32 = 68.0;

pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    (record, evaluation): (&RunRecord, &Evaluation),
    out: &mut Vec<Action>,
) {
    let classes = state.training.runs.sorted_classes(evaluation);
    if classes.is_empty() {
        return;
    }
    section(ui, &tr!("classes-title"));
    ui.spacing_mut().item_spacing.y = 0.0;
    header(ui, state, out);
    for (class, figures) in classes {
        row(ui, &record.class_name(class), &figures);
    }
}

fn cells(rect: Rect) -> [(ClassColumn, Rect); 5] {
    let width = NUMBER.min(rect.width() / 6.0);
    let mut left = rect.right() - 4.0 * (width + 6.0);
    let name = Rect::from_min_max(rect.min, pos2(left - 6.0, rect.bottom()));
    ClassColumn::ALL.map(|column| {
        if column == ClassColumn::Name {
            return (column, name);
        }
        let cell = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width, rect.bottom()));
        left += width + 6.0;
        (column, cell)
    })
}

fn text(column: ClassColumn) -> String {
    match column {
        ClassColumn::Name => tr!("classes-name"),
        ClassColumn::Precision => tr!("classes-precision"),
        ClassColumn::Recall => tr!("classes-recall"),
        ClassColumn::F1 => tr!("classes-f1"),
        ClassColumn::Samples => tr!("classes-samples"),
    }
}

fn header(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::hover());
    let runs = &state.training.runs;
    for (column, cell) in cells(rect) {
        let sorted = (runs.column == column).then_some(runs.is_descending);
        if sort_title(ui, cell, &text(column), sorted, column != ClassColumn::Name) {
            out.push(TrainingAction::SortClasses(column).into());
        }
    }
}

/// The title of a column that sorts by it. `sorted` is whether the greatest stands first, if it is sorted by this one.
pub(crate) fn sort_title(ui: &Ui, cell: Rect, text: &str, sorted: Option<bool>, is_number: bool) -> bool {
    let tokens = tokens(ui);
    let response = ui.interact(cell, ui.scope_id().with(("sort", text)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, tr!("sort-by", column = text)));
    let color = if sorted.is_some() || response.hovered() { tokens.text_strong } else { tokens.text_subdued };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), TextStyle::Small.resolve(ui.style()), color);
    let arrow = if sorted.is_some() { 12.0 } else { 0.0 };
    let width = galley.size().x;
    let left = if is_number { (cell.right() - width).max(cell.left() + arrow) } else { cell.left() };
    let painter = ui.painter().with_clip_rect(cell);
    painter.galley(pos2(left, cell.center().y - galley.size().y / 2.0), galley, color);
    if let Some(is_descending) = sorted {
        let x = if is_number { left - 7.0 } else { left + width + 7.0 };
        let (base, tip) = if is_descending { (-2.0, 2.5) } else { (2.0, -2.5) };
        let y = cell.center().y;
        let points = vec![pos2(x - 3.0, y + base), pos2(x + 3.0, y + base), pos2(x, y + tip)];
        ui.painter().add(Shape::convex_polygon(points, color, Stroke::NONE));
    }
    if response.has_focus() {
        ui.painter().rect_stroke(cell, size::RADIUS, Stroke::new(1.0, tokens.accent), egui::StrokeKind::Inside);
    }
    response.clicked()
}

fn row(ui: &mut Ui, name: &str, figures: &ClassFigures) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::DENSE_ROW), Sense::hover());
    let share = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |value| tr!("percent", value = format!("{:.0}", value * 100.0)))
    };
    let (precision, recall, f1) = (share(figures.precision), share(figures.recall), share(figures.f1));
    let spoken = tr!(
        "classes-row",
        name = name,
        precision = precision.as_str(),
        recall = recall.as_str(),
        f1 = f1.as_str(),
        count = figures.samples,
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let tokens = tokens(ui);
    for (column, cell) in cells(rect) {
        match column {
            ClassColumn::Name => paint_elided(ui, cell, name, TextStyle::Body, tokens.text),
            ClassColumn::Precision => paint_number(ui, cell, &precision, tokens.text),
            ClassColumn::Recall => paint_number(ui, cell, &recall, tokens.text),
            ClassColumn::F1 => paint_number(ui, cell, &f1, tokens.text_strong),
            ClassColumn::Samples => paint_number(ui, cell, &figures.samples.to_string(), tokens.text_subdued),
        }
    }
    response.on_hover_text(name);
}
