//! A few small pictures of the window. Where there is no graphics adapter, they are skipped and say so.
//!
//! After an intended change: `UPDATE_SNAPSHOTS=1 cargo test -p ks-tests-ui`, and look at the new pictures.

use egui_kittest::SnapshotOptions;
use ks_tests_ui::{Look, open_drawn, scenes};
use ks_ui::state::AppState;

fn picture(name: &str, state: AppState, theme: egui::Theme) {
    let look = Look { theme, size: [640.0, 400.0], scale: 1.0 };
    let Some(mut window) = open_drawn(state, look) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    // Rasterisers differ a little along edges; a moved widget changes thousands of pixels.
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(400);
    window.snapshot_options(name, &options);
}

#[test]
fn the_first_screen_in_the_dark() {
    picture("first_screen_dark", scenes::empty(), egui::Theme::Dark);
}

#[test]
fn an_analysed_video_in_the_dark() {
    picture("analysed_dark", scenes::analysed(), egui::Theme::Dark);
}

#[test]
fn an_analysed_video_in_the_light() {
    picture("analysed_light", scenes::analysed(), egui::Theme::Light);
}

#[test]
fn the_palette_in_the_dark() {
    picture("palette_dark", scenes::palette(), egui::Theme::Dark);
}

#[test]
fn the_palette_in_the_light() {
    picture("palette_light", scenes::palette(), egui::Theme::Light);
}

#[test]
fn the_keys_of_the_settings_in_the_dark() {
    picture("settings_keys_dark", scenes::settings_clash(), egui::Theme::Dark);
}

#[test]
fn the_keys_of_the_settings_in_the_light() {
    picture("settings_keys_light", scenes::settings_clash(), egui::Theme::Light);
}
