//! The actions under the playhead, over the upper left corner of the picture.

use egui::{Color32, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::state::{AppState, Video};
use crate::theme::{class_color, size, tokens};
use crate::tr;
use crate::widgets::{paint_elided, percent};

/// How many actions are shown.
const SHOWN: usize = 6;

const CHIP: f32 = 22.0;

/// One action that goes on.
struct Chip {
    hue: Color32,
    name: String,
    /// Its probability, or that it is being marked.
    more: String,
    is_label: bool,
    said: String,
}

pub(crate) fn show(ui: &Ui, room: Rect, state: &AppState, video: &Video) {
    if !state.studio.shows_overlay() {
        return;
    }
    let t = tokens(ui);
    let mut top = room.top() + 8.0;
    let most = (room.width() - 16.0).min(320.0);
    let chips = chips(ui, state, video);
    let count = chips.len();
    for (number, chip) in chips.into_iter().take(SHOWN).enumerate() {
        let body = TextStyle::Body.resolve(ui.style());
        let measure = |text: &str, color| ui.painter().layout_no_wrap(text.to_owned(), body.clone(), color);
        let more = measure(&chip.more, t.text_subdued);
        let gap = if chip.more.is_empty() { 0.0 } else { 8.0 };
        let width = (26.0 + measure(&chip.name, t.text).size().x + gap + more.size().x + 8.0).min(most);
        let rect = Rect::from_min_size(pos2(room.left() + 8.0, top), vec2(width, CHIP));
        if rect.bottom() > room.bottom() - 4.0 {
            break;
        }
        let painter = ui.painter().with_clip_rect(room);
        painter.rect(
            rect,
            size::RADIUS,
            t.raised_bg.gamma_multiply(0.9),
            Stroke::new(1.0, t.border),
            StrokeKind::Inside,
        );
        let swatch = Rect::from_center_size(pos2(rect.left() + 13.0, rect.center().y), vec2(10.0, 10.0));
        if chip.is_label {
            painter.rect_filled(swatch, 2.0, chip.hue);
        } else {
            painter.rect_stroke(swatch, 2.0, Stroke::new(1.5, chip.hue), StrokeKind::Inside);
        }
        let more_left = rect.right() - 8.0 - more.size().x;
        let name = Rect::from_min_max(pos2(rect.left() + 26.0, rect.top()), pos2(more_left - gap + 1.0, rect.bottom()));
        paint_elided(ui, name, &chip.name, TextStyle::Body, t.text_strong);
        painter.galley(pos2(more_left, rect.center().y - more.size().y / 2.0), more, t.text_subdued);
        let response = ui.interact(rect, ui.scope_id().with(("now", number)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &chip.said));
        top = rect.bottom() + 4.0;
    }
    if count > SHOWN && top + 16.0 < room.bottom() {
        let font = TextStyle::Small.resolve(ui.style());
        let text = tr!("overlay-more", count = count - SHOWN);
        let galley = ui.painter().layout_no_wrap(text, font, t.text);
        let rect = Rect::from_min_size(pos2(room.left() + 8.0, top), galley.size() + vec2(12.0, 4.0));
        ui.painter().rect_filled(rect, size::RADIUS, t.raised_bg.gamma_multiply(0.9));
        ui.painter().galley(rect.min + vec2(6.0, 2.0), galley, t.text);
    }
}

/// What goes on: what people say first, then what the network says.
fn chips(ui: &Ui, state: &AppState, video: &Video) -> Vec<Chip> {
    let t = tokens(ui);
    let here = state.player.position;
    let rows = state.studio.rows.all();
    let window = video.analysis.window_at(here);
    let labels = rows.iter().filter_map(|row| {
        let is_painted = row.class.is_some_and(|class| state.studio.painting.contains_key(&class));
        let is_here = row.labels.iter().any(|bar| !bar.is_absent && bar.start <= here && here < bar.end);
        let (name, hue) = (row.name.clone(), class_color(t, row.hue, row.color));
        let (more, said) = match (is_painted, is_here) {
            (true, _) => (tr!("overlay-marking"), tr!("overlay-marking-of", name = &row.name)),
            (false, true) => (String::new(), tr!("overlay-label", name = &row.name)),
            (false, false) => return None,
        };
        Some(Chip { hue, name, more, is_label: true, said })
    });
    let found = rows.iter().filter_map(|row| {
        let after = row.predictions.partition_point(|segment| segment.start <= here);
        row.predictions.get(after.checked_sub(1)?).filter(|segment| here < segment.end)?;
        let score = window.and_then(|window| window.scores.get(row.predicted?).copied())?;
        let (name, hue, more) = (row.name.clone(), class_color(t, row.hue, row.color), percent(score));
        let said = tr!("overlay-predicted", name = &row.name, percent = more.as_str());
        Some(Chip { hue, name, more, is_label: false, said })
    });
    labels.chain(found).collect()
}
