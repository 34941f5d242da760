//! The operators under automatic differentiation, to first order.

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients as Found;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, TensorMetadata as _};

use super::{DenseOps, Gradients};
use crate::cpu::depthwise::{Geometry, Volume};
use crate::ops::depthwise::DepthwiseOps;

/// Which convolution.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Pointwise([usize; 3]),
    Depthwise(Geometry),
    Stem,
}

/// What a convolution leaves for the way back: input, weight, and its output if a ReLU made that.
type Kept<B> = (FloatTensor<B>, FloatTensor<B>, Option<FloatTensor<B>>, Kind);

/// The way back of a convolution. Parents are input, weight and bias, then the residual if there is one.
#[derive(Debug)]
struct Convolution;

/// Registers what all convolutions have; returns the gradient before the activation.
fn convolution<B: Gradients + DepthwiseOps>(
    gradient: FloatTensor<B>,
    (x, weight, output, kind): Kept<B>,
    parents: [Option<NodeId>; 3],
    grads: &mut Found,
) -> FloatTensor<B> {
    let gradient = match output {
        Some(output) => B::masked(gradient, output),
        None => gradient,
    };
    let [of_x, of_weight, of_bias] = parents;
    if let Some(node) = of_bias {
        grads.register::<B>(node, B::sums(gradient.clone()));
    }
    if let Some(node) = of_weight {
        let (x, gradient) = (x.clone(), gradient.clone());
        grads.register::<B>(
            node,
            match kind {
                Kind::Pointwise(stride) => B::weight(x, gradient, stride),
                Kind::Depthwise(geometry) => B::depthwise_weight_gradient(x, gradient, geometry),
                Kind::Stem => B::stem_weight(x, gradient),
            },
        );
    }
    if let Some(node) = of_x {
        let input: Volume = x.shape().dims();
        let gradient = gradient.clone();
        match kind {
            Kind::Pointwise(stride) => grads.register::<B>(node, B::data(gradient, weight, input, stride)),
            Kind::Depthwise(geometry) => {
                grads.register::<B>(node, B::depthwise_data_gradient(gradient, weight, input, geometry));
            }
            Kind::Stem => unreachable!("the stem sees clips, which do not learn"),
        }
    }
    gradient
}

impl<B: Gradients + DepthwiseOps> Backward<B, 3> for Convolution {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Found, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let parents = ops.parents.map(|parent| parent.map(|node| node.id));
        convolution::<B>(gradient, ops.state, parents, grads);
    }
}

impl<B: Gradients + DepthwiseOps> Backward<B, 4> for Convolution {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Found, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [x, weight, bias, residual] = ops.parents.map(|parent| parent.map(|node| node.id));
        let gradient = convolution::<B>(gradient, ops.state, [x, weight, bias], grads);
        if let Some(node) = residual {
            grads.register::<B>(node, gradient);
        }
    }
}

/// The way back of the max-pool.
#[derive(Debug)]
struct Pool;

impl<B: Gradients> Backward<B, 1> for Pool {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Found, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let [parent] = ops.parents;
        if let Some(node) = parent {
            grads.register::<B>(node.id, B::pooled(gradient, ops.state));
        }
    }
}

/// The way back of batch normalisation. Parents are input, scale and shift.
#[derive(Debug)]
struct Norm;

impl<B: Gradients> Backward<B, 3> for Norm {
    /// Input, scale, moments, the output if a ReLU made that, epsilon.
    type State = (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>, Option<FloatTensor<B>>, f64);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Found, _checkpointer: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        let (x, gamma, moments, output, eps) = ops.state;
        let gradient = match output {
            Some(output) => B::masked(gradient, output),
            None => gradient,
        };
        let found = B::normalized(gradient, x, gamma, moments, eps);
        for (parent, found) in ops.parents.into_iter().zip(found) {
            if let Some(node) = parent {
                grads.register::<B>(node.id, found);
            }
        }
    }
}

/// Computes a convolution without a residual, and keeps what its way back needs.
fn tracked<B: Backend + DenseOps + Gradients + DepthwiseOps, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    (kind, relu): (Kind, bool),
    compute: impl Fn(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) -> FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    let nodes = [x.node(), weight.node(), bias.node()];
    let (x, weight, bias) = (x.into_primitive(), weight.into_primitive(), bias.into_primitive());
    match Backward::<B, 3>::prepare::<C>(Convolution, nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let out = compute(x.clone(), weight.clone(), bias);
            prepared.finish((x, weight, relu.then(|| out.clone()), kind), out)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(compute(x, weight, bias)),
    }
}

impl<B: Backend + DenseOps + Gradients + DepthwiseOps, C: CheckpointStrategy> DenseOps for Autodiff<B, C> {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: [usize; 3],
        relu: bool,
    ) -> FloatTensor<Self> {
        let kind = (Kind::Pointwise(stride), relu);
        tracked::<B, C>(x, weight, bias, kind, |x, weight, bias| B::dense(x, weight, bias, stride, relu))
    }

    fn dense_add(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weight.node(), bias.node(), residual.node()];
        let (x, weight) = (x.into_primitive(), weight.into_primitive());
        let (bias, residual) = (bias.into_primitive(), residual.into_primitive());
        match Backward::<B, 4>::prepare::<C>(Convolution, nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let out = B::dense_add(x.clone(), weight.clone(), bias, residual);
                prepared.finish((x, weight, Some(out.clone()), Kind::Pointwise([1; 3])), out)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::dense_add(x, weight, bias, residual)),
        }
    }

    fn dense_depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let kind = (Kind::Depthwise(geometry), true);
        tracked::<B, C>(x, weight, bias, kind, |x, weight, bias| B::dense_depthwise(x, weight, bias, geometry))
    }

    fn dense_stem(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        tracked::<B, C>(x, weight, bias, (Kind::Stem, relu), |x, weight, bias| B::dense_stem(x, weight, bias, relu))
    }

    fn dense_pool(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match Pool.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let x = x.into_primitive();
                let out = B::dense_pool(x.clone());
                prepared.finish(x, out)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::dense_pool(x.into_primitive())),
        }
    }

    fn dense_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        eps: f64,
        relu: bool,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), gamma.node(), beta.node()];
        let (x, gamma) = (x.into_primitive(), gamma.into_primitive());
        let (beta, moments) = (beta.into_primitive(), moments.into_primitive());
        match Norm.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let out = B::dense_norm(x.clone(), gamma.clone(), beta, moments.clone(), eps, relu);
                prepared.finish((x, gamma, moments, relu.then(|| out.clone()), eps), out)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::dense_norm(x, gamma, beta, moments, eps, relu)),
        }
    }

    fn dense_moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        <Self as burn::backend::AutodiffBackend>::from_inner(B::dense_moments(x.into_primitive()))
    }
}
