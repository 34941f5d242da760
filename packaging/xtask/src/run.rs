//! `cargo xtask run`: set up, build, start.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::{setup, shell};

/// Starts the program on `videos`; its exit status becomes ours.
pub fn run(yes: bool, videos: &[OsString]) -> Outcome<ExitCode> {
    setup::setup(yes)?;
    // Not `cargo run -p ks-app`: cargo unites the features of the packages that are selected, development dependencies
    // included once a target asks for them. Selected like this, the program shares every dependency with `cargo xtask test`
    // (there are no examples); selected alone, one feature of one crate builds Burn a second time.
    let selection = ["build", "--release", "--workspace", "--bin", "kinetoscope", "--examples"];
    shell::run(&mut cargo::cargo_in_root(&selection))?;
    // Not in the workspace's root: relative paths are the caller's.
    let mut program = Command::new(cargo::release_binary("kinetoscope"));
    let line = shell::line_of(&program);
    let status = program.args(videos).status();
    let status = status.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    let code = status.code().ok_or_else(|| Failure::failed(format!("{line} was stopped ({status})")))?;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
