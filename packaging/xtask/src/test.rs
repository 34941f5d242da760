//! `cargo xtask test`: what the CI runs and what a developer runs before handing in.

use std::env;
use std::io;
use std::time::Instant;

use crate::checks;
use crate::failure::{Failure, Outcome};
use crate::{cargo, facts, setup, shell};

/// Sets up, checks, tests.
pub fn test(yes: bool) -> Outcome {
    let start = Instant::now();
    setup::setup(yes)?;
    let mut done = checks::all()?;
    let advice = |error: io::Error| Failure::failed(format!("cannot make a private folder: {error}"));
    done.push(checks::timed("tests", || tests().map_err(advice)?)?);
    println!("\nAll passed in {}: {}", checks::minutes(start.elapsed()), done.join(", "));
    Ok(())
}

fn tests() -> io::Result<Outcome> {
    let mut command = cargo::cargo_in_root(&["test", "--release", "--workspace"]);
    // The first choice of a kernel costs minutes at the default level, on a processor that plays a GPU.
    command.env("CUBECL_AUTOTUNE_LEVEL", "minimal");
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        command.env("XDG_RUNTIME_DIR", cargo::private_dir("runtime")?);
    }
    if env::var_os("VK_DRIVER_FILES").is_none()
        && env::var_os("VK_ICD_FILENAMES").is_none()
        && let Some(driver) = facts::software_vulkan_driver()
    {
        // The same pictures and numbers on every machine; `kinetoscope verify` is what proves a real GPU.
        println!("GPU code runs on Mesa's lavapipe; set VK_DRIVER_FILES to choose another driver");
        command.env("VK_DRIVER_FILES", &driver).env("VK_ICD_FILENAMES", &driver);
    }
    Ok(shell::run(&mut command))
}
