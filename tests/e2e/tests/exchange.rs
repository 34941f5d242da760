//! `export` and `import`: labels of a project to and from the files of other programs.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use ks_domain::project::{Project, Stamp};
use ks_project::ProjectFile;
use ks_tests_e2e::Scratch;
use serde_json::Value;

const CUES: &str =
    "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nwalk\nslowly\n\n00:00:01.000 --> 00:00:01.200\nrest & rise\n";

/// A project with one video of three seconds, ten frames a second.
fn project(scratch: &Scratch, name: &str, video: &Path) {
    let mut file = ProjectFile::create(&scratch.path(name)).unwrap();
    let mut project = Project::default();
    let change = project.add_videos(&[video.display().to_string()]).unwrap();
    let stamp = Stamp { unix_millis: 0, person: "Ada".to_owned() };
    file.append(&[project.commit(change, stamp).unwrap()]).unwrap();
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_project_is_made_of_videos_and_knows_their_frames() {
    let scratch = Scratch::new();
    scratch.tiny_video("bees.y4m", 30);
    scratch.tiny_video("wasps.y4m", 20);
    scratch.file("notes.mp4", "no video at all");
    let refused = scratch.run(["new", "two.kinetoscope", "bees.y4m", "notes.mp4", "missing.mp4"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for part in ["notes.mp4", "missing.mp4", "no project was made"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert!(!scratch.path("two.kinetoscope").exists());
    let made = scratch.run(["new", "two.kinetoscope", "bees.y4m", "wasps.y4m"]);
    assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""), "{made:?}");
    let project = ProjectFile::open_for_reading(&scratch.path("two.kinetoscope")).unwrap().project;
    let frames: Vec<u32> = project.queue().iter().map(|video| project.facts(video.id).unwrap().frames).collect();
    assert_eq!(frames, [30, 20]);
    scratch.file("bees.vtt", CUES);
    let import = scratch.run(["import", "two.kinetoscope", "bees.vtt", "--set", "Gaits", "--person", "Bo"]);
    assert!(import.code == Some(0) && import.stdout.contains("come in: 2 labels"), "{import:?}");
    let again = scratch.run(["new", "two.kinetoscope", "bees.y4m"]);
    assert!(again.code == Some(1) && again.stderr.contains("already"), "{again:?}");
    let unnamed = scratch.run(["new", "two.db", "bees.y4m"]);
    assert!(unnamed.code == Some(2) && unnamed.stderr.contains(".kinetoscope"), "{unnamed:?}");
}

#[test]
fn labels_come_in_once_and_go_out_to_every_format() {
    let scratch = Scratch::new();
    let video = scratch.tiny_video("bees.y4m", 30);
    project(&scratch, "one.kinetoscope", &video);
    scratch.file("bees.vtt", CUES);
    let import = |more: &[&str]| {
        let args = ["import", "one.kinetoscope", "bees.vtt", "--set", "Gaits", "--person", "Bo"];
        let run = scratch.run(args.iter().chain(more));
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        run.stdout
    };
    let preview = import(&["--dry-run"]);
    for part in ["WebVTT", "new label set  Gaits", "walk, rest & rise", "come in: 2 labels; there already: 0"] {
        assert!(preview.contains(part), "{part}: {preview}");
    }
    // Looking changed nothing.
    assert_eq!(import(&[]), preview);
    assert!(import(&[]).contains("come in: 0 labels; there already: 2"));

    let formats = [
        "json",
        "csv",
        "elan",
        "boris",
        "boris-events",
        "boris-aggregated",
        "activitynet",
        "mmaction2-localization",
        "mmaction2-list",
        "webvtt",
        "srt",
    ];
    for format in formats {
        let run = scratch.run(["export", "one.kinetoscope", "--format", format, "--out", format]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.lines().all(|line| scratch.path(line).is_file()), "{run:?}");
        assert!(run.stderr.lines().all(|line| line.starts_with("kinetoscope: note: ")), "{run:?}");
    }
    let written = json(&scratch.path("json/labels.json"));
    let segment = &written["videos"][0]["segments"][0];
    assert_eq!((&segment["start_frame"], &segment["end_frame"]), (&5.into(), &15.into()));
    assert_eq!((segment["note"].as_str(), segment["author"]["name"].as_str()), (Some("slowly"), Some("Bo")));

    // What went out as JSON makes the same of another project.
    project(&scratch, "two.kinetoscope", &video);
    let run = scratch.run(["import", "two.kinetoscope", "json/labels.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = scratch.run(["export", "two.kinetoscope", "--format", "json", "--out", "again.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(json(&scratch.path("again.json")), written);
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence() {
    let scratch = Scratch::new();
    let video = scratch.tiny_video("bees.y4m", 30);
    project(&scratch, "one.kinetoscope", &video);
    scratch.file("bees.vtt", CUES);
    scratch.file("broken.eaf", "<ANNOTATION_DOCUMENT><TIER>");
    scratch.file("labels.csv", "there already");
    let run = scratch.run(["import", "one.kinetoscope", "bees.vtt"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let wrong: [(&[&str], &str); 6] = [
        (&["import", "one.kinetoscope", "broken.eaf"], "it ends in the middle"),
        (&["import", "one.kinetoscope", "bees.vtt", "broken.eaf"], "one format at a time"),
        (&["import", "one.kinetoscope", "missing.srt"], "missing.srt cannot be read"),
        (&["export", "missing.kinetoscope", "--format", "csv"], "there is no such project"),
        (&["export", "one.kinetoscope", "--format", "csv", "--video", "wasps.mp4"], "no video of this name"),
        (&["export", "one.kinetoscope", "--format", "json", "--set", "Other"], "no label set “Other”"),
    ];
    for (args, part) in wrong {
        let run = scratch.run(args);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.sentence().contains(part), "{part}: {run:?}");
    }
    let run = scratch.run(["export", "one.kinetoscope", "--format", "csv"]);
    assert!(run.code == Some(1) && run.stderr.contains("labels.csv exists already"), "{run:?}");
    assert_eq!(std::fs::read_to_string(scratch.path("labels.csv")).unwrap(), "there already");
    let run = scratch.run(["export", "one.kinetoscope", "--format", "avi"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("webvtt"), "{run:?}");
}
