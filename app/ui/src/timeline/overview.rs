//! The strip below the lanes: the whole video, and which part of it is shown.

use egui::{Color32, CursorIcon, Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2};
use ks_domain::MediaTime;

use super::scale::TimeScale;
use crate::state::{Action, AppState, Row, Video, ViewRange};
use crate::texts::attribute;
use crate::theme::{class_color, tokens};
use crate::tr;

/// How thin a row may be; where there are more, several share a line.
const THINNEST: f32 = 2.0;

pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let scale = TimeScale { range: ViewRange::all(state.range.total), x: rect.x_range() };
    let response = ui.interact(rect, ui.scope_id().with("overview"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, tr!("timeline-overview")));
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, tokens.lane_bg);
    let hue = |row: &Row| class_color(tokens, row.hue, row.color);
    paint_rows(&painter, rect, &scale, state.studio.rows.all(), &hue);
    let shown =
        Rect::from_x_y_ranges(scale.x_of_secs(state.range.start)..=scale.x_of_secs(state.range.end), rect.y_range());
    if !state.range.is_all() {
        painter.rect_filled(shown, 2.0, tokens.text_strong.gamma_multiply(0.1));
        painter.rect_stroke(shown, 2.0, Stroke::new(1.0, tokens.text_subdued), StrokeKind::Inside);
    }
    if video.duration().is_none() {
        return;
    }
    let playhead = painter.round_to_pixel_center(scale.x_of(state.player.position));
    painter.vline(playhead, rect.y_range(), Stroke::new(1.0, tokens.playhead));
    if let (true, Some(pos)) = (response.is_pointer_button_down_on(), response.interact_pointer_pos()) {
        let middle = (state.range.start + state.range.end) / 2.0;
        let moved = state.range.panned(scale.secs_at(pos.x) - middle);
        if moved != state.range {
            out.push(Action::SetRange(moved));
        }
    }
    let response = response.on_hover_cursor(CursorIcon::Grab);
    response.on_hover_text(attribute("timeline-overview", "tooltip"));
}

/// Every row as a line, labels where there are any and else predictions; never more shapes than pixels.
fn paint_rows(painter: &Painter, rect: Rect, scale: &TimeScale, rows: &[Row], hue: &dyn Fn(&Row) -> Color32) {
    let room = (rect.height() - 4.0).max(THINNEST);
    let lines = rows.len().clamp(1, (room / THINNEST) as usize);
    let height = (room / lines as f32).min(5.0);
    let width = rect.width().ceil().max(1.0) as usize;
    let mut cells: Vec<Option<Color32>> = vec![None; lines * width];
    for (number, row) in rows.iter().enumerate() {
        let line = number * lines / rows.len().max(1);
        let color = hue(row);
        let mut fill = |start: MediaTime, end: MediaTime| {
            let from = (scale.x_of(start) - rect.left()).max(0.0) as usize;
            let to = ((scale.x_of(end) - rect.left()).max(0.0) as usize).max(from + 1).min(width);
            for cell in cells.get_mut(line * width + from.min(to)..line * width + to).into_iter().flatten() {
                cell.get_or_insert(color);
            }
        };
        row.labels.iter().filter(|bar| !bar.is_absent).for_each(|bar| fill(bar.start, bar.end));
        row.predictions.iter().for_each(|segment| fill(segment.start, segment.end));
    }
    for (line, cells) in cells.chunks(width).enumerate() {
        let top = rect.top() + 2.0 + height * line as f32;
        let mut from = 0;
        for run in cells.chunk_by(|a, b| a == b) {
            if let Some(Some(color)) = run.first() {
                let (left, right) = (rect.left() + from as f32, rect.left() + (from + run.len()) as f32);
                let bar = Rect::from_min_max(pos2(left, top), pos2(right, top + (height - 1.0).max(1.0)));
                painter.rect_filled(bar, 0.0, *color);
            }
            from += run.len();
        }
    }
}
