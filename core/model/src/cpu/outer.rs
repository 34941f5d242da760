//! Gradients of weights and biases: sums over rows of outer products, and of the rows themselves.
//!
//! How rows are shared out does not depend on the number of threads, so neither do the results.

use rayon::prelude::*;

use super::gemm::Rows;
use super::simd::{Isa, Kernel, Simd, dispatch};

/// Rows that are added up in single precision before anything else happens to them, at least.
const PART: usize = 1024;
/// Parts that there are at most.
const PARTS: usize = 64;
/// Rows that pass by before the sums leave the registers: their left sides stay in the cache until all are made.
const BLOCK: usize = 256;
/// Columns that one task looks after, at most: while they are made, the rows' left sides stay in the cache.
const GROUP: usize = 128;

/// How many rows a part has.
pub(super) fn part_of(rows: usize) -> usize {
    PART.max(rows.div_ceil(PARTS)).next_multiple_of(BLOCK)
}

/// `out[inner, columns] = sum over rows of left[row]ᵀ · right[row]`.
///
/// # Panics
/// If a size does not fit another, or a row reaches outside of its data.
pub fn outer<F: Fn(usize) -> usize + Sync>(left: &Rows<'_, F>, right: &[f32], columns: usize, out: &mut [f32]) {
    let (count, inner) = (left.count, left.segments.len() * left.segment_len);
    assert_eq!(right.len(), count * columns, "both should have as many rows");
    assert_eq!(out.len(), inner * columns, "the output should be inner × columns");
    left.check_reach();
    if count == 0 || inner == 0 || columns == 0 {
        out.fill(0.0);
        return;
    }
    let (part, groups) = (part_of(count), columns.div_ceil(GROUP));
    let parts = count.div_ceil(part);
    let sums: Vec<Vec<f32>> = (0..parts * groups)
        .into_par_iter()
        .map(|task| {
            let (rows, group) = ((task / groups) * part, (task % groups) * GROUP);
            let some = Products {
                left,
                right,
                columns,
                rows: (rows, (rows + part).min(count)),
                group: (group, (group + GROUP).min(columns)),
            };
            // SAFETY: sizes and reach were checked above; the instruction set was detected.
            unsafe { dispatch(Isa::detect(), some) }
        })
        .collect();
    // Each group's sums, one part after the other, in double precision.
    out.par_chunks_mut(columns).enumerate().for_each(|(k, out)| {
        for (group, out) in out.chunks_mut(GROUP).enumerate() {
            let width = out.len();
            if let (1, Some(only)) = (parts, sums.get(group)) {
                out.copy_from_slice(&only[k * width..][..width]);
                continue;
            }
            for (column, out) in out.iter_mut().enumerate() {
                let parts = sums.iter().skip(group).step_by(groups);
                *out = parts.map(|sum| f64::from(sum[k * width + column])).sum::<f64>() as f32;
            }
        }
    });
}

/// The products of some rows, for a group of columns, added up: `[inner, columns of the group]`.
struct Products<'a, F: Fn(usize) -> usize + Sync> {
    left: &'a Rows<'a, F>,
    right: &'a [f32],
    columns: usize,
    rows: (usize, usize),
    group: (usize, usize),
}

impl<F: Fn(usize) -> usize + Sync> Kernel for Products<'_, F> {
    type Output = Vec<f32>;

    #[inline(always)]
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(self) -> Vec<f32> {
        let inner = self.left.segments.len() * self.left.segment_len;
        let mut sums = vec![0f32; inner * (self.group.1 - self.group.0)];
        let (mut offsets, mut gathered) = (Vec::with_capacity(BLOCK), vec![0f32; BLOCK * 2 * S::LANES]);
        for first in (self.rows.0..self.rows.1).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(self.rows.1);
            offsets.clear();
            offsets.extend(rows.clone().map(&self.left.offset));
            let mut column = self.group.0;
            while column < self.group.1 {
                let left = self.group.1 - column;
                // A second vector of zeros would cost as much as one of numbers.
                column += unsafe {
                    if left > S::LANES {
                        self.columns::<S, 2>(&offsets, rows.start, column, &mut gathered, &mut sums)
                    } else {
                        self.columns::<S, 1>(&offsets, rows.start, column, &mut gathered, &mut sums)
                    }
                };
            }
        }
        sums
    }
}

