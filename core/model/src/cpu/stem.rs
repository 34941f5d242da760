//! The stem in one pass: 3×7×7 convolution, bias, ReLU and the 1×3×3 max-pool behind it.
//!
//! The convolution's own output is the largest activation of the network (103 MB for 32×224²); here only three rows
//! of it exist at a time. The convolution is a matrix product whose rows are 21 segments of the padded input, so no
//! patches are copied either. For training, the convolution and the pool are here one by one, with their gradients.

use rayon::prelude::*;

use super::depthwise::Volume;
use super::gemm::{self, PackedMatrix, Rows, gemm, gemm_on_this_thread};
use super::outer::outer;
use super::simd::{Isa, Kernel, Simd, dispatch};

/// Kernel of the convolution along time, height and width.
const KERNEL: [usize; 3] = [3, 7, 7];

/// Size of the convolution's output: stride (1, 2, 2), padding (1, 3, 3).
fn convolved([batch, time, height, width, _]: Volume, channels: usize) -> Volume {
    [batch, time, height.div_ceil(2), width.div_ceil(2), channels]
}

/// Size of the stem's output: the convolution's, pooled with stride (1, 2, 2) and padding (0, 1, 1).
pub fn output_volume(input: Volume, channels: usize) -> Volume {
    let [batch, time, height, width, channels] = convolved(input, channels);
    [batch, time, height.div_ceil(2), width.div_ceil(2), channels]
}

/// `out = maxpool(relu(conv(input) + bias))`.
///
/// `matrix` is `[3 · 7 · 7 · input channels, channels]` with rows in order of time, height, width, channel.
///
/// # Panics
/// If a size does not fit another.
pub fn stem(input: &[f32], volume: Volume, matrix: &PackedMatrix, bias: &[f32], out: &mut [f32]) {
    let channels = matrix.columns();
    let pooled = output_volume(volume, channels);
    assert_eq!(input.len(), volume.iter().product::<usize>(), "the input should fill its volume");
    assert_eq!(out.len(), pooled.iter().product::<usize>(), "the output should fill its volume");
    assert_eq!(
        matrix.inner(),
        KERNEL.iter().product::<usize>() * volume[4],
        "the matrix should fit the input's channels"
    );
    if out.is_empty() {
        return;
    }
    let padded = Padded::new(input, volume);
    // Bands of pooled rows: small enough to share out, large enough to make the first row's repetition cheap.
    let band = pooled[2].div_ceil(2).max(1);
    let bands = pooled[2].div_ceil(band);
    let row_len = pooled[3] * channels;
    let frames: Vec<&mut [f32]> =
        out.chunks_mut(pooled[2] * row_len).flat_map(|frame| frame.chunks_mut(band * row_len)).collect();
    frames.into_par_iter().enumerate().for_each(|(task, out)| {
        let (frame, first) = (task / bands, task % bands * band);
        padded.band(frame, first, matrix, bias, convolved(volume, channels), out);
    });
}

/// `out = act(conv(input) + bias)`, without the pool: what training keeps.
///
/// # Panics
/// If a size does not fit another.
pub fn convolve(input: &[f32], volume: Volume, matrix: &PackedMatrix, bias: &[f32], relu: bool, out: &mut [f32]) {
    let to = convolved(volume, matrix.columns());
    assert_eq!(input.len(), volume.iter().product::<usize>(), "the input should fill its volume");
    let padded = Padded::new(input, volume);
    gemm(&padded.rows(to), matrix, gemm::Epilogue { bias: Some(bias), accumulate: false, relu }, out);
}

/// Size of the convolution's output.
pub fn convolved_volume(input: Volume, channels: usize) -> Volume {
    convolved(input, channels)
}

/// The gradient of the convolution's matrix, `[3 · 7 · 7 · input channels, channels]`, from that of its output.
///
/// # Panics
/// If a size does not fit another.
pub fn weight_gradient(input: &[f32], volume: Volume, gradient: &[f32], channels: usize, out: &mut [f32]) {
    assert_eq!(input.len(), volume.iter().product::<usize>(), "the input should fill its volume");
    let padded = Padded::new(input, volume);
    outer(&padded.rows(convolved(volume, channels)), gradient, channels, out);
}

/// The max-pool by itself.
///
/// # Panics
/// If a size does not fit another.
pub fn pool(input: &[f32], [batch, time, height, width, channels]: Volume, out: &mut [f32]) {
    assert_eq!(input.len(), batch * time * height * width * channels, "the input should fill its volume");
    let (heights, widths) = (height.div_ceil(2), width.div_ceil(2));
    assert_eq!(out.len(), batch * time * heights * widths * channels, "the output should fill its volume");
    let row_len = width * channels;
    out.par_chunks_mut((widths * channels).max(1)).enumerate().for_each(|(row, out)| {
        let (frame, y) = (row / heights, row % heights);
        for (x, out) in out.chunks_mut(channels.max(1)).enumerate() {
            out.fill(f32::NEG_INFINITY);
            for (y, x) in window(y, x, height, width) {
                let at = (frame * height + y) * row_len + x * channels;
                let values = &input[at..at + channels];
                out.iter_mut().zip(values).for_each(|(best, value)| *best = best.max(*value));
            }
        }
    });
}

