//! Matrix product with the epilogue in registers: `C = act(A · B + bias + C)`.
//!
//! `A` is never copied. Each row of it is a list of equally long segments found through offsets, so that one kernel
//! serves pointwise convolutions (one segment a row), strided shortcuts (rows skipped) and the 3×7×7 stem (21
//! segments of 7 columns × 3 channels each). `B` is packed once into panels that the kernel reads in order.

use rayon::prelude::*;

use super::simd::{Isa, Kernel, Simd, dispatch};

/// Sixteen elements where a cache line begins: a vector load that straddles two lines costs two.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct CacheLine([f32; 16]);

/// The right-hand matrix, packed into panels of a few vectors' width.
#[derive(Clone, Debug)]
pub struct PackedMatrix {
    panels: Vec<CacheLine>,
    inner: usize,
    columns: usize,
    /// Vectors side by side in a panel: no more than a narrow matrix fills.
    vectors: usize,
    isa: Isa,
}

impl PackedMatrix {
    /// Packs a row-major `[inner, columns]` matrix for this processor.
    ///
    /// # Panics
    /// If `matrix` has another length than `inner · columns`.
    pub fn new(matrix: &[f32], inner: usize, columns: usize) -> Self {
        Self::for_isa(Isa::detect(), matrix, inner, columns)
    }

    /// Packs the transpose of a row-major `[columns, inner]` matrix for this processor.
    ///
    /// # Panics
    /// If `matrix` has another length than `inner · columns`.
    pub fn transposed(matrix: &[f32], columns: usize, inner: usize) -> Self {
        Self::transposed_for_isa(Isa::detect(), matrix, columns, inner)
    }

    fn transposed_for_isa(isa: Isa, matrix: &[f32], columns: usize, inner: usize) -> Self {
        Self::packed(isa, (matrix, inner, columns), |(panel, width), packed| {
            let lines = width / 16;
            // Squares of sixteen: a line of the matrix is read and lines of the panel are written while they are near.
            for first in (0..inner).step_by(16) {
                for (column, from) in matrix.chunks_exact(inner).skip(panel * width).take(width).enumerate() {
                    for (k, value) in from[first..(first + 16).min(inner)].iter().enumerate() {
                        packed[(first + k) * lines + column / 16].0[column % 16] = *value;
                    }
                }
            }
        })
    }

    fn for_isa(isa: Isa, matrix: &[f32], inner: usize, columns: usize) -> Self {
        Self::packed(isa, (matrix, inner, columns), |(panel, width), packed| {
            let lines = width / 16;
            for (row, packed) in matrix.chunks_exact(columns).zip(packed.chunks_exact_mut(lines)) {
                for (from, to) in row[panel * width..].chunks(16).zip(packed) {
                    // Whole lines, of which most are, without a call.
                    match <&[f32; 16]>::try_from(from) {
                        Ok(whole) => to.0 = *whole,
                        Err(_shorter) => to.0[..from.len()].copy_from_slice(from),
                    }
                }
            }
        })
    }

    /// Panels of zeros, filled by `fill`, which gets each panel's number and width.
    fn packed(
        isa: Isa,
        (matrix, inner, columns): (&[f32], usize, usize),
        fill: impl Fn((usize, usize), &mut [CacheLine]) + Sync,
    ) -> Self {
        assert_eq!(matrix.len(), inner * columns, "a matrix should have inner × columns elements");
        // Half a cache line would not do for a panel's row.
        let least = 16 / isa.lanes();
        let vectors = columns.div_ceil(isa.lanes()).next_power_of_two().clamp(least, isa.panel_vectors());
        let width = vectors * isa.lanes();
        // A panel's row is one cache line or several.
        let lines = width / 16;
        let mut panels = vec![CacheLine([0.0; 16]); columns.div_ceil(width) * inner * lines];
        panels
            .par_chunks_exact_mut((inner * lines).max(1))
            .enumerate()
            .for_each(|(panel, packed)| fill((panel, width), packed));
        Self { panels, inner, columns, vectors, isa }
    }

    /// Columns of one panel.
    fn panel_width(&self) -> usize {
        self.vectors * self.isa.lanes()
    }

    /// Columns of the matrix.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows of the matrix.
    pub fn inner(&self) -> usize {
        self.inner
    }
}

