//! What lies over the panels: all keys, the question for a time, and the frame times.

use egui::{Align2, Area, Frame, Grid, Id, Label, Modal, Order, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::commands::{COMMANDS, Group, Shortcut};
use crate::frame_times::FrameTimes;
use crate::state::{Action, AppState, Dialog};
use crate::theme::{size, tokens};
use crate::widgets::section;

pub(crate) fn show(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    match &state.dialog {
        None => {}
        Some(Dialog::Keys) => keys(ui, out),
        Some(Dialog::GoTo { text, error }) => go_to(ui, text, error.as_deref(), out),
    }
}

fn keys(ui: &Ui, out: &mut Vec<Action>) {
    let most = ui.ctx().content_rect().height() - 120.0;
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("keys")).frame(frame).show(ui.ctx(), |ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.set_width(420.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading("Keys");
        ScrollArea::vertical().max_height(most.max(120.0)).min_scrolled_height(most.max(120.0)).auto_shrink([false, true]).show(ui, |ui| {
            for group in Group::ALL {
                section(ui, group.title());
                Grid::new(group.title()).num_columns(2).min_col_width(150.0).spacing(vec2(16.0, 4.0)).show(ui, |ui| {
                    let rows = COMMANDS.iter().filter(|info| info.group == group && !info.shortcuts.is_empty());
                    for info in rows {
                        let keys: Vec<String> = info.shortcuts.iter().map(Shortcut::text).collect();
                        ui.label(RichText::new(keys.join("   ")).monospace().color(tokens(ui).text_strong));
                        ui.label(info.text);
                        ui.end_row();
                    }
                });
            }
            let wheel = "In the timeline: the wheel zooms, Shift with the wheel or the middle button moves, a double click fits";
            ui.add(Label::new(RichText::new(wheel).color(tokens(ui).text_subdued)).wrap());
        });
        ui.add_space(4.0);
        if ui.button("Close").clicked() {
            out.push(Action::CloseDialog);
        }
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

fn go_to(ui: &Ui, text: &str, error: Option<&str>, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("go to")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(300.0);
        let title = ui.heading("Go to time");
        let mut typed = text.to_owned();
        let edit =
            TextEdit::singleline(&mut typed).hint_text("1:23.5, or f120 for frame 120").desired_width(f32::INFINITY);
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
            if ui.button("Go").clicked() || entered {
                out.push(Action::SubmitGoTo);
            }
            if ui.button("Cancel").clicked() {
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
