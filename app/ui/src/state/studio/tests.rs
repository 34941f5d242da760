//! The project in the window, without a window.

use std::path::PathBuf;
use std::sync::Arc;

use ks_domain::project::{ChangeKind, ClassFate, NewClass, Project, Scope, Verdict, WorkState};
use ks_domain::{FrameEntry, FrameTable, MediaTime, WindowScores};

use super::*;
use crate::commands::Command;
use crate::state::{Action, AnalysisPhase, AppState, Effect, EngineEvent, Event, PlayerEvent, VideoEvent};

fn table(frames: u64) -> Arc<FrameTable> {
    let entries =
        (0..frames).map(|i| FrameEntry { time: MediaTime::from_nanos(i * 40_000_000), is_key: i == 0 }).collect();
    Arc::new(FrameTable::new(entries, MediaTime::from_nanos(frames * 40_000_000)).unwrap())
}

fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

/// A state with two videos of ten seconds at 25 frames a second, and the classes `walk` and `run`.
fn labelling() -> (AppState, [VideoId; 2], [ClassId; 2]) {
    let mut state = AppState::default();
    state.studio.person = "Ada".to_owned();
    state.apply(Action::OpenPaths(vec!["a.mp4".into(), "b.mp4".into()]).into());
    let ids: Vec<VideoId> = state.videos.iter().map(|video| video.id).collect();
    for id in &ids {
        state.apply(Event::Video(*id, VideoEvent::Indexed { table: table(250), warnings: vec![] }));
    }
    state.apply(Event::Player(PlayerEvent::Ready));
    for name in ["walk", "run"] {
        label(&mut state, LabelAction::AddClass(NewClass::named(name)));
    }
    let set = state.studio.current_set().unwrap();
    let classes: Vec<ClassId> = state.studio.project.classes_of(set).iter().map(|class| class.id).collect();
    (state, ids.try_into().unwrap(), classes.try_into().unwrap())
}

fn label(state: &mut AppState, action: LabelAction) -> Vec<Effect> {
    let effects = state.apply(Action::Label(action).into());
    state.refresh();
    effects
}

fn command(state: &mut AppState, command: Command) -> Vec<Effect> {
    let effects = state.apply(Action::Command(command).into());
    state.refresh();
    effects
}

fn draw(state: &mut AppState, class: ClassId, start: f64, end: f64) -> Vec<Effect> {
    label(state, LabelAction::Draw { class, start: secs(start), end: secs(end) })
}

fn spans(state: &AppState) -> Vec<(String, f64, f64)> {
    let rows = state.studio.rows.all().iter();
    rows.flat_map(|row| {
        row.labels.iter().map(|bar| (row.name.clone(), bar.start.secs_f64(), bar.end.secs_f64())).collect::<Vec<_>>()
    })
    .collect()
}

fn span(name: &str, start: f64, end: f64) -> (String, f64, f64) {
    (name.to_owned(), start, end)
}

fn go_to(state: &mut AppState, at: f64) {
    state.apply(Action::Seek(secs(at)).into());
}

/// Windows of a second with these scores for `walk` and `jump`.
fn analyse(state: &mut AppState, video: VideoId, scores: &[[f32; 2]]) {
    state.apply(Action::ChooseCheckpoint("csn.pth".into()).into());
    state.labels.set = Some(Arc::new(ks_domain::LabelSet::parse("walk\njump").unwrap()));
    command(state, Command::Analyse);
    for (second, scores) in (0u32..).zip(scores) {
        let start = f64::from(second);
        let scores = WindowScores {
            start_frame: second * 25,
            end_frame: second * 25 + 25,
            start: secs(start),
            end: secs(start + 1.0),
            scores: scores.to_vec(),
        };
        state.apply(Event::Engine(EngineEvent::Window { video, scores }));
    }
    state.apply(Event::Engine(EngineEvent::Finished(video)));
    state.refresh();
}

