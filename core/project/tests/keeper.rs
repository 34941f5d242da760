//! The thread that keeps a project file: in order, without making anybody wait, and without giving anything up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ks_domain::project::{Project, Stamp};
use ks_project::{Keep, Keeper, ProjectFile};

const LONG: Duration = Duration::from_secs(8);

fn stamp() -> Stamp {
    Stamp { unix_millis: 0, person: String::new() }
}

/// Notes on one video, one after another.
fn edits(project: &mut Project, count: usize) -> Vec<Keep> {
    if project.queue().is_empty() {
        let change = project.add_videos(&["a.mp4".to_owned()]).expect("should be new");
        let entry = project.commit(change, stamp()).expect("should fit");
        return std::iter::once(Keep::Entry(entry)).chain(edits(project, count)).collect();
    }
    let video = project.queue().first().expect("should be there").id;
    (0..count)
        .map(|_| {
            let change = project
                .note_video(video, &format!("note {}", project.history().entries().len()))
                .expect("should be another note");
            Keep::Entry(project.commit(change, stamp()).expect("should fit"))
        })
        .collect()
}

#[test]
fn everything_is_kept_in_order_before_the_window_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kinetoscope");
    let keeper = Keeper::start(ProjectFile::create(&path).unwrap(), || {}).unwrap();
    let mut project = Project::default();
    for edit in edits(&mut project, 500) {
        keeper.keep(edit);
    }
    drop(keeper);
    assert_eq!(ProjectFile::open(&path).unwrap().project, project);
}

#[test]
fn what_cannot_be_written_is_held_on_to_and_goes_to_another_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.kinetoscope");
    let mut project = Project::default();
    let mut file = ProjectFile::create(&path).unwrap();
    for keep in edits(&mut project, 1) {
        if let Keep::Entry(entry) = keep {
            file.append(&[entry]).unwrap();
        }
    }
    drop(file);
    // A file that is open for reading only refuses every change.
    let news = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&news);
    let file = ProjectFile::open_for_reading(&path).unwrap().file;
    let keeper = Keeper::start(file, move || _ = heard.fetch_add(1, Ordering::SeqCst)).unwrap();
    for edit in edits(&mut project, 3) {
        keeper.keep(edit);
    }
    let state = keeper.flush(Duration::from_millis(300));
    assert_eq!(state.unsaved, 3);
    assert!(state.trouble.is_some_and(|trouble| trouble.contains("save it under another name")));
    assert_eq!(news.load(Ordering::SeqCst), 1);
    // A name that is taken is refused, and nothing is lost by it.
    assert!(keeper.move_to(&path).is_err());
    let other = folder.path().join("b.kinetoscope");
    keeper.move_to(&other).unwrap();
    assert_eq!(keeper.flush(LONG).unsaved, 0);
    assert_eq!(keeper.state().trouble, None);
    drop(keeper);
    assert_eq!(ProjectFile::open(&other).unwrap().project, project);
    assert_eq!(ProjectFile::open(&path).unwrap().project.history().entries().len(), 2);
}
