//! What the pointer does over the timeline while its button is held: scrub, draw, move, trim, set a threshold.
//!
//! The state sees one action when the button is let go; until then, what would become of it is drawn here. Escape gives
//! up. Scrubbing and thresholds are followed live, as neither is an edit.

use std::collections::BTreeSet;

use egui::{Align2, Id, LayerId, Order, Pos2, Rangef, Rect, Response, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2};
use ks_domain::project::{ClassId, SegmentId};
use ks_domain::{MediaTime, Segment};

use super::places::{Hit, Part, Places, extent, snap};
use super::scale::TimeScale;
use super::{bars, menus};
use crate::commands::Command;
use crate::state::{Action, AppState, LabelAction, ProjectAction, Row, Video};
use crate::theme::{class_color, tokens};
use crate::tr;

/// How far the pointer must go before a press is more than a click.
const STILL: f32 = 3.0;

/// A row, whatever becomes of its number meanwhile.
#[derive(Clone, Debug, PartialEq)]
struct RowName {
    class: Option<ClassId>,
    name: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Drag {
    /// Follow with the playhead; what was predicted where it began.
    Scrub(Option<Segment>),
    /// Draw in a row from a moment on.
    Draw { row: RowName, from: MediaTime },
    /// Move a segment that was gripped at a moment.
    Move { row: RowName, id: SegmentId, span: (MediaTime, MediaTime), gripped: MediaTime },
    /// Move one end of a segment; the other one stays.
    Trim { row: RowName, id: SegmentId, stays: MediaTime },
    /// Set the threshold of a class, over the height of its predictions.
    Threshold { class: String, height: Rangef },
    /// Given up; waits for the button.
    Over,
}

/// A drag from its press on.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    drag: Drag,
    from: Pos2,
    is_moved: bool,
    adds: bool,
}

/// What a drag would make if it ended now.
struct Preview {
    row: usize,
    start: MediaTime,
    end: MediaTime,
    /// The edge that has found something to snap to.
    snapped: Option<MediaTime>,
}

fn id(ui: &Ui) -> Id {
    ui.scope_id().with("held")
}

/// The segments that are being moved or trimmed; they are drawn faintly where they were.
pub(super) fn moved_segments(ui: &Ui, state: &AppState) -> BTreeSet<SegmentId> {
    let held = ui.data(|data| data.get_temp::<Held>(id(ui))).filter(|held| held.is_moved);
    match held.map(|held| held.drag) {
        Some(Drag::Move { id, .. }) if moves_several(state, id) => state.studio.selection.clone(),
        Some(Drag::Move { id, .. } | Drag::Trim { id, .. }) => BTreeSet::from([id]),
        _ => BTreeSet::new(),
    }
}

/// Whether a drag goes on.
pub(super) fn is_held(ui: &Ui) -> bool {
    ui.data(|data| data.get_temp::<Held>(id(ui)).is_some())
}

/// Takes what the pointer did, draws what would become of it, and says what it came to.
pub(super) fn follow(
    ui: &Ui,
    response: &Response,
    state: &AppState,
    scale: &TimeScale,
    places: &Places,
    out: &mut Vec<Action>,
) {
    let (pressed, down, released, escape, adds) = ui.input(|input| {
        let adds = input.modifiers.shift || input.modifiers.command;
        let pointer = &input.pointer;
        (
            pointer.primary_pressed(),
            pointer.primary_down(),
            pointer.primary_released(),
            input.key_pressed(egui::Key::Escape),
            adds,
        )
    });
    let mut held = ui.data(|data| data.get_temp::<Held>(id(ui)));
    let pos = ui.input(|input| input.pointer.latest_pos());
    if let (true, true, Some(from)) = (pressed, response.contains_pointer(), pos) {
        let drag = begin(state, scale, places, from);
        held = drag.map(|drag| Held { drag, from, is_moved: false, adds });
    }
    if let (Some(held), Some(pos)) = (held.as_mut(), pos) {
        if escape {
            held.drag = Drag::Over;
        }
        held.is_moved |= (pos - held.from).abs().max_elem() > STILL;
        live(state, scale, held, pos, out);
        let preview = held.is_moved.then(|| preview(state, scale, &held.drag, pos)).flatten();
        if let Some(preview) = &preview {
            draw_companions(ui, state, scale, places, (&held.drag, preview));
            draw_preview(ui, state, scale, places, preview, pos);
        }
        if released {
            if let Drag::Threshold { .. } = held.drag {
                out.push(Action::Project(ProjectAction::KeepRules));
            }
            match preview {
                Some(preview) => commit(state, &held.drag, &preview, out),
                None if !held.is_moved => clicked(ui, state, held, places, scale, out),
                None => {}
            }
        }
    }
    let id = id(ui);
    if down && !released {
        ui.data_mut(|data| match held {
            Some(held) => {
                data.insert_temp(id, held);
            }
            None => {
                data.remove::<Held>(id);
            }
        });
    } else {
        ui.data_mut(|data| data.remove::<Held>(id));
    }
    if response.double_clicked() {
        double_clicked(ui, response, state, scale, places, out);
    }
}

