//! What a preview says is what an import does.

use std::collections::BTreeMap;

use ks_domain::project::{
    Author, ChangeKind, NewSegment, Project, RecordId, Scope, SegmentId, Verdict, VideoFacts, VideoId, WorkState,
};
use ks_project::exchange::{
    ClassLabel, Extent, Imported, Labels, SegmentLabel, Selection, Target, VideoLabels, labels_of, plan_import,
};

use crate::support::{BEES, example, known, project, read, secs, stamp, tables, target, there_and_back, video};

fn spans(project: &Project, video: VideoId) -> Vec<(String, u64, u64)> {
    let segments = project.track(video).into_iter().flat_map(|track| track.segments());
    segments
        .map(|segment| {
            let class = project.class_of(segment.class).unwrap().name.clone();
            (class, segment.start.nanos(), segment.end.nanos())
        })
        .collect()
}

fn labelled(name: &str, segments: Vec<SegmentLabel>) -> Imported {
    let videos = vec![VideoLabels { name: name.to_owned(), segments, ..VideoLabels::default() }];
    Imported { labels: Labels { videos, ..Labels::default() }, ..Imported::default() }
}

fn span(class: &str, from: f64, to: f64) -> SegmentLabel {
    SegmentLabel::new(class.to_owned(), Extent::Span(secs(from), secs(to)))
}

#[test]
fn an_import_adds_classes_first_and_then_one_change_for_each_video() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees]);
    project.learn(wasps, VideoFacts { duration: secs(30.0), ..VideoFacts::default() });
    let imported = read(&["project.boris"], "boris");
    let before = project.clone();
    let plan = plan_import(&project, &imported, &target(set, &tables));
    assert_eq!(project, before);
    assert_eq!((plan.segment_count(), plan.duplicate_count()), (5, 0));
    let changes = plan.changes(&project).unwrap();
    let kinds: Vec<(Scope, ChangeKind)> = changes.iter().map(|change| (change.scope, change.kind)).collect();
    assert_eq!(kinds, [(Scope::Video(bees), ChangeKind::Import), (Scope::Video(wasps), ChangeKind::Import)]);
    for change in changes {
        project.commit(change, stamp()).unwrap();
    }
    assert_eq!(project.track(bees).unwrap().segment_count(), 4);
    assert_eq!(project.notes(bees).note, "sunny");
    // What was imported at once is undone at once.
    project.undo(Scope::Video(bees), stamp()).unwrap().unwrap();
    assert_eq!(project.track(bees).unwrap().segment_count(), 0);
}

