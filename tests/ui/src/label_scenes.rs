//! States with labels in them.

use ks_domain::MediaTime;
use ks_domain::project::{ClassId, NewClass};
use ks_ui::commands::Command;
use ks_ui::state::{Action, AppState, LabelAction, Page, ProjectAction};

use crate::scenes;

/// A moment.
pub fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

/// Something done with labels.
pub fn label(state: &mut AppState, action: LabelAction) {
    state.apply(Action::Label(action).into());
    state.refresh();
}

/// A class of the used set by its name.
pub fn class(state: &AppState, name: &str) -> ClassId {
    let set = state.studio.current_set().expect("should have a set");
    state.studio.project.class_named(set, name).expect("should have the class").id
}

/// Draws a bar.
pub fn draw(state: &mut AppState, name: &str, start: f64, end: f64) {
    let class = class(state, name);
    label(state, LabelAction::Draw { class, start: secs(start), end: secs(end) });
}

/// The bars as (class, start, end) in seconds, by rows.
pub fn spans(state: &AppState) -> Vec<(String, f64, f64)> {
    let bars = state.studio.rows.all().iter().flat_map(|row| row.labels.iter().map(|bar| (row.name.clone(), bar)));
    bars.map(|(name, bar)| (name, bar.start.secs_f64(), bar.end.secs_f64())).collect()
}

fn with_classes(mut state: AppState, names: &[&str]) -> AppState {
    state.studio.person = "Ada".to_owned();
    for name in names {
        label(&mut state, LabelAction::AddClass(NewClass::named(*name)));
    }
    state.refresh();
    state
}

/// A video of ten seconds that nobody has analysed, two classes, no label; the playhead at two seconds.
pub fn bare() -> AppState {
    with_classes(scenes::opened(), &["walk", "run"])
}

/// The same with a bar of each class, and the page for labels.
pub fn drawn() -> AppState {
    let mut state = bare();
    draw(&mut state, "walk", 3.0, 5.0);
    draw(&mut state, "run", 6.0, 8.0);
    state.apply(Action::Project(ProjectAction::ShowPage(Page::Labels)).into());
    state
}

/// An analysed video with everything that labels can look like.
pub fn labelled() -> AppState {
    let mut state = with_classes(scenes::analysed(), &["arm wrestling", "shaking hands", "talking", "waving"]);
    draw(&mut state, "arm wrestling", 1.2, 4.6);
    draw(&mut state, "talking", 0.4, 2.8);
    draw(&mut state, "talking", 2.4, 6.0);
    draw(&mut state, "waving", 8.6, 9.4);
    let hands = state.studio.rows.all().iter().find(|row| row.name == "shaking hands").expect("should be found");
    let (network, found) = (hands.predicted.expect("should be predicted"), hands.predictions[0]);
    label(&mut state, LabelAction::Reject { class: network, start: found.start, end: found.end });
    let id = state.studio.rows.of_class(class(&state, "waving")).expect("should have a row").labels[0].id;
    label(&mut state, LabelAction::Note { id, text: "only the left hand".to_owned() });
    label(&mut state, LabelAction::SetFullyLabelled { start: secs(0.0), end: secs(5.0), is: true });
    state.apply(Action::Command(Command::AddMarker).into());
    let id = state.studio.rows.of_class(class(&state, "talking")).expect("should have a row").labels[1].id;
    label(&mut state, LabelAction::Select { id, adds: false });
    state.studio.mark_in = Some(secs(6.6));
    state.apply(Action::Project(ProjectAction::ShowPage(Page::Labels)).into());
    state.refresh();
    state
}

/// Thirty classes, some with long names, a bar in each third of them.
pub fn many_classes() -> AppState {
    let mut state = scenes::analysed();
    for number in 1..=30 {
        let name = match number % 5 {
            0 => format!("{number} carrying something heavy up a long flight of stairs while talking to somebody"),
            _ => format!("class {number}"),
        };
        label(&mut state, LabelAction::AddClass(NewClass::named(name)));
        if number % 3 == 0 {
            let set = state.studio.current_set().expect("should have a set");
            let class = state.studio.project.classes_of(set).last().expect("should have a class").id;
            let start = f64::from(number) / 4.0;
            label(&mut state, LabelAction::Draw { class, start: secs(start), end: secs(start + 1.4) });
        }
    }
    state.apply(Action::Project(ProjectAction::ShowAllClasses(true)).into());
    state.apply(Action::Project(ProjectAction::ShowPage(Page::Labels)).into());
    state.refresh();
    state
}

/// An hour with 10 000 predicted segments, 10 000 labels, and 400 classes.
pub fn heavy() -> AppState {
    let mut state = scenes::long();
    for number in 0..400 {
        label_only(&mut state, LabelAction::AddClass(NewClass::named(format!("class {number}"))));
    }
    let set = state.studio.current_set().expect("should have a set");
    let classes: Vec<ClassId> = state.studio.project.classes_of(set).iter().map(|class| class.id).collect();
    for number in 0..10_000_usize {
        let start = number as f64 * 0.36;
        let class = classes[number * 7 % classes.len()];
        label_only(&mut state, LabelAction::Draw { class, start: secs(start), end: secs(start + 1.2) });
    }
    state.refresh();
    state
}

fn label_only(state: &mut AppState, action: LabelAction) {
    state.apply(Action::Label(action).into());
}
