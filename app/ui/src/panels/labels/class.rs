//! The chosen class: key, description, merging, deleting, and its colours.

use egui::{Button, ComboBox, RichText, Sense, Ui, vec2};
use egui::{Color32, color_picker};
use ks_domain::project::{ClassRecord, Rgb};

use super::field::{Field, text_field};
use crate::keymap::class_keys;
use crate::state::{Action, AppState, LabelAction};
use crate::texts::attribute;
use crate::theme::{class_color, size, tokens};
use crate::tr;
use crate::widgets::{truncated, wide_button};

pub(super) fn show(
    ui: &mut Ui,
    state: &AppState,
    classes: &[&ClassRecord],
    class: &ClassRecord,
    place: usize,
    out: &mut Vec<Action>,
) {
    let edit = |class: ClassRecord| Action::Label(LabelAction::EditClass(class));
    egui::CollapsingHeader::new(tr!("labels-class-edit")).id_salt("class").show(ui, |ui| {
        truncated(ui, RichText::new(tr!("labels-key")).color(tokens(ui).text_subdued));
        key(ui, state, class, place, out);
        let description = Field::new(tr!("labels-description"), &class.description);
        let description = description.hint(attribute("labels-description", "hint")).tall();
        if let Some(description) = text_field(ui, ("description", class.id), description) {
            out.push(edit(ClassRecord { description, ..class.clone() }));
        }
        if classes.len() > 1 {
            ComboBox::from_id_salt("merge")
                .selected_text(tr!("labels-merge"))
                .width(ui.available_width())
                .show_ui(ui, |ui| {
                    for other in classes.iter().filter(|other| other.id != class.id) {
                        if ui.selectable_label(false, &other.name).clicked() {
                            out.push(Action::Label(LabelAction::MergeClasses { from: class.id, into: other.id }));
                        }
                    }
                })
                .response
                .accessible_name(tr!("labels-merge"))
                .on_hover_text(attribute("labels-merge", "tooltip"));
        }
        let delete = wide_button(ui, Button::new(tr!("labels-delete-class")), size::ROW);
        if delete.on_hover_text(attribute("labels-delete-class", "tooltip")).clicked() {
            out.push(Action::Label(LabelAction::DeleteClass(class.id)));
        }
    });
}

/// Which key marks it: that of its place, or one of its own.
fn key(ui: &mut Ui, state: &AppState, class: &ClassRecord, place: usize, out: &mut Vec<Action>) {
    let free = class_keys(&state.keymap);
    let by_place = match free.get(place) {
        Some(key) => tr!("labels-key-place", key = key.name()),
        None => tr!("labels-key-none"),
    };
    let own = class.key.map(|key| key.to_uppercase().to_string());
    let mut set = |key: Option<char>| {
        if key != class.key {
            out.push(Action::Label(LabelAction::EditClass(ClassRecord { key, ..class.clone() })));
        }
    };
    ComboBox::from_id_salt("key")
        .selected_text(own.clone().unwrap_or_else(|| by_place.clone()))
        .width(ui.available_width())
        .show_ui(ui, |ui| {
            if ui.selectable_label(own.is_none(), by_place).clicked() {
                set(None);
            }
            for key in &free {
                let name = key.name();
                if ui.selectable_label(own.as_deref() == Some(name), name).clicked() {
                    set(name.chars().next().map(|letter| letter.to_ascii_lowercase()));
                }
            }
        })
        .response
        .accessible_name(tr!("labels-key"));
}

/// The twelve hues, the one of the class's place, and any other colour.
pub(super) fn colors(ui: &mut Ui, class: &ClassRecord, place: usize, out: &mut Vec<Action>) {
    let t = tokens(ui);
    let set = |color: Option<Rgb>| Action::Label(LabelAction::EditClass(ClassRecord { color, ..class.clone() }));
    ui.label(RichText::new(tr!("labels-colors")).color(t.text_subdued));
    egui::Grid::new(("hues", class.id)).spacing(vec2(4.0, 4.0)).min_col_width(24.0).show(ui, |ui| {
        for (number, hue) in t.class_hues.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::click());
            let name = tr!("labels-hue", number = number + 1);
            let is_on = class_color(t, place, class.color) == *hue;
            response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, is_on, &name));
            ui.painter().rect_filled(rect.shrink(2.0), 4.0, *hue);
            if is_on || response.hovered() || response.has_focus() {
                let stroke = egui::Stroke::new(1.5, t.text_strong);
                ui.painter().rect_stroke(rect, 5.0, stroke, egui::StrokeKind::Inside);
            }
            if response.clicked() {
                out.push(set(Some(rgb(*hue))));
                ui.close();
            }
            if number % 6 == 5 {
                ui.end_row();
            }
        }
    });
    free_color(ui, class, class_color(t, place, class.color), out);
    if class.color.is_some() && ui.button(tr!("labels-color-reset")).clicked() {
        out.push(set(None));
        ui.close();
    }
}

/// Any colour; it is taken once the picker is let go, so that choosing one is one change.
fn free_color(ui: &mut Ui, class: &ClassRecord, shown: Color32, out: &mut Vec<Action>) {
    let id = ui.scope_id().with(("free color", class.id));
    egui::CollapsingHeader::new(tr!("labels-color-other")).id_salt("other").show(ui, |ui| {
        let mut color = ui.data(|data| data.get_temp::<Color32>(id)).unwrap_or(shown);
        color_picker::color_picker_color32(ui, &mut color, color_picker::Alpha::Opaque);
        ui.data_mut(|data| data.insert_temp(id, color));
        if ui.button(tr!("labels-color-use")).clicked() {
            out.push(Action::Label(LabelAction::EditClass(ClassRecord { color: Some(rgb(color)), ..class.clone() })));
            ui.data_mut(|data| data.remove::<Color32>(id));
            ui.close();
        }
    });
}

fn rgb(color: Color32) -> Rgb {
    Rgb([color.r(), color.g(), color.b()])
}
