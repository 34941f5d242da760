//! From decoded planes to the squares that the network sees, as pure functions.
//!
//! Each step gives, bit for bit, what the decoders and image functions gave on which published networks were
//! trained: [`yuv`] what swscale does in PyAV, [`resize`] what OpenCV's bilinear resize does, [`crop`] the boxes of
//! mmaction2. [`view`] does all of them at once for the pixels that are needed and no others.
//! No file, thread or decoder is known here.

pub mod crop;
pub mod resize;
pub mod rotate;
pub mod view;
pub mod yuv;
