use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

use super::*;
use crate::MediaTime;

fn stamp() -> Stamp {
    Stamp { unix_millis: 1_000, person: "Ada".to_owned() }
}

fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

/// Two videos, one set, classes `walk` and `run`.
fn small() -> (Project, [VideoId; 2], [ClassId; 2]) {
    let mut project = Project::default();
    let videos = project.add_videos(&["a.mp4".to_owned(), "b.mp4".to_owned(), "a.mp4".to_owned()]).unwrap();
    project.commit(videos, stamp()).unwrap();
    project.commit(project.add_set("Gaits", "").unwrap(), stamp()).unwrap();
    let set = project.sets().next().unwrap().id;
    let classes = project.add_classes(set, vec![NewClass::named("walk"), NewClass::named("run")]).unwrap();
    project.commit(classes, stamp()).unwrap();
    let videos: Vec<VideoId> = project.queue().iter().map(|video| video.id).collect();
    let classes: Vec<ClassId> = project.classes_of(set).iter().map(|class| class.id).collect();
    (project, videos.try_into().unwrap(), classes.try_into().unwrap())
}

fn draw(project: &mut Project, video: VideoId, class: ClassId, from: f64, to: f64) -> SegmentId {
    let bar = NewSegment::by_person(class, secs(from), secs(to), "Ada");
    let change = project.draw(video, ChangeKind::DrawSegment, vec![bar]).unwrap();
    let entry = project.commit(change, stamp()).unwrap();
    match entry.change.edits.first().and_then(Edit::id) {
        Some(RecordId::Segment(_, id)) => id,
        other => panic!("not a segment: {other:?}"),
    }
}

fn spans(project: &Project, video: VideoId) -> Vec<(f64, f64)> {
    let segments = project.track(video).into_iter().flat_map(|track| track.segments());
    segments.map(|segment| (segment.start.secs_f64(), segment.end.secs_f64())).collect()
}

#[test]
fn undo_and_redo_stay_in_their_video() {
    let (mut project, [a, b], [walk, run]) = small();
    draw(&mut project, a, walk, 0.0, 1.0);
    draw(&mut project, b, run, 5.0, 6.0);
    project.undo(Scope::Video(a), stamp()).unwrap().unwrap();
    assert_eq!((spans(&project, a), spans(&project, b)), (vec![], vec![(5.0, 6.0)]));
    assert!(project.undo(Scope::Video(a), stamp()).is_none());
    project.redo(Scope::Video(a), stamp()).unwrap().unwrap();
    assert_eq!(spans(&project, a), [(0.0, 1.0)]);
    assert!(project.redo(Scope::Video(a), stamp()).is_none());
}

#[test]
fn doing_something_else_forgets_what_could_be_redone() {
    let (mut project, [a, _], [walk, _]) = small();
    draw(&mut project, a, walk, 0.0, 1.0);
    project.undo(Scope::Video(a), stamp()).unwrap().unwrap();
    draw(&mut project, a, walk, 2.0, 3.0);
    assert!(project.redo(Scope::Video(a), stamp()).is_none());
    assert_eq!(spans(&project, a), [(2.0, 3.0)]);
}

#[test]
fn splitting_and_joining_are_each_others_opposite() {
    let (mut project, [a, _], [walk, run]) = small();
    let id = draw(&mut project, a, walk, 0.0, 4.0);
    project.commit(project.split(a, id, secs(1.0)).unwrap(), stamp()).unwrap();
    assert_eq!(spans(&project, a), [(0.0, 1.0), (1.0, 4.0)]);
    assert_eq!(project.split(a, id, secs(1.0)), None);
    let parts: Vec<SegmentId> = project.track(a).unwrap().segments().map(|segment| segment.id).collect();
    project.commit(project.join(a, &parts).unwrap(), stamp()).unwrap();
    assert_eq!(spans(&project, a), [(0.0, 4.0)]);
    let other = draw(&mut project, a, run, 5.0, 6.0);
    assert_eq!(project.join(a, &[id, other]), None);
    assert_eq!(project.join(a, &[id, id]), None);
}

