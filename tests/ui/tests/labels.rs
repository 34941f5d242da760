//! Labels by pointer and keys: on the timeline and on their page, through accessible names.

use egui::accesskit::Role;
use egui::{Event as Input, Key, Modifiers, Pos2, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use ks_tests_ui::label_scenes::{self, class, spans};
use ks_tests_ui::{Look, Window, open, open_drawn, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, Effect, Page, ProjectAction, ProjectEffect};

type Test = Harness<'static, Window>;

const VIDEO: &str = "Timeline of arm_wrestling_340x256.mp4";

/// Where a moment of the ten seconds is in the labels of a row.
fn place(window: &Test, row: &str, secs: f32) -> Pos2 {
    let times = window.get_by_label(VIDEO).rect();
    let name = window.get_by_label(row).rect();
    pos2(times.left() + times.width() * secs / 10.0, name.top() + 9.0)
}

fn drag(window: &mut Test, from: Pos2, to: Pos2) {
    press_and_pull(window, from, to);
    window.drop_at(to);
    window.run();
}

fn press_and_pull(window: &mut Test, from: Pos2, to: Pos2) {
    window.hover_at(from);
    window.run();
    window.drag_at(from);
    window.run();
    window.hover_at(from + (to - from) / 2.0);
    window.run();
    window.hover_at(to);
    window.run();
}

fn press(window: &mut Test, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn type_text(window: &mut Test, text: &str) {
    window.event(Input::Text(text.to_owned()));
    window.run();
}

fn click(window: &mut Test, label: &str) {
    window.get_by_label(label).click();
    window.run();
    window.run_steps(2);
}

/// How many changes were made so far.
fn changes(window: &Test) -> usize {
    let is_change = |effect: &&Effect| matches!(effect, Effect::Project(ProjectEffect::KeepEntry(_)));
    window.state().effects.iter().filter(is_change).count()
}

fn seen(window: &Test) -> Vec<(String, f64, f64)> {
    spans(&window.state().state)
}

fn span(name: &str, start: f64, end: f64) -> (String, f64, f64) {
    (name.to_owned(), start, end)
}

#[track_caller]
fn assert_close(found: &[(String, f64, f64)], wanted: &[(String, f64, f64)]) {
    let near = |a: f64, b: f64| (a - b).abs() < 0.05;
    let fits = found.len() == wanted.len()
        && found.iter().zip(wanted).all(|(a, b)| a.0 == b.0 && near(a.1, b.1) && near(a.2, b.2));
    assert!(fits, "{found:?} is not {wanted:?}");
}

#[test]
fn dragging_where_nothing_is_labelled_draws_a_bar_with_one_change() {
    let mut window = open(label_scenes::bare(), Look::default());
    let (from, to) = (place(&window, "walk: 0 labels", 1.0), place(&window, "walk: 0 labels", 3.0));
    press_and_pull(&mut window, from, to);
    assert_eq!(changes(&window), 0);
    window.drop_at(to);
    window.run();
    assert_eq!(changes(&window), 1);
    assert_eq!(seen(&window), [span("walk", 1.0, 3.0)]);
    window.get_by_label("walk, 0:01.000 to 0:03.000, labelled");
    // Scrubbing is for the ruler and the predictions.
    assert!(!window.state().effects.iter().any(|effect| matches!(effect, Effect::Player(_))));
}

#[test]
fn drawing_in_a_row_that_only_the_network_knows_makes_its_class() {
    let mut window = open(scenes::analysed(), Look::default());
    let row = "shaking hands: 1 action, at most 86 %";
    let (from, to) = (place(&window, row, 4.0), place(&window, row, 6.0));
    drag(&mut window, from, to);
    assert_eq!(seen(&window), [span("shaking hands", 4.0, 6.0)]);
    window.get_by_label("shaking hands: 1 label, 1 action found");
}

#[test]
fn a_bar_is_moved_by_its_middle_and_trimmed_by_its_edges() {
    let mut window = open(label_scenes::drawn(), Look::default());
    let row = "walk: 1 label";
    let (from, to) = (place(&window, row, 4.0), place(&window, row, 4.5));
    drag(&mut window, from, to);
    assert_close(&seen(&window), &[span("walk", 3.5, 5.5), span("run", 6.0, 8.0)]);
    let (from, to) = (place(&window, row, 5.5), place(&window, row, 5.0));
    drag(&mut window, from, to);
    assert_close(&seen(&window), &[span("walk", 3.5, 5.0), span("run", 6.0, 8.0)]);
    let (from, to) = (place(&window, row, 3.5), place(&window, row, 4.2));
    drag(&mut window, from, to);
    assert_close(&seen(&window), &[span("walk", 4.2, 5.0), span("run", 6.0, 8.0)]);
    assert_eq!(changes(&window), 3);
}

#[test]
fn edges_snap_to_the_playhead_and_to_edges_of_other_rows() {
    let mut window = open(label_scenes::drawn(), Look::default());
    // Within five points of the playhead, which is at two seconds.
    let (from, to) = (place(&window, "walk: 1 label", 3.0), place(&window, "walk: 1 label", 2.0) + vec2(4.0, 0.0));
    drag(&mut window, from, to);
    assert_eq!(seen(&window)[0], span("walk", 2.0, 5.0));
    let (from, to) = (place(&window, "walk: 1 label", 5.0), place(&window, "walk: 1 label", 6.0) - vec2(4.0, 0.0));
    drag(&mut window, from, to);
    assert_eq!(seen(&window)[0], span("walk", 2.0, 6.0));
}

#[test]
fn escape_gives_a_drag_up() {
    let mut window = open(label_scenes::drawn(), Look::default());
    let (from, to) = (place(&window, "walk: 1 label", 4.0), place(&window, "walk: 1 label", 7.0));
    press_and_pull(&mut window, from, to);
    press(&mut window, Modifiers::NONE, Key::Escape);
    window.drop_at(to);
    window.run();
    assert_eq!(changes(&window), 0);
    assert_eq!(seen(&window)[0], span("walk", 3.0, 5.0));
}

#[test]
fn clicks_select_and_shift_adds() {
    let mut window = open(label_scenes::drawn(), Look::default());
    click(&mut window, "walk, 0:03.000 to 0:05.000, labelled");
    assert_eq!(window.state().state.studio.selection.len(), 1);
    window.get_by_label("Drawn by Ada");
    window.get_by_label("run, 0:06.000 to 0:08.000, labelled").click_modifiers(Modifiers::SHIFT);
    window.run();
    assert_eq!(window.state().state.studio.selection.len(), 2);
    window.get_by_label("2 segments selected");
    let empty = place(&window, "walk: 1 label", 9.0);
    window.hover_at(empty);
    window.drag_at(empty);
    window.drop_at(empty);
    window.run();
    assert!(window.state().state.studio.selection.is_empty());
    assert_eq!(changes(&window), 0);
}

#[test]
fn the_key_splits_the_selected_bar_at_the_playhead() {
    let mut window = open(label_scenes::drawn(), Look::default());
    click(&mut window, "walk, 0:03.000 to 0:05.000, labelled");
    window.state_mut().happens(Action::Seek(label_scenes::secs(4.0)).into());
    press(&mut window, Modifiers::NONE, Key::B);
    assert_eq!(seen(&window)[..2], [span("walk", 3.0, 4.0), span("walk", 4.0, 5.0)]);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(seen(&window)[..1], [span("walk", 3.0, 5.0)]);
}

#[test]
fn a_class_key_marks_from_where_it_is_pressed_to_where_it_is_pressed_again() {
    let mut window = open(label_scenes::bare(), Look::default());
    press(&mut window, Modifiers::NONE, Key::Num2);
    press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    window.get_by_label("run is being marked since 0:02.000");
    window.get_by_label("Now: run, being marked");
    press(&mut window, Modifiers::NONE, Key::Num2);
    assert_eq!(seen(&window), [span("run", 2.0, 3.0)]);
    window.get_by_label("run, 0:02.000 to 0:03.000, labelled");
}

#[test]
fn a_segment_is_given_another_class_and_other_times_on_the_page() {
    let mut window = open(label_scenes::drawn(), Look { size: [1100.0, 1000.0], ..Look::default() });
    click(&mut window, "walk, 0:03.000 to 0:05.000, labelled");
    window.get_by_role_and_label(Role::ComboBox, "Class").click();
    window.run();
    window.get_by_label("run").click();
    window.run();
    assert_eq!(seen(&window), [span("run", 3.0, 5.0), span("run", 6.0, 8.0)]);
    let field = window.get_by_role_and_label(Role::TextInput, "End");
    field.click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::A);
    type_text(&mut window, "0:05.52");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(seen(&window)[0], span("run", 3.0, 5.52));
    let field = window.get_by_role_and_label(Role::TextInput, "Start");
    field.click();
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::A);
    type_text(&mut window, "tomorrow");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(seen(&window)[0], span("run", 3.0, 5.52));
}

