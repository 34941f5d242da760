//! From decoded planes, or pictures that are RGB already, to the parts that the network sees, as pure functions.
//!
//! Each step gives, bit for bit, what the decoders and image functions gave on which published networks were
//! trained: [`yuv`] what swscale does in PyAV, [`resize`] what OpenCV's bilinear resize does. Sizes and boxes are
//! [`ks_domain::Framing`]'s. [`view`] does all of them at once for the pixels that are needed and no others.
//! No file, thread or decoder is known here.

pub mod pixels;
pub mod resize;
pub mod rotate;
pub mod view;
pub mod yuv;
