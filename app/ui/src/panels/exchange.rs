//! The dialogs for labels of other programs: what to export, and what an import would bring.

use egui::{ComboBox, Frame, Id, Modal, RichText, ScrollArea, Ui};

use crate::state::{Action, AppState, ExchangeAction, ExportView, ExportWhat, ImportView};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{primary_button, wrapped};

pub(super) fn export(ui: &Ui, state: &AppState, view: &ExportView, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("export labels")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(320.0);
        ui.heading(tr!("export-title"));
        ui.add_space(8.0);
        let mut next = view.clone();
        let label = ui.label(RichText::new(tr!("export-format")).color(tokens(ui).text_subdued));
        let shown = state.studio.formats.get(view.format).map(|format| format.name.as_str()).unwrap_or_default();
        ComboBox::from_id_salt("format")
            .selected_text(shown)
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for (place, format) in state.studio.formats.iter().enumerate() {
                    ui.selectable_value(&mut next.format, place, &format.name);
                }
            })
            .response
            .labelled_by(label.id);
        ui.add_space(8.0);
        ui.label(RichText::new(tr!("export-what")).color(tokens(ui).text_subdued));
        ui.radio_value(&mut next.what, ExportWhat::All, tr!("export-all"));
        ui.radio_value(&mut next.what, ExportWhat::Marked, tr!("export-marked"));
        ui.add_space(8.0);
        ui.checkbox(&mut next.with_predictions, tr!("export-predictions"));
        ui.add_space(8.0);
        let has_labels = state.studio.current_set().is_some();
        if !has_labels {
            wrapped(ui, RichText::new(tr!("export-none")).color(tokens(ui).text_subdued));
        }
        if next != *view {
            out.push(Action::Exchange(ExchangeAction::Choose(next)));
        }
        if primary_button(ui, &tr!("export-go"), has_labels).clicked() {
            out.push(Action::Exchange(ExchangeAction::Export));
        }
        if ui.button(tr!("dialog-cancel")).clicked() {
            out.push(Action::CloseDialog);
        }
    });
    if modal.should_close() {
        out.push(Action::CloseDialog);
    }
}

pub(super) fn import(ui: &Ui, view: &ImportView, out: &mut Vec<Action>) {
    let frame = Frame::popup(ui.style()).inner_margin(size::PADDING);
    let modal = Modal::new(Id::unique("import labels")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(520.0_f32.min(ui.ctx().content_rect().width() - 60.0));
        ui.heading(tr!("import-title"));
        let format = tr!("import-format", name = &view.format);
        ui.label(RichText::new(format).color(tokens(ui).text_subdued));
        ui.add_space(8.0);
        let most = ui.ctx().content_rect().height() * 0.5;
        ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
            for line in &view.lines {
                wrapped(ui, RichText::new(line).color(tokens(ui).text));
            }
        });
        ui.add_space(8.0);
        if view.is_empty {
            wrapped(ui, RichText::new(tr!("import-nothing")).color(tokens(ui).warning));
        }
        if primary_button(ui, &tr!("import-go"), !view.is_empty).clicked() {
            out.push(Action::Exchange(ExchangeAction::Apply));
        }
        if ui.button(tr!("dialog-cancel")).clicked() {
            out.push(Action::Exchange(ExchangeAction::Drop));
        }
    });
    if modal.should_close() {
        out.push(Action::Exchange(ExchangeAction::Drop));
    }
}