fn begin(state: &AppState, scale: &TimeScale, places: &Places, from: Pos2) -> Option<Drag> {
    let rows = state.studio.rows.all();
    let named = |row: &Row| RowName { class: row.class, name: row.name.clone() };
    Some(match places.hit(state, scale, from) {
        Hit::Ruler => Drag::Scrub(None),
        Hit::Predicted { row, is_threshold: true, .. } => {
            let predictions = places.heights.split(places.row(row)).1;
            Drag::Threshold { class: rows.get(row)?.name.clone(), height: predictions.shrink(1.0).y_range() }
        }
        Hit::Predicted { segment, .. } => Drag::Scrub(segment),
        Hit::Label { row, bar: None } => {
            Drag::Draw { row: named(rows.get(row)?), from: snap(state, scale, scale.time_at(from.x), None).0 }
        }
        Hit::Label { row, bar: Some((id, part)) } => {
            let row = rows.get(row)?;
            let bar = row.labels.iter().find(|bar| bar.id == id)?;
            let (row, gripped) = (named(row), scale.time_at(from.x));
            match part {
                Part::Start => Drag::Trim { row, id, stays: bar.end },
                Part::End => Drag::Trim { row, id, stays: bar.start },
                Part::Middle => Drag::Move { row, id, span: (bar.start, bar.end), gripped },
            }
        }
        // Markers are clicked, not dragged; below the last row, one scrubs.
        Hit::Marker(_) => Drag::Over,
        Hit::Nothing => Drag::Scrub(None),
    })
}

/// What is followed while the button is held.
fn live(state: &AppState, scale: &TimeScale, held: &Held, pos: Pos2, out: &mut Vec<Action>) {
    match &held.drag {
        Drag::Scrub(_) => {
            let time = scale.time_at(pos.x.clamp(scale.x.min, scale.x.max));
            let table = state.selected_video().and_then(Video::table);
            if table.is_none_or(|table| table.frame_at(time) != state.player.frame) {
                out.push(Action::Seek(time));
            }
        }
        Drag::Threshold { class, height } if held.is_moved => {
            let share = ((height.max - pos.y) / height.span().max(1.0)).clamp(0.01, 0.99);
            let threshold = Some((share * 100.0).round() / 100.0);
            if state.studio.rules.class_thresholds.get(class).copied() != threshold {
                let mut rules = state.studio.rules.clone();
                rules.class_thresholds.extend(threshold.map(|threshold| (class.clone(), threshold)));
                out.push(Action::Project(ProjectAction::TryRules(rules)));
            }
        }
        _ => {}
    }
}

