//! New tensors on the processor.

use burn::tensor::{Shape, TensorData};
use burn_flex::FlexTensor;

/// A tensor for an operator to write into. Burn's own empty ones are made of bytes, which it copies once more to where
/// numbers may lie: for large activations that costs as much as some operators.
pub(super) fn blank(shape: impl Into<Shape>) -> FlexTensor {
    let shape = shape.into();
    FlexTensor::from_data(TensorData::new(vec![0f32; shape.num_elements()], shape))
}

/// The tensor itself as something to write into if nobody else holds it and it has all of its memory to itself; a copy
/// otherwise, at the latest when it is written to.
pub(super) fn taken_over(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some_and(|all| all.len() == tensor.storage::<f32>().len()) {
        tensor
    } else {
        FlexTensor::from_data(tensor.into_data())
    }
}