#[test]
fn every_change_is_handed_over_to_be_kept() {
    let (mut state, _, [walk, _]) = labelling();
    let effects = draw(&mut state, walk, 1.0, 2.0);
    let [Effect::Project(ProjectEffect::KeepEntry(entry))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((entry.change.kind, entry.stamp.person.as_str()), (ChangeKind::DrawSegment, "Ada"));
    let effects = command(&mut state, Command::Undo);
    assert!(matches!(effects.as_slice(), [Effect::Project(ProjectEffect::KeepEntry(_))]));
    assert_eq!(spans(&state), []);
}

#[test]
fn bars_snap_to_frames_and_are_never_empty() {
    let (mut state, _, [walk, _]) = labelling();
    draw(&mut state, walk, 2.031, 1.011);
    assert_eq!(spans(&state), [span("walk", 1.0, 2.04)]);
    draw(&mut state, walk, 5.0, 5.001);
    assert_eq!(spans(&state)[1], span("walk", 5.0, 5.04));
}

#[test]
fn undo_goes_back_in_this_video_and_never_in_another() {
    let (mut state, [a, b], [walk, run]) = labelling();
    draw(&mut state, walk, 1.0, 2.0);
    state.apply(Action::Select(b).into());
    draw(&mut state, run, 3.0, 4.0);
    state.apply(Action::Select(a).into());
    command(&mut state, Command::Undo);
    assert_eq!(spans(&state), []);
    state.apply(Action::Select(b).into());
    state.refresh();
    assert_eq!(spans(&state), [span("run", 3.0, 4.0)]);
    // What comes next in this video are the classes, made before; the videos stay in the queue.
    command(&mut state, Command::Undo);
    command(&mut state, Command::Undo);
    assert_eq!(state.studio.project.classes_of(state.studio.current_set().unwrap()).len(), 1);
    for _ in 0..10 {
        command(&mut state, Command::Undo);
    }
    assert_eq!(state.videos.len(), 2);
    for _ in 0..10 {
        command(&mut state, Command::Redo);
    }
    assert_eq!(spans(&state), [span("run", 3.0, 4.0)]);
}

#[test]
fn segments_are_split_joined_nudged_relabelled_and_deleted_by_keys() {
    let (mut state, _, [walk, run]) = labelling();
    draw(&mut state, walk, 1.0, 4.0);
    go_to(&mut state, 2.0);
    command(&mut state, Command::SplitSegment);
    assert_eq!(spans(&state), [span("walk", 1.0, 2.0), span("walk", 2.0, 4.0)]);
    let ids: Vec<SegmentId> = state.studio.rows.all()[0].labels.iter().map(|bar| bar.id).collect();
    label(&mut state, LabelAction::Select { id: ids[0], adds: false });
    command(&mut state, Command::NudgeStartBack);
    command(&mut state, Command::NudgeEndForward);
    assert_eq!(spans(&state)[0], span("walk", 0.96, 2.04));
    label(&mut state, LabelAction::Select { id: ids[1], adds: true });
    command(&mut state, Command::MergeSegments);
    assert_eq!(spans(&state), [span("walk", 0.96, 4.0)]);
    assert_eq!(state.studio.selection.len(), 1);
    label(&mut state, LabelAction::Relabel(run));
    assert_eq!(spans(&state), [span("run", 0.96, 4.0)]);
    command(&mut state, Command::DeleteSegment);
    assert_eq!((spans(&state), state.studio.selection.len()), (vec![], 0));
}

#[test]
fn the_end_of_the_video_is_an_edge() {
    let (mut state, _, [walk, _]) = labelling();
    draw(&mut state, walk, 9.0, 30.0);
    assert_eq!(spans(&state), [span("walk", 9.0, 10.0)]);
    let id = state.studio.rows.all()[0].labels[0].id;
    label(&mut state, LabelAction::Select { id, adds: false });
    command(&mut state, Command::NudgeEndForward);
    assert_eq!(spans(&state), [span("walk", 9.0, 10.0)]);
    command(&mut state, Command::NudgeEndBack);
    assert_eq!(spans(&state), [span("walk", 9.0, 9.96)]);
}

#[test]
fn a_class_key_marks_from_press_to_press_and_allows_for_reaction() {
    let (mut state, [_, b], [walk, run]) = labelling();
    state.studio.reaction_millis = 200;
    go_to(&mut state, 1.0);
    label(&mut state, LabelAction::Paint(walk));
    go_to(&mut state, 3.0);
    label(&mut state, LabelAction::Paint(walk));
    // Standing, nobody is late.
    assert_eq!(spans(&state), [span("walk", 1.0, 3.0)]);
    state.player.is_playing = true;
    state.player.rate = 2.0;
    go_to(&mut state, 5.0);
    label(&mut state, LabelAction::Paint(run));
    go_to(&mut state, 6.0);
    // Watching another video ends what was being marked in this one.
    state.apply(Action::Select(b).into());
    state.refresh();
    assert_eq!(spans(&state), []);
    command(&mut state, Command::PreviousVideo);
    let run_bars: Vec<_> = spans(&state).into_iter().filter(|(name, ..)| name == "run").collect();
    assert_eq!(run_bars, [span("run", 4.6, 6.0)]);
}

#[test]
fn in_and_out_draw_in_the_chosen_class() {
    let (mut state, _, [_, run]) = labelling();
    label(&mut state, LabelAction::ChooseClass(run));
    assert!(command(&mut state, Command::MarkOut).is_empty());
    assert_eq!(state.banners.len(), 1);
    go_to(&mut state, 1.0);
    command(&mut state, Command::MarkIn);
    go_to(&mut state, 2.0);
    command(&mut state, Command::MarkOut);
    assert_eq!(spans(&state), [span("run", 1.0, 2.0)]);
}

#[test]
fn predictions_are_accepted_and_rejected_and_say_whose_they_are() {
    let (mut state, [a, _], _) = labelling();
    analyse(&mut state, a, &[[0.9, 0.1], [0.9, 0.1], [0.1, 0.1], [0.1, 0.8], [0.1, 0.1], [0.6, 0.1]]);
    go_to(&mut state, 0.5);
    command(&mut state, Command::AcceptPrediction);
    assert_eq!(spans(&state), [span("walk", 0.0, 2.0)]);
    go_to(&mut state, 3.5);
    command(&mut state, Command::RejectPrediction);
    let track = state.studio.project.track(a).unwrap();
    let verdicts: Vec<_> = track.segments().map(|segment| (segment.verdict, segment.score)).collect();
    assert_eq!(verdicts, [(Verdict::Present, Some(0.9)), (Verdict::Absent, Some(0.8))]);
    // `jump` was made a class of the set for it.
    assert!(state.studio.project.class_named(state.studio.current_set().unwrap(), "jump").is_some());
    let author = track.segments().next().map(|segment| segment.author.clone()).unwrap();
    assert!(matches!(author, ks_domain::project::Author::Model { checkpoint, accepted_by: Some(person), .. }
        if checkpoint == "csn.pth" && person == "Ada"));
    // What was rejected is a disagreement, what was accepted is none.
    let disagreeing: Vec<&str> = state
        .studio
        .rows
        .all()
        .iter()
        .filter(|row| !row.disagreements.is_empty())
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(disagreeing, ["jump"]);
    // All that is left and good enough, at once; what is labelled is left alone.
    label(&mut state, LabelAction::AcceptAbove { score: 0.5, class: None });
    assert_eq!(spans(&state).len(), 3);
    label(&mut state, LabelAction::AcceptAbove { score: 0.5, class: None });
    assert_eq!(spans(&state).len(), 3);
}

#[test]
fn unlabelled_is_only_a_disagreement_where_everything_is_labelled() {
    let (mut state, [a, _], [walk, _]) = labelling();
    analyse(&mut state, a, &[[0.9, 0.1], [0.1, 0.1], [0.1, 0.1], [0.9, 0.1]]);
    let disagreements = |state: &AppState| state.studio.rows.of_class(walk).map_or(0, |row| row.disagreements.len());
    assert_eq!(disagreements(&state), 0);
    let stretch = LabelAction::SetFullyLabelled { start: secs(0.0), end: secs(2.0), is: true };
    label(&mut state, stretch);
    assert_eq!(disagreements(&state), 1);
    // A label that nothing predicted.
    draw(&mut state, walk, 1.2, 1.8);
    assert_eq!(disagreements(&state), 2);
    go_to(&mut state, 0.0);
    command(&mut state, Command::NextDisagreement);
    assert!((state.player.position.secs_f64() - 1.2).abs() < 1e-9);
    command(&mut state, Command::Undo);
    command(&mut state, Command::Undo);
    assert_eq!(disagreements(&state), 0);
}

#[test]
fn merging_classes_moves_their_labels_into_one_row_and_back() {
    let (mut state, _, [walk, run]) = labelling();
    draw(&mut state, walk, 1.0, 2.0);
    draw(&mut state, run, 3.0, 4.0);
    label(&mut state, LabelAction::MergeClasses { from: run, into: walk });
    assert_eq!(spans(&state), [span("walk", 1.0, 2.0), span("walk", 3.0, 4.0)]);
    command(&mut state, Command::Undo);
    assert_eq!(spans(&state), [span("walk", 1.0, 2.0), span("run", 3.0, 4.0)]);
    label(&mut state, LabelAction::DeleteClass(run));
    assert_eq!(spans(&state), [span("walk", 1.0, 2.0)]);
    assert_eq!(state.studio.project.class(run).map(|class| class.fate), Some(ClassFate::Deleted));
    command(&mut state, Command::Undo);
    assert_eq!(spans(&state).len(), 2);
    // A name that is taken is explained, and changes nothing.
    let mut renamed = state.studio.project.class(run).unwrap().clone();
    renamed.name = "walk".to_owned();
    assert!(label(&mut state, LabelAction::EditClass(renamed)).is_empty());
    assert!(state.banners.iter().any(|banner| banner.text.contains("already a class")));
}

#[test]
fn the_queue_follows_the_project_through_undo() {
    let (mut state, [a, b], _) = labelling();
    let order = |state: &AppState| state.videos.iter().map(|video| video.id).collect::<Vec<_>>();
    state.apply(Action::Project(ProjectAction::MoveVideo { video: b, before: Some(a) }).into());
    assert_eq!(order(&state), [b, a]);
    state.apply(Action::Project(ProjectAction::RemoveVideos(vec![a])).into());
    assert_eq!((order(&state), state.selected), (vec![b], Some(b)));
    let effects = command(&mut state, Command::Undo);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Examine { video, .. } if *video == a)));
    command(&mut state, Command::Undo);
    assert_eq!(order(&state), [a, b]);
    let path = PathBuf::from("elsewhere/b.mp4");
    let effects = state.apply(Action::Project(ProjectAction::Relink { video: b, path: path.clone() }).into());
    assert!(effects.contains(&Effect::Examine { video: b, path }));
}

