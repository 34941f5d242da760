//! Accepting, rejecting and moving by pointer and keys: what is one step of undo, and what is said of one span.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use ks_domain::project::{Author, ChangeKind, NewClass, NewSegment, Scope, Stamp, Verdict};
use ks_tests_ui::label_scenes::{self, class, secs, spans};
use ks_tests_ui::{Look, Window, open, scenes};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, Effect, LabelAction, Page, PageAction, ProjectAction, ProjectEffect};

type Test = Harness<'static, Window>;

const VIDEO: &str = "Timeline of arm_wrestling_340x256.mp4";

fn act(window: &mut Test, action: impl Into<Action>) {
    window.state_mut().happens(action.into().into());
    window.run();
}

fn undo(window: &mut Test) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
}

fn state(window: &Test) -> &AppState {
    &window.state().state
}

fn changes_of_rules(window: &Test) -> usize {
    let is_rules = |effect: &&Effect| match effect {
        Effect::Project(ProjectEffect::KeepEntry(entry)) => entry.change.kind == ChangeKind::SetRules,
        _ => false,
    };
    window.state().effects.iter().filter(is_rules).count()
}

/// Changes of the watched video.
fn changes(window: &Test) -> usize {
    let watched = state(window).selected.map(Scope::Video);
    let is_of_video = |effect: &&Effect| match effect {
        Effect::Project(ProjectEffect::KeepEntry(entry)) => Some(entry.change.scope) == watched,
        _ => false,
    };
    window.state().effects.iter().filter(is_of_video).count()
}

fn place(window: &Test, row: &str, secs: f32) -> Pos2 {
    let times = window.get_by_label(VIDEO).rect();
    let name = window.get_by_label(row).rect();
    pos2(times.left() + times.width() * secs / 10.0, name.top() + 9.0)
}

fn pull(window: &mut Test, places: &[Pos2]) {
    window.hover_at(places[0]);
    window.run();
    window.drag_at(places[0]);
    window.run();
    for place in &places[1..] {
        window.hover_at(*place);
        window.run();
    }
}

/// A bar that a network drew and nobody has confirmed, from three to five seconds, and one beside it.
fn unconfirmed() -> AppState {
    let mut state = label_scenes::bare();
    let (walk, video) = (class(&state, "walk"), state.selected.unwrap());
    let author = Author::Model { checkpoint: "csn.pth".to_owned(), hash: String::new(), accepted_by: None };
    let bar = |from, to| NewSegment {
        author: author.clone(),
        score: Some(0.7),
        ..NewSegment::by_person(walk, secs(from), secs(to), "")
    };
    let drawn = state.studio.project.draw(video, ChangeKind::Import, vec![bar(3.0, 5.0), bar(6.0, 7.0)]).unwrap();
    let stamp = Stamp { unix_millis: 1, person: "Ada".to_owned() };
    state.studio.project.commit(drawn, stamp).unwrap();
    state.refresh();
    state
}

#[test]
fn a_label_that_nobody_confirmed_is_accepted_by_itself() {
    let mut window = open(unconfirmed(), Look { size: [1100.0, 1000.0], ..Look::default() });
    window.get_by_label("walk, 0:03.000 to 0:05.000, not confirmed").click();
    window.run();
    act(&mut window, ProjectActionPage(Page::Labels));
    window.get_by_label("Accept").click();
    window.run();
    window.get_by_label("walk, 0:03.000 to 0:05.000, labelled");
    window.get_by_label("walk, 0:06.000 to 0:07.000, not confirmed");
    assert_eq!(changes(&window), 1);
    undo(&mut window);
    window.get_by_label("walk, 0:03.000 to 0:05.000, not confirmed");
    // The command takes what is selected, and can be given as nothing was predicted.
    assert!(state(&window).can(Command::RejectPrediction));
    act(&mut window, Command::RejectPrediction);
    window.get_by_label("walk, 0:03.000 to 0:05.000, does not occur");
}

/// Shows a page.
struct ProjectActionPage(Page);

impl From<ProjectActionPage> for Action {
    fn from(page: ProjectActionPage) -> Self {
        Self::Project(ProjectAction::ShowPage(page.0))
    }
}

#[test]
fn whoever_accepts_and_then_rejects_a_span_leaves_one_label_on_it() {
    let mut window = open(scenes::analysed(), Look::default());
    let found = state(&window).studio.rows.all()[0].predictions[0];
    let (network, start, end) = (found.class, found.start, found.end);
    act(&mut window, Action::Label(LabelAction::Accept { class: network, start, end }));
    act(&mut window, Action::Label(LabelAction::Reject { class: network, start, end }));
    let track = state(&window).studio.project.track(state(&window).selected.unwrap()).unwrap();
    assert_eq!(track.segments().map(|segment| segment.verdict).collect::<Vec<_>>(), [Verdict::Absent]);
    undo(&mut window);
    let track = state(&window).studio.project.track(state(&window).selected.unwrap()).unwrap();
    assert_eq!(track.segments().map(|segment| segment.verdict).collect::<Vec<_>>(), [Verdict::Present]);
}

#[test]
fn accepting_all_that_is_shown_is_one_step_of_undo_whatever_the_classes() {
    let mut window = open(scenes::analysed(), Look::default());
    act(&mut window, ProjectActionPage(Page::Results));
    act(&mut window, PageAction::SetLeast(0.0));
    act(&mut window, PageAction::AcceptShown);
    let classes: std::collections::BTreeSet<String> =
        spans(state(&window)).into_iter().map(|(name, ..)| name).collect();
    assert!(classes.len() > 2, "{classes:?}");
    assert_eq!(changes(&window), 1);
    undo(&mut window);
    assert_eq!(spans(state(&window)), []);
}

