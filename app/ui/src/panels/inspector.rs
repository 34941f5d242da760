//! The right side: scores under the playhead, the network, how videos are cut, and the big button.

use egui::{Align, Button, ComboBox, DragValue, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use crate::commands::Command;
use crate::format;
use crate::state::{Action, AnalysisPhase, AppState, DeviceEntry, ModelState, NamedFile, Video};
use crate::theme::{class_hue, size, tokens};
use crate::widgets::{fit_middle, primary_button, progress_bar, score_bar, section, truncated, wide_button, wrapped};

/// How many classes are shown under the playhead.
const SHOWN_SCORES: usize = 5;

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let margin = Margin::symmetric(size::PADDING as i8, 8);
    Panel::bottom("analyse")
        .resizable(false)
        .frame(Frame::new().fill(tokens(ui).panel_bg).inner_margin(Margin::same(size::PADDING as i8)))
        .show(ui, |ui| {
            analyse(ui, state, out);
            settle_height(ui);
        });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            scores(ui, state);
            ui.add_space(4.0);
            ui.separator();
            model(ui, state, out);
            ui.add_space(4.0);
            ui.separator();
            clips(ui, state, out);
        });
    });
}

/// A panel takes the height of what it held in the pass before. Where that has changed, the pass is done again, so that
/// no frame shows a gap or a cut.
fn settle_height(ui: &Ui) {
    let id = ui.scope_id().with("height");
    let height = ui.min_rect().height();
    let before = ui.data(|data| data.get_temp::<f32>(id));
    if before != Some(height) {
        ui.data_mut(|data| data.insert_temp(id, height));
        ui.ctx().request_discard("the height of the lower panel has changed");
    }
}

fn scores(ui: &mut Ui, state: &AppState) {
    section(ui, "At the playhead");
    let subdued = tokens(ui).text_subdued;
    let Some(video) = state.selected_video() else { return };
    match video.analysis.window_at(state.player.position) {
        Some(window) => {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for top in window.top_k(SHOWN_SCORES) {
                    let hue = class_hue(tokens(ui), top.class);
                    score_bar(ui, &state.class_name(top.class), top.score, hue);
                }
            });
        }
        None => {
            let text = match &video.analysis.phase {
                AnalysisPhase::None => "Scores appear here once the video is analysed",
                phase if phase.is_pending() => "This moment is not analysed yet",
                _ => "No scores at this moment",
            };
            wrapped(ui, RichText::new(text).color(subdued));
        }
    }
}

fn model(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, "Network");
    let (detail, is_failure) = match &state.model {
        ModelState::None => ("A CSN checkpoint (.pth)".to_owned(), false),
        ModelState::Loading(_) => ("Reading…".to_owned(), false),
        ModelState::Ready(_, model) => (describe(&model.architecture, model.classes), false),
        ModelState::Failed { failure, .. } => (failure.summary.clone(), true),
    };
    file_field(ui, ("Checkpoint", Command::OpenCheckpoint), state.model.file(), (&detail, is_failure), out);
    if matches!(state.model, ModelState::None) {
        let zoo = Command::ShowZoo.info();
        if wide_button(ui, Button::new("Choose from the model zoo"), size::ROW).on_hover_text(zoo.tooltip).clicked() {
            out.push(Command::ShowZoo.into());
        }
    }
    let (detail, is_failure) = match (&state.labels.failure, &state.labels.set, &state.labels.file) {
        (Some(failure), ..) => (failure.summary.clone(), true),
        (None, Some(set), _) => (format::count(set.len() as u64, "name", "names"), false),
        (None, None, Some(_)) => ("Reading…".to_owned(), false),
        (None, None, None) => {
            ("A text file with one class name a line; without it, classes are numbered".to_owned(), false)
        }
    };
    file_field(ui, ("Labels", Command::OpenLabels), state.labels.file.as_ref(), (&detail, is_failure), out);
    device(ui, state, out);
}