#[test]
fn an_analysis_is_kept_window_by_window_and_goes_on_where_it_stopped() {
    let (mut state, [a, _], _) = labelling();
    state.apply(Action::ChooseCheckpoint("csn.pth".into()).into());
    let effects = command(&mut state, Command::Analyse);
    let begun = effects.iter().find_map(|effect| match effect {
        Effect::Project(ProjectEffect::BeginAnalysis(record)) => Some(record.clone()),
        _ => None,
    });
    let begun = begun.unwrap();
    let scores = WindowScores { start_frame: 0, end_frame: 25, start: secs(0.0), end: secs(1.0), scores: vec![0.9] };
    let effects = state.apply(Event::Engine(EngineEvent::Window { video: a, scores: scores.clone() }));
    let kept = ProjectEffect::KeepWindows { analysis: begun.id, first: 0, windows: vec![scores.clone()] };
    assert_eq!(effects, [Effect::Project(kept)]);
    // The program ends here; the project is opened again.
    let record = ks_domain::project::AnalysisRecord { windows: vec![scores], ..*begun };
    let mut again = AppState::default();
    again.apply(Event::Project(ProjectEvent::Opened {
        path: "p.kinetoscope".into(),
        read_only: None,
        project: Box::new(state.studio.project.clone()),
        rules: ViewRules::default(),
        backup: None,
    }));
    again.apply(Event::Project(ProjectEvent::Analysis(Box::new(record))));
    again.refresh();
    assert_eq!(again.video(a).unwrap().analysis.phase, AnalysisPhase::Cancelled);
    assert_eq!(again.studio.rows.all().len(), 1);
    again.apply(Action::ChooseCheckpoint("csn.pth".into()).into());
    let effects = command(&mut again, Command::Analyse);
    assert!(matches!(effects.as_slice(), [Effect::Analyse { first_window: 1, .. }]), "{effects:?}");
    let effects = again.apply(Event::Engine(EngineEvent::Finished(a)));
    assert!(effects.contains(&Effect::Project(ProjectEffect::FinishAnalysis(begun.id))));
    // Once complete, analysing again begins anew.
    let effects = command(&mut again, Command::Analyse);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Analyse { first_window: 0, .. })));
}

