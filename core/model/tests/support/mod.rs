//! What the tests of this crate share.
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::Path;
mod folder;
pub mod tiny;

use ks_model::{ChosenDevice, DeviceChoice, choose_device, enumerate_devices, keep_tuning_in};

#[allow(unused_imports, clippy::allow_attributes, reason = "not every test file needs them")]
pub use self::folder::fixtures;

/// The processor.
pub fn cpu() -> ChosenDevice {
    choose_device(&DeviceChoice::Cpu).expect("should always have a processor")
}

/// A graphics adapter, be it a software one, or a line that says that there is none.
///
/// What is learnt about it is kept among the build's files: the first run takes a minute, later ones seconds.
#[allow(dead_code, clippy::allow_attributes, reason = "not every test file needs it")]
pub fn gpu() -> Option<ChosenDevice> {
    keep_tuning_in(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("tuning"));
    let info = enumerate_devices().into_iter().find(|info| matches!(info.choice, DeviceChoice::Gpu(_)));
    if info.is_none() {
        println!("skipped: there is no graphics adapter, not even a software one such as Mesa's lavapipe");
    }
    choose_device(&info?.choice).ok()
}

/// A line about a test that was skipped.
#[allow(dead_code, clippy::allow_attributes, reason = "not every test file needs it")]
pub fn say(line: &str) {
    println!("{line}");
}
