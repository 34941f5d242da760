//! A new classifier on a trained backbone: what fine-tuning begins with.

use ks_domain::ArchSpec;

use super::state::{Strictness, Weights};

const WEIGHT: &str = "cls_head.fc_cls.weight";
const BIAS: &str = "cls_head.fc_cls.bias";

/// The same backbone with a classifier of `classes` classes, initialised as mmaction2 does it (a normal distribution of
/// width 0.01, no bias) from the seed. `kept` are pairs of an old class and the new class that is the same, whose rows stay
/// what they were: so a network can be taught one class more.
///
/// # Panics
/// If a pair names a class that one of the two does not have, or there are no classes.
pub fn with_new_head(weights: &Weights, classes: usize, kept: &[(usize, usize)], seed: u64) -> Weights {
    assert!(classes > 0, "a classifier should have classes");
    let old = weights.spec();
    let strictness = Strictness { allow_partial: false, new_head: Some(classes), seed };
    let (fresh, _gaps) = Weights::fitted(Some(old.clone()), weights.tensors().clone(), strictness)
        .expect("should fit, apart from the head that is new");
    let mut tensors = fresh.tensors().clone();
    let features = old.features();
    for (name, length) in [(WEIGHT, features), (BIAS, 1)] {
        let from = weights.get(name);
        let to = &mut tensors.get_mut(name).expect("should have a head").data;
        for (old_class, new_class) in kept {
            let row = from.get(old_class * length..(old_class + 1) * length).expect("should be an old class");
            let place = to.get_mut(new_class * length..(new_class + 1) * length).expect("should be a new class");
            place.copy_from_slice(row);
        }
    }
    let spec = ArchSpec { classes, ..old.clone() };
    Weights::with_spec(spec, tensors).expect("should be the same names and shapes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::formula_weights;
    use ks_domain::BottleneckMode;

    #[test]
    fn classes_that_stay_keep_their_rows_and_the_backbone_stays_as_it_is() {
        let spec = ArchSpec { stage_blocks: [1; 4], base_channels: 2, ..ArchSpec::new(BottleneckMode::Ir, 3) };
        let old = formula_weights(&spec, 5);
        let new = with_new_head(&old, 4, &[(0, 2), (2, 0)], 9);
        let features = spec.features();
        let row =
            |weights: &Weights, class: usize| weights.get(WEIGHT)[class * features..(class + 1) * features].to_vec();
        assert_eq!((row(&new, 2), row(&new, 0)), (row(&old, 0), row(&old, 2)));
        assert_eq!(new.get(BIAS), [old.get(BIAS)[2], 0.0, old.get(BIAS)[0], 0.0]);
        assert!(row(&new, 1).iter().all(|weight| weight.abs() < 0.06) && row(&new, 1) != row(&new, 3));
        assert_eq!(new.spec().classes, 4);
        for (name, tensor) in old.tensors().iter().filter(|(name, _)| name.starts_with("backbone.")) {
            assert_eq!(&new.tensors()[name], tensor);
        }
        assert_eq!(row(&with_new_head(&old, 4, &[], 9), 1), row(&new, 1), "the seed should decide");
    }

    #[test]
    fn a_fresh_network_is_whole_and_follows_from_its_seed() {
        let spec = ArchSpec { stage_blocks: [1; 4], base_channels: 2, ..ArchSpec::new(BottleneckMode::Ip, 3) };
        let fresh = Weights::fresh(spec.clone(), 1);
        let again = Weights::with_spec(spec.clone(), fresh.tensors().clone()).expect("should be whole");
        assert_eq!(again.tensors(), Weights::fresh(spec.clone(), 1).tensors());
        assert_ne!(again.tensors(), Weights::fresh(spec, 2).tensors());
    }
}
