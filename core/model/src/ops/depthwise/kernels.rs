//! The operators' kernels for every GPU, in CubeCL.
//!
//! One thread computes one channel of one destination, so that neighbouring threads read neighbouring memory. Strides
//! and dilations are constants of the compiled kernel. Burn's prelude must not be imported here: both have a `Tensor`.

use cubecl::prelude::*;

/// Distances along time, height and width that a kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Steps {
    /// Stride along time.
    pub stride_t: usize,
    /// Stride along height.
    pub stride_h: usize,
    /// Stride along width.
    pub stride_w: usize,
    /// Dilation along time.
    pub dilation_t: usize,
    /// Dilation along height.
    pub dilation_h: usize,
    /// Dilation along width.
    pub dilation_w: usize,
}

/// Where an element of a contiguous `[batch, time, height, width, channels]` lies.
#[cube]
fn place(
    element: usize,
    times: usize,
    heights: usize,
    widths: usize,
    channels: usize,
) -> (usize, usize, usize, usize, usize) {
    let column = element / channels;
    let row = column / widths;
    let frame = row / heights;
    (frame / times, frame % times, row % heights, column % widths, element % channels)
}

/// `out[b, t, y, x, c] = Σ input[b, t·s + kt - 1, …, c] · weight[tap, c]`.
#[cube(launch)]
pub fn forward(input: &Tensor<f32>, weight: &Tensor<f32>, out: &mut Tensor<f32>, #[comptime] steps: Steps) {
    if ABSOLUTE_POS >= out.len() {
        terminate!();
    }
    let (b, t, y, x, c) = place(ABSOLUTE_POS, out.shape(1), out.shape(2), out.shape(3), out.shape(4));
    let mut sum = 0f32;
    for kt in 0..3usize {
        let z = t * steps.stride_t + kt * steps.dilation_t;
        if z >= steps.dilation_t && z - steps.dilation_t < input.shape(1) {
            for ky in 0..3usize {
                let v = y * steps.stride_h + ky * steps.dilation_h;
                if v >= steps.dilation_h && v - steps.dilation_h < input.shape(2) {
                    let row = b * input.stride(0)
                        + (z - steps.dilation_t) * input.stride(1)
                        + (v - steps.dilation_h) * input.stride(2)
                        + c * input.stride(4);
                    for kx in 0..3usize {
                        let u = x * steps.stride_w + kx * steps.dilation_w;
                        if u >= steps.dilation_w && u - steps.dilation_w < input.shape(3) {
                            let tap = kt * 9 + ky * 3 + kx;
                            sum += input[row + (u - steps.dilation_w) * input.stride(3)]
                                * weight[tap * weight.stride(0) + c * weight.stride(1)];
                        }
                    }
                }
            }
        }
    }
    out[ABSOLUTE_POS] = sum;
}

/// The gradient of the input: every input position gathers from the outputs that read it.
#[cube(launch)]
pub fn data_gradient(gradient: &Tensor<f32>, weight: &Tensor<f32>, out: &mut Tensor<f32>, #[comptime] steps: Steps) {
    if ABSOLUTE_POS >= out.len() {
        terminate!();
    }
    let (b, t, y, x, c) = place(ABSOLUTE_POS, out.shape(1), out.shape(2), out.shape(3), out.shape(4));
    let mut sum = 0f32;
    for kt in 0..3usize {
        let z = t + steps.dilation_t - kt * steps.dilation_t;
        // A position before the first tap wraps around to a huge number and fails the comparison.
        if t + steps.dilation_t >= kt * steps.dilation_t
            && z % steps.stride_t == 0
            && z / steps.stride_t < gradient.shape(1)
        {
            for ky in 0..3usize {
                let v = y + steps.dilation_h - ky * steps.dilation_h;
                if y + steps.dilation_h >= ky * steps.dilation_h
                    && v % steps.stride_h == 0
                    && v / steps.stride_h < gradient.shape(2)
                {
                    let row = b * gradient.stride(0)
                        + z / steps.stride_t * gradient.stride(1)
                        + v / steps.stride_h * gradient.stride(2)
                        + c * gradient.stride(4);
                    for kx in 0..3usize {
                        let u = x + steps.dilation_w - kx * steps.dilation_w;
                        if x + steps.dilation_w >= kx * steps.dilation_w
                            && u % steps.stride_w == 0
                            && u / steps.stride_w < gradient.shape(3)
                        {
                            let tap = kt * 9 + ky * 3 + kx;
                            sum += gradient[row + u / steps.stride_w * gradient.stride(3)]
                                * weight[tap * weight.stride(0) + c * weight.stride(1)];
                        }
                    }
                }
            }
        }
    }
    out[ABSOLUTE_POS] = sum;
}

/// One chunk of output rows' share of the weight's gradient.
///
/// `partial` is `[chunks, 27, channels]`; every thread keeps the three taps of one (time, height) offset of one
/// channel and walks over its chunk's rows. The caller adds up the chunks: no float atomics, which WGSL lacks.
#[cube(launch)]
pub fn weight_gradient(
    input: &Tensor<f32>,
    gradient: &Tensor<f32>,
    partial: &mut Tensor<f32>,
    #[comptime] steps: Steps,
) {
    let channels = partial.shape(2);
    let chunks = partial.shape(0);
    if ABSOLUTE_POS >= chunks * 9 * channels {
        terminate!();
    }
    let c = ABSOLUTE_POS % channels;
    let p = ABSOLUTE_POS / channels;
    let offset = p % 9;
    let chunk = p / 9;
    let kt = offset / 3;
    let ky = offset % 3;
    let rows = gradient.shape(0) * gradient.shape(1) * gradient.shape(2);
    let per_chunk = (rows + chunks - 1) / chunks;
    let mut left = 0f32;
    let mut middle = 0f32;
    let mut right = 0f32;
    for i in 0..per_chunk {
        let row = chunk * per_chunk + i;
        if row < rows {
            let y = row % gradient.shape(2);
            let frame = row / gradient.shape(2);
            let t = frame % gradient.shape(1);
            let b = frame / gradient.shape(1);
            let z = t * steps.stride_t + kt * steps.dilation_t;
            let v = y * steps.stride_h + ky * steps.dilation_h;
            if z >= steps.dilation_t
                && z - steps.dilation_t < input.shape(1)
                && v >= steps.dilation_h
                && v - steps.dilation_h < input.shape(2)
            {
                let from = b * input.stride(0)
                    + (z - steps.dilation_t) * input.stride(1)
                    + (v - steps.dilation_h) * input.stride(2)
                    + c * input.stride(4);
                let by =
                    b * gradient.stride(0) + t * gradient.stride(1) + y * gradient.stride(2) + c * gradient.stride(4);
                for x in 0..gradient.shape(3) {
                    let value = gradient[by + x * gradient.stride(3)];
                    let u = x * steps.stride_w;
                    if u >= steps.dilation_w {
                        left += value * input[from + (u - steps.dilation_w) * input.stride(3)];
                    }
                    middle += value * input[from + u * input.stride(3)];
                    if u + steps.dilation_w < input.shape(3) {
                        right += value * input[from + (u + steps.dilation_w) * input.stride(3)];
                    }
                }
            }
        }
    }
    let to = chunk * partial.stride(0) + offset * 3 * partial.stride(1) + c * partial.stride(2);
    let next = partial.stride(1);
    partial[to] = left;
    partial[to + next] = middle;
    partial[to + 2 * next] = right;
}
