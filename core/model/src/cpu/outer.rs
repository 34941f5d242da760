//! Gradients of weights and biases: sums over rows of outer products, and of the rows themselves.
//!
//! How rows are shared out does not depend on the number of threads, so neither do the results.

use rayon::prelude::*;

use super::gemm::{Epilogue, PackedMatrix, Rows, gemm, gemm_on_this_thread};

/// Rows that are added up in single precision before anything else happens to them, at least.
const PART: usize = 1024;
/// Parts that there are at most.
const PARTS: usize = 64;
/// Rows that are turned into columns at once.
const BLOCK: usize = 256;

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
    out.fill(0.0);
    let part = part_of(count);
    if count <= part {
        for first in (0..count).step_by(BLOCK) {
            let rows = first..(first + BLOCK).min(count);
            let (turned, packed) = block(left, right, columns, rows.clone());
            let epilogue = Epilogue { accumulate: true, ..Epilogue::default() };
            gemm(&turned_rows(&turned, inner, rows.len()), &packed, epilogue, out);
        }
        return;
    }
    let sums: Vec<Vec<f32>> = (0..count.div_ceil(part))
        .into_par_iter()
        .map(|task| {
            let mut sum = vec![0f32; inner * columns];
            for first in (task * part..((task + 1) * part).min(count)).step_by(BLOCK) {
                let rows = first..(first + BLOCK).min(count);
                let (turned, packed) = block(left, right, columns, rows.clone());
                let epilogue = Epilogue { accumulate: true, ..Epilogue::default() };
                gemm_on_this_thread(&turned_rows(&turned, inner, rows.len()), &packed, epilogue, &mut sum);
            }
            sum
        })
        .collect();
    add_up(&sums, out);
}

/// Some rows of the left side as columns, and of the right side packed.
fn block<F: Fn(usize) -> usize + Sync>(
    left: &Rows<'_, F>,
    right: &[f32],
    columns: usize,
    rows: std::ops::Range<usize>,
) -> (Vec<f32>, PackedMatrix) {
    let (count, inner) = (rows.len(), left.segments.len() * left.segment_len);
    let mut turned = vec![0f32; inner * count];
    // Sixteen rows by sixteen columns at a time: as many cache lines on either side.
    for some in (0..count).step_by(16) {
        let some = some..(some + 16).min(count);
        for (at, segment) in left.segments.iter().enumerate() {
            for first in (0..left.segment_len).step_by(16) {
                let columns = first..(first + 16).min(left.segment_len);
                let place = at * left.segment_len + first;
                for row in some.clone() {
                    let start = (left.offset)(rows.start + row) + segment;
                    for (k, value) in left.data[start + columns.start..start + columns.end].iter().enumerate() {
                        turned[(place + k) * count + row] = *value;
                    }
                }
            }
        }
    }
    (turned, PackedMatrix::new(&right[rows.start * columns..rows.end * columns], count, columns))
}

fn turned_rows(turned: &[f32], inner: usize, count: usize) -> Rows<'_, impl Fn(usize) -> usize + Sync> {
    Rows { data: turned, count: inner, offset: move |row| row * count, segments: &[0], segment_len: count }
}

/// A row-major `[rows, columns]` matrix as `[columns, rows]`.
///
/// # Panics
/// If `matrix` has another length.
pub fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    assert_eq!(matrix.len(), rows * columns, "a matrix should have rows × columns elements");
    let mut out = vec![0f32; matrix.len()];
    if matrix.is_empty() {
        return out;
    }
    out.par_chunks_mut(16 * rows).enumerate().for_each(|(task, out)| {
        for some in (0..rows).step_by(16) {
            for row in some..(some + 16).min(rows) {
                let first = row * columns + 16 * task;
                for (column, value) in matrix[first..first + out.len() / rows].iter().enumerate() {
                    out[column * rows + row] = *value;
                }
            }
        }
    });
    out
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

/// `out = gradient` where the output of a ReLU was positive, 0 elsewhere.
///
/// # Panics
/// If the lengths differ.
pub fn masked(gradient: &[f32], output: &[f32], out: &mut [f32]) {
    assert!(gradient.len() == output.len() && output.len() == out.len(), "lengths should agree");
    let parts = out.par_chunks_mut(1 << 14).zip(gradient.par_chunks(1 << 14)).zip(output.par_chunks(1 << 14));
    parts.for_each(|((out, gradient), output)| {
        for ((out, gradient), output) in out.iter_mut().zip(gradient).zip(output) {
            *out = if *output > 0.0 { *gradient } else { 0.0 };
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
        for (count, inner, columns) in [(1, 1, 1), (300, 7, 5), (5000, 21, 70)] {
            let (left, right) = (noise(count * inner, 1), noise(count * columns, 2));
            let rows = Rows { data: &left, count, offset: |row| row * inner, segments: &[0], segment_len: inner };
            let mut out = vec![f32::NAN; inner * columns];
            outer(&rows, &right, columns, &mut out);
            let mut sums = vec![f32::NAN; columns];
            row_sums(&right, columns, &mut sums);
            let turned = transposed(&right, count, columns);
            assert!((0..turned.len()).all(|at| turned[at] == right[at % count * columns + at / count]));
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
