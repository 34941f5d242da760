//! Every reference file is run by a test: which one, and how many there are.
//!
//! The tests themselves stand beside what they test; here is only that none is forgotten. A file of the manifest that no
//! line names, a line that names no file, and a test that is not there any more or does not run by itself are failures.

use std::collections::BTreeMap;
use std::io::Write as _;

use ks_tests_e2e::{root, shared};

/// Files of the manifest, the source of the test that runs them, and its name. A name that ends in `*` stands for all
/// that begin so; such tests see to it themselves that they leave no file of theirs out.
const COVERED: &[(&str, &str, &str)] = &[
    ("sampling/*", "core/domain/tests/sampling.rs", "frames_equal_those_of_both_branches_of_mmaction"),
    ("sampling/*", "core/media/tests/pipeline.rs", "every_file_of_the_other_categories_has_a_row"),
    ("spatial/crops.json", "core/domain/tests/spatial_boxes.rs", "sizes_boxes_and_values_equal_those_of_mmaction"),
    ("spatial/normalize_*", "core/domain/tests/spatial_boxes.rs", "sizes_boxes_and_values_equal_those_of_mmaction"),
    ("spatial/random_*", "core/domain/tests/spatial_boxes.rs", "sizes_boxes_and_values_equal_those_of_mmaction"),
    (
        "spatial/resize_sizes.json",
        "core/domain/tests/spatial_boxes.rs",
        "sizes_boxes_and_values_equal_those_of_mmaction",
    ),
    ("spatial/format_*", "core/domain/tests/spatial_boxes.rs", "sizes_boxes_and_values_equal_those_of_mmaction"),
    ("spatial/resize.*", "core/media/tests/pipeline.rs", "resized_and_mirrored_pictures_equal_those_of_mmaction"),
    ("spatial/flip.json", "core/media/tests/pipeline.rs", "resized_and_mirrored_pictures_equal_those_of_mmaction"),
    ("spatial/*", "core/media/tests/pipeline.rs", "every_file_of_the_other_categories_has_a_row"),
    ("pipeline/*", "core/media/tests/pipeline.rs", "views_of_a_folder_of_pictures_equal_those_of_both_branches"),
    ("pipeline/*", "core/media/tests/pipeline.rs", "every_file_of_the_other_categories_has_a_row"),
    ("video/*", "core/media/tests/pipeline.rs", "decoded_frames_their_colours_and_their_views_equal_those_of_mmaction"),
    ("schedule/*", "core/domain/tests/schedule.rs", "rates_equal_those_of_both_branches_of_mmaction"),
    ("schedule/*", "core/media/tests/pipeline.rs", "every_file_of_the_other_categories_has_a_row"),
    ("metrics/*", "core/domain/tests/metrics.rs", "metrics_equal_those_of_mmaction"),
    ("metrics/*", "core/media/tests/pipeline.rs", "every_file_of_the_other_categories_has_a_row"),
    ("model/inputs.safetensors", "core/model/tests/fixtures.rs", "one_network_stands_for_both_branches"),
    ("model/v0_vs_v1.json", "core/model/tests/fixtures.rs", "one_network_stands_for_both_branches"),
    ("model/tiny_ip*", "core/model/tests/fixtures.rs", "tiny_ip_networks_and_their_options_agree_with_the_original"),
    ("model/tiny_ir*", "core/model/tests/fixtures.rs", "tiny_ir_networks_and_their_options_agree_with_the_original"),
    ("checkpoints/*", "core/model/tests/fixtures.rs", "checkpoints_of_all_layouts_agree_with_the_original"),
    (
        "train/ip_bnfrozen*",
        "core/model/tests/fixtures.rs",
        "training_with_frozen_normalisation_agrees_with_the_original_for_ip",
    ),
    (
        "train/ip_init.pth",
        "core/model/tests/fixtures.rs",
        "training_with_frozen_normalisation_agrees_with_the_original_for_ip",
    ),
    (
        "train/ip_bntrain*",
        "core/model/tests/fixtures.rs",
        "training_with_live_normalisation_agrees_with_the_original_for_ip",
    ),
    (
        "train/ip_batch.safetensors",
        "core/model/tests/fixtures.rs",
        "training_with_live_normalisation_agrees_with_the_original_for_ip",
    ),
    (
        "train/ip_normeval*",
        "core/model/tests/fixtures.rs",
        "training_with_standing_statistics_agrees_with_the_original_for_ip",
    ),
    (
        "train/ir_bnfrozen*",
        "core/model/tests/fixtures.rs",
        "training_with_frozen_normalisation_agrees_with_the_original_for_ir",
    ),
    (
        "train/ir_init.pth",
        "core/model/tests/fixtures.rs",
        "training_with_frozen_normalisation_agrees_with_the_original_for_ir",
    ),
    (
        "train/ir_bntrain*",
        "core/model/tests/fixtures.rs",
        "training_with_live_normalisation_agrees_with_the_original_for_ir",
    ),
    (
        "train/ir_batch.safetensors",
        "core/model/tests/fixtures.rs",
        "training_with_live_normalisation_agrees_with_the_original_for_ir",
    ),
    (
        "train/ir_normeval*",
        "core/model/tests/fixtures.rs",
        "training_with_standing_statistics_agrees_with_the_original_for_ir",
    ),
    ("fullsize/*", "core/model/tests/fixtures.rs", "an_ip_network_of_real_size_agrees_with_the_original"),
    ("fullsize/*", "core/model/tests/fixtures.rs", "an_ir_network_of_real_size_agrees_with_the_original"),
    (
        "cli/*",
        "core/mmaction/tests/training_log.rs",
        "what_the_original_leaves_behind_is_read_and_written_to_the_character",
    ),
    ("longvideo/*", "tests/e2e/tests/long_video.rs", "the_json_of_the_original_comes_out_to_the_character"),
];

