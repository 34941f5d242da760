//! The WGSL shaders of Kinetoscope, each with one typed Rust wrapper.
//!
//! The `.wgsl` files lie beside this crate's `Cargo.toml`. Nothing here opens a window or chooses an adapter:
//! the caller brings the device, the queue and the render pass. The network's kernels are not here either; they
//! belong to the tensor library.

mod picture;
mod yuv;

pub use self::picture::{YuvError, YuvLayout, YuvMatrix, YuvPicture, YuvPlane, YuvRange, YuvTurn};
pub use self::yuv::{YuvConverter, YuvView};
