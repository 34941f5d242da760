//! Magnifying the picture: with the wheel, by dragging, by keys, and back; and how it looks.

use egui::{
    Event as Input, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, TouchPhase, Vec2, vec2,
};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use ks_tests_ui::{Look, Window, open, open_drawn, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, PictureView};

const PICTURE: &str = "Picture of arm_wrestling_340x256.mp4";

fn view(window: &Harness<'_, Window>) -> PictureView {
    window.state().state.selected_video().expect("should be selected").picture_view
}

fn middle(window: &Harness<'_, Window>) -> Pos2 {
    window.get_by_label(PICTURE).rect().center()
}

fn wheel(window: &mut Harness<'_, Window>, at: Pos2, modifiers: Modifiers, lines: f32) {
    window.event(Input::PointerMoved(at));
    window.event_modifiers(
        Input::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, lines),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers,
        },
        modifiers,
    );
    window.run();
}

fn drag(window: &mut Harness<'_, Window>, from: Pos2, by: Vec2, button: PointerButton) {
    let press = |pos, pressed| Input::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE };
    window.event(Input::PointerMoved(from));
    window.event(press(from, true));
    window.run();
    for step in 1..=2 {
        window.event(Input::PointerMoved(from + by * step as f32 / 2.0));
        window.run();
    }
    window.event(press(from + by, false));
    window.run();
}

fn magnified(zoom: f32) -> AppState {
    let mut state = scenes::opened();
    state.apply(Action::SetPictureView(PictureView { zoom, ..PictureView::default() }).into());
    state
}

#[test]
fn ctrl_and_the_wheel_magnify_where_the_pointer_is() {
    let mut window = open(scenes::opened(), Look::default());
    window.run();
    let at = middle(&window) + vec2(60.0, -40.0);
    wheel(&mut window, at, Modifiers::NONE, 3.0);
    assert_eq!(view(&window), PictureView::default(), "the wheel alone does nothing to the picture");
    wheel(&mut window, at, Modifiers::COMMAND, 3.0);
    let PictureView { zoom, center } = view(&window);
    assert!(zoom > 1.1, "{zoom}");
    assert!(center[0] >= 0.5 && center[1] < 0.5, "towards the pointer: {center:?}");
    wheel(&mut window, at, Modifiers::COMMAND, 100.0);
    assert_eq!(view(&window).zoom, 16.0);
    for _ in 0..6 {
        wheel(&mut window, at, Modifiers::COMMAND, -20.0);
    }
    assert_eq!(view(&window), PictureView::default());
}

#[test]
fn a_magnified_picture_is_moved_by_dragging_and_cannot_be_lost() {
    for button in [PointerButton::Primary, PointerButton::Middle] {
        let mut window = open(magnified(4.0), Look::default());
        window.run();
        let from = middle(&window);
        drag(&mut window, from, vec2(30.0, 20.0), button);
        let [x, y] = view(&window).center;
        assert!(x < 0.5 && y < 0.5, "{button:?}: {x} {y}");
        for _ in 0..9 {
            drag(&mut window, from, vec2(160.0, 100.0), button);
        }
        let [x, y] = view(&window).center;
        assert!(x > 0.05 && y > 0.05, "{button:?}: {x} {y}");
        assert!(!window.state().state.player.is_playing, "dragging is not clicking");
    }
}

#[test]
fn the_whole_picture_is_not_moved_by_dragging() {
    let mut window = open(scenes::opened(), Look::default());
    window.run();
    let from = middle(&window);
    drag(&mut window, from, vec2(50.0, 50.0), PointerButton::Primary);
    assert_eq!(view(&window), PictureView::default());
}

#[test]
fn a_double_click_and_the_chip_show_all_of_it_again() {
    let mut window = open(magnified(1.5), Look::default());
    window.run();
    window.get_by_label("Picture at 150 %, show all of it").click();
    window.run();
    assert_eq!(view(&window), PictureView::default());
    assert!(window.query_by_label("Picture at 100 %, show all of it").is_none(), "nothing is said about the whole");

    let mut window = open(magnified(3.0), Look::default());
    window.run();
    let at = middle(&window);
    window.event(Input::PointerMoved(at));
    // Each event takes the harness a quarter of a second.
    window.ctx.options_mut(|options| options.input_options.max_double_click_delay = 2.0);
    for pressed in [true, false, true, false] {
        let button = PointerButton::Primary;
        window.event(Input::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
    }
    window.run();
    assert_eq!(view(&window), PictureView::default());
    assert!(!window.state().state.player.is_playing, "the two clicks took back what each of them did");
}

#[test]
fn keys_and_the_menu_magnify_the_picture_of_this_video_alone() {
    let mut window = open(scenes::opened(), Look::default());
    window.run();
    assert!(window.state().state.can(Command::ZoomPictureIn) && !window.state().state.can(Command::ResetPicture));
    for _ in 0..3 {
        window.key_press_modifiers(Modifiers::ALT, Key::Equals);
        window.run();
    }
    assert_eq!(view(&window).zoom, 2.0);
    window.key_press_modifiers(Modifiers::ALT, Key::Minus);
    window.run();
    assert_eq!(view(&window).zoom, 1.5);
    window.state_mut().happens(Action::Command(Command::NextVideo).into());
    assert_eq!(view(&window), PictureView::default());
    window.state_mut().happens(Action::Command(Command::PreviousVideo).into());
    assert_eq!(view(&window).zoom, 1.5);
    window.key_press_modifiers(Modifiers::ALT, Key::Backspace);
    window.run();
    assert_eq!(view(&window), PictureView::default());
}

#[test]
fn a_picture_at_twice_its_size() {
    let mut state = scenes::analysed();
    state.apply(Action::SetPictureView(PictureView { zoom: 2.0, center: [0.4, 0.6] }).into());
    let look = Look { size: [640.0, 400.0], ..Look::default() };
    let Some(mut window) = open_drawn(state, look) else {
        eprintln!("skipped: no graphics adapter, not even a software one");
        return;
    };
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(400);
    window.snapshot_options("picture_at_200", &options);
}
