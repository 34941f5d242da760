//! The settings of the next run: preset, form or text, and what starts it.

use egui::{ComboBox, FontId, Frame, Margin, Panel, RichText, ScrollArea, TextEdit, Ui};
use ks_domain::recipe;
use ks_domain::training::{FIELDS, TRAIN_PRESETS};

use super::{field, start};
use crate::state::{Action, AppState, FormTab, TrainForm, TrainingAction};
use crate::texts::{name_of_section, purpose_of};
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{section, wrapped};

/// Below this height everything scrolls together.
const LOW: f32 = 400.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    if ui.available_height() < LOW {
        return scrolled(ui, "train settings", |ui| all_in_one(ui, state, out));
    }
    let tokens = tokens(ui);
    let sides = size::PADDING as i8;
    Panel::bottom("train start")
        .resizable(false)
        .frame(Frame::new().fill(tokens.panel_bg).inner_margin(Margin::symmetric(sides, 8)))
        .show(ui, |ui| start::show(ui, state, out));
    let form = &state.training.form;
    Panel::top("train preset")
        .resizable(false)
        .frame(Frame::new().fill(tokens.panel_bg).inner_margin(Margin::symmetric(sides, 8)))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            preset(ui, form, out);
            tabs(ui, form, out);
        });
    match form.tab {
        FormTab::Fields => scrolled(ui, "train form", |ui| fields(ui, form, out)),
        FormTab::Text => text(ui, form, out),
    }
}

/// Preset, settings and start below one another, for low windows.
fn all_in_one(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let form = &state.training.form;
    ui.spacing_mut().item_spacing.y = 4.0;
    start::show(ui, state, out);
    preset(ui, form, out);
    tabs(ui, form, out);
    match form.tab {
        FormTab::Fields => fields(ui, form, out),
        FormTab::Text => {
            wrong(ui, form);
            editor(ui, form, out);
        }
    }
}

fn scrolled(ui: &mut Ui, name: &str, show: impl FnOnce(&mut Ui)) {
    let sides = size::PADDING as i8;
    ScrollArea::vertical().id_salt(name).auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: sides, right: sides, top: 4, bottom: 12 }).show(ui, |ui| {
            ui.set_width(ui.available_width());
            show(ui);
        });
    });
}

/// The name of a preset for people; a recipe's own name.
pub(super) fn preset_text(name: &str) -> String {
    match name {
        "quick-head" => tr!("preset-quick-head"),
        "balanced" => tr!("preset-balanced"),
        "accurate" => tr!("preset-accurate"),
        recipe => recipe.to_owned(),
    }
}

fn preset(ui: &mut Ui, form: &TrainForm, out: &mut Vec<Action>) {
    let subdued = tokens(ui).text_subdued;
    ComboBox::from_id_salt("training preset")
        .selected_text(preset_text(&form.preset))
        .width(ui.available_width())
        .height(420.0)
        .truncate()
        .show_ui(ui, |ui| {
            for preset in TRAIN_PRESETS {
                let entry = ui.selectable_label(form.preset == preset.name, preset_text(preset.name));
                if entry.on_hover_text(purpose_of(preset.name)).clicked() {
                    out.push(TrainingAction::Preset(preset.name.to_owned()).into());
                }
            }
            section(ui, &tr!("preset-published"));
            for preset in recipe::presets() {
                if ui.selectable_label(form.preset == preset.name, preset.name).clicked() {
                    out.push(TrainingAction::Preset(preset.name.to_owned()).into());
                }
            }
        })
        .response
        .accessible_name(tr!("train-preset"));
    let purpose = TRAIN_PRESETS.iter().find(|preset| preset.name == form.preset).map(|preset| purpose_of(preset.name));
    let purpose = purpose.unwrap_or_else(|| tr!("preset-published-hint"));
    wrapped(ui, RichText::new(purpose).color(subdued));
}

fn tabs(ui: &mut Ui, form: &TrainForm, out: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        for tab in FormTab::ALL {
            let name = match tab {
                FormTab::Fields => tr!("train-form"),
                FormTab::Text => tr!("train-text"),
            };
            if ui.selectable_label(form.tab == tab, name).clicked() {
                out.push(TrainingAction::ShowTab(tab).into());
            }
        }
        if form.tab == FormTab::Fields {
            let mut shows_all = form.shows_all;
            if ui.checkbox(&mut shows_all, tr!("train-show-all")).changed() {
                out.push(TrainingAction::ShowAll(shows_all).into());
            }
        }
    });
}

fn fields(ui: &mut Ui, form: &TrainForm, out: &mut Vec<Action>) {
    if form.text_error.is_some() {
        let error = tokens(ui).error;
        wrapped(ui, RichText::new(tr!("train-text-wrong")).color(error));
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    let mut last = "";
    for field in FIELDS.iter().filter(|field| form.shows(field)) {
        if field.section() != last {
            last = field.section();
            ui.add_space(4.0);
            section(ui, &name_of_section(last));
        }
        field::show(ui, form, field, out);
    }
}

/// The configuration file, edited as it will be written, and below it what is wrong with it.
fn text(ui: &mut Ui, form: &TrainForm, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    if form.text_error.is_some() || !form.issues.is_empty() {
        Panel::bottom("train text wrong")
            .resizable(false)
            .frame(Frame::new().fill(tokens.panel_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 6)))
            .show(ui, |ui| wrong(ui, form));
    }
    scrolled(ui, "train text", |ui| editor(ui, form, out));
}

fn wrong(ui: &mut Ui, form: &TrainForm) {
    let tokens = tokens(ui);
    ui.spacing_mut().item_spacing.y = 4.0;
    if let Some(error) = &form.text_error {
        // Where the reader stopped is shown in lines of the file, so they are drawn as such.
        ui.label(RichText::new(error).font(FontId::monospace(11.0)).color(tokens.error));
    }
    for issue in &form.issues {
        let issue = tr!("train-issue", field = &issue.field, message = &issue.message);
        wrapped(ui, RichText::new(issue).color(tokens.error));
    }
}

fn editor(ui: &mut Ui, form: &TrainForm, out: &mut Vec<Action>) {
    let mut typed = form.text.clone();
    let edit = TextEdit::multiline(&mut typed).code_editor().desired_width(f32::INFINITY).desired_rows(4);
    if ui.add(edit).accessible_name(tr!("train-text-name")).changed() {
        out.push(TrainingAction::TypeText(typed).into());
    }
}
