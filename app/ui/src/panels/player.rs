//! The picture, or why there is none.

use egui::{
    Align, Button, CursorIcon, Frame, Label, Layout, Margin, PointerButton, Rect, Response, RichText, Role, Sense,
    Stroke, Ui, UiBuilder, WidgetInfo, pos2,
};
use ks_domain::Picture;

use crate::commands::Command;
use crate::format;
use crate::keymap::keymap_of;
use crate::panels::overlay;
use crate::picture;
use crate::state::{Action, AppState, IndexPhase, PictureView, PlayerPhase, ProbePhase, Video};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, progress_bar};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let room = ui.available_rect_before_wrap();
    let Some(video) = state.selected_video() else {
        let nothing = EmptyState {
            icon: Icon::Film,
            title: &tr!("player-nothing"),
            text: &tr!("player-nothing-hint"),
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
            let response = ui.allocate_rect(room, Sense::click_and_drag());
            let name = tr!("player-picture", video = &video.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            let view = video.picture_view.bounded(room, shown);
            ui.painter().with_clip_rect(room).add(picture::shape(room, shown, view));
            if response.clicked() {
                out.push(Command::PlayPause.into());
            }
            magnify(&response, room, shown, view, out);
            overlay::show(ui, room, state, video);
            if !view.is_whole() {
                magnification(ui, room, view, out);
            }
        }
        _ => loading(ui, video),
    }
    warnings(ui, room, video);
}

/// Ctrl and the wheel magnify where the pointer is, dragging moves the picture, a double click shows all of it again.
fn magnify(response: &Response, room: Rect, shown: &Picture, view: PictureView, out: &mut Vec<Action>) {
    let mut next = view;
    if let Some(pointer) = response.hover_pos() {
        let zoom = response.ctx.input(|input| input.zoom_delta());
        if (zoom - 1.0).abs() > 1e-4 {
            next = next.zoomed(zoom, pointer, room, shown);
        }
    }
    let is_dragged = response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle);
    if is_dragged && !view.is_whole() {
        next = next.dragged(response.drag_delta(), room, shown);
        response.ctx.set_cursor_icon(CursorIcon::Grabbing);
    }
    if response.double_clicked() {
        next = PictureView::default();
    }
    if next != view {
        out.push(Action::SetPictureView(next));
    }
}

/// How large the picture is, in the upper right corner; clicking it shows all of it again.
fn magnification(ui: &mut Ui, room: Rect, view: PictureView, out: &mut Vec<Action>) {
    let t = tokens(ui);
    let percent = format::percent(view.zoom);
    let corner = Rect::from_min_size(pos2(room.right() - 80.0, room.top() + 8.0), egui::vec2(72.0, size::ROW));
    ui.scope_builder(UiBuilder::new().max_rect(corner).layout(Layout::right_to_left(Align::Center)), |ui| {
        let text = RichText::new(&percent).monospace().color(t.text);
        let chip = ui.add(Button::new(text).fill(t.raised_bg.gamma_multiply(0.9)).stroke(Stroke::new(1.0, t.border)));
        let name = tr!("player-zoom", percent = percent.as_str());
        chip.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if chip.on_hover_text(Command::ResetPicture.hover_text(&keymap_of(ui))).clicked() {
            out.push(Command::ResetPicture.into());
        }
    });
}

fn loading(ui: &mut Ui, video: &Video) {
    let tokens = tokens(ui);
    let room = ui.available_rect_before_wrap();
    let width = (room.width() - 32.0).clamp(40.0, 320.0);
    let column = Rect::from_center_size(room.center(), egui::vec2(width, 64.0));
    ui.scope_builder(UiBuilder::new().max_rect(column), |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        let (text, share) = match (&video.probe, &video.index) {
            (ProbePhase::Running, _) => (tr!("player-reading"), None),
            (_, IndexPhase::Running(progress)) => {
                let text = match progress.fraction() {
                    Some(share) => tr!("player-finding-share", percent = format::percent(share)),
                    None => tr!("player-finding"),
                };
                (text, progress.fraction())
            }
            _ => (tr!("player-opening"), None),
        };
        ui.add(Label::new(RichText::new(text).color(tokens.text)).truncate());
        progress_bar(ui, &tr!("player-opening-bar"), share);
        if matches!(video.index, IndexPhase::Running(_)) {
            ui.add(Label::new(RichText::new(tr!("player-why-index")).color(tokens.text_subdued)).wrap());
        }
    });
    ui.advance_cursor_after_rect(room);
}

/// What is damaged, over the lower edge of the picture.
fn warnings(ui: &mut Ui, room: Rect, video: &Video) {
    let Some(first) = video.warnings.first() else { return };
    let tokens = tokens(ui);
    let more = video.warnings.len() - 1;
    let text = if more == 0 { first.clone() } else { tr!("player-more-warnings", first = first, more = more) };
    let width = (room.width() - 16.0).min(560.0);
    let strip = Rect::from_min_size(pos2(room.left() + 8.0, room.bottom() - 36.0), egui::vec2(width, 28.0));
    ui.scope_builder(UiBuilder::new().max_rect(strip), |ui| {
        let frame =
            Frame::new().fill(tokens.warning_bg).corner_radius(size::RADIUS).inner_margin(Margin::symmetric(8, 4));
        let shown = frame.show(ui, |ui| ui.add(Label::new(RichText::new(text).color(tokens.warning)).truncate()));
        shown.response.on_hover_text(video.warnings.join("\n"));
    });
}
