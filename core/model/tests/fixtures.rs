//! The reference fixtures on the processor and on a graphics adapter.
//!
//! Every file of the networks' categories is used by one of the groups here, and a group that does not use its files
//! fails.

mod support;

use burn::tensor::{Tensor, TensorData};
use ks_model::ChosenDevice;
use ks_model::network::{Folded, Network};
use ks_model::verify::{Fixtures, Outcome, Status, run_where};
use ks_model::weights::{RawTensor, Weights, read_state_dict};

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
const FROZEN_IP: Group = Group { runs: "train/ip_bnfrozen", cases: 4, uses: &["train/ip_bnfrozen", "train/ip_init"] };
const LIVE_IP: Group = Group { runs: "train/ip_bntrain", cases: 4, uses: &["train/ip_bntrain", "train/ip_batch"] };
const STILL_IP: Group = Group { runs: "train/ip_normeval", cases: 2, uses: &["train/ip_normeval"] };
const FROZEN_IR: Group = Group { runs: "train/ir_bnfrozen", cases: 4, uses: &["train/ir_bnfrozen", "train/ir_init"] };
const LIVE_IR: Group = Group { runs: "train/ir_bntrain", cases: 4, uses: &["train/ir_bntrain", "train/ir_batch"] };
const STILL_IR: Group = Group { runs: "train/ir_normeval", cases: 2, uses: &["train/ir_normeval"] };
const FULL_IP: Group = Group { runs: "fullsize/ip_50", cases: 1, uses: &["fullsize/"] };
const FULL_IR: Group = Group { runs: "fullsize/ir_50", cases: 2, uses: &["fullsize/"] };
const GROUPS: [&Group; 12] = [
    &BRANCHES,
    &TINY_IP,
    &TINY_IR,
    &CHECKPOINTS,
    &FROZEN_IP,
    &LIVE_IP,
    &STILL_IP,
    &FROZEN_IR,
    &LIVE_IR,
    &STILL_IR,
    &FULL_IP,
    &FULL_IR,
];

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
fn training_with_frozen_normalisation_agrees_with_the_original_for_ip() {
    run(&FROZEN_IP);
}

#[test]
fn training_with_live_normalisation_agrees_with_the_original_for_ip() {
    run(&LIVE_IP);
}

#[test]
fn training_with_standing_statistics_agrees_with_the_original_for_ip() {
    run(&STILL_IP);
}

#[test]
fn training_with_frozen_normalisation_agrees_with_the_original_for_ir() {
    run(&FROZEN_IR);
}

#[test]
fn training_with_live_normalisation_agrees_with_the_original_for_ir() {
    run(&LIVE_IR);
}

#[test]
fn training_with_standing_statistics_agrees_with_the_original_for_ir() {
    run(&STILL_IR);
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

/// The tiny network on the processor and on a graphics adapter, if there is one, and a clip with the original's logits.
///
/// Drivers without hardware compile for seconds, so each part of the network is a test of its own. The whole of it goes
/// through an adapter by `kinetoscope verify`.
struct Both {
    cpu: (ChosenDevice, Network<Folded>),
    gpu: (ChosenDevice, Network<Folded>),
    clip: RawTensor,
    logits: RawTensor,
}

impl Both {
    fn load() -> Option<Self> {
        let dir = support::fixtures()?;
        let (cpu, gpu) = (support::cpu(), support::gpu()?);
        let file = read_state_dict(&dir.join("checkpoints/ir4_mmaction.pth")).expect("should be a checkpoint");
        let weights = Weights::from_state_dict(file).expect("should be a network");
        let with = |device: ChosenDevice| {
            let network = Network::folded(&weights, device.burn_device());
            (device, network)
        };
        let mut io = read_state_dict(&dir.join("checkpoints/ir4_io.safetensors")).expect("should be tensors");
        let mut take = |name: &str| io.remove(name).expect("should be there");
        Some(Self { cpu: with(cpu), gpu: with(gpu), clip: take("x"), logits: take("logits") })
    }

    /// What goes into the network, on a device.
    fn input(&self, device: &ChosenDevice) -> Tensor<5> {
        let shape: [usize; 5] = self.clip.shape.clone().try_into().expect("should be clips");
        Tensor::<5>::from_data(TensorData::new(self.clip.data.clone(), shape), device.burn_device())
            .permute([0, 2, 3, 4, 1])
    }

    /// Runs bottlenecks of a stage on both, the adapter with what the processor has before them.
    fn bottlenecks(&self, stage: usize, indices: impl Fn(usize) -> bool) {
        let mut x = self.entry();
        for place in self.cpu.1.spec().blocks() {
            let before = x.clone();
            x = self.cpu.1.bottleneck(place.stage, place.index, before.clone());
            if place.stage == stage && indices(place.index) {
                let there = Tensor::<5>::from_data(before.into_data(), self.gpu.0.burn_device());
                assert_near(self.gpu.1.bottleneck(place.stage, place.index, there), x.clone());
            }
        }
    }

    /// What goes into the first stage, as the processor has it.
    fn entry(&self) -> Tensor<5> {
        self.cpu.1.entry(self.input(&self.cpu.0))
    }
}

fn assert_near<const D: usize>(actual: Tensor<D>, wanted: Tensor<D>) {
    let read = |tensor: Tensor<D>| tensor.try_into_vec_as::<f32>().expect("should be readable");
    assert_near_values(&read(actual), &read(wanted));
}

fn assert_near_values(actual: &[f32], wanted: &[f32]) {
    assert_eq!(actual.len(), wanted.len());
    let worst = actual.iter().zip(wanted).map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, f32::max);
    assert!(worst <= 1e-4 && actual.iter().all(|value| value.is_finite()), "{worst}");
}

#[test]
fn the_entry_of_a_network_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    assert_near(both.gpu.1.entry(both.input(&both.gpu.0)), both.entry());
}

#[test]
fn the_first_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(0, |_| true);
}

#[test]
fn the_last_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(3, |_| true);
}

#[test]
fn the_beginning_of_the_second_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(1, |index| index == 0);
}

#[test]
fn the_rest_of_the_second_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(1, |index| index > 0);
}

#[test]
fn the_beginning_of_the_third_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(2, |index| index == 0);
}

#[test]
fn the_rest_of_the_third_stage_on_a_graphics_adapter_agrees_with_the_processor() {
    let Some(both) = Both::load() else { return };
    both.bottlenecks(2, |index| index > 0);
}

#[test]
fn the_head_on_a_graphics_adapter_agrees_with_the_original() {
    let Some(both) = Both::load() else { return };
    let (device, network) = &both.cpu;
    let features = network.features(both.input(device)).into_data();
    let features = Tensor::<5>::from_data(features, both.gpu.0.burn_device());
    let logits = both.gpu.1.classify(Network::<Folded>::pool(features));
    assert_near_values(&logits.try_into_vec_as::<f32>().expect("should be readable"), &both.logits.data);
}
