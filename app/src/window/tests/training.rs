//! Runs: begun, watched, paused, stopped, resumed, interrupted; why one cannot begin; and what came of them.

use std::path::PathBuf;
use std::time::Duration;

use egui_kittest::kittest::Queryable as _;
use ks_domain::training::Trained;
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, RunState, Screen, TrainingAction};

use super::lab::{self, NAMES, settle, until_run};
use super::{Seat, files_in};

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn steps(state: &AppState) -> usize {
    state.training.runs.shown().map_or(0, |(_, record)| record.steps.len())
}

/// What came of a run; a network that knows nothing need not get better.
fn trained(seat: &Seat) -> PathBuf {
    let mut usable = seat.state().training.checkpoints.usable();
    usable.find(|entry| entry.path.ends_with("last.safetensors")).unwrap().path.clone()
}

fn screen(seat: &mut Seat, command: Command) {
    seat.window.state_mut().acts(Action::Command(command));
    seat.window.run_steps(4);
}

/// A run that would take minutes, after its first steps.
fn long_run(seat: &mut Seat) -> String {
    settle(seat, 5_000, Trained::All);
    seat.window.state_mut().acts(TrainingAction::Name("mine".to_owned()).into());
    seat.click("Start training");
    seat.until("its steps", |state| steps(state) > 2);
    seat.state().training.runs.busy().unwrap().id.clone()
}

#[test]
fn a_network_that_is_trained_here_is_listed_used_and_analyses() {
    let home = home();
    let mut seat = lab::taught(home.path());
    assert_eq!(seat.banners(), Vec::<String>::new());
    let (_, record) = seat.state().training.runs.shown().unwrap();
    assert_eq!((record.steps.len(), record.validations.len()), (4, 3), "two epochs of two steps");
    assert!(record.overview.as_ref().is_some_and(|overview| overview.validation == 4), "{:?}", record.overview);
    let path = trained(&seat);
    let entry = seat.state().training.checkpoints.entry(&path).unwrap().clone();
    assert_eq!(entry.classes, NAMES);
    assert_eq!(entry.parent.as_deref(), Some("blank.safetensors"));
    assert_eq!(seat.state().training.unlearnt.count, 0);
    seat.window.get_by_label_contains(&format!("{}, 2 classes", entry.name)).click();
    seat.window.run_steps(4);
    seat.click("Use for analysis");
    assert_eq!(seat.state().screen(), Screen::Analyse);
    lab::analyse(&mut seat);
    let analysis = &seat.state().selected_video().unwrap().analysis;
    assert!(!analysis.windows.is_empty() && analysis.windows.iter().all(|window| window.scores.len() == 2));
    let model = analysis.model.clone().unwrap();
    assert_eq!(model.class_names, NAMES);
    // Every run leaves a file of this name, so it stands with its run's.
    assert_eq!(model.checkpoint, format!("{}/last.safetensors", entry.run.unwrap()));
    // All of it is there in the next session, and can be looked at.
    drop(seat);
    let mut seat = lab::enter(home.path());
    screen(&mut seat, Command::ShowTraining);
    seat.until("the run", |state| steps(state) == 4);
    assert_eq!(seat.state().training.runs.shown().unwrap().0.state, RunState::Finished);
}

#[test]
fn a_run_is_paused_goes_on_where_it_was_and_is_stopped() {
    let home = home();
    let mut seat = lab::with_labels(home.path());
    long_run(&mut seat);
    seat.click("Pause mine");
    until_run(&mut seat, "the pause", |state| *state == RunState::Paused);
    let before = steps(seat.state());
    seat.click("Resume mine");
    until_run(&mut seat, "its going on", |state| *state == RunState::Running);
    seat.until("more steps", move |state| steps(state) > before + 2);
    let (_, record) = seat.state().training.runs.shown().unwrap();
    let numbers: Vec<(u32, u64)> = record.steps.iter().map(|step| (step.epoch, step.step)).collect();
    assert!(numbers.is_sorted() && numbers.windows(2).all(|pair| pair[0] != pair[1]), "{numbers:?}");
    seat.click("Stop mine");
    until_run(&mut seat, "the end", |state| *state == RunState::Stopped);
    assert_eq!(seat.banners(), Vec::<String>::new());
    // One that rests is ended without the engine.
    seat.click("Resume mine");
    until_run(&mut seat, "its going on", |state| *state == RunState::Running);
    seat.click("Pause mine");
    until_run(&mut seat, "the pause", |state| *state == RunState::Paused);
    seat.click("Stop mine");
    until_run(&mut seat, "the end", |state| *state == RunState::Stopped);
}

