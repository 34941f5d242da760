//! Projects: kept, closed, opened again, saved elsewhere, two at once; and nothing is lost on the way.

use std::path::Path;

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use ks_domain::project::NewClass;
use ks_ui::commands::Command;
use ks_ui::state::{Action, Dialog, LabelAction, Page, ProjectAction};

use super::{Seat, files_in, is_watching, shared, video_in};

/// Two classes, and the page where they are.
fn with_classes(seat: &mut Seat) {
    for name in ["walk", "rest"] {
        seat.window.state_mut().acts(Action::Label(LabelAction::AddClass(NewClass::named(name))));
    }
    seat.page(Page::Labels);
}

fn open_project(seat: &mut Seat, path: &Path) {
    seat.answers("Open project", &[path]);
    seat.menu("File", Command::OpenProject);
}

fn save_as(seat: &mut Seat, path: &Path) {
    seat.answers("Save project as", &[path]);
    seat.menu("File", Command::SaveProjectAs);
    seat.until("the new file", |state| state.studio.file.path.as_deref() == Some(path));
}

fn is_open(path: &Path) -> impl Fn(&ks_ui::state::AppState) -> bool {
    move |state| state.studio.file.path.as_deref() == Some(path) && state.studio.work.is_none()
}

fn close_request(seat: &mut Seat) {
    let viewport = seat.window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    seat.window.step();
}

/// What the window told the system to do with it in the last frame.
fn told_to_close(seat: &Seat) -> Vec<egui::ViewportCommand> {
    let viewports = &seat.window.output().viewport_output;
    let commands = viewports.get(&egui::ViewportId::ROOT).map(|viewport| viewport.commands.clone());
    let is_closing = |command: &egui::ViewportCommand| {
        matches!(command, egui::ViewportCommand::Close | egui::ViewportCommand::CancelClose)
    };
    commands.unwrap_or_default().into_iter().filter(is_closing).collect()
}

#[test]
fn the_last_correction_is_undone_in_the_next_session() {
    let Some(shared) = shared("undo across a restart") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    with_classes(&mut seat);
    seat.drag("walk: 0 labels", 1.0, 3.0);
    seat.drag("walk: 1 label", 3.0, 5.0);
    let corrected = seat.labels();
    assert!((corrected[0].2 - 5.0).abs() < 0.1, "{corrected:?}");
    seat.until_kept();
    drop(seat);

    // A project without a name is found again among those that were open last.
    let mut seat = Seat::at(home.path());
    seat.window.get_by_label_contains("Untitled 2").click();
    seat.until("the project", is_watching);
    assert_eq!(seat.labels(), corrected);
    seat.press(Modifiers::COMMAND, Key::Z);
    let before = seat.labels();
    assert!((before[0].2 - 3.0).abs() < 0.1, "{before:?}");
    seat.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(seat.labels(), corrected);
    seat.press(Modifiers::COMMAND, Key::Z);
    seat.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(seat.labels(), []);
}

#[test]
fn a_project_in_which_videos_were_only_watched_goes_away() {
    let Some(shared) = shared("a project that nobody would miss") else { return };
    let home = tempfile::tempdir().unwrap();
    let projects = home.path().join("data/projects");
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    seat.until_kept();
    assert_eq!(files_in(&projects, "kinetoscope").len(), 1);
    drop(seat);
    assert_eq!(files_in(&projects, "kinetoscope").len(), 0);
}

#[test]
fn a_new_name_moves_a_project_and_what_is_drawn_meanwhile_goes_along() {
    let Some(shared) = shared("saving under another name") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    with_classes(&mut seat);
    let named = home.path().join("bees.kinetoscope");
    // Without an extension; drawn before the file is there.
    seat.window.state_mut().acts(Action::Project(ProjectAction::SaveAs(home.path().join("bees"))));
    seat.drag("walk: 0 labels", 1.0, 3.0);
    let drawn = seat.labels();
    seat.until("the new file", is_open(&named));
    seat.until_kept();
    assert_eq!(files_in(&home.path().join("data/projects"), "kinetoscope"), Vec::<std::path::PathBuf>::new());
    drop(seat);
    let mut seat = Seat::at(home.path());
    open_project(&mut seat, &named);
    seat.until("the project", is_watching);
    assert_eq!(seat.labels(), drawn);
}

#[test]
fn of_two_projects_opened_in_a_row_the_second_is_shown_and_nothing_is_lost() {
    let Some(shared) = shared("two projects in a row") else { return };
    let home = tempfile::tempdir().unwrap();
    let (one, two) = (home.path().join("one.kinetoscope"), home.path().join("two.kinetoscope"));
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    with_classes(&mut seat);
    save_as(&mut seat, &one);
    seat.drag("walk: 0 labels", 1.0, 3.0);
    save_as(&mut seat, &two);
    seat.drag("walk: 1 label", 5.0, 6.0);
    let in_two = seat.labels();
    // Both at once, the first one with a change that was only just drawn in the other.
    for path in [&one, &two, &one] {
        seat.window.state_mut().acts(Action::Project(ProjectAction::Open(path.clone())));
    }
    seat.until("the first project", is_open(&one));
    seat.until("its video", is_watching);
    assert_eq!(seat.labels().len(), 1);
    for path in [&two, &one, &two] {
        seat.window.state_mut().acts(Action::Project(ProjectAction::Open(path.clone())));
    }
    seat.until("the second project", is_open(&two));
    seat.until("its video", is_watching);
    assert_eq!(seat.labels(), in_two);
    // Closed and opened at once: it is not met by its own lock.
    seat.window.state_mut().acts(Action::Project(ProjectAction::New));
    seat.window.state_mut().acts(Action::Project(ProjectAction::Open(two.clone())));
    seat.until("the second project again", is_open(&two));
    assert!(!seat.state().studio.file.is_read_only, "{:?}", seat.banners());
    assert_eq!(seat.banners(), Vec::<String>::new());
}

