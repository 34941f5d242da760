//! What is shown after the window has ended unexpectedly.

use egui::{Frame, Label, RichText, ScrollArea, TextEdit, Ui};

use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{primary_button, wrapped};

/// What the page tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashPage {
    /// What a programmer has to know.
    pub report: String,
    /// The file in which it is kept.
    pub kept_in: String,
    /// What became of saving it elsewhere: where it is, or why it is not.
    pub saved: Option<Result<String, String>>,
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashAction {
    /// Save the report under a name.
    Save,
    /// Start the program.
    StartAgain,
    /// Close the page.
    Close,
}

/// Draws the page; says what was clicked.
pub fn show(ui: &mut Ui, page: &CrashPage) -> Option<CrashAction> {
    let mut wanted = None;
    let color = tokens(ui);
    Frame::new().inner_margin(size::PADDING * 2.0).show(ui, |ui| {
        ui.heading(tr!("crash-title"));
        ui.add_space(4.0);
        wrapped(ui, RichText::new(tr!("crash-safe")).color(color.text));
        wrapped(ui, RichText::new(tr!("crash-report", file = &page.kept_in)).color(color.text_subdued));
        ui.add_space(8.0);
        let room = (ui.available_height() - 124.0).max(60.0);
        ScrollArea::vertical().max_height(room).auto_shrink([false, false]).show(ui, |ui| {
            // A field that can be selected and copied from, but not changed.
            let mut text = page.report.as_str();
            let field = TextEdit::multiline(&mut text).code_editor().desired_width(f32::INFINITY);
            let response = ui.add(field);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, tr!("crash-report-name"))
            });
        });
        ui.add_space(8.0);
        if let Some(saved) = &page.saved {
            let (text, color) = match saved {
                Ok(file) => (tr!("crash-saved", file = file), color.success),
                Err(why) => (tr!("crash-not-saved", why = why), color.error),
            };
            ui.add(Label::new(RichText::new(text).color(color)).truncate());
        }
        if primary_button(ui, &tr!("crash-again"), true).clicked() {
            wanted = Some(CrashAction::StartAgain);
        }
        ui.horizontal(|ui| {
            if ui.button(tr!("crash-save")).clicked() {
                wanted = Some(CrashAction::Save);
            }
            if ui.button(tr!("crash-close")).clicked() {
                wanted = Some(CrashAction::Close);
            }
        });
    });
    wanted
}
