//! `probe` on real videos.

use std::collections::BTreeSet;

use ks_tests_e2e::{Scratch, root, shared};
use serde_json::Value;

#[test]
fn the_frames_of_an_uncompressed_video_are_counted() {
    let scratch = Scratch::new();
    let video = scratch.tiny_video("tiny.y4m", 12).display().to_string();
    let run = scratch.run(["probe", &video, "--frames"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let rows: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(rows.len(), 1 + 12);
    assert_eq!(rows[12], "11\t1.100000000\tyes");
    // The second time, the list comes from the cache, and is the same.
    assert!(std::fs::read_dir(scratch.path("cache/kinetoscope")).unwrap().count() > 0);
    assert_eq!(scratch.run(["probe", &video, "--frames"]).stdout, run.stdout);
}

#[test]
fn every_frame_is_one_row_and_the_json_says_the_same() {
    let Some(shared) = shared("probe --frames") else { return };
    let scratch = Scratch::new();
    let video = shared.join("videos/arm_wrestling_340x256.mp4").display().to_string();
    let text = scratch.run(["probe", &video, "--frames"]);
    let json = scratch.run(["probe", &video, "--frames", "--json"]);
    assert_eq!((text.code, json.code), (Some(0), Some(0)), "{text:?} {json:?}");
    let rows: Vec<Vec<&str>> = text.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], ["frame", "time_secs", "key"]);
    assert_eq!(rows.len(), 1 + 280);
    assert_eq!(rows[1], ["0", "0.000000000", "yes"]);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    let frames = report["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 280);
    for (row, frame) in rows[1..].iter().zip(frames) {
        assert_eq!(row[0].parse().ok(), frame["number"].as_u64());
        let nanos: u64 = row[1].replace('.', "").parse().unwrap();
        assert_eq!(Some(nanos), frame["time_nanos"].as_u64());
        assert_eq!(row[2] == "yes", frame["key"].as_bool().unwrap());
    }
}

#[test]
fn the_json_has_the_fields_of_the_schema_and_the_best_stream_is_chosen() {
    let Some(shared) = shared("probe --json") else { return };
    let scratch = Scratch::new();
    let video = shared.join("videos/nasa_13013.mp4").display().to_string();
    let run = scratch.run(["probe", &video, "--frames", "--json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let schema = std::fs::read_to_string(root().join("docs/schema/probe.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(&report), keys(&schema["properties"]));
    assert_eq!(keys(&report["video"]), keys(&schema["properties"]["video"]["properties"]));
    assert_eq!(report["video"]["width"], 480);
    assert_eq!(report["video"]["stream_index"], 3);
    assert!(report["audio"].is_object());
}

#[test]
fn a_damaged_video_gives_the_frames_that_decode_and_a_warning() {
    let Some(shared) = shared("a damaged video") else { return };
    let scratch = Scratch::new();
    let video = shared.join("videos/corrupted.mp4").display().to_string();
    let run = scratch.run(["probe", &video, "--frames"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.lines().count() > 2, "{run:?}");
    assert!(run.stderr.contains("kinetoscope: warning: "), "{run:?}");
}
