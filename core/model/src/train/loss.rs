//! The loss.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

/// Mean softmax cross-entropy of integer labels.
///
/// # Shapes
/// - `logits`: `[batch, classes]`; `labels`: one class a clip
/// - output: `[1]`
///
/// # Panics
/// If there are not as many labels as clips, or a label is no class.
pub fn cross_entropy(logits: Tensor<2>, labels: &[usize]) -> Tensor<1> {
    let [batch, classes] = logits.dims();
    assert_eq!(labels.len(), batch, "one label a clip");
    let device: Device = logits.device();
    let mut wanted = vec![0f32; batch * classes];
    for (row, label) in wanted.chunks_exact_mut(classes).zip(labels) {
        row[*label] = 1.0;
    }
    let wanted: Tensor<2> = Tensor::from_data(TensorData::new(wanted, [batch, classes]), &device);
    (log_softmax(logits, 1) * wanted).sum().neg() / batch as f32
}
