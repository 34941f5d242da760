//! Labels of other programs, by clicks: each format is chosen, previewed with a report, and taken in.

use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable as _;
use ks_ui::commands::Command;
use ks_ui::state::Dialog;

use super::{Seat, shared, video_in};

/// The files of an import, the format that they are recognised as, what the report says of what is not taken (empty
/// where all is), and one label that is there afterwards: class, start and end in seconds.
type Example = (&'static [&'static str], &'static str, &'static str, (&'static str, f64, f64));

const EXAMPLES: [Example; 11] = [
    (&["others.csv"], "csv", "no class", ("walk", 1.0, 2.25)),
    (&["labels.json"], "json", "", ("walk", 1.0, 2.25)),
    (&["elan_2.7.eaf"], "elan", "ends before it begins", ("walk & <turn>", 1.0, 2.0)),
    (&["project.boris"], "boris", "UNPAIRED", ("walk", 1.0, 2.25)),
    (&["boris_events_new.csv"], "boris-events", "", ("walk", 1.0, 2.25)),
    (&["boris_aggregated_old.csv"], "boris-aggregated", "line", ("walk", 1.0, 2.25)),
    (&["activitynet.json"], "activitynet", "not taken", ("walk", 1.0, 2.25)),
    (&["train_list.txt", "label_map.txt"], "mmaction2-list", "", ("walk", 0.0, 0.0)),
    (&["localization.json"], "mmaction2-localization", "", ("walk", 1.0, 2.25)),
    (&["bees.vtt"], "webvtt", "no text", ("walk & turn", 1.0, 2.25)),
    (&["bees.srt"], "srt", "cannot be read", ("walk", 1.0, 3.0)),
];

fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/project/tests/files")
}

/// An example file in another folder, about the video of the tests: ActivityNet's names begin with `v_`.
fn copied(name: &str, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(files().join(name)).unwrap();
    let copy = folder.join(name);
    std::fs::write(&copy, text.replace("v_bees", "bees")).unwrap();
    copy
}

#[test]
fn every_format_is_previewed_with_a_report_and_taken_in() {
    let Some(shared) = shared("imports by clicks") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    let mut formats: Vec<String> = seat.state().studio.formats.iter().map(|format| format.id.clone()).collect();
    let mut covered: Vec<String> = EXAMPLES.iter().map(|example| example.1.to_owned()).collect();
    formats.sort();
    covered.sort();
    assert_eq!(covered, formats, "every format has an example here");
    for (names, id, said, wanted) in EXAMPLES {
        let paths: Vec<PathBuf> = names.iter().map(|name| copied(name, home.path())).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        seat.answers("Import labels", &paths);
        seat.menu("File", Command::Import);
        seat.until(id, |state| matches!(state.dialog, Some(Dialog::Import(_))) || !state.banners.is_empty());
        let Some(Dialog::Import(view)) = seat.state().dialog.clone() else { panic!("{id}: {:?}", seat.banners()) };
        let entry = seat.state().studio.formats.iter().find(|format| format.id == id).unwrap().clone();
        seat.window.get_by_label(&format!("Format: {}", entry.name));
        assert!(!view.is_empty && view.lines.iter().any(|line| line.contains(said)), "{id}: {:?}", view.lines);
        for line in view.lines.iter().filter(|line| !line.trim().is_empty()) {
            assert!(seat.window.query_all_by_label(line).count() > 0, "{id}: “{line}” is not shown");
        }
        seat.click("Import");
        seat.until(id, |state| state.banners.iter().any(|banner| banner.text.contains("in the project now")));
        let (class, start, end) = wanted;
        let near = |a: f64, b: f64| (a - b).abs() < 0.05;
        let labels = seat.labels();
        let is_there =
            labels.iter().any(|label| label.0 == class && (end == 0.0 || near(label.1, start) && near(label.2, end)));
        assert!(is_there, "{id}: {labels:?}");
        seat.state_mut().banners.clear();
        // The next format begins with an empty project and the same video.
        seat.window.state_mut().acts(ks_ui::state::Action::Project(ks_ui::state::ProjectAction::New));
        seat.until_kept();
        seat.watch(&video);
    }
}

#[test]
fn an_import_that_is_dismissed_changes_nothing() {
    let Some(shared) = shared("a dismissed import") else { return };
    let home = tempfile::tempdir().unwrap();
    let mut seat = Seat::at(home.path());
    let video = video_in(home.path(), &shared);
    seat.watch(&video);
    let before = seat.state().studio.project.clone();
    seat.answers("Import labels", &[&files().join("labels.json")]);
    seat.menu("File", Command::Import);
    seat.until("the preview", |state| matches!(state.dialog, Some(Dialog::Import(_))));
    seat.click("Cancel");
    assert_eq!(seat.state().dialog, None);
    assert_eq!(seat.state().studio.project, before);
    // Words are no labels, and that is said.
    let words = home.path().join("words.txt");
    std::fs::write(&words, "These are words.\n").unwrap();
    seat.answers("Import labels", &[&words]);
    seat.menu("File", Command::Import);
    seat.until("a message", |state| !state.banners.is_empty());
    assert_eq!(seat.state().studio.project, before);
}
