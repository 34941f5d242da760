//! Differences, and whether they are small enough.

use super::{Outcome, Status};

/// Largest absolute difference and largest relative one, `|a - b| / max(1, |b|)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Difference {
    pub(super) max_abs: f64,
    pub(super) max_rel: f64,
}

impl Difference {
    /// Compares element by element. Different lengths and not-a-number differ infinitely.
    pub(super) fn of(actual: &[f32], wanted: &[f64]) -> Self {
        if actual.len() != wanted.len() {
            return Self { max_abs: f64::INFINITY, max_rel: f64::INFINITY };
        }
        let mut found = Self::default();
        for (actual, wanted) in actual.iter().zip(wanted) {
            let difference = (f64::from(*actual) - wanted).abs();
            let difference = if difference.is_nan() { f64::INFINITY } else { difference };
            found.max_abs = found.max_abs.max(difference);
            found.max_rel = found.max_rel.max(difference / wanted.abs().max(1.0));
        }
        found
    }

    /// The larger of each.
    pub(super) fn or(self, other: Self) -> Self {
        Self { max_abs: self.max_abs.max(other.max_abs), max_rel: self.max_rel.max(other.max_rel) }
    }

    /// An outcome that passes if the relative difference is at most `limit`.
    pub(super) fn within(self, fixture: impl Into<String>, limit: f64, detail: impl Into<String>) -> Outcome {
        self.judged(fixture, self.max_rel <= limit, format!("{limit:.0e}·max(1, |value|)"), detail)
    }

    pub(super) fn judged(
        self,
        fixture: impl Into<String>,
        passed: bool,
        tolerance: String,
        detail: impl Into<String>,
    ) -> Outcome {
        Outcome {
            fixture: fixture.into(),
            status: if passed { Status::Passed } else { Status::Failed },
            max_abs: self.max_abs,
            max_rel: self.max_rel,
            tolerance,
            detail: detail.into(),
        }
    }
}

/// L2 norm of the difference over the L2 norm of the wanted; not a number becomes infinite.
pub(super) fn relative_l2(actual: &[f32], wanted: &[f32]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let wanted_norm = norm(&mut wanted.iter().map(|value| f64::from(*value)));
    let difference = norm(&mut actual.iter().zip(wanted).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    let ratio = difference / wanted_norm.max(1e-12);
    if ratio.is_nan() || actual.len() != wanted.len() { f64::INFINITY } else { ratio }
}

/// L2 norm.
pub(super) fn l2(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_never_passes() {
        let outcome = Difference::of(&[f32::NAN], &[0.0]).within("x", 1e-4, "");
        assert_eq!(outcome.status, Status::Failed);
        assert_eq!(relative_l2(&[f32::NAN], &[1.0]), f64::INFINITY);
        assert_eq!(Difference::of(&[1.0], &[]).max_abs, f64::INFINITY);
    }

    #[test]
    fn small_values_are_judged_absolutely_and_large_ones_relatively() {
        let difference = Difference::of(&[0.001, 100.001], &[0.0, 100.0]);
        assert!((difference.max_abs - 1e-3).abs() < 1e-5);
        assert!((difference.max_rel - 1e-3).abs() < 1e-5);
    }
}
