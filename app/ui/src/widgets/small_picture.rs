//! A small picture of a video, brought to the GPU once.

use std::sync::Arc;

use egui::{Color32, ColorImage, Id, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2};

use crate::state::SmallPictures;

/// What is on the GPU for one place of the window.
#[derive(Clone)]
struct Shown {
    /// Kept, so that no other pictures can have their address.
    pictures: Arc<SmallPictures>,
    place: usize,
    texture: TextureHandle,
}

/// Draws a picture into a rectangle, as large as it fits. `slot` names the place of the window: each holds one picture
/// on the GPU, however many are shown there one after another.
pub(crate) fn small_picture(ui: &Ui, rect: Rect, slot: Id, pictures: &Arc<SmallPictures>, place: usize) {
    let Some(texture) = texture(ui, slot, pictures, place) else { return };
    let (width, height) = (pictures.width as f32, pictures.height as f32);
    let scale = (rect.width() / width).min(rect.height() / height);
    let drawn = Rect::from_center_size(rect.center(), vec2(width, height) * scale);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture.id(), drawn, whole, Color32::WHITE);
}

fn texture(ui: &Ui, slot: Id, pictures: &Arc<SmallPictures>, place: usize) -> Option<TextureHandle> {
    let kept = ui.data(|data| data.get_temp::<Shown>(slot));
    if let Some(shown) = kept.filter(|shown| shown.place == place && Arc::ptr_eq(&shown.pictures, pictures)) {
        return Some(shown.texture);
    }
    let picture = pictures.pictures.get(place)?;
    let size = [pictures.width, pictures.height];
    if picture.rgb.len() != size[0] * size[1] * 3 {
        return None;
    }
    let image = ColorImage::from_rgb(size, &picture.rgb);
    let texture = ui.ctx().load_texture("small picture", image, TextureOptions::LINEAR);
    let shown = Shown { pictures: Arc::clone(pictures), place, texture: texture.clone() };
    ui.data_mut(|data| data.insert_temp(slot, shown));
    Some(texture)
}