/// `ir-CSN-50, 400 classes`, whether or not the architecture's name says how many classes there are.
fn describe(architecture: &str, classes: usize) -> String {
    let count = format::count(classes as u64, "class", "classes");
    if architecture.contains("class") { architecture.to_owned() } else { format!("{architecture}, {count}") }
}

/// A file that was chosen or is to be chosen, with its button and what is known about it.
fn file_field(
    ui: &mut Ui,
    (title, command): (&str, Command),
    file: Option<&NamedFile>,
    (detail, is_failure): (&str, bool),
    out: &mut Vec<Action>,
) {
    let tokens = tokens(ui);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(RichText::new(title).color(tokens.text_subdued));
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = ui.button("Open…").on_hover_text(command.hover_text());
                let button = button.accessible_name(command.info().text);
                if button.clicked() {
                    out.push(command.into());
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| match file {
                    Some(file) => {
                        let shown = fit_middle(ui, &file.name, ui.available_width());
                        truncated(ui, RichText::new(shown).color(tokens.text))
                            .on_hover_text(file.path.display().to_string());
                    }
                    None => {
                        truncated(ui, RichText::new("None chosen").color(tokens.text_subdued));
                    }
                });
            });
        });
        let color = if is_failure { tokens.error } else { tokens.text_subdued };
        ui.add(Label::new(RichText::new(detail).small().color(color)).wrap());
    });
}

fn device(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let found = state.devices.found.as_deref().unwrap_or_default();
    let name_of =
        |id: &str| found.iter().find(|device| device.id == id).map_or_else(|| id.to_owned(), |d| d.name.clone());
    let selected = if state.devices.wanted == "auto" { "Automatic".to_owned() } else { name_of(&state.devices.wanted) };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.label(RichText::new("Device").color(tokens.text_subdued));
        ComboBox::from_id_salt("device")
            .selected_text(selected)
            .width(ui.available_width())
            .truncate()
            .show_ui(ui, |ui| {
                let mut choice = |ui: &mut Ui, id: &str, text: String| {
                    if ui.selectable_label(state.devices.wanted == id, text).clicked() && state.devices.wanted != id {
                        out.push(Action::ChooseDevice(id.to_owned()));
                    }
                };
                choice(ui, "auto", "Automatic".to_owned());
                for device in found {
                    choice(ui, &device.id, label(device));
                }
            })
            .response
            .accessible_name("Device")
            .on_hover_text("What computes; “Automatic” takes the fastest that works");
        let text = match state.devices.current() {
            Some(device) if state.devices.reason.is_empty() => device.name.clone(),
            Some(_) => state.devices.reason.clone(),
            None if state.devices.found.is_some() => "This device was not found; choose another one".to_owned(),
            None => "Looking for devices…".to_owned(),
        };
        ui.add(Label::new(RichText::new(text).small().color(tokens.text_subdued)).wrap());
    });
}

fn label(device: &DeviceEntry) -> String {
    if device.details.is_empty() { device.name.clone() } else { format!("{} ({})", device.name, device.details) }
}

fn clips(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, "Clips");
    let tokens = tokens(ui);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Stride").color(tokens.text_subdued));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new("frames").color(tokens.text_subdued));
            let mut stride = state.settings.stride;
            let drag = DragValue::new(&mut stride).range(1..=100_000).speed(0.5);
            let response = ui.add(drag).labelled_by(label.id);
            let response =
                response.on_hover_text("Frames between the starts of two windows; fewer find more, and take longer");
            if response.changed() {
                out.push(Action::SetStride(stride));
            }
        });
    });
    let settings = &state.settings;
    let rate = state.selected_video().and_then(Video::table).map_or(0.0, |table| table.mean_rate());
    let secs = |frames: u32| if rate > 0.0 { format!(" ({:.2} s)", f64::from(frames) / rate) } else { String::new() };
    let text = format!(
        "Each window sees {} frames, every {} one: {} frames{}; one window every {} frames{}",
        settings.clip_len,
        ordinal(settings.frame_interval),
        settings.window_span(),
        secs(settings.window_span()),
        settings.stride,
        secs(settings.stride),
    );
    ui.add(Label::new(RichText::new(text).small().color(tokens.text_subdued)).wrap());
}

