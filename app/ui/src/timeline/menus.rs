//! What the timeline offers at a place: menus, the buttons of a predicted segment, and fields for notes.

use egui::{Id, Popup, PopupCloseBehavior, Pos2, Rect, Response, RichText, ScrollArea, TextEdit, Ui, pos2};
use ks_domain::project::{MarkerId, SegmentId, Verdict};
use ks_domain::{MediaTime, Segment};

use super::places::{Hit, Places, extent};
use super::scale::TimeScale;
use crate::commands::Command;
use crate::state::{Action, AppState, LabelAction, ProjectAction};
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{menu_item, percent};

/// Where the menu was opened.
#[derive(Clone, Debug)]
struct Asked {
    hit: Hit,
    pos: Pos2,
    time: MediaTime,
}

/// What a text is written about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum About {
    Marker(MarkerId, MediaTime),
    Segment(SegmentId),
}

/// A text that is being written.
#[derive(Clone, Debug)]
struct Writing {
    about: About,
    text: String,
    pos: Pos2,
    is_new: bool,
}

fn asked_id(ui: &Ui) -> Id {
    ui.scope_id().with("asked")
}

fn picked_id(ui: &Ui) -> Id {
    ui.scope_id().with("picked")
}

fn writing_id(ui: &Ui) -> Id {
    ui.scope_id().with("writing")
}

/// Offers to accept or reject a predicted segment.
pub(super) fn pick(ui: &Ui, segment: Segment) {
    ui.data_mut(|data| data.insert_temp(picked_id(ui), segment));
}

/// No longer offers it.
pub(super) fn pick_nothing(ui: &Ui) {
    ui.data_mut(|data| data.remove::<Segment>(picked_id(ui)));
}

/// The predicted segment that was picked.
pub(super) fn picked(ui: &Ui) -> Option<Segment> {
    ui.data(|data| data.get_temp(picked_id(ui)))
}

/// Lets the text of a marker be written.
pub(super) fn write_marker(ui: &Ui, state: &AppState, id: MarkerId, pos: Pos2) {
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    if let Some(marker) = track.and_then(|track| track.marker(id)) {
        write(ui, About::Marker(id, marker.time), &marker.text, pos);
    }
}

fn write_note(ui: &Ui, state: &AppState, id: SegmentId, pos: Pos2) {
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    if let Some(segment) = track.and_then(|track| track.segment(id)) {
        write(ui, About::Segment(id), &segment.note, pos);
    }
}

fn write(ui: &Ui, about: About, text: &str, pos: Pos2) {
    let writing = Writing { about, text: text.to_owned(), pos, is_new: true };
    ui.data_mut(|data| data.insert_temp(writing_id(ui), writing));
}

/// Draws what is open.
pub(super) fn show(
    ui: &Ui,
    response: &Response,
    state: &AppState,
    scale: &TimeScale,
    places: &Places,
    out: &mut Vec<Action>,
) {
    if let (true, Some(pos)) = (response.secondary_clicked(), response.interact_pointer_pos()) {
        let hit = places.hit(state, scale, pos);
        if let Hit::Label { bar: Some((id, _)), .. } = hit
            && !state.studio.selection.contains(&id)
        {
            out.push(Action::Label(LabelAction::Select { id, adds: false }));
        }
        let asked = Asked { hit, pos, time: scale.time_at(pos.x) };
        ui.data_mut(|data| data.insert_temp(asked_id(ui), asked));
    }
    let asked = ui.data(|data| data.get_temp::<Asked>(asked_id(ui)));
    response.context_menu(|menu| {
        let Some(asked) = asked else { return };
        menu.set_min_width(200.0);
        match &asked.hit {
            Hit::Label { bar: Some((id, _)), .. } => label_menu(ui, menu, state, *id, &asked, out),
            Hit::Predicted { segment: Some(segment), .. } => judge_buttons(menu, segment, true, out),
            Hit::Marker(id) => marker_menu(ui, menu, state, *id, &asked, out),
            Hit::Predicted { row, is_threshold: true, .. } => threshold_menu(menu, state, *row, out),
            Hit::Ruler | Hit::Label { .. } | Hit::Predicted { .. } | Hit::Nothing => {
                place_menu(menu, state, asked.time, out);
            }
        }
    });
    prediction(ui, response, state, scale, places, out);
    writing(ui, response, out);
}

