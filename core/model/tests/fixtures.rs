//! The reference fixtures on the processor and on a graphics adapter.
//!
//! Every file of the networks' categories is used by one of the groups here, and a group that does not use its files
//! fails.

mod support;

use ks_model::ChosenDevice;
use ks_model::verify::{Fixtures, Outcome, Status, run_where};

/// Fixtures that one test runs.
struct Group {
    /// How the names of the cases begin that it runs.
    runs: &'static str,
    /// How many outcomes there are at least.
    cases: usize,
    /// How the names of the files begin that all must have been used then.
    uses: &'static [&'static str],
}

const BRANCHES: Group = Group { runs: "model/v0_vs_v1", cases: 1, uses: &["model/v0_vs_v1", "model/inputs"] };
const TINY_IP: Group = Group { runs: "model/tiny_ip", cases: 33, uses: &["model/tiny_ip"] };
const TINY_IR: Group = Group { runs: "model/tiny_ir", cases: 33, uses: &["model/tiny_ir"] };
const CHECKPOINTS: Group = Group { runs: "checkpoints/", cases: 11, uses: &["checkpoints/"] };
const TRAIN_IP: Group = Group { runs: "train/ip_", cases: 10, uses: &["train/ip_"] };
const TRAIN_IR: Group = Group { runs: "train/ir_", cases: 10, uses: &["train/ir_"] };
const FULL_IP: Group = Group { runs: "fullsize/ip_50", cases: 1, uses: &["fullsize/"] };
const FULL_IR: Group = Group { runs: "fullsize/ir_50", cases: 2, uses: &["fullsize/"] };
const GROUPS: [&Group; 8] = [&BRANCHES, &TINY_IP, &TINY_IR, &CHECKPOINTS, &TRAIN_IP, &TRAIN_IR, &FULL_IP, &FULL_IR];

/// Runs the fixtures whose names `wanted` takes; all must pass, and there must be at least `count`.
fn assert_passes(device: &ChosenDevice, count: usize, wanted: &dyn Fn(&str) -> bool) -> Option<Fixtures> {
    let dir = support::fixtures()?;
    let mut passed = 0;
    let mut problems: Vec<Outcome> = Vec::new();
    let fixtures = run_where(&dir, device, wanted, &mut |outcome| match outcome.status {
        Status::Passed => passed += 1,
        Status::Failed => problems.push(outcome.clone()),
        Status::Skipped { .. } => {}
    })
    .expect("should have fixtures");
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(passed >= count, "only {passed} fixtures were run");
    Some(fixtures)
}

fn run(group: &Group) {
    let Some(fixtures) = assert_passes(&support::cpu(), group.cases, &|file| file.starts_with(group.runs)) else {
        return;
    };
    let mut unused = fixtures.unused();
    unused.retain(|file| group.uses.iter().any(|start| file.starts_with(start)));
    assert!(unused.is_empty(), "not used: {unused:?}");
    support::say(&format!("{}…: all files used, at least {} cases passed", group.runs, group.cases));
}

#[test]
fn one_network_stands_for_both_branches() {
    run(&BRANCHES);
}

#[test]
fn tiny_ip_networks_and_their_options_agree_with_the_original() {
    run(&TINY_IP);
}

#[test]
fn tiny_ir_networks_and_their_options_agree_with_the_original() {
    run(&TINY_IR);
}

#[test]
fn checkpoints_of_all_layouts_agree_with_the_original() {
    run(&CHECKPOINTS);
}

#[test]
fn training_steps_of_ip_networks_agree_with_the_original() {
    run(&TRAIN_IP);
}

#[test]
fn training_steps_of_ir_networks_agree_with_the_original() {
    run(&TRAIN_IR);
}

#[test]
fn an_ip_network_of_real_size_agrees_with_the_original() {
    run(&FULL_IP);
}

#[test]
fn an_ir_network_of_real_size_agrees_with_the_original() {
    run(&FULL_IR);
}

#[test]
fn every_file_of_these_categories_is_in_a_group() {
    // Nothing is wanted, so nothing is run or used but what says which files there are.
    let Some(fixtures) = assert_passes(&support::cpu(), 0, &|_| false) else { return };
    let mut files = fixtures.unused();
    files.retain(|file| ["model/", "checkpoints/", "train/", "fullsize/"].iter().any(|start| file.starts_with(start)));
    assert!(files.len() >= 50, "only {files:?}");
    files.retain(|file| !GROUPS.iter().any(|group| group.uses.iter().any(|start| file.starts_with(start))));
    assert!(files.is_empty(), "in no group: {files:?}");
}

#[test]
fn a_tiny_network_on_a_graphics_adapter_agrees_with_the_original() {
    let Some(gpu) = support::gpu() else { return };
    assert_passes(&gpu, 1, &|file| file == "checkpoints/ir4_mmaction.pth");
}
