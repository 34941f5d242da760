//! Help, version, wrong usage, and what needs no video.

use ks_tests_e2e::Scratch;

#[test]
fn help_shows_examples_and_every_subcommand_has_its_own() {
    let scratch = Scratch::new();
    let help = scratch.run(["--help"]);
    assert_eq!(help.code, Some(0));
    let subcommands =
        ["probe", "classify", "convert", "zoo", "verify", "data", "test", "merge", "bench", "devices", "doctor"];
    for subcommand in subcommands {
        assert!(help.stdout.contains(subcommand), "{}", help.stdout);
        let own = scratch.run([subcommand, "--help"]);
        assert_eq!(own.code, Some(0), "{own:?}");
        assert!(own.stdout.contains("Usage: kinetoscope"), "{own:?}");
    }
    assert!(help.stdout.contains("Examples:") && help.stdout.contains("Exit status:"), "{}", help.stdout);
    assert!(!help.stdout.contains("  engine"), "the subcommand of the program itself is hidden: {}", help.stdout);
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    let scratch = Scratch::new();
    let classify = ["classify", "a.mp4", "--checkpoint", "c.pth", "--labels", "l.txt"];
    let with = |more: &[&'static str]| [classify.as_slice(), more].concat();
    let wrong: &[(Vec<&str>, &str)] = &[
        (vec!["--no-such-flag"], "--no-such-flag"),
        (vec!["probe"], "<FILE>"),
        (vec!["classify", "a.mp4"], "--checkpoint"),
        (with(&["--json", "--csv"]), "--csv"),
        (with(&["--device", "tpu:7"]), "tpu:7"),
        (with(&["--top", "0"]), "--top"),
        (with(&["--stride", "0"]), "stride must be"),
        (with(&["--crop-size", "300"]), "the crop must not be larger"),
        (with(&["--crop", "three"]), "three crops need"),
    ];
    for (args, says) in wrong {
        let run = scratch.run(args);
        assert_eq!(run.code, Some(2), "{args:?}: {run:?}");
        assert!(run.stderr.contains(says), "{args:?}: {run:?}");
        assert!(run.stdout.is_empty(), "{args:?}: {run:?}");
    }
}

#[test]
fn the_devices_are_listed_and_the_processor_is_always_one() {
    let scratch = Scratch::new();
    let text = scratch.run(["devices"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.stdout.lines().any(|line| line.starts_with("cpu ")), "{text:?}");
    let json = scratch.run(["devices", "--json"]);
    let devices: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(devices.len(), text.stdout.lines().count());
    assert!(devices.iter().any(|device| device["device"] == "cpu" && device["kind"] == "CPU"), "{json:?}");
}

#[test]
fn the_doctor_finds_nothing_missing_where_the_tests_run() {
    let scratch = Scratch::new();
    let text = scratch.run(["doctor"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    assert!(text.stdout.contains("GStreamer: version 1."), "{text:?}");
    assert!(text.stdout.contains("disk space for the cache"), "{text:?}");
    let json = scratch.run(["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["ok"], true);
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["state"] == "ok" || !check["remedy"].as_str().unwrap().is_empty()));
}

#[test]
fn the_engine_started_by_hand_says_that_it_is_not_for_people() {
    use std::process::Stdio;
    let scratch = Scratch::new();
    let output = scratch.command(["engine"]).stdin(Stdio::null()).output().unwrap();
    let run: ks_tests_e2e::Run = output.into();
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("this subcommand is for the program itself"), "{run:?}");
    assert!(run.stdout.is_empty(), "{run:?}");
}
