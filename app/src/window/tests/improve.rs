//! “Improve”: from corrected labels to a better network in one step, and back.

use egui_kittest::kittest::Queryable as _;
use ks_ui::commands::Command;
use ks_ui::state::{Action, AnalysisPhase, AppState, Improve, TrainingAction};

use super::Seat;
use super::lab::{self, analyse, until_analysed};

/// All videos are analysed by a network that was trained here, then something is corrected.
fn corrected(home: &std::path::Path) -> Seat {
    let mut seat = lab::taught(home);
    seat.click("Use for analysis");
    seat.until("the network", |state| state.model.classes().is_some());
    seat.state_mut().settings = lab::settings();
    analyse(&mut seat);
    seat.window.state_mut().acts(Action::Command(Command::AnalyseAll));
    seat.until("all of them", |state| {
        state.videos.iter().all(|video| video.analysis.phase == AnalysisPhase::Done && video.analysis.is_complete)
    });
    lab::label(&mut seat, lab::NAMES[1], 1.4, 1.9);
    seat.window.run_steps(4);
    assert_eq!(seat.state().training.unlearnt.count, 1);
    seat
}

fn used(state: &AppState) -> Option<String> {
    state.model.file().map(|file| file.name.clone())
}

/// The networks of all analyses, in the order of the queue.
fn analysed_with(state: &AppState) -> Vec<String> {
    let models = state.videos.iter().filter_map(|video| video.analysis.model.as_ref());
    models.map(|model| model.checkpoint.clone()).collect()
}

#[track_caller]
fn until_improved(seat: &mut Seat) {
    seat.until("what was gained", |state| matches!(state.training.improve, Improve::Done { .. } | Improve::Failed(_)));
    assert!(matches!(seat.state().training.improve, Improve::Done { .. }), "{:?}", seat.state().training.improve);
}

#[test]
fn what_was_corrected_is_learnt_shown_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = corrected(home.path());
    let before = used(seat.state());
    seat.click("Improve (1)");
    until_improved(&mut seat);
    seat.window.get_by_label_contains("Right before: ");
    seat.window.get_by_label_contains("On ");
    until_analysed(&mut seat);
    let now = used(seat.state()).unwrap();
    assert_ne!(Some(now.clone()), before);
    assert!(now.starts_with("Improve/"), "{now}");
    // The watched video is analysed again at once, the others when somebody wants it.
    let watched = seat.state().selected;
    for video in &seat.state().videos {
        let model = video.analysis.model.clone().unwrap().checkpoint.clone();
        assert_eq!(model == now, Some(video.id) == watched, "{model}");
    }
    seat.click("Analyse 2 other videos again");
    seat.until("all of them", |state| analysed_with(state).iter().all(|model| *model == now));
    until_analysed(&mut seat);
    seat.click("Keep");
    assert_eq!(used(seat.state()), Some(now.clone()));
    assert_eq!((seat.state().training.unlearnt.count, seat.banners()), (0, vec![]));
    assert!(seat.window.query_by_label_contains("Right before: ").is_none());
}

#[test]
fn an_improvement_is_taken_back_with_network_and_timeline() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = corrected(home.path());
    let before = used(seat.state());
    let windows = seat.state().selected_video().unwrap().analysis.windows.clone();
    let labels = seat.labels();
    seat.click("Improve (1)");
    until_improved(&mut seat);
    let Improve::Done { gained, .. } = &seat.state().training.improve else { panic!("it is done") };
    let improved = gained.checkpoint.clone();
    assert!(improved.exists());
    // While the analysis may still be under way.
    seat.click("Take back");
    seat.until("the old network", |state| used(state) == before);
    until_analysed(&mut seat);
    assert_eq!(analysed_with(seat.state()), vec![before.unwrap(); 3]);
    assert_eq!(seat.state().selected_video().unwrap().analysis.windows, windows);
    assert_eq!(seat.labels(), labels);
    seat.until("the trash", move |_| !improved.exists());
    seat.until("the list", |state| state.training.unlearnt.count == 1);
    assert_eq!(seat.banners(), Vec::<String>::new());
}

#[test]
fn an_improvement_that_was_interrupted_goes_on_and_shows_what_it_gained() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = corrected(home.path());
    let name = home.path().join("mine.kinetoscope");
    seat.answers("Save project as", &[&name]);
    seat.menu("File", Command::SaveProjectAs);
    seat.until("the file", |state| state.studio.file.path.as_deref() == Some(name.as_path()));
    seat.until_kept();
    seat.click("Improve (1)");
    seat.until("its begin", |state| {
        let Improve::Running { run } = &state.training.improve else { return false };
        state.training.runs.records.get(run).is_some_and(|record| record.overview.is_some())
    });
    drop(seat);
    let mut seat = lab::enter(home.path());
    seat.window.get_by_label_contains("mine").click();
    seat.until("the project", |state| state.videos.len() == 3 && super::is_watching(state));
    seat.until("the runs", |state| state.training.runs.interrupted_improvement().is_some());
    seat.click("Go on improving");
    until_improved(&mut seat);
    seat.window.get_by_label_contains("Right before: ");
    until_analysed(&mut seat);
    assert!(used(seat.state()).is_some_and(|name| name.starts_with("Improve/")));
}

#[test]
fn improving_that_is_cancelled_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = corrected(home.path());
    let before = used(seat.state());
    seat.window.state_mut().acts(TrainingAction::Improve.into());
    seat.window.state_mut().acts(TrainingAction::CancelImprove.into());
    assert_eq!(seat.state().training.improve, Improve::Idle);
    seat.until("its end", |state| {
        state.training.runs.entries.iter().flatten().any(|run| run.is_improvement)
            && state.training.runs.busy().is_none()
    });
    assert_eq!((used(seat.state()), seat.banners()), (before, vec![]));
}