/// The gradient of the max-pool's input: that of an output goes to the first of the largest numbers in its window, as
/// PyTorch has it.
///
/// # Panics
/// If a size does not fit another.
pub fn pool_gradient(gradient: &[f32], input: &[f32], [batch, time, height, width, channels]: Volume, out: &mut [f32]) {
    let (heights, widths) = (height.div_ceil(2), width.div_ceil(2));
    assert_eq!(gradient.len(), batch * time * heights * widths * channels, "the gradient should fill its volume");
    assert!(input.len() == out.len() && input.len() == batch * time * height * width * channels, "both should fill it");
    let (frame_len, pooled_len) = (height * width * channels, heights * widths * channels);
    let frames = out.par_chunks_mut(frame_len.max(1)).zip(input.par_chunks(frame_len.max(1)));
    frames.zip(gradient.par_chunks(pooled_len.max(1))).for_each(|((out, input), gradient)| {
        out.fill(0.0);
        let (mut best, mut place) = (vec![0f32; channels], vec![0u32; channels]);
        for (position, gradient) in gradient.chunks(channels.max(1)).enumerate() {
            best.fill(f32::NEG_INFINITY);
            for (y, x) in window(position / widths, position % widths, height, width) {
                let at = (y * width + x) * channels;
                let values = &input[at..at + channels];
                for ((best, place), value) in best.iter_mut().zip(&mut place).zip(values) {
                    let is_larger = *value > *best;
                    *best = if is_larger { *value } else { *best };
                    *place = if is_larger { at as u32 } else { *place };
                }
            }
            for (c, (place, gradient)) in place.iter().zip(gradient).enumerate() {
                out[*place as usize + c] += gradient;
            }
        }
    });
}

/// The positions of a pooled one's window, row by row.
fn window(y: usize, x: usize, height: usize, width: usize) -> impl Iterator<Item = (usize, usize)> {
    let columns = (2 * x).saturating_sub(1)..(2 * x + 2).min(width);
    ((2 * y).saturating_sub(1)..(2 * y + 2).min(height)).flat_map(move |y| columns.clone().map(move |x| (y, x)))
}

/// The input with the convolution's padding around it: `[batch, time + 2, height + 6, width + 6, channels]`.
struct Padded {
    data: Vec<f32>,
    times: usize,
    row_len: usize,
    frame_len: usize,
    channels: usize,
    segments: Vec<usize>,
}

impl Padded {
    fn new(input: &[f32], [batch, time, height, width, channels]: Volume) -> Self {
        let (row_len, rows) = ((width + 6) * channels, height + 6);
        let frame_len = rows * row_len;
        let mut data = vec![0f32; batch * (time + 2) * frame_len];
        let frames = input.chunks(height * width * channels).enumerate();
        for (frame, pixels) in frames {
            let at = (frame / time * (time + 2) + frame % time + 1) * frame_len;
            for (y, row) in pixels.chunks(width * channels).enumerate() {
                let at = at + (y + 3) * row_len + 3 * channels;
                data[at..at + row.len()].copy_from_slice(row);
            }
        }
        let segments =
            (0..KERNEL[0] * KERNEL[1]).map(|s| s / KERNEL[1] * frame_len + s % KERNEL[1] * row_len).collect();
        Self { data, times: time, row_len, frame_len, channels, segments }
    }

    /// What every position of the convolution's output sees.
    fn rows(&self, [batch, time, height, width, _]: Volume) -> Rows<'_, impl Fn(usize) -> usize + Sync> {
        let offset = move |row: usize| {
            let (x, row) = (row % width, row / width);
            let (y, frame) = (row % height, row / height);
            (frame + 2 * (frame / time)) * self.frame_len + 2 * y * self.row_len + 2 * x * self.channels
        };
        let count = batch * time * height * width;
        Rows { data: &self.data, count, offset, segments: &self.segments, segment_len: KERNEL[2] * self.channels }
    }

    /// Pooled rows from `first` on, as many as `out` holds, of one output frame.
    fn band(
        &self,
        frame: usize,
        first: usize,
        matrix: &PackedMatrix,
        bias: &[f32],
        convolved: Volume,
        out: &mut [f32],
    ) {
        let [_, _, height, width, channels] = convolved;
        let pooled_width = width.div_ceil(2);
        let batch = frame / self.times;
        // Frame t of the output reads padded frames t, t+1 and t+2 of its clip.
        let base = (frame + 2 * batch) * self.frame_len;
        let mut ring = vec![0f32; 3 * width * channels];
        let row_of = |y: usize| y % 3 * width * channels..(y % 3 + 1) * width * channels;
        let mut next = (2 * first).saturating_sub(1);
        for (row, out) in out.chunks_mut(pooled_width * channels).enumerate() {
            let y = 2 * (first + row);
            let needed = y.saturating_sub(1)..(y + 2).min(height);
            while next < needed.end {
                let start = base + 2 * next * self.row_len;
                let rows = Rows {
                    data: &self.data,
                    count: width,
                    offset: |x| start + 2 * x * self.channels,
                    segments: &self.segments,
                    segment_len: KERNEL[2] * self.channels,
                };
                let epilogue = gemm::Epilogue { bias: Some(bias), accumulate: false, relu: true };
                gemm_on_this_thread(&rows, matrix, epilogue, &mut ring[row_of(next)]);
                next += 1;
            }
            let sources: Vec<&[f32]> = needed.map(|y| &ring[row_of(y)]).collect();
            // SAFETY: all rows have `width · channels` elements; the instruction set was detected.
            unsafe { dispatch(Isa::detect(), PoolRow { sources: &sources, width, channels, out }) }
        }
    }
}

