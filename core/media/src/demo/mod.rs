//! Made-up videos of simple motions: textured shapes over moving backgrounds, so that one frame does not tell what moves
//! how. The network that comes with the program is trained on them, and the sample project shows them.
//!
//! Everything follows from seeds and is the same on every machine: only `+ - * /`, square roots and whole numbers are
//! used. Only what an encoder makes of the pictures may differ. What is learnt from the videos is not here.

mod draw;
mod encode;
mod motion;
mod random;
mod scene;
mod set;
mod shape;
mod texture;

pub use self::motion::{Motion, Pose};
pub use self::scene::{Format, Scene};
pub use self::set::{DemoSet, Mixture, MotionSpan, WrittenSet, mixture_spans, write_data_set, write_mixture};
