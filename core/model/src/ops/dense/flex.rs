//! The operators and their gradients on the processor.

use std::sync::Arc;

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use burn_flex::FlexTensor;

use super::{DenseOps, Gradients};
use crate::cpu::depthwise::{Geometry, Volume};
use crate::cpu::gemm::{Epilogue, PackedMatrix, Rows, gemm};
use crate::cpu::norm::{self, Moments};
use crate::cpu::{outer, stem};
use crate::ops::blank::{blank, taken_over};
use crate::ops::fused::{FusedOps, contents};

fn volume(x: &FlexTensor) -> Volume {
    x.layout().shape().dims()
}

fn packed(weight: &FlexTensor) -> Arc<PackedMatrix> {
    let [inner, columns] = weight.layout().shape().dims();
    Arc::new(PackedMatrix::new(contents(weight), inner, columns))
}

/// Where the input of each output's position begins.
fn offsets([_, time, height, width, inputs]: Volume, stride: [usize; 3]) -> impl Fn(usize) -> usize + Sync {
    let [st, sh, sw] = stride;
    let [times, heights, widths] = [time.div_ceil(st), height.div_ceil(sh), width.div_ceil(sw)];
    move |row: usize| {
        if stride == [1; 3] {
            return row * inputs;
        }
        let (x, row) = (row % widths, row / widths);
        let (y, row) = (row % heights, row / heights);
        let (t, b) = (row % times, row / times);
        (((b * time + t * st) * height + y * sh) * width + x * sw) * inputs
    }
}

impl DenseOps for Flex {
    fn dense(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        stride: [usize; 3],
        relu: bool,
    ) -> FloatTensor<Self> {
        Self::fused_pointwise(x, bias, packed(&weight.to_contiguous()), stride, relu)
    }

    fn dense_add(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::fused_pointwise_add(x, bias, residual, packed(&weight.to_contiguous()), true)
    }

    fn dense_depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        Self::fused_depthwise(x, weight, bias, geometry, true)
    }

    fn dense_stem(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (x, weight, bias) = (x.to_contiguous(), weight.to_contiguous(), bias.to_contiguous());
        let (from, matrix) = (volume(&x), packed(&weight));
        let mut out = blank(Shape::from(stem::convolved_volume(from, matrix.columns())));
        stem::convolve(contents(&x), from, &matrix, contents(&bias), relu, out.storage_mut());
        out
    }

    fn dense_pool(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = x.to_contiguous();
        let [batch, time, height, width, channels] = volume(&x);
        let mut out = blank(Shape::new([batch, time, height.div_ceil(2), width.div_ceil(2), channels]));
        stem::pool(contents(&x), volume(&x), out.storage_mut());
        out
    }

    fn dense_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        eps: f64,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (x, gamma, beta, moments) =
            (x.to_contiguous(), gamma.to_contiguous(), beta.to_contiguous(), moments.to_contiguous());
        let mut out = blank(x.layout().shape().clone());
        let (gamma, beta) = (contents(&gamma), contents(&beta));
        norm::normalize(contents(&x), split(&moments, eps), gamma, beta, relu, out.storage_mut());
        out
    }

    fn dense_moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = x.to_contiguous();
        let [_, _, _, _, channels] = volume(&x);
        let mut out = blank(Shape::new([2, channels]));
        let (mean, var) = out.storage_mut::<f32>().split_at_mut(channels);
        norm::moments(contents(&x), mean, var);
        out
    }
}

/// Means and variances, `[2, channels]`.
fn split(moments: &FlexTensor, eps: f64) -> Moments<'_> {
    let both = contents(moments);
    let (mean, var) = both.split_at(both.len() / 2);
    Moments { mean, var, eps }
}

impl Gradients for Flex {
    fn masked(gradient: FloatTensor<Self>, output: FloatTensor<Self>) -> FloatTensor<Self> {
        let output = output.to_contiguous();
        let mut gradient = taken_over(gradient.to_contiguous());
        outer::mask(gradient.storage_mut(), contents(&output));
        gradient
    }

    fn sums(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let gradient = gradient.to_contiguous();
        let [_, _, _, _, channels] = volume(&gradient);
        let mut out = blank(Shape::new([channels]));
        outer::row_sums(contents(&gradient), channels, out.storage_mut());
        out
    }

    fn data(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: Volume,
        stride: [usize; 3],
    ) -> FloatTensor<Self> {
        let (gradient, weight) = (gradient.to_contiguous(), weight.to_contiguous());
        let [inputs, outputs] = weight.layout().shape().dims();
        let turned = PackedMatrix::transposed(contents(&weight), inputs, outputs);
        let gradient = contents(&gradient);
        let count = gradient.len() / outputs;
        let rows = Rows { data: gradient, count, offset: |row| row * outputs, segments: &[0], segment_len: outputs };
        let mut out = blank(Shape::from(input));
        if stride == [1; 3] {
            gemm(&rows, &turned, Epilogue::default(), out.storage_mut());
            return out;
        }
        // Positions between the strides were never looked at.
        let mut seen = vec![0f32; count * inputs];
        gemm(&rows, &turned, Epilogue::default(), &mut seen);
        let to = out.storage_mut::<f32>();
        to.fill(0.0);
        let offset = offsets(input, stride);
        for (row, from) in seen.chunks_exact(inputs).enumerate() {
            to[offset(row)..offset(row) + inputs].copy_from_slice(from);
        }
        out
    }

    fn weight(x: FloatTensor<Self>, gradient: FloatTensor<Self>, stride: [usize; 3]) -> FloatTensor<Self> {
        let (x, gradient) = (x.to_contiguous(), gradient.to_contiguous());
        let (from, [.., outputs]) = (volume(&x), volume(&gradient));
        let (inputs, count) = (from[4], contents(&gradient).len() / outputs);
        let offset = offsets(from, stride);
        let rows = Rows { data: contents(&x), count, offset, segments: &[0], segment_len: inputs };
        let mut out = blank(Shape::new([inputs, outputs]));
        outer::outer(&rows, contents(&gradient), outputs, out.storage_mut());
        out
    }

    fn stem_weight(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (x, gradient) = (x.to_contiguous(), gradient.to_contiguous());
        let (from, [.., outputs]) = (volume(&x), volume(&gradient));
        let mut out = blank(Shape::new([147 * from[4], outputs]));
        stem::weight_gradient(contents(&x), from, contents(&gradient), outputs, out.storage_mut());
        out
    }

    fn pooled(gradient: FloatTensor<Self>, x: FloatTensor<Self>) -> FloatTensor<Self> {
        let (gradient, x) = (gradient.to_contiguous(), x.to_contiguous());
        let mut out = blank(x.layout().shape().clone());
        stem::pool_gradient(contents(&gradient), contents(&x), volume(&x), out.storage_mut());
        out
    }

    fn normalized(
        gradient: FloatTensor<Self>,
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        eps: f64,
    ) -> [FloatTensor<Self>; 3] {
        let (gradient, x) = (gradient.to_contiguous(), x.to_contiguous());
        let (gamma, moments) = (gamma.to_contiguous(), moments.to_contiguous());
        let (mut of_x, shape) = (blank(x.layout().shape().clone()), gamma.layout().shape().clone());
        let (mut of_gamma, mut of_beta) = (blank(shape.clone()), blank(shape));
        let outs = [of_x.storage_mut(), of_gamma.storage_mut(), of_beta.storage_mut()];
        norm::gradients(contents(&gradient), contents(&x), split(&moments, eps), contents(&gamma), outs);
        [of_x, of_gamma, of_beta]
    }
}