impl<F: Fn(usize) -> usize + Sync> Products<'_, F> {
    /// Adds the products of a block of rows with `NV` vectors of columns; returns how many columns those are.
    #[inline(always)]
    unsafe fn columns<S: Simd, const NV: usize>(
        &self,
        offsets: &[usize],
        first: usize,
        column: usize,
        gathered: &mut [f32],
        sums: &mut [f32],
    ) -> usize {
        let width = NV * S::LANES;
        let at = Place {
            column: column - self.group.0,
            width: self.group.1 - self.group.0,
            lanes: (self.group.1 - column).min(width),
        };
        let right = &self.right[first * self.columns..(first + offsets.len()) * self.columns];
        let right = if self.columns == width {
            right
        } else {
            // One after the other, with zeros up to whole vectors.
            for (row, to) in right.chunks_exact(self.columns).zip(gathered.chunks_exact_mut(width)) {
                for v in 0..NV {
                    let lanes = at.lanes.saturating_sub(v * S::LANES).min(S::LANES);
                    unsafe {
                        let some = S::load_first(row[column..].as_ptr().wrapping_add(v * S::LANES), lanes);
                        S::store(to.as_mut_ptr().add(v * S::LANES), some);
                    }
                }
            }
            &gathered[..offsets.len() * width]
        };
        for (segment, start) in self.left.segments.iter().enumerate() {
            let mut k = 0;
            while k < self.left.segment_len {
                let from = unsafe { self.left.data.as_ptr().add(start + k) };
                let sums = &mut sums[(segment * self.left.segment_len + k) * at.width..];
                // As many accumulators as registers hold, and smaller tiles for what is left over.
                let left = self.left.segment_len - k;
                let full = if NV == 1 || S::LANES == 16 { 12 } else { 6 };
                k += unsafe {
                    match left {
                        _ if left >= full && full == 12 => tile::<S, NV, 12>(from, offsets, right, at, sums),
                        6.. => tile::<S, NV, 6>(from, offsets, right, at, sums),
                        3..6 => tile::<S, NV, 3>(from, offsets, right, at, sums),
                        _ => tile::<S, NV, 1>(from, offsets, right, at, sums),
                    }
                };
            }
        }
        width
    }
}

/// Where in a group's sums a tile's go.
#[derive(Clone, Copy)]
struct Place {
    column: usize,
    width: usize,
    /// Columns that there really are.
    lanes: usize,
}

/// `K` elements of every row's left side times `NV` vectors of its right side, kept in registers. Returns `K`.
#[inline(always)]
unsafe fn tile<S: Simd, const NV: usize, const K: usize>(
    from: *const f32,
    offsets: &[usize],
    right: &[f32],
    at: Place,
    sums: &mut [f32],
) -> usize {
    unsafe {
        let mut products = [[S::splat(0.0); NV]; K];
        let mut right = right.as_ptr();
        for offset in offsets {
            let left = from.add(*offset);
            let columns: [S::V; NV] = std::array::from_fn(|v| S::load(right.add(v * S::LANES)));
            right = right.add(NV * S::LANES);
            for k in 0..K {
                let value = S::splat(*left.add(k));
                for v in 0..NV {
                    products[k][v] = S::fma(value, columns[v], products[k][v]);
                }
            }
        }
        for k in 0..K {
            for v in 0..NV {
                let lanes = at.lanes.saturating_sub(v * S::LANES).min(S::LANES);
                let to = sums[k * at.width + at.column..].as_mut_ptr().add(v * S::LANES);
                let sum = S::add(S::load_first(to, lanes), products[k][v]);
                S::store_first(to, sum, lanes);
            }
        }
    }
    K
}

/// `out[columns] = sum over rows`.
///
/// # Panics
/// If the rows are not whole.
pub fn row_sums(rows: &[f32], columns: usize, out: &mut [f32]) {
    assert!(rows.len().is_multiple_of(columns.max(1)) && out.len() == columns, "rows should be whole");
    let part = part_of(rows.len() / columns.max(1));
    let sums: Vec<Vec<f32>> = rows
        .par_chunks(part * columns.max(1))
        .map(|rows| {
            let mut sum = vec![0f32; columns];
            for row in rows.chunks_exact(columns) {
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            sum
        })
        .collect();
    add_up(&sums, out);
}

/// Adds up in double precision.
pub(super) fn add_up(sums: &[Vec<f32>], out: &mut [f32]) {
    out.par_chunks_mut(4096).enumerate().for_each(|(chunk, out)| {
        for (at, out) in out.iter_mut().enumerate() {
            *out = sums.iter().map(|sum| f64::from(sum[chunk * 4096 + at])).sum::<f64>() as f32;
        }
    });
}

/// Makes a gradient 0 where the output of a ReLU was not positive.
///
/// # Panics
/// If the lengths differ.
pub fn mask(gradient: &mut [f32], output: &[f32]) {
    assert_eq!(gradient.len(), output.len(), "lengths should agree");
    gradient.par_chunks_mut(1 << 14).zip(output.par_chunks(1 << 14)).for_each(|(gradient, output)| {
        for (gradient, output) in gradient.iter_mut().zip(output) {
            *gradient = if *output > 0.0 { *gradient } else { 0.0 };
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
    fn outer_products_add_up_for_few_rows_and_for_many() {
        for (count, inner, columns) in [(1, 1, 1), (300, 7, 5), (5000, 21, 70), (1100, 13, 301)] {
            let (left, right) = (noise(count * inner, 1), noise(count * columns, 2));
            let rows = Rows { data: &left, count, offset: |row| row * inner, segments: &[0], segment_len: inner };
            let mut out = vec![f32::NAN; inner * columns];
            outer(&rows, &right, columns, &mut out);
            let mut sums = vec![f32::NAN; columns];
            row_sums(&right, columns, &mut sums);
            for column in 0..columns {
                let sum: f64 = (0..count).map(|row| f64::from(right[row * columns + column])).sum();
                assert!((f64::from(sums[column]) - sum).abs() < 1e-3);
                for k in 0..inner {
                    let product =
                        |row: usize| f64::from(left[row * inner + k]) * f64::from(right[row * columns + column]);
                    let wanted: f64 = (0..count).map(product).sum();
                    let found = f64::from(out[k * columns + column]);
                    assert!((found - wanted).abs() < 1e-3, "{count}×{inner}×{columns}: {found} {wanted}");
                }
            }
        }
    }
}
