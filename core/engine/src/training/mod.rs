//! Training as a job: clips in, runs with checkpoints out.
//!
//! A run is a folder (`folder`). Its state is written every so often; a training that is started on a folder with a state
//! goes on from it, so that a killed process loses nothing but time. Every random choice follows from the seed, the epoch
//! and the sample, none from when a thread got round to it.
//!
//! - `sources`, `store`, `cutter`, `feed`: from samples to pixels, on decode threads;
//! - `features`: what the backbone made of clips, kept;
//! - `start`, `learner`: the network;
//! - `log`: lines in the original's words.
//!
//! The steps themselves are the worker's (`worker/train_run`). How gradients are computed is `ks-model`'s matter.

mod check;
mod cutter;
mod features;
mod feed;
mod folder;
#[cfg(test)]
pub(crate) mod injected;
mod learner;
mod log;
mod position;
mod preview;
mod sources;
mod spec;
mod start;
mod store;
mod tensorboard;

pub use self::folder::{RunError, RunFolder, read_news};
pub use self::preview::{PreviewedClip, preview_of};
pub use self::spec::{TrainSpec, TrainStart, TrainingSet};

pub(crate) use self::check::{Checked, check};
pub(crate) use self::cutter::{Cutter, Request};
pub(crate) use self::features::FeatureStore;
pub(crate) use self::feed::{Batch, Fed, start_feed};
pub(crate) use self::learner::{Clips, Learner};
pub(crate) use self::log::LogLines;
pub(crate) use self::position::{Exact, Position};
pub(crate) use self::sources::{Opened, Sources, unreadable};
pub(crate) use self::start::{Begun, begin};

pub use crate::worker::estimate_of;
