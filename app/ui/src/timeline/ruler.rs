//! The ruler above the lanes.

use egui::{FontId, Painter, Rect, Stroke, pos2};
use ks_domain::MediaTime;

use super::scale::{TimeScale, ticks};
use crate::theme::{Tokens, size};

pub(super) fn paint(painter: &Painter, rect: Rect, scale: &TimeScale, t: &Tokens) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    painter.rect_filled(rect, 0.0, t.panel_bg);
    let font = FontId::new(size::SECTION - 1.0, egui::FontFamily::Monospace);
    for tick in ticks(scale) {
        let x = painter.round_to_pixel_center(scale.x_of_secs(tick.secs));
        let top = rect.bottom() - 10.0 * tick.height;
        painter.vline(x, top..=rect.bottom(), Stroke::new(1.0, t.border_strong.gamma_multiply(tick.alpha)));
        if tick.label_alpha > 0.02 && rect.expand(1.0).x_range().contains(x) {
            let text = label(tick.secs, tick.is_fine);
            let color = t.text_subdued.gamma_multiply(tick.label_alpha);
            let galley = painter.layout_no_wrap(text, font.clone(), color);
            // Labels at the ends stay inside.
            let half = galley.size().x / 2.0;
            let left = (x - half).clamp(rect.left(), (rect.right() - 2.0 * half).max(rect.left()));
            painter.galley(pos2(left, rect.top() + 2.0), galley, color);
        }
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.border));
}

/// `1:05`, and `1:05.25` where seconds are divided.
fn label(secs: f64, is_fine: bool) -> String {
    let text = MediaTime::from_secs_f64(secs).to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    if is_fine && !fraction.is_empty() { format!("{whole}.{fraction}") } else { whole.to_owned() }
}
