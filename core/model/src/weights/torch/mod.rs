//! PyTorch's files: the ZIP container of 1.6 and later, and the single stream of pickles before it.
//!
//! A pickle is a program for a small stack machine that can call anything. [`machine`] runs it without calling anything:
//! a call becomes a tensor's description, a mapping, or an [`Node::Object`] that nobody looks into. Everything is
//! bounded by the file's size, so that a hostile file costs no more than an honest one of its length.
//!
//! Only the standard library and `zip` are used here, and no other module of ours: the fuzz target compiles this folder
//! by itself. Not here: what the tensors' names mean.

mod container;
mod error;
mod limits;
mod machine;
mod node;
mod strides;

pub use self::container::{Container, TorchFile};
pub use self::error::TorchError;
pub use self::limits::Limits;
pub use self::machine::{Parsed, parse};
pub use self::node::{Arena, ElementType, Id, Node, TensorNode};
