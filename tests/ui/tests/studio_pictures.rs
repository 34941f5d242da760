//! Small pictures of the studio's pages; see `pictures.rs`.

use egui_kittest::SnapshotOptions;
use ks_tests_ui::{Look, open_drawn, scenes};
use ks_ui::state::AppState;

fn picture(name: &str, state: AppState, theme: egui::Theme, scale: f32) {
    let look = Look { theme, size: [640.0, 400.0], scale };
    let Some(mut window) = open_drawn(state, look) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(400);
    window.snapshot_options(name, &options);
}

#[test]
fn pictures_of_the_pages_in_the_dark() {
    picture("results_dark", scenes::results(), egui::Theme::Dark, 2.0);
    picture("totals_dark", scenes::totals(), egui::Theme::Dark, 1.0);
    picture("review_dark", scenes::review(), egui::Theme::Dark, 1.0);
    picture("history_dark", scenes::history(), egui::Theme::Dark, 1.0);
}

#[test]
fn pictures_of_the_pages_in_the_light() {
    picture("results_light", scenes::results(), egui::Theme::Light, 1.0);
    picture("totals_light", scenes::totals(), egui::Theme::Light, 2.0);
    picture("recent_light", scenes::recent(), egui::Theme::Light, 1.0);
}