#[test]
fn classes_are_added_by_typing_and_the_empty_page_says_so() {
    let mut state = scenes::opened();
    state.apply(Action::Project(ProjectAction::ShowPage(Page::Labels)).into());
    let mut window = open(state, Look { size: [1100.0, 1000.0], ..Look::default() });
    window.get_by_label_contains("No classes yet");
    click(&mut window, "Add class");
    for name in ["jump", "sit", "jump"] {
        type_text(&mut window, name);
        press(&mut window, Modifiers::NONE, Key::Enter);
    }
    window.get_by_label("There is already a class “jump”");
    window.get_by_label("jump, 0 labels, key 1");
    window.get_by_label("sit, 0 labels, key 2");
    // A row to draw in is there at once.
    window.get_by_label("sit: 0 labels");
}

#[test]
fn a_class_is_renamed_in_place() {
    let mut window = open(label_scenes::drawn(), Look { size: [1100.0, 1000.0], ..Look::default() });
    window.get_by_label("walk, 1 label, key 1").click_secondary();
    window.run();
    window.run_steps(2);
    click(&mut window, "Rename");
    press(&mut window, Modifiers::COMMAND, Key::A);
    type_text(&mut window, "stroll");
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.get_by_label("stroll, 1 label, key 1");
    window.get_by_label("stroll, 0:03.000 to 0:05.000, labelled");
    assert_eq!(changes(&window), 1);
}

