//! The timeline: ruler, playhead, one lane per class that occurs, overview.
//!
//! The wheel zooms at the pointer, dragging scrubs, the middle button and Shift with the wheel move, a double click
//! fits. Only what is visible is drawn, and never more shapes than pixels, so the length of the video does not matter.

mod header;
mod lanes;
mod overview;
mod ruler;
mod scale;

use egui::{
    CursorIcon, PointerButton, Rangef, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use self::lanes::LANE;
use self::scale::TimeScale;
use crate::commands::Command;
use crate::state::{Action, AnalysisPhase, AppState, Lane, Video};
use crate::texts::attribute;
use crate::theme::{class_hue, size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, percent};

const RULER: f32 = 28.0;
const OVERVIEW: f32 = 18.0;

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let Some(video) = state.selected_video() else { return };
    header::show(ui, state, video, out);
    let room = ui.available_rect_before_wrap();
    let names_width = (room.width() * 0.2).clamp(96.0, 220.0);
    let right = room.right() - 12.0;
    let times = Rect::from_min_max(pos2(room.left() + names_width, room.top()), pos2(right, room.bottom() - 6.0));
    let scale = TimeScale { range: state.range, x: Rangef::new(times.left(), times.right()) };
    let tokens = tokens(ui);
    let has_length = video.duration().is_some();
    if has_length {
        ruler::paint(ui.painter(), times.with_max_y(times.top() + RULER), &scale, tokens);
    }
    let overview = times.with_min_y(times.bottom() - OVERVIEW);
    let lanes = Rect::from_min_max(pos2(room.left(), times.top() + RULER), pos2(room.right(), overview.top() - 4.0));
    let scrub = times.with_max_y(lanes.bottom());
    // The lanes scroll above the area that scrubs; it is asked first so that it lies below the scroll bar.
    let response = scrub_area(ui, scrub, state, video);
    let scrolled = if video.analysis.lanes.all().is_empty() {
        ui.painter().rect_filled(lanes.with_min_x(times.left()).with_max_x(times.right()), 0.0, tokens.lane_bg);
        ui.scope_builder(UiBuilder::new().max_rect(lanes.with_min_x(times.left()).with_max_x(times.right())), |ui| {
            nothing_found(ui, state, video, out);
        });
        0.0
    } else {
        show_lanes(ui, lanes, state, video, &scale)
    };
    if has_length {
        // Where there are no lanes, the line would only cross out the text.
        let has_lanes = !video.analysis.lanes.all().is_empty();
        let rect = if has_lanes { scrub } else { scrub.with_max_y(scrub.top() + RULER) };
        playhead(ui, rect, state, &scale);
    }
    overview::show(ui, overview, state, video, out);
    navigate(ui, &response, state, &scale, out);
    hover(&response, state, video, &scale, lanes.top() - scrolled);
    ui.advance_cursor_after_rect(room);
}

fn scrub_area(ui: &Ui, rect: Rect, state: &AppState, video: &Video) -> Response {
    let response = ui.interact(rect, ui.scope_id().with("scrub"), Sense::click_and_drag());
    let name = tr!("timeline-of", video = &video.name);
    response.widget_info(|| WidgetInfo::slider(video.table().is_some(), state.player.position.secs_f64(), &name));
    response.on_hover_cursor(CursorIcon::Default)
}

