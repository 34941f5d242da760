//! The screen of checkpoints through the names that assistive technology hears.

use std::path::PathBuf;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_tests_ui::scenes::training as scenes;
use ks_tests_ui::{Look, Window, open};
use ks_ui::state::{
    Action, AppState, Effect, Event, Failure, LearnScreen, Screen, TrainingAction, TrainingEffect, TrainingEvent,
};

fn wide(state: AppState) -> Harness<'static, Window> {
    open(state, Look { size: [1400.0, 1000.0], ..Look::default() })
}

fn click(window: &mut Harness<'_, Window>, name: &str) {
    window.get_by_label(name).click();
    window.run();
}

fn path(number: u64) -> PathBuf {
    scenes::checkpoint(number, "", &[]).path
}

fn last(window: &Harness<'_, Window>) -> Option<Effect> {
    window.state().effects.last().cloned()
}

fn type_into(window: &mut Harness<'_, Window>, name: &str, text: &str) {
    click(window, name);
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text(text.to_owned()));
    window.run();
}

#[test]
fn every_checkpoint_says_what_it_is() {
    let mut window = wide(scenes::checkpoints());
    window.get_by_label_contains("afternoon in the gym, ");
    window.get_by_label("bees, 2 classes, best 81.0 % mean").click();
    window.run();
    window.get_by_label("1 clip, centre crop, 24 held-out samples");
    window.get_by_label_contains("Does not know: ");
    let window = wide(scenes::checkpoints_none());
    window.get_by_label("Nothing was trained here yet");
}

#[test]
fn the_list_is_searched_sorted_and_walked_through() {
    let mut window = wide(scenes::checkpoints());
    window.key_press(Key::ArrowDown);
    window.run();
    assert_eq!(window.state().state.training.checkpoints.selected, Some(path(2)));
    click(&mut window, "Sort by Size");
    let first = |window: &Harness<'_, Window>| window.state().state.training.checkpoints.shown()[0].path.clone();
    assert_eq!(first(&window), path(3));
    click(&mut window, "Sort by Name");
    assert_eq!(first(&window), path(2));
    type_into(&mut window, "Search the checkpoints", "dancing");
    assert_eq!(window.state().state.training.checkpoints.shown().len(), 1);
    type_into(&mut window, "Search the checkpoints", "nothing of the kind");
    window.get_by_label("No checkpoint has this in its name, tags, note or classes");
}

#[test]
fn a_checkpoint_is_used_with_the_names_of_its_classes() {
    let mut window = wide(scenes::checkpoints());
    click(&mut window, "Use for analysis");
    let state = &window.state().state;
    assert_eq!(state.screen(), Screen::Analyse);
    assert_eq!(state.model.file().map(|file| file.path.clone()), Some(path(1)));
    assert_eq!(state.class_name(0), "arm wrestling");
}

#[test]
fn training_goes_on_from_a_checkpoint_of_the_same_labels_at_once() {
    let mut window = wide(scenes::checkpoints());
    click(&mut window, "Continue training");
    let state = &window.state().state;
    assert_eq!(state.screen(), Screen::Learn(LearnScreen::Train));
    assert_eq!(state.training.start_from, Some(path(1)));
}

#[test]
fn a_checkpoint_of_other_labels_says_what_would_happen_first() {
    let mut window = wide(scenes::checkpoints());
    window.state_mut().happens(Action::Training(TrainingAction::SelectCheckpoint(path(3))).into());
    window.run();
    click(&mut window, "Continue training");
    assert_eq!(window.state().state.screen(), Screen::Learn(LearnScreen::Checkpoints));
    window.get_by_label_contains("Its classes are not those to be learned");
    click(&mut window, "Do not continue");
    assert_eq!(window.state().state.training.start_from, None);
    click(&mut window, "Continue training");
    click(&mut window, "Continue with a new classifier");
    assert_eq!(window.state().state.training.start_from, Some(path(3)));
}

#[test]
fn tags_and_note_are_kept_when_the_field_is_left() {
    let mut window = wide(scenes::checkpoints());
    type_into(&mut window, "Tags, separated by commas", "gym, new, gym,");
    window.key_press(Key::Enter);
    window.run();
    let tags = ["gym", "new"].map(str::to_owned).to_vec();
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Tag { path: path(1), tags })));
    type_into(&mut window, "Note on the checkpoint", "better on camera 2");
    window.get_by_label("Tags, separated by commas").focus();
    window.run();
    let note = "better on camera 2".to_owned();
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Note { path: path(1), note })));
}

#[test]
fn a_checkpoint_is_exported_and_shown_in_its_folder() {
    let mut window = wide(scenes::checkpoints());
    click(&mut window, "Export…");
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Export { path: path(1) })));
    click(&mut window, "Show in folder");
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Reveal { path: path(1) })));
}

#[test]
fn what_goes_to_the_trash_comes_back() {
    let mut window = wide(scenes::checkpoints());
    click(&mut window, "Move to trash");
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Trash { path: path(1) })));
    window.get_by_label("“afternoon in the gym” was moved to the trash");
    assert_eq!(window.state().state.training.checkpoints.selected, Some(path(2)));
    click(&mut window, "Undo");
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::RestoreTrash { path: path(1) })));
    assert_eq!(window.state().state.training.checkpoints.selected, Some(path(1)));
    assert!(window.query_by_label_contains("was moved to the trash").is_none());
    // What could not be moved is said, and stands in the list again.
    click(&mut window, "Move to trash");
    let failure = Failure::new("The folder cannot be written to; look at its rights");
    window.state_mut().happens(Event::Training(TrainingEvent::Failed(failure)));
    window.run();
    window.get_by_label("The folder cannot be written to; look at its rights");
    assert!(window.query_by_label_contains("was moved to the trash").is_none());
}

#[test]
fn a_checkpoint_that_cannot_be_read_says_why_and_can_be_trashed() {
    let mut window = wide(scenes::checkpoints());
    let mut broken = scenes::checkpoint(4, "half of one", &[]);
    broken.trouble = Some("The file ends too early; bring back a copy of it".to_owned());
    let whole = scenes::checkpoint(1, "afternoon in the gym", &["arm wrestling"]);
    window.state_mut().happens(Event::Training(TrainingEvent::Checkpoints(vec![whole, broken])));
    window.run();
    window.get_by_label("half of one, cannot be read: The file ends too early; bring back a copy of it").click();
    window.run();
    window.get_by_label("The file ends too early; bring back a copy of it");
    for name in ["Use for analysis", "Continue training", "Export…"] {
        assert!(window.query_by_label(name).is_none(), "{name}");
    }
    click(&mut window, "Move to trash");
    assert_eq!(last(&window), Some(Effect::Training(TrainingEffect::Trash { path: path(4) })));
}

#[test]
fn two_checkpoints_are_compared() {
    let mut window = wide(scenes::checkpoints());
    click(&mut window, "Compare afternoon in the gym");
    click(&mut window, "Compare bees");
    window.get_by_label("Two checkpoints compared");
    window.get_by_label_contains("Only bees knows: ");
    window.get_by_label("schedule.epochs");
    click(&mut window, "Compare none");
    assert!(window.query_by_label("Two checkpoints compared").is_none());
}
