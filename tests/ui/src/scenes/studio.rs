//! A project with many videos and labels, at each page of the inspector.

use std::path::PathBuf;

use ks_domain::MediaTime;
use ks_domain::project::WorkState;
use ks_ui::commands::Command;
use ks_ui::state::{
    Action, AppState, EngineEvent, Event, Failure, LabelAction, Page, PageAction, PlayerEvent, ProjectAction,
    ResultColumn, VideoEvent,
};

use super::{empty, ids, picture, probe_and_index, stream, with_model};

/// Twenty videos, two of them indexed and analysed, one broken, one missing; labels by Ada in the first one.
pub fn studio() -> AppState {
    let mut state = with_model();
    state.studio.person = "Ada".to_owned();
    state.studio.now_millis = 1_000_000;
    let more = (1..=17).map(|number| PathBuf::from(format!("/videos/series/recording {number:02}.mp4")));
    state.apply(Action::OpenPaths(more.collect()).into());
    let ids = ids(&state);
    for id in ids.iter().skip(3).take(15) {
        probe_and_index(&mut state, *id, 250);
    }
    let failure = Failure::new("recording 16.mp4 is damaged; no frame of it decodes");
    state.apply(Event::Video(ids[18], VideoEvent::ProbeFailed(failure)));
    let failure = Failure::new("recording 17.mp4 was not found");
    state.apply(Event::Video(ids[19], VideoEvent::Missing(failure)));
    for id in [ids[3], ids[0]] {
        state.apply(Action::Select(id).into());
        state.apply(Event::Player(PlayerEvent::Ready));
        state.apply(Action::Command(Command::Analyse).into());
        stream(&mut state, id, 10);
        state.apply(Event::Engine(EngineEvent::Finished(id)));
        state.refresh();
    }
    state.apply(Event::Player(PlayerEvent::Picture(picture(50))));
    for (class, start, end) in [
        ("arm wrestling", 1.0, 5.0),
        ("juggling balls", 3.0, 4.0),
        ("shaking hands", 7.0, 7.8),
        ("arm wrestling", 4.0, 6.0),
    ] {
        draw(&mut state, class, start, end);
    }
    state.apply(Action::Project(ProjectAction::SetWorkOf { videos: vec![ids[3]], work: WorkState::Done }).into());
    state.apply(Action::Project(ProjectAction::SetWorkOf { videos: vec![ids[0]], work: WorkState::NeedsWork }).into());
    state.refresh();
    state
}

/// Draws a segment of a class that is named, in seconds.
pub fn draw(state: &mut AppState, class: &str, start: f64, end: f64) {
    let (start, end) = (MediaTime::from_secs_f64(start), MediaTime::from_secs_f64(end));
    state.studio.now_millis += 1_000;
    state.apply(Action::Label(LabelAction::DrawNamed { class: class.to_owned(), start, end }).into());
    state.refresh();
}

/// The studio with a page of the inspector open.
pub fn page(page: Page) -> AppState {
    let mut state = studio();
    state.apply(Action::Project(ProjectAction::ShowPage(page)).into());
    state
}

/// The table of results, sorted by probability.
pub fn results() -> AppState {
    let mut state = page(Page::Results);
    state.apply(Action::from(PageAction::SortResults(ResultColumn::Score)).into());
    state
}

/// The totals of thirty classes, some with long names, some of fully labelled time.
pub fn totals() -> AppState {
    let mut state = page(Page::Totals);
    for class in 0..30 {
        let name = format!("class {class:02} with a name that goes on and on, until nobody reads it");
        for place in 0..=class % 5 {
            let start = f64::from(place) * 1.5;
            draw(&mut state, &name, start, start + 0.2 + f64::from(class) / 30.0);
        }
    }
    let (start, end) = (MediaTime::ZERO, MediaTime::from_secs_f64(4.0));
    state.apply(Action::Label(LabelAction::SetFullyLabelled { start, end, is: true }).into());
    state
}

/// The review after a first look.
pub fn review() -> AppState {
    let mut state = studio();
    state.apply(Action::Command(Command::NextUncertain).into());
    state
}

/// The history with two changes taken back, a segment selected.
pub fn history() -> AppState {
    let mut state = page(Page::History);
    state.apply(Action::Command(Command::Undo).into());
    state.apply(Action::Command(Command::Undo).into());
    let track = state.selected.and_then(|video| state.studio.project.track(video));
    let id = track.and_then(|track| track.segments().next()).expect("should have a segment").id;
    state.apply(Action::Label(LabelAction::Select { id, adds: false }).into());
    state.studio.now_millis += 3_600_000 * 3;
    state
}

/// The first screen with projects that were open before, one of them with a long name.
pub fn recent() -> AppState {
    let mut state = empty();
    state.studio.recent = vec![
        "/home/ada/projects/bees 2025.kinetoscope".into(),
        "/home/ada/projects/a folder with a very long name/and another one in it/the whole afternoon in the gym, camera 2 (final).kinetoscope"
            .into(),
        "/media/disk/gym.kinetoscope".into(),
    ];
    state
}
