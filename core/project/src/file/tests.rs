use ks_domain::project::{
    AnalysisId, AnalysisRecord, Author, ChangeKind, ClassRecord, NewClass, NewSegment, Project, Record, Rgb, Scope,
    Stamp, UsedModel, Verdict, VideoFacts, VideoId, ViewRules, WorkState,
};
use ks_domain::{AnalysisSettings, MediaTime, WindowScores};

use super::*;

fn stamp() -> Stamp {
    Stamp { unix_millis: 1_700_000_000_000, person: "Ada “the first”".to_owned() }
}

fn secs(secs: f64) -> MediaTime {
    MediaTime::from_secs_f64(secs)
}

/// A project with one of everything, and every entry that made it.
fn rich() -> (Project, Vec<Entry>) {
    let mut project = Project::default();
    let mut entries = Vec::new();
    let mut commit = |project: &mut Project, change| entries.push(project.commit(change, stamp()).unwrap());
    let change = project.add_videos(&["ä/ö 'x'.mp4".to_owned(), "b.mkv".to_owned()]).unwrap();
    commit(&mut project, change);
    let video = project.queue()[0].id;
    let change = project.add_set("Bees", "what bees do").unwrap();
    commit(&mut project, change);
    let set = project.sets().next().unwrap().id;
    let classes = ["waggle", "tremble", "fan"].map(NewClass::named).to_vec();
    let change = project.add_classes(set, classes).unwrap();
    commit(&mut project, change);
    let [waggle, tremble, fan] = [0, 1, 2].map(|index| project.classes_of(set)[index].id);
    let wished =
        ClassRecord { color: Some(Rgb([1, 128, 255])), key: Some('w'), ..project.class(waggle).unwrap().clone() };
    let change = project.edit_class(wished).unwrap().unwrap();
    commit(&mut project, change);
    let change = project.merge_classes(tremble, waggle).unwrap();
    commit(&mut project, change);
    let change = project.delete_class(fan).unwrap();
    commit(&mut project, change);
    let by_model = Author::Model { checkpoint: "a.pth".to_owned(), hash: "01ab".to_owned(), accepted_by: None };
    let segments = vec![
        NewSegment::by_person(waggle, secs(0.5), secs(2.25), "Ada"),
        NewSegment {
            verdict: Verdict::Absent,
            author: by_model,
            score: Some(0.1 + 0.2),
            note: "no\n“wait”".to_owned(),
            ..NewSegment::by_person(tremble, secs(3.0), MediaTime::from_nanos(u64::MAX), "")
        },
    ];
    let change = project.draw(video, ChangeKind::DrawSegment, segments).unwrap();
    commit(&mut project, change);
    let change = project.add_marker(video, secs(1.0), "look").unwrap();
    commit(&mut project, change);
    let change = project.mark_fully_labelled(video, secs(0.0), secs(9.0)).unwrap();
    commit(&mut project, change);
    let change = project.set_work_state(video, WorkState::NeedsWork).unwrap();
    commit(&mut project, change);
    entries.push(project.undo(Scope::Video(video), stamp()).unwrap().unwrap());
    entries.push(project.redo(Scope::Video(video), stamp()).unwrap().unwrap());
    entries.push(project.undo(Scope::Video(video), stamp()).unwrap().unwrap());
    (project, entries)
}

fn new_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(if cfg!(windows) { "bees 1#%.kinetoscope" } else { "bees 1?#%.kinetoscope" });
    (folder, path)
}

fn analysis(id: u64, video: u64, windows: u32) -> AnalysisRecord {
    let window = |number: u32| WindowScores {
        start_frame: number * 32,
        end_frame: number * 32 + 64,
        start: secs(f64::from(number)),
        end: secs(f64::from(number) + 2.0),
        scores: vec![0.1, f32::MIN_POSITIVE, 0.7],
    };
    let class_names = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    AnalysisRecord {
        id: AnalysisId(id),
        video: VideoId(video),
        model: UsedModel { checkpoint: "a.pth".to_owned(), hash: String::new(), class_names },
        settings: AnalysisSettings::default(),
        unix_millis: 5,
        is_complete: false,
        windows: (0..windows).map(window).collect(),
    }
}

