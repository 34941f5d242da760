//! Whatever is wrong with the input, the program says in one sentence what to do, and ends with status 1.

use std::path::Path;

use ks_tests_e2e::{Run, Scratch, shared, small_network};

/// The first bytes of a zip file that holds nothing.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn refused(run: &Run, says: &[&str]) {
    assert_eq!(run.code, Some(1), "{run:?}");
    let sentence = run.sentence();
    for part in says {
        assert!(sentence.contains(part), "“{part}” is missing: {run:?}");
    }
}

fn classify(scratch: &Scratch, videos: &[&Path], more: &[String]) -> Run {
    let videos = videos.iter().map(|video| video.display().to_string());
    scratch.run(std::iter::once("classify".to_owned()).chain(videos).chain(more.iter().cloned()))
}

#[test]
fn probing_what_is_no_video_says_what_it_is_instead() {
    let scratch = Scratch::new();
    let text = scratch.file("notes.mp4", "These are notes, not a video.\n".repeat(40));
    let empty = scratch.file("empty.mp4", "");
    let folder = scratch.path("");
    let missing = scratch.path("missing.mp4");
    let probe = |file: &Path| scratch.run([Path::new("probe"), file]);
    refused(&probe(&text), &["not a video", "choose", "notes.mp4"]);
    refused(&probe(&empty), &["empty", "copy or download it again", "empty.mp4"]);
    refused(&probe(&folder), &["folder", "name the video files inside it"]);
    refused(&probe(&missing), &["no such file", "check the name", "missing.mp4"]);
}

#[test]
fn a_file_that_is_no_checkpoint_is_refused_before_any_video_is_touched() {
    let scratch = Scratch::new();
    let labels = scratch.file("labels.txt", "a\nb\n").display().to_string();
    let video = scratch.path("never-opened.mp4");
    let with = |checkpoint: &Path| {
        let more = ["--checkpoint", &checkpoint.display().to_string(), "--labels", &labels, "--device", "cpu"];
        classify(&scratch, &[&video], &more.map(str::to_owned))
    };
    refused(&with(&scratch.file("words.pth", "These are words.")), &["words.pth"]);
    refused(&with(&scratch.file("empty.pth", "")), &["empty.pth"]);
    refused(&with(&scratch.file("zip.pth", EMPTY_ZIP)), &["zip.pth"]);
    refused(&with(&scratch.path("missing.pth")), &["missing.pth"]);
    refused(&with(&scratch.path("")), &[]);
}

#[test]
fn a_labels_file_that_is_none_is_refused() {
    let scratch = Scratch::new();
    let video = scratch.path("never-opened.mp4");
    let with = |labels: &Path| {
        let more = ["--checkpoint", "never-opened.pth", "--labels", &labels.display().to_string()];
        classify(&scratch, &[&video], &more.map(str::to_owned))
    };
    refused(&with(&scratch.path("missing.txt")), &["no such labels file", "missing.txt"]);
    refused(&with(&scratch.path("")), &["folder, not a labels file"]);
    refused(&with(&scratch.file("empty.txt", "\n")), &["the labels file is empty", "empty.txt"]);
    refused(&with(&scratch.file("binary.txt", [0xff, 0xfe, 0x00])), &["not a text file", "binary.txt"]);
    refused(&with(&scratch.file("twice.txt", "a\nb\na\n")), &["“a” twice", "lines 1 and 3", "twice.txt"]);
}

#[test]
fn labels_of_another_network_are_refused() {
    let Some(shared) = shared("labels of another network") else { return };
    let scratch = Scratch::new();
    let mut args = small_network(&shared);
    args[3] = scratch.file("three.txt", "a\nb\nc\n").display().to_string();
    let run = classify(&scratch, &[&scratch.path("never-opened.mp4")], &args);
    refused(&run, &["3 names", "classes", "choose the labels file that belongs to this checkpoint", "three.txt"]);
}

#[test]
fn a_checkpoint_without_a_classifier_is_refused() {
    let Some(shared) = shared("a checkpoint of a backbone alone") else { return };
    let scratch = Scratch::new();
    let mut args = small_network(&shared);
    args[1] = shared.join("fixtures/checkpoints/ip4_backbone_only.pth").display().to_string();
    let run = classify(&scratch, &[&scratch.path("never-opened.mp4")], &args);
    refused(&run, &["no classifier", "choose a checkpoint", "ip4_backbone_only.pth"]);
}

#[test]
fn a_device_that_is_not_there_is_refused() {
    let Some(shared) = shared("a device that is not there") else { return };
    let scratch = Scratch::new();
    let mut args = small_network(&shared);
    let device = args.iter().position(|arg| arg == "cpu").unwrap();
    args[device] = "gpu:99".to_owned();
    let run = classify(&scratch, &[&scratch.path("never-opened.mp4")], &args);
    refused(&run, &["99"]);
}

#[test]
fn of_several_videos_the_broken_ones_are_reported_and_the_others_done() {
    let Some(shared) = shared("several videos, one broken") else { return };
    let scratch = Scratch::new();
    let good = shared.join("videos/arm_wrestling_340x256.mp4");
    let empty = scratch.file("empty.mp4", "");
    let mut args = small_network(&shared);
    args.push("--csv".to_owned());
    let run = classify(&scratch, &[&empty, &good, &scratch.path("missing.mp4")], &args);
    assert_eq!(run.code, Some(1), "{run:?}");
    let complaints: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("kinetoscope: ")).collect();
    assert_eq!(complaints.len(), 2, "{run:?}");
    assert!(complaints[0].contains("empty.mp4") && complaints[1].contains("missing.mp4"), "{run:?}");
    assert!(run.stdout.lines().count() > 1, "{run:?}");
    assert!(run.stdout.lines().skip(1).all(|line| line.contains("arm_wrestling")), "{run:?}");
}
