//! The list of runs: which one is looked at, which are compared, and what can be done with one.

use egui::{Button, Color32, Rect, Response, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::form::preset_text;
use crate::state::{Action, AppState, RunEntry, RunState, TrainingAction};
use crate::theme::{Tokens, size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_spot, list_item, paint_elided, paint_icon, paint_number, section_in_row};

/// Widths of the columns behind the name.
const STATE: f32 = 76.0;
const BEST: f32 = 60.0;
const PRESET: f32 = 130.0;
const DATE: f32 = 118.0;
const BUTTONS: f32 = 52.0;
/// Room for the box that chooses a run for comparison.
const CHOOSE: f32 = 22.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let runs = &state.training.runs;
    let entries: Vec<&RunEntry> = runs.entries.iter().flatten().collect();
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        ui.add_space(6.0);
        section_in_row(ui, &tr!("train-runs", count = entries.len()));
        if !runs.compared.is_empty() {
            let color = tokens(ui).text_subdued;
            let text = tr!("train-compared", count = runs.compared.len());
            ui.label(egui::RichText::new(text).color(color));
            if ui.add(Button::new(tr!("train-compare-none")).small()).clicked() {
                let all = runs.compared.iter().cloned();
                out.extend(all.map(|run| TrainingAction::Compare(run, false).into()));
            }
        }
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().id_salt("train runs").auto_shrink(false);
    area.show_rows(ui, size::ROW, entries.len(), |ui, rows| {
        for entry in entries.get(rows).unwrap_or_default() {
            ui.push_id(&entry.id, |ui| row(ui, state, entry, out));
        }
    });
}

/// How a run is, in a word.
pub(super) fn state_text(state: &RunState) -> String {
    match state {
        RunState::Running => tr!("run-running"),
        RunState::Paused => tr!("run-paused"),
        RunState::Finished => tr!("run-finished"),
        RunState::Stopped => tr!("run-stopped"),
        RunState::Failed(_) => tr!("run-failed"),
    }
}

const fn state_color(state: &RunState, tokens: &Tokens) -> Color32 {
    match state {
        RunState::Running => tokens.accent,
        RunState::Paused | RunState::Stopped => tokens.text_subdued,
        RunState::Finished => tokens.success,
        RunState::Failed(_) => tokens.error,
    }
}

/// Where the cells of a row are, from the right: what there is no room for is left out.
struct Cells {
    choose: Rect,
    name: Rect,
    date: Option<Rect>,
    preset: Option<Rect>,
    best: Rect,
    state: Rect,
    buttons: Rect,
}

fn cells(rect: Rect) -> Cells {
    let part = |left: f32, right: f32| Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    let mut right = rect.right() - 6.0;
    let mut take = |width: f32| {
        let cell = part(right - width, right);
        right -= width + size::SPACING;
        cell
    };
    let (buttons, state, best) = (take(BUTTONS), take(STATE), take(BEST));
    let fixed = BUTTONS + STATE + BEST + CHOOSE + 5.0 * size::SPACING;
    let preset = (rect.width() > fixed + PRESET + 120.0).then(|| take(PRESET));
    let date = (rect.width() > fixed + PRESET + DATE + 140.0).then(|| take(DATE));
    let choose = part(rect.left() + 2.0, rect.left() + CHOOSE);
    Cells { choose, name: part(rect.left() + CHOOSE + 2.0, right), date, preset, best, state, buttons }
}