#[test]
fn a_merged_class_gives_its_labels_back_when_the_merge_is_undone() {
    let (mut project, [a, _], [walk, run]) = small();
    let before = draw(&mut project, a, run, 0.0, 1.0);
    project.commit(project.merge_classes(run, walk).unwrap(), stamp()).unwrap();
    assert_eq!(project.class_of(run).map(|class| class.id), Some(walk));
    let since = draw(&mut project, a, walk, 2.0, 3.0);
    assert!(project.join(a, &[before, since]).is_some());
    assert_eq!(project.merge_classes(run, walk), Err(ClassError::Gone));
    assert_eq!(project.merge_classes(walk, walk), Err(ClassError::CannotMerge));
    // Undoing in the video is not in the way of undoing the merge.
    project.undo(Scope::Video(a), stamp()).unwrap().unwrap();
    project.undo(Scope::Classes, stamp()).unwrap().unwrap();
    assert_eq!(project.class_of(run).map(|class| class.id), Some(run));
    assert_eq!(spans(&project, a), [(0.0, 1.0)]);
}

#[test]
fn a_deleted_class_hides_its_labels_and_keeps_them() {
    let (mut project, [a, _], [walk, _]) = small();
    draw(&mut project, a, walk, 0.0, 1.0);
    project.commit(project.delete_class(walk).unwrap(), stamp()).unwrap();
    assert_eq!(project.class_of(walk), None);
    assert_eq!(project.track(a).unwrap().segment_count(), 1);
    project.undo(Scope::Classes, stamp()).unwrap().unwrap();
    assert_eq!(project.class_of(walk).map(|class| class.name.as_str()), Some("walk"));
}

#[test]
fn a_class_that_labels_have_does_not_vanish_by_undoing() {
    let (mut project, [a, b], _) = small();
    let set = project.sets().next().unwrap().id;
    project.commit(project.add_classes(set, vec![NewClass::named("hop")]).unwrap(), stamp()).unwrap();
    let hop = project.class_named(set, "hop").unwrap().id;
    draw(&mut project, a, hop, 0.0, 1.0);
    let in_use = ChangeError::InUse { record: RecordId::Class(hop) };
    assert_eq!(project.undo(Scope::Classes, stamp()), Some(Err(in_use)));
    project.undo(Scope::Video(a), stamp()).unwrap().unwrap();
    project.undo(Scope::Classes, stamp()).unwrap().unwrap();
    let error = project.redo(Scope::Video(a), stamp()).unwrap().unwrap_err();
    assert!(matches!(error, ChangeError::NoClass { .. }));
    project.redo(Scope::Classes, stamp()).unwrap().unwrap();
    project.redo(Scope::Video(a), stamp()).unwrap().unwrap();
    assert_eq!((spans(&project, a).len(), spans(&project, b).len()), (1, 0));
}

#[test]
fn names_and_keys_are_given_once() {
    let (mut project, _, [walk, run]) = small();
    let mut class = project.class(run).unwrap().clone();
    class.name = " walk ".to_owned();
    assert_eq!(project.edit_class(class.clone()), Err(ClassError::NameTaken { name: "walk".to_owned() }));
    class.name = " ".to_owned();
    assert_eq!(project.edit_class(class), Err(ClassError::NoName));
    let keyed = ClassRecord { key: Some('w'), ..project.class(walk).unwrap().clone() };
    project.commit(project.edit_class(keyed).unwrap().unwrap(), stamp()).unwrap();
    let clash = ClassRecord { key: Some('w'), ..project.class(run).unwrap().clone() };
    assert_eq!(project.edit_class(clash), Err(ClassError::KeyTaken { key: 'w', class: "walk".to_owned() }));
}

#[test]
fn stretches_that_touch_become_one_and_can_be_cut() {
    let (mut project, [a, _], _) = small();
    let mut mark = |from: f64, to: f64| {
        let change = project.mark_fully_labelled(a, secs(from), secs(to));
        change.map(|change| project.commit(change, stamp()).unwrap());
    };
    mark(0.0, 2.0);
    mark(2.0, 5.0);
    mark(1.0, 3.0);
    let stretches = |project: &Project| -> Vec<(f64, f64)> {
        let stretches = project.track(a).unwrap().stretches();
        stretches.map(|stretch| (stretch.start.secs_f64(), stretch.end.secs_f64())).collect()
    };
    assert_eq!(stretches(&project), [(0.0, 5.0)]);
    let cut = project.unmark_fully_labelled(a, secs(1.0), secs(2.0)).unwrap();
    project.commit(cut, stamp()).unwrap();
    assert_eq!(stretches(&project), [(0.0, 1.0), (2.0, 5.0)]);
    assert!(project.is_fully_labelled(a, secs(0.5)) && !project.is_fully_labelled(a, secs(1.5)));
}

