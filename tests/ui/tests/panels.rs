//! The panels through the names that assistive technology hears.

use std::path::PathBuf;

use egui_kittest::kittest::Queryable as _;
use ks_tests_ui::{Look, open, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{Action, Dialog, Effect, EngineEvent, Event, Failure, PlayerCommand, ProjectEffect, SampleEvent};

fn both_themes_and_scales() -> [Look; 4] {
    let look = |theme, scale, size| Look { theme, size, scale };
    [
        look(egui::Theme::Dark, 1.0, [1100.0, 700.0]),
        look(egui::Theme::Light, 1.0, [1100.0, 700.0]),
        look(egui::Theme::Dark, 2.0, [640.0, 400.0]),
        look(egui::Theme::Light, 2.0, [640.0, 400.0]),
    ]
}

#[test]
fn the_first_screen_says_what_to_drop_and_what_computes() {
    let mut window = open(scenes::empty(), Look::default());
    window.get_by_label("Drop videos here");
    window.get_by_label("Computes on NVIDIA GeForce RTX 4070 Laptop GPU");
    window.get_by_label("Open videos…").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::AskForVideos]);
}

#[test]
fn the_sample_is_asked_for_watched_and_cancelled() {
    let mut window = open(scenes::empty(), Look::default());
    window.get_by_label("Open sample").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::FindSample]);
    assert!(window.query_by_label("Open sample").is_none(), "it is under way");
    window.state_mut().happens(Event::Sample(SampleEvent::Progress(0.5)));
    window.run();
    let bar = egui::accesskit::Role::ProgressIndicator;
    window.get_by_role_and_label(bar, "Making the sample: its videos are drawn and analysed, this once");
    window.get_by_label("Cancel").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::FindSample, Effect::CancelSample]);
    window.get_by_label("Open sample");
}

#[test]
fn the_sample_comes_with_its_own_network() {
    let mut window = open(scenes::empty(), Look::default());
    let (project, checkpoint) = (PathBuf::from("/data/Sample.kinetoscope"), PathBuf::from("/data/motions.safetensors"));
    let made = SampleEvent::Made { project: project.clone(), checkpoint: checkpoint.clone() };
    window.state_mut().happens(Event::Sample(made));
    let effects = &window.state().effects;
    let opens = Effect::Project(ProjectEffect::Open(project));
    assert!(effects.contains(&opens), "{effects:?}");
    let reads =
        |effect: &Effect| matches!(effect, Effect::InspectModel { checkpoint: read, .. } if *read == checkpoint);
    assert!(effects.iter().any(reads), "{effects:?}");
    window.state_mut().happens(Event::Sample(SampleEvent::Failed(Failure::new("The disk is full"))));
    window.run();
    window.get_by_label_contains("The disk is full");
}

#[test]
fn a_computer_without_a_gpu_is_told_that_everything_works() {
    let window = open(scenes::empty_without_gpu(), Look::default());
    window.get_by_label("No GPU was found, so the processor computes: everything works, only slower");
}

#[test]
fn every_control_has_a_name_in_every_state_theme_and_scale() {
    let all = [
        scenes::empty,
        scenes::opened,
        scenes::with_model,
        scenes::analysing,
        scenes::analysed,
        scenes::engine_died,
        scenes::failed,
        scenes::zoo,
        scenes::zoo_here,
        scenes::zoo_offline,
        scenes::zoo_nothing,
        scenes::keys,
        scenes::palette,
        scenes::palette_empty,
        scenes::settings_keys,
        scenes::settings_clash,
        scenes::settings_look,
        scenes::studio,
        scenes::results,
        scenes::totals,
        scenes::review,
        scenes::history,
        scenes::recent,
    ];
    for look in both_themes_and_scales() {
        for scene in all {
            // The harness itself refuses unnamed controls and characters that no font has.
            let window = open(scene(), look);
            assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
        }
    }
}

#[test]
fn the_queue_shows_names_states_and_failures() {
    let mut window = open(scenes::opened(), Look::default());
    window.get_by_label_contains("arm_wrestling_340x256.mp4, 0:10");
    window.get_by_label_contains("Finding frames 31 %");
    window.get_by_label_contains("notes.txt, , Cannot be read").click();
    window.run();
    window.get_by_label("notes.txt is not a video; choose a file with moving pictures");
}

#[test]
fn the_big_button_says_what_is_missing_and_starts_when_nothing_is() {
    let mut window = open(scenes::opened(), Look::default());
    window.get_by_label("Choose a checkpoint first");
    window.get_by_label("Open checkpoint…").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::AskForCheckpoint]);
    let mut window = open(scenes::with_model(), Look::default());
    window.get_by_role_and_label(egui::accesskit::Role::Button, "Analyse").click();
    window.run();
    // The project is told before.
    assert!(matches!(window.state().effects.as_slice(), [.., Effect::Analyse { .. }]), "{:?}", window.state().effects);
}

#[test]
fn progress_and_cancel_replace_the_big_button() {
    let mut window = open(scenes::analysing(), Look::default());
    window.get_by_label("Analysing windows: 3 of 10");
    window.get_by_label("0.42 a second, 17 s left, limited by computing");
    window.get_by_label("Cancel").click();
    window.run();
    let id = scenes::first(&window.state().state);
    assert_eq!(window.state().effects, [Effect::Cancel { video: id }]);
}