fn ordinal(number: u32) -> String {
    match (number % 10, number % 100) {
        (1, n) if n != 11 => format!("{number}st"),
        (2, n) if n != 12 => format!("{number}nd"),
        (3, n) if n != 13 => format!("{number}rd"),
        _ => format!("{number}th"),
    }
}

fn analyse(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    let Some(video) = state.selected_video() else { return };
    let obstacle = state.analyse_obstacle();
    status(ui, video, obstacle.as_deref());
    if video.analysis.phase.is_pending() {
        let text = if video.analysis.phase == AnalysisPhase::Queued { "Cancel waiting" } else { "Cancel" };
        let button = wide_button(ui, Button::new(text), 36.0);
        if button.on_hover_text(Command::CancelAnalysis.hover_text()).clicked() {
            out.push(Action::Cancel(video.id));
        }
        return;
    }
    let again =
        matches!(video.analysis.phase, AnalysisPhase::Done | AnalysisPhase::Cancelled | AnalysisPhase::Failed(_));
    let text = if again { "Analyse again" } else { "Analyse" };
    let button = primary_button(ui, text, obstacle.is_none()).on_hover_text(Command::Analyse.hover_text());
    if button.clicked() {
        out.push(Command::Analyse.into());
    }
    let is_open = |video: &&Video| video.analysis.phase == AnalysisPhase::None && video.failure().is_none();
    let open = state.videos.iter().filter(is_open).count();
    if open > 1 && obstacle.is_none() {
        let all = wide_button(ui, Button::new(format!("Analyse all {open} videos")), size::ROW);
        if all.on_hover_text(Command::AnalyseAll.hover_text()).clicked() {
            out.push(Command::AnalyseAll.into());
        }
    }
}

/// What goes on, or what stands in the way.
fn status(ui: &mut Ui, video: &Video, obstacle: Option<&str>) {
    let tokens = tokens(ui);
    let line = |ui: &mut Ui, text: &str, color| {
        ui.add(Label::new(RichText::new(text).color(color)).wrap());
    };
    match &video.analysis.phase {
        AnalysisPhase::Running { activity, progress, bottleneck } => {
            let done = match progress.total {
                Some(total) => format!("{activity}: {} of {}", format::grouped(progress.done), format::grouped(total)),
                None => format!("{activity}…"),
            };
            line(ui, &done, tokens.text);
            progress_bar(ui, "Analysis", progress.fraction());
            let mut parts = Vec::new();
            if progress.rate > 0.0 {
                parts.push(format!("{} a second", format::rate(progress.rate)));
            }
            if let Some(left) = progress.remaining_secs() {
                parts.push(format!("{} left", format::rough_secs(left)));
            }
            if !bottleneck.is_empty() {
                parts.push(format!("limited by {bottleneck}"));
            }
            line(ui, &parts.join(", "), tokens.text_subdued);
        }
        AnalysisPhase::Resuming { progress } => {
            line(ui, "The engine was restarted and goes on…", tokens.warning);
            progress_bar(ui, "Analysis", progress.fraction());
        }
        AnalysisPhase::Queued => line(ui, "Waits for the video before it", tokens.text_subdued),
        AnalysisPhase::Failed(failure) => line(ui, &failure.summary, tokens.error),
        AnalysisPhase::Cancelled => {
            let text =
                format!("Cancelled after {}", format::count(video.analysis.windows.len() as u64, "window", "windows"));
            line(ui, &text, tokens.text_subdued);
        }
        AnalysisPhase::Done => {
            let text = format!("Done: {}", format::count(video.analysis.windows.len() as u64, "window", "windows"));
            line(ui, &text, tokens.success);
        }
        AnalysisPhase::None => {}
    }
    if let (Some(obstacle), false) = (obstacle, video.analysis.phase.is_pending()) {
        line(ui, obstacle, tokens.text_subdued);
    }
}
