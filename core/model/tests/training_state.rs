//! What a training depends on: its seed, and its state, from which it goes on as if nothing had been.

mod support;

use ks_domain::BottleneckMode;
use ks_domain::Normalization;
use ks_domain::training::{NormPolicy, Optimizer, StepSettings, TrainedParts};
use ks_model::ComputeError;
use ks_model::train::{HeadTrainer, StateError, Targets, Trainer, TrainerState};
use ks_model::weights::{Weights, formula_weights};
use support::tiny::{batch, bits, clips, features, lively, refs, settings, step_batch, steps, tiny, trainer};

#[test]
fn the_same_seed_gives_the_same_network_to_the_bit() {
    let run = |seed| {
        let mut trainer = trainer(&lively(), seed);
        steps(&mut trainer, 0..3);
        trainer.state().expect("should be readable")
    };
    let (first, second) = (run(7), run(7));
    let tensors = |state: &TrainerState| bits(state.weights().expect("should be whole").tensors());
    assert!(tensors(&first) == tensors(&second) && first == second);
    assert!(tensors(&first) != tensors(&run(8)), "the seed should decide what dropout drops");
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("should make a pool");
        pool.install(|| {
            let mut trainer = trainer(&lively(), 7);
            steps(&mut trainer, 0..2);
            trainer.weights().expect("should be readable").tensors().clone()
        })
    };
    assert!(bits(&run(1)) == bits(&run(3)));
}

#[test]
fn a_training_goes_on_from_its_file_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().expect("should make a folder");
    let path = folder.path().join("state.safetensors");
    for optimizer in [Optimizer::MMACTION, Optimizer::ADAMW] {
        let settings = StepSettings { optimizer, ..lively() };
        let mut undisturbed = trainer(&settings, 7);
        steps(&mut undisturbed, 0..2);
        // In the middle of a batch.
        let (pixels, labels) = batch(&[1, 2]);
        let half = |trainer: &mut Trainer| {
            let targets = Targets::Classes(&labels);
            trainer.accumulate(clips(&pixels), &Normalization::IMAGENET, targets, 0.5).expect("should compute");
        };
        half(&mut undisturbed);
        undisturbed.state().expect("should be readable").write(&path).expect("should be written");
        half(&mut undisturbed);
        undisturbed.step(0.01).expect("should step");
        steps(&mut undisturbed, 2..4);

        let saved = TrainerState::read(&path).expect("should be read");
        assert_eq!((saved.steps(), saved.settings()), (2, &settings));
        // Made of other weights and another seed, of which nothing must be left.
        let other = Weights::fresh(tiny(BottleneckMode::Ir), 1);
        let mut resumed = Trainer::new(&other, &settings, support::cpu(), 99).expect("should be in order");
        resumed.restore(&saved).expect("should go on");
        half(&mut resumed);
        resumed.step(0.01).expect("should step");
        steps(&mut resumed, 2..4);
        let (a, b) = (undisturbed.state().expect("readable"), resumed.state().expect("readable"));
        assert!(a == b, "{} parted", optimizer.name());
        let (pixels, _) = batch(&[4, 5]);
        let look =
            |trainer: &mut Trainer| trainer.evaluate(clips(&pixels), &Normalization::IMAGENET).expect("computes");
        assert_eq!(look(&mut undisturbed), look(&mut resumed));
    }
}

#[test]
fn a_state_of_another_training_is_refused_with_every_reason() {
    let folder = tempfile::tempdir().expect("should make a folder");
    let saved = trainer(&lively(), 7).state().expect("should be readable");
    let other = StepSettings {
        parts: TrainedParts::LastStages(1),
        optimizer: Optimizer::ADAMW,
        ..settings(TrainedParts::All, NormPolicy::Eval)
    };
    let weights = formula_weights(&tiny(BottleneckMode::Ip), 11);
    let mut trainer = Trainer::new(&weights, &other, support::cpu(), 0).expect("should be in order");
    let error = trainer.restore(&saved).expect_err("should be refused").to_string();
    for reason in ["other parts", "SGD", "AdamW", "ip-CSN"] {
        assert!(error.contains(reason), "{error}");
    }
    let mut head = HeadTrainer::new(&weights, &other, support::cpu(), 0).expect("should be in order");
    assert!(head.restore(&saved).expect_err("should be refused").to_string().contains("cached features"));

    let path = folder.path().join("state.safetensors");
    saved.write(&path).expect("should be written");
    let bytes = std::fs::read(&path).expect("should be there");
    std::fs::write(&path, &bytes[..bytes.len() - 9]).expect("should be written");
    assert!(matches!(TrainerState::read(&path), Err(StateError::Format { .. })));
    assert!(matches!(TrainerState::read(&folder.path().join("none")), Err(StateError::Read { .. })));
    let nowhere = folder.path().join("none/state.safetensors");
    assert!(matches!(saved.write(&nowhere), Err(StateError::Write { .. })));
    let newer = String::from_utf8_lossy(&bytes).contains("{\\\"version\\\":1,");
    assert!(newer, "the description should begin with its version");
    let text = b"{\\\"version\\\":1,";
    let at = bytes.windows(text.len()).position(|window| window == text).expect("should be there");
    let mut newer = bytes.clone();
    newer[at + text.len() - 2] = b'9';
    std::fs::write(&path, newer).expect("should be written");
    assert!(matches!(TrainerState::read(&path), Err(StateError::Newer { found: 9, known: 1 })));
}

#[test]
fn a_classifier_goes_on_from_its_file_as_if_nothing_had_been() {
    let folder = tempfile::tempdir().expect("should make a folder");
    let path = folder.path().join("head.safetensors");
    let weights = formula_weights(&tiny(BottleneckMode::Ir), 11);
    let settings = StepSettings { dropout: 0.5, optimizer: Optimizer::ADAMW, ..StepSettings::default() };
    let (pixels, labels) = step_batch(0);
    let rows = features(&weights, &pixels);
    let go_on = |trainer: &mut HeadTrainer| {
        for _ in 0..3 {
            trainer.accumulate(&refs(&rows), Targets::Classes(&labels), 1.0).expect("should compute");
            trainer.step(0.01).expect("should step");
        }
    };
    let mut undisturbed = HeadTrainer::new(&weights, &settings, support::cpu(), 5).expect("should be in order");
    go_on(&mut undisturbed);
    undisturbed.state().expect("should be readable").write(&path).expect("should be written");
    go_on(&mut undisturbed);
    let mut resumed = HeadTrainer::new(&weights, &settings, support::cpu(), 6).expect("should be in order");
    resumed.restore(&TrainerState::read(&path).expect("should be read")).expect("should go on");
    go_on(&mut resumed);
    assert!(undisturbed.state().expect("readable") == resumed.state().expect("readable"));
    let (a, b) = (undisturbed.evaluate(&refs(&rows)), resumed.evaluate(&refs(&rows)));
    assert_eq!(a.expect("should compute"), b.expect("should compute"));
    let error = resumed.evaluate(&[&[1.0, 2.0]]).expect_err("should be refused");
    assert!(matches!(error, ComputeError::Features { given: 2, wanted: 256 }));
}
