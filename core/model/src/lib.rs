//! The network: channel-separated convolutional networks on Burn, for inference and training.
//!
//! A checkpoint becomes [`weights::Weights`], those become a [`network::Network`] on a device, and a [`Recognizer`]
//! turns clips into probabilities. Activations are channels-last throughout. Not here: video, files other than
//! checkpoints, threads.

pub mod cpu;
mod device;
pub mod network;
pub mod ops;
mod recognizer;
pub mod train;
pub mod verify;
pub mod weights;

pub use self::device::{
    ChosenDevice, DeviceChoice, DeviceError, DeviceInfo, DeviceKind, DeviceNameError, choose_device, enumerate_devices,
    keep_tuning_in,
};
pub use self::recognizer::{ClipBatch, ComputeError, Recognizer};
pub use self::weights::CheckpointError;
