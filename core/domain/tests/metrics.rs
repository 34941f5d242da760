//! How good scores are.

mod reference;

use ks_domain::metrics::{LabelledScores, MultiLabelSamples, Normalize};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq};
use proptest::proptest;
use proptest::test_runner::RngSeed;

#[test]
fn metrics_equal_those_of_mmaction() {
    let Some(fixtures) = reference::fixtures() else { return };
    reference::assert_exact(&reference::rows(&fixtures, "metrics"), 6 * 15 + 4);
}

type Labelled = (Vec<Vec<f32>>, Vec<usize>);

fn labelled() -> impl Strategy<Value = Labelled> {
    (1_usize..40, 1_usize..12).prop_flat_map(|(samples, classes)| {
        // Few different scores, so that there are ties.
        let score = (0_u8..6).prop_map(|score| f32::from(score) / 4.0);
        (vec(vec(score, classes), samples), vec(0..classes, samples))
    })
}

/// The same cases on every run, and no file that remembers failures: a case that fails becomes a test of its own.
fn same_cases() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(same_cases())]

    #[test]
    fn more_guesses_never_hit_less_often(data in labelled()) {
        let samples = LabelledScores::new(&data.0, &data.1).expect("should fit");
        let accuracies: Vec<f64> = (0..=samples.classes()).map(|k| samples.top_k_accuracy(k)).collect();
        prop_assert!(accuracies.is_sorted());
        prop_assert_eq!((accuracies[0], accuracies[samples.classes()]), (0.0, 1.0));
        let confusion = samples.confusion();
        let hits: u64 = (0..samples.classes()).map(|class| confusion.count(class, class)).sum();
        prop_assert_eq!(accuracies[1], hits as f64 / data.1.len() as f64);
        let counted: f64 = confusion.full(Normalize::None).concat().iter().sum();
        prop_assert_eq!(counted, data.1.len() as f64);
        let strict = confusion.mean_class_accuracy_counting_stray_predictions();
        prop_assert!((0.0..=confusion.mean_class_accuracy()).contains(&strict));
    }

    #[test]
    fn average_precision_is_a_fraction(data in labelled(), flips in vec(any::<bool>(), 480)) {
        let mut flips = flips.into_iter();
        let labels: Vec<Vec<bool>> =
            data.0.iter().map(|row| row.iter().map(|_| flips.next().unwrap_or(false)).collect()).collect();
        let samples = MultiLabelSamples::new(&data.0, &labels).expect("should fit");
        for value in [samples.mean_average_precision(), samples.mmit_mean_average_precision()].into_iter().flatten() {
            prop_assert!(value > 0.0 && value <= 1.0 + 1e-12, "{}", value);
        }
    }
}

#[test]
fn a_difference_in_the_last_bit_does_not_go_unseen() {
    let third = 1.0_f64 / 3.0;
    let mut tally = reference::Tally::new("made up", "the comparison itself");
    tally.numbers("one bit", &[1.0, third], &[1.0, f64::from_bits(third.to_bits() + 1)]);
    tally.numbers("one too few", &[], &[1.0]);
    tally.equal("other words", &"a", &"b");
    let row = tally.row();
    assert_eq!((row.difference, row.problems.len()), (f64::INFINITY, 3), "{:?}", row.problems);
}
