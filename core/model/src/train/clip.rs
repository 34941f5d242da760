//! The length of all gradients together, and shortening them to a largest one.
//!
//! Burn's own clipping works on every tensor for itself, so it is done here as PyTorch's `clip_grad_norm_` does it.

use burn::tensor::Tensor;

use super::ledger::Gradients;
use crate::ComputeError;

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// L2 norm of all gradients before clipping.
    pub grad_norm: f64,
    /// What they were multiplied with, at most 1.
    pub clip_scale: f64,
}

/// Measures gradients and says what they are to be multiplied with: `min(1, largest / (norm + 1e-6))`.
///
/// # Errors
/// If the device failed, or the norm is not a finite number.
pub(super) fn measure(gradients: &Gradients, largest: Option<f64>) -> Result<StepReport, ComputeError> {
    if gradients.is_empty() {
        return Ok(StepReport { grad_norm: 0.0, clip_scale: 1.0 });
    }
    // One number a tensor, read together and added in double precision.
    let squares: Vec<Tensor<1>> = gradients.values().map(|gradient| gradient.clone().square().sum()).collect();
    let squares = Tensor::cat(squares, 0).try_into_vec_as::<f32>()?;
    let grad_norm = squares.into_iter().map(f64::from).sum::<f64>().sqrt();
    if !grad_norm.is_finite() {
        return Err(ComputeError::Diverged);
    }
    let clip_scale = largest.map_or(1.0, |largest| (largest / (grad_norm + 1e-6)).min(1.0));
    Ok(StepReport { grad_norm, clip_scale })
}
