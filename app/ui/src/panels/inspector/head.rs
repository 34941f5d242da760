//! How far the labelling of the watched video is, and the note on it.

use egui::{Id, TextEdit, Ui};
use ks_domain::project::{VideoId, WorkState};

use crate::state::{Action, AppState, ProjectAction};
use crate::tr;
use crate::widgets::choice;

const ALL: [WorkState; 3] = [WorkState::Open, WorkState::NeedsWork, WorkState::Done];

/// What a state of the work is called.
pub(crate) fn work_text(work: WorkState) -> String {
    match work {
        WorkState::Open => tr!("work-open"),
        WorkState::NeedsWork => tr!("work-needed"),
        WorkState::Done => tr!("work-done"),
    }
}

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let Some(video) = state.selected else { return };
    let notes = state.studio.project.notes(video);
    ui.horizontal(|ui| {
        ui.set_height(crate::theme::size::ROW);
        if let Some(work) = choice(ui, &tr!("work-name"), 84.0, (notes.work, &ALL), work_text) {
            out.push(Action::Project(ProjectAction::SetWorkOf { videos: vec![video], work }));
        }
        note(ui, video, &notes.note, out);
    });
}

/// The field is written into the journal when it is left, not with every letter.
fn note(ui: &mut Ui, video: VideoId, kept: &str, out: &mut Vec<Action>) {
    let id = Id::unique(("note on video", video));
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| kept.to_owned());
    let edit = TextEdit::singleline(&mut text).id(id).hint_text(tr!("video-note")).desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name(tr!("video-note"));
    if response.lost_focus() {
        if text != kept {
            out.push(Action::Project(ProjectAction::NoteOf { video, note: text }));
        }
        ui.data_mut(|data| data.remove::<String>(id));
    } else if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    }
    if !kept.is_empty() {
        response.on_hover_text(kept);
    }
}

/// Puts the cursor into the field of a video's note.
pub(crate) fn edit_note(ui: &Ui, video: VideoId) {
    ui.memory_mut(|memory| memory.request_focus(Id::unique(("note on video", video))));
}
