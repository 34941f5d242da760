//! What is said about the place under the pointer, and which pointer is shown there.

use egui::{CursorIcon, Id, Response, RichText, Sense, Ui, vec2};
use ks_domain::project::{Author, LabelSegment, MarkerId, SegmentId, Verdict};

use super::places::{Hit, Part, Places, segment_at};
use super::scale::TimeScale;
use super::{drag, lanes};
use crate::state::{AppState, Video};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{percent, small_picture};

pub(super) fn show(ui: &Ui, response: &Response, state: &AppState, video: &Video, scale: &TimeScale, places: &Places) {
    let Some(pos) = response.hover_pos() else { return };
    let hit = places.hit(state, scale, pos);
    if drag::is_held(ui) || response.is_pointer_button_down_on() {
        if !drag::moved_segments(ui, state).is_empty() {
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        }
        return;
    }
    ui.ctx().set_cursor_icon(cursor(&hit));
    if response.context_menu_opened() {
        return;
    }
    let time = scale.time_at(pos.x);
    response.clone().on_hover_ui_at_pointer(|ui| {
        let frame = video.table().map(|table| table.frame_at(time));
        let nearest = frame.and_then(|frame| Some((video.strip.as_ref()?, video.strip.as_ref()?.nearest(frame)?)));
        if let Some((strip, place)) = nearest {
            let size = vec2(strip.width as f32, strip.height as f32);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            small_picture(ui, rect, Id::unique("picture under the pointer"), strip, place);
        }
        let moment = time.to_string();
        let moment = match video.table().map(|table| table.frame_at(time).to_string()) {
            Some(frame) => tr!("timeline-hover-frame", time = moment, frame = frame),
            None => moment,
        };
        ui.label(RichText::new(moment).monospace().size(size::SECTION));
        match &hit {
            Hit::Label { row, bar } => {
                if let Some(row) = state.studio.rows.all().get(*row) {
                    ui.label(&row.name);
                }
                if let Some((id, _)) = bar {
                    label(ui, state, video, *id);
                }
            }
            Hit::Predicted { row, is_threshold, .. } => {
                let Some(row) = state.studio.rows.all().get(*row) else { return };
                let score = row.predicted.and_then(|class| lanes::score_at(&video.analysis, class, time));
                let score = score.map(percent).unwrap_or_default();
                ui.label(tr!("timeline-hover-class", name = &row.name, score = score));
                if let Some(segment) = segment_at(row, time) {
                    let (start, end) = (segment.start.to_string(), segment.end.to_string());
                    subdued(ui, &tr!("timeline-hover-segment", start = start, end = end, peak = percent(segment.peak)));
                }
                if *is_threshold {
                    subdued(ui, &tr!("timeline-hover-threshold", percent = percent(row.threshold)));
                }
            }
            Hit::Marker(id) => marker(ui, state, *id),
            Hit::Ruler | Hit::Nothing => {}
        }
    });
}

fn cursor(hit: &Hit) -> CursorIcon {
    match hit {
        Hit::Label { bar: None, .. } => CursorIcon::Crosshair,
        Hit::Label { bar: Some((_, Part::Middle)), .. } => CursorIcon::Grab,
        Hit::Label { .. } => CursorIcon::ResizeHorizontal,
        Hit::Predicted { is_threshold: true, .. } => CursorIcon::ResizeVertical,
        Hit::Predicted { segment: Some(_), .. } | Hit::Marker(_) => CursorIcon::PointingHand,
        Hit::Ruler | Hit::Predicted { .. } | Hit::Nothing => CursorIcon::Default,
    }
}

fn subdued(ui: &mut Ui, text: &str) {
    let color = tokens(ui).text_subdued;
    ui.label(RichText::new(text).color(color));
}

fn label(ui: &mut Ui, state: &AppState, video: &Video, id: SegmentId) {
    let track = state.studio.project.track(video.id);
    let Some(segment) = track.and_then(|track| track.segment(id)) else { return };
    let (start, end) = (segment.start.to_string(), segment.end.to_string());
    subdued(ui, &tr!("timeline-hover-span", start = start, end = end));
    if let Some(table) = video.table() {
        let (first, last) = (table.frame_at(segment.start).to_string(), table.frame_at(segment.end).to_string());
        subdued(ui, &tr!("timeline-hover-frames", first = first, last = last));
    }
    subdued(ui, &origin(segment));
    if !segment.note.is_empty() {
        ui.label(&segment.note);
    }
}

fn marker(ui: &mut Ui, state: &AppState, id: MarkerId) {
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    let Some(marker) = track.and_then(|track| track.marker(id)) else { return };
    if marker.text.is_empty() {
        subdued(ui, &tr!("timeline-marker-hint"));
    } else {
        ui.label(&marker.text);
    }
}

/// Who or what drew a segment, and what it says.
pub(crate) fn origin(segment: &LabelSegment) -> String {
    let is_absent = segment.verdict == Verdict::Absent;
    match &segment.author {
        Author::Person(name) if name.is_empty() => tr!("labels-drawn"),
        Author::Person(name) => tr!("labels-drawn-by", person = name),
        Author::Model { checkpoint, accepted_by, .. } => {
            let network = if checkpoint.is_empty() { tr!("labels-a-network") } else { checkpoint.clone() };
            let found = match segment.score {
                Some(score) => tr!("labels-found-with", network = network, percent = percent(score)),
                None => tr!("labels-found", network = network),
            };
            match accepted_by.as_deref() {
                None => tr!("labels-unconfirmed", found = found),
                Some("") if is_absent => tr!("labels-rejected", found = found),
                Some("") => tr!("labels-accepted", found = found),
                Some(person) if is_absent => tr!("labels-rejected-by", found = found, person = person),
                Some(person) => tr!("labels-accepted-by", found = found, person = person),
            }
        }
    }
}