#[test]
fn a_window_that_is_closed_while_it_trains_pauses_the_run_and_the_next_one_goes_on() {
    let home = home();
    let mut seat = lab::with_labels(home.path());
    let run = long_run(&mut seat);
    drop(seat);
    let mut seat = lab::enter(home.path());
    screen(&mut seat, Command::ShowTraining);
    until_run(&mut seat, "the pause", |state| *state == RunState::Paused);
    seat.until("its steps", |state| steps(state) > 0);
    let before = steps(seat.state());
    seat.click("Resume mine");
    seat.until("more steps", move |state| steps(state) > before + 2);
    assert_eq!(seat.state().training.runs.busy().map(|run| run.id.clone()), Some(run));
    assert_eq!(seat.banners(), Vec::<String>::new());
}

#[test]
fn an_engine_that_dies_while_it_trains_is_told_and_the_run_goes_on() {
    let home = home();
    let mut seat = lab::with_labels(home.path());
    let run = long_run(&mut seat);
    let jobs = seat.window.state().trainings();
    assert_eq!(jobs.len(), 1);
    seat.window.state_mut().engine_says(ks_engine::Event::EngineDied {
        job: Some(jobs[0]),
        status: "it was killed by signal 9".to_owned(),
        log_tail: vec!["the last line".to_owned()],
        restart_in: Duration::from_millis(100),
    });
    seat.window.run_steps(4);
    assert!(seat.banners().iter().any(|text| text.contains("signal 9")), "{:?}", seat.banners());
    assert_eq!(seat.state().training.runs.busy().map(|run| run.id.clone()), Some(run.clone()));
    seat.window.state_mut().engine_says(ks_engine::Event::EngineRestarted { resumed: jobs });
    seat.window.run_steps(4);
    assert!(seat.banners().iter().any(|text| text.contains("“mine” goes on")), "{:?}", seat.banners());
    let before = steps(seat.state());
    seat.until("more steps", move |state| steps(state) > before);
    assert_eq!(seat.state().training.runs.busy().map(|run| run.id.clone()), Some(run));
}

/// A network without its classifier, as the field publishes them: what belongs to it stands last in the file.
fn backbone_of(network: &std::path::Path) -> PathBuf {
    let bytes = std::fs::read(network).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let tensors = header.as_object_mut().unwrap();
    tensors.retain(|name, _| name != "__metadata__" && !name.starts_with("cls_head."));
    let end = tensors.values().map(|tensor| tensor["data_offsets"][1].as_u64().unwrap()).max().unwrap() as usize;
    let header = serde_json::to_vec(&header).unwrap();
    let path = network.with_file_name("backbone.safetensors");
    let data = &bytes[8 + length..8 + length + end];
    let parts: [&[u8]; 3] = [&(header.len() as u64).to_le_bytes(), &header, data];
    std::fs::write(&path, parts.concat()).unwrap();
    path
}

#[test]
fn a_backbone_without_a_classifier_can_be_started_from() {
    let home = home();
    let mut seat = lab::with_labels(home.path());
    settle(&mut seat, 2, Trained::Head);
    let backbone = backbone_of(&home.path().join("blank.safetensors"));
    seat.window.state_mut().acts(TrainingAction::StartFrom(Some(backbone)).into());
    seat.window.run_steps(4);
    seat.click("Start training");
    until_run(&mut seat, "the end", |state| matches!(state, RunState::Finished | RunState::Failed(_)));
    let (entry, record) = seat.state().training.runs.shown().unwrap();
    assert_eq!(entry.state, RunState::Finished);
    assert!(record.notes.iter().any(|note| note.contains("begins anew")), "{:?}", record.notes);
}

