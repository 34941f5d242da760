//! The strip below the lanes: the whole video, and which part of it is shown.

use egui::{CursorIcon, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2};

use super::scale::TimeScale;
use crate::state::{Action, AppState, Video, ViewRange};
use crate::texts::attribute;
use crate::theme::{class_hue, tokens};
use crate::tr;

pub(super) fn show(ui: &mut Ui, rect: Rect, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let scale = TimeScale { range: ViewRange::all(state.range.total), x: rect.x_range() };
    let response = ui.interact(rect, ui.scope_id().with("overview"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, tr!("timeline-overview")));
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 2.0, tokens.lane_bg);
    let lanes = video.analysis.lanes.all();
    let row = ((rect.height() - 4.0) / lanes.len().max(1) as f32).min(5.0);
    for (number, lane) in lanes.iter().enumerate() {
        let top = rect.top() + 2.0 + row * number as f32;
        let mut drawn_to = f32::NEG_INFINITY;
        for segment in &lane.segments {
            let (left, right) = (scale.x_of(segment.start), scale.x_of(segment.end));
            let right = right.max(left + 1.0);
            if right > drawn_to + 0.5 {
                let bar = Rect::from_min_max(pos2(left.max(drawn_to), top), pos2(right, top + (row - 1.0).max(1.0)));
                painter.rect_filled(bar, 0.0, class_hue(tokens, lane.class));
                drawn_to = right;
            }
        }
    }
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