#[test]
fn a_video_that_comes_back_brings_its_labels() {
    let (mut project, [a, b], [walk, _]) = small();
    draw(&mut project, a, walk, 0.0, 1.0);
    project.commit(project.remove_videos(&[a]).unwrap(), stamp()).unwrap();
    assert_eq!(project.queue().len(), 1);
    project.commit(project.add_videos(&["a.mp4".to_owned()]).unwrap(), stamp()).unwrap();
    let order: Vec<VideoId> = project.queue().iter().map(|video| video.id).collect();
    assert_eq!((order, spans(&project, a).len()), (vec![b, a], 1));
    project.commit(project.reorder_videos(&[a]).unwrap(), stamp()).unwrap();
    assert_eq!(project.queue().first().map(|video| video.id), Some(a));
    assert_eq!(project.reorder_videos(&[a, b]), None);
    assert_eq!(project.add_videos(&["a.mp4".to_owned()]), None);
}

#[test]
fn a_change_that_does_not_fit_changes_nothing() {
    let (mut project, [a, _], [walk, _]) = small();
    let id = draw(&mut project, a, walk, 0.0, 1.0);
    let stale = project.retime(a, id, (secs(0.0), secs(2.0)), ChangeKind::TrimSegment).unwrap();
    project.commit(stale.clone(), stamp()).unwrap();
    let before = project.clone();
    let stale_error = ChangeError::Stale { record: RecordId::Segment(a, id) };
    assert_eq!(project.commit(stale.clone(), stamp()), Err(stale_error));
    let elsewhere = Change { scope: Scope::Queue, ..stale };
    assert_eq!(project.commit(elsewhere, stamp()), Err(ChangeError::Malformed));
    assert_eq!(project, before);
}

#[test]
fn every_kind_of_change_has_the_name_that_files_give_it() {
    for kind in ChangeKind::ALL {
        let name = toml::Value::try_from(kind).unwrap();
        assert_eq!(name.as_str(), Some(kind.key()));
    }
}

/// What a person might do next, by numbers that are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    Draw(usize, usize, u16, u16),
    Retime(usize, usize, u16, u16),
    Split(usize, usize, u16),
    Join(usize, usize, usize),
    Delete(usize, usize),
    Relabel(usize, usize, usize),
    Merge(usize, usize),
    DropClass(usize),
    Stretch(usize, u16, u16, bool),
    Note(usize),
    RemoveVideo(usize),
    Undo(usize),
    Redo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = || 0usize..8;
    let t = || 0u16..100;
    let step = prop_oneof![
        4 => (n(), n(), t(), t()).prop_map(|(v, c, a, b)| Step::Draw(v, c, a, b)),
        2 => (n(), n(), t(), t()).prop_map(|(v, s, a, b)| Step::Retime(v, s, a, b)),
        2 => (n(), n(), t()).prop_map(|(v, s, a)| Step::Split(v, s, a)),
        1 => (n(), n(), n()).prop_map(|(v, s, o)| Step::Join(v, s, o)),
        1 => (n(), n()).prop_map(|(v, s)| Step::Delete(v, s)),
        1 => (n(), n(), n()).prop_map(|(v, s, c)| Step::Relabel(v, s, c)),
        1 => (n(), n()).prop_map(|(a, b)| Step::Merge(a, b)),
        1 => n().prop_map(Step::DropClass),
        1 => (n(), t(), t(), any::<bool>()).prop_map(|(v, a, b, on)| Step::Stretch(v, a, b, on)),
        1 => n().prop_map(Step::Note),
        1 => n().prop_map(Step::RemoveVideo),
        4 => n().prop_map(Step::Undo),
        3 => n().prop_map(Step::Redo),
    ];
    prop::collection::vec(step, 0..60)
}

fn pick<T: Copy>(all: &[T], number: usize) -> Option<T> {
    all.get(number.checked_rem(all.len())?).copied()
}

