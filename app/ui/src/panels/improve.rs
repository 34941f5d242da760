//! “Improve” on the screen of the videos: the button with its badge, how far it is, and what was gained.

use egui::{Button, Frame, Margin, RichText, Ui};

use super::screens::badge_text;
use super::training::phase_text;
use crate::commands::Command;
use crate::format;
use crate::keymap::keymap_of;
use crate::state::{Action, AppState, Improve, Improvement, TrainingAction};
use crate::texts::attribute;
use crate::theme::{semibold, size, tokens};
use crate::tr;
use crate::widgets::{progress_bar, wide_button, wrapped};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    match &state.training.improve {
        Improve::Idle => {
            interrupted(ui, state, out);
            button(ui, state, out);
        }
        Improve::Starting => running(ui, state, None, out),
        Improve::Running { run } => running(ui, state, Some(run), out),
        Improve::Done { gained, .. } => {
            card(ui, gained, out);
            others(ui, state, out);
        }
        Improve::Failed(failure) => {
            let tokens = tokens(ui);
            wrapped(ui, RichText::new(&failure.summary).color(tokens.error));
            if !failure.details.is_empty() {
                wrapped(ui, RichText::new(&failure.details).color(tokens.text_subdued));
            }
            interrupted(ui, state, out);
            button(ui, state, out);
        }
    }
}

/// An improvement that the end of the program, or a pause, has interrupted goes on where it was.
fn interrupted(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let runs = &state.training.runs;
    let Some(run) = runs.interrupted_improvement().filter(|_| runs.busy().is_none()) else { return };
    let button = wide_button(ui, Button::new(tr!("improve-go-on")), size::ROW);
    if button.on_hover_text(attribute("improve-go-on", "tooltip")).clicked() {
        out.push(TrainingAction::Resume(run.id.clone()).into());
    }
}

/// Other videos of the project still show what the network before has found.
fn others(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let subdued = tokens(ui).text_subdued;
    let pending = state.analysing_others_again();
    if pending > 0 {
        wrapped(ui, RichText::new(tr!("improve-others-pending", count = pending)).color(subdued));
        if wide_button(ui, Button::new(tr!("improve-others-cancel")), size::ROW).clicked() {
            out.push(TrainingAction::CancelOthers.into());
        }
        return;
    }
    let left = state.analysed_before_improving().len();
    if left > 0 {
        let button = wide_button(ui, Button::new(tr!("improve-others", count = left)), size::ROW);
        if button.on_hover_text(attribute("improve-others", "tooltip")).clicked() {
            out.push(TrainingAction::AnalyseOthersAgain.into());
        }
    }
}

fn button(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let count = state.training.unlearnt.count;
    // Where nothing was ever labelled, there is nothing to say.
    if count == 0 && state.training.checkpoints.learnt_until() == 0 && state.studio.current_set().is_none() {
        return;
    }
    let text = if count > 0 { tr!("improve-button", badge = badge_text(count)) } else { Command::Improve.text() };
    let obstacle = state.improve_obstacle();
    ui.add_enabled_ui(obstacle.is_none(), |ui| {
        let mut hover = Command::Improve.hover_text(&keymap_of(ui));
        if count > 0 {
            hover = format!("{hover}\n{}", tr!("improve-unlearnt", count = count));
        }
        let response = wide_button(ui, Button::new(text), size::ROW).on_hover_text(hover);
        let response = response.on_disabled_hover_text(obstacle.as_deref().unwrap_or_default());
        if response.clicked() {
            out.push(TrainingAction::Improve.into());
        }
    });
}

fn running(ui: &mut Ui, state: &AppState, run: Option<&String>, out: &mut Vec<Action>) {
    let subdued = tokens(ui).text_subdued;
    let record = run.and_then(|run| state.training.runs.records.get(run));
    let last = record.and_then(|record| record.steps.last());
    let phase = record.and_then(|record| record.phase).map_or_else(|| tr!("improve-starting"), phase_text);
    let epochs = record.and_then(crate::state::RunRecord::epochs);
    let share = last.zip(epochs).map(|(last, epochs)| {
        let within = last.step as f64 / last.steps_per_epoch.max(1) as f64;
        ((f64::from(last.epoch.saturating_sub(1)) + within) / f64::from(epochs.max(1))) as f32
    });
    progress_bar(ui, &tr!("improve-progress"), share);
    let text = match last {
        Some(last) => tr!("improve-step", phase = phase, step = last.epoch, time = format::rough_secs(last.eta)),
        None => phase,
    };
    wrapped(ui, RichText::new(text).color(subdued));
    if wide_button(ui, Button::new(tr!("improve-cancel")), size::ROW).clicked() {
        out.push(TrainingAction::CancelImprove.into());
    }
}

/// What was gained, on labels that were not learnt from.
fn card(ui: &mut Ui, gained: &Improvement, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let share = |value: f64| tr!("percent", value = format!("{:.0}", value * 100.0));
    Frame::new().fill(tokens.raised_bg).corner_radius(size::LARGE_RADIUS).inner_margin(Margin::same(8)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            wrapped(ui, RichText::new(tr!("improve-done")).family(semibold()).color(tokens.text_strong));
            let (text, color) = match (gained.before, gained.after) {
                (Some(before), Some(after)) => {
                    let color = if after >= before { tokens.success } else { tokens.warning };
                    (tr!("improve-before-after", before = share(before), after = share(after)), color)
                }
                (None, Some(after)) => (tr!("improve-after", after = share(after)), tokens.success),
                (_, None) => (tr!("improve-not-held-out"), tokens.text),
            };
            wrapped(ui, RichText::new(text).color(color));
            if gained.after.is_some() {
                let text = tr!("improve-held-out", count = gained.held_out);
                wrapped(ui, RichText::new(text).color(tokens.text_subdued));
            }
            ui.horizontal(|ui| {
                if ui.add(Button::new(tr!("improve-keep"))).on_hover_text(tr!("improve-keep-hover")).clicked() {
                    out.push(TrainingAction::KeepImprovement.into());
                }
                if ui.add(Button::new(tr!("improve-take-back"))).on_hover_text(tr!("improve-take-back-hover")).clicked()
                {
                    out.push(TrainingAction::TakeBackImprovement.into());
                }
            });
        },
    );
}