#[test]
fn importing_twice_brings_nothing_the_second_time() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    for name in ["project.boris", "bees.vtt", "others.csv", "elan_2.7.eaf"] {
        let files = [example(name)];
        let imported = ks_project::exchange::recognise(&files).unwrap().import(&files, &known()).unwrap();
        plan_import(&project, &imported, &target(set, &tables)).apply(&mut project, &stamp()).unwrap();
        let again = plan_import(&project, &imported, &target(set, &tables));
        assert_eq!(again.segment_count(), 0, "{name}: {again}");
        assert!(again.is_empty() && again.apply(&mut project, &stamp()).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn milliseconds_become_the_exact_frames_again() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let table = &tables[&bees];
    let walk = project.class_named(set, "walk").unwrap().id;
    let bars = (0..599)
        .step_by(5)
        .map(|frame| NewSegment::by_person(walk, table.time_of(frame), table.time_of(frame + 3), "Ada"));
    let bars = bars.collect();
    project.commit(project.draw(bees, ChangeKind::DrawSegment, bars).unwrap(), stamp()).unwrap();
    let selection = Selection { set, videos: None, tables: &tables, predictions: &BTreeMap::new() };
    let labels = labels_of(&project, &selection);
    for format in ["elan", "boris", "boris-events", "boris-aggregated", "webvtt", "srt", "csv", "json", "activitynet"] {
        let imported = there_and_back(&labels, format);
        let same = plan_import(&project, &imported, &target(set, &tables));
        assert_eq!((same.segment_count(), same.duplicate_count()), (0, 120), "{format}");
        let (mut fresh, set, _) = crate::support::project();
        plan_import(&fresh, &imported, &target(set, &tables)).apply(&mut fresh, &stamp()).unwrap();
        assert_eq!(spans(&fresh, bees), spans(&project, bees), "{format}");
    }
}

#[test]
fn a_moment_gets_a_frame_and_what_does_not_fit_the_video_is_said() {
    let (project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let table = &tables[&bees];
    let moment = SegmentLabel::new("sting".to_owned(), Extent::Moment(table.time_of(30)));
    let whole = SegmentLabel::new("rest".to_owned(), Extent::Whole);
    let labels = vec![moment, whole, span("walk", 19.0, 25.0), span("walk", 21.0, 22.0), span(" ", 1.0, 2.0)];
    let plan = plan_import(&project, &labelled("bees.mp4", labels), &target(set, &tables));
    let found: Vec<(u64, u64)> =
        plan.videos[0].segments.iter().map(|one| (one.start.nanos(), one.end.nanos())).collect();
    let end = table.end().nanos();
    assert_eq!(found[0], (table.time_of(30).nanos(), table.time_of(31).nanos()));
    assert_eq!(found[1], (0, end));
    assert_eq!(found[2].1, end);
    assert_eq!(found.len(), 3);
    let said = plan.to_string();
    for part in
        ["it was cut there", "after the end of the video", "names no class", "come in: 3 labels; there already: 0"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_video_is_found_by_content_path_or_name_and_never_guessed() {
    let (mut project, set, [bees, wasps]) = project();
    let twins = ["/other/a/cam.mp4".to_owned(), "/other/b/cam.mp4".to_owned()];
    project.commit(project.add_videos(&twins).unwrap(), stamp()).unwrap();
    let tables = tables(&[bees, wasps]);
    let meant = |name: &str, path: &str, hash: &str| {
        let mut imported = labelled(name, vec![span("walk", 1.0, 2.0)]);
        path.clone_into(&mut imported.labels.videos[0].path);
        hash.clone_into(&mut imported.labels.videos[0].hash);
        let plan = plan_import(&project, &imported, &target(set, &tables));
        let paths: Vec<String> = plan.videos.iter().map(|video| video.path.clone()).collect();
        (paths.join(""), plan.report.problems().first().map(ToString::to_string).unwrap_or_default())
    };
    assert_eq!(meant("renamed.mp4", "", &format!("{:064}", 0)).0, BEES);
    assert_eq!(meant("bees.mp4", r"D:\film\bees.mp4", "").0, BEES);
    assert_eq!(meant("bees", "", "").0, BEES);
    assert_eq!(meant("cam.mp4", "elsewhere/b/cam.mp4", "").0, "/other/b/cam.mp4");
    let (path, said) = meant("cam.mp4", "", "");
    assert!(path.is_empty() && said.contains("can be several videos"), "{said}");
    let (path, said) = meant("ants.mp4", "", "");
    assert!(path.is_empty() && said.contains("add the video first"), "{said}");
    let into = Target { into: Some(wasps), ..target(set, &tables) };
    let plan = plan_import(&project, &labelled("ants.mp4", vec![span("walk", 1.0, 2.0)]), &into);
    assert_eq!(plan.videos[0].video, wasps);
}

#[test]
fn a_new_set_takes_the_name_of_the_file_and_its_classes_with_their_keys() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let imported = read(&["project.boris"], "boris");
    let new = Target { set: None, ..target(set, &tables) };
    let plan = plan_import(&project, &imported, &new);
    plan.apply(&mut project, &stamp()).unwrap();
    let hive = project.sets().find(|set| set.name == "Hive").unwrap().id;
    let classes = project.classes_of(hive);
    let keys: Vec<(&str, Option<char>)> = classes.iter().map(|class| (class.name.as_str(), class.key)).collect();
    assert_eq!(keys, [("walk", Some('w')), ("sting", Some('s')), ("rest", Some('r'))]);
}

#[test]
fn a_key_that_is_taken_stays_where_it_is() {
    let (project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let mut imported = labelled("bees.mp4", Vec::new());
    let keyed = |name: &str| ClassLabel { key: Some('x'), ..ClassLabel::named(name) };
    imported.labels.classes = vec![keyed("fly"), keyed("hover"), keyed("walk")];
    let plan = plan_import(&project, &imported, &target(set, &tables));
    let keys: Vec<(&str, Option<char>)> =
        plan.new_classes.iter().map(|class| (class.name.as_str(), class.key)).collect();
    assert_eq!(keys, [("fly", Some('x')), ("hover", None)]);
    assert!(plan.report.problems()[0].text.contains("taken by another class"));
}

#[test]
fn everything_of_a_project_survives_our_own_json() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let mut labels = vec![span("walk", 1.0, 2.0), span("walk", 1.5, 3.0)];
    labels[0].verdict = Verdict::Absent;
    labels[0].note = "two\nlines".to_owned();
    labels[1].score = Some(0.1);
    labels[1].author =
        Some(Author::Model { checkpoint: "csn.pth".into(), hash: "ab".into(), accepted_by: Some("Bo".into()) });
    let mut imported = labelled("bees.mp4", labels);
    imported.labels.videos[0].markers = vec![(secs(4.0), "queen".to_owned())];
    imported.labels.videos[0].stretches = vec![(secs(0.0), secs(3.0)), (secs(2.0), secs(5.0))];
    imported.labels.videos[0].work = WorkState::Done;
    plan_import(&project, &imported, &target(set, &tables)).apply(&mut project, &stamp()).unwrap();
    assert_eq!(project.track(bees).unwrap().stretches().count(), 1);
    let selection = Selection { set, videos: Some(&[bees]), tables: &tables, predictions: &BTreeMap::new() };
    let out = labels_of(&project, &selection);
    let (mut fresh, fresh_set, _) = crate::support::project();
    let back = there_and_back(&out, "json");
    plan_import(&fresh, &back, &target(fresh_set, &tables)).apply(&mut fresh, &stamp()).unwrap();
    let again = Selection { set: fresh_set, ..selection };
    assert_eq!(labels_of(&fresh, &again), out);
}

#[test]
fn a_plan_that_no_longer_fits_says_so() {
    let (mut project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let plan = plan_import(&project, &labelled("bees.mp4", vec![span("fly", 1.0, 2.0)]), &target(set, &tables));
    let first = plan.changes(&project).unwrap();
    for change in first {
        project.commit(change, stamp()).unwrap();
    }
    let error = plan.changes(&project).unwrap_err();
    assert!(error.to_string().contains("preview it again"), "{error}");
    assert!(project.record(RecordId::Segment(bees, SegmentId(project.next_number() - 1))).is_some());
}

#[test]
fn labels_of_a_network_go_out_only_when_they_are_asked_for() {
    let (project, set, [bees, wasps]) = project();
    let tables = tables(&[bees, wasps]);
    let mut found = span("dancing", 1.0, 2.0);
    found.author = Some(Author::Model { checkpoint: "csn.pth".into(), hash: String::new(), accepted_by: None });
    found.score = Some(0.5);
    let predictions = BTreeMap::from([(bees, vec![found])]);
    let selection = Selection { set, videos: None, tables: &tables, predictions: &predictions };
    let labels = labels_of(&project, &selection);
    assert_eq!(labels.classes.last().unwrap().name, "dancing");
    let back = there_and_back(&labels, "activitynet");
    assert!(back.labels.videos[0].segments[0].is_prediction());
    let none = Selection { predictions: &BTreeMap::new(), ..selection };
    assert!(labels_of(&project, &none).videos.iter().all(|video| video.segments.is_empty()));
    // A document made by hand has a clock of its own.
    assert_eq!(video(BEES, Vec::new()).clock, labels.videos[0].clock);
}
