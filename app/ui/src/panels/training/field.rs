//! One setting: its name, a control for its kind, whether it differs from the preset, and what is wrong with it.

use egui::{Align, ComboBox, DragValue, Layout, Rect, Response, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, vec2};
use ks_domain::training::{Field, FieldKind};

use crate::state::{Action, FieldValue, TrainForm, TrainingAction};
use crate::texts::{help_of, name_of, name_of_section};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{truncated, wrapped};

/// Room for the mark of a setting that differs from the preset.
const MARK: f32 = 14.0;

pub(super) fn show(ui: &mut Ui, form: &TrainForm, field: &'static Field, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let name = name_of(field);
    let spoken = tr!("train-field", section = name_of_section(field.section()), name = &name);
    let width = ui.available_width();
    let control = (width * 0.46).clamp(96.0, 190.0);
    ui.allocate_ui_with_layout(vec2(width, size::ROW), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(size::ROW);
        ui.spacing_mut().item_spacing.x = 0.0;
        mark(ui, form, field, &spoken, out);
        let room = width - MARK - control - 8.0;
        ui.allocate_ui_with_layout(vec2(room, size::ROW), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(room);
            truncated(ui, RichText::new(name).color(tokens.text)).on_hover_text(hover(field));
        });
        ui.add_space(8.0);
        let response = ui.push_id(field.key, |ui| value(ui, form, field, control, out)).inner;
        if let Some(response) = response {
            response.accessible_name(&spoken).on_hover_text(hover(field));
        }
    });
    if let Some(issue) = form.issue(field.key) {
        ui.horizontal(|ui| {
            ui.add_space(MARK);
            wrapped(ui, RichText::new(crate::format::sentence(issue)).color(tokens.error));
        });
    }
}

fn hover(field: &Field) -> String {
    let range = match field.kind {
        FieldKind::Choice(_) | FieldKind::Switch => String::new(),
        FieldKind::Integer { .. } | FieldKind::Real { .. } | FieldKind::Integers | FieldKind::Three => {
            format!("\n{}", crate::format::sentence(&field.range()))
        }
    };
    tr!("train-field-hover", help = help_of(field), range = range, key = field.key)
}

/// A dot where the value is not the preset's; a click gives it that value again.
fn mark(ui: &mut Ui, form: &TrainForm, field: &'static Field, spoken: &str, out: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(MARK, size::ROW), Sense::hover());
    if !form.changed.contains(field.key) && !form.typed.contains_key(field.key) {
        return;
    }
    let tokens = tokens(ui);
    let spot = Rect::from_center_size(rect.center() - vec2(3.0, 0.0), vec2(12.0, 16.0));
    let response = ui.interact(spot, ui.scope_id().with(("mark", field.key)), Sense::click());
    let name = tr!("train-field-reset", name = spoken);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let radius = if response.hovered() || response.has_focus() { 4.5 } else { 3.0 };
    ui.painter().circle_filled(spot.center(), radius, tokens.accent);
    let base = form.base.value(field.key).map(|value| value.to_string()).unwrap_or_default();
    if response.on_hover_text(tr!("train-field-preset", value = base)).clicked() {
        out.push(TrainingAction::ResetField(field.key).into());
    }
}

/// The control. `None` if the setting has no value, which no setting of the table lacks.
fn value(ui: &mut Ui, form: &TrainForm, field: &'static Field, width: f32, out: &mut Vec<Action>) -> Option<Response> {
    let current = form.config.value(field.key)?;
    let mut set = |value: FieldValue| out.push(TrainingAction::SetField(field.key, value).into());
    match field.kind {
        FieldKind::Integer { min, max } => {
            let mut number = current.as_integer()?;
            let speed = ((max.min(10_000) - min) as f64 / 2_000.0).clamp(0.05, 4.0);
            let response = unit(ui, width, field.unit, |ui, size| {
                ui.add_sized(size, DragValue::new(&mut number).speed(speed).update_while_editing(false))
            });
            if response.changed() {
                set(FieldValue::Integer(number));
            }
            Some(response)
        }
        FieldKind::Real { min, max } => {
            let mut number = current.as_float()?;
            // Learning rates go over several powers of ten: a drag changes a number by its own size.
            let speed = if max / min.max(1e-9) > 1e3 { number.abs().max(1e-6) * 0.01 } else { (max - min) / 400.0 };
            let response = unit(ui, width, field.unit, |ui, size| {
                let drag = DragValue::new(&mut number)
                    .speed(speed)
                    .update_while_editing(false)
                    .custom_formatter(|value, _| plain(value))
                    .custom_parser(|text| text.trim().replace(',', ".").parse().ok());
                ui.add_sized(size, drag)
            });
            if response.changed() {
                set(FieldValue::Real(number));
            }
            Some(response)
        }
        FieldKind::Choice(all) => {
            let current = current.as_str()?.to_owned();
            let shown = ComboBox::from_id_salt("choice").selected_text(&current).width(width).truncate();
            let response = shown.show_ui(ui, |ui| {
                for word in all {
                    if ui.selectable_label(*word == current, *word).clicked() && *word != current {
                        set(FieldValue::Word(word));
                    }
                }
            });
            Some(response.response)
        }
        FieldKind::Switch => {
            let mut is_on = current.as_bool()?;
            let response = ui.checkbox(&mut is_on, "");
            if response.changed() {
                set(FieldValue::Switch(is_on));
            }
            Some(response)
        }
        FieldKind::Integers | FieldKind::Three => {
            let numbers = current.as_array()?.iter().map(|value| match value {
                toml::Value::Float(number) => plain(*number),
                other => other.to_string(),
            });
            let written = numbers.collect::<Vec<_>>().join(", ");
            let mut text = form.typed.get(field.key).cloned().unwrap_or(written);
            let edit = TextEdit::singleline(&mut text).hint_text(tr!("none")).desired_width(width);
            let response = ui.add(edit);
            if response.changed() {
                set(FieldValue::List(text));
            }
            Some(response)
        }
    }
}

/// A control with its unit behind it.
fn unit(ui: &mut Ui, width: f32, unit: &str, control: impl FnOnce(&mut Ui, egui::Vec2) -> Response) -> Response {
    let shown = match unit {
        "checkpoints" | "validations" => "",
        other => other,
    };
    let room = if shown.is_empty() { 0.0 } else { 56.0 };
    let response = control(ui, vec2(width - room, size::ROW - 2.0));
    if room > 0.0 {
        ui.add_space(6.0);
        let color = tokens(ui).text_subdued;
        ui.label(RichText::new(shown).color(color));
    }
    response
}

/// A number without needless digits; single precision is written as it was meant.
fn plain(value: f64) -> String {
    let short = (value as f32).to_string();
    let is_short = short.parse::<f64>().is_ok_and(|parsed| (parsed - value).abs() <= value.abs() * 1e-6);
    let text = if is_short { short } else { value.to_string() };
    if value != 0.0 && value.abs() < 1e-3 { format!("{:e}", text.parse::<f64>().unwrap_or(value)) } else { text }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(plain(0.01), "0.01");
        assert_eq!(plain(f64::from(123.675_f32)), "123.675");
        assert_eq!(plain(4.0 / 3.0), "1.3333334");
        assert_eq!(plain(1e-4), "1e-4");
        assert_eq!(plain(0.0), "0");
    }
}
