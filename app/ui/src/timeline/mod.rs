//! The timeline: ruler, playhead, one row per class that occurs, overview.
//!
//! A row holds people's labels above and the network's predictions below. The wheel zooms at the pointer, dragging over
//! the ruler and the predictions scrubs, over the labels it draws and corrects, the middle button and Shift with the
//! wheel move, a double click fits. Only what is visible is drawn, and never more shapes than pixels, so neither the
//! length of the video nor the number of labels matters.

mod bars;
mod drag;
mod header;
mod hover;
mod lanes;
mod marks;
mod menus;
mod overview;
mod places;
mod rows;
mod ruler;
mod scale;

use egui::{Id, PointerButton, Rangef, Rect, Response, Sense, Stroke, TextStyle, Ui, UiBuilder, WidgetInfo, pos2};

pub(crate) use self::hover::origin;
use self::places::{Heights, Places};
use self::scale::TimeScale;
use crate::commands::Command;
use crate::state::{Action, AnalysisPhase, AppState, Video, VideoId};
use crate::texts::attribute;
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state};

const RULER: f32 = 28.0;
const OVERVIEW: f32 = 18.0;

/// Room for the names of the rows: that of the longest one, within a share of all there is. Within one video it only grows,
/// so that nothing jumps to and fro while a threshold is dragged and rows come and go.
fn names_width(ui: &Ui, state: &AppState, video: &Video, room: f32) -> f32 {
    let most = (room * 0.34).clamp(96.0, 320.0);
    let body = TextStyle::Body.resolve(ui.style());
    let color = tokens(ui).text;
    let name = |row: &crate::state::Row| {
        ui.painter().layout_no_wrap(row.name.clone(), body.clone(), color).size().x + rows::BESIDE_NAME
    };
    let longest = state.studio.rows.all().iter().map(name).fold(0.0_f32, f32::max);
    let id = Id::unique("width of the names of rows");
    let before = ui.data(|data| data.get_temp::<(VideoId, f32)>(id)).filter(|(of, _)| *of == video.id);
    let widest = before.map_or(longest, |(_, before)| before.max(longest));
    ui.data_mut(|data| data.insert_temp(id, (video.id, widest)));
    widest.clamp((room * 0.16).clamp(96.0, 160.0).min(most), most).round()
}

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let Some(video) = state.selected_video() else { return };
    header::show(ui, state, video, out);
    let room = ui.available_rect_before_wrap();
    let names_width = names_width(ui, state, video, room.width());
    let right = room.right() - 12.0;
    let times = Rect::from_min_max(pos2(room.left() + names_width, room.top()), pos2(right, room.bottom() - 6.0));
    let scale = TimeScale { range: state.range, x: Rangef::new(times.left(), times.right()) };
    let tokens = tokens(ui);
    let has_length = video.duration().is_some();
    let has_rows = !state.studio.rows.all().is_empty();
    let ruler = times.with_max_y(times.top() + RULER);
    if has_length {
        ruler::paint(ui.painter(), ruler, &scale, tokens);
    }
    let overview = times.with_min_y(times.bottom() - OVERVIEW);
    let lanes = Rect::from_min_max(pos2(room.left(), times.top() + RULER), pos2(room.right(), overview.top() - 4.0));
    let seen = lanes.with_min_x(times.left()).with_max_x(times.right());
    let scrub = times.with_max_y(lanes.bottom());
    // The lanes scroll above the area that scrubs; it is asked first so that it lies below the scroll bar.
    let response = scrub_area(ui, scrub, state, video);
    if has_length {
        marks::show(ui, ruler, state, &scale);
    }
    let scrolled = if has_rows {
        rows::show(ui, lanes, state, video, &scale, out)
    } else {
        ui.painter().rect_filled(seen, 0.0, tokens.lane_bg);
        ui.scope_builder(UiBuilder::new().max_rect(seen), |ui| nothing_found(ui, state, video, out));
        0.0
    };
    let places = Places { heights: Heights::of(video), top: lanes.top() - scrolled, seen, ruler };
    if has_length {
        // Where there are no lanes, the line would only cross out the text.
        let rect = if has_rows { scrub } else { scrub.with_max_y(scrub.top() + RULER) };
        playhead(ui, rect, state, &scale);
    }
    overview::show(ui, overview, state, video, out);
    navigate(&response, state, &scale, out);
    drag::follow(ui, &response, state, &scale, &places, out);
    menus::show(ui, &response, state, &scale, &places, out);
    hover::show(ui, &response, state, video, &scale, &places);
    ui.advance_cursor_after_rect(room);
}

fn scrub_area(ui: &Ui, rect: Rect, state: &AppState, video: &Video) -> Response {
    let response = ui.interact(rect, ui.scope_id().with("scrub"), Sense::click_and_drag());
    let name = tr!("timeline-of", video = &video.name);
    response.widget_info(|| WidgetInfo::slider(video.table().is_some(), state.player.position.secs_f64(), &name));
    response
}

/// Zooming and moving.
fn navigate(response: &Response, state: &AppState, scale: &TimeScale, out: &mut Vec<Action>) {
    let range = state.range;
    if response.dragged_by(PointerButton::Middle) {
        let secs = -f64::from(response.drag_delta().x) / scale.pixels_per_sec();
        out.push(Action::SetRange(range.panned(secs)));
    }
    let Some(pointer) = response.hover_pos() else { return };
    let (scroll, zoom) = response.ctx.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
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
    let is_open = video.analysis.phase == AnalysisPhase::None && video.failure().is_none();
    let command = is_open.then_some(Command::ShowLabels);
    empty_state(ui, EmptyState { icon, title: &title, text: &text, command, is_failure }, out);
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
