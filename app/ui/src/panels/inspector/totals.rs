//! Totals by class as bars: labels, predictions, and labels of fully labelled time.

use egui::{Button, Color32, Rect, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};
use ks_domain::project::{ClassTotals, Measure, SetId};

use crate::format;
use crate::state::{Action, AppState, PageAction, TotalsClass, TotalsMeasure, TotalsScope, TotalsView};
use crate::texts::attribute;
use crate::theme::{class_color, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, choice, empty_state, paint_elided, paint_number, percent, wrapped};

/// Height of a bar with its room, and of a class's name.
const BAR: f32 = 15.0;
const NAME: f32 = 18.0;
/// Room for a number.
const NUMBER: f32 = 64.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let view = &state.studio.pages.totals;
    ui.spacing_mut().item_spacing.y = 4.0;
    controls(ui, view, out);
    set_choice(ui, state, out);
    if view.totals.classes.is_empty() {
        let nothing = EmptyState {
            icon: Icon::Film,
            title: &tr!("totals-nothing"),
            text: &attribute("totals-nothing", "hint"),
            command: None,
            is_failure: false,
        };
        return empty_state(ui, nothing, out);
    }
    let time = format::short_time(view.totals.time);
    let summary = if view.totals.fully.nanos() > 0 {
        let fully = format::short_time(view.totals.fully);
        tr!("totals-summary-fully", count = view.totals.videos, time = time, fully = fully)
    } else {
        tr!("totals-summary", count = view.totals.videos, time = time)
    };
    wrapped(ui, egui::RichText::new(summary).color(tokens(ui).text_subdued));
    legend(ui);
    bars(ui, view);
}

fn controls(ui: &mut Ui, view: &TotalsView, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let half = (ui.available_width() - 8.0) / 2.0 - 4.0;
        let scope = (view.scope, TotalsScope::ALL.as_slice());
        if let Some(scope) = choice(ui, &tr!("totals-videos"), half, scope, scope_text) {
            out.push(PageAction::TotalsOf(scope).into());
        }
        let measure = (view.measure, TotalsMeasure::ALL.as_slice());
        if let Some(measure) = choice(ui, &tr!("totals-measure"), half, measure, measure_text) {
            out.push(PageAction::TotalsBy(measure).into());
        }
    });
    let button = ui.add_enabled(!view.totals.classes.is_empty(), Button::new(tr!("totals-copy")));
    if button.on_hover_text(attribute("totals-copy", "tooltip")).clicked() {
        ui.ctx().copy_text(view.to_csv());
    }
}

/// Which label set is counted, where there are several.
fn set_choice(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let sets: Vec<SetId> = state.studio.project.sets().map(|set| set.id).collect();
    let Some(current) = state.totals_set().filter(|_| sets.len() > 1) else { return };
    let name = |set: SetId| state.studio.project.set(set).map(|set| set.name.clone()).unwrap_or_default();
    let width = ui.available_width() - 4.0;
    if let Some(set) = choice(ui, &tr!("totals-set"), width, (current, &sets), name) {
        out.push(PageAction::TotalsIn(set).into());
    }
}

fn scope_text(scope: TotalsScope) -> String {
    match scope {
        TotalsScope::Video => tr!("totals-video"),
        TotalsScope::Selected => tr!("totals-selected"),
        TotalsScope::All => tr!("totals-all"),
    }
}

fn measure_text(measure: TotalsMeasure) -> String {
    match measure {
        TotalsMeasure::Count => tr!("totals-count"),
        TotalsMeasure::Duration => tr!("totals-duration"),
        TotalsMeasure::Mean => tr!("totals-mean"),
        TotalsMeasure::Share => tr!("totals-share"),
        TotalsMeasure::Rate => tr!("totals-rate"),
        TotalsMeasure::First => tr!("totals-first"),
    }
}

/// A number as it is drawn, and as it is written; `None` where there is none.
fn number(measure: &Measure, which: TotalsMeasure) -> Option<(f64, String)> {
    let time = |time: ks_domain::MediaTime| (time.secs_f64(), time.to_string());
    let has_any = measure.count > 0;
    match which {
        TotalsMeasure::Count => has_any.then(|| (measure.count as f64, format::grouped(measure.count as u64))),
        TotalsMeasure::Duration => has_any.then(|| time(measure.duration)),
        TotalsMeasure::Mean => measure.mean().map(time),
        TotalsMeasure::Share => has_any.then(|| (measure.share, percent(measure.share as f32))),
        TotalsMeasure::Rate => has_any.then(|| (measure.per_minute, format!("{:.2}", measure.per_minute))),
        TotalsMeasure::First => measure.first.map(time),
    }
}

