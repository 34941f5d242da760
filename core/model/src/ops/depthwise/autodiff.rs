//! The operators under automatic differentiation, to first order.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, TensorMetadata as _};

use super::{DepthwiseOps, volume};
use crate::cpu::depthwise::{Geometry, Volume};

/// The backward step: data gradient for the input, weight gradient for the weight.
#[derive(Debug)]
struct DepthwiseBackward;

impl<B: DepthwiseOps> Backward<B, 2> for DepthwiseBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, Geometry);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let [input_node, weight_node] = ops.parents;
        let gradient = grads.consume::<B>(&ops.node);
        let (x, weight, geometry) = ops.state;
        if let Some(node) = input_node {
            let input = volume(&x.shape());
            let of_input = B::depthwise_data_gradient(gradient.clone(), weight, input, geometry);
            grads.register::<B>(node.id, of_input);
        }
        if let Some(node) = weight_node {
            grads.register::<B>(node.id, B::depthwise_weight_gradient(x, gradient, geometry));
        }
    }
}

impl<B: Backend + DepthwiseOps, C: CheckpointStrategy> DepthwiseOps for Autodiff<B, C> {
    fn depthwise(x: FloatTensor<Self>, weight: FloatTensor<Self>, geometry: Geometry) -> FloatTensor<Self> {
        match DepthwiseBackward.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (x, weight) = (x.primitive().clone(), weight.primitive().clone());
                let out = B::depthwise(x.clone(), weight.clone(), geometry);
                prepared.finish((x, weight, geometry), out)
            }
            OpsKind::UnTracked(prepared) => {
                prepared.finish(B::depthwise(x.into_primitive(), weight.into_primitive(), geometry))
            }
        }
    }

    // The gradients are first-order: they are computed, but not themselves tracked.

    fn depthwise_data_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let (gradient, weight) = (gradient.into_primitive(), weight.into_primitive());
        <Self as burn::backend::AutodiffBackend>::from_inner(B::depthwise_data_gradient(
            gradient, weight, input, geometry,
        ))
    }

    fn depthwise_weight_gradient(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let (x, gradient) = (x.into_primitive(), gradient.into_primitive());
        <Self as burn::backend::AutodiffBackend>::from_inner(B::depthwise_weight_gradient(x, gradient, geometry))
    }
}
