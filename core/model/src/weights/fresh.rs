//! Values for arrays that a checkpoint lacks, as mmaction2 initialises them.

use super::formula::formula_values;
use super::state::RawTensor;

/// A fresh array: convolutions from a normal distribution of He's width over the outputs, the classifier from one of width
/// 0.01, batch normalisation that does nothing. A function of the seed and the name alone.
pub(super) fn tensor(name: &str, shape: Vec<usize>, seed: u64) -> RawTensor {
    let count = shape.iter().product();
    let constant = |value: f32| vec![value; count];
    let data = if name.ends_with("fc_cls.weight") {
        normal(name, count, 0.01, seed)
    } else if name.ends_with(".conv.weight") {
        // The original's “fan out” ignores groups, so that depthwise convolutions begin very small.
        let fan_out: usize = shape.iter().enumerate().filter(|(axis, _)| *axis != 1).map(|(_, size)| size).product();
        normal(name, count, (2.0 / fan_out as f64).sqrt(), seed)
    } else if name.ends_with(".bn.weight") || name.ends_with(".running_var") {
        constant(1.0)
    } else {
        constant(0.0)
    };
    RawTensor { shape, data }
}

/// Normally distributed values by the transform of Box and Muller.
fn normal(name: &str, count: usize, width: f64, seed: u64) -> Vec<f32> {
    let radius = formula_values(seed, &format!("{name}/radius"), count, |u| (-2.0 * (1.0 - u).ln()).sqrt());
    let angle = formula_values(seed, &format!("{name}/angle"), count, |u| (std::f64::consts::TAU * u).cos());
    radius.iter().zip(angle).map(|(radius, angle)| (width * f64::from(*radius) * f64::from(angle)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_classifier_has_the_width_of_the_original() {
        let head = tensor("cls_head.fc_cls.weight", vec![100, 256], 7);
        let mean = head.data.iter().map(|x| f64::from(*x)).sum::<f64>() / 25600.0;
        let variance = head.data.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / 25600.0;
        assert!(mean.abs() < 3e-4 && (variance.sqrt() - 0.01).abs() < 3e-4, "{mean} {variance}");
        assert_eq!(tensor("backbone.conv1.bn.running_var", vec![2], 7).data, [1.0, 1.0]);
    }
}
