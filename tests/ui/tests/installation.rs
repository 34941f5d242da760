//! What the window says of its installation: what is missing, what it runs on, newer versions, and the page after a crash.

use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use ks_tests_ui::{Look, open, open_drawn, scenes};
use ks_ui::commands::Command;
use ks_ui::crash_page::{self, CrashAction, CrashPage};
use ks_ui::state::{Action, AppState, Effect, Event, InstallationEvent, MissingPart, UpdateCheck};

fn looked(state: &mut AppState) {
    let part = |purposes: &str, remedy: &str| MissingPart { purposes: purposes.to_owned(), remedy: remedy.to_owned() };
    let missing = vec![
        part("H.264 decoding, H.265 decoding, MPEG-4 decoding", "sudo apt-get install gstreamer1.0-libav"),
        part("sound output", "sudo apt-get install gstreamer1.0-plugins-good"),
    ];
    state.apply(Event::Installation(InstallationEvent::Looked { media: "GStreamer 1.22.0".to_owned(), missing }));
    state.installation.drawn_by = "NVIDIA GeForce RTX 4070 Laptop GPU (Vulkan, 550.163.01)".to_owned();
    state.installation.places =
        ["/home/me/.config/kinetoscope", "/home/me/.local/share/kinetoscope", "/home/me/.cache/kinetoscope"]
            .map(str::to_owned)
            .to_vec();
}

fn about() -> AppState {
    let mut state = scenes::empty();
    looked(&mut state);
    state.apply(Action::Command(Command::ShowAbout).into());
    state
}

#[test]
fn the_first_screen_says_what_is_missing_and_what_to_install() {
    let mut state = scenes::empty();
    looked(&mut state);
    let window = open(state, Look::default());
    window.get_by_label("Not installed: sound output. What to do: sudo apt-get install gstreamer1.0-plugins-good");
    window
        .get_by_label_contains("H.265 decoding, MPEG-4 decoding. What to do: sudo apt-get install gstreamer1.0-libav");
}

#[test]
fn the_about_page_tells_what_runs_here_and_asks_for_updates_when_told() {
    let mut window = open(about(), Look::default());
    window.get_by_label("GStreamer 1.22.0");
    window.get_by_label_contains("/home/me/.config/kinetoscope");
    assert!(window.state().effects.is_empty(), "nobody asked for anything yet");
    window.get_by_label("Check for updates").click();
    window.run();
    assert_eq!(window.state().effects, [Effect::CheckForUpdates]);
    window.get_by_label("Asking for the newest version…");
    let newer = UpdateCheck::Newer { version: "0.2.0".to_owned(), page: "https://example.org/0.2.0".to_owned() };
    window.state_mut().happens(Event::Installation(InstallationEvent::Update(newer)));
    window.run();
    window.get_by_label("Version 0.2.0 is there: https://example.org/0.2.0");
    window.get_by_label("Close").click();
    window.run();
    assert!(window.query_by_label("GStreamer 1.22.0").is_none());
}

/// The page after a crash, and what was clicked on it.
fn crashed(page: CrashPage) -> Harness<'static, Vec<CrashAction>> {
    Harness::builder().with_size([640.0, 480.0]).with_context_setup(ks_ui::theme::apply).build_ui_state(
        move |ui, clicked: &mut Vec<CrashAction>| clicked.extend(crash_page::show(ui, &page)),
        Vec::new(),
    )
}

#[test]
fn after_a_crash_the_report_can_be_saved_and_the_program_started_again() {
    let page = CrashPage {
        report: "Kinetoscope 0.1.0 for linux on x86_64\npanicked at window.rs:1".to_owned(),
        kept_in: "/home/me/.local/share/kinetoscope/crashes/crash-1.txt".to_owned(),
        saved: Some(Err("the disk is full".to_owned())),
    };
    let mut window = crashed(page);
    window.get_by_label("Report");
    window.get_by_label("The report could not be saved: the disk is full");
    window.get_by_label_contains("crash-1.txt");
    for name in ["Save report…", "Start again", "Close"] {
        window.get_by_label(name).click();
        window.run();
    }
    assert_eq!(window.state(), &[CrashAction::Save, CrashAction::StartAgain, CrashAction::Close]);
}

fn picture(name: &str, state: AppState, theme: egui::Theme, scale: f32) {
    let look = Look { theme, size: [640.0, 400.0], scale };
    let Some(mut window) = open_drawn(state, look) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    window.snapshot_options(name, &SnapshotOptions::new().threshold(1.5).max_failed_pixels(400));
}

#[test]
fn the_about_page_in_the_light() {
    picture("about_light", about(), egui::Theme::Light, 1.0);
}

#[test]
fn a_first_screen_on_which_much_is_missing_in_the_dark() {
    let mut state = scenes::empty();
    looked(&mut state);
    picture("first_screen_missing_dark", state, egui::Theme::Dark, 1.0);
}
