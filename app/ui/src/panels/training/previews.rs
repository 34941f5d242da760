//! Clips as the network would see them, cropped and mirrored: so that one sees what the settings do.

use egui::{Button, Id, RichText, Role, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::state::{Action, AppState, PreviewClip, Previews, TrainingAction};
use crate::texts::attribute;
use crate::theme::{size, tokens};
use crate::tr;
use crate::widgets::{paint_elided, progress_bar, section, small_picture, wide_button, wrapped};

/// Side of a picture at most, and the room for its text.
const PICTURE: f32 = 84.0;
const TEXT: f32 = 18.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    if state.training.data.overview.train == 0 {
        return;
    }
    section(ui, &tr!("train-clips"));
    let is_waiting = state.training.previews == Previews::Waiting;
    ui.add_enabled_ui(!is_waiting, |ui| {
        let button = wide_button(ui, Button::new(tr!("train-preview")), size::ROW);
        if button.on_hover_text(attribute("train-preview", "tooltip")).clicked() {
            out.push(TrainingAction::Preview.into());
        }
    });
    match &state.training.previews {
        Previews::None => {}
        Previews::Waiting => progress_bar(ui, &tr!("train-preview-waiting"), None),
        Previews::Failed(failure) => {
            let error = tokens(ui).error;
            wrapped(ui, RichText::new(&failure.summary).color(error));
        }
        Previews::Here(clips) => grid(ui, clips, out),
    }
}

fn grid(ui: &mut Ui, clips: &[PreviewClip], out: &mut Vec<Action>) {
    let width = ui.available_width();
    let columns = (width / (PICTURE + 6.0)).floor().max(1.0);
    let side = (width - 6.0 * (columns - 1.0)) / columns;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for (place, clip) in clips.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(side, side + TEXT), Sense::click());
            let time = clip.place.start.to_string();
            let name = tr!("train-preview-clip", label = &clip.label, file = &clip.place.file, time = time);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            let tokens = tokens(ui);
            let picture = rect.with_max_y(rect.max.y - TEXT);
            ui.painter().rect_filled(picture, size::RADIUS, tokens.picture_bg);
            // Under the pointer, the pictures of the clip follow one another from left to right.
            let count = clip.pictures.pictures.len();
            let share = response.hover_pos().map_or(0.0, |at| (at.x - rect.left()) / rect.width().max(1.0));
            let shown = ((share * count as f32) as usize).min(count.saturating_sub(1));
            small_picture(ui, picture, Id::unique(("preview of a clip", place)), &clip.pictures, shown);
            let text = rect.with_min_y(picture.max.y);
            paint_elided(ui, text, &clip.label, TextStyle::Small, tokens.text_subdued);
            if response.has_focus() {
                let stroke = egui::Stroke::new(1.0, tokens.accent);
                ui.painter().rect_stroke(rect, size::RADIUS, stroke, egui::StrokeKind::Inside);
            }
            if response.on_hover_text(name).clicked() {
                out.push(TrainingAction::OpenClip(clip.place.clone()).into());
            }
        }
    });
}
