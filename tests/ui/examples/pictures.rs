//! Draws every scene into a folder, dark and light, at 100 % and 200 %, for a person to judge:
//! `cargo run -p ks-tests-ui --example pictures -- FOLDER [NAME]`.

use ks_tests_ui::{Look, open_drawn, scenes};
use ks_ui::state::AppState;

type Scene = fn() -> AppState;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("should name a folder");
    let only = arguments.next();
    let all: [(&str, Scene); 39] = [
        ("empty", scenes::empty),
        ("empty_without_gpu", scenes::empty_without_gpu),
        ("opened", scenes::opened),
        ("with_model", scenes::with_model),
        ("analysing", scenes::analysing),
        ("analysed", scenes::analysed),
        ("engine_died", scenes::engine_died),
        ("failed", scenes::failed),
        ("long", scenes::long),
        ("keys", scenes::keys),
        ("palette", scenes::palette),
        ("palette_empty", scenes::palette_empty),
        ("settings_keys", scenes::settings_keys),
        ("settings_clash", scenes::settings_clash),
        ("settings_look", scenes::settings_look),
        ("zoo", scenes::zoo),
        ("zoo_here", scenes::zoo_here),
        ("zoo_offline", scenes::zoo_offline),
        ("zoo_nothing", scenes::zoo_nothing),
        ("studio", scenes::studio),
        ("results", scenes::results),
        ("totals", scenes::totals),
        ("review", scenes::review),
        ("history", scenes::history),
        ("recent", scenes::recent),
        ("train_first", scenes::training::train_first),
        ("train_empty", scenes::training::train_empty),
        ("train_nothing", scenes::training::train_nothing),
        ("train_running", scenes::training::train_running),
        ("train_cell", scenes::training::train_cell),
        ("train_compared", scenes::training::train_compared),
        ("train_form", scenes::training::train_form),
        ("train_text", scenes::training::train_text),
        ("train_previews", scenes::training::train_previews),
        ("checkpoints", scenes::training::checkpoints),
        ("checkpoints_mismatch", scenes::training::checkpoints_mismatch),
        ("checkpoints_compared", scenes::training::checkpoints_compared),
        ("improving", scenes::training::improving),
        ("improved", scenes::training::improved),
    ];
    for (name, scene) in all {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            for (scale, size) in [(1.0, [1280.0, 800.0]), (2.0, [640.0, 400.0])] {
                let look = Look { theme, size, scale };
                let mut harness = open_drawn(scene(), look).expect("should find a graphics adapter");
                let picture = harness.render().expect("should draw");
                let path = format!("{folder}/{name}-{theme:?}-{}.png", (scale * 100.0) as u32);
                picture.save(&path).expect("should save the picture");
            }
        }
    }
}