#[test]
fn what_was_kept_comes_back_as_it_was() {
    let (_folder, path) = new_file();
    let (mut project, entries) = rich();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&entries).unwrap();
    let facts = VideoFacts { hash: "ff".to_owned(), bytes: 12, frames: 300, duration: secs(10.0) };
    let video = project.queue()[0].id;
    file.learn(video, &facts).unwrap();
    project.learn(video, facts);
    let mut rules = ViewRules { threshold: 0.45, ..ViewRules::default() };
    rules.class_thresholds.insert("waggle".to_owned(), 0.7);
    let change = project.set_rules(rules.clone()).unwrap();
    let entry = project.commit(change, stamp()).unwrap();
    file.append(&[entry]).unwrap();
    drop(file);
    let again = ProjectFile::open(&path).unwrap();
    assert_eq!((again.project, again.rules, again.backup), (project, rules, None));
    drop(again.file);
    assert_eq!(check(&path).unwrap(), []);
    // Nothing but the project is left beside it.
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn undo_goes_on_after_a_restart() {
    let (_folder, path) = new_file();
    let (project, entries) = rich();
    let video = project.queue()[0].id;
    ProjectFile::create(&path).unwrap().append(&entries).unwrap();
    let Opened { mut project, mut file, .. } = ProjectFile::open(&path).unwrap();
    let count = project.track(video).unwrap().segment_count();
    let mut undone = Vec::new();
    while let Some(entry) = project.undo(Scope::Video(video), stamp()) {
        undone.push(entry.unwrap());
    }
    assert_eq!((count, project.track(video).unwrap().segment_count()), (2, 0));
    file.append(&undone).unwrap();
    drop(file);
    let mut again = ProjectFile::open(&path).unwrap().project;
    assert!(again.undo(Scope::Video(video), stamp()).is_none());
    while let Some(entry) = again.redo(Scope::Video(video), stamp()) {
        entry.unwrap();
    }
    assert_eq!(again.track(video).unwrap().segment_count(), 2);
}

#[test]
fn scores_come_back_bit_for_bit_and_only_the_newest_stay() {
    let (_folder, path) = new_file();
    let mut file = ProjectFile::create(&path).unwrap();
    let wanted = analysis(7, 1, 5);
    let begun = AnalysisRecord { windows: vec![], ..wanted.clone() };
    file.begin_analysis(&analysis(3, 1, 9)).unwrap();
    file.begin_analysis(&analysis(4, 2, 1)).unwrap();
    file.begin_analysis(&begun).unwrap();
    file.add_windows(wanted.id, 0, &wanted.windows[..2]).unwrap();
    file.add_windows(wanted.id, 2, &wanted.windows[2..]).unwrap();
    assert_eq!(file.latest_analysis(VideoId(1)).unwrap(), Some(wanted.clone()));
    file.finish_analysis(wanted.id).unwrap();
    let complete = AnalysisRecord { is_complete: true, ..wanted };
    assert_eq!(file.latest_analysis(VideoId(1)).unwrap(), Some(complete));
    let left: Vec<(u64, bool)> =
        file.analyses().unwrap().iter().map(|analysis| (analysis.id.0, analysis.is_complete)).collect();
    assert_eq!(left, [(4, false), (7, true)]);
    assert_eq!(file.latest_analysis(VideoId(9)).unwrap(), None);
    drop(file);
    // Numbers of analyses are not given to records.
    assert_eq!(ProjectFile::open(&path).unwrap().project.next_number(), 8);
    assert_eq!(check(&path).unwrap(), []);
}

#[test]
fn only_one_window_writes_and_others_may_read() {
    let (_folder, path) = new_file();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&rich().1).unwrap();
    assert!(matches!(ProjectFile::open(&path), Err(ProjectError::InUse { .. })));
    let mut reading = ProjectFile::open_for_reading(&path).unwrap();
    assert_eq!(reading.project, rich().0);
    assert!(matches!(reading.file.append(&[]), Err(ProjectError::ReadOnly { .. })));
    drop(file);
    assert!(ProjectFile::open(&path).is_ok());
}

#[test]
fn files_that_are_no_projects_are_named_as_what_they_are() {
    let (folder, path) = new_file();
    let other = folder.path().join("film.mp4");
    std::fs::write(&other, [7; 4096]).unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, []).unwrap();
    let foreign = folder.path().join("foreign.sqlite");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    for file in [&other, &empty, &foreign, &folder.path().to_owned()] {
        assert!(matches!(ProjectFile::open(file), Err(ProjectError::NotAProject { .. })), "{}", file.display());
    }
    assert_eq!(std::fs::read(&other).unwrap(), [7; 4096]);
    assert!(matches!(ProjectFile::open(&path), Err(ProjectError::NotFound { .. })));
    assert!(matches!(ProjectFile::create(&other), Err(ProjectError::Exists { .. })));
    let newer = ProjectFile::create(&path).unwrap();
    newer.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    assert!(matches!(ProjectFile::open(&path), Err(ProjectError::Newer { found: 99, .. })));
}

#[test]
fn a_full_disk_leaves_the_file_as_it_was() {
    let (_folder, path) = new_file();
    let (project, entries) = rich();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&entries).unwrap();
    let pages: i64 = file.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    file.connection.pragma_update(None, "max_page_count", pages).unwrap();
    let mut fuller = project.clone();
    let video = project.queue()[0].id;
    let change = fuller.note_video(video, &"long ".repeat(10_000)).unwrap();
    let entry = fuller.commit(change, stamp()).unwrap();
    assert!(matches!(file.append(std::slice::from_ref(&entry)), Err(ProjectError::DiskFull { .. })));
    let kept = ProjectFile::open_for_reading(&path).unwrap().project;
    assert_eq!(kept, project);
    // With room, the same entry goes in.
    file.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    file.append(&[entry]).unwrap();
    drop(file);
    assert_eq!(ProjectFile::open(&path).unwrap().project, fuller);
}