#[test]
fn another_project_replaces_this_one_and_leaves_the_person_alone() {
    let (mut state, _, [walk, _]) = labelling();
    draw(&mut state, walk, 1.0, 2.0);
    let effects = state.apply(Action::Project(ProjectAction::New).into());
    assert_eq!(effects.first(), Some(&Effect::Project(ProjectEffect::Close)));
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Forget { .. })).count(), 2);
    state.refresh();
    assert_eq!((state.videos.len(), state.selected, spans(&state)), (0, None, vec![]));
    assert_eq!(state.studio.person, "Ada");
    assert_eq!(state.studio.project, Project::default());
    let opens = state.apply(Action::OpenPaths(vec!["x/p.kinetoscope".into()]).into());
    assert_eq!(opens, [Effect::Project(ProjectEffect::Open("x/p.kinetoscope".into()))]);
}

#[test]
fn the_history_can_be_travelled() {
    let (mut state, [a, _], [walk, _]) = labelling();
    for second in 0..4 {
        draw(&mut state, walk, f64::from(second), f64::from(second) + 0.5);
    }
    let entries = state.studio.project.history().entries();
    let second = entries.iter().filter(|entry| entry.change.scope == Scope::Video(a)).nth(1).unwrap().number;
    state.apply(Action::Project(ProjectAction::TravelTo(second)).into());
    state.refresh();
    assert_eq!(spans(&state).len(), 2);
    state.apply(Action::Project(ProjectAction::TravelTo(0)).into());
    state.refresh();
    assert_eq!(spans(&state).len(), 0);
    state.apply(Action::Project(ProjectAction::TravelTo(u64::MAX)).into());
    state.refresh();
    assert_eq!(spans(&state).len(), 4);
}

