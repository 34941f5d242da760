//! What lies over the panels: which dialog is open, the question for a time, and the frame times.

use egui::{Align2, Area, Frame, Id, Label, Modal, Order, RichText, TextEdit, Ui, vec2};

use super::{about, exchange, key_help, palette, settings};
use crate::frame_times::FrameTimes;
use crate::state::{Action, AppState, Dialog, ProjectAction};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{primary_button, wrapped};

pub(crate) fn show(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    match &state.dialog {
        None => {}
        Some(Dialog::About) => about::show(ui, state, out),
        Some(Dialog::Export(view)) => exchange::export(ui, state, view, out),
        Some(Dialog::Import(view)) => exchange::import(ui, view, out),
        Some(Dialog::Keys { search }) => key_help::show(ui, state, search, out),
        Some(Dialog::Palette(view)) => palette::show(ui, state, view, out),
        Some(Dialog::Settings(view)) => settings::show(ui, state, view, out),
        Some(Dialog::SaveFirst(_)) => save_first(ui, state, out),
        Some(Dialog::GoTo { text, error }) => go_to(ui, text, error.as_deref(), out),
    }
}

fn go_to(ui: &Ui, text: &str, error: Option<&str>, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("go to")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(300.0);
        let title = ui.heading(tr!("go-to-title"));
        let mut typed = text.to_owned();
        let edit = TextEdit::singleline(&mut typed).hint_text(tr!("go-to-hint")).desired_width(f32::INFINITY);
        let response = ui.add(edit).labelled_by(title.id);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if response.changed() {
            out.push(Action::TypeGoTo(typed));
        }
        if !response.has_focus() && !entered {
            response.request_focus();
        }
        if let Some(error) = error {
            ui.add(Label::new(RichText::new(error).color(tokens(ui).error)).wrap());
        }
        ui.horizontal(|ui| {
            if ui.button(tr!("go-to-go")).clicked() || entered {
                out.push(Action::SubmitGoTo);
            }
            if ui.button(tr!("dialog-cancel")).clicked() {
                out.push(Action::CloseDialog);
            }
        });
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

/// What shall become of changes that cannot be kept where they are, now that another project was asked for.
fn save_first(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("save first")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(360.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading(tr!("save-first-title"));
        ui.add_space(8.0);
        wrapped(ui, RichText::new(tr!("save-first-why")).color(tokens(ui).text));
        if let Some(why) = &state.studio.file.trouble {
            wrapped(ui, RichText::new(why).color(tokens(ui).text_subdued));
        }
        ui.add_space(8.0);
        if primary_button(ui, &tr!("save-first-save"), true).clicked() {
            out.push(Action::Project(ProjectAction::SaveFirst));
        }
        ui.horizontal(|ui| {
            if ui.button(tr!("save-first-lose")).clicked() {
                out.push(Action::Project(ProjectAction::LoseChanges));
            }
            if ui.button(tr!("dialog-cancel")).clicked() {
                out.push(Action::CloseDialog);
            }
        });
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

/// How long the last frames took, in the upper right corner of the picture.
pub(crate) fn frame_times(ui: &Ui, times: &FrameTimes) {
    let tokens = tokens(ui);
    Area::new(Id::unique("frame times"))
        .order(Order::Tooltip)
        .interactable(false)
        .anchor(Align2::RIGHT_TOP, vec2(-8.0, 36.0))
        .show(ui.ctx(), |ui| {
            Frame::new().fill(tokens.raised_bg).inner_margin(6.0).corner_radius(4.0).show(ui, |ui| {
                ui.add(Label::new(RichText::new(times.summary()).monospace().color(tokens.text)).extend());
            });
        });
}