#[test]
fn a_project_that_is_none_leaves_the_open_one_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    with_classes(&mut seat);
    let none = home.path().join("none.kinetoscope");
    std::fs::write(&none, "These are words.").unwrap();
    open_project(&mut seat, &none);
    seat.until("a message", |state| !state.banners.is_empty());
    assert!(seat.banners()[0].contains("none.kinetoscope"), "{:?}", seat.banners());
    assert_eq!(seat.state().studio.project.sets().count(), 1);
    assert_eq!(seat.state().studio.work, None);
    seat.until_kept();
    assert_eq!(seat.state().studio.file.trouble, None);
}

#[test]
fn an_edited_project_that_is_open_elsewhere_leads_to_another_name_before_the_next_is_shown() {
    let home = tempfile::tempdir().unwrap();
    let (mine, next) = (home.path().join("mine.kinetoscope"), home.path().join("next.kinetoscope"));
    let mut other = Seat::at(home.path());
    with_classes(&mut other);
    save_as(&mut other, &next);
    save_as(&mut other, &mine);
    other.until_kept();
    // `mine` stays open there.
    let mut seat = Seat::at(home.path());
    open_project(&mut seat, &mine);
    seat.until("the project", is_open(&mine));
    assert!(seat.state().studio.file.is_read_only);
    seat.window.state_mut().acts(Action::Label(LabelAction::AddClass(NewClass::named("sting"))));
    seat.until("the trouble", |state| state.studio.file.trouble.is_some());
    open_project(&mut seat, &next);
    seat.until("the question", |state| matches!(state.dialog, Some(Dialog::SaveFirst(_))));
    seat.window.get_by_label("Lose the changes");
    let copy = home.path().join("copy.kinetoscope");
    seat.answers("Save project as", &[&copy]);
    seat.click("Save under another name…");
    seat.until("the next project", is_open(&next));
    assert_eq!(seat.state().dialog, None);
    open_project(&mut seat, &copy);
    seat.until("the copy", is_open(&copy));
    let set = seat.state().studio.current_set().unwrap();
    assert!(seat.state().studio.project.class_named(set, "sting").is_some());
    assert!(!seat.state().studio.file.is_read_only);
}

#[test]
fn changes_that_nobody_wants_can_be_lost() {
    let home = tempfile::tempdir().unwrap();
    let mine = home.path().join("mine.kinetoscope");
    let mut other = Seat::at(home.path());
    with_classes(&mut other);
    save_as(&mut other, &mine);
    let mut seat = Seat::at(home.path());
    open_project(&mut seat, &mine);
    seat.until("the project", is_open(&mine));
    seat.window.state_mut().acts(Action::Label(LabelAction::AddClass(NewClass::named("sting"))));
    seat.until("the trouble", |state| state.studio.file.trouble.is_some());
    seat.menu("File", Command::NewProject);
    seat.click("Lose the changes");
    seat.until("an empty project", |state| state.studio.file.path.is_none());
    assert_eq!(seat.state().studio.project.sets().count(), 0);
    seat.until_kept();
    close_request(&mut seat);
    assert_eq!(told_to_close(&seat), []);
}

#[test]
fn closing_waits_for_the_disk_and_then_goes_on_by_itself() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    with_classes(&mut seat);
    // The file is not even made yet.
    close_request(&mut seat);
    let mut told = told_to_close(&seat);
    for _ in 0..2_000 {
        if told.last() == Some(&egui::ViewportCommand::Close) || told.is_empty() {
            break;
        }
        seat.window.step();
        std::thread::sleep(std::time::Duration::from_millis(3));
        let now = told_to_close(&seat);
        if !now.is_empty() {
            told = now;
        }
    }
    assert_eq!(told, [egui::ViewportCommand::Close]);
    drop(seat);
    let kept = files_in(&home.path().join("data/projects"), "kinetoscope");
    let opened = ks_project::ProjectFile::open(&kept[0]).unwrap();
    assert_eq!(opened.project.sets().count(), 1);
}

#[test]
fn a_window_that_is_closed_while_it_opens_a_project_leaves_it_whole() {
    let home = tempfile::tempdir().unwrap();
    let mine = home.path().join("mine.kinetoscope");
    let mut seat = Seat::at(home.path());
    with_classes(&mut seat);
    save_as(&mut seat, &mine);
    seat.window.state_mut().acts(Action::Project(ProjectAction::New));
    seat.window.state_mut().acts(Action::Project(ProjectAction::Open(mine.clone())));
    drop(seat);
    assert_eq!(ks_project::check(&mine).unwrap(), []);
    assert_eq!(ks_project::ProjectFile::open(&mine).unwrap().project.sets().count(), 1);
}