/// The left-hand matrix: where each row's segments lie in `data`.
pub struct Rows<'a, F: Fn(usize) -> usize + Sync> {
    /// The memory that rows are read from.
    pub data: &'a [f32],
    /// Rows in all.
    pub count: usize,
    /// The offset of a row's first segment.
    pub offset: F,
    /// Offsets of the segments from the row's own offset.
    pub segments: &'a [usize],
    /// Elements of one segment.
    pub segment_len: usize,
}

impl<F: Fn(usize) -> usize + Sync> Rows<'_, F> {
    /// Panics if a row reaches outside of its data.
    pub(super) fn check_reach(&self) {
        let reach = self.segments.iter().max().copied().unwrap_or(0) + self.segment_len;
        let inside = (0..self.count).all(|row| (self.offset)(row) + reach <= self.data.len());
        assert!(inside, "rows should lie inside of their data");
    }
}

/// What happens to a product before it is stored.
#[derive(Clone, Copy, Default)]
pub struct Epilogue<'a> {
    /// Added to every row; `[columns]`.
    pub bias: Option<&'a [f32]>,
    /// Whether the output holds a residual that is added, instead of being overwritten.
    pub accumulate: bool,
    /// Whether negative results become zero.
    pub relu: bool,
}

/// Computes `out[rows, columns] = act(rows · matrix + bias + out)` on all threads of the current pool; the last term
/// only if the epilogue accumulates.
///
/// # Panics
/// If a size does not fit another, or a row reaches outside of its data.
pub fn gemm<F: Fn(usize) -> usize + Sync>(
    rows: &Rows<'_, F>,
    matrix: &PackedMatrix,
    epilogue: Epilogue<'_>,
    out: &mut [f32],
) {
    check(rows, matrix, epilogue, out);
    let (count, columns) = (rows.count, matrix.columns);
    if count == 0 || columns == 0 {
        return;
    }
    let panels = columns.div_ceil(matrix.panel_width());
    // A block of rows stays in the second-level cache while all panels pass by.
    let block = (192 * 1024 / (4 * matrix.inner.max(1))).clamp(24, 192).next_multiple_of(24);
    let blocks = count.div_ceil(block);
    let threads = rayon::current_num_threads();
    // Few rows: share out the panels as well, so that no thread idles.
    let groups = if blocks >= 4 * threads { 1 } else { (4 * threads).div_ceil(blocks).min(panels) };
    let group = panels.div_ceil(groups);
    let target = Target(out.as_mut_ptr());
    (0..blocks * groups).into_par_iter().for_each(|task| {
        let (first_row, first_panel) = ((task / groups) * block, (task % groups) * group);
        let tile = Block {
            rows,
            matrix,
            epilogue,
            out: target,
            row_range: (first_row, (first_row + block).min(count)),
            panel_range: (first_panel, (first_panel + group).min(panels)),
        };
        // SAFETY: sizes and reach were checked above; tasks write disjoint rows and panels; the matrix was packed for
        // the instruction set that was detected.
        unsafe { dispatch(matrix.isa, tile) }
    });
}

/// As [`gemm`], on the calling thread alone: for kernels that share out their work themselves.
///
/// # Panics
/// As [`gemm`].
pub fn gemm_on_this_thread<F: Fn(usize) -> usize + Sync>(
    rows: &Rows<'_, F>,
    matrix: &PackedMatrix,
    epilogue: Epilogue<'_>,
    out: &mut [f32],
) {
    check(rows, matrix, epilogue, out);
    let panels = matrix.columns.div_ceil(matrix.panel_width());
    let out = Target(out.as_mut_ptr());
    let all = Block { rows, matrix, epilogue, out, row_range: (0, rows.count), panel_range: (0, panels) };
    // SAFETY: sizes and reach were checked; the matrix was packed for the instruction set that was detected.
    unsafe { dispatch(matrix.isa, all) }
}

