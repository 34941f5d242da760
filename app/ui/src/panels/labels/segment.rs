//! What is selected on the timeline: one segment in all its parts, or what can be done to several.

use egui::{ComboBox, Grid, RichText, Ui, vec2};
use ks_domain::MediaTime;
use ks_domain::project::{Author, ClassId, LabelSegment, Verdict};

use super::field::{Field, bare_field, text_field};
use crate::commands::Command;
use crate::format::parse_time;
use crate::state::{Action, AppState, LabelAction, Video};
use crate::texts::attribute;
use crate::theme::tokens;
use crate::timeline::origin;
use crate::tr;
use crate::widgets::{command_button, section, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    let mut selected = state.studio.selection.iter().filter_map(|id| track.and_then(|track| track.segment(*id)));
    match (selected.next(), selected.next()) {
        (None, _) => {
            section(ui, &tr!("labels-selected"));
            wrapped(ui, RichText::new(tr!("labels-none-selected")).color(tokens(ui).text_subdued));
        }
        (Some(segment), None) => one(ui, state, segment, out),
        (Some(_), Some(_)) => several(ui, state, out),
    }
}

fn one(ui: &mut Ui, state: &AppState, segment: &LabelSegment, out: &mut Vec<Action>) {
    section(ui, &tr!("labels-selected"));
    let subdued = tokens(ui).text_subdued;
    let class = state.studio.project.class_of(segment.class).map(|class| class.id);
    relabel(ui, state, class, &state.label_name(segment.class), out);
    let retime = |start, end| Action::Label(LabelAction::Retime { id: segment.id, start, end });
    let is_narrow = ui.available_width() < 210.0;
    Grid::new("times").num_columns(3).spacing(vec2(8.0, 4.0)).show(ui, |ui| {
        ui.label(RichText::new(tr!("labels-start")).color(subdued));
        if let Some(start) = time_field(ui, state, ("start", segment.id), tr!("labels-start"), segment.start) {
            out.push(retime(start, segment.end));
        }
        frame(ui, state, segment.start, is_narrow);
        ui.end_row();
        ui.label(RichText::new(tr!("labels-end")).color(subdued));
        if let Some(end) = time_field(ui, state, ("end", segment.id), tr!("labels-end"), segment.end) {
            out.push(retime(segment.start, end));
        }
        frame(ui, state, segment.end, is_narrow);
        ui.end_row();
        ui.label(RichText::new(tr!("labels-length")).color(subdued));
        let length = segment.end.saturating_sub(segment.start);
        ui.label(RichText::new(length.to_string()).monospace());
        if let Some(table) = state.selected_video().and_then(Video::table).filter(|_| !is_narrow) {
            let last = table.frame_at(segment.end.saturating_sub(MediaTime::from_nanos(1)));
            let frames = last.saturating_sub(table.frame_at(segment.start)) + 1;
            ui.label(RichText::new(tr!("labels-frames", count = frames)).color(subdued));
        }
        ui.end_row();
    });
    let note = Field::new(tr!("labels-note"), &segment.note).hint(tr!("labels-note-hint")).tall();
    if let Some(text) = text_field(ui, ("note", segment.id), note) {
        out.push(Action::Label(LabelAction::Note { id: segment.id, text }));
    }
    wrapped(ui, RichText::new(crate::format::sentence(&origin(segment))).small().color(subdued));
    if let Author::Model { accepted_by: None, .. } = segment.author {
        ui.horizontal_wrapped(|ui| {
            for (text, verdict) in
                [(tr!("timeline-accept"), Verdict::Present), (tr!("timeline-reject"), Verdict::Absent)]
            {
                if ui.button(text).clicked() {
                    out.push(Action::Label(LabelAction::Confirm { id: segment.id, verdict }));
                }
            }
        });
    }
    ui.horizontal_wrapped(|ui| {
        command_button(ui, Command::SplitSegment, state.can(Command::SplitSegment), out);
        command_button(ui, Command::DeleteSegment, state.can(Command::DeleteSegment), out);
    });
}

fn several(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("labels-several", count = state.studio.selection.len()));
    relabel(ui, state, None, &tr!("labels-relabel"), out);
    ui.horizontal_wrapped(|ui| {
        command_button(ui, Command::MergeSegments, state.can(Command::MergeSegments), out);
        command_button(ui, Command::DeleteSegment, state.can(Command::DeleteSegment), out);
    });
}

fn relabel(ui: &mut Ui, state: &AppState, current: Option<ClassId>, shown: &str, out: &mut Vec<Action>) {
    let set = state.studio.current_set();
    let classes = set.map(|set| state.studio.project.classes_of(set)).unwrap_or_default();
    let choice = ComboBox::from_id_salt("relabel").selected_text(shown).width(ui.available_width()).truncate();
    let choice = choice.show_ui(ui, |ui| {
        for class in classes {
            let is_current = current == Some(class.id);
            if ui.selectable_label(is_current, &class.name).clicked() && !is_current {
                out.push(Action::Label(LabelAction::Relabel(class.id)));
            }
        }
    });
    choice.response.accessible_name(tr!("labels-class"));
}

/// A moment as text, or as the number of a frame after `f` or `#`. What is neither changes nothing.
fn time_field(
    ui: &mut Ui,
    state: &AppState,
    salt: impl std::hash::Hash + std::fmt::Debug,
    title: String,
    time: MediaTime,
) -> Option<MediaTime> {
    let shown = time.to_string();
    let field = Field::new(title, &shown).hint(attribute("labels-start", "hint"));
    let typed = ui
        .scope(|ui| {
            ui.set_width(78.0);
            bare_field(ui, salt, &field, false)
        })
        .inner?;
    let frame = typed.trim().strip_prefix(['f', 'F', '#']).and_then(|number| number.trim().parse::<u32>().ok());
    match (frame, state.selected_video().and_then(Video::table)) {
        (Some(frame), Some(table)) => Some(table.time_of(frame.min(table.len()))),
        _ => parse_time(&typed),
    }
}

fn frame(ui: &mut Ui, state: &AppState, time: MediaTime, is_narrow: bool) {
    let Some(table) = state.selected_video().and_then(Video::table) else { return };
    let frame = if time >= table.end() { table.len() } else { table.frame_at(time) };
    let frame = frame.to_string();
    let text = if is_narrow { tr!("transport-frame-short", frame = frame) } else { tr!("labels-frame", frame = frame) };
    ui.label(RichText::new(text).monospace().color(tokens(ui).text_subdued));
}
