//! The studio through accessible names: a queue of many, the inspector's pages, the project's name.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_domain::MediaTime;
use ks_domain::project::{Scope, WorkState};
use ks_tests_ui::{Look, Window, open, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{
    Action, AppState, Effect, Event, FileWork, Page, PageAction, PlayerCommand, ProjectAction, ProjectEffect,
    ProjectEvent, ResultFilter, TotalsScope,
};

fn large() -> Look {
    Look { size: [1280.0, 1500.0], ..Look::default() }
}

fn act(window: &mut Harness<'_, Window>, action: impl Into<Action>) {
    window.state_mut().happens(action.into().into());
    window.run();
}

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn state<'a>(window: &'a Harness<'_, Window>) -> &'a AppState {
    &window.state().state
}

fn names(window: &Harness<'_, Window>) -> Vec<String> {
    state(window).videos.iter().map(|video| video.name.clone()).collect()
}

/// Tells the window what its project's file is.
fn with_file(mut state: AppState, unsaved: usize, trouble: Option<&str>) -> AppState {
    state.studio.file.path = Some("/projects/bees 2025.kinetoscope".into());
    state.studio.file.unsaved = unsaved;
    state.studio.file.trouble = trouble.map(str::to_owned);
    state
}

#[test]
fn a_broken_and_a_missing_video_do_not_disturb_the_other_eighteen() {
    let mut window = open(scenes::studio(), large());
    window.get_by_label_contains("20 videos");
    window.get_by_label_contains("in all, 1 done, 3 unreadable");
    window.get_by_label_contains("recording 16.mp4, , Cannot be read");
    window.get_by_label_contains("recording 17.mp4, , Not found, Find…");
    window.get_by_label_contains("arm_wrestling_340x256.mp4, 0:10, 6 actions, 4 labels, Needs work");
    window.get_by_label_contains("recording 01.mp4, 0:10, 6 actions, Done").click();
    window.run();
    assert_eq!(state(&window).selected_video().map(|video| video.name.as_str()), Some("recording 01.mp4"));
    window.get_by_label("Analyse all").click();
    window.run();
    let pending = state(&window).videos.iter().filter(|video| video.analysis.phase.is_pending()).count();
    assert_eq!(pending, 15);
}

#[test]
fn several_videos_are_selected_removed_together_and_come_back_with_undo() {
    let mut window = open(scenes::studio(), large());
    window.get_by_label_contains("recording 02.mp4").click_modifiers(Modifiers::COMMAND);
    window.run();
    window.get_by_label_contains("recording 03.mp4").click_modifiers(Modifiers::COMMAND);
    window.run();
    assert_eq!(state(&window).marked_or_selected().len(), 3);
    window.get_by_label("Analyse 3 selected");
    let ids: Vec<_> = state(&window).studio.marked_videos.iter().copied().collect();
    act(&mut window, Action::Project(ProjectAction::RemoveVideos(ids)));
    assert_eq!(state(&window).videos.len(), 18);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(state(&window).videos.len(), 20);
    window.get_by_label_contains("recording 02.mp4");
    // A plain click selects one again.
    window.get_by_label_contains("recording 05.mp4").click();
    window.run();
    assert_eq!(state(&window).marked_or_selected().len(), 1);
}

#[test]
fn shift_selects_a_run() {
    let mut window = open(scenes::studio(), large());
    window.get_by_label_contains("recording 04.mp4").click_modifiers(Modifiers::SHIFT);
    window.run();
    assert_eq!(state(&window).marked_or_selected().len(), 7);
}

#[test]
fn a_row_moves_by_its_menu_and_back_by_undo() {
    let mut window = open(scenes::studio(), large());
    let before = names(&window);
    window.get_by_label_contains("recording 02.mp4").click_secondary();
    window.run();
    window.get_by_label("Move up").click();
    window.run();
    let after = names(&window);
    assert_eq!((&after[3], &after[4]), (&before[4], &before[3]));
    window.get_by_label_contains("recording 02.mp4").click_secondary();
    window.run();
    window.get_by_label("Move to the end").click();
    window.run();
    assert_eq!(names(&window).last(), Some(&before[4]));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(names(&window), before);
}

#[test]
fn a_row_is_dragged_to_another_place() {
    let mut window = open(scenes::studio(), large());
    let before = names(&window);
    let from = window.get_by_label_contains("recording 01.mp4").rect().center();
    let to = window.get_by_label_contains("recording 04.mp4").rect();
    window.drag_at(from);
    window.run();
    window.hover_at(to.center() + egui::vec2(0.0, 12.0));
    window.run();
    window.drop_at(to.center() + egui::vec2(0.0, 12.0));
    window.run();
    let after = names(&window);
    assert_eq!(after[6], before[3], "{after:?}");
}

#[test]
fn work_is_marked_in_the_menu_of_a_row_without_watching_it() {
    let mut window = open(scenes::studio(), large());
    let watched = state(&window).selected;
    window.get_by_label_contains("recording 03.mp4").click_secondary();
    window.run();
    window.get_by_label("Mark as: Needs work").click();
    window.run();
    let id = state(&window).videos[5].id;
    assert_eq!(state(&window).studio.project.notes(id).work, WorkState::NeedsWork);
    assert_eq!(state(&window).selected, watched);
}

#[test]
fn a_note_is_kept_when_its_field_is_left() {
    let mut window = open(scenes::studio(), large());
    window.get_by_label("Note on the video").focus();
    window.run();
    window.get_by_label("Note on the video").type_text("look at the left hand");
    window.run();
    let id = state(&window).selected.expect("should be selected");
    assert_eq!(state(&window).studio.project.notes(id).note, "");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(state(&window).studio.project.notes(id).note, "look at the left hand");
}

#[test]
fn pages_are_switched_by_command_and_by_their_tabs() {
    let mut window = open(scenes::studio(), large());
    for (command, page, tab) in [
        (Command::ShowResults, Page::Results, "Results"),
        (Command::ShowTotals, Page::Totals, "Totals"),
        (Command::ShowReview, Page::Review, "Review"),
        (Command::ShowHistory, Page::History, "History"),
    ] {
        act(&mut window, command);
        assert_eq!(state(&window).studio.page, page);
        window.get_by_role_and_label(Role::Tab, "Scores").click();
        window.run();
        assert_eq!(state(&window).studio.page, Page::Scores);
        window.get_by_role_and_label(Role::Tab, tab).click();
        window.run();
        assert_eq!(state(&window).studio.page, page);
    }
}

#[test]
fn a_click_on_a_result_goes_there_and_selects_it() {
    let mut window = open(scenes::page(Page::Results), large());
    window.get_by_label_contains("shaking hands, 0:07.000 to 0:07, label").click();
    window.run();
    assert_eq!(state(&window).player.frame, 175);
    assert!(window.state().effects.contains(&Effect::Player(PlayerCommand::SeekFrame(175))));
    let id = state(&window).studio.selection.iter().next().copied().expect("should be selected");
    let track = state(&window).studio.project.track(scenes::first(state(&window))).expect("should have labels");
    assert_eq!(track.segment(id).map(|segment| segment.start), Some(MediaTime::from_secs_f64(7.0)));
}

#[test]
fn results_are_narrowed_down_by_text_and_kind() {
    let mut window = open(scenes::page(Page::Results), large());
    let all = state(&window).studio.pages.results.len();
    assert_eq!(all, 10);
    act(&mut window, PageAction::FilterResults(ResultFilter::Labels));
    assert_eq!(state(&window).studio.pages.results.len(), 4);
    act(&mut window, PageAction::FilterResults(ResultFilter::Disagreements));
    window.get_by_label_contains("juggling balls, 0:03.000 to 0:04, label, disagreement");
    act(&mut window, PageAction::FilterResults(ResultFilter::All));
    window.get_by_label("Filter segments").focus();
    window.run();
    window.get_by_label("Filter segments").type_text("shak");
    window.run();
    assert!(state(&window).studio.pages.results.len() < all);
    window.get_by_label_contains("shaking hands, 0:07.000 to 0:07, label");
    let (rows, results) = (state(&window).studio.rows.all(), &state(&window).studio.pages.results);
    assert!(results.shown().all(|item| rows.get(item.row).is_some_and(|row| row.name == "shaking hands")));
}

#[test]
fn results_are_sorted_by_any_column_and_back() {
    let mut window = open(scenes::page(Page::Results), large());
    let starts = |window: &Harness<'_, Window>| -> Vec<f64> {
        state(window).studio.pages.results.shown().map(|item| item.start.secs_f64()).collect()
    };
    assert!(starts(&window).is_sorted());
    window.get_by_label("Sort by start").click();
    window.run();
    assert!(starts(&window).is_sorted_by(|a, b| a >= b));
    window.get_by_label("Sort by score").click();
    window.run();
    let scores: Vec<f32> = state(&window).studio.pages.results.shown().map(|item| item.score.unwrap_or(-1.0)).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

#[test]
fn arrow_keys_walk_through_the_results() {
    let mut window = open(scenes::page(Page::Results), large());
    let first = state(&window).studio.pages.results.get(0).expect("should have a row").clone();
    act(&mut window, PageAction::OpenResult(first.key));
    let label = format!("{} to {},", first.start, ks_ui::format::short_time(first.end));
    window.get_by_label_contains(&label).focus();
    window.run_steps(3);
    for _ in 0..3 {
        press(&mut window, Modifiers::NONE, Key::ArrowDown);
        window.run_steps(3);
    }
    let results = &state(&window).studio.pages.results;
    assert_eq!(results.cursor.and_then(|key| results.place_of(key)), Some(3));
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    let results = &state(&window).studio.pages.results;
    assert_eq!(results.cursor.and_then(|key| results.place_of(key)), Some(2));
}

#[test]
fn shown_predictions_are_accepted_together_above_a_probability_and_singly() {
    let mut state_before = scenes::page(Page::Results);
    scenes::draw(&mut state_before, "bowling", 9.0, 9.5);
    let mut window = open(state_before, large());
    let id = scenes::first(state(&window));
    let labels =
        |window: &Harness<'_, Window>| state(window).studio.project.track(id).map_or(0, |track| track.segment_count());
    let before = labels(&window);
    act(&mut window, PageAction::SetLeast(0.7));
    let count = state(&window).studio.pages.results.acceptable().count();
    assert!(count > 0);
    window.get_by_label(&format!("Accept {count}")).click();
    window.run();
    assert_eq!(labels(&window), before + count);
    assert_eq!(state(&window).studio.pages.results.acceptable().count(), 0);
    let accept = window.get_all_by_label("Accept").next().expect("should have one that is less probable");
    accept.click();
    window.run();
    assert_eq!(labels(&window), before + count + 1);
}

#[test]
fn totals_count_the_watched_the_selected_and_all_videos() {
    let mut window = open(scenes::page(Page::Totals), large());
    window.get_by_label("1 video, 0:10");
    window.get_by_label("arm wrestling: labels 2, predictions 2");
    window.get_by_label("juggling balls: labels 1, predictions none");
    act(&mut window, PageAction::TotalsOf(TotalsScope::All));
    window.get_by_label("arm wrestling: labels 2, predictions 4");
    window.get_by_label_contains("20 videos,");
    act(&mut window, PageAction::TotalsBy(ks_ui::state::TotalsMeasure::Duration));
    // 1–5 and 4–6 seconds.
    window.get_by_label_contains("arm wrestling: labels 0:06.000");
    let view = &state(&window).studio.pages.totals;
    let place = view.classes.iter().position(|class| class.name == "arm wrestling").expect("should be there");
    let class = view.totals.classes.iter().find(|class| class.class == place).expect("should be counted");
    assert_eq!(class.labels.covered, MediaTime::from_secs_f64(5.0));
    window.get_by_label("Copy as table").click();
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap_or_else(|| state(&window).studio.pages.totals.to_csv());
    assert!(copied.lines().any(|line| line.starts_with("arm wrestling,labels,2,6.000,3.000,5.000")), "{copied}");
}

#[test]
fn a_review_is_worked_off_by_keys_alone() {
    let mut window = open(scenes::studio(), large());
    press(&mut window, Modifiers::ALT, Key::N);
    assert_eq!(state(&window).studio.page, Page::Review);
    let total = state(&window).studio.pages.review.items().len();
    assert!(total > 1, "{total} moments");
    window.get_by_label(&format!("1 of {total} looked at"));
    let id = scenes::first(state(&window));
    let labels =
        |window: &Harness<'_, Window>| state(window).studio.project.track(id).map_or(0, |track| track.segment_count());
    let before = labels(&window);
    let moment = state(&window).reviewed_moment().expect("should be at a moment");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(labels(&window), before + 1, "only the class in question is accepted");
    let track = state(&window).studio.project.track(id).expect("should have labels");
    let newest = track.segments().next_back().expect("should have a label");
    assert!(newest.start < moment.end && moment.start < newest.end);
    for _ in 1..total {
        press(&mut window, Modifiers::ALT, Key::N);
    }
    window.get_by_label(&format!("{total} of {total} looked at"));
    window.get_by_label("Look for more");
    // Going on when nothing is left says so.
    for _ in 0..60 {
        press(&mut window, Modifiers::ALT, Key::N);
    }
    window.get_by_label("Nothing is left to review in this video");
}

#[test]
fn a_click_on_a_moment_goes_there() {
    let mut window = open(scenes::page(Page::Review), large());
    window.run();
    let item = *state(&window).studio.pages.review.items().last().expect("should have moments");
    window.get_all_by_label_contains(&format!("at {}", item.moment.start)).last().expect("should be shown").click();
    window.run();
    assert!(state(&window).studio.pages.review.items().last().is_some_and(|item| item.is_seen));
}

#[test]
fn the_history_goes_back_and_forward_and_says_who_drew_what() {
    let mut window = open(scenes::page(Page::History), large());
    let id = scenes::first(state(&window));
    let labels =
        |window: &Harness<'_, Window>| state(window).studio.project.track(id).map_or(0, |track| track.segment_count());
    assert_eq!(labels(&window), 4);
    window.get_by_label_contains("Draw: juggling balls at 0:03.000, Ada").click();
    window.run();
    assert_eq!(labels(&window), 2);
    window.get_by_label_contains("Draw: shaking hands at 0:07.000, Ada, just now, taken back");
    window.get_by_label("Beginning").click();
    window.run();
    assert_eq!(labels(&window), 0);
    window.get_by_label_contains("Draw: shaking hands at 0:07.000, Ada").click();
    window.run();
    assert_eq!(labels(&window), 3);
    let history = state(&window).studio.project.history();
    assert!(history.next_redo(Scope::Video(id)).is_some());
    drop(window);
    let window = open(scenes::history(), large());
    window.get_by_label("arm wrestling, 0:01.000 – 0:05.000");
    window.get_by_label("Drawn by Ada");
    window.get_by_label("3 h ago, unchanged since");
}

#[test]
fn a_recent_project_is_opened_by_a_click() {
    let mut window = open(scenes::recent(), Look::default());
    window.get_by_label("Open project…");
    window.get_by_label("bees 2025, /home/ada/projects").click();
    window.run();
    let open = Effect::Project(ProjectEffect::Open("/home/ada/projects/bees 2025.kinetoscope".into()));
    assert_eq!(window.state().effects, [open]);
}

#[test]
fn the_top_bar_names_the_project_and_says_whether_it_is_kept() {
    let window = open(with_file(scenes::studio(), 0, None), large());
    window.get_by_label("bees 2025");
    window.get_by_label("Saved");
    let window = open(with_file(scenes::studio(), 2, None), large());
    window.get_by_label("Saving…");
    let window = open(with_file(scenes::studio(), 2, Some("The disk is full")), large());
    window.get_by_label("Not saved");
    let mut read_only = with_file(scenes::studio(), 0, None);
    read_only.studio.file.is_read_only = true;
    open(read_only, large()).get_by_label("Read only");
    open(scenes::empty(), large()).get_by_label("Untitled");
}

#[test]
fn what_goes_on_with_project_files_is_said_at_the_top() {
    let mut window = open(with_file(scenes::studio(), 0, None), large());
    let mut says = |work: Option<FileWork>, text: &str| {
        window.state_mut().happens(Event::Project(ProjectEvent::Busy(work)));
        window.run();
        window.get_by_label(text);
    };
    let path = || "/projects/wasps.kinetoscope".into();
    says(Some(FileWork::Opening { path: path(), done: 0, total: 0 }), "Opening wasps…");
    says(Some(FileWork::Opening { path: path(), done: 3, total: 20 }), "Opening wasps: 3 of 20 videos");
    says(Some(FileWork::Saving(path())), "Saving as wasps…");
    says(Some(FileWork::Closing), "Saving before closing…");
    says(None, "Saved");
}
