//! The row above the ruler: how much there is, from which probability on it counts, which rows are shown, and zoom.

use egui::{Align, DragValue, Grid, Layout, Margin, Popup, PopupCloseBehavior, RichText, Slider, Ui, vec2};
use ks_domain::MediaTime;
use ks_domain::project::ViewRules;

use crate::commands::Command;
use crate::keymap::keymap_of;
use crate::state::{Action, AppState, ProjectAction, Video};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button, section};

pub(super) fn show(ui: &mut Ui, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    egui::Frame::new().inner_margin(Margin { left: 12, right: 8, top: 4, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(size::ROW);
            section(ui, &tr!("timeline-title"));
            if ui.available_width() > 520.0 {
                ui.label(RichText::new(summary(state, video)).color(tokens(ui).text_subdued));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let buttons = [
                    (Icon::Fit, tr!("timeline-zoom-fit"), Command::ZoomFit),
                    (Icon::Plus, tr!("timeline-zoom-in"), Command::ZoomIn),
                    (Icon::Minus, tr!("timeline-zoom-out"), Command::ZoomOut),
                ];
                let keymap = keymap_of(ui);
                for (icon, name, command) in buttons {
                    if icon_button(ui, icon, &name, &command.hover_text(&keymap), None).clicked() {
                        out.push(command.into());
                    }
                }
                ui.add_space(8.0);
                let shows_all = state.studio.shows_all_classes;
                let (name, hint) = (tr!("timeline-all-classes"), attribute("timeline-all-classes", "tooltip"));
                if icon_button(ui, Icon::Rows, &name, &hint, Some(shows_all)).clicked() {
                    out.push(Action::Project(ProjectAction::ShowAllClasses(!shows_all)));
                }
                rules(ui, state, out);
                ui.add_space(8.0);
                threshold(ui, state, out);
            });
        });
    });
}

/// `12 labels, 5 actions of 3 classes`
fn summary(state: &AppState, video: &Video) -> String {
    let labels: usize = state.studio.rows.all().iter().map(|row| row.labels.len()).sum();
    let found = video.analysis.lanes.segment_count();
    let mut parts = Vec::new();
    if labels > 0 {
        parts.push(tr!("count-labels", count = labels));
    }
    if found > 0 {
        let classes = tr!("count-classes", count = video.analysis.lanes.all().len());
        parts.push(tr!("timeline-found", count = found, classes = classes));
    }
    parts.join(", ")
}

fn threshold(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let mut threshold = state.studio.rules.threshold;
    let value = tr!("percent", value = format!("{:>3.0}", threshold * 100.0));
    ui.label(RichText::new(value).monospace().color(tokens.text));
    ui.add_space(6.0);
    ui.spacing_mut().slider_width = (ui.available_width() - 80.0).clamp(60.0, 180.0);
    let slider = ui.add(Slider::new(&mut threshold, 0.01..=0.99).show_value(false).step_by(0.01));
    let slider = slider.accessible_name(tr!("timeline-threshold"));
    let slider = slider.on_hover_text(attribute("timeline-threshold", "tooltip"));
    if slider.dragged() && slider.changed() {
        let rules = ViewRules { threshold: threshold.clamp(0.0, 1.0), ..state.studio.rules.clone() };
        out.push(Action::Project(ProjectAction::TryRules(rules)));
    } else if slider.changed() {
        out.push(Action::SetThreshold(threshold));
    }
    if slider.drag_stopped() {
        out.push(Action::Project(ProjectAction::KeepRules));
    }
    ui.add_space(6.0);
    ui.label(RichText::new(tr!("timeline-threshold")).color(tokens.text_subdued));
}

/// The button for what else makes segments of probabilities.
fn rules(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let before = &state.studio.rules;
    let (name, hint) = (tr!("timeline-rules"), attribute("timeline-rules", "tooltip"));
    let button = icon_button(ui, Icon::Tune, &name, &hint, None);
    let popup = Popup::from_toggle_button_response(&button);
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        let mut rules = before.clone();
        Grid::new("rules").num_columns(2).spacing(vec2(16.0, 6.0)).show(ui, |ui| {
            let label = ui.label(tr!("timeline-smoothing"));
            let field = ui.add(DragValue::new(&mut rules.smoothing).range(0..=50).speed(0.1)).labelled_by(label.id);
            field.on_hover_text(attribute("timeline-smoothing", "tooltip"));
            ui.end_row();
            let label = ui.label(tr!("timeline-min-length"));
            let mut secs = rules.min_length.secs_f64();
            let drag = DragValue::new(&mut secs).range(0.0..=600.0).speed(0.02).max_decimals(2).suffix("\u{a0}s");
            let field = ui.add(drag).labelled_by(label.id);
            if field.on_hover_text(attribute("timeline-min-length", "tooltip")).changed() {
                rules.min_length = MediaTime::from_secs_f64(secs);
            }
            ui.end_row();
        });
        let own = rules.class_thresholds.len();
        let reset = egui::Button::new(tr!("timeline-thresholds-reset", count = own));
        if own > 0 && ui.add(reset).clicked() {
            rules = ViewRules { class_thresholds: std::collections::BTreeMap::new(), ..rules };
        }
        if rules != *before {
            out.push(Action::Project(ProjectAction::TryRules(rules)));
        }
        // A number that is dragged is kept once, when it is let go.
        if !ui.input(|input| input.pointer.any_down()) {
            out.push(Action::Project(ProjectAction::KeepRules));
        }
    });
}
