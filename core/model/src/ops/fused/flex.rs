//! The fused operators on the processor.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn_flex::FlexTensor;

use super::{FusedOps, Packed, contents};
use crate::cpu::depthwise::{self, Geometry, Volume};
use crate::cpu::gemm::{Epilogue, Rows, gemm};
use crate::cpu::stem;
use crate::ops::blank::{blank, taken_over};

fn volume(x: &FlexTensor) -> Volume {
    x.layout().shape().dims()
}

impl FusedOps for Flex {
    fn fused_pointwise(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        weight: Packed,
        stride: [usize; 3],
        relu: bool,
    ) -> FloatTensor<Self> {
        let (x, bias) = (x.to_contiguous(), bias.to_contiguous());
        let [batch, time, height, width, inputs] = volume(&x);
        let [st, sh, sw] = stride;
        let [times, heights, widths] = [time.div_ceil(st), height.div_ceil(sh), width.div_ceil(sw)];
        let mut out = blank([batch, times, heights, widths, weight.columns()]);
        // Strided rows are read where they lie.
        let offset = |row: usize| {
            if stride == [1; 3] {
                return row * inputs;
            }
            let (x, row) = (row % widths, row / widths);
            let (y, row) = (row % heights, row / heights);
            let (t, b) = (row % times, row / times);
            (((b * time + t * st) * height + y * sh) * width + x * sw) * inputs
        };
        let count = batch * times * heights * widths;
        let rows = Rows { data: contents(&x), count, offset, segments: &[0], segment_len: inputs };
        let epilogue = Epilogue { bias: Some(contents(&bias)), accumulate: false, relu };
        gemm(&rows, &weight, epilogue, out.storage_mut());
        out
    }

    fn fused_pointwise_add(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        weight: Packed,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (x, bias) = (x.to_contiguous(), bias.to_contiguous());
        // A residual that only this call holds becomes the output; a shared one is copied by `storage_mut`.
        let mut out = taken_over(residual);
        let [batch, time, height, width, inputs] = volume(&x);
        let count = batch * time * height * width;
        let rows = Rows { data: contents(&x), count, offset: |row| row * inputs, segments: &[0], segment_len: inputs };
        let epilogue = Epilogue { bias: Some(contents(&bias)), accumulate: true, relu };
        gemm(&rows, &weight, epilogue, out.storage_mut());
        out
    }

    fn fused_depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        geometry: Geometry,
        relu: bool,
    ) -> FloatTensor<Self> {
        let (x, weight, bias) = (x.to_contiguous(), weight.to_contiguous(), bias.to_contiguous());
        let from = volume(&x);
        let mut out = blank(geometry.output(from));
        let epilogue = depthwise::Epilogue { bias: Some(contents(&bias)), relu };
        depthwise::forward(contents(&x), from, contents(&weight), geometry, epilogue, out.storage_mut());
        out
    }

    fn fused_stem(x: FloatTensor<Self>, bias: FloatTensor<Self>, weight: Packed) -> FloatTensor<Self> {
        let (x, bias) = (x.to_contiguous(), bias.to_contiguous());
        let from = volume(&x);
        let mut out = blank(stem::output_volume(from, weight.columns()));
        stem::stem(contents(&x), from, &weight, contents(&bias), out.storage_mut());
        out
    }
}
