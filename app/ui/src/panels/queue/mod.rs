//! The queue of videos: how many there are, what can be done with several, and a row for each.

mod menu;
mod row;

use egui::{Align, Button, Layout, ScrollArea, Ui};
use ks_domain::MediaTime;
use ks_domain::project::WorkState;

use crate::commands::Command;
use crate::format;
use crate::keymap::keymap_of;
use crate::state::{Action, AnalysisPhase, AppState, ProjectAction, Video};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button, section, truncated};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(size::ROW);
        section(ui, &tr!("count-videos", count = state.videos.len()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let hover = Command::Open.hover_text(&keymap_of(ui));
            if icon_button(ui, Icon::Plus, &tr!("queue-add"), &hover, None).clicked() {
                out.push(Command::Open.into());
            }
        });
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    if state.videos.len() > 1 {
        totals(ui, state);
        several(ui, state, out);
    }
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, row::ROW, state.videos.len(), |ui, rows| {
        let first = rows.start;
        for (place, video) in state.videos.get(rows).unwrap_or_default().iter().enumerate() {
            ui.push_id(video.id, |ui| row::show(ui, state, first + place, video, out));
        }
    });
}

/// How long all videos are together, and how many are finished or cannot be read.
fn totals(ui: &mut Ui, state: &AppState) {
    let length = state.videos.iter().filter_map(Video::duration).fold(MediaTime::ZERO, MediaTime::saturating_add);
    let work = |video: &&Video| state.studio.project.notes(video.id).work == WorkState::Done;
    let done = state.videos.iter().filter(work).count();
    let broken = state.videos.iter().filter(|video| video.failure().is_some()).count();
    let mut text = tr!("queue-length", length = format::short_time(length));
    if done > 0 {
        text = tr!("queue-with-done", text = text, count = done);
    }
    if broken > 0 {
        text = tr!("queue-with-broken", text = text, count = broken);
    }
    truncated(ui, egui::RichText::new(text).small().color(tokens(ui).text_subdued));
}

/// Whether asking for an analysis of a video would begin one.
fn is_open(video: &Video) -> bool {
    video.failure().is_none() && !video.analysis.phase.is_pending() && video.analysis.phase != AnalysisPhase::Done
}

/// The buttons for all videos and for those that are selected.
fn several(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let selected = state.marked_or_selected();
    let has_selection = selected.len() > 1;
    let open = state.videos.iter().filter(|video| is_open(video)).count();
    let can = state.can(Command::AnalyseAll) && open > 0;
    ui.horizontal_wrapped(|ui| {
        let all = ui.add_enabled(can, Button::new(tr!("queue-analyse-all")).small());
        if all.on_hover_text(Command::AnalyseAll.hover_text(&keymap_of(ui))).clicked() {
            out.push(Command::AnalyseAll.into());
        }
        if has_selection {
            let text = tr!("queue-analyse-selected", count = selected.len());
            let button = ui.add_enabled(state.can(Command::AnalyseAll), Button::new(text).small());
            if button.on_hover_text(crate::texts::attribute("queue-analyse-selected", "tooltip")).clicked() {
                out.push(Action::Project(ProjectAction::AnalyseMarked));
            }
        }
    });
    ui.add_space(2.0);
}
