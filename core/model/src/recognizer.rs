//! A network that is ready to look at clips.

use std::path::Path;

use burn::tensor::{Tensor, TensorData, TensorReadError};
use ks_domain::{ArchSpec, Normalization};
use thiserror::Error;

use crate::device::ChosenDevice;
use crate::network::{Folded, Network};
use crate::weights::{CheckpointError, Weights, open_checkpoint, read_checkpoint};

/// Clips of RGB bytes.
#[derive(Clone, Copy, Debug)]
pub struct ClipBatch<'a> {
    /// Row-major elements of `shape`.
    pub pixels: &'a [u8],
    /// `[batch, time, height, width, 3]`
    pub shape: [usize; 5],
}

/// Why clips were not computed.
#[derive(Debug, Error)]
pub enum ComputeError {
    /// The bytes do not fill the shape, or there are not three channels.
    #[error("a batch of {bytes} bytes does not fill the shape {shape:?}")]
    Shape {
        /// Bytes given.
        bytes: usize,
        /// Shape given.
        shape: [usize; 5],
    },
    /// The device failed: out of memory, a lost driver.
    #[error(
        "the compute device failed ({0}); try a smaller batch, close other programs that use the GPU, or choose the device cpu"
    )]
    Device(String),
    /// Settings of a training that cannot be; every issue, in a line.
    #[error("the network cannot be trained like this: {0}")]
    Settings(String),
    /// Targets that do not belong to the clips or the network.
    #[error("the clips' labels cannot be learnt from: {0}")]
    Targets(String),
    /// Features of other clips or another network.
    #[error("features of {given} numbers were given to a classifier that sees {wanted}; compute the features again")]
    Features {
        /// Numbers of a clip that were given.
        given: usize,
        /// Numbers that the classifier sees.
        wanted: usize,
    },
    /// Gradients that overflowed, or are not numbers.
    #[error(
        "the gradients are no longer finite numbers, so the step was not made; lower the learning rate, lengthen the warm-up or clip the gradients, and go on from the last checkpoint"
    )]
    Diverged,
}

impl From<TensorReadError> for ComputeError {
    fn from(error: TensorReadError) -> Self {
        Self::Device(format!("{error:?}"))
    }
}

/// A network with folded batch normalisation on one device.
///
/// All its tensors belong to the thread that made it: cubecl orders work by thread.
#[derive(Debug)]
pub struct Recognizer {
    network: Network<Folded>,
    device: ChosenDevice,
}

impl Recognizer {
    /// Reads a checkpoint and puts its network on a device. `arch` says what shapes do not tell, such as strides and
    /// the batch-norm epsilon, if a configuration is at hand.
    ///
    /// # Errors
    /// If the file is not a whole CSN, or not that of `arch`.
    pub fn load(checkpoint: &Path, arch: Option<&ArchSpec>, device: &ChosenDevice) -> Result<Self, CheckpointError> {
        let weights = match arch {
            None => read_checkpoint(checkpoint)?,
            Some(arch) => Weights::with_spec(arch.clone(), open_checkpoint(checkpoint)?.tensors)?,
        };
        tracing::info!(network = %weights.spec(), layout = ?weights.layout(), "checkpoint read");
        Ok(Self::from_weights(&weights, device))
    }

    /// Puts a network on a device.
    pub fn from_weights(weights: &Weights, device: &ChosenDevice) -> Self {
        Self { network: Network::folded(weights, device.burn_device()), device: device.clone() }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.network.spec().classes
    }

    /// The network in a few words: `ir-CSN-50, 400 classes`.
    pub fn architecture(&self) -> String {
        self.network.spec().to_string()
    }

    /// Logits of all classes for each clip, `[batch][classes]`.
    ///
    /// # Errors
    /// If the bytes do not fill the shape, or the device fails.
    pub fn logits(
        &mut self,
        clips: ClipBatch<'_>,
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, ComputeError> {
        let x = clips.on_device(normalization, self.device.burn_device())?;
        rows_of(self.network.forward(x))
    }

    /// What the classifier sees of each clip, `[batch][features]`: the backbone's last activation, averaged over time and
    /// space.
    ///
    /// # Errors
    /// If the bytes do not fill the shape, or the device fails.
    pub fn features(
        &mut self,
        clips: ClipBatch<'_>,
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, ComputeError> {
        let x = clips.on_device(normalization, self.device.burn_device())?;
        rows_of(Network::<Folded>::pool(self.network.features(x)))
    }
}

impl ClipBatch<'_> {
    /// The clips as a network sees them, `[batch, time, height, width, 3]`.
    ///
    /// # Errors
    /// If the bytes do not fill the shape.
    pub(crate) fn on_device(
        self,
        normalization: &Normalization,
        device: &burn::tensor::Device,
    ) -> Result<Tensor<5>, ComputeError> {
        let Self { pixels, shape } = self;
        if shape[4] != 3 || pixels.len() != shape.iter().product::<usize>() || pixels.is_empty() {
            return Err(ComputeError::Shape { bytes: pixels.len(), shape });
        }
        Ok(Tensor::from_data(TensorData::new(normalized(pixels, normalization), shape), device))
    }
}

/// Reads a matrix back, row by row.
///
/// # Errors
/// If the device failed.
pub(crate) fn rows_of(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>, ComputeError> {
    let [_, columns] = matrix.dims();
    let values = matrix.try_into_vec_as::<f32>()?;
    Ok(values.chunks_exact(columns.max(1)).map(<[f32]>::to_vec).collect())
}

/// `(x - mean) / std` in `f32` for RGB bytes, through a table: there are only 256 values a channel.
fn normalized(pixels: &[u8], normalization: &Normalization) -> Vec<f32> {
    let table: [[f32; 256]; 3] = std::array::from_fn(|channel| {
        let (mean, std) = (normalization.mean[channel], normalization.std[channel]);
        std::array::from_fn(|byte| (byte as f32 - mean) / std)
    });
    let (rgb, _) = pixels.as_chunks::<3>();
    rgb.iter()
        .flat_map(|[r, g, b]| [table[0][usize::from(*r)], table[1][usize::from(*g)], table[2][usize::from(*b)]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_normalised_channel_by_channel() {
        let values = normalized(&[0, 128, 255], &Normalization::IMAGENET);
        let wanted = [(0.0 - 123.675) / 58.395, (128.0 - 116.28) / 57.12, (255.0 - 103.53) / 57.375];
        for (value, wanted) in values.iter().zip(wanted) {
            assert!((value - wanted).abs() < 1e-6);
        }
    }
}
