//! The bar at the top: menus, and what computes.

use egui::{Align, Layout, MenuBar, RichText, Ui};

use crate::commands::{COMMANDS, Command, Group};
use crate::state::{Action, AppState, EngineState, Scale};
use crate::theme::{ThemeChoice, tokens};
use crate::widgets::{menu_item, truncated};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    MenuBar::new().ui(ui, |ui| {
        for group in Group::ALL {
            ui.menu_button(group.title(), |ui| {
                ui.set_min_width(220.0);
                for info in COMMANDS.iter().filter(|info| info.group == group) {
                    if matches!(info.command, Command::Quit | Command::ShowKeys) {
                        ui.separator();
                    }
                    menu_item(ui, info.command, is_enabled(state, info.command), out);
                }
                if group == Group::View {
                    view_choices(ui, state, out);
                }
            });
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| device(ui, state));
    });
}

/// Whether a command does anything now.
fn is_enabled(state: &AppState, command: Command) -> bool {
    let selected = state.selected_video().filter(|_| !state.zoo.is_open);
    match command.info().group {
        Group::File => match command {
            Command::RemoveVideo => selected.is_some(),
            Command::PreviousVideo | Command::NextVideo => state.videos.len() > 1,
            _ => true,
        },
        Group::Playback | Group::Timeline => selected.is_some_and(|video| video.info().is_some()),
        Group::Analysis => match command {
            Command::CancelAnalysis => state.videos.iter().any(|video| video.analysis.phase.is_pending()),
            Command::Analyse => {
                state.analyse_obstacle().is_none() && selected.is_some_and(|video| !video.analysis.phase.is_pending())
            }
            _ => state.analyse_obstacle().is_none(),
        },
        Group::View => true,
    }
}

fn view_choices(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.separator();
    for theme in ThemeChoice::ALL {
        if ui.radio(state.theme == theme, theme.text()).clicked() {
            out.push(Action::SetTheme(theme));
            ui.close();
        }
    }
    ui.separator();
    for scale in Scale::ALL {
        let text = format!("Scale {:.0} %", scale.factor() * 100.0);
        if ui.radio(state.scale == scale, text).clicked() {
            out.push(Action::SetScale(scale));
            ui.close();
        }
    }
}

fn device(ui: &mut Ui, state: &AppState) {
    let tokens = tokens(ui);
    let (text, color, hover) = match (&state.engine, state.devices.current()) {
        (EngineState::Down(failure), _) => ("Compute engine stopped".to_owned(), tokens.error, failure.summary.clone()),
        (EngineState::Restarting, _) => {
            ("Compute engine restarts…".to_owned(), tokens.warning, "It goes on where it was".to_owned())
        }
        (_, Some(device)) => (device.name.clone(), tokens.text_subdued, device_hover(state, &device.details)),
        (EngineState::Starting | EngineState::Running, None) => {
            ("Looking for compute devices…".to_owned(), tokens.text_subdued, String::new())
        }
    };
    let response = truncated(ui, RichText::new(text).color(color));
    if !hover.is_empty() {
        response.on_hover_text(hover);
    }
}

fn device_hover(state: &AppState, details: &str) -> String {
    let parts = [state.devices.reason.as_str(), details];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
