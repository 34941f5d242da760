//! About the program: version, what plays, draws and computes, where things are kept, and whether there is a newer version.

use egui::{Frame, Id, Label, Modal, RichText, ScrollArea, Ui};

use crate::commands::Command;
use crate::state::{Action, AppState, UpdateCheck};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{command_button, section, wrapped};

pub(crate) fn show(ui: &Ui, state: &AppState, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("about")).frame(frame).show(ui.ctx(), |ui| {
        let room = ui.ctx().content_rect().size();
        ui.set_width(460.0_f32.min(room.x - 60.0));
        ui.heading(tr!("about-title", version = env!("CARGO_PKG_VERSION")));
        ScrollArea::vertical().max_height((room.y - 160.0).max(80.0)).show(ui, |ui| {
            wrapped(ui, RichText::new(tr!("about-private")).color(tokens(ui).text_subdued));
            parts(ui, state);
            update(ui, &state.installation.update);
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let can_ask = state.installation.update != UpdateCheck::Asking;
            command_button(ui, Command::CheckForUpdates, can_ask, out);
            if ui.button(tr!("about-close")).clicked() {
                out.push(Action::CloseDialog);
            }
        });
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

fn parts(ui: &mut Ui, state: &AppState) {
    let installation = &state.installation;
    section(ui, &tr!("about-parts"));
    for text in [&installation.media, &installation.drawn_by].into_iter().filter(|text| !text.is_empty()) {
        wrapped(ui, RichText::new(text).color(tokens(ui).text));
    }
    for missing in &installation.missing {
        let text = tr!("start-missing", purposes = &missing.purposes, remedy = &missing.remedy);
        ui.add(Label::new(RichText::new(text).color(tokens(ui).warning)).wrap().selectable(true));
    }
    section(ui, &tr!("about-devices"));
    match &state.devices.found {
        Some(found) => found.iter().for_each(|device| {
            wrapped(ui, RichText::new(format!("{} ({})", device.name, device.details)).color(tokens(ui).text));
        }),
        None => {
            wrapped(ui, RichText::new(tr!("looking-for-devices")).color(tokens(ui).text_subdued));
        }
    }
    section(ui, &tr!("about-places"));
    for place in &installation.places {
        ui.add(Label::new(RichText::new(place).color(tokens(ui).text)).wrap().selectable(true));
    }
}

fn update(ui: &mut Ui, update: &UpdateCheck) {
    let tokens = tokens(ui);
    let (text, color) = match update {
        UpdateCheck::NotAsked => return,
        UpdateCheck::Asking => (tr!("about-update-asking"), tokens.text_subdued),
        UpdateCheck::Newest => (tr!("about-update-newest"), tokens.success),
        UpdateCheck::Newer { version, page } => {
            (tr!("about-update-newer", version = version, page = page), tokens.text_strong)
        }
        UpdateCheck::Failed(why) => (why.clone(), tokens.error),
    };
    ui.add_space(8.0);
    ui.add(Label::new(RichText::new(text).color(color)).wrap().selectable(true));
}