/// Panics if a size does not fit another, or a row reaches outside of its data.
fn check<F: Fn(usize) -> usize + Sync>(rows: &Rows<'_, F>, matrix: &PackedMatrix, epilogue: Epilogue<'_>, out: &[f32]) {
    let (count, columns) = (rows.count, matrix.columns);
    assert_eq!(rows.segments.len() * rows.segment_len, matrix.inner, "the inner sizes should agree");
    assert_eq!(out.len(), count * columns, "the output should be rows × columns");
    assert!(epilogue.bias.is_none_or(|bias| bias.len() == columns), "one bias a column");
    rows.check_reach();
}

/// The output, shared by tasks that write disjoint parts of it.
#[derive(Clone, Copy)]
struct Target(*mut f32);
// SAFETY: every task writes its own elements only.
unsafe impl Send for Target {}
// SAFETY: as above.
unsafe impl Sync for Target {}

struct Block<'a, F: Fn(usize) -> usize + Sync> {
    rows: &'a Rows<'a, F>,
    matrix: &'a PackedMatrix,
    epilogue: Epilogue<'a>,
    out: Target,
    row_range: (usize, usize),
    panel_range: (usize, usize),
}

impl<F: Fn(usize) -> usize + Sync> Kernel for Block<'_, F> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd, const NV: usize, const MR: usize>(self) {
        unsafe {
            match self.matrix.vectors {
                1 => self.panels::<S, 1, 8>(),
                2 if NV > 2 => self.panels::<S, 2, 8>(),
                _ => self.panels::<S, NV, MR>(),
            }
        }
    }
}

impl<F: Fn(usize) -> usize + Sync> Block<'_, F> {
    /// All panels of the block, `NV` vectors each, `MR` rows at a time.
    #[inline(always)]
    unsafe fn panels<S: Simd, const NV: usize, const MR: usize>(&self) {
        let width = NV * S::LANES;
        let data = self.rows.data.as_ptr();
        for panel in self.panel_range.0..self.panel_range.1 {
            let first_column = panel * width;
            let columns = width.min(self.matrix.columns - first_column);
            let packed = unsafe { self.matrix.panels.as_ptr().cast::<f32>().add(panel * self.matrix.inner * width) };
            let mut row = self.row_range.0;
            while row < self.row_range.1 {
                let last = self.row_range.1 - 1;
                // Rows past the end repeat the last one; only the real ones are stored.
                let pointers: [*const f32; MR] =
                    std::array::from_fn(|r| unsafe { data.add((self.rows.offset)((row + r).min(last))) });
                let sums = unsafe { product::<S, NV, MR>(pointers, self.rows.segments, self.rows.segment_len, packed) };
                let real = MR.min(self.row_range.1 - row);
                unsafe {
                    if columns == width {
                        self.finish::<S, NV, MR, true>(&sums, row, real, first_column, columns);
                    } else {
                        self.finish::<S, NV, MR, false>(&sums, row, real, first_column, columns);
                    }
                }
                row += MR;
            }
        }
    }

    /// Applies the epilogue and stores `real` rows.
    #[inline(always)]
    unsafe fn finish<S: Simd, const NV: usize, const MR: usize, const FULL: bool>(
        &self,
        sums: &[[S::V; NV]; MR],
        row: usize,
        real: usize,
        first_column: usize,
        columns: usize,
    ) {
        unsafe {
            for (v, lane) in (0..NV).map(|v| (v, v * S::LANES)) {
                if !FULL && lane >= columns {
                    break;
                }
                let lanes = if FULL { S::LANES } else { S::LANES.min(columns - lane) };
                let column = first_column + lane;
                let bias = match self.epilogue.bias {
                    Some(bias) => S::load_lanes::<FULL>(bias.as_ptr().add(column), lanes),
                    None => S::splat(0.0),
                };
                for r in 0..MR {
                    if r >= real {
                        break;
                    }
                    let at = (row + r) * self.matrix.columns + column;
                    let mut value = S::add(sums[r][v], bias);
                    if self.epilogue.accumulate {
                        value = S::add(value, S::load_lanes::<FULL>(self.out.0.add(at), lanes));
                    }
                    if self.epilogue.relu {
                        value = S::max(value, S::splat(0.0));
                    }
                    S::store_lanes::<FULL>(self.out.0.add(at), value, lanes);
                }
            }
        }
    }
}

