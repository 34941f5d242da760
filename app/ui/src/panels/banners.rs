//! Messages above the panels: what went wrong or was put right, and what to do.

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, Ui};

use ks_domain::Progress;

use crate::state::{Action, AppState, Banner, Severity};
use crate::texts::attribute;
use crate::theme::{Tokens, size, tokens};
use crate::tr;
use crate::widgets::{Icon, icon_button, paint_icon, progress_bar};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    if let Some(progress) = &state.studio.cutting {
        Panel::top("cutting clips")
            .resizable(false)
            .frame(Frame::new().fill(tokens(ui).raised_bg).inner_margin(Margin::symmetric(size::PADDING as i8, 4)))
            .show(ui, |ui| cutting(ui, progress, out));
    }
    for banner in &state.banners {
        let (background, _, _) = look(tokens(ui), banner.severity);
        Panel::top(egui::Id::unique(("banner", banner.id)))
            .resizable(false)
            .frame(Frame::new().fill(background).inner_margin(Margin::symmetric(size::PADDING as i8, 4)))
            .show(ui, |ui| one(ui, banner, out));
    }
}

/// How far cutting clips is, and a way to stop it.
fn cutting(ui: &mut Ui, progress: &Progress, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(tr!("dialog-cancel")).clicked() {
                out.push(Action::CancelClips);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let total = progress.total.unwrap_or(progress.done);
                ui.label(tr!("studio-cutting", done = progress.done, total = total));
            });
        });
    });
    progress_bar(ui, &tr!("studio-cutting-name"), progress.fraction());
}

fn look(t: &Tokens, severity: Severity) -> (egui::Color32, egui::Color32, Icon) {
    match severity {
        Severity::Info => (t.success_bg, t.success, Icon::Check),
        Severity::Warning => (t.warning_bg, t.warning, Icon::Warning),
        Severity::Error => (t.error_bg, t.error, Icon::Warning),
    }
}

fn one(ui: &mut Ui, banner: &Banner, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let (_, color, icon) = look(tokens, banner.severity);
    let open_id = egui::Id::unique(("banner details", banner.id));
    let mut is_open = ui.data(|data| data.get_temp::<bool>(open_id)).unwrap_or(false);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(size::ICON, size::ROW), egui::Sense::hover());
        let icon_rect = egui::Rect::from_center_size(rect.center(), egui::vec2(size::ICON, size::ICON));
        paint_icon(ui.painter(), icon_rect, icon, color);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, &tr!("banner-dismiss"), &attribute("banner-dismiss", "tooltip"), None)
                .clicked()
            {
                out.push(Action::DismissBanner(banner.id));
            }
            if !banner.details.is_empty() {
                let text = if is_open { tr!("banner-hide-details") } else { tr!("banner-details") };
                if ui.button(text).clicked() {
                    is_open = !is_open;
                    ui.data_mut(|data| data.insert_temp(open_id, is_open));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(RichText::new(&banner.text).color(tokens.text_strong)).wrap());
            });
        });
    });
    if is_open {
        ScrollArea::vertical().id_salt(open_id).max_height(140.0).show(ui, |ui| {
            let text = RichText::new(&banner.details).monospace().color(tokens.text);
            ui.add(Label::new(text).wrap().selectable(true));
        });
    }
}
