//! The first page: scores under the playhead, the network, how videos are cut, and the big button.

use egui::{Align, Button, ComboBox, DragValue, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use crate::commands::Command;
use crate::format;
use crate::keymap::keymap_of;
use crate::panels::{improve, labels};
use crate::state::{Action, AnalysisPhase, AppState, DeviceEntry, ModelState, NamedFile, Page, Video};
use crate::texts::attribute;
use crate::theme::{class_hue, size, tokens};
use crate::tr;
use crate::widgets::{fit_middle, primary_button, progress_bar, score_bar, section, truncated, wide_button, wrapped};

/// Below this height what does not fit scrolls.
const LOW: f32 = 380.0;

/// How many classes are shown under the playhead.
const SHOWN_SCORES: usize = 5;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let margin = Margin::symmetric(size::PADDING as i8, 8);
    // In a low window the big button alone stays in sight.
    let is_low = ui.available_height() < LOW;
    Panel::bottom("analyse")
        .resizable(false)
        .frame(Frame::new().fill(tokens(ui).panel_bg).inner_margin(Margin::same(size::PADDING as i8)))
        .show(ui, |ui| {
            analyse(ui, state, out);
            if !is_low {
                improve::show(ui, state, out);
            }
            settle_height(ui);
        });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            if state.studio.page == Page::Labels {
                return labels::show(ui, state, out);
            }
            if is_low {
                improve::show(ui, state, out);
            }
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
    section(ui, &tr!("inspector-playhead"));
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
                AnalysisPhase::None => tr!("inspector-not-analysed"),
                phase if phase.is_pending() => tr!("inspector-moment-waits"),
                _ => tr!("inspector-no-scores"),
            };
            wrapped(ui, RichText::new(text).color(subdued));
        }
    }
}

fn model(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("inspector-network"));
    let (detail, is_failure) = match &state.model {
        ModelState::None => (attribute("inspector-checkpoint", "hint"), false),
        ModelState::Loading(_) => (tr!("inspector-reading"), false),
        ModelState::Ready(_, model) => (describe(&model.architecture, model.classes), false),
        ModelState::Failed { failure, .. } => (failure.summary.clone(), true),
    };
    file_field(
        ui,
        (&tr!("inspector-checkpoint"), Command::OpenCheckpoint),
        state.model.file(),
        (&detail, is_failure),
        out,
    );
    if matches!(state.model, ModelState::None) {
        let button = wide_button(ui, Button::new(tr!("inspector-choose-zoo")), size::ROW);
        if button.on_hover_text(Command::ShowZoo.tooltip()).clicked() {
            out.push(Command::ShowZoo.into());
        }
    }
    let (detail, is_failure) = match (&state.labels.failure, &state.labels.set, &state.labels.file) {
        (Some(failure), ..) => (failure.summary.clone(), true),
        (None, Some(set), _) => (tr!("count-names", count = set.len()), false),
        (None, None, Some(_)) => (tr!("inspector-reading"), false),
        (None, None, None) => (attribute("inspector-labels", "hint"), false),
    };
    file_field(
        ui,
        (&tr!("inspector-labels"), Command::OpenLabels),
        state.labels.file.as_ref(),
        (&detail, is_failure),
        out,
    );
    device(ui, state, out);
}

/// `ir-CSN-50, 400 classes`, whether or not the architecture's name says how many classes there are.
fn describe(architecture: &str, classes: usize) -> String {
    if architecture.contains("class") {
        architecture.to_owned()
    } else {
        tr!("inspector-architecture", architecture = architecture, count = classes)
    }
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
                let button = ui.button(tr!("inspector-open")).on_hover_text(command.hover_text(&keymap_of(ui)));
                let button = button.accessible_name(command.text());
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
                        truncated(ui, RichText::new(tr!("inspector-none-chosen")).color(tokens.text_subdued));
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
    let is_automatic = state.devices.wanted == "auto";
    let selected = if is_automatic { tr!("inspector-device-automatic") } else { name_of(&state.devices.wanted) };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.label(RichText::new(tr!("inspector-device")).color(tokens.text_subdued));
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
                choice(ui, "auto", tr!("inspector-device-automatic"));
                for device in found {
                    choice(ui, &device.id, label(device));
                }
            })
            .response
            .accessible_name(tr!("inspector-device"))
            .on_hover_text(attribute("inspector-device", "tooltip"));
        let text = match state.devices.current() {
            Some(device) if state.devices.reason.is_empty() => device.name.clone(),
            Some(_) => state.devices.reason.clone(),
            None if state.devices.found.is_some() => tr!("inspector-device-missing"),
            None => tr!("inspector-device-looking"),
        };
        ui.add(Label::new(RichText::new(text).small().color(tokens.text_subdued)).wrap());
    });
}

