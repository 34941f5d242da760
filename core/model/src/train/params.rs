//! The parameters of a trainable network by their names in mmaction2's state dict.

use burn::module::{Param, RunningState};
use burn::tensor::{Gradients, Tensor, TensorReadError};

use crate::network::{ConvNorm, Network};
use crate::weights::{RawTensor, StateDict, torch_from_matrix};
use ks_domain::UnitKind;

/// One parameter, to be looked at or replaced.
pub enum NamedParam<'a> {
    /// A convolution's weight, as [`crate::ops`] has it.
    Convolution(&'a mut Param<Tensor<2>>, UnitKind),
    /// The head's weight, `[features, classes]`.
    Head(&'a mut Param<Tensor<2>>),
    /// A batch normalisation's scale or shift, or the head's bias.
    Vector(&'a mut Param<Tensor<1>>),
}

impl NamedParam<'_> {
    /// Takes the parameter's gradient, if it has one, as a flat tensor that is not tracked.
    pub(super) fn take_gradient(&self, gradients: &mut Gradients) -> Option<Tensor<1>> {
        match self {
            Self::Convolution(param, _) | Self::Head(param) => param.val().grad_remove(gradients).map(flat),
            Self::Vector(param) => param.val().grad_remove(gradients),
        }
    }

    /// Replaces the parameter by what `change` makes of its numbers, as a flat tensor that is not tracked.
    pub(super) fn update(self, change: impl FnOnce(Tensor<1>) -> Tensor<1>) {
        match self {
            Self::Convolution(param, _) | Self::Head(param) => replace(param, change),
            Self::Vector(param) => replace(param, change),
        }
    }

    /// Reads a flat tensor with the parameter's numbers, such as its gradient, into PyTorch's layout.
    ///
    /// # Errors
    /// If the device failed.
    pub(super) fn to_torch(&self, numbers: Tensor<1>) -> Result<RawTensor, TensorReadError> {
        match self {
            Self::Convolution(param, kind) => convolution_to_torch(numbers.reshape(param.val().dims()), *kind),
            Self::Head(param) => head_to_torch(numbers.reshape(param.val().dims())),
            Self::Vector(_) => vector_to_torch(numbers),
        }
    }
}

/// All numbers in a row.
fn flat<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let count = tensor.dims().iter().product::<usize>();
    tensor.reshape([count])
}

fn replace<const D: usize>(param: &mut Param<Tensor<D>>, change: impl FnOnce(Tensor<1>) -> Tensor<1>) {
    let value = param.val().inner();
    let shape = value.dims();
    let next: Tensor<D> = change(flat(value)).reshape(shape);
    *param = param.clone().map(|_| Tensor::from_inner(next).require_grad());
}

impl Network<ConvNorm> {
    /// Calls `visit` for every parameter, frozen or not, in the order of mmaction2's optimizer.
    pub fn visit_params(&mut self, visit: &mut dyn FnMut(&str, NamedParam<'_>)) {
        self.visit_units(&mut |unit| {
            let name = unit.fixed.name.clone();
            let kind = unit.fixed.kind;
            visit(&format!("{name}.conv.weight"), NamedParam::Convolution(&mut unit.weight, kind));
            visit(&format!("{name}.bn.weight"), NamedParam::Vector(&mut unit.gamma));
            visit(&format!("{name}.bn.bias"), NamedParam::Vector(&mut unit.beta));
        });
        visit("cls_head.fc_cls.weight", NamedParam::Head(&mut self.head_weight));
        visit("cls_head.fc_cls.bias", NamedParam::Vector(&mut self.head_bias));
    }

    fn visit_units(&mut self, visit: &mut dyn FnMut(&mut ConvNorm)) {
        visit(&mut self.stem);
        for block in self.stages.iter_mut().flatten() {
            visit(&mut block.conv1);
            block.mix.iter_mut().for_each(&mut *visit);
            visit(&mut block.depthwise);
            visit(&mut block.conv3);
            block.shortcut.iter_mut().for_each(&mut *visit);
        }
    }
}

/// Reads a convolution's matrix, or its gradient, back into PyTorch's layout.
///
/// # Errors
/// If the device failed.
fn convolution_to_torch(matrix: Tensor<2>, kind: UnitKind) -> Result<RawTensor, TensorReadError> {
    let data = torch_from_matrix(kind, &matrix.try_into_vec_as::<f32>()?);
    Ok(RawTensor { shape: kind.torch_shape().to_vec(), data })
}

/// Reads the head's matrix, or its gradient, back into PyTorch's layout.
///
/// # Errors
/// If the device failed.
fn head_to_torch(matrix: Tensor<2>) -> Result<RawTensor, TensorReadError> {
    let [features, classes] = matrix.dims();
    Ok(RawTensor { shape: vec![classes, features], data: matrix.transpose().try_into_vec_as::<f32>()? })
}

/// Reads a vector.
///
/// # Errors
/// If the device failed.
fn vector_to_torch(vector: Tensor<1>) -> Result<RawTensor, TensorReadError> {
    Ok(RawTensor { shape: vector.dims().to_vec(), data: vector.try_into_vec_as::<f32>()? })
}

/// Everything that mmaction2 would write into a checkpoint's `state_dict`, in PyTorch's layouts.
///
/// # Errors
/// If the device failed.
pub fn state_dict(network: &mut Network<ConvNorm>) -> Result<StateDict, TensorReadError> {
    let mut tensors = StateDict::new();
    let mut failed = None;
    let mut keep = |name: String, tensor: Result<RawTensor, TensorReadError>| match tensor {
        Ok(tensor) => drop(tensors.insert(name, tensor)),
        Err(error) => failed = Some(error),
    };
    network.visit_params(&mut |name, param| {
        let tensor = match param {
            NamedParam::Convolution(param, kind) => convolution_to_torch(param.val(), kind),
            NamedParam::Head(param) => head_to_torch(param.val()),
            NamedParam::Vector(param) => vector_to_torch(param.val()),
        };
        keep(name.to_owned(), tensor);
    });
    network.visit_units(&mut |unit| {
        let statistic = |state: &RunningState<Tensor<1>>| vector_to_torch(state.value_sync());
        keep(format!("{}.bn.running_mean", unit.fixed.name), statistic(&unit.running_mean));
        keep(format!("{}.bn.running_var", unit.fixed.name), statistic(&unit.running_var));
        let batches = statistic(&unit.batches).map(|batches| RawTensor { shape: Vec::new(), data: batches.data });
        keep(format!("{}.bn.num_batches_tracked", unit.fixed.name), batches);
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(tensors),
    }
}
