//! The model zoo's screen through the names that assistive technology hears.

use egui_kittest::kittest::Queryable as _;
use ks_tests_ui::{Look, open, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{Action, Effect, Event, Failure, ZooAction, ZooEffect, ZooEvent, ZooFile};

#[test]
fn the_zoo_is_reached_by_its_key_and_left_by_escape() {
    let mut window = open(scenes::opened(), Look::default());
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::M);
    window.run();
    window.get_by_label("Model zoo");
    assert_eq!(window.state().effects, [Effect::Zoo(ZooEffect::List)]);
    // What is not seen does not play.
    window.key_press(egui::Key::K);
    window.run();
    assert_eq!(window.state().effects.len(), 1);
    window.key_press(egui::Key::Escape);
    window.run();
    assert!(!window.state().state.zoo.is_open);
    window.get_by_label_contains("arm_wrestling_340x256.mp4, 0:10");
}

#[test]
fn without_a_checkpoint_the_inspector_leads_to_the_zoo() {
    let mut window = open(scenes::opened(), Look::default());
    window.get_by_label("Choose from the model zoo").click();
    window.run();
    assert!(window.state().state.zoo.is_open);
}

#[test]
fn every_entry_says_what_it_is_and_where_its_file_is() {
    let window = open(scenes::zoo(), Look::default());
    window.get_by_label("ircsn-r50-ig65m-vmz, ir-CSN-50, pretraining IG-65M, top-1 79.00 %, Here");
    window.get_by_label("ircsn-r152-ig65m, ir-CSN-152, pretraining IG-65M, top-1 82.76 %, Fetching 39 %");
    window.get_by_label("ircsn-r152-vmz, ir-CSN-152, pretraining none, top-1 76.53 %, Partly here");
    window.get_by_label("ipcsn-r152-vmz, ip-CSN-152, pretraining none, top-1 77.80 %, Failed");
    window.get_by_label("ircsn-r50, ir-CSN-50, pretraining none, top-1 73.60 %, Not here");
}

#[test]
fn a_file_is_fetched_with_progress_and_can_be_cancelled() {
    let mut window = open(scenes::zoo(), Look::default());
    window.get_by_label("Fetching: 46 MB of 119 MB, 3.1 MB a second, 24 s left");
    window.get_by_label("Cancel").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::Zoo(ZooEffect::Cancel("ircsn-r152-ig65m".to_owned()))]);
    window.get_by_label_contains("ircsn-r152-vmz, ir").click();
    window.run();
    window.get_by_label("31 MB have come already");
    window.get_by_label_contains("Go on fetching (about").click();
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::Zoo(ZooEffect::Fetch("ircsn-r152-vmz".to_owned()))));
    window.get_by_label("Fetching: waiting for the answer");
    window.get_by_label("2 files on their way");
}

#[test]
fn a_file_that_is_here_is_used_with_the_pixels_that_it_knows() {
    let mut window = open(scenes::zoo_here(), Look::default());
    window.get_by_label("Use for analysis").click();
    window.run();
    let state = &window.state().state;
    assert!(!state.zoo.is_open);
    assert!(state.model.file().is_some_and(|file| file.name.starts_with("vmz_ircsn_ig65m_pretrained_r50")));
    assert_eq!(state.settings.normalization, ks_domain::Normalization::IMAGENET);
    let path = "/zoo/sports.pth".into();
    let file = ZooFile::Here { path, bytes: 1, is_published: None };
    let name = "ircsn-r152-sports1m-vmz".to_owned();
    window.state_mut().happens(Event::Zoo(ZooEvent::File(name.clone(), file.clone())));
    window.state_mut().happens(Action::Zoo(ZooAction::Use(name)).into());
    assert_eq!(window.state().state.settings.normalization, ks_domain::Normalization::KINETICS);
    // A backbone cannot analyse.
    let name = "ircsn-r152-ig65m-backbone".to_owned();
    window.state_mut().happens(Event::Zoo(ZooEvent::File(name.clone(), file)));
    let before = window.state().effects.len();
    window.state_mut().happens(Action::Zoo(ZooAction::Use(name)).into());
    assert_eq!(window.state().effects.len(), before);
}

#[test]
fn offline_nothing_is_fetched_but_files_can_be_imported() {
    let mut window = open(scenes::zoo_offline(), Look::default());
    window.get_by_label("Working offline is switched on");
    window.get_by_label_contains("The server was not reached");
    window.get_by_label_contains("Fetch again").click();
    window.run();
    assert_eq!(window.state().effects, []);
    window.get_by_label("I have the file…").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::Zoo(ZooEffect::AskForFile("ipcsn-r152-vmz".to_owned()))]);
    window.get_by_label("Work offline").click();
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::SaveConfig));
    window.get_by_label_contains("Fetch again").click();
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::Zoo(ZooEffect::Fetch("ipcsn-r152-vmz".to_owned()))));
}

#[test]
fn the_search_narrows_the_list_and_says_when_nothing_is_left() {
    let mut window = open(scenes::zoo(), Look::default());
    window.get_by_label("Search the model zoo").click();
    window.run();
    window.event(egui::Event::Text("ip sports".to_owned()));
    window.run();
    let names: Vec<&str> = window.state().state.zoo.shown().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["ipcsn-r152-sports1m-vmz", "ipcsn-r152-sports1m-backbone"]);
    let window = open(scenes::zoo_nothing(), Look::default());
    window.get_by_label("No published network is called so");
}

#[test]
fn arrows_go_through_the_list() {
    let mut window = open(scenes::zoo(), Look::default());
    window.state_mut().happens(Action::Zoo(ZooAction::Select("ircsn-r50".to_owned())).into());
    window.key_press(egui::Key::ArrowDown);
    window.run();
    assert_eq!(window.state().state.zoo.selected.as_deref(), Some("ircsn-r50-ig65m-vmz"));
    window.key_press(egui::Key::ArrowUp);
    window.run();
    window.key_press(egui::Key::ArrowUp);
    window.run();
    assert_eq!(window.state().state.zoo.selected.as_deref(), Some("ircsn-r50"));
}

#[test]
fn a_list_does_not_undo_what_is_newer() {
    let mut window = open(scenes::zoo(), Look::default());
    let absent = || ZooFile::Absent { partial_bytes: 0 };
    let files = ["ircsn-r152-ig65m", "ipcsn-r152-vmz"].map(|name| (name.to_owned(), absent())).into();
    window.state_mut().happens(Event::Zoo(ZooEvent::Listed(files)));
    let files = &window.state().state.zoo.files;
    assert!(matches!(files["ircsn-r152-ig65m"], ZooFile::Busy { .. }));
    assert!(matches!(files["ipcsn-r152-vmz"], ZooFile::Failed(_)));
}

#[test]
fn a_computer_that_cannot_keep_files_says_so() {
    let mut window = open(scenes::zoo(), Look::default());
    let failure = Failure::new("This user has no home folder to keep checkpoints in; set HOME");
    window.state_mut().happens(Event::Zoo(ZooEvent::Failed(failure)));
    window.run();
    window.get_by_label("This user has no home folder to keep checkpoints in; set HOME");
}

#[test]
fn videos_that_are_opened_take_the_place_of_the_zoo() {
    let mut window = open(scenes::zoo(), Look::default());
    window.state_mut().happens(Action::OpenPaths(vec!["/videos/new.mp4".into()]).into());
    assert!(!window.state().state.zoo.is_open);
    window.state_mut().happens(Action::Command(Command::ShowZoo).into());
    assert!(window.state().state.zoo.is_open);
}
