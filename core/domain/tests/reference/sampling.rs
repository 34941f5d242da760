//! `sampling/*.json`.

use std::path::Path;

use ks_domain::{Branch, FrameSampling, OutOfBound};
use serde_json::Value;

use super::{Replay, Row, Tally, json, list, whole};

pub fn rows(fixtures: &Path) -> Vec<Row> {
    vec![
        test_mode(fixtures, "sampling/v0_test.json", Branch::V0),
        test_mode(fixtures, "sampling/v1_test.json", Branch::V1),
        train_mode(fixtures, "sampling/v0_train.json"),
        train_mode(fixtures, "sampling/v1_train.json"),
    ]
}

/// The settings of a case or of a `SampleFrames` step.
pub fn settings(case: &Value, start_index: u32) -> FrameSampling {
    FrameSampling {
        clip_len: whole(&case["clip_len"]),
        frame_interval: whole(&case["frame_interval"]),
        num_clips: whole(&case["num_clips"]),
        out_of_bound: match case["out_of_bound_opt"].as_str() {
            Some("repeat_last") => OutOfBound::RepeatLast,
            Some("loop") | None => OutOfBound::Loop,
            Some(other) => panic!("an unknown rule: {other}"),
        },
        start_index,
    }
}

/// Compares frames with those of a case.
pub fn compare(tally: &mut Tally, case: &Value, ours: &[u32]) {
    let theirs: Vec<f64> = list(&case["frame_inds"]).iter().map(|frame| f64::from(whole::<u32>(frame))).collect();
    let ours: Vec<f64> = ours.iter().copied().map(f64::from).collect();
    tally.numbers(&case.to_string(), &ours, &theirs);
}

fn test_mode(fixtures: &Path, file: &str, branch: Branch) -> Row {
    let mut tally = Tally::new(file, "frames of test clips");
    for case in list(&json(fixtures, file)) {
        tally.case();
        let settings = settings(case, whole(&case["start_index"]));
        match settings.test(branch, whole(&case["total_frames"])) {
            Ok(ours) => compare(&mut tally, case, &ours),
            Err(error) => tally.problem(format!("{case}: {error}")),
        }
    }
    tally.row()
}

fn train_mode(fixtures: &Path, file: &str) -> Row {
    let mut tally = Tally::new(file, "frames of training clips, from recorded draws");
    for case in list(&json(fixtures, file)) {
        tally.case();
        let mut draws = Replay::new(&case["draws"]);
        match settings(case, 0).train(whole(&case["total_frames"]), &mut draws) {
            Ok(ours) => compare(&mut tally, case, &ours),
            Err(error) => tally.problem(format!("{case}: {error}")),
        }
        tally.equal(&case.to_string(), &draws.problems(), &Vec::new());
    }
    tally.row()
}