fn preview(state: &AppState, scale: &TimeScale, drag: &Drag, pos: Pos2) -> Option<Preview> {
    let rows = state.studio.rows.all();
    let number = |row: &RowName| rows.iter().position(|other| other.class == row.class && other.name == row.name);
    let end = state.selected_video().and_then(Video::duration).unwrap_or(MediaTime::from_nanos(u64::MAX));
    let here = scale.time_at(pos.x.clamp(scale.x.min, scale.x.max));
    let ordered = |row, a: MediaTime, b: MediaTime, found: bool| {
        let snapped = found.then_some(b);
        Some(Preview { row, start: a.min(b), end: a.max(b), snapped })
    };
    match drag {
        Drag::Draw { row, from } => {
            let (to, found) = snap(state, scale, here.min(end), None);
            ordered(number(row)?, *from, to, found)
        }
        Drag::Trim { row, id, stays } => {
            let (to, found) = snap(state, scale, here.min(end), Some(*id));
            ordered(number(row)?, *stays, to, found)
        }
        Drag::Move { row, id, span, gripped } => {
            let length = span.1.saturating_sub(span.0);
            let start = span.0.saturating_add(here).saturating_sub(*gripped).min(end.saturating_sub(length));
            let (by_start, start_found) = snap(state, scale, start, Some(*id));
            let (by_end, end_found) = snap(state, scale, start.saturating_add(length), Some(*id));
            let row = number(row)?;
            // The end that has found something leads; otherwise the start goes by frames.
            Some(if end_found && !start_found {
                Preview { row, start: by_end.saturating_sub(length), end: by_end, snapped: Some(by_end) }
            } else {
                let snapped = start_found.then_some(by_start);
                Preview { row, start: by_start, end: by_start.saturating_add(length), snapped }
            })
        }
        Drag::Scrub(_) | Drag::Threshold { .. } | Drag::Over => None,
    }
}

fn commit(state: &AppState, drag: &Drag, preview: &Preview, out: &mut Vec<Action>) {
    let &Preview { start, end, .. } = preview;
    out.extend(match drag {
        Drag::Draw { row: RowName { class: Some(class), .. }, .. } => {
            Some(Action::Label(LabelAction::Draw { class: *class, start, end }))
        }
        Drag::Draw { row: RowName { class: None, name }, .. } => {
            Some(Action::Label(LabelAction::DrawNamed { class: name.clone(), start, end }))
        }
        Drag::Move { id, span, .. } if moves_several(state, *id) => {
            Some(Action::Label(LabelAction::MoveSelected { from: span.0, to: start }))
        }
        Drag::Move { id, .. } | Drag::Trim { id, .. } => {
            Some(Action::Label(LabelAction::Retime { id: *id, start, end }))
        }
        Drag::Scrub(_) | Drag::Threshold { .. } | Drag::Over => None,
    });
}

/// Whether a segment takes others along: those that are selected with it.
fn moves_several(state: &AppState, id: SegmentId) -> bool {
    state.studio.selection.len() > 1 && state.studio.selection.contains(&id)
}

/// A press that ended where it began.
fn clicked(ui: &Ui, state: &AppState, held: &Held, places: &Places, scale: &TimeScale, out: &mut Vec<Action>) {
    match &held.drag {
        Drag::Move { id, .. } | Drag::Trim { id, .. } => {
            out.push(Action::Label(LabelAction::Select { id: *id, adds: held.adds }));
        }
        Drag::Draw { row, .. } => {
            out.push(Action::Label(LabelAction::ClearSelection));
            out.extend(row.class.map(|class| Action::Label(LabelAction::ChooseClass(class))));
        }
        Drag::Scrub(Some(segment)) => {
            out.push(Action::Seek(segment.start));
            menus::pick(ui, *segment);
        }
        Drag::Over => {
            if let Hit::Marker(marker) = places.hit(state, scale, held.from) {
                let track = state.selected.and_then(|video| state.studio.project.track(video));
                let marker = track.and_then(|track| track.marker(marker));
                out.extend(marker.map(|marker| Action::Seek(marker.time)));
            }
        }
        Drag::Scrub(None) | Drag::Threshold { .. } => {}
    }
}