fn label(device: &DeviceEntry) -> String {
    if device.details.is_empty() {
        device.name.clone()
    } else {
        tr!("inspector-device-details", name = &device.name, details = &device.details)
    }
}

fn clips(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    section(ui, &tr!("inspector-clips"));
    let tokens = tokens(ui);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(tr!("inspector-stride")).color(tokens.text_subdued));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(tr!("inspector-frames")).color(tokens.text_subdued));
            let mut stride = state.settings.stride;
            let drag = DragValue::new(&mut stride).range(1..=100_000).speed(0.5);
            let response = ui.add(drag).labelled_by(label.id);
            let response = response.on_hover_text(attribute("inspector-stride", "tooltip"));
            if response.changed() {
                out.push(Action::SetStride(stride));
            }
        });
    });
    let settings = &state.settings;
    let rate = state.selected_video().and_then(Video::table).map_or(0.0, |table| table.mean_rate());
    let frames = |count: u32| {
        let secs = format!("{:.2}", f64::from(count) / rate);
        let count = count.to_string();
        if rate > 0.0 {
            tr!("inspector-frames-secs", count = count, secs = secs)
        } else {
            tr!("inspector-frames-count", count = count)
        }
    };
    let text = tr!(
        "inspector-windows",
        frames = settings.clip_len.to_string(),
        interval = tr!("inspector-ordinal", number = settings.frame_interval),
        span = frames(settings.window_span()),
        stride = frames(settings.stride),
    );
    ui.add(Label::new(RichText::new(text).small().color(tokens.text_subdued)).wrap());
}

fn analyse(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    let Some(video) = state.selected_video() else { return };
    let obstacle = state.analyse_obstacle();
    status(ui, video, obstacle.as_deref());
    let keymap = keymap_of(ui);
    if video.analysis.phase.is_pending() {
        let is_queued = video.analysis.phase == AnalysisPhase::Queued;
        let text = if is_queued { tr!("inspector-cancel-waiting") } else { tr!("inspector-cancel") };
        let button = wide_button(ui, Button::new(text), 36.0);
        if button.on_hover_text(Command::CancelAnalysis.hover_text(&keymap)).clicked() {
            out.push(Action::Cancel(video.id));
        }
        return;
    }
    let again =
        matches!(video.analysis.phase, AnalysisPhase::Done | AnalysisPhase::Cancelled | AnalysisPhase::Failed(_));
    let text = if again { tr!("inspector-analyse-again") } else { tr!("inspector-analyse") };
    let button = primary_button(ui, &text, obstacle.is_none()).on_hover_text(Command::Analyse.hover_text(&keymap));
    if button.clicked() {
        out.push(Command::Analyse.into());
    }
    let is_open = |video: &&Video| video.analysis.phase == AnalysisPhase::None && video.failure().is_none();
    let open = state.videos.iter().filter(is_open).count();
    if open > 1 && obstacle.is_none() {
        let all = wide_button(ui, Button::new(tr!("inspector-analyse-all", count = open)), size::ROW);
        if all.on_hover_text(Command::AnalyseAll.hover_text(&keymap)).clicked() {
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
                Some(total) => {
                    tr!("inspector-progress", activity = activity, done = progress.done, total = total)
                }
                None => tr!("inspector-progress-unknown", activity = activity),
            };
            line(ui, &done, tokens.text);
            progress_bar(ui, &tr!("inspector-analysis"), progress.fraction());
            let mut parts = Vec::new();
            if progress.rate > 0.0 {
                parts.push(tr!("inspector-rate", rate = format::rate(progress.rate)));
            }
            if let Some(left) = progress.remaining_secs() {
                parts.push(tr!("inspector-left", time = format::rough_secs(left)));
            }
            if !bottleneck.is_empty() {
                parts.push(tr!("inspector-limited", bottleneck = bottleneck));
            }
            line(ui, &parts.join(", "), tokens.text_subdued);
        }
        AnalysisPhase::Resuming { progress } => {
            line(ui, &tr!("inspector-restarted"), tokens.warning);
            progress_bar(ui, &tr!("inspector-analysis"), progress.fraction());
        }
        AnalysisPhase::Queued => line(ui, &tr!("inspector-waits"), tokens.text_subdued),
        AnalysisPhase::Failed(failure) => line(ui, &failure.summary, tokens.error),
        AnalysisPhase::Cancelled => {
            let text = tr!("inspector-cancelled", count = video.analysis.windows.len());
            line(ui, &text, tokens.text_subdued);
        }
        AnalysisPhase::Done => {
            let text = tr!("inspector-done", count = video.analysis.windows.len());
            line(ui, &text, tokens.success);
        }
        AnalysisPhase::None => {}
    }
    if let (Some(obstacle), false) = (obstacle, video.analysis.phase.is_pending()) {
        line(ui, obstacle, tokens.text_subdued);
    }
}
