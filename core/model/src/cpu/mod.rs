//! Loops for the processor: matrix product and depthwise convolution on plain slices, channels last.
//!
//! Here and nowhere else in this crate is `unsafe` allowed: raw pointers let the compiler keep accumulators in
//! registers. Every entry point checks its sizes before the first pointer is made. Tensors are not known here.
#![expect(unsafe_code, reason = "vector registers and pointer loops; sizes are checked at every entry point")]

pub mod depthwise;
pub mod gemm;
pub mod simd;
pub mod stem;
