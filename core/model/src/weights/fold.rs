//! Batch normalisation as part of the convolution before it, which it is once its statistics stand still.

use ks_domain::UnitSpec;

use super::state::Weights;

/// A convolution with bias.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedUnit {
    /// In PyTorch's order, `[outputs, inputs, time, height, width]`; the scale `gamma / sqrt(var + eps)` is multiplied in.
    pub weight: Vec<f32>,
    /// `beta - mean · scale`, one for each output.
    pub bias: Vec<f32>,
}

impl Weights {
    /// Folds one convolution of the network.
    ///
    /// # Panics
    /// If the network has no such convolution.
    pub fn folded(&self, unit: &UnitSpec) -> FoldedUnit {
        let eps = self.spec().bn_eps;
        let field = |part: &str| self.get(&format!("{}.{part}", unit.name));
        let (gamma, beta) = (field("bn.weight"), field("bn.bias"));
        let (mean, var) = (field("bn.running_mean"), field("bn.running_var"));
        // In f64, so that folding rounds once and not three times.
        let scale: Vec<f64> =
            gamma.iter().zip(var).map(|(gamma, var)| f64::from(*gamma) / (f64::from(*var) + eps).sqrt()).collect();
        let shifted = beta.iter().zip(mean).zip(&scale);
        let bias = shifted.map(|((beta, mean), scale)| (f64::from(*beta) - f64::from(*mean) * scale) as f32).collect();
        let mut weight = field("conv.weight").to_vec();
        let taps = weight.len() / unit.kind.outputs();
        for (row, scale) in weight.chunks_exact_mut(taps).zip(&scale) {
            for weight in row {
                *weight = (f64::from(*weight) * scale) as f32;
            }
        }
        FoldedUnit { weight, bias }
    }
}