fn take(project: &mut Project, first: [VideoId; 2], step: &Step) {
    let videos: Vec<VideoId> = project.all_videos().map(|video| video.id).collect();
    let classes: Vec<ClassId> = project.all_classes().map(|class| class.id).collect();
    let segment = |video: VideoId, number: usize| {
        let all: Vec<SegmentId> = project.track(video)?.segments().map(|segment| segment.id).collect();
        pick(&all, number)
    };
    let at = |tenths: u16| secs(f64::from(tenths) / 10.0);
    let scopes = [Scope::Queue, Scope::Classes, Scope::Video(first[0]), Scope::Video(first[1])];
    let change = match *step {
        Step::Draw(v, c, a, b) => pick(&videos, v).zip(pick(&classes, c)).and_then(|(video, class)| {
            project.draw(video, ChangeKind::DrawSegment, vec![NewSegment::by_person(class, at(a), at(b), "Ada")])
        }),
        Step::Retime(v, s, a, b) => pick(&videos, v)
            .and_then(|video| project.retime(video, segment(video, s)?, (at(a), at(b)), ChangeKind::TrimSegment)),
        Step::Split(v, s, a) => pick(&videos, v).and_then(|video| project.split(video, segment(video, s)?, at(a))),
        Step::Join(v, s, o) => {
            pick(&videos, v).and_then(|video| project.join(video, &[segment(video, s)?, segment(video, o)?]))
        }
        Step::Delete(v, s) => pick(&videos, v).and_then(|video| project.delete_segments(video, &[segment(video, s)?])),
        Step::Relabel(v, s, c) => {
            pick(&videos, v).and_then(|video| project.relabel(video, &[segment(video, s)?], pick(&classes, c)?))
        }
        Step::Merge(a, b) => {
            pick(&classes, a).zip(pick(&classes, b)).and_then(|(a, b)| project.merge_classes(a, b).ok())
        }
        Step::DropClass(c) => pick(&classes, c).and_then(|class| project.delete_class(class).ok()),
        Step::Stretch(v, a, b, true) => {
            pick(&videos, v).and_then(|video| project.mark_fully_labelled(video, at(a), at(b)))
        }
        Step::Stretch(v, a, b, false) => {
            pick(&videos, v).and_then(|video| project.unmark_fully_labelled(video, at(a), at(b)))
        }
        Step::Note(v) => pick(&videos, v).and_then(|video| project.set_work_state(video, WorkState::Done)),
        Step::RemoveVideo(v) => pick(&videos, v).and_then(|video| project.remove_videos(&[video])),
        Step::Undo(scope) => {
            check_step(project.undo(scopes[scope % 4], stamp()));
            None
        }
        Step::Redo(scope) => {
            check_step(project.redo(scopes[scope % 4], stamp()));
            None
        }
    };
    if let Some(change) = change {
        project.commit(change, stamp()).expect("should fit");
    }
}

/// Undoing fits, unless labels and classes stand in each other's way.
fn check_step(done: Option<Result<Entry, ChangeError>>) {
    let is_in_the_way = |error: &ChangeError| matches!(error, ChangeError::InUse { .. } | ChangeError::NoClass { .. });
    assert!(done.is_none_or(|done| done.as_ref().err().is_none_or(is_in_the_way)));
}

fn records(project: &Project) -> Vec<Record> {
    project.records().collect()
}

proptest! {
    #[test]
    fn whatever_was_done_can_be_undone_and_replayed(steps in steps()) {
        let (mut project, videos, _) = small();
        for step in &steps {
            take(&mut project, videos, step);
        }
        // The journal alone rebuilds the project.
        let mut again = Project::default();
        for entry in project.history().entries() {
            again.replay(entry.clone()).expect("should fit");
        }
        assert_eq!(records(&again), records(&project));
        assert_eq!(again.next_number(), project.next_number());
        // Taking everything back leaves what there was: nothing. Making it again leads back.
        // All classes first, as labels that come back may have one that was taken back.
        while let Some(entry) = project.redo(Scope::Classes, stamp()) {
            entry.expect("should fit");
        }
        let done = records(&project);
        let scopes = [Scope::Video(videos[0]), Scope::Video(videos[1]), Scope::Classes, Scope::Queue];
        let undone = scopes.map(|scope| {
            std::iter::from_fn(|| project.undo(scope, stamp())).inspect(|entry| assert!(entry.is_ok(), "should fit")).count()
        });
        assert_eq!(records(&project), vec![]);
        for (scope, count) in scopes.into_iter().zip(undone).rev() {
            for _ in 0..count {
                project.redo(scope, stamp()).expect("should be there").expect("should fit");
            }
        }
        assert_eq!(records(&project), done);
    }
}

