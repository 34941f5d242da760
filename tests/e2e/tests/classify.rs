//! `classify` on a real video with a small checkpoint.

use std::collections::BTreeSet;

use ks_tests_e2e::{Scratch, root, shared, small_network};
use serde_json::Value;

fn args(shared: &std::path::Path, more: &[&str]) -> Vec<String> {
    let video = shared.join("videos/arm_wrestling_340x256.mp4").display().to_string();
    let more = more.iter().map(|arg| (*arg).to_owned());
    ["classify".to_owned(), video].into_iter().chain(small_network(shared)).chain(more).collect()
}

#[test]
fn json_and_csv_say_the_same_and_what_the_schema_says() {
    let Some(shared) = shared("classify as JSON and CSV") else { return };
    let scratch = Scratch::new();
    let json = scratch.run(args(&shared, &["--top", "3", "--json"]));
    let csv = scratch.run(args(&shared, &["--top", "3", "--csv"]));
    assert_eq!((json.code, csv.code), (Some(0), Some(0)), "{json:?} {csv:?}");
    let objects: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&json.stdout).unwrap();
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), objects.len());
    for (object, row) in objects.iter().zip(&rows) {
        for (name, cell) in header.iter().zip(row) {
            match &object[name] {
                Value::String(text) => assert_eq!(text, cell),
                number => assert_eq!(number.as_f64(), cell.parse().ok(), "{name}: {number} and {cell}"),
            }
        }
    }
    let schema = std::fs::read_to_string(root().join("docs/schema/classify.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let documented: BTreeSet<&str> =
        schema["items"]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(documented, header.iter().collect::<BTreeSet<_>>());
}

#[test]
fn windows_cover_the_video_and_the_best_class_comes_first() {
    let Some(shared) = shared("windows of classify") else { return };
    let scratch = Scratch::new();
    // All classes, so that the probabilities of a window must add up to 1.
    let run = scratch.run(args(&shared, &["--top", "1000", "--json"]));
    assert_eq!(run.code, Some(0), "{run:?}");
    let objects: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let labels = std::fs::read_to_string(shared.join("fixtures/longvideo/labels.txt")).unwrap();
    let windows: Vec<&[Value]> = objects.chunks(labels.lines().count()).collect();
    // 280 frames, windows of 15 frames every 40, and one that ends with the last frame.
    let starts: Vec<u64> = windows.iter().map(|window| window[0]["start_frame"].as_u64().unwrap()).collect();
    assert_eq!(starts, [0, 40, 80, 120, 160, 200, 240, 265]);
    assert_eq!(windows.last().unwrap()[0]["end_frame"], 280);
    for window in windows {
        let scores: Vec<f64> = window.iter().map(|row| row["score"].as_f64().unwrap()).collect();
        assert!((scores.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{scores:?}");
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        let secs = window[0]["end_secs"].as_f64().unwrap() - window[0]["start_secs"].as_f64().unwrap();
        assert!((secs - 15.0 / 28.0).abs() < 1e-3, "{secs}");
    }
}

#[test]
fn three_crops_are_averaged_and_the_batch_does_not_matter() {
    let Some(shared) = shared("crops and batches") else { return };
    let scratch = Scratch::new();
    let scores = |more: &[&str]| -> Vec<f64> {
        let run = scratch.run(args(&shared, &[&["--json", "--top", "1"], more].concat()));
        assert_eq!(run.code, Some(0), "{run:?}");
        let objects: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
        objects.iter().map(|object| object["score"].as_f64().unwrap()).collect()
    };
    let alone = scores(&[]);
    let together = scores(&["--batch", "4"]);
    assert!(alone.iter().zip(&together).all(|(a, b)| (a - b).abs() < 1e-5), "{alone:?} {together:?}");
    let three = scores(&["--crop", "three"]);
    assert_eq!(three.len(), alone.len());
    assert!(alone.iter().zip(&three).any(|(a, b)| (a - b).abs() > 1e-6), "three crops look at more of the picture");
}

#[test]
fn progress_goes_to_standard_error_and_only_when_asked_for() {
    let Some(shared) = shared("progress of classify") else { return };
    let scratch = Scratch::new();
    let quiet = scratch.run(args(&shared, &[]));
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""), "{quiet:?}");
    let loud = scratch.run(args(&shared, &["--progress"]));
    assert_eq!(loud.code, Some(0), "{loud:?}");
    assert!(loud.stderr.contains("analysing") && loud.stderr.contains("done in"), "{loud:?}");
    assert_eq!(quiet.stdout, loud.stdout);
    assert!(quiet.stdout.lines().nth(1).is_some_and(|line| line.contains(" %  ")), "{quiet:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_output_properly_and_the_status_is_130() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};
    let Some(shared) = shared("Ctrl-C") else { return };
    let scratch = Scratch::new();
    // A window for every frame: long enough to be interrupted.
    let args = args(&shared, &["--json", "--top", "1"]);
    let args = args.into_iter().map(|arg| if arg == "40" { "1".to_owned() } else { arg });
    let mut child = scratch.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    for _ in 0..3 {
        stdout.read_line(&mut text).unwrap();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() >= 2 && rows.len() < 260, "{}", rows.len());
}
