//! Bars: how far something is, and how probable.

use egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::theme::tokens;
use crate::tr;

/// How far something is; without a share, a bar that says only that something happens.
pub fn progress_bar(ui: &mut Ui, name: &str, share: Option<f32>) {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = share.map(f64::from);
        info
    });
    ui.painter().rect_filled(rect, 2.0, tokens.control_bg);
    let filled = share.unwrap_or(0.08).clamp(0.0, 1.0);
    if filled > 0.0 {
        let done = Rect::from_min_size(rect.min, vec2((rect.width() * filled).max(4.0), rect.height()));
        ui.painter().rect_filled(done, 2.0, tokens.accent);
    }
}

/// A class with its probability: name, percentage and a bar in the class's hue.
pub fn score_bar(ui: &mut Ui, name: &str, score: f32, hue: Color32) {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
    let percent = percent(score);
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Label, true, tr!("inspector-score", name = name, percent = percent.as_str()))
    });
    let painter = ui.painter().with_clip_rect(rect);
    let number = painter.layout_no_wrap(percent, egui::TextStyle::Monospace.resolve(ui.style()), tokens.text);
    let number_left = rect.right() - number.size().x;
    let text_rect = Rect::from_min_max(rect.min, egui::pos2(number_left - 8.0, rect.top() + 18.0));
    super::rows::paint_elided(ui, text_rect, name, egui::TextStyle::Body, tokens.text);
    painter.galley(egui::pos2(number_left, rect.top() + 1.0), number, tokens.text);
    let track =
        Rect::from_min_max(egui::pos2(rect.left(), rect.top() + 20.0), egui::pos2(rect.right(), rect.top() + 24.0));
    painter.rect_filled(track, 2.0, tokens.control_bg);
    let width = track.width() * score.clamp(0.0, 1.0);
    if width >= 0.5 {
        painter.rect_filled(Rect::from_min_size(track.min, vec2(width, track.height())), 2.0, hue);
    }
    response.on_hover_text(name);
}

/// A probability as a percentage, `<0.1 %` instead of a zero that is none.
pub(crate) fn percent(score: f32) -> String {
    let hundred = score * 100.0;
    if hundred >= 10.0 {
        tr!("percent", value = format!("{hundred:.0}"))
    } else if hundred >= 0.1 {
        tr!("percent", value = format!("{hundred:.1}"))
    } else {
        tr!("percent-below-tenth")
    }
}
