//! Which part of the picture is shown, and how large. Where a window's pixels are is known to the panel alone, so it
//! brings the room and the picture's shape.

use egui::{Pos2, Rect, Vec2, pos2, vec2};
use ks_domain::Picture;

/// The largest and the smallest magnification.
const MOST: f32 = 16.0;
const LEAST: f32 = 1.0;
/// What the keys step through.
const STEPS: [f32; 11] = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
/// From this magnification on the video's own pixels are shown as squares…
const SHARP_FROM: f32 = 4.0;
/// …if each is at least so many of the screen's.
const SHARP_PIXELS: f32 = 2.0;

/// Which part of the picture is shown. Not saved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureView {
    /// Magnification, 1 to 16; at 1 all of the picture is there.
    pub zoom: f32,
    /// The point of the upright picture in the middle of the room; 0 to 1 across and down.
    pub center: [f32; 2],
}

impl Default for PictureView {
    fn default() -> Self {
        Self { zoom: 1.0, center: [0.5, 0.5] }
    }
}

impl PictureView {
    /// Whether all of the picture is shown.
    pub fn is_whole(self) -> bool {
        self.zoom <= LEAST
    }

    /// Larger or smaller by one step of the keys, around the middle.
    #[must_use]
    pub fn stepped(self, is_larger: bool) -> Self {
        let next = if is_larger {
            STEPS.into_iter().find(|zoom| *zoom > self.zoom * 1.01)
        } else {
            STEPS.into_iter().rev().find(|zoom| *zoom < self.zoom / 1.01)
        };
        Self { zoom: next.unwrap_or(self.zoom), ..self }.whole_again()
    }

    /// Magnified by a factor so that what is under `at` stays there.
    #[must_use]
    pub fn zoomed(self, factor: f32, at: Pos2, room: Rect, picture: &Picture) -> Self {
        let fitted = fitted(room, picture);
        let now = self.bounded(room, picture);
        let zoom = (now.zoom * if factor.is_finite() { factor } else { 1.0 }).clamp(LEAST, MOST);
        let away = (at - room.center()) / fitted;
        let center = vec2(now.center[0], now.center[1]) + away / now.zoom - away / zoom;
        Self { zoom, center: [center.x, center.y] }.whole_again().bounded(room, picture)
    }

    /// Moved with the pointer.
    #[must_use]
    pub fn dragged(self, by: Vec2, room: Rect, picture: &Picture) -> Self {
        let now = self.bounded(room, picture);
        let center = vec2(now.center[0], now.center[1]) - by / (fitted(room, picture) * now.zoom);
        Self { center: [center.x, center.y], ..now }.bounded(room, picture)
    }

    /// Where the edges of the picture are never inside of the room as long as there is more of it beyond.
    #[must_use]
    pub fn bounded(self, room: Rect, picture: &Picture) -> Self {
        let shown = room.size() / (fitted(room, picture) * self.zoom);
        let along = |center: f32, shown: f32| {
            let half = shown / 2.0;
            if half < 0.5 { center.clamp(half, 1.0 - half) } else { 0.5 }
        };
        let [x, y] = self.center;
        Self { center: [along(x, shown.x), along(y, shown.y)], ..self }
    }

    /// Where the whole picture lies, also what of it is outside of the room.
    pub fn place(self, room: Rect, picture: &Picture) -> Rect {
        let size = fitted(room, picture) * self.zoom;
        let [x, y] = self.center;
        Rect::from_min_size(pos2(room.center().x - x * size.x, room.center().y - y * size.y), size)
    }

    /// Whether the video's own pixels are to be seen as squares.
    pub fn is_sharp(self, room: Rect, picture: &Picture, pixels_per_point: f32) -> bool {
        let (width, _) = picture.rotation.upright(picture.width, picture.height);
        let pixel = fitted(room, picture).x * self.zoom * pixels_per_point / width.max(1) as f32;
        self.zoom >= SHARP_FROM && pixel >= SHARP_PIXELS
    }

    fn whole_again(self) -> Self {
        if self.is_whole() { Self::default() } else { self }
    }
}

