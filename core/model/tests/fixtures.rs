//! The reference fixtures on the processor and on a graphics adapter.

mod support;

use ks_model::ChosenDevice;
use ks_model::verify::{Outcome, Status, run_where};

/// Runs the fixtures whose names `wanted` takes; all must pass, and there must be at least `count`.
fn assert_passes(device: &ChosenDevice, count: usize, wanted: &dyn Fn(&str) -> bool) {
    let Some(fixtures) = support::fixtures() else { return };
    let mut passed = 0;
    let mut problems: Vec<Outcome> = Vec::new();
    run_where(&fixtures, device, wanted, &mut |outcome| match outcome.status {
        Status::Passed => passed += 1,
        Status::Failed => problems.push(outcome.clone()),
        Status::Skipped { .. } => {}
    })
    .expect("should have fixtures");
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(passed >= count, "only {passed} fixtures were run");
}

#[test]
fn tiny_networks_and_their_options_agree_with_the_original() {
    assert_passes(&support::cpu(), 40, &|file| file.starts_with("model/"));
}

#[test]
fn checkpoints_of_all_layouts_agree_with_the_original() {
    assert_passes(&support::cpu(), 11, &|file| file.starts_with("checkpoints/"));
}

#[test]
fn training_steps_agree_with_the_original() {
    assert_passes(&support::cpu(), 16, &|file| file.starts_with("train/"));
}

#[test]
fn networks_of_real_size_agree_with_the_original() {
    assert_passes(&support::cpu(), 3, &|file| file.starts_with("fullsize/") && file.ends_with("_50"));
}

#[test]
fn a_tiny_network_on_a_graphics_adapter_agrees_with_the_original() {
    let Some(gpu) = support::gpu() else { return };
    assert_passes(&gpu, 1, &|file| file == "checkpoints/ir4_mmaction.pth");
}
