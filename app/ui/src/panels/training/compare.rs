//! Several runs: their curves over one another, and how their settings differ.

use egui::{Grid, RichText, Ui};
use ks_domain::training::TrainConfig;

use super::curves;
use crate::state::{Action, AppState, CurveKind, RunEntry, RunRecord, smoothed};
use crate::theme::{class_hue, semibold, tokens};
use crate::tr;
use crate::widgets::{Curve, CurveStyle, section, truncated, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, runs: &[(&RunEntry, &RunRecord)], out: &mut Vec<Action>) {
    let strong = tokens(ui).text_strong;
    ui.spacing_mut().item_spacing.y = 4.0;
    wrapped(ui, RichText::new(tr!("compare-title", count = runs.len())).family(semibold()).color(strong));
    legend(ui, runs);
    wrapped(ui, RichText::new(tr!("compare-lines")).color(tokens(ui).text_subdued));
    curves::head(ui, state, out);
    let smoothing = state.training.runs.smoothing;
    curves::grid(ui, false, |kind| move |ui: &Ui| all_curves(ui, runs, kind, smoothing));
    let configs: Vec<(&str, &TrainConfig)> =
        runs.iter().filter_map(|(entry, record)| Some((entry.title(), record.config.as_ref()?))).collect();
    differences(ui, &configs);
}

/// One hue for each run; validation where there is one, else training.
fn all_curves(ui: &Ui, runs: &[(&RunEntry, &RunRecord)], kind: CurveKind, smoothing: f32) -> Vec<Curve> {
    let has_validation = matches!(kind, CurveKind::Loss | CurveKind::Accuracy);
    let mut out = Vec::new();
    for (place, (entry, record)) in runs.iter().enumerate() {
        let (series, color) = (record.series(kind), class_hue(tokens(ui), place));
        let weight = if curves::is_smoothed(kind) { smoothing } else { 0.0 };
        let training = smoothed(&series.training, weight, curves::MOST_POINTS);
        let named = |what: String| tr!("compare-curve", run = entry.title(), what = what);
        if has_validation {
            let faint = color.gamma_multiply(0.55);
            let name = named(tr!("curve-training"));
            out.push(Curve { name, points: training, color: faint, style: CurveStyle::Line });
            let name = named(tr!("curve-validation"));
            out.push(Curve { name, points: series.validation, color, style: CurveStyle::Dots });
        } else {
            let name = entry.title().to_owned();
            out.push(Curve { name, points: training, color, style: CurveStyle::Line });
        }
    }
    out
}

fn legend(ui: &mut Ui, runs: &[(&RunEntry, &RunRecord)]) {
    for (place, (entry, _)) in runs.iter().enumerate() {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
            let square = egui::Rect::from_center_size(rect.center(), egui::vec2(10.0, 10.0));
            ui.painter().rect_filled(square, 2.0, class_hue(tokens(ui), place));
            let best = entry.best.map_or_else(String::new, |best| {
                tr!("compare-best", best = tr!("percent", value = format!("{:.1}", best * 100.0)))
            });
            truncated(ui, RichText::new(format!("{}  {best}", entry.title())).color(tokens(ui).text));
        });
    }
}

/// The settings in which some differ, a column for each.
pub(crate) fn differences(ui: &mut Ui, configs: &[(&str, &TrainConfig)]) {
    let tokens = tokens(ui);
    section(ui, &tr!("compare-settings"));
    let Some((_, first)) = configs.first().filter(|_| configs.len() > 1) else {
        wrapped(ui, RichText::new(tr!("compare-unknown")).color(tokens.text_subdued));
        return;
    };
    let mut keys: Vec<&str> = Vec::new();
    for (_, other) in configs {
        for (field, ..) in first.differences(other) {
            if !keys.contains(&field.key) {
                keys.push(field.key);
            }
        }
    }
    if keys.is_empty() {
        wrapped(ui, RichText::new(tr!("compare-same")).color(tokens.text_subdued));
        return;
    }
    let width = (ui.available_width() / (configs.len() as f32 + 1.0) - 12.0).max(72.0);
    egui::ScrollArea::horizontal().id_salt("differences").show(ui, |ui| {
        Grid::new("differences of settings").num_columns(configs.len() + 1).max_col_width(width).striped(true).show(
            ui,
            |ui| {
                ui.label("");
                for (name, _) in configs {
                    truncated(ui, RichText::new(*name).color(tokens.text_strong)).on_hover_text(*name);
                }
                ui.end_row();
                for key in keys {
                    truncated(ui, RichText::new(key).color(tokens.text_subdued)).on_hover_text(key);
                    for (_, config) in configs {
                        let value = config.value(key).map(|value| value.to_string()).unwrap_or_default();
                        let value = value.trim_matches('"').to_owned();
                        truncated(ui, RichText::new(value).monospace().color(tokens.text));
                    }
                    ui.end_row();
                }
            },
        );
    });
}
