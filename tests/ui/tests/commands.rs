//! Everything by keyboard: the palette, the key help, keys that are changed, and another language.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event as Input, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_tests_ui::{Look, Window, open, scenes};
use ks_ui::commands::Command;
use ks_ui::keymap::{Profile, Shortcut};
use ks_ui::state::{Action, AppState, Dialog, Effect, KeyStep, PlayerCommand, SettingsAction};

fn press(window: &mut Harness<'_, Window>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

fn type_text(window: &mut Harness<'_, Window>, text: &str) {
    window.event(Input::Text(text.to_owned()));
    window.run();
}

fn shortcut(text: &str) -> Shortcut {
    Shortcut::parse(text).expect("should be a key")
}

fn settings(state: AppState) -> Harness<'static, Window> {
    let mut window = open(state, Look { size: [1100.0, 900.0], ..Look::default() });
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    // A dialog takes its final place one pass after it was first drawn.
    window.run_steps(3);
    window
}

#[test]
fn a_command_is_found_by_its_name_and_carried_out_without_the_mouse() {
    let mut window = open(scenes::with_model(), Look::default());
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.run_steps(3);
    type_text(&mut window, "second");
    window.get_by_label("One second back, Shift+←");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state.dialog, None);
    // Frame 50 of 25 a second, one second forward.
    assert_eq!(window.state().effects, [Effect::Player(PlayerCommand::SeekFrame(75))]);
}

#[test]
fn the_palette_leaves_with_escape_and_with_its_own_key() {
    let mut window = open(scenes::with_model(), Look::default());
    for (modifiers, key) in [(Modifiers::NONE, Key::Escape), (Modifiers::COMMAND, Key::P)] {
        press(&mut window, Modifiers::COMMAND, Key::P);
        assert!(matches!(window.state().state.dialog, Some(Dialog::Palette(_))));
        press(&mut window, modifiers, key);
        assert_eq!(window.state().state.dialog, None, "{key:?}");
    }
    assert_eq!(window.state().effects, []);
}

#[test]
fn what_is_not_possible_now_is_shown_and_does_nothing() {
    let mut window = open(scenes::empty(), Look::default());
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.run_steps(3);
    type_text(&mut window, "play or");
    window.get_by_label("Play or pause, not possible now").click();
    window.run();
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(matches!(window.state().state.dialog, Some(Dialog::Palette(_))));
    type_text(&mut window, "x");
    window.get_by_label("No command is called so");
}

#[test]
fn commands_that_nothing_carries_out_are_offered_nowhere() {
    let mut window = open(scenes::palette_empty(), Look { size: [1100.0, 1600.0], ..Look::default() });
    window.run_steps(3);
    for command in ks_ui::commands::NOT_YET {
        assert!(window.query_by_label_contains(&command.text()).is_none(), "{command:?}");
    }
    let state = window.state().state.clone();
    for command in ks_ui::commands::NOT_YET {
        assert!(!state.can(*command));
    }
}

#[test]
fn the_key_help_is_searched_by_names_and_by_keys() {
    let mut window = open(scenes::with_model(), Look::default());
    press(&mut window, Modifiers::SHIFT, Key::Questionmark);
    window.run_steps(3);
    window.get_by_label("Search the keys").click();
    window.run();
    type_text(&mut window, "pgup");
    window.get_by_label("One minute back");
    assert!(window.query_by_label("Five seconds back").is_none());
    // Inside the text field a key is text.
    press(&mut window, Modifiers::NONE, Key::K);
    assert_eq!(window.state().effects, []);
    window.get_by_label("Change keys…").click();
    window.run();
    assert!(matches!(window.state().state.dialog, Some(Dialog::Settings(_))));
}

#[test]
fn a_key_is_recorded_and_works_at_once() {
    let mut window = settings(scenes::with_model());
    window.state_mut().happens(Action::Settings(SettingsAction::Search("analyse all".to_owned())).into());
    window.run();
    window.get_by_label("Add a key for “Analyse all”").click();
    window.run();
    window.get_by_label("Press a key…");
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    assert_eq!(window.state().effects, [Effect::SaveConfig]);
    assert_eq!(window.state().state.keymap.owner(shortcut("Ctrl+Shift+Enter")), Some(Command::AnalyseAll));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!(window.state().state.dialog, None);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    assert!(window.state().effects.iter().any(|effect| matches!(effect, Effect::Analyse { .. })));
}

#[test]
fn while_a_key_is_recorded_no_key_does_anything_and_escape_gives_up() {
    let mut window = settings(scenes::with_model());
    window.get_by_label("Add a key for “Quit”").click();
    window.run();
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(matches!(&window.state().state.dialog, Some(Dialog::Settings(view)) if view.step == KeyStep::Idle));
    // The keys of the player are dead while the settings are open.
    press(&mut window, Modifiers::NONE, Key::K);
    assert_eq!(window.state().effects, []);
    assert!(!window.state().state.keymap.has_changes());
}

