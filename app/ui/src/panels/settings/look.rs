//! The page of the look: theme, scale, motion and language.

use egui::{ComboBox, RichText, Ui};

use crate::state::{Action, AppState, Scale, SettingsAction};
use crate::texts::attribute;
use crate::theme::{ThemeChoice, tokens};
use crate::tr;
use crate::widgets::{section, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("settings-theme"));
    ui.horizontal_wrapped(|ui| {
        for theme in ThemeChoice::ALL {
            if ui.radio(state.theme == theme, theme.text()).clicked() {
                out.push(Action::SetTheme(theme));
            }
        }
    });
    section(ui, &tr!("settings-scale"));
    ui.horizontal_wrapped(|ui| {
        for scale in Scale::ALL {
            let text = crate::format::percent(scale.factor());
            if ui.radio(state.scale == scale, text).clicked() {
                out.push(Action::SetScale(scale));
            }
        }
    });
    section(ui, &tr!("settings-motion"));
    let mut reduced = state.reduced_motion;
    let checkbox = ui.checkbox(&mut reduced, tr!("settings-reduce-motion"));
    if checkbox.on_hover_text(attribute("settings-reduce-motion", "tooltip")).changed() {
        out.push(SettingsAction::ReduceMotion(reduced).into());
    }
    section(ui, &tr!("settings-language"));
    language(ui, state, out);
}

fn language(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ComboBox::from_id_salt("language")
        .selected_text(state.language.name())
        .width(200.0)
        .show_ui(ui, |ui| {
            for language in state.languages.all() {
                if ui.selectable_label(*language == state.language, language.name()).clicked() {
                    out.push(SettingsAction::Language(language.key().to_owned()).into());
                }
            }
        })
        .response
        .accessible_name(tr!("settings-language"));
    wrapped(ui, RichText::new(attribute("settings-language", "hint")).color(tokens(ui).text_subdued));
}