fn double_clicked(
    ui: &Ui,
    response: &Response,
    state: &AppState,
    scale: &TimeScale,
    places: &Places,
    out: &mut Vec<Action>,
) {
    let Some(pos) = response.interact_pointer_pos() else { return };
    menus::pick_nothing(ui);
    match places.hit(state, scale, pos) {
        Hit::Marker(id) => menus::write_marker(ui, state, id, pos2(pos.x, places.ruler.bottom())),
        Hit::Predicted { row, is_threshold: true, .. } => {
            let class = state.studio.rows.all().get(row).map(|row| row.name.clone());
            out.extend(class.map(|class| Action::Project(ProjectAction::SetClassThreshold { class, threshold: None })));
        }
        _ => out.push(Command::ZoomFit.into()),
    }
}

fn draw_preview(ui: &Ui, state: &AppState, scale: &TimeScale, places: &Places, preview: &Preview, pos: Pos2) {
    let tokens = tokens(ui);
    let Some(row) = state.studio.rows.all().get(preview.row) else { return };
    let painter = ui.painter().with_clip_rect(places.seen.intersect(ui.clip_rect()));
    let labels = places.heights.split(places.row(preview.row)).0;
    let rect = bars::bar_rect(labels, extent(scale, preview.start, preview.end));
    painter.rect_filled(rect, 2.0, class_color(tokens, row.hue, row.color).gamma_multiply(0.8));
    painter.rect_stroke(rect, 2.0, Stroke::new(1.5, tokens.text_strong), StrokeKind::Outside);
    if let Some(edge) = preview.snapped {
        let x = painter.round_to_pixel_center(scale.x_of(edge));
        painter.vline(x, places.seen.y_range(), Stroke::new(1.0, tokens.accent));
    }
    let video = state.selected_video();
    let frames = video.and_then(Video::table).map_or(0, |table| {
        table.frame_at(preview.end.saturating_sub(MediaTime::from_nanos(1))) - table.frame_at(preview.start) + 1
    });
    let text = tr!(
        "timeline-drag",
        start = preview.start.to_string(),
        end = preview.end.to_string(),
        frames = tr!("labels-frames", count = frames),
    );
    note_at(ui, pos, &text);
}

/// The other selected segments where they would be if a segment that takes them along were let go.
fn draw_companions(ui: &Ui, state: &AppState, scale: &TimeScale, places: &Places, (drag, preview): (&Drag, &Preview)) {
    let Drag::Move { id, span, .. } = drag else { return };
    if !moves_several(state, *id) {
        return;
    }
    let tokens = tokens(ui);
    let painter = ui.painter().with_clip_rect(places.seen.intersect(ui.clip_rect()));
    let moved = |time: MediaTime| {
        time.saturating_add(preview.start.saturating_sub(span.0)).saturating_sub(span.0.saturating_sub(preview.start))
    };
    for (number, row) in state.studio.rows.all().iter().enumerate() {
        let labels = places.heights.split(places.row(number)).0;
        let others = row.labels.iter().filter(|bar| bar.id != *id && state.studio.selection.contains(&bar.id));
        for bar in others {
            let rect = bars::bar_rect(labels, extent(scale, moved(bar.start), moved(bar.end)));
            painter.rect_filled(rect, 2.0, class_color(tokens, row.hue, row.color).gamma_multiply(0.6));
        }
    }
}

/// A line of text beside the pointer, over everything else.
fn note_at(ui: &Ui, pos: Pos2, text: &str) {
    let tokens = tokens(ui);
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, ui.scope_id().with("drag")));
    let font = TextStyle::Monospace.resolve(ui.style());
    let galley = painter.layout_no_wrap(text.to_owned(), font, tokens.text_strong);
    let size = galley.size() + vec2(12.0, 8.0);
    let room = ui.ctx().content_rect();
    let corner = Align2::LEFT_BOTTOM.anchor_size(pos + vec2(12.0, -8.0), size).min;
    let corner = corner.clamp(room.min, pos2((room.right() - size.x).max(room.left()), room.bottom() - size.y));
    let rect = Rect::from_min_size(corner, size);
    painter.rect(rect, 4.0, tokens.raised_bg, Stroke::new(1.0, tokens.border_strong), StrokeKind::Inside);
    painter.galley(corner + vec2(6.0, 4.0), galley, tokens.text_strong);
}
