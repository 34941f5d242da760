//! What can be done with a row of the queue.

use egui::Ui;
use ks_domain::project::{VideoId, WorkState};

use crate::commands::Command;
use crate::panels::inspector::{edit_note, work_text};
use crate::state::{Action, AppState, ProjectAction, Video};
use crate::tr;
use crate::widgets::menu_item;

pub(super) fn show(ui: &mut Ui, state: &AppState, place: usize, video: &Video, out: &mut Vec<Action>) {
    // A row of a selection stands for all of it.
    let is_marked = state.studio.marked_videos.contains(&video.id);
    let meant = if is_marked { state.marked_or_selected() } else { vec![video.id] };
    let mut item = |ui: &mut Ui, enabled: bool, text: String, actions: Vec<Action>| {
        if ui.add_enabled(enabled, egui::Button::new(text)).clicked() {
            out.extend(actions);
            ui.close();
        }
    };
    let project = |action| vec![Action::Project(action)];
    if video.analysis.phase.is_pending() {
        item(ui, true, tr!("queue-cancel"), vec![Action::Cancel(video.id)]);
    } else if is_marked {
        let text = tr!("queue-analyse-selected", count = meant.len());
        item(ui, state.can(Command::AnalyseAll), text, project(ProjectAction::AnalyseMarked));
    } else {
        let can = video.failure().is_none() && state.can(Command::AnalyseAll);
        let watch = vec![
            Action::Project(ProjectAction::ClearMarked),
            Action::Select(video.id),
            Action::Project(ProjectAction::AnalyseMarked),
        ];
        item(ui, can, Command::Analyse.text(), watch);
    }
    if video.is_missing {
        item(ui, true, tr!("queue-find"), project(ProjectAction::FindVideo(video.id)));
    }
    ui.separator();
    for (before, text) in moves(state, place) {
        let enabled = before.is_some();
        let action = ProjectAction::MoveVideo { video: video.id, before: before.flatten() };
        item(ui, enabled, text, project(action));
    }
    ui.separator();
    for work in [WorkState::NeedsWork, WorkState::Done, WorkState::Open] {
        let has = state.studio.project.notes(video.id).work == work;
        let action = ProjectAction::SetWorkOf { videos: meant.clone(), work };
        item(ui, !has || is_marked, tr!("queue-mark", work = work_text(work)), project(action));
    }
    if ui.button(tr!("queue-note")).clicked() {
        out.push(Action::Select(video.id));
        edit_note(ui, video.id);
        ui.close();
    }
    ui.separator();
    let count = meant.len();
    if ui.button(tr!("queue-remove", count = count)).clicked() {
        out.push(Action::Project(ProjectAction::RemoveVideos(meant)));
        ui.close();
    }
    menu_item(ui, Command::SelectAllVideos, true, out);
    menu_item(ui, Command::Open, true, out);
}

/// Up, down, to the top and to the end: before which video (`None` inside for the end), or that it cannot go there.
fn moves(state: &AppState, place: usize) -> [(Option<Option<VideoId>>, String); 4] {
    let id = |place: usize| state.videos.get(place).map(|video| video.id);
    let is_last = place + 1 >= state.videos.len();
    [
        (place.checked_sub(1).map(id), tr!("queue-up")),
        ((!is_last).then(|| id(place + 2)), tr!("queue-down")),
        ((place > 0).then(|| id(0)), tr!("queue-top")),
        ((!is_last).then_some(None), tr!("queue-bottom")),
    ]
}
