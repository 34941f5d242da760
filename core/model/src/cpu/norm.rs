//! Batch normalisation of rows of channels with the statistics of the batch: forward and its way back.
//!
//! Rows are shared out as in [`super::outer`], so that results do not depend on the number of threads.

use rayon::prelude::*;

use super::outer::{add_up, part_of, row_sums};

/// Elements that one task writes.
const CHUNK: usize = 1 << 14;

/// What normalises a channel.
#[derive(Clone, Copy, Debug)]
pub struct Moments<'a> {
    /// Means, one a channel.
    pub mean: &'a [f32],
    /// Variances over all rows, one a channel.
    pub var: &'a [f32],
    /// Added to variances under the root.
    pub eps: f64,
}

impl Moments<'_> {
    /// `1 / sqrt(var + eps)` of every channel.
    fn inverse(&self) -> Vec<f32> {
        self.var.iter().map(|var| (1.0 / (f64::from(*var) + self.eps).sqrt()) as f32).collect()
    }
}

/// Mean and variance of every channel.
///
/// # Panics
/// If a size does not fit another.
pub fn moments(rows: &[f32], mean: &mut [f32], var: &mut [f32]) {
    let columns = mean.len();
    assert!(columns == var.len() && rows.len().is_multiple_of(columns.max(1)), "rows should be whole");
    let share = 1.0 / (rows.len() / columns.max(1)) as f32;
    row_sums(rows, columns, mean);
    mean.iter_mut().for_each(|mean| *mean *= share);
    squares(rows, mean, var);
    var.iter_mut().for_each(|var| *var *= share);
}

/// Adds up the squares of the distances from `center`, by columns.
fn squares(rows: &[f32], center: &[f32], out: &mut [f32]) {
    let columns = center.len();
    let part = part_of(rows.len() / columns.max(1)) * columns.max(1);
    let parts: Vec<Vec<f32>> = rows
        .par_chunks(part)
        .map(|rows| {
            let mut sum = vec![0f32; columns];
            for row in rows.chunks_exact(columns) {
                for ((sum, value), center) in sum.iter_mut().zip(row).zip(center) {
                    *sum += (value - center) * (value - center);
                }
            }
            sum
        })
        .collect();
    add_up(&parts, out);
}

/// `out = act((rows - mean) · gamma / sqrt(var + eps) + beta)`.
///
/// # Panics
/// If a size does not fit another.
pub fn normalize(rows: &[f32], moments: Moments<'_>, gamma: &[f32], beta: &[f32], relu: bool, out: &mut [f32]) {
    let columns = moments.mean.len();
    assert!(gamma.len() == columns && beta.len() == columns && rows.len() == out.len(), "sizes should agree");
    let scale: Vec<f32> = moments.inverse().iter().zip(gamma).map(|(inverse, gamma)| inverse * gamma).collect();
    let lowest = if relu { 0.0 } else { f32::NEG_INFINITY };
    let chunk = CHUNK.next_multiple_of(columns.max(1));
    out.par_chunks_mut(chunk).zip(rows.par_chunks(chunk)).for_each(|(out, rows)| {
        for (out, row) in out.chunks_exact_mut(columns).zip(rows.chunks_exact(columns)) {
            let fixed = moments.mean.iter().zip(&scale).zip(beta);
            for ((out, value), ((mean, scale), beta)) in out.iter_mut().zip(row).zip(fixed) {
                let y = (value - mean) * scale + beta;
                *out = if y < lowest { lowest } else { y };
            }
        }
    });
}

