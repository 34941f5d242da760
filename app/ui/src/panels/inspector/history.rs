//! Every change of the watched video and of the classes, and who or what drew the selected segment.

use egui::{Label, Rect, Response, RichText, TextStyle, Ui, pos2, vec2};
use ks_domain::project::{Author, ChangeKind, Entry, LabelSegment, Project, Record, Verdict};

use crate::state::{Action, AppState, HistoryLine, ProjectAction};
use crate::texts::attribute;
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{Browse, EmptyState, Icon, empty_state, list_item, paint_elided, paint_struck, percent, section};

const ROW: f32 = 38.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 4.0;
    origin(ui, state);
    let view = &state.studio.pages.history;
    if view.lines().is_empty() {
        let nothing = EmptyState {
            icon: Icon::Undo,
            title: &tr!("history-nothing"),
            text: &attribute("history-nothing", "hint"),
            command: None,
            is_failure: false,
        };
        return empty_state(ui, nothing, out);
    }
    // The row after the last one is how everything began.
    let lines = view.lines();
    let cursor = lines.iter().position(|line| line.number == view.current()).or(Some(lines.len()));
    let list = Browse { id: "history", row: ROW, count: lines.len() + 1, cursor };
    let step = list.show(ui, |ui, place| match lines.get(place) {
        Some(line) => row(ui, state, line, out),
        None => beginning(ui, view.current() == 0, out),
    });
    let of_video: Vec<u64> = lines.iter().filter(|line| line.is_of_video).map(|line| line.number).chain([0]).collect();
    let here = of_video.iter().position(|number| *number == view.current());
    let next = here.and_then(|here| of_video.get(here.checked_add_signed(step)?)).filter(|_| step != 0);
    out.extend(next.map(|number| travel(*number)));
}

const fn travel(number: u64) -> Action {
    Action::Project(ProjectAction::TravelTo(number))
}

/// Who or what drew the selected segment.
fn origin(ui: &mut Ui, state: &AppState) {
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    let mut selected = state.studio.selection.iter().filter_map(|id| track.and_then(|track| track.segment(*id)));
    let Some(segment) = selected.next_back() else { return };
    section(ui, &tr!("history-selected"));
    let tokens = tokens(ui);
    let (start, end) = (segment.start.to_string(), segment.end.to_string());
    let what = tr!("history-segment", class = state.label_name(segment.class), start = start, end = end);
    ui.add(Label::new(RichText::new(what).color(tokens.text_strong)).wrap());
    ui.add(Label::new(RichText::new(drawn_by(segment)).color(tokens.text)).wrap());
    let touches = |entry: &&Entry| {
        let of_segment = |record: &Option<Record>| matches!(record, Some(Record::Segment(one)) if one.id == segment.id);
        entry.change.edits.iter().any(|edit| of_segment(&edit.before) || of_segment(&edit.after))
    };
    let entries = state.studio.project.history().entries();
    let first = entries.iter().find(touches);
    let count = entries.iter().filter(touches).count();
    if let Some(first) = first {
        let when = when(first.stamp.unix_millis, state.studio.now_millis);
        let text = tr!("history-since", when = when, count = count.saturating_sub(1));
        ui.add(Label::new(RichText::new(text).color(tokens.text_subdued)).wrap());
    }
    if !segment.note.is_empty() {
        ui.add(Label::new(RichText::new(&segment.note).color(tokens.text_subdued)).wrap());
    }
    ui.separator();
}

fn drawn_by(segment: &LabelSegment) -> String {
    let person = |name: &str| if name.is_empty() { tr!("somebody") } else { name.to_owned() };
    let score = segment.score.map_or_else(|| tr!("none"), percent);
    match (&segment.author, segment.verdict) {
        (Author::Person(name), _) => tr!("drawn-by-person", person = person(name)),
        (Author::Model { checkpoint, accepted_by: None, .. }, _) => {
            tr!("drawn-by-network", network = checkpoint, score = score)
        }
        (Author::Model { checkpoint, accepted_by: Some(name), .. }, Verdict::Present) => {
            tr!("drawn-accepted", network = checkpoint, score = score, person = person(name))
        }
        (Author::Model { checkpoint, accepted_by: Some(name), .. }, Verdict::Absent) => {
            tr!("drawn-rejected", network = checkpoint, score = score, person = person(name))
        }
    }
}