/// One pooled row from up to three rows that are nowhere negative.
struct PoolRow<'a> {
    sources: &'a [&'a [f32]],
    width: usize,
    channels: usize,
    out: &'a mut [f32],
}

impl Kernel for PoolRow<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(self) {
        for x in 0..self.width.div_ceil(2) {
            let columns = (2 * x).saturating_sub(1)..(2 * x + 2).min(self.width);
            let mut c = 0;
            while c < self.channels {
                let lanes = S::LANES.min(self.channels - c);
                unsafe {
                    let mut best = S::splat(0.0);
                    for source in self.sources {
                        for column in columns.clone() {
                            let value = S::load_first(source.as_ptr().add(column * self.channels + c), lanes);
                            best = S::max(best, value);
                        }
                    }
                    S::store_first(self.out.as_mut_ptr().add(x * self.channels + c), best, lanes);
                }
                c += lanes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    #[test]
    fn the_fused_stem_equals_convolution_then_pool() {
        for volume in [[1, 3, 16, 16, 3], [2, 2, 13, 9, 3], [1, 1, 5, 6, 2], [1, 2, 1, 1, 3]] {
            let channels = 18;
            let [batch, time, height, width, inputs] = volume;
            let input = noise(volume.iter().product(), 1);
            let matrix = noise(147 * inputs * channels, 2);
            let bias = noise(channels, 3);
            let [_, _, ch, cw, _] = convolved(volume, channels);
            let conv = |b: usize, t: usize, y: usize, x: usize, c: usize| -> f32 {
                let mut sum = f64::from(bias[c]);
                for k in 0..147 {
                    let (kt, ky, kx) = (k / 49, k / 7 % 7, k % 7);
                    let (Some(z), Some(y), Some(x)) =
                        ((t + kt).checked_sub(1), (2 * y + ky).checked_sub(3), (2 * x + kx).checked_sub(3))
                    else {
                        continue;
                    };
                    if z >= time || y >= height || x >= width {
                        continue;
                    }
                    for i in 0..inputs {
                        let at = (((b * time + z) * height + y) * width + x) * inputs + i;
                        sum += f64::from(input[at]) * f64::from(matrix[(k * inputs + i) * channels + c]);
                    }
                }
                sum.max(0.0) as f32
            };
            let pooled = output_volume(volume, channels);
            let mut out = vec![0f32; pooled.iter().product()];
            stem(&input, volume, &PackedMatrix::new(&matrix, 147 * inputs, channels), &bias, &mut out);
            let mut whole = vec![0f32; convolved(volume, channels).iter().product()];
            convolve(&input, volume, &PackedMatrix::new(&matrix, 147 * inputs, channels), &bias, true, &mut whole);
            let mut again = vec![0f32; out.len()];
            pool(&whole, convolved(volume, channels), &mut again);
            assert!(out.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-5), "{volume:?} one by one");
            // Every pooled number is one of the convolution's, and that one gets its gradient.
            let mut back = vec![0f32; whole.len()];
            pool_gradient(&out, &whole, convolved(volume, channels), &mut back);
            let product: f64 = whole.iter().zip(&back).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            let square: f64 = again.iter().zip(&out).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((product - square).abs() <= 1e-6 * square.max(1.0), "{volume:?} gradient of the pool");
            for (at, value) in out.iter().enumerate() {
                let (c, at) = (at % channels, at / channels);
                let (x, at) = (at % pooled[3], at / pooled[3]);
                let (y, at) = (at % pooled[2], at / pooled[2]);
                let (t, b) = (at % time, at / time);
                assert!(b < batch);
                let rows = (2 * y).saturating_sub(1)..(2 * y + 2).min(ch);
                let wanted = rows
                    .flat_map(|y| ((2 * x).saturating_sub(1)..(2 * x + 2).min(cw)).map(move |x| (y, x)))
                    .map(|(y, x)| conv(b, t, y, x, c))
                    .fold(0.0, f32::max);
                assert!((value - wanted).abs() < 2e-4, "{volume:?} {b},{t},{y},{x},{c}: {value} {wanted}");
            }
        }
    }
}