#[test]
fn a_run_that_cannot_begin_says_why() {
    let home = home();
    let mut seat = lab::with_videos(home.path());
    screen(&mut seat, Command::ShowTraining);
    seat.window.get_by_label("There are no labels yet");
    assert!(seat.state().start_obstacle().is_some());
    screen(&mut seat, Command::ShowVideos);
    lab::label(&mut seat, "left", 0.4, 1.2);
    settle(&mut seat, 2, Trained::Head);
    let why = seat.state().start_obstacle().unwrap();
    assert!(seat.window.query_all_by_label(&why).count() > 0, "“{why}” is not shown");
    for (class, start, end) in [("right", 1.4, 2.0), ("left", 2.2, 3.0), ("right", 3.2, 4.0)] {
        lab::label(&mut seat, class, start, end);
    }
    seat.window.run_steps(4);
    assert_eq!(seat.state().start_obstacle(), None);
    // A device that is none is not taken for any other.
    let device = std::mem::replace(&mut seat.state_mut().devices.wanted, "abacus".to_owned());
    seat.click("Start training");
    seat.until("the refusal", |state| state.banners.iter().any(|banner| banner.text.contains("abacus")));
    seat.state_mut().devices.wanted = device;
    seat.state_mut().banners.clear();
    // A file lies where the runs shall go.
    let runs = home.path().join("data/runs");
    std::fs::remove_dir_all(&runs).ok();
    std::fs::write(&runs, "in the way").unwrap();
    seat.click("Start training");
    seat.until("the refusal", |state| state.banners.iter().any(|banner| banner.text.contains("folder of the run")));
    assert_eq!(seat.state().training.runs.busy(), None);
    assert_eq!(seat.window.state().trainings(), []);
}

#[test]
fn a_checkpoint_goes_to_the_trash_and_comes_back_with_what_was_said_of_it() {
    let home = home();
    let mut seat = lab::taught(home.path());
    let path = trained(&seat);
    seat.window.state_mut().acts(TrainingAction::SelectCheckpoint(path.clone()).into());
    seat.window.state_mut().acts(TrainingAction::Tag(path.clone(), "gym, camera 2".to_owned()).into());
    seat.window.state_mut().acts(TrainingAction::Note(path.clone(), "the one for the report".to_owned()).into());
    seat.window.run_steps(4);
    seat.click("Move to trash");
    seat.until("the trash", |state| state.training.checkpoints.entry(&path).is_none());
    let gone = path.clone();
    wait_for(&mut seat, move || !gone.exists());
    seat.click("Undo");
    let back = path.clone();
    wait_for(&mut seat, move || back.exists());
    drop(seat);
    let mut seat = lab::enter(home.path());
    screen(&mut seat, Command::ShowCheckpoints);
    let entry = |state: &AppState| state.training.checkpoints.entry(&path).cloned();
    seat.until("the list", |state| entry(state).is_some());
    let words = entry(seat.state()).unwrap();
    assert_eq!(
        (words.tags, words.note),
        (vec!["gym".to_owned(), "camera 2".to_owned()], "the one for the report".to_owned())
    );
    // A damaged notebook is said, and nothing is written over it.
    drop(seat);
    let notebook = files_in(&home.path().join("data"), "sqlite").remove(0);
    for log in ["sqlite-wal", "sqlite-shm"] {
        std::fs::remove_file(notebook.with_extension(log)).ok();
    }
    let words = b"These are words, many of them.".repeat(200);
    std::fs::write(&notebook, &words).unwrap();
    let mut seat = lab::enter(home.path());
    seat.until("the message", |state| state.banners.iter().any(|banner| banner.text.contains("tags and notes")));
    seat.until("the list", |state| entry(state).is_some());
    seat.window.state_mut().acts(TrainingAction::Note(path.clone(), "again".to_owned()).into());
    seat.until("what is kept", |state| entry(state).is_some_and(|entry| entry.note.is_empty()));
    assert_eq!(std::fs::read(&notebook).unwrap(), words);
}

#[test]
fn a_checkpoint_that_cannot_be_read_is_listed_with_the_reason() {
    let home = home();
    let mut seat = lab::taught(home.path());
    let path = trained(&seat);
    std::fs::write(&path, "half a netw").unwrap();
    screen(&mut seat, Command::ShowTraining);
    screen(&mut seat, Command::ShowCheckpoints);
    let trouble = |state: &AppState| state.training.checkpoints.entry(&path).and_then(|entry| entry.trouble.clone());
    seat.until("the list", |state| trouble(state).is_some());
    seat.window.state_mut().acts(TrainingAction::SelectCheckpoint(path.clone()).into());
    seat.window.run_steps(4);
    let why = trouble(seat.state()).unwrap();
    assert!(seat.window.query_all_by_label(&why).count() > 0, "“{why}” is not shown");
    assert!(seat.window.query_by_label("Use for analysis").is_none());
    seat.click("Move to trash");
    let gone = path.clone();
    wait_for(&mut seat, move || !gone.exists());
}

/// Goes on until something is so outside of the window.
#[track_caller]
fn wait_for(seat: &mut Seat, is_so: impl Fn() -> bool) {
    seat.until("the disk", move |_| is_so());
}