fn found(class: ClassId, from: f64, to: f64, verdict: Verdict, accepted_by: Option<&str>) -> NewSegment {
    let accepted_by = accepted_by.map(str::to_owned);
    let author = Author::Model { checkpoint: "csn.pth".to_owned(), hash: String::new(), accepted_by };
    NewSegment { verdict, author, score: Some(0.5), ..NewSegment::by_person(class, secs(from), secs(to), "") }
}

#[test]
fn who_changes_their_mind_about_a_span_changes_what_was_said_of_it() {
    let (mut project, [video, _], [walk, run]) = small();
    let say = |project: &mut Project, class, verdict| {
        let said = vec![found(class, 1.0, 2.0, verdict, Some("Ada")), found(class, 1.0, 2.0, verdict, Some("Ada"))];
        let change = project.judge(video, ChangeKind::AcceptPredictions, said)?;
        Some(project.commit(change, stamp()).unwrap().change.edits.len())
    };
    assert_eq!(say(&mut project, walk, Verdict::Present), Some(1));
    assert_eq!(say(&mut project, walk, Verdict::Present), None);
    assert_eq!(say(&mut project, walk, Verdict::Absent), Some(1));
    assert_eq!(say(&mut project, run, Verdict::Present), Some(1));
    let verdicts = |project: &Project| -> Vec<(ClassId, Verdict)> {
        project.track(video).unwrap().segments().map(|segment| (segment.class, segment.verdict)).collect()
    };
    assert_eq!(verdicts(&project), [(walk, Verdict::Absent), (run, Verdict::Present)]);
    // What a person drew there stands beside it.
    draw(&mut project, video, walk, 1.0, 2.0);
    assert_eq!(say(&mut project, walk, Verdict::Present), Some(1));
    assert_eq!(verdicts(&project).len(), 3);
}

#[test]
fn a_label_that_nobody_has_confirmed_is_confirmed_by_itself_and_once() {
    let (mut project, [video, _], [walk, _]) = small();
    let drawn = vec![found(walk, 1.0, 2.0, Verdict::Present, None), found(walk, 3.0, 4.0, Verdict::Present, None)];
    project.commit(project.draw(video, ChangeKind::Import, drawn).unwrap(), stamp()).unwrap();
    let mine = draw(&mut project, video, walk, 5.0, 6.0);
    let ids: Vec<SegmentId> = project.track(video).unwrap().segments().map(|segment| segment.id).collect();
    let change = project.confirm(video, &[ids[0], mine], Verdict::Absent, "Ada").unwrap();
    assert_eq!((change.edits.len(), change.kind), (1, ChangeKind::RejectPredictions));
    project.commit(change, stamp()).unwrap();
    assert_eq!(project.confirm(video, &[ids[0], mine], Verdict::Present, "Bo"), None);
    let track = project.track(video).unwrap();
    let first = track.segment(ids[0]).unwrap();
    assert_eq!(first.verdict, Verdict::Absent);
    assert!(matches!(&first.author, Author::Model { accepted_by: Some(person), .. } if person == "Ada"));
    assert!(matches!(track.segment(ids[1]).unwrap().author, Author::Model { accepted_by: None, .. }));
}

#[test]
fn segments_that_are_moved_together_are_one_change() {
    let (mut project, [video, _], [walk, run]) = small();
    let (a, b) = (draw(&mut project, video, walk, 1.0, 2.0), draw(&mut project, video, run, 3.0, 4.0));
    let wanted = [(a, (secs(2.0), secs(3.0))), (b, (secs(4.0), secs(4.0)))];
    let change = project.retime_all(video, &wanted, ChangeKind::MoveSegment).unwrap();
    project.commit(change, stamp()).unwrap();
    assert_eq!(spans(&project, video), [(2.0, 3.0), (3.0, 4.0)]);
    project.undo(Scope::Video(video), stamp()).unwrap().unwrap();
    assert_eq!(spans(&project, video), [(1.0, 2.0), (3.0, 4.0)]);
}