/// Scrubbing, zooming and moving.
fn navigate(ui: &Ui, response: &Response, state: &AppState, scale: &TimeScale, out: &mut Vec<Action>) {
    let range = state.range;
    let primary_down = ui.input(|input| input.pointer.button_down(PointerButton::Primary));
    if response.double_clicked() {
        out.push(Command::ZoomFit.into());
    } else if let (true, true, Some(pos)) =
        (response.is_pointer_button_down_on(), primary_down, response.interact_pointer_pos())
    {
        let time = scale.time_at(pos.x.clamp(scale.x.min, scale.x.max));
        let table = state.selected_video().and_then(Video::table);
        if table.is_none_or(|table| table.frame_at(time) != state.player.frame) {
            out.push(Action::Seek(time));
        }
    }
    if response.dragged_by(PointerButton::Middle) {
        let secs = -f64::from(response.drag_delta().x) / scale.pixels_per_sec();
        out.push(Action::SetRange(range.panned(secs)));
    }
    let Some(pointer) = response.hover_pos() else { return };
    let (scroll, zoom) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
    let sideways = f64::from(scroll.x);
    let wheel = f64::from(zoom) * (f64::from(scroll.y) / 240.0).exp();
    let mut next = range;
    if (wheel - 1.0).abs() > 1e-4 {
        next = next.zoomed(wheel, scale.secs_at(pointer.x));
    }
    if sideways.abs() > 0.01 {
        next = next.panned(-sideways / scale.pixels_per_sec());
    }
    if next != range {
        out.push(Action::SetRange(next));
    }
}

/// Draws the lanes and says how far they are scrolled.
fn show_lanes(ui: &mut Ui, rect: Rect, state: &AppState, video: &Video, scale: &TimeScale) -> f32 {
    let lanes = video.analysis.lanes.all();
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        ui.spacing_mut().item_spacing.y = 0.0;
        // Over the lanes the wheel zooms; it scrolls over the names.
        let over_names = ui.rect_contains_pointer(rect.with_max_x(scale.x.min));
        let multiplier = if over_names { vec2(1.0, 1.0) } else { vec2(0.0, 0.0) };
        let area = ScrollArea::vertical().auto_shrink(false).wheel_scroll_multiplier(multiplier).id_salt("lanes");
        area.show_rows(ui, LANE, lanes.len(), |ui, rows| {
            for number in rows {
                let Some(lane) = lanes.get(number) else { break };
                let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), LANE), Sense::hover());
                show_lane(ui, row, number, state, video, lane, scale);
            }
        })
    })
    .inner
    .state
    .clamped_offset()
    .y
}

fn show_lane(ui: &Ui, row: Rect, number: usize, state: &AppState, video: &Video, lane: &Lane, scale: &TimeScale) {
    let tokens = tokens(ui);
    let area = row.with_min_x(scale.x.min).with_max_x(scale.x.max);
    let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(area));
    let background = if number.is_multiple_of(2) { tokens.lane_bg } else { tokens.lane_alt_bg };
    painter.rect_filled(area, 0.0, background);
    let hue = class_hue(tokens, lane.class);
    let look = lanes::LaneLook { tokens, hue, threshold: state.studio.rules.threshold };
    lanes::paint(&painter, area.shrink2(vec2(0.0, 1.0)), scale, lane, &video.analysis, &look);
    let names = row.with_max_x(scale.x.min);
    let response = ui.interact(names, ui.scope_id().with(("lane", lane.class)), Sense::hover());
    let name = state.class_name(lane.class);
    let said = tr!("timeline-lane", name = &name, count = lane.segments.len(), peak = percent(lane.peak));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    let swatch = Rect::from_center_size(pos2(names.left() + 16.0, names.center().y), vec2(8.0, 8.0));
    ui.painter().rect_filled(swatch, 2.0, hue);
    let font = egui::TextStyle::Monospace.resolve(ui.style());
    let count = ui.painter().layout_no_wrap(lane.segments.len().to_string(), font, tokens.text_subdued);
    let count_left = names.right() - 10.0 - count.size().x;
    ui.painter().galley(pos2(count_left, names.center().y - count.size().y / 2.0), count, tokens.text_subdued);
    let text = Rect::from_min_max(pos2(names.left() + 28.0, names.top()), pos2(count_left - 6.0, names.bottom()));
    crate::widgets::paint_elided(ui, text, &name, egui::TextStyle::Body, tokens.text);
    response.on_hover_text(said);
}