fn row(ui: &mut Ui, state: &AppState, entry: &RunEntry, out: &mut Vec<Action>) {
    let runs = &state.training.runs;
    let is_selected = runs.selected.as_ref() == Some(&entry.id);
    let is_compared = runs.compared.contains(&entry.id);
    let (status, best) = (state_text(&entry.state), best(entry));
    let preset = preset_text(&entry.preset);
    let spoken = tr!("run-row", name = entry.title(), preset = &preset, best = &best, state = &status);
    let mut pressed = false;
    let response = list_item(ui, size::ROW, &spoken, is_selected, |ui, rect| {
        let tokens = tokens(ui);
        let cells = cells(rect);
        if choose(ui, cells.choose, entry, is_compared).clicked() {
            out.push(TrainingAction::Compare(entry.id.clone(), !is_compared).into());
            pressed = true;
        }
        let color = if is_selected { tokens.text_strong } else { tokens.text };
        paint_elided(ui, cells.name, entry.title(), TextStyle::Body, color);
        if let Some(cell) = cells.date {
            paint_elided(
                ui,
                cell,
                &crate::format::moment(entry.began_millis, entry.utc_offset_secs),
                TextStyle::Body,
                tokens.text_subdued,
            );
        }
        if let Some(cell) = cells.preset {
            paint_elided(ui, cell, &preset, TextStyle::Body, tokens.text_subdued);
        }
        paint_number(ui, cells.best, &best, color);
        paint_elided(ui, cells.state, &status, TextStyle::Body, state_color(&entry.state, tokens));
        pressed |= buttons(ui, cells.buttons, state, entry, out);
    });
    if response.clicked() && !pressed {
        out.push(TrainingAction::SelectRun(entry.id.clone()).into());
    }
}

fn best(entry: &RunEntry) -> String {
    entry.best.map_or_else(|| "–".to_owned(), |best| tr!("percent", value = format!("{:.1}", best * 100.0)))
}

/// The box that chooses a run for comparison.
fn choose(ui: &Ui, rect: Rect, entry: &RunEntry, is_compared: bool) -> Response {
    let tokens = tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with("compare"), Sense::click());
    let name = tr!("run-compare", name = entry.title());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_compared, &name));
    let square = Rect::from_center_size(rect.center(), vec2(14.0, 14.0));
    let fill = if response.hovered() { tokens.control_hover_bg } else { tokens.control_bg };
    ui.painter().rect_filled(square, 3.0, fill);
    let stroke = if response.has_focus() { tokens.accent } else { tokens.border_strong };
    ui.painter().rect_stroke(square, 3.0, egui::Stroke::new(1.0, stroke), egui::StrokeKind::Inside);
    if is_compared {
        paint_icon(ui.painter(), square.shrink(2.0), Icon::Check, tokens.text_strong);
    }
    response.on_hover_text(name)
}

/// What can be done with a run now.
fn buttons(ui: &Ui, rect: Rect, state: &AppState, entry: &RunEntry, out: &mut Vec<Action>) -> bool {
    let spot = |place: f32| {
        Rect::from_center_size(rect.left_center() + vec2(12.0 + place * 26.0, 0.0), vec2(24.0, size::ROW - 2.0))
    };
    let name = entry.title();
    let mut act = |place: f32, icon: Icon, text: String, action: TrainingAction| {
        let response = icon_spot(ui, spot(place), &text, icon, &text);
        if response.clicked() {
            out.push(action.into());
        }
        response.clicked()
    };
    let run = || entry.id.clone();
    match &entry.state {
        RunState::Running => {
            act(0.0, Icon::Pause, tr!("run-pause", name = name), TrainingAction::Pause(run()))
                | act(1.0, Icon::Close, tr!("run-stop", name = name), TrainingAction::Stop(run()))
        }
        RunState::Paused => {
            let is_free = state.training.runs.busy().is_none();
            (is_free && act(0.0, Icon::Play, tr!("run-resume", name = name), TrainingAction::Resume(run())))
                | act(1.0, Icon::Close, tr!("run-stop", name = name), TrainingAction::Stop(run()))
        }
        state_of_run if state_of_run.can_resume() && state.training.runs.busy().is_none() => {
            act(0.0, Icon::Play, tr!("run-resume", name = name), TrainingAction::Resume(run()))
        }
        _ => false,
    }
}