#[test]
fn a_threshold_that_is_dragged_is_kept_once_when_it_is_let_go() {
    let mut window = open(scenes::analysed(), Look::default());
    let slider = window.get_by_role_and_label(Role::Slider, "Threshold").rect();
    let at = |share: f32| pos2(slider.left() + slider.width() * share, slider.center().y);
    let shown = |window: &Test| state(window).studio.rules.threshold;
    pull(&mut window, &[at(0.5), at(0.6), at(0.7), at(0.8)]);
    let dragged = shown(&window);
    assert!(dragged > 0.6, "{dragged}");
    assert_eq!(changes_of_rules(&window), 0);
    window.drop_at(at(0.8));
    window.run();
    assert_eq!((changes_of_rules(&window), shown(&window)), (1, dragged));
}

#[test]
fn bars_that_are_selected_together_are_moved_together_with_one_change() {
    let mut window = open(label_scenes::drawn(), Look::default());
    window.get_by_label("walk, 0:03.000 to 0:05.000, labelled").click();
    window.run();
    window.get_by_label("run, 0:06.000 to 0:08.000, labelled").click_modifiers(Modifiers::SHIFT);
    window.run();
    let (from, to) = (place(&window, "walk: 1 label", 4.0), place(&window, "walk: 1 label", 5.0));
    pull(&mut window, &[from, from + (to - from) / 2.0, to]);
    assert_eq!(changes(&window), 0);
    window.drop_at(to);
    window.run();
    let near = |a: f64, b: f64| (a - b).abs() < 0.05;
    let moved = spans(state(&window));
    assert!(
        near(moved[0].1, 4.0) && near(moved[0].2, 6.0) && near(moved[1].1, 7.0) && near(moved[1].2, 9.0),
        "{moved:?}"
    );
    assert_eq!(changes(&window), 1);
    // As far as the end of the video and no further; their distance stays.
    let (from, to) = (place(&window, "walk: 1 label", 5.0), place(&window, "walk: 1 label", 9.9) + vec2(60.0, 0.0));
    pull(&mut window, &[from, to]);
    window.drop_at(to);
    window.run();
    let moved = spans(state(&window));
    assert!(near(moved[1].2, 10.0) && near(moved[1].1 - moved[0].1, 3.0), "{moved:?}");
    undo(&mut window);
    undo(&mut window);
    assert_eq!(spans(state(&window))[0].1, 3.0);
}

#[test]
fn the_history_of_the_classes_can_be_gone_back_to() {
    let mut window = open(label_scenes::bare(), Look { size: [1280.0, 1000.0], ..Look::default() });
    act(&mut window, ProjectActionPage(Page::History));
    let names = |window: &Test| {
        let project = &state(window).studio.project;
        let set = state(window).studio.current_set().unwrap();
        project.classes_of(set).iter().map(|class| class.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&window), ["walk", "run"]);
    window.get_by_label_contains("Add class: walk").click();
    window.run();
    assert_eq!(names(&window), ["walk"]);
    window.get_by_label_contains("Add class: run").click();
    window.run();
    assert_eq!(names(&window), ["walk", "run"]);
    // A class that is labelled with is not taken from under its labels, and that is said.
    let run = class(state(&window), "run");
    act(&mut window, Action::Label(LabelAction::Draw { class: run, start: secs(1.0), end: secs(2.0) }));
    window.get_by_label_contains("Add class: walk").click();
    window.run();
    assert_eq!(names(&window), ["walk", "run"]);
    assert_eq!(state(&window).banners.len(), 1);
}

#[test]
fn totals_count_the_label_set_that_is_chosen() {
    let mut window = open(label_scenes::drawn(), Look { size: [1280.0, 1000.0], ..Look::default() });
    act(&mut window, ProjectActionPage(Page::Totals));
    assert!(window.query_by_label("Label set").is_none());
    act(&mut window, Action::Label(LabelAction::AddSet("Moods".to_owned())));
    let moods = state(&window).studio.project.sets().last().unwrap().id;
    act(&mut window, Action::Label(LabelAction::ChooseSet(moods)));
    act(&mut window, Action::Label(LabelAction::AddClass(NewClass::named("happy"))));
    let classes = |window: &Test| -> Vec<String> {
        state(window).studio.pages.totals.classes.iter().map(|class| class.name.clone()).collect()
    };
    assert!(classes(&window).contains(&"happy".to_owned()));
    window.get_by_label("Label set").click();
    window.run();
    window.get_by_label("Labels").click();
    window.run();
    assert!(classes(&window).contains(&"walk".to_owned()) && !classes(&window).contains(&"happy".to_owned()));
}

#[test]
fn changes_that_cannot_be_kept_are_asked_about_before_another_project_is_shown() {
    let mut state_with_trouble = label_scenes::drawn();
    state_with_trouble.studio.file.trouble = Some("The disk is full".to_owned());
    let mut window = open(state_with_trouble, Look::default());
    act(&mut window, Command::NewProject);
    window.get_by_label("The disk is full");
    window.get_by_label("Cancel").click();
    window.run();
    assert_eq!((state(&window).dialog.is_none(), spans(state(&window)).len()), (true, 2));
    act(&mut window, Command::NewProject);
    window.get_by_label("Save under another name…").click();
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::Project(ProjectEffect::AskToSave)));
    window.get_by_label("Lose the changes").click();
    window.run();
    assert_eq!((state(&window).dialog.is_none(), spans(state(&window)).len()), (true, 0));
    assert!(window.state().effects.contains(&Effect::Project(ProjectEffect::Abandon)));
}
