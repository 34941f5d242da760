//! Loops for the processor: matrix product and depthwise convolution on plain slices, channels last.
//!
//! Here and nowhere else in this crate is `unsafe` allowed: raw pointers let the compiler keep accumulators in
//! registers. Every entry point checks its sizes before the first pointer is made. Tensors are not known here.
#![expect(unsafe_code, reason = "vector registers and pointer loops; sizes are checked at every entry point")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    reason = "inside of a kernel every line is a pointer's; the contract stands once, at `Simd` and at `Kernel::run`"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "constant ranges unroll; iterators over arrays of registers spill them"
)]

pub mod depthwise;
pub mod gemm;
pub mod norm;
pub mod outer;
pub mod simd;
pub mod stem;
