//! A field whose text counts once it is left: with Enter, Tab or a click elsewhere. Escape gives back what was there.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{RichText, TextEdit, Ui};

use crate::theme::tokens;

/// A field with its title above.
pub(super) struct Field<'a> {
    title: String,
    text: &'a str,
    hint: String,
    is_tall: bool,
}

impl<'a> Field<'a> {
    pub(super) fn new(title: String, text: &'a str) -> Self {
        Self { title, text, hint: String::new(), is_tall: false }
    }

    pub(super) fn hint(self, hint: String) -> Self {
        Self { hint, ..self }
    }

    /// For several lines.
    pub(super) fn tall(self) -> Self {
        Self { is_tall: true, ..self }
    }
}

/// Draws the field under its title; says what was written, once it is something else.
pub(super) fn text_field(ui: &mut Ui, salt: impl Hash + Debug, field: Field<'_>) -> Option<String> {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(RichText::new(&field.title).color(tokens(ui).text_subdued));
        bare_field(ui, salt, &field, false)
    })
    .inner
}

/// Draws only the field; `takes_focus` when it has just appeared in place of a text.
pub(super) fn bare_field(ui: &mut Ui, salt: impl Hash + Debug, field: &Field<'_>, takes_focus: bool) -> Option<String> {
    let id = ui.scope_id().with(salt);
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| field.text.to_owned());
    let edit =
        if field.is_tall { TextEdit::multiline(&mut text).desired_rows(2) } else { TextEdit::singleline(&mut text) };
    let edit = edit.id(id.with("edit")).hint_text(field.hint.clone()).desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name(&field.title);
    if takes_focus {
        response.request_focus();
    }
    if response.lost_focus() {
        ui.data_mut(|data| data.remove::<String>(id));
        let gives_up = ui.input(|input| input.key_pressed(egui::Key::Escape));
        return (!gives_up && text != field.text).then_some(text);
    }
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
    } else {
        ui.data_mut(|data| data.remove::<String>(id));
    }
    None
}