fn matches(pattern: &str, file: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == file, |start| file.starts_with(start))
}

/// Whether the source has a test of that name that runs without being asked for.
fn has_test(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("\nfn {name}(")) else { return false };
    let attributes: Vec<&str> = before.lines().rev().take_while(|line| line.starts_with("#[")).collect();
    attributes.contains(&"#[test]") && !attributes.iter().any(|line| line.starts_with("#[ignore"))
}

#[test]
fn every_reference_file_is_run_by_a_test() {
    let Some(shared) = shared("the list of reference files") else { return };
    let manifest = std::fs::read_to_string(shared.join("fixtures/manifest.json")).expect("should be readable");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("should be JSON");
    let entries = manifest["entries"].as_array().expect("should have entries");
    let files: Vec<&str> = entries.iter().filter_map(|entry| entry["file"].as_str()).collect();
    assert_eq!(files.len(), entries.len());

    let mut problems = Vec::new();
    for (pattern, source, test) in COVERED {
        if !files.iter().any(|file| matches(pattern, file)) {
            problems.push(format!("{pattern} names no reference file"));
        }
        let text = std::fs::read_to_string(root().join(source)).unwrap_or_default();
        if !has_test(&text, test) {
            problems.push(format!("{source} has no test {test}"));
        }
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        if COVERED.iter().any(|(pattern, ..)| matches(pattern, file)) {
            *counts.entry(file.split('/').next().unwrap_or_default()).or_default() += 1;
        } else {
            problems.push(format!("{file} is run by no test"));
        }
    }
    // Unlike the others, this test does not look into the manifest itself.
    let long_video = std::fs::read_to_string(root().join("tests/e2e/tests/long_video.rs")).unwrap_or_default();
    for file in files.iter().filter_map(|file| file.strip_prefix("longvideo/")) {
        let name = file.strip_suffix(".json").unwrap_or(file);
        if !long_video.contains(name) {
            problems.push(format!("longvideo/{file} is not named by its test"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let told: Vec<String> = counts.iter().map(|(category, count)| format!("{category} {count}")).collect();
    let run = counts.values().sum::<usize>();
    // Past the test harness, which hides what a passing test prints.
    let line = format!("{run} of {} reference files are run by tests: {}\n", files.len(), told.join(", "));
    std::io::stderr().write_all(line.as_bytes()).expect("should be writable");
}

#[test]
fn a_test_that_is_not_run_by_itself_does_not_count() {
    let source = "#[test]\n#[ignore = \"slow\"]\nfn slow() {}\n\n#[test]\nfn quick() {}\n\nfn none() {}\n";
    assert_eq!(["slow", "quick", "none", "other"].map(|name| has_test(source, name)), [false, true, false, false]);
    assert!(matches("a/*", "a/b.json") && !matches("a/*", "b/a") && matches("a/b", "a/b") && !matches("a/b", "a/bc"));
}