/// `MR` rows times one panel, kept in registers.
#[inline(always)]
unsafe fn product<S: Simd, const NV: usize, const MR: usize>(
    rows: [*const f32; MR],
    segments: &[usize],
    segment_len: usize,
    packed: *const f32,
) -> [[S::V; NV]; MR] {
    unsafe {
        let mut sums = [[S::splat(0.0); NV]; MR];
        let mut packed = packed;
        for segment in segments {
            let rows: [*const f32; MR] = std::array::from_fn(|r| rows[r].add(*segment));
            for k in 0..segment_len {
                let right: [S::V; NV] = std::array::from_fn(|v| S::load(packed.add(v * S::LANES)));
                packed = packed.add(NV * S::LANES);
                for r in 0..MR {
                    let left = S::splat(*rows[r].add(k));
                    for v in 0..NV {
                        sums[r][v] = S::fma(left, right[v], sums[r][v]);
                    }
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    fn check(isa: Isa, count: usize, inner: usize, columns: usize) {
        let (a, b) = (noise(count * inner, 1), noise(inner * columns, 2));
        let (bias, residual) = (noise(columns, 3), noise(count * columns, 4));
        let packed = PackedMatrix::for_isa(isa, &b, inner, columns);
        let mut out = residual.clone();
        let rows = Rows { data: &a, count, offset: |row| row * inner, segments: &[0], segment_len: inner };
        gemm(&rows, &packed, Epilogue { bias: Some(&bias), accumulate: true, relu: true }, &mut out);
        for row in 0..count {
            for column in 0..columns {
                let sum: f64 =
                    (0..inner).map(|k| f64::from(a[row * inner + k]) * f64::from(b[k * columns + column])).sum();
                let at = row * columns + column;
                let wanted = (sum + f64::from(bias[column]) + f64::from(residual[at])).max(0.0);
                let error = (f64::from(out[at]) - wanted).abs();
                assert!(error <= 1e-5 * inner as f64, "{isa:?} {count}×{inner}×{columns} at {row},{column}: {error}");
            }
        }
    }

    #[test]
    fn every_instruction_set_multiplies_alike() {
        let mut sets = vec![Isa::detect(), Isa::Portable];
        if Isa::detect() == Isa::Avx512 {
            sets.push(Isa::Avx2);
        }
        for isa in sets {
            for (count, inner, columns) in [(1, 1, 1), (7, 3, 5), (13, 64, 64), (100, 33, 130), (196, 512, 96)] {
                check(isa, count, inner, columns);
            }
        }
    }

    #[test]
    fn the_transpose_is_packed_as_if_it_had_been_made_before() {
        for isa in [Isa::detect(), Isa::Portable] {
            for (inner, columns) in [(1, 1), (3, 5), (64, 64), (33, 130), (512, 96)] {
                let matrix = noise(inner * columns, 7);
                let turned: Vec<f32> = (0..columns)
                    .flat_map(|c| (0..inner).map(move |k| (c, k)))
                    .map(|(c, k)| matrix[k * columns + c])
                    .collect();
                let (before, at_once) = (
                    PackedMatrix::for_isa(isa, &matrix, inner, columns),
                    PackedMatrix::transposed_for_isa(isa, &turned, columns, inner),
                );
                assert!(
                    before.panels.iter().zip(&at_once.panels).all(|(a, b)| a.0 == b.0),
                    "{isa:?} {inner}×{columns}"
                );
                assert_eq!((before.columns(), before.inner()), (at_once.columns(), at_once.inner()));
            }
        }
    }

    #[test]
    fn rows_may_be_gathered_from_segments() {
        // Two segments of 2 out of rows of 5, every second row.
        let data = noise(5 * 8, 5);
        let matrix = noise(4 * 3, 6);
        let packed = PackedMatrix::new(&matrix, 4, 3);
        let mut out = vec![0f32; 4 * 3];
        let rows = Rows { data: &data, count: 4, offset: |row| row * 10, segments: &[0, 3], segment_len: 2 };
        gemm(&rows, &packed, Epilogue::default(), &mut out);
        for row in 0..4 {
            let gathered = [0, 1, 3, 4].map(|k| data[row * 10 + k]);
            for column in 0..3 {
                let wanted: f32 = (0..4).map(|k| gathered[k] * matrix[k * 3 + column]).sum();
                assert!((out[row * 3 + column] - wanted).abs() < 1e-5);
            }
        }
    }
}