#[test]
fn lanes_appear_while_scores_are_streamed() {
    let mut window = open(scenes::with_model(), Look::default());
    let id = scenes::first(&window.state().state);
    window.state_mut().happens(Action::Command(Command::Analyse).into());
    window.run();
    window.get_by_label("Analysing…");
    scenes::stream(&mut window.state_mut().state, id, 2);
    window.run();
    window.get_by_label("arm wrestling: 1 action, at most 81 %");
    assert!(window.query_by_label_contains("shaking hands: 1 action").is_none());
    window.state_mut().state = scenes::analysed();
    window.run();
    window.get_by_label("shaking hands: 1 action, at most 86 %");
}

#[test]
fn dragging_the_threshold_changes_the_bars() {
    let mut window = open(scenes::analysed(), Look::default());
    let count = |window: &egui_kittest::Harness<'_, ks_tests_ui::Window>| {
        window.state().state.selected_video().expect("should be selected").analysis.lanes.segment_count()
    };
    let before = count(&window);
    let slider = window.get_by_role_and_label(egui::accesskit::Role::Slider, "Threshold").rect();
    window.drag_at(slider.center());
    window.run();
    window.hover_at(slider.right_center() - egui::vec2(8.0, 0.0));
    window.run();
    let during = count(&window);
    assert!(during < before, "{during} of {before} bars while the slider is held");
    window.drop_at(slider.right_center());
    window.run();
    window.get_by_label_contains("No action reaches");
}

#[test]
fn the_scores_under_the_playhead_follow_it() {
    let mut window = open(scenes::analysed(), Look::default());
    window.get_by_label("arm wrestling: 93 %");
    window.state_mut().happens(Event::Player(ks_ui::state::PlayerEvent::Picture(scenes::picture(190))));
    window.run();
    window.get_by_label("shaking hands: 86 %");
}

#[test]
fn clicking_and_dragging_in_the_timeline_scrubs() {
    let mut window = open(scenes::analysed(), Look::default());
    let timeline = window.get_by_label("Timeline of arm_wrestling_340x256.mp4").rect();
    // The ruler; over labels, dragging draws.
    let ruler = timeline.center_top() + egui::vec2(0.0, 10.0);
    let end = ruler + egui::vec2(timeline.width() / 2.0 - 2.0, 0.0);
    window.drag_at(ruler);
    window.run();
    window.hover_at(end);
    window.run();
    window.drop_at(end);
    window.run();
    let seeks: Vec<&Effect> = window.state().effects.iter().collect();
    assert!(matches!(seeks.first(), Some(Effect::Player(PlayerCommand::SeekFrame(124..=126)))), "{seeks:?}");
    assert!(matches!(seeks.last(), Some(Effect::Player(PlayerCommand::SeekFrame(248..=249)))), "{seeks:?}");
}

#[test]
fn the_wheel_zooms_and_a_double_click_fits() {
    let mut window = open(scenes::analysed(), Look::default());
    let timeline = window.get_by_label("Timeline of arm_wrestling_340x256.mp4").rect();
    window.hover_at(timeline.center());
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 200.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    window.run();
    let range = window.state().state.range;
    assert!(range.len() < 8.0 && range.start > 0.0, "{range:?}");
    window.key_press(egui::Key::Z);
    window.run();
    assert!(window.state().state.range.is_all());
}

#[test]
fn keys_work_and_are_dead_inside_text_fields() {
    let mut window = open(scenes::with_model(), Look::default());
    window.key_press(egui::Key::Space);
    window.run();
    window.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowRight);
    window.run();
    assert_eq!(
        window.state().effects,
        [Effect::Player(PlayerCommand::Play), Effect::Player(PlayerCommand::SeekFrame(75))]
    );
    window.key_press(egui::Key::G);
    window.run();
    for key in [egui::Key::Space, egui::Key::K, egui::Key::Home] {
        window.key_press(key);
        window.run();
    }
    assert_eq!(window.state().effects.len(), 2);
    window.event(egui::Event::Text("0:04".to_owned()));
    window.run();
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::Player(PlayerCommand::SeekFrame(100))));
    assert_eq!(window.state().state.dialog, None);
}

#[test]
fn the_key_help_lists_every_command_that_has_a_key() {
    let mut window = open(scenes::opened(), Look { size: [1100.0, 1400.0], ..Look::default() });
    window.state_mut().state.dialog = Some(Dialog::Keys { search: String::new() });
    window.run();
    let keymap = std::sync::Arc::clone(&window.state().state.keymap);
    for command in Command::offered().filter(|command| !keymap.shortcuts(*command).is_empty()) {
        assert!(window.query_all_by_label(&command.text()).count() > 0, "{} is missing", command.text());
    }
    // A dialog takes its final place one pass after it was first drawn.
    window.run_steps(3);
    window.get_by_label("Close").click();
    window.run();
    assert_eq!(window.state().state.dialog, None);
}

#[test]
fn a_dead_engine_is_announced_and_the_message_can_be_taken_away() {
    let mut window = open(scenes::engine_died(), Look::default());
    window.get_by_label_contains("The compute engine stopped (it was killed by signal 9)");
    window.get_by_label("The engine was restarted and goes on…");
    window.get_by_label("Details").click();
    window.run();
    window.get_by_label_contains("GPU memory exhausted");
    let id = scenes::first(&window.state().state);
    window.state_mut().happens(Event::Engine(EngineEvent::Restarted(vec![id])));
    window.run();
    window.get_by_label_contains("goes on with “arm_wrestling_340x256.mp4”");
    window.get_by_label("Dismiss message").click();
    window.run();
    assert!(window.state().state.banners.is_empty());
}

#[test]
fn failures_stand_where_they_belong() {
    let window = open(scenes::failed(), Look::default());
    window.get_by_label("notes.txt is not a video; choose a file with moving pictures");
    window.get_by_label_contains("This checkpoint holds another kind of network");
    window.get_by_label_contains("The compute engine stopped three times");
}