#[test]
fn a_class_is_merged_and_undo_parts_them_again() {
    let mut window = open(label_scenes::drawn(), Look { size: [1100.0, 1000.0], ..Look::default() });
    click(&mut window, "walk, 1 label, key 1");
    click(&mut window, "Key, description, merging");
    window.run_steps(4);
    window.get_by_role_and_label(Role::ComboBox, "Merge into…").click();
    window.run();
    window.get_by_label("run").click();
    window.run();
    assert_eq!(seen(&window), [span("run", 3.0, 5.0), span("run", 6.0, 8.0)]);
    window.key_press(Key::Escape);
    window.run();
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(seen(&window), [span("walk", 3.0, 5.0), span("run", 6.0, 8.0)]);
}

#[test]
fn a_prediction_is_accepted_and_rejected_with_the_mouse() {
    let mut window = open(scenes::analysed(), Look::default());
    window.state_mut().state.studio.person = "Ada".to_owned();
    click(&mut window, "shaking hands, 0:07.000 to 0:08.000, predicted, at most 86 %");
    assert_eq!(window.state().state.player.position, label_scenes::secs(7.0));
    window.get_by_label("Now: shaking hands, predicted at 86 %");
    click(&mut window, "Accept");
    window.get_by_label("shaking hands, 0:07.000 to 0:08.000, labelled");
    assert!(window.query_by_label("Accept").is_none());
    press(&mut window, Modifiers::COMMAND, Key::Z);
    window.get_by_label("shaking hands, 0:07.000 to 0:08.000, predicted, at most 86 %").click_secondary();
    window.run();
    window.run_steps(2);
    click(&mut window, "Reject");
    window.get_by_label("shaking hands, 0:07.000 to 0:08.000, does not occur");
}

#[test]
fn the_threshold_of_one_class_is_dragged_and_reset() {
    let mut window = open(label_scenes::labelled(), Look::default());
    let found = |window: &Test| {
        let rows = window.state().state.studio.rows.all();
        rows.iter().find(|row| row.name == "arm wrestling").map_or(0, |row| row.predictions.len())
    };
    assert_eq!(found(&window), 2);
    let handle = window.get_by_role_and_label(Role::Slider, "Threshold of arm wrestling").rect().center();
    let entries = changes(&window);
    drag(&mut window, handle, handle - vec2(0.0, 8.0));
    let own = window.state().state.studio.rules.class_thresholds.get("arm wrestling").copied();
    assert!(own.is_some_and(|own| own > 0.6), "{own:?}");
    assert_eq!(found(&window), 1);
    // The whole drag is one step, and is taken back at once.
    assert_eq!(changes(&window), entries + 1);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(found(&window), 2);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(found(&window), 1);
    window.get_by_role_and_label(Role::Slider, "Threshold of arm wrestling").click_secondary();
    window.run();
    window.run_steps(2);
    click(&mut window, "Use the common threshold");
    assert_eq!(found(&window), 2);
}

