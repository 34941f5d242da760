//! What lies on the ruler: markers, the stretches that are labelled fully, and where the next segment begins.

use egui::{Painter, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};
use ks_domain::project::Track;

use super::places::extent;
use super::scale::TimeScale;
use crate::state::AppState;
use crate::theme::{Tokens, tokens};
use crate::tr;

/// How many marks have a name of their own for assistive technology.
const NAMED: usize = 100;

/// Height of the band that says what is labelled fully.
const BAND: f32 = 4.0;

pub(super) fn show(ui: &Ui, ruler: Rect, state: &AppState, scale: &TimeScale) {
    let t = tokens(ui);
    let painter = ui.painter().with_clip_rect(ruler.intersect(ui.clip_rect()));
    if let Some(track) = state.selected.and_then(|video| state.studio.project.track(video)) {
        stretches(ui, &painter, ruler, track, scale, t);
        markers(ui, &painter, ruler, track, scale, t);
    }
    if let Some(start) = state.studio.mark_in {
        let x = painter.round_to_pixel_center(scale.x_of(start));
        painter.vline(x, ruler.y_range(), Stroke::new(1.5, t.accent));
        let flag =
            vec![pos2(x, ruler.bottom() - 12.0), pos2(x + 7.0, ruler.bottom() - 8.0), pos2(x, ruler.bottom() - 4.0)];
        painter.add(Shape::convex_polygon(flag, t.accent, Stroke::NONE));
        let rect = Rect::from_center_size(pos2(x, ruler.center().y), vec2(8.0, ruler.height()));
        name(ui, rect.intersect(ruler), "mark in", &tr!("timeline-mark-in", time = start.to_string()));
    }
}

fn stretches(ui: &Ui, painter: &Painter, ruler: Rect, track: &Track, scale: &TimeScale, t: &Tokens) {
    let mut drawn_to = f32::NEG_INFINITY;
    let mut stretches: Vec<_> = track.stretches().collect();
    stretches.sort_by_key(|stretch| stretch.start);
    for (number, stretch) in stretches.into_iter().enumerate() {
        let x = extent(scale, stretch.start, stretch.end);
        if x.max < scale.x.min || x.min > scale.x.max || x.max < drawn_to + 1.0 {
            continue;
        }
        drawn_to = x.max;
        let band = Rect::from_x_y_ranges(x, ruler.bottom() - BAND..=ruler.bottom());
        painter.rect_filled(band, 1.0, t.success);
        if number < NAMED {
            let (start, end) = (stretch.start.to_string(), stretch.end.to_string());
            let said = tr!("timeline-fully-labelled", start = start, end = end);
            name(ui, band.intersect(ruler), ("stretch", stretch.id), &said);
        }
    }
}

fn markers(ui: &Ui, painter: &Painter, ruler: Rect, track: &Track, scale: &TimeScale, t: &Tokens) {
    let mut markers: Vec<_> = track.markers().collect();
    markers.sort_by_key(|marker| marker.time);
    let mut drawn_to = f32::NEG_INFINITY;
    let mut named = 0;
    for marker in markers {
        let x = scale.x_of(marker.time);
        if !(scale.x.min - 6.0..=scale.x.max + 6.0).contains(&x) || x < drawn_to + 1.0 {
            continue;
        }
        drawn_to = x;
        let x = painter.round_to_pixel_center(x);
        let top = ruler.top() + 2.0;
        painter.vline(x, top..=ruler.bottom(), Stroke::new(1.0, t.warning));
        let diamond = vec![pos2(x, top), pos2(x + 5.0, top + 5.0), pos2(x, top + 10.0), pos2(x - 5.0, top + 5.0)];
        painter.add(Shape::convex_polygon(diamond, t.warning, Stroke::NONE));
        if named < NAMED {
            named += 1;
            let rect = Rect::from_center_size(pos2(x, top + 5.0), vec2(12.0, 12.0));
            let time = marker.time.to_string();
            let said = match marker.text.as_str() {
                "" => tr!("timeline-marker", time = time),
                text => tr!("timeline-marker-with", time = time, text = text),
            };
            name(ui, rect, ("marker", marker.id), &said);
        }
    }
}

/// Something that is only looked at, with its name; the pointer goes through it to the timeline.
pub(super) fn name(ui: &Ui, rect: Rect, id: impl std::hash::Hash + std::fmt::Debug, said: &str) {
    let response = ui.interact(rect, ui.scope_id().with(id), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said));
}
