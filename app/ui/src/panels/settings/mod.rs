//! The settings: a page for keys and one for the look.

mod keys;
mod look;

use egui::{Align, Frame, Id, Layout, Modal, RichText, ScrollArea, Ui};

use crate::state::{Action, AppState, SettingsAction, SettingsPage, SettingsView};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button};

pub(super) fn show(ui: &Ui, state: &AppState, view: &SettingsView, out: &mut Vec<Action>) {
    let room = ui.ctx().content_rect();
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("settings")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(620.0_f32.min(room.width() - 40.0));
        head(ui, view, out);
        ui.separator();
        // Both pages are as high as there is room for, so that the dialog stays where it is.
        let height = (room.height() - 130.0).clamp(120.0, 480.0);
        match view.page {
            SettingsPage::Keys => keys::show(ui, state, view, height, out),
            SettingsPage::Look => {
                let area = ScrollArea::vertical().auto_shrink(false).min_scrolled_height(height).max_height(height);
                area.show(ui, |ui| look::show(ui, state, out));
            }
        }
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

fn head(ui: &mut Ui, view: &SettingsView, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(tr!("settings-title")).heading().color(tokens(ui).text_strong));
        ui.add_space(12.0);
        for (page, text) in
            [(SettingsPage::Keys, tr!("settings-page-keys")), (SettingsPage::Look, tr!("settings-page-look"))]
        {
            if ui.selectable_label(view.page == page, text).clicked() {
                out.push(SettingsAction::Page(page).into());
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (name, hover) = (tr!("settings-close"), attribute("settings-close", "tooltip"));
            if icon_button(ui, Icon::Close, &name, &hover, None).clicked() {
                out.push(Action::CloseDialog);
            }
        });
    });
}
