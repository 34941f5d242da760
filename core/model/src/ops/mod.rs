//! The operators of the network on tensors: what Burn lacks, and what it has in other layouts.
//!
//! All activations are channels-last, `[batch, time, height, width, channels]`; all weights are matrices:
//! `[inputs, outputs]` for pointwise convolutions, `[27, channels]` for depthwise ones and
//! `[3 · 7 · 7 · inputs, outputs]` for the stem. Not here: batch normalisation and the order of things, which is
//! the network's business.

mod blank;
pub mod dense;
pub mod depthwise;
pub mod fused;
pub mod plain;

pub use self::depthwise::depthwise;