fn nothing_found(ui: &mut Ui, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    let none_reaches = || tr!("timeline-none-reaches", value = format!("{:.0}", state.studio.rules.threshold * 100.0));
    let nothing = String::new;
    let (title, text) = match &video.analysis.phase {
        AnalysisPhase::None if video.failure().is_some() => (tr!("timeline-nothing"), nothing()),
        AnalysisPhase::None => (tr!("timeline-no-actions"), attribute("timeline-no-actions", "hint")),
        AnalysisPhase::Queued => (tr!("timeline-queued"), nothing()),
        AnalysisPhase::Running { .. } | AnalysisPhase::Resuming { .. } if video.analysis.windows.is_empty() => {
            (tr!("timeline-analysing"), attribute("timeline-analysing", "hint"))
        }
        AnalysisPhase::Running { .. } | AnalysisPhase::Resuming { .. } => {
            (none_reaches(), attribute("timeline-none-reaches", "so-far"))
        }
        AnalysisPhase::Failed(failure) if video.analysis.windows.is_empty() => (failure.summary.clone(), nothing()),
        AnalysisPhase::Cancelled if video.analysis.windows.is_empty() => (tr!("timeline-cancelled"), nothing()),
        _ => (none_reaches(), attribute("timeline-none-reaches", "hint")),
    };
    let is_failure = matches!(video.analysis.phase, AnalysisPhase::Failed(_));
    let icon = if is_failure { Icon::Warning } else { Icon::Film };
    empty_state(ui, EmptyState { icon, title: &title, text: &text, command: None, is_failure }, out);
}

fn playhead(ui: &Ui, rect: Rect, state: &AppState, scale: &TimeScale) {
    let tokens = tokens(ui);
    let x = scale.x_of(state.player.position);
    if !(scale.x.min - 1.0..=scale.x.max + 1.0).contains(&x) {
        return;
    }
    let x = ui.painter().round_to_pixel_center(x);
    let painter = ui.painter();
    painter.vline(x, rect.top() + RULER - 6.0..=rect.bottom(), Stroke::new(1.5, tokens.playhead));
    let top = rect.top() + RULER;
    let handle = vec![
        pos2(x - 5.0, top - 12.0),
        pos2(x + 5.0, top - 12.0),
        pos2(x + 5.0, top - 6.0),
        pos2(x, top - 1.0),
        pos2(x - 5.0, top - 6.0),
    ];
    painter.add(egui::Shape::convex_polygon(handle, tokens.playhead, Stroke::NONE));
}

/// What is under the pointer: the moment, the class, its probability and its segment.
fn hover(response: &Response, state: &AppState, video: &Video, scale: &TimeScale, lanes_top: f32) {
    let Some(pos) = response.hover_pos() else { return };
    if response.is_pointer_button_down_on() {
        return;
    }
    let time = scale.time_at(pos.x);
    let row = ((pos.y - lanes_top) / LANE).floor();
    let lane = if row >= 0.0 { video.analysis.lanes.all().get(row as usize) } else { None };
    response.clone().on_hover_ui_at_pointer(|ui| {
        let moment = time.to_string();
        let moment = match video.table().map(|table| table.frame_at(time).to_string()) {
            Some(frame) => tr!("timeline-hover-frame", time = moment, frame = frame),
            None => moment,
        };
        ui.label(egui::RichText::new(moment).monospace().size(size::SECTION));
        let Some(lane) = lane else { return };
        let score = lanes::score_at(&video.analysis, lane.class, time).map(percent).unwrap_or_default();
        ui.label(tr!("timeline-hover-class", name = state.class_name(lane.class), score = score));
        if let Some(segment) = lanes::segment_at(lane, time) {
            let (start, end) = (segment.start.to_string(), segment.end.to_string());
            let text = tr!("timeline-hover-segment", start = start, end = end, peak = percent(segment.peak));
            ui.label(egui::RichText::new(text).color(tokens(ui).text_subdued));
        }
    });
}