#[test]
fn notes_and_states_of_videos_are_changes_like_others() {
    let (mut state, [a, _], _) = labelling();
    state.apply(Action::Project(ProjectAction::SetWork(WorkState::Done)).into());
    state.apply(Action::Project(ProjectAction::NoteVideo("check the end".to_owned())).into());
    assert_eq!(state.studio.project.notes(a).note, "check the end");
    command(&mut state, Command::Undo);
    command(&mut state, Command::Undo);
    assert_eq!(state.studio.project.notes(a).work, WorkState::Open);
}

#[test]
fn a_class_that_is_drawn_with_has_a_row_to_draw_in_and_others_are_folded() {
    let (mut state, [a, _], [walk, run]) = labelling();
    let names =
        |state: &AppState| -> Vec<String> { state.studio.rows.all().iter().map(|row| row.name.clone()).collect() };
    // Without an analysis, there is nothing else to show.
    assert_eq!(names(&state), ["walk", "run"]);
    analyse(&mut state, a, &[[0.1, 0.9], [0.1, 0.8]]);
    assert_eq!(names(&state), ["jump"]);
    label(&mut state, LabelAction::ChooseClass(run));
    assert_eq!(names(&state), ["run", "jump"]);
    label(&mut state, LabelAction::Paint(walk));
    assert_eq!(names(&state), ["walk", "jump"]);
    // Its curve is known although it is below the threshold.
    assert_eq!(state.studio.rows.of_class(walk).and_then(|row| row.predicted), Some(0));
    state.apply(Action::Project(ProjectAction::ShowAllClasses(true)).into());
    state.refresh();
    assert_eq!(names(&state), ["walk", "run", "jump"]);
}

