//! The row above the ruler: how many actions there are, from which probability on they count, and zoom.

use egui::{Align, Layout, Margin, RichText, Slider, Ui};

use crate::commands::Command;
use crate::keymap::keymap_of;
use crate::state::{Action, AppState, Video};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button, section};

pub(super) fn show(ui: &mut Ui, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    egui::Frame::new().inner_margin(Margin { left: 12, right: 8, top: 4, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(size::ROW);
            section(ui, &tr!("timeline-title"));
            let found = video.analysis.lanes.segment_count();
            if found > 0 && ui.available_width() > 460.0 {
                let classes = tr!("count-classes", count = video.analysis.lanes.all().len());
                let text = tr!("timeline-found", count = found, classes = classes);
                ui.label(RichText::new(text).color(tokens(ui).text_subdued));
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
                ui.add_space(12.0);
                threshold(ui, state, out);
            });
        });
    });
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
    if slider.changed() {
        out.push(Action::SetThreshold(threshold));
    }
    ui.add_space(6.0);
    ui.label(RichText::new(tr!("timeline-threshold")).color(tokens.text_subdued));
}