/// The sources of a class, those without anything left out where they are optional.
fn sources(class: &ClassTotals) -> impl Iterator<Item = (&Measure, f32)> {
    let fully = (class.fully.count > 0).then_some((&class.fully, 0.6));
    [(&class.labels, 1.0), (&class.predictions, 0.35)].into_iter().chain(fully)
}

fn legend(ui: &mut Ui) {
    let text = tokens(ui).text_subdued;
    ui.horizontal(|ui| {
        for (name, strength) in [(tr!("results-labels"), 1.0), (tr!("results-predictions"), 0.35)] {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            paint_bar(ui, rect, text, strength);
            ui.label(egui::RichText::new(name).small().color(text));
        }
    });
}

fn bars(ui: &mut Ui, view: &TotalsView) {
    let which = view.measure;
    let best = |class: &ClassTotals| {
        sources(class).filter_map(|(measure, _)| number(measure, which)).map(|(value, _)| value).fold(0.0, f64::max)
    };
    let mut classes: Vec<(&ClassTotals, f64)> = view.totals.classes.iter().map(|class| (class, best(class))).collect();
    // What comes first stands first; of all else, what is most.
    if which == TotalsMeasure::First {
        classes.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    } else {
        classes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    }
    let most = classes.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let has_third = view.totals.classes.iter().any(|class| class.fully.count > 0);
    let height = NAME + if has_third { 3.0 } else { 2.0 } * BAR + 6.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = egui::ScrollArea::vertical().auto_shrink(false);
    area.show_rows(ui, height, classes.len(), |ui, rows| {
        for (class, _) in classes.get(rows).unwrap_or_default() {
            if let Some(look) = view.classes.get(class.class) {
                class_bars(ui, class, look, (which, most), height);
            }
        }
    });
}

fn class_bars(ui: &mut Ui, class: &ClassTotals, look: &TotalsClass, (which, most): (TotalsMeasure, f64), height: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, height), Sense::hover());
    let said = |measure: &Measure| number(measure, which).map_or_else(|| tr!("none"), |(_, text)| text);
    let (labels, predictions) = (said(&class.labels), said(&class.predictions));
    response.widget_info(|| {
        let (labels, predictions) = (labels.as_str(), predictions.as_str());
        let name = tr!("totals-row", name = &look.name, labels = labels, predictions = predictions);
        WidgetInfo::labeled(Role::Label, true, name)
    });
    let tokens = tokens(ui);
    let hue = class_color(tokens, look.hue, look.color);
    let title = Rect::from_min_size(rect.min, vec2(rect.width(), NAME));
    paint_elided(ui, title, &look.name, TextStyle::Body, tokens.text);
    for (place, (measure, strength)) in sources(class).enumerate() {
        let top = rect.top() + NAME + place as f32 * BAR;
        let room = Rect::from_min_max(pos2(rect.left(), top + 2.0), pos2(rect.right() - NUMBER - 6.0, top + BAR - 3.0));
        ui.painter().rect_filled(room, 2.0, tokens.control_bg);
        let cell = Rect::from_min_max(pos2(rect.right() - NUMBER, top), pos2(rect.right(), top + BAR));
        let Some((value, text)) = number(measure, which) else {
            paint_number(ui, cell, "–", tokens.text_subdued);
            continue;
        };
        let width = room.width() * if most > 0.0 { (value / most) as f32 } else { 0.0 };
        paint_bar(ui, room.with_max_x(room.left() + width.max(2.0)), hue, strength);
        paint_number(ui, cell, &text, tokens.text);
    }
    response.on_hover_ui(|ui| details(ui, class, look));
}

/// Full for labels, an outline with a tint for predictions: told apart without colour.
fn paint_bar(ui: &Ui, rect: Rect, hue: Color32, strength: f32) {
    ui.painter().rect_filled(rect, 2.0, hue.gamma_multiply(strength));
    if strength < 1.0 {
        ui.painter().rect_stroke(rect, 2.0, egui::Stroke::new(1.0, hue), egui::StrokeKind::Inside);
    }
}

/// All numbers of a class.
fn details(ui: &mut Ui, class: &ClassTotals, look: &TotalsClass) {
    ui.label(&look.name);
    let fully = (class.fully.count > 0).then_some((tr!("totals-fully"), &class.fully));
    let all = [(tr!("results-labels"), &class.labels), (tr!("results-predictions"), &class.predictions)];
    egui::Grid::new("totals of a class").show(ui, |ui| {
        ui.label("");
        for (name, _) in all.iter().chain(fully.iter()) {
            ui.label(name);
        }
        ui.end_row();
        for which in TotalsMeasure::ALL {
            ui.label(measure_text(which));
            for (_, measure) in all.iter().chain(fully.iter()) {
                ui.label(number(measure, which).map_or_else(|| "–".to_owned(), |(_, text)| text));
            }
            ui.end_row();
        }
    });
}