#[test]
fn rules_that_an_older_program_kept_without_a_history_become_the_first_change() {
    let (_folder, path) = new_file();
    let mut connection = rusqlite::Connection::open(&path).unwrap();
    schema::upgrade(&mut connection, 0, &schema::STEPS[..1]).unwrap();
    let rules = ViewRules { threshold: 0.45, smoothing: 3, ..ViewRules::default() };
    let text = serde_json::to_string(&rules).unwrap();
    connection.execute("INSERT INTO meta VALUES ('rules', ?)", [text]).unwrap();
    drop(connection);
    let Opened { mut file, mut project, rules: found, backup } = ProjectFile::open(&path).unwrap();
    assert_eq!((&found, backup.is_some(), project.history().entries().len()), (&rules, true, 1));
    let change = project.set_rules(ViewRules { threshold: 0.7, ..rules.clone() }).unwrap();
    let done = project.commit(change, stamp()).unwrap();
    let undone = project.undo(Scope::Classes, stamp()).unwrap().unwrap();
    file.append(&[done, undone]).unwrap();
    drop(file);
    assert_eq!(ProjectFile::open(&path).unwrap().rules, rules);
    assert_eq!(check(&path).unwrap(), []);
}

#[test]
fn an_older_format_is_copied_before_it_is_changed() {
    let (_folder, path) = new_file();
    let (project, entries) = rich();
    ProjectFile::create(&path).unwrap().append(&entries).unwrap();
    let steps = [schema::STEPS, &["ALTER TABLE videos ADD COLUMN mood TEXT"]].concat();
    let opened = ProjectFile::open_with(&path, &steps).unwrap();
    let backup = opened.backup.unwrap();
    assert_eq!(opened.project, project);
    drop(opened.file);
    assert_eq!(ProjectFile::open(&backup).unwrap().project, project);
    // To this program the changed file is a newer one.
    assert!(matches!(ProjectFile::open(&path), Err(ProjectError::Newer { found: 3, known: 2, .. })));
    // A step that fails changes nothing.
    let bad = [schema::STEPS, &["ALTER TABLE videos ADD COLUMN age; NONSENSE"]].concat();
    assert!(ProjectFile::open_with(&backup, &bad).is_err());
    assert_eq!(check(&backup).unwrap(), []);
}

#[test]
fn a_copy_is_a_whole_project_and_replaces_nothing() {
    let (folder, path) = new_file();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&rich().1).unwrap();
    let copy = folder.path().join("copy.kinetoscope");
    file.copy_to(&copy).unwrap();
    assert_eq!(ProjectFile::open(&copy).unwrap().project, rich().0);
    assert!(matches!(file.copy_to(&copy), Err(ProjectError::Exists { .. })));
}

#[test]
fn the_doctor_finds_what_somebody_changed_by_hand() {
    let (_folder, path) = new_file();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&rich().1).unwrap();
    file.begin_analysis(&analysis(90, 1, 3)).unwrap();
    let connection = &file.connection;
    assert!(connection.execute("DELETE FROM journal WHERE number = 1", []).is_err());
    assert!(connection.execute("UPDATE journal SET person = 'Eve'", []).is_err());
    connection.execute("UPDATE segments SET end = start WHERE verdict = 'present'", []).unwrap();
    connection.execute("DELETE FROM markers", []).unwrap();
    connection.execute("DELETE FROM windows WHERE number = 1", []).unwrap();
    drop(file);
    let findings: Vec<String> = check(&path).unwrap().iter().map(ToString::to_string).collect();
    let said = |part: &str| findings.iter().any(|finding| finding.contains(part));
    assert!(said("is not what the journal says") && said("is missing") && said("has no length"), "{findings:?}");
    assert!(said("windows are missing inside analysis 90"), "{findings:?}");
}

#[test]
fn records_of_unknown_kinds_are_damage_and_not_guessed_at() {
    let (_folder, path) = new_file();
    let mut file = ProjectFile::create(&path).unwrap();
    file.append(&rich().1).unwrap();
    file.connection.execute("UPDATE segments SET verdict = 'perhaps'", []).unwrap();
    drop(file);
    let error = ProjectFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("perhaps") && error.to_string().contains("doctor"), "{error}");
}

#[test]
fn every_record_of_the_rich_project_is_of_another_kind() {
    let kinds: std::collections::BTreeSet<String> = rich()
        .0
        .records()
        .map(|record: Record| format!("{record:?}").chars().take_while(|letter| *letter != '(').collect())
        .collect();
    let all = ["Class", "Marker", "Segment", "Set", "Stretch", "Video"].map(str::to_owned);
    assert_eq!(kinds, std::collections::BTreeSet::from(all));
}
