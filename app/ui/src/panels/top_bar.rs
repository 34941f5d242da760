//! The bar at the top: menus, the project and whether it is kept, and what computes.

use egui::{Align, Layout, MenuBar, RichText, Ui};

use crate::commands::{Command, Group};
use crate::state::{Action, AppState, EngineState, FileWork, Scale};
use crate::texts::attribute;
use crate::theme::{ThemeChoice, tokens};
use crate::tr;
use crate::widgets::{fit_middle, menu_item, truncated};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    MenuBar::new().ui(ui, |ui| {
        for group in Group::ALL.into_iter().filter(|group| group.commands().next().is_some()) {
            ui.menu_button(group.title(), |ui| {
                ui.set_min_width(220.0);
                for (position, command) in group.commands().enumerate() {
                    if position > 0 && begins_section(command) {
                        ui.separator();
                    }
                    menu_item(ui, command, state.can(command), out);
                }
                if group == Group::View {
                    view_choices(ui, state, out);
                }
            });
        }
        super::screens::show(ui, state, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let room = ui.available_width();
            // Where there is little room, what is kept matters more than what computes.
            if room > 260.0 {
                ui.scope(|ui| {
                    ui.set_max_width(room * 0.45);
                    device(ui, state);
                });
                ui.add_space(4.0);
            }
            project(ui, state);
        });
    });
}

/// Commands above which a menu has a line.
const fn begins_section(command: Command) -> bool {
    matches!(
        command,
        Command::Open
            | Command::Import
            | Command::OpenCheckpoint
            | Command::PreviousVideo
            | Command::Quit
            | Command::MarkIn
            | Command::NudgeStartBack
            | Command::AddMarker
            | Command::FrameBack
            | Command::Start
            | Command::PlaySelection
            | Command::Snapshot
            | Command::PreviousDisagreement
            | Command::ZoomIn
            | Command::ToggleOverlay
            | Command::LargerInterface
            | Command::ShowFrameTimes
            | Command::Improve
            | Command::ShowLabels
            | Command::ShowSettings
    )
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
        let text = tr!("scale", value = format!("{:.0}", scale.factor() * 100.0));
        if ui.radio(state.scale == scale, text).clicked() {
            out.push(Action::SetScale(scale));
            ui.close();
        }
    }
}

/// The name of the project, and whether it is kept.
fn project(ui: &mut Ui, state: &AppState) {
    let file = &state.studio.file;
    let tokens = tokens(ui);
    if ui.available_width() < 60.0 {
        return;
    }
    let (text, color, hover) = if let Some(work) = &state.studio.work {
        (working_text(ui, work), tokens.text, String::new())
    } else if file.is_read_only {
        (tr!("top-read-only"), tokens.warning, attribute("top-read-only", "tooltip"))
    } else if let Some(why) = &file.trouble {
        (tr!("top-not-saved-short"), tokens.error, tr!("top-not-saved", why = why))
    } else if file.unsaved > 0 {
        (tr!("top-saving"), tokens.text_subdued, attribute("top-saving", "tooltip"))
    } else if file.path.is_some() {
        (tr!("top-saved"), tokens.text_subdued, attribute("top-saved", "tooltip"))
    } else {
        (String::new(), tokens.text_subdued, tr!("top-no-file"))
    };
    if !text.is_empty() {
        let response = ui.label(RichText::new(text).color(color));
        if !hover.is_empty() {
            response.on_hover_text(&hover);
        }
    }
    let stem = file.path.as_deref().filter(|_| !file.is_untitled).and_then(std::path::Path::file_stem);
    let name = stem.map_or_else(|| tr!("top-untitled"), |stem| stem.to_string_lossy().into_owned());
    let shown = fit_middle(ui, &name, ui.available_width().min(220.0));
    let response = ui.label(RichText::new(shown).color(tokens.text));
    response.on_hover_text(file.path.as_ref().map_or(hover, |path| path.display().to_string()));
}

/// What goes on with files.
fn working_text(ui: &Ui, work: &FileWork) -> String {
    let shown = |path: &std::path::Path| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        fit_middle(ui, &name, ui.available_width().min(160.0))
    };
    match work {
        FileWork::Opening { path, done, total } if *total > 1 => {
            tr!("top-opening-part", name = shown(path), done = *done, total = *total)
        }
        FileWork::Opening { path, .. } => tr!("top-opening", name = shown(path)),
        FileWork::Saving(path) => tr!("top-saving-as", name = shown(path)),
        FileWork::Closing => tr!("top-closing"),
    }
}

fn device(ui: &mut Ui, state: &AppState) {
    let tokens = tokens(ui);
    let (text, color, hover) = match (&state.engine, state.devices.current()) {
        (EngineState::Down(failure), _) => (tr!("top-engine-stopped"), tokens.error, failure.summary.clone()),
        (EngineState::Restarting, _) => {
            (tr!("top-engine-restarts"), tokens.warning, attribute("top-engine-restarts", "tooltip"))
        }
        (_, Some(device)) => (device.name.clone(), tokens.text_subdued, device_hover(state, &device.details)),
        (EngineState::Starting | EngineState::Running, None) => {
            (tr!("looking-for-devices"), tokens.text_subdued, String::new())
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
