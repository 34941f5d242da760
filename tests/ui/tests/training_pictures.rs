//! Small pictures of training and its checkpoints; see `pictures.rs`.

use egui_kittest::SnapshotOptions;
use ks_tests_ui::scenes::training as scenes;
use ks_tests_ui::{Look, open_drawn};
use ks_ui::state::AppState;

fn picture(name: &str, state: AppState, theme: egui::Theme, (size, scale): ([f32; 2], f32)) {
    let Some(mut window) = open_drawn(state, Look { theme, size, scale }) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(400);
    window.snapshot_options(name, &options);
}

const SMALL: ([f32; 2], f32) = ([640.0, 400.0], 1.0);
const DOUBLE: ([f32; 2], f32) = ([640.0, 400.0], 2.0);
const WIDE: ([f32; 2], f32) = ([1000.0, 620.0], 1.0);

#[test]
fn a_run_of_thirty_classes_in_the_dark() {
    picture("train_running_dark", scenes::train_running(), egui::Theme::Dark, WIDE);
}

#[test]
fn a_run_in_a_small_window_in_the_light() {
    picture("train_running_light", scenes::train_running(), egui::Theme::Light, SMALL);
}

#[test]
fn a_form_with_mistakes_in_the_dark_at_twice_the_size() {
    picture("train_form_dark", scenes::train_form(), egui::Theme::Dark, DOUBLE);
}

#[test]
fn checkpoints_in_the_dark() {
    picture("checkpoints_dark", scenes::checkpoints(), egui::Theme::Dark, SMALL);
}

#[test]
fn checkpoints_compared_in_the_light() {
    picture("checkpoints_compared_light", scenes::checkpoints_compared(), egui::Theme::Light, WIDE);
}

#[test]
fn what_was_gained_in_the_dark() {
    picture("improved_dark", scenes::improved(), egui::Theme::Dark, SMALL);
}