#[test]
fn a_project_that_could_not_be_saved_is_not_let_go() {
    let (mut state, _, [walk, _]) = labelling();
    draw(&mut state, walk, 1.0, 2.0);
    let trouble = Some("The disk is full".to_owned());
    state.apply(Event::Project(ProjectEvent::Kept { unsaved: 1, trouble }));
    for action in [ProjectAction::New, ProjectAction::Open("other.kinetoscope".into())] {
        assert_eq!(state.apply(Action::Project(action).into()), []);
    }
    assert_eq!((spans(&state).len(), state.videos.len()), (1, 2));
    state.apply(Event::Project(ProjectEvent::Kept { unsaved: 0, trouble: None }));
    assert!(!state.apply(Action::Project(ProjectAction::New).into()).is_empty());
}

#[test]
fn a_class_that_is_named_by_drawing_is_undone_with_its_first_label() {
    let mut state = AppState::default();
    state.apply(Action::OpenPaths(vec!["a.mp4".into()]).into());
    let video = state.videos[0].id;
    state.apply(Event::Video(video, VideoEvent::Indexed { table: table(250), warnings: vec![] }));
    state.apply(Event::Player(PlayerEvent::Ready));
    let draw_named = |state: &mut AppState, millis: u64, class: &str, start: f64| {
        state.studio.now_millis = millis;
        label(state, LabelAction::DrawNamed { class: class.to_owned(), start: secs(start), end: secs(start + 1.0) });
    };
    draw_named(&mut state, 1, "walk", 1.0);
    draw_named(&mut state, 2, "walk", 3.0);
    draw_named(&mut state, 3, "run", 5.0);
    assert_eq!(spans(&state).len(), 3);
    let classes = |state: &AppState| {
        let set = state.studio.current_set();
        set.map_or(0, |set| state.studio.project.classes_of(set).len())
    };
    let mut seen = Vec::new();
    for _ in 0..3 {
        command(&mut state, Command::Undo);
        seen.push((spans(&state).len(), classes(&state), state.studio.project.sets().count()));
    }
    assert_eq!(seen, [(2, 1, 1), (1, 1, 1), (0, 0, 0)]);
    assert!(state.next_undo().is_none());
    for (labels, names) in [(1, 1), (2, 1), (3, 2)] {
        command(&mut state, Command::Redo);
        assert_eq!((spans(&state).len(), classes(&state)), (labels, names));
    }
    assert!(state.next_redo().is_none());
}

#[test]
fn what_counts_is_undone_and_a_drag_is_one_step() {
    let (mut state, _, [walk, _]) = labelling();
    draw(&mut state, walk, 1.0, 2.0);
    let first = state.studio.rules.clone();
    let before = state.studio.project.history().entries().len();
    for percent in [40_u8, 45, 50] {
        let rules = ViewRules { threshold: f32::from(percent) / 100.0, ..first.clone() };
        state.apply(Action::Project(ProjectAction::TryRules(rules)).into());
    }
    assert_eq!(state.studio.project.history().entries().len(), before);
    let effects = state.apply(Action::Project(ProjectAction::KeepRules).into());
    let [Effect::Project(ProjectEffect::KeepEntry(entry))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((entry.change.kind, entry.change.scope), (ChangeKind::SetRules, Scope::Classes));
    assert_eq!(state.apply(Action::Project(ProjectAction::KeepRules).into()), []);
    let smooth = ViewRules { smoothing: 3, ..state.studio.rules.clone() };
    state.apply(Action::Project(ProjectAction::SetRules(smooth.clone())).into());
    command(&mut state, Command::Undo);
    assert_eq!((state.studio.rules.smoothing, state.studio.rules.threshold), (first.smoothing, 0.5));
    command(&mut state, Command::Undo);
    assert_eq!((&state.studio.rules, spans(&state).len()), (&first, 1));
    command(&mut state, Command::Redo);
    command(&mut state, Command::Redo);
    assert_eq!(state.studio.rules, smooth);
    // The label was drawn before, and is what is undone after both.
    for _ in 0..3 {
        command(&mut state, Command::Undo);
    }
    assert_eq!(spans(&state), []);
}
