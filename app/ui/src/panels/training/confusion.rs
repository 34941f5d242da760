//! What was mistaken for what: a row for each class as it is, a column for each as it was taken. A click on a cell lists
//! its clips, a click on one of those goes there.

use egui::{Align2, Color32, Rect, RichText, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};
use ks_domain::training::Evaluation;

use crate::format;
use crate::state::{Action, AppState, MatrixCell, RunRecord, TrainingAction};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{list_item, paint_elided, paint_number, percent, section, truncated, wrapped};

/// Room for names at the left, and above.
const NAMES: f32 = 120.0;
const ABOVE: f32 = 84.0;
/// Side of a cell at least and at most.
const LEAST: f32 = 5.0;
const MOST: f32 = 30.0;
/// Below this side neither names nor numbers can be read.
const READABLE: f32 = 13.0;
/// Clips of a cell that are listed.
const LISTED: usize = 60;

pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    (record, evaluation): (&RunRecord, &Evaluation),
    out: &mut Vec<Action>,
) {
    let count = evaluation.confusion.len();
    if count == 0 {
        return;
    }
    section(ui, &tr!("confusion-title"));
    let subdued = tokens(ui).text_subdued;
    wrapped(ui, RichText::new(tr!("confusion-hint")).color(subdued));
    let side = ((ui.available_width() - NAMES - 8.0) / count as f32).clamp(LEAST, MOST);
    egui::ScrollArea::horizontal().id_salt("confusion").show(ui, |ui| {
        matrix(ui, state, (record, evaluation), side, out);
    });
    if let Some(cell) = state.training.runs.cell {
        clips(ui, record, cell, out);
    }
}

fn matrix(
    ui: &mut Ui,
    state: &AppState,
    (record, evaluation): (&RunRecord, &Evaluation),
    side: f32,
    out: &mut Vec<Action>,
) {
    let confusion = &evaluation.confusion;
    let across = confusion.len() as f32 * side;
    let above = if side >= READABLE { ABOVE } else { 4.0 };
    let (rect, _) = ui.allocate_exact_size(vec2(NAMES + across + 8.0, above + across), Sense::hover());
    let corner = pos2(rect.left() + NAMES, rect.top() + above);
    let chosen = state.training.runs.cell;
    let area = Rect::from_min_size(corner, vec2(across, across));
    ui.painter().rect_filled(area, 0.0, tokens(ui).lane_bg);
    if side >= READABLE {
        names(ui, record, (corner, side), confusion.len(), chosen);
    }
    for (truth, row) in (0_u32..).zip(confusion) {
        let total: u32 = row.iter().sum();
        for (predicted, samples) in (0_u32..).zip(row).filter(|(_, samples)| **samples > 0) {
            let at = corner + vec2(predicted as f32 * side, truth as f32 * side);
            let place = Rect::from_min_size(at, vec2(side, side));
            if !ui.is_rect_visible(place) {
                continue;
            }
            let share = *samples as f32 / total.max(1) as f32;
            let cell = (truth, predicted);
            if draw_cell(ui, record, place, (cell, *samples, share), chosen == Some(cell)).clicked() {
                out.push(TrainingAction::ChooseCell(Some(cell)).into());
            }
        }
    }
}

fn names(ui: &Ui, record: &RunRecord, (corner, side): (egui::Pos2, f32), count: usize, chosen: Option<MatrixCell>) {
    let tokens = tokens(ui);
    let style = if side < 17.0 { TextStyle::Small } else { TextStyle::Body };
    let font = style.resolve(ui.style());
    for class in 0..u32::try_from(count).unwrap_or(0) {
        let name = record.class_name(class);
        let is_row = chosen.is_some_and(|(truth, _)| truth == class);
        let is_column = chosen.is_some_and(|(_, predicted)| predicted == class);
        let color = |is_chosen| if is_chosen { tokens.text_strong } else { tokens.text_subdued };
        let middle = corner.y + (class as f32 + 0.5) * side;
        let line =
            Rect::from_min_max(pos2(corner.x - NAMES, middle - side / 2.0), pos2(corner.x - 6.0, middle + side / 2.0));
        paint_elided(ui, line, &name, style.clone(), color(is_row));
        let mut job = egui::text::LayoutJob::simple_singleline(name, font.clone(), color(is_column));
        job.wrap.max_width = ABOVE - 8.0;
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = ui.painter().layout_job(job);
        // Turned to read upwards: the text begins at the matrix.
        let x = corner.x + (class as f32 + 0.5) * side - galley.size().y / 2.0;
        let shape = egui::epaint::TextShape::new(pos2(x, corner.y - 4.0), galley, color(is_column));
        ui.painter().add(shape.with_angle(-std::f32::consts::FRAC_PI_2));
    }
}

