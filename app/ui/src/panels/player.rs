//! The picture, or why there is none.

use egui::{Frame, Label, Margin, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2};

use crate::commands::Command;
use crate::picture;
use crate::state::{Action, AppState, IndexPhase, PlayerPhase, ProbePhase, Video};
use crate::theme::{size, tokens};
use crate::widgets::{EmptyState, Icon, empty_state, progress_bar};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let room = ui.available_rect_before_wrap();
    let Some(video) = state.selected_video() else {
        let nothing = EmptyState {
            icon: Icon::Film,
            title: "No video chosen",
            text: "Choose one in the queue",
            command: None,
            is_failure: false,
        };
        return empty_state(ui, nothing, out);
    };
    match (&state.player.phase, &state.player.picture) {
        (PlayerPhase::Failed(failure), _) => {
            let failed = EmptyState {
                icon: Icon::Warning,
                title: &failure.summary,
                text: &failure.details,
                command: None,
                is_failure: true,
            };
            empty_state(ui, failed, out);
        }
        (PlayerPhase::Ready, Some(shown)) => {
            let response = ui.allocate_rect(room, Sense::click());
            let name = format!("Picture of {}", video.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            ui.painter().with_clip_rect(room).add(picture::shape(room, shown));
            if response.clicked() {
                out.push(Command::PlayPause.into());
            }
        }
        _ => loading(ui, video),
    }
    warnings(ui, room, video);
}

fn loading(ui: &mut Ui, video: &Video) {
    let tokens = tokens(ui);
    let room = ui.available_rect_before_wrap();
    let width = (room.width() - 32.0).clamp(40.0, 320.0);
    let column = Rect::from_center_size(room.center(), egui::vec2(width, 64.0));
    ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let (text, share) = match (&video.probe, &video.index) {
            (ProbePhase::Running, _) => ("Reading the file…".to_owned(), None),
            (_, IndexPhase::Running(progress)) => {
                let percent = progress.fraction().map(|share| format!(" {:.0} %", share * 100.0)).unwrap_or_default();
                (format!("Finding every frame…{percent}"), progress.fraction())
            }
            _ => ("Opening the video…".to_owned(), None),
        };
        ui.add(Label::new(RichText::new(text).color(tokens.text)).truncate());
        progress_bar(ui, "Opening the video", share);
        let why = "So that frames, seconds and the timeline agree exactly; kept for the next time";
        if matches!(video.index, IndexPhase::Running(_)) {
            ui.add(Label::new(RichText::new(why).color(tokens.text_subdued)).wrap());
        }
    });
    ui.advance_cursor_after_rect(room);
}

/// What is damaged, over the lower edge of the picture.
fn warnings(ui: &mut Ui, room: Rect, video: &Video) {
    let Some(first) = video.warnings.first() else { return };
    let tokens = tokens(ui);
    let more = video.warnings.len() - 1;
    let text = if more == 0 { first.clone() } else { format!("{first} (and {more} more)") };
    let width = (room.width() - 16.0).min(560.0);
    let strip = Rect::from_min_size(pos2(room.left() + 8.0, room.bottom() - 36.0), egui::vec2(width, 28.0));
    ui.scope_builder(UiBuilder::new().max_rect(strip), |ui| {
        let frame =
            Frame::new().fill(tokens.warning_bg).corner_radius(size::RADIUS).inner_margin(Margin::symmetric(8, 4));
        let shown = frame.show(ui, |ui| ui.add(Label::new(RichText::new(text).color(tokens.warning)).truncate()));
        shown.response.on_hover_text(video.warnings.join("\n"));
    });
}