fn label_menu(ui: &Ui, menu: &mut Ui, state: &AppState, id: SegmentId, asked: &Asked, out: &mut Vec<Action>) {
    let bar = state.studio.rows.all().iter().flat_map(|row| &row.labels).find(|bar| bar.id == id);
    if bar.is_some_and(|bar| bar.is_unconfirmed) {
        for (text, verdict) in [(tr!("timeline-accept"), Verdict::Present), (tr!("timeline-reject"), Verdict::Absent)] {
            if menu.button(text).clicked() {
                out.push(Action::Label(LabelAction::Confirm { id, verdict }));
                menu.close();
            }
        }
        menu.separator();
    }
    let set = state.studio.current_set();
    let classes = set.map(|set| state.studio.project.classes_of(set)).unwrap_or_default();
    menu.menu_button(tr!("labels-relabel"), |ui| {
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for class in classes {
                if ui.button(&class.name).clicked() {
                    out.push(Action::Label(LabelAction::Relabel(class.id)));
                    ui.close();
                }
            }
        });
    });
    if menu.button(tr!("timeline-split-here")).clicked() {
        out.push(Action::Seek(asked.time));
        out.push(Action::Label(LabelAction::SelectMany(vec![id])));
        out.push(Command::SplitSegment.into());
        menu.close();
    }
    if menu.button(tr!("timeline-note")).clicked() {
        write_note(ui, state, id, asked.pos);
        menu.close();
    }
    menu.separator();
    menu_item(menu, Command::MergeSegments, state.can(Command::MergeSegments), out);
    menu_item(menu, Command::DeleteSegment, true, out);
}

/// To accept or reject a predicted segment, and, in a menu, all that are at least so probable.
fn judge_buttons(ui: &mut Ui, segment: &Segment, with_more: bool, out: &mut Vec<Action>) {
    let Segment { class, start, end, peak } = *segment;
    if ui.button(tr!("timeline-accept")).clicked() {
        out.push(Action::Label(LabelAction::Accept { class, start, end }));
        ui.close();
    }
    if ui.button(tr!("timeline-reject")).clicked() {
        out.push(Action::Label(LabelAction::Reject { class, start, end }));
        ui.close();
    }
    if with_more {
        ui.separator();
        let score = (peak * 100.0).floor() / 100.0;
        if ui.button(tr!("timeline-accept-above", percent = percent(score))).clicked() {
            out.push(Action::Label(LabelAction::AcceptAbove { score, class: Some(class) }));
            ui.close();
        }
    }
}

fn marker_menu(ui: &Ui, menu: &mut Ui, state: &AppState, id: MarkerId, asked: &Asked, out: &mut Vec<Action>) {
    if menu.button(tr!("timeline-marker-edit")).clicked() {
        write_marker(ui, state, id, asked.pos);
        menu.close();
    }
    if menu.button(tr!("timeline-marker-delete")).clicked() {
        out.push(Action::Label(LabelAction::DeleteMarker(id)));
        menu.close();
    }
}

fn threshold_menu(menu: &mut Ui, state: &AppState, row: usize, out: &mut Vec<Action>) {
    let Some(row) = state.studio.rows.all().get(row) else { return };
    let is_own = state.studio.rules.class_thresholds.contains_key(&row.name);
    if menu.add_enabled(is_own, egui::Button::new(tr!("timeline-threshold-reset"))).clicked() {
        let class = row.name.clone();
        out.push(Action::Project(ProjectAction::SetClassThreshold { class, threshold: None }));
        menu.close();
    }
}