fn draw_cell(
    ui: &Ui,
    record: &RunRecord,
    place: Rect,
    (cell, samples, share): (MatrixCell, u32, f32),
    is_chosen: bool,
) -> egui::Response {
    let tokens = tokens(ui);
    let (truth, predicted) = (record.class_name(cell.0), record.class_name(cell.1));
    let name = tr!(
        "confusion-cell",
        truth = truth.as_str(),
        predicted = predicted.as_str(),
        count = samples,
        share = format::percent(share),
    );
    let response = ui.interact(place, ui.scope_id().with(("cell", cell)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &name));
    let hue = if cell.0 == cell.1 { tokens.success } else { tokens.error };
    let inner = place.shrink(if place.width() > 8.0 { 0.5 } else { 0.0 });
    ui.painter().rect_filled(inner, 1.0, hue.gamma_multiply(0.18 + 0.62 * share));
    if place.width() >= READABLE + 3.0 {
        let font = egui::FontId::monospace(if samples > 99 { 9.0 } else { 10.0 });
        ui.painter().text(place.center(), Align2::CENTER_CENTER, samples.to_string(), font, number_color(ui, share));
    }
    if is_chosen || response.hovered() || response.has_focus() {
        let color = if is_chosen { tokens.text_strong } else { tokens.accent };
        ui.painter().rect_stroke(place, 1.0, Stroke::new(1.5, color), egui::StrokeKind::Inside);
    }
    response.on_hover_text(name)
}

/// Numbers on a strong colour take that of the ground behind it, which is its opposite in both themes.
fn number_color(ui: &Ui, share: f32) -> Color32 {
    let tokens = tokens(ui);
    if share > 0.6 { tokens.window_bg } else { tokens.text_strong }
}

/// The clips of a cell.
fn clips(ui: &mut Ui, record: &RunRecord, cell: MatrixCell, out: &mut Vec<Action>) {
    let (truth, predicted) = (record.class_name(cell.0), record.class_name(cell.1));
    let found = record.cell(cell);
    let title = if cell.0 == cell.1 {
        tr!("confusion-right", count = found.len(), truth = truth)
    } else {
        tr!("confusion-wrong", count = found.len(), truth = truth, predicted = predicted)
    };
    section(ui, &title);
    let subdued = tokens(ui).text_subdued;
    if found.iter().any(|(_, place)| place.is_none()) {
        wrapped(ui, RichText::new(tr!("confusion-unknown")).color(subdued));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    for (number, (sample, place)) in found.iter().take(LISTED).enumerate() {
        let Some(place) = place else { continue };
        let time = place.start.to_string();
        let score = percent(sample.score);
        let name = tr!("confusion-clip", file = &place.file, time = time.as_str(), score = score.as_str());
        let response = ui.push_id(("clip", number), |ui| {
            list_item(ui, size::DENSE_ROW + 2.0, &name, false, |ui, rect| {
                let tokens = tokens(ui);
                let cell = rect.shrink2(vec2(6.0, 0.0));
                paint_number(ui, cell, &score, tokens.text);
                let at = cell.with_max_x(cell.right() - 60.0);
                paint_number(ui, at, &time, tokens.text_subdued);
                let file = at.with_max_x(at.right() - 90.0);
                paint_elided(ui, file, &place.file, TextStyle::Body, tokens.text);
            })
        });
        if response.inner.on_hover_text(tr!("confusion-clip-hover")).clicked() {
            out.push(TrainingAction::OpenClip((*place).clone()).into());
        }
    }
    if found.len() > LISTED {
        truncated(ui, RichText::new(tr!("confusion-more", count = found.len() - LISTED)).color(subdued));
    }
    ui.spacing_mut().item_spacing.y = 4.0;
}