#[test]
fn a_clash_is_said_in_place_and_the_key_stays_or_is_taken_away() {
    for takes in [false, true] {
        let mut window = settings(scenes::with_model());
        window.get_by_label("Add a key for “Open labels…”").click();
        window.run();
        press(&mut window, Modifiers::COMMAND, Key::O);
        window.get_by_label(&format!("{}+O means “Open videos…” already", ks_ui::keymap::COMMAND_KEY));
        assert_eq!(window.state().effects, []);
        window.get_by_label(if takes { "Take it away there" } else { "Leave it there" }).click();
        window.run();
        let owner = window.state().state.keymap.owner(shortcut("Ctrl+O"));
        assert_eq!(owner, Some(if takes { Command::OpenLabels } else { Command::Open }));
        assert!(window.query_by_label_contains("already").is_none());
    }
}

#[test]
fn keys_are_taken_away_and_given_back() {
    let mut window = settings(scenes::with_model());
    let keys = format!("{}+O", ks_ui::keymap::COMMAND_KEY);
    window.get_by_label(&format!("Take {keys} away from “Open videos…”")).click();
    window.run();
    assert_eq!(window.state().state.keymap.owner(shortcut("Ctrl+O")), None);
    window.get_by_label("Reset the keys of “Open videos…”").click();
    window.run();
    assert_eq!(window.state().state.keymap.owner(shortcut("Ctrl+O")), Some(Command::Open));
    window.get_by_label(&format!("Take {keys} away from “Open videos…”")).click();
    window.run();
    window.get_by_label("Reset all").click();
    window.run();
    assert!(!window.state().state.keymap.has_changes());
}

#[test]
fn another_profile_brings_its_keys() {
    let mut window = settings(scenes::with_model());
    window.get_by_role_and_label(Role::ComboBox, "Profile").click();
    window.run();
    window.get_by_label("mpv").click();
    window.run();
    assert_eq!(window.state().state.keymap.profile(), Profile::Mpv);
    assert_eq!(window.state().effects, [Effect::SaveConfig]);
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::NONE, Key::P);
    assert_eq!(window.state().effects.last(), Some(&Effect::Player(PlayerCommand::Play)));
    // K plays in the usual profile alone.
    let before = window.state().effects.len();
    press(&mut window, Modifiers::NONE, Key::K);
    assert_eq!(window.state().effects.len(), before);
}

#[test]
fn the_look_is_set_and_kept() {
    let mut window = settings(scenes::with_model());
    window.get_by_label("Look").click();
    window.run();
    window.get_by_label("Light theme").click();
    window.run();
    window.get_by_label("Reduce motion").click();
    window.run();
    window.get_by_label("150 %").click();
    window.run();
    let state = &window.state().state;
    assert!(state.reduced_motion);
    assert_eq!(state.scale.factor(), 1.5);
    assert_eq!(window.state().effects, [Effect::SaveConfig, Effect::SaveConfig, Effect::SaveConfig]);
    assert_eq!(window.ctx.style_of(egui::Theme::Dark).animation_time, 0.0);
    window.state_mut().happens(Action::Settings(SettingsAction::ReduceMotion(false)).into());
    window.run();
    assert!(window.ctx.style_of(egui::Theme::Dark).animation_time > 0.0);
}

#[test]
fn another_language_is_spoken_as_far_as_it_goes() {
    let mut state = scenes::with_model();
    let german = "language-name = Deutsch\nsettings-title = Einstellungen\ntheme-dark = Dunkles Aussehen\n\
        count-videos = { $count ->\n    [one] 1 Video\n   *[other] { $count } Videos\n}\n\
        command-open = Videos öffnen …\n    .tooltip = Eine oder mehrere Dateien wählen\n";
    state.languages.add("de", german).expect("should be a language");
    let mut window = settings(state);
    window.get_by_label("Look").click();
    window.run();
    window.get_by_role_and_label(Role::ComboBox, "Language").click();
    window.run();
    window.get_by_label("Deutsch").click();
    window.run();
    window.get_by_label("Einstellungen");
    window.get_by_label("Dunkles Aussehen");
    // What is not in the file stays English.
    window.get_by_label("Light theme");
    assert_eq!(window.state().effects, [Effect::SaveConfig]);
    press(&mut window, Modifiers::NONE, Key::Escape);
    window.get_by_label("3 Videos");
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.run_steps(3);
    type_text(&mut window, "öffnen");
    window.get_by_label_contains("Videos öffnen …");
}

#[test]
fn a_changed_keymap_is_what_menus_and_hints_name() {
    let mut state = scenes::with_model();
    let mut keymap = ks_ui::keymap::Keymap::new(Profile::Elan);
    keymap.take(Command::Analyse, shortcut("F9"));
    state.keymap = Arc::new(keymap);
    let mut window = open(state, Look { size: [1100.0, 1400.0], ..Look::default() });
    press(&mut window, Modifiers::NONE, Key::F1);
    window.run_steps(3);
    window.get_by_label("Ctrl+Enter   F9".replace("Ctrl", ks_ui::keymap::COMMAND_KEY).as_str());
    window.state_mut().happens(Action::CloseDialog.into());
    press(&mut window, Modifiers::NONE, Key::F9);
    assert!(window.state().effects.iter().any(|effect| matches!(effect, Effect::Analyse { .. })));
}