fn place_menu(menu: &mut Ui, state: &AppState, time: MediaTime, out: &mut Vec<Action>) {
    if menu.button(tr!("timeline-marker-add")).clicked() {
        out.push(Action::Seek(time));
        out.push(Command::AddMarker.into());
        menu.close();
    }
    menu_item(menu, Command::ToggleFullyLabelled, state.can(Command::ToggleFullyLabelled), out);
    menu.separator();
    menu_item(menu, Command::ZoomFit, true, out);
}

/// The buttons of the predicted segment that was clicked, below its bar.
fn prediction(
    ui: &Ui,
    response: &Response,
    state: &AppState,
    scale: &TimeScale,
    places: &Places,
    out: &mut Vec<Action>,
) {
    let Some(segment) = picked(ui) else { return };
    let rows = state.studio.rows.all();
    let number = rows.iter().position(|row| row.predicted == Some(segment.class) && row.predictions.contains(&segment));
    let Some((number, row)) = number.and_then(|number| Some((number, rows.get(number)?))) else {
        return pick_nothing(ui);
    };
    let predictions = places.heights.split(places.row(number)).1;
    let x = extent(scale, segment.start, segment.end);
    let anchor = Rect::from_x_y_ranges(
        x.min.clamp(scale.x.min, scale.x.max)..=x.max.clamp(scale.x.min, scale.x.max),
        predictions.bottom() - 10.0..=predictions.bottom() + 2.0,
    );
    let mut is_open = true;
    // Another segment gets another popup: the click that opens it is outside of the one before.
    let id = picked_id(ui).with((segment.class, segment.start));
    let popup = Popup::new(id, ui.ctx().clone(), anchor, response.layer_id);
    popup.open_bool(&mut is_open).close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(4.0).show(|ui| {
        let (start, end) = (segment.start.to_string(), segment.end.to_string());
        ui.label(RichText::new(&row.name).color(tokens(ui).text_strong));
        let text = tr!("timeline-hover-segment", start = start, end = end, peak = percent(segment.peak));
        ui.label(RichText::new(text).color(tokens(ui).text_subdued));
        let before = out.len();
        ui.horizontal(|ui| judge_buttons(ui, &segment, false, out));
        if out.len() > before {
            ui.close();
        }
    });
    if !is_open {
        pick_nothing(ui);
    }
}

/// The field of a note or a marker. Enter and a click elsewhere keep what was written, Escape does not.
fn writing(ui: &Ui, response: &Response, out: &mut Vec<Action>) {
    let Some(mut writing) = ui.data(|data| data.get_temp::<Writing>(writing_id(ui))) else { return };
    let gives_up = ui.input(|input| input.key_pressed(egui::Key::Escape));
    let mut is_open = true;
    let mut is_done = false;
    let below = pos2(writing.pos.x, writing.pos.y + 4.0);
    let popup = Popup::new(writing_id(ui).with("popup"), ui.ctx().clone(), below, response.layer_id);
    popup.open_bool(&mut is_open).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let (title, hint) = match writing.about {
            About::Marker(..) => (tr!("timeline-marker-text"), tr!("timeline-marker-hint")),
            About::Segment(_) => (tr!("labels-note"), tr!("labels-note-hint")),
        };
        let edit = TextEdit::singleline(&mut writing.text).hint_text(hint).desired_width(240.0);
        let field = ui.add(edit).accessible_name(title);
        if std::mem::take(&mut writing.is_new) {
            field.request_focus();
        }
        is_done = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    });
    if is_open && !is_done && !gives_up {
        ui.data_mut(|data| data.insert_temp(writing_id(ui), writing));
        return;
    }
    ui.data_mut(|data| data.remove::<Writing>(writing_id(ui)));
    if !gives_up {
        out.push(Action::Label(match writing.about {
            About::Marker(id, time) => LabelAction::EditMarker { id, time, text: writing.text.trim().to_owned() },
            About::Segment(id) => LabelAction::Note { id, text: writing.text.trim().to_owned() },
        }));
    }
}