fn row(ui: &mut Ui, state: &AppState, line: &HistoryLine, out: &mut Vec<Action>) -> Response {
    let Some(entry) = state.studio.project.history().entry(line.number) else { return ui.label("") };
    let is_current = state.studio.pages.history.is_current(line);
    let what = change_text(entry.change.kind);
    let about = subject(&state.studio.project, entry);
    let title = if about.is_empty() { what } else { tr!("history-about", what = what, about = about) };
    let who = if entry.stamp.person.is_empty() { tr!("somebody") } else { entry.stamp.person.clone() };
    let detail = tr!("history-who-when", who = who, when = when(entry.stamp.unix_millis, state.studio.now_millis));
    let name = if line.is_undone {
        tr!("history-row-undone", what = &title, detail = &detail)
    } else {
        tr!("history-row", what = &title, detail = &detail)
    };
    let response = two_lines(ui, &name, (&title, &detail), (is_current, line.is_undone));
    let hover = if line.is_of_video { tr!("history-travel") } else { tr!("history-of-classes") };
    if response.clicked() {
        out.push(travel(line.number));
    }
    response.on_hover_text(hover)
}

fn beginning(ui: &mut Ui, is_current: bool, out: &mut Vec<Action>) -> Response {
    let (title, detail) = (tr!("history-beginning"), attribute("history-beginning", "hint"));
    let response = two_lines(ui, &title, (&title, &detail), (is_current, false));
    if response.clicked() {
        out.push(travel(0));
    }
    response.on_hover_text(tr!("history-travel"))
}

fn two_lines(
    ui: &mut Ui,
    name: &str,
    (title, detail): (&str, &str),
    (is_current, is_undone): (bool, bool),
) -> Response {
    list_item(ui, ROW, name, is_current, |ui, rect| {
        let tokens = tokens(ui);
        let inner = Rect::from_min_max(rect.min + vec2(6.0, 2.0), rect.max - vec2(12.0, 2.0));
        let upper = inner.with_max_y(inner.top() + 18.0);
        let lower = Rect::from_min_max(pos2(inner.left(), inner.top() + 17.0), inner.max);
        if is_undone {
            paint_struck(ui, upper, title, tokens.text_subdued);
        } else {
            let color = if is_current { tokens.text_strong } else { tokens.text };
            paint_elided(ui, upper, title, TextStyle::Body, color);
        }
        paint_elided(ui, lower, detail, TextStyle::Small, tokens.text_subdued);
    })
}

/// What a change was about: the first of its records.
fn subject(project: &Project, entry: &Entry) -> String {
    let Some(edit) = entry.change.edits.first() else { return String::new() };
    let Some(record) = edit.after.as_ref().or(edit.before.as_ref()) else { return String::new() };
    let first = match record {
        Record::Segment(segment) => {
            let class = project.class_of(segment.class).or_else(|| project.class(segment.class));
            let name = class.map(|class| class.name.clone()).unwrap_or_default();
            tr!("history-place", what = name, time = segment.start.to_string())
        }
        Record::Class(class) => class.name.clone(),
        Record::Set(set) => set.name.clone(),
        Record::Marker(marker) if marker.text.is_empty() => marker.time.to_string(),
        Record::Marker(marker) => marker.text.clone(),
        Record::Stretch(stretch) => {
            tr!("history-from-to", start = stretch.start.to_string(), end = stretch.end.to_string())
        }
        Record::Notes(notes) if entry.change.kind == ChangeKind::SetWorkState => super::work_text(notes.work),
        Record::Notes(notes) => notes.note.clone(),
        Record::Video(video) => video.path.clone(),
        Record::Rules(rules) => crate::format::percent(rules.threshold),
    };
    match entry.change.edits.len() {
        0 | 1 => first,
        count => tr!("history-and-more", first = first, count = count - 1),
    }
}

