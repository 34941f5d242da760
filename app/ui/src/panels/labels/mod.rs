//! The inspector's page for labels: the label set, its classes, what is selected, and how one labels.
//!
//! Everything here can be undone, so nothing asks whether it is meant.

mod class;
mod classes;
mod field;
mod segment;

use egui::{Align, CollapsingHeader, ComboBox, DragValue, Layout, RichText, Ui};
use ks_domain::project::SetId;

use self::field::{Field, text_field};
use crate::state::{Action, AppState, LabelAction, ProjectAction};
use crate::texts::attribute;
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{Icon, icon_button, section};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    set(ui, state, out);
    ui.separator();
    classes::show(ui, state, out);
    ui.separator();
    segment::show(ui, state, out);
    ui.separator();
    habits(ui, state, out);
}

/// The label set that is used, and what it is called.
fn set(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("labels-set"));
    let project = &state.studio.project;
    let current = state.studio.current_set().and_then(|set| project.set(set));
    let Some(current) = current else { return };
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (name, hint) = (tr!("labels-set-new"), attribute("labels-set-new", "tooltip"));
            if icon_button(ui, Icon::Plus, &name, &hint, None).clicked() {
                // The set gets the number that is free now.
                let id = SetId(project.next_number());
                let number = project.sets().count() + 1;
                out.push(Action::Label(LabelAction::AddSet(tr!("labels-set-name", number = number))));
                out.push(Action::Label(LabelAction::ChooseSet(id)));
            }
            let choice = ComboBox::from_id_salt("label set").selected_text(&current.name);
            let choice = choice.width(ui.available_width()).truncate().show_ui(ui, |ui| {
                for set in project.sets() {
                    if ui.selectable_label(set.id == current.id, &set.name).clicked() && set.id != current.id {
                        out.push(Action::Label(LabelAction::ChooseSet(set.id)));
                    }
                }
            });
            choice.response.accessible_name(tr!("labels-set"));
        });
    });
    CollapsingHeader::new(tr!("labels-set-edit")).id_salt("set").show(ui, |ui| {
        let edit = |name: String, description: String| {
            Action::Label(LabelAction::EditSet { id: current.id, name, description })
        };
        let name = Field::new(tr!("labels-set-title"), &current.name);
        if let Some(name) = text_field(ui, ("set name", current.id), name) {
            out.push(edit(name, current.description.clone()));
        }
        let description = Field::new(tr!("labels-set-description"), &current.description).tall();
        if let Some(description) = text_field(ui, ("set description", current.id), description) {
            out.push(edit(current.name.clone(), description));
        }
    });
}

/// Who labels, and how fast.
fn habits(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("labels-habits"));
    let name = Field::new(tr!("labels-person"), &state.studio.person).hint(attribute("labels-person", "hint"));
    if let Some(name) = text_field(ui, "person", name) {
        out.push(Action::Project(ProjectAction::SetPerson(name.trim().to_owned())));
    }
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(tr!("labels-reaction")).color(tokens(ui).text_subdued));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut millis = state.studio.reaction_millis;
            let drag = DragValue::new(&mut millis).range(0..=2_000).speed(5).suffix("\u{a0}ms");
            let drag = ui.add(drag).labelled_by(label.id).on_hover_text(attribute("labels-reaction", "tooltip"));
            if drag.changed() {
                out.push(Action::Project(ProjectAction::SetReaction(millis)));
            }
        });
    });
}
