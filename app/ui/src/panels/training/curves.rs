//! The curves of one run: loss, accuracy, learning rate and speed.

use egui::{Align, Layout, RichText, Slider, Ui};

use crate::format;
use crate::state::{Action, AppState, CurveKind, RunRecord, TrainingAction, smoothed};
use crate::texts::attribute;
use crate::theme::{class_hue, tokens};
use crate::tr;
use crate::widgets::{Chart, Curve, CurveStyle, chart, section_in_row};

/// Points of a curve that are drawn at most: more than any window has pixels.
pub(super) const MOST_POINTS: usize = 1_500;

pub(super) fn show(ui: &mut Ui, state: &AppState, record: &RunRecord, out: &mut Vec<Action>) {
    head(ui, state, out);
    let smoothing = state.training.runs.smoothing;
    grid(ui, true, |kind| {
        let (colors, series) = ([0, 3], record.series(kind));
        let tokens = |ui: &Ui, class| class_hue(tokens(ui), class);
        move |ui: &Ui| {
            let training = Curve {
                name: tr!("curve-training"),
                points: smoothed(&series.training, if is_smoothed(kind) { smoothing } else { 0.0 }, MOST_POINTS),
                color: tokens(ui, colors[0]),
                style: CurveStyle::Line,
            };
            let validation = Curve {
                name: tr!("curve-validation"),
                points: series.validation.clone(),
                color: tokens(ui, colors[1]),
                style: CurveStyle::Dots,
            };
            let has_validation = matches!(kind, CurveKind::Loss | CurveKind::Accuracy);
            if has_validation { vec![training, validation] } else { vec![training] }
        }
    });
}

/// A learning rate is what it is; the rest jumps from step to step.
pub(super) const fn is_smoothed(kind: CurveKind) -> bool {
    !matches!(kind, CurveKind::Rate)
}

pub(super) fn head(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        section_in_row(ui, &tr!("train-curves"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut weight = state.training.runs.smoothing;
            ui.spacing_mut().slider_width = 90.0;
            let slider = Slider::new(&mut weight, 0.0..=0.99).fixed_decimals(2).show_value(false);
            let response = ui.add(slider).accessible_name(tr!("train-smoothing"));
            if response.on_hover_text(attribute("train-smoothing", "tooltip")).changed() {
                out.push(TrainingAction::Smooth(weight).into());
            }
            ui.label(RichText::new(tr!("train-smoothing")).small().color(tokens(ui).text_subdued));
        });
    });
}

/// The four charts, with the names of their curves or without, two beside one another where there is room: what is judged by larger than what is only watched.
pub(super) fn grid<F>(ui: &mut Ui, names_curves: bool, curves: impl Fn(CurveKind) -> F)
where
    F: Fn(&Ui) -> Vec<Curve>,
{
    let one = |ui: &mut Ui, kind: CurveKind, height: f32| {
        let drawn = curves(kind)(ui);
        let title = title(kind);
        let has_legend = names_curves && drawn.len() > 1;
        chart(ui, Chart { title: &title, height, curves: &drawn, has_legend, format: format_of(kind) });
    };
    let [loss, accuracy, rate, speed] = CurveKind::ALL;
    if ui.available_width() < 420.0 {
        for (kind, height) in [(loss, 150.0), (accuracy, 150.0), (rate, 96.0), (speed, 96.0)] {
            one(ui, kind, height);
        }
        return;
    }
    for (left, right, height) in [(loss, accuracy, 190.0), (rate, speed, 110.0)] {
        ui.columns(2, |columns| {
            for (column, kind) in columns.iter_mut().zip([left, right]) {
                one(column, kind, height);
            }
        });
    }
}

pub(super) fn title(kind: CurveKind) -> String {
    match kind {
        CurveKind::Loss => tr!("curve-loss"),
        CurveKind::Accuracy => tr!("curve-accuracy"),
        CurveKind::Rate => tr!("curve-rate"),
        CurveKind::Throughput => tr!("curve-throughput"),
    }
}

fn format_of(kind: CurveKind) -> fn(f64) -> String {
    match kind {
        CurveKind::Loss => |value| trimmed(value, 3),
        CurveKind::Accuracy => |value| format::percent(value as f32),
        CurveKind::Rate => |value| {
            if value == 0.0 || (1e-3..1e3).contains(&value.abs()) { trimmed(value, 4) } else { format!("{value:.1e}") }
        },
        CurveKind::Throughput => format::rate,
    }
}

/// A number with some decimals, without zeros at the end.
fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-" { "0".to_owned() } else { short.to_owned() }
}