/// The size of the whole picture, as large as the room allows.
fn fitted(room: Rect, picture: &Picture) -> Vec2 {
    let is_sound = picture.pixel_aspect.is_finite() && picture.pixel_aspect > 0.0;
    let pixel_aspect = if is_sound { picture.pixel_aspect } else { 1.0 };
    let stored = picture.width.max(1) as f32 * pixel_aspect / picture.height.max(1) as f32;
    let is_turned = matches!(picture.rotation.degrees(), 90 | 270);
    let aspect = if is_turned { 1.0 / stored } else { stored };
    let size = room.size().max(Vec2::splat(1.0));
    if aspect > size.x / size.y { vec2(size.x, size.x / aspect) } else { vec2(size.y * aspect, size.y) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ks_domain::{ColorMatrix, ColorRange, MediaTime, PixelLayout, Rotation};

    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        Picture {
            frame: 0,
            stands_for: None,
            time: MediaTime::ZERO,
            width,
            height,
            layout: PixelLayout::I420,
            matrix: ColorMatrix::Bt601,
            range: ColorRange::Limited,
            rotation: Rotation::None,
            pixel_aspect: 1.0,
            planes: Arc::from(vec![]),
        }
    }

    fn room() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 200.0))
    }

    #[test]
    fn the_whole_picture_is_fitted_into_the_room() {
        let place = PictureView::default().place(room(), &picture(100, 100));
        assert_eq!(place, Rect::from_min_size(pos2(200.0, 50.0), vec2(200.0, 200.0)));
        let turned = Picture { rotation: Rotation::Clockwise90, ..picture(100, 400) };
        let place = PictureView::default().place(room(), &turned);
        assert_eq!(place, Rect::from_min_size(pos2(100.0, 100.0), vec2(400.0, 100.0)));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let picture = picture(400, 200);
        let at = pos2(180.0, 90.0);
        let share = |view: PictureView| {
            let place = view.place(room(), &picture);
            (at - place.min) / place.size()
        };
        let mut view = PictureView::default();
        let before = share(view);
        for factor in [1.5, 2.0, 1.2, 0.7] {
            view = view.zoomed(factor, at, room(), &picture);
            assert!((share(view) - before).length() < 1e-4, "{view:?}");
        }
        assert!((view.zoom - 2.52).abs() < 1e-4);
        assert_eq!(view.zoomed(0.01, at, room(), &picture), PictureView::default());
        assert_eq!(view.zoomed(1000.0, at, room(), &picture).zoom, 16.0);
    }

    #[test]
    fn the_picture_cannot_be_dragged_out_of_the_room() {
        let picture = picture(100, 100);
        let view = PictureView { zoom: 4.0, ..PictureView::default() };
        for by in [vec2(1e6, 0.0), vec2(-1e6, 3.0), vec2(10.0, 1e6), vec2(0.0, -1e6)] {
            let place = view.dragged(by, room(), &picture).place(room(), &picture);
            assert!(place.expand(0.01).contains_rect(room()), "{place:?}");
        }
        // At one and a half times its size it is still narrower than the room: it stays in the middle.
        let view = PictureView { zoom: 1.5, ..view }.dragged(vec2(500.0, 0.0), room(), &picture);
        assert_eq!(view.center[0], 0.5);
    }

    #[test]
    fn the_keys_step_through_round_numbers_and_back_to_the_whole() {
        let mut view = PictureView { zoom: 1.7, center: [0.2, 0.2] };
        view = view.stepped(true);
        assert_eq!((view.zoom, view.center), (2.0, [0.2, 0.2]));
        view = view.stepped(false).stepped(false).stepped(false);
        assert_eq!(view, PictureView::default());
        assert_eq!(view.stepped(false), view);
        assert_eq!(PictureView { zoom: 16.0, ..view }.stepped(true).zoom, 16.0);
    }

    #[test]
    fn pixels_are_squares_when_they_are_large_enough() {
        let small = picture(40, 20);
        let at = |zoom: f32| PictureView { zoom, ..PictureView::default() };
        assert!(!at(1.0).is_sharp(room(), &small, 1.0), "nobody asked for a magnified picture");
        assert!(at(4.0).is_sharp(room(), &small, 1.0));
        assert!(!at(4.0).is_sharp(room(), &picture(4000, 2000), 1.0));
    }
}
