//! Learning rates over a run.

mod reference;

use ks_domain::schedule::{EpochPolicy, EpochSchedule, IterationSchedule, WarmUp, scaled_rate};

#[test]
fn rates_equal_those_of_both_branches_of_mmaction() {
    let Some(fixtures) = reference::fixtures() else { return };
    reference::assert_exact(&reference::rows(&fixtures, "schedule"), 174 + 290 + 540 + 900 + 58);
}

#[test]
fn without_a_warm_up_the_first_rate_is_the_full_one() {
    let fixed = IterationSchedule { base_rate: 0.08, policy: EpochPolicy::Fixed, warm_up: None };
    assert_eq!([fixed.rate(0, 10), fixed.rate(1_000, 0)], [0.08, 0.08]);
    let steps = EpochSchedule { base_rate: 1.0, warm_up: None, milestones: vec![0, 2, 2], gamma: 0.5 };
    assert_eq!([0, 1, 2, 3].map(|epoch| steps.rate(epoch)), [0.5, 0.5, 0.125, 0.125]);
}

#[test]
fn a_warm_up_of_one_epoch_ends_where_it_begins() {
    let warm_up = Some(WarmUp { epochs: 1, start: 0.25 });
    let schedule = EpochSchedule { base_rate: 1.0, warm_up, milestones: vec![], gamma: 0.1 };
    assert_eq!([schedule.rate(0), schedule.rate(1)], [0.25, 0.25], "1.x never comes back from it");
    let schedule = IterationSchedule { base_rate: 1.0, policy: EpochPolicy::Fixed, warm_up };
    assert_eq!([0, 1, 2, 4].map(|iteration| schedule.rate(iteration, 4)), [0.25, 0.4375, 0.625, 1.0]);
}

#[test]
fn the_rate_grows_with_the_batch() {
    assert_eq!(scaled_rate(5e-4, 96, 24), 1.25e-4);
}