#[test]
fn markers_are_gone_to_and_written_on() {
    let mut window = open(label_scenes::labelled(), Look::default());
    window.state_mut().happens(Action::Seek(label_scenes::secs(8.0)).into());
    window.run();
    click(&mut window, "Marker at 0:02.000");
    assert_eq!(window.state().state.player.position, label_scenes::secs(2.0));
    window.get_by_label("Marker at 0:02.000").click_secondary();
    window.run();
    window.run_steps(2);
    click(&mut window, "Change text…");
    type_text(&mut window, "begins");
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.get_by_label("Marker at 0:02.000: begins").click_secondary();
    window.run();
    window.run_steps(2);
    click(&mut window, "Delete marker");
    assert!(window.query_by_label_contains("Marker at").is_none());
}

#[test]
fn rows_without_anything_are_folded_until_all_are_wanted() {
    let mut window = open(label_scenes::labelled(), Look { size: [1100.0, 1400.0], ..Look::default() });
    let id = class(&window.state().state, "waving");
    window.state_mut().happens(Action::Label(ks_ui::state::LabelAction::DeleteClass(id)).into());
    window.state_mut().happens(
        Action::Label(ks_ui::state::LabelAction::AddClass(ks_domain::project::NewClass::named("idle"))).into(),
    );
    window.run();
    assert!(window.query_by_label("idle: 0 labels").is_none());
    click(&mut window, "All classes");
    window.get_by_label("idle: 0 labels");
}

#[test]
fn the_actions_over_the_picture_can_be_switched_off() {
    let mut window = open(label_scenes::labelled(), Look::default());
    window.get_by_label("Now: arm wrestling, labelled");
    window.get_by_label_contains("Now: arm wrestling, predicted at");
    window.state_mut().happens(Action::Command(Command::ToggleOverlay).into());
    window.run();
    assert!(window.query_by_label_contains("Now:").is_none());
}

#[test]
fn every_control_of_the_labels_has_a_name_in_every_theme_and_scale() {
    let scenes = [label_scenes::bare, label_scenes::drawn, label_scenes::labelled, label_scenes::many_classes];
    for (theme, scale) in [(egui::Theme::Dark, 1.0), (egui::Theme::Light, 2.0)] {
        for scene in scenes {
            let window = open(scene(), Look { theme, scale, ..Look::default() });
            assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
        }
    }
}

fn picture(name: &str, state: AppState, look: Look) {
    let Some(mut window) = open_drawn(state, look) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    window.run_steps(4);
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(400);
    window.snapshot_options(name, &options);
}

#[test]
fn labels_in_the_dark() {
    let look = Look { theme: egui::Theme::Dark, scale: 1.0, size: [900.0, 640.0] };
    picture("labels_dark", label_scenes::labelled(), look);
}

#[test]
fn labels_in_the_light() {
    let look = Look { theme: egui::Theme::Light, scale: 1.0, size: [900.0, 640.0] };
    picture("labels_light", label_scenes::labelled(), look);
}

#[test]
fn labels_in_the_dark_twice_as_large() {
    let look = Look { theme: egui::Theme::Dark, scale: 2.0, size: [640.0, 400.0] };
    picture("labels_dark_200", label_scenes::labelled(), look);
}

#[test]
fn labels_in_the_light_twice_as_large() {
    let look = Look { theme: egui::Theme::Light, scale: 2.0, size: [640.0, 400.0] };
    picture("labels_light_200", label_scenes::labelled(), look);
}

#[test]
fn thirty_classes_with_long_names_in_the_dark() {
    let look = Look { theme: egui::Theme::Dark, scale: 1.0, size: [900.0, 640.0] };
    picture("labels_many_dark", label_scenes::many_classes(), look);
}

#[test]
fn a_video_without_labels_in_the_light() {
    let look = Look { theme: egui::Theme::Light, scale: 1.0, size: [640.0, 400.0] };
    picture("labels_bare_light", label_scenes::bare(), look);
}
