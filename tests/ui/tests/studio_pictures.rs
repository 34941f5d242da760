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
fn results_in_the_dark_at_twice_the_size() {
    picture("results_dark", scenes::results(), egui::Theme::Dark, 2.0);
}

#[test]
fn totals_of_thirty_classes_in_the_dark() {
    picture("totals_dark", scenes::totals(), egui::Theme::Dark, 1.0);
}

#[test]
fn the_review_in_the_dark() {
    picture("review_dark", scenes::review(), egui::Theme::Dark, 1.0);
}

#[test]
fn the_history_in_the_dark() {
    picture("history_dark", scenes::history(), egui::Theme::Dark, 1.0);
}

#[test]
fn results_in_the_light() {
    picture("results_light", scenes::results(), egui::Theme::Light, 1.0);
}

#[test]
fn recent_projects_in_the_light() {
    picture("recent_light", scenes::recent(), egui::Theme::Light, 1.0);
}