/// How long ago something was done.
fn when(then: u64, now: u64) -> String {
    let secs = now.saturating_sub(then) / 1000;
    match secs {
        0..60 => tr!("ago-now"),
        60..3600 => tr!("ago-minutes", count = secs / 60),
        3600..86_400 => tr!("ago-hours", count = secs / 3600),
        _ => tr!("ago-days", count = secs / 86_400),
    }
}

/// What people call a kind of change.
fn change_text(kind: ChangeKind) -> String {
    match kind {
        ChangeKind::AddVideos => tr!("change-add-videos"),
        ChangeKind::RemoveVideos => tr!("change-remove-videos"),
        ChangeKind::ReorderVideos => tr!("change-reorder-videos"),
        ChangeKind::RelinkVideo => tr!("change-relink-video"),
        ChangeKind::AddSet => tr!("change-add-set"),
        ChangeKind::EditSet => tr!("change-edit-set"),
        ChangeKind::AddClass => tr!("change-add-class"),
        ChangeKind::RenameClass => tr!("change-rename-class"),
        ChangeKind::EditClass => tr!("change-edit-class"),
        ChangeKind::MergeClasses => tr!("change-merge-classes"),
        ChangeKind::DeleteClass => tr!("change-delete-class"),
        ChangeKind::SetRules => tr!("change-set-rules"),
        ChangeKind::DrawSegment => tr!("change-draw-segment"),
        ChangeKind::MoveSegment => tr!("change-move-segment"),
        ChangeKind::TrimSegment => tr!("change-trim-segment"),
        ChangeKind::NudgeSegment => tr!("change-nudge-segment"),
        ChangeKind::SplitSegment => tr!("change-split-segment"),
        ChangeKind::MergeSegments => tr!("change-merge-segments"),
        ChangeKind::DeleteSegments => tr!("change-delete-segments"),
        ChangeKind::RelabelSegments => tr!("change-relabel-segments"),
        ChangeKind::NoteSegment => tr!("change-note-segment"),
        ChangeKind::AcceptPredictions => tr!("change-accept-predictions"),
        ChangeKind::RejectPredictions => tr!("change-reject-predictions"),
        ChangeKind::AddMarker => tr!("change-add-marker"),
        ChangeKind::EditMarker => tr!("change-edit-marker"),
        ChangeKind::DeleteMarker => tr!("change-delete-marker"),
        ChangeKind::MarkFullyLabelled => tr!("change-mark-fully-labelled"),
        ChangeKind::UnmarkFullyLabelled => tr!("change-unmark-fully-labelled"),
        ChangeKind::SetWorkState => tr!("change-set-work-state"),
        ChangeKind::NoteVideo => tr!("change-note-video"),
        ChangeKind::Import => tr!("change-import"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_change_has_a_text_of_its_own() {
        let texts: BTreeSet<String> = ChangeKind::ALL.iter().map(|kind| change_text(*kind)).collect();
        assert_eq!(texts.len(), ChangeKind::ALL.len());
        assert!(texts.iter().all(|text| !text.starts_with('[')), "{texts:?}");
    }

    #[test]
    fn times_long_past_are_told_roughly() {
        assert_eq!(when(5_000, 20_000), "just now");
        assert_eq!(when(0, 3 * 60_000), "3 min ago");
        assert_eq!(when(0, 5 * 3_600_000), "5 h ago");
        assert_eq!(when(0, 86_400_000), "1 day ago");
        // A clock that was set back.
        assert_eq!(when(9_000, 0), "just now");
    }
}