/// The gradients of [`normalize`]'s rows, `gamma` and `beta` from that of its output before the activation.
///
/// # Panics
/// If a size does not fit another.
pub fn gradients(
    gradient: &[f32],
    rows: &[f32],
    moments: Moments<'_>,
    gamma: &[f32],
    [of_rows, of_gamma, of_beta]: [&mut [f32]; 3],
) {
    let columns = moments.mean.len();
    assert!(
        gradient.len() == rows.len() && rows.len() == of_rows.len() && gamma.len() == columns,
        "sizes should agree"
    );
    let inverse = moments.inverse();
    let part = part_of(rows.len() / columns.max(1)) * columns.max(1);
    let (straight, along): (Vec<Vec<f32>>, Vec<Vec<f32>>) = gradient
        .par_chunks(part)
        .zip(rows.par_chunks(part))
        .map(|(gradient, rows)| {
            let (mut straight, mut along) = (vec![0f32; columns], vec![0f32; columns]);
            for (gradient, row) in gradient.chunks_exact(columns).zip(rows.chunks_exact(columns)) {
                let sums = straight.iter_mut().zip(&mut along).zip(moments.mean);
                for (((straight, along), mean), (gradient, value)) in sums.zip(gradient.iter().zip(row)) {
                    *straight += gradient;
                    *along += gradient * (value - mean);
                }
            }
            (straight, along)
        })
        .unzip();
    add_up(&straight, of_beta);
    add_up(&along, of_gamma);
    of_gamma.iter_mut().zip(&inverse).for_each(|(gamma, inverse)| *gamma *= inverse);
    // gradient · a - (value - mean) · b - c
    let share = 1.0 / (rows.len() / columns.max(1)) as f32;
    let terms: Vec<[f32; 4]> = (0..columns)
        .map(|column| {
            let a = gamma[column] * inverse[column];
            let b = a * inverse[column] * of_gamma[column] * share;
            [a, b, a * of_beta[column] * share, moments.mean[column]]
        })
        .collect();
    let [a, b, c, mean] = std::array::from_fn(|which| terms.iter().map(|term| term[which]).collect::<Vec<f32>>());
    let chunk = CHUNK.next_multiple_of(columns.max(1));
    let tasks = of_rows.par_chunks_mut(chunk).zip(gradient.par_chunks(chunk)).zip(rows.par_chunks(chunk));
    tasks.for_each(|((out, gradient), rows)| {
        for (at, row) in rows.chunks_exact(columns).enumerate() {
            let place = at * columns..(at + 1) * columns;
            let fixed = a.iter().zip(&b).zip(c.iter().zip(&mean));
            let moving = out[place.clone()].iter_mut().zip(&gradient[place]).zip(row);
            for (((out, gradient), value), ((a, b), (c, mean))) in moving.zip(fixed) {
                *out = gradient * a - (value - mean) * b - c;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    #[test]
    fn gradients_are_slopes_of_the_normalised_rows() {
        let (count, columns) = (40, 3);
        let (rows, wanted) = (noise(count * columns, 1), noise(count * columns, 2));
        let (gamma, beta) = (noise(columns, 3), noise(columns, 4));
        // What grows as `wanted` says.
        let value = |rows: &[f32], gamma: &[f32], beta: &[f32]| -> f64 {
            let (mut mean, mut var) = (vec![0f32; columns], vec![0f32; columns]);
            moments(rows, &mut mean, &mut var);
            let mut out = vec![0f32; rows.len()];
            let moments = Moments { mean: &mean, var: &var, eps: 1e-3 };
            normalize(rows, moments, gamma, beta, false, &mut out);
            out.iter().zip(&wanted).map(|(out, wanted)| f64::from(*out) * f64::from(*wanted)).sum()
        };
        let (mut mean, mut var) = (vec![0f32; columns], vec![0f32; columns]);
        moments(&rows, &mut mean, &mut var);
        let (mut of_rows, mut of_gamma, mut of_beta) = (vec![0f32; rows.len()], vec![0f32; 3], vec![0f32; 3]);
        let found = Moments { mean: &mean, var: &var, eps: 1e-3 };
        gradients(&wanted, &rows, found, &gamma, [&mut of_rows, &mut of_gamma, &mut of_beta]);
        let moved = |values: &[f32], at: usize, by: f32| {
            let mut values = values.to_vec();
            values[at] += by;
            values
        };
        let check = |found: f32, slope: f64| assert!((f64::from(found) - slope).abs() < 2e-3, "{found} {slope}");
        let way = 1.0 / 64.0;
        for at in 0..rows.len() {
            let side = |by: f32| value(&moved(&rows, at, by), &gamma, &beta);
            check(of_rows[at], (side(way) - side(-way)) * 32.0);
        }
        for at in 0..columns {
            let side = |by: f32| value(&rows, &moved(&gamma, at, by), &beta);
            check(of_gamma[at], (side(way) - side(-way)) * 32.0);
            let side = |by: f32| value(&rows, &gamma, &moved(&beta, at, by));
            check(of_beta[at], (side(way) - side(-way)) * 32.0);
        }
    }
}
