//! What is checked without running the program: format, lints, licences. Cheapest first.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::{cargo, deny, shell};

/// `cargo xtask lint`.
pub fn lint() -> Outcome {
    let done = all()?;
    println!("\nAll passed: {}", done.join(", "));
    Ok(())
}

/// Every check, each with what came of it.
pub fn all() -> Outcome<Vec<String>> {
    components()?;
    let format = timed("format", || shell::run(&mut cargo::cargo_in_root(&["fmt", "--all", "--check"])))?;
    let licences = deny::check()?;
    let lints = timed("lints", clippy)?;
    Ok([vec![format], licences, vec![lints]].concat())
}

/// Clippy on all targets, every warning an error.
///
/// Not `cargo clippy`: that checks the libraries in a mode of its own, which shares nothing with what the tests build and costs
/// a good quarter of the first build again. It comes to calling clippy's compiler for the crates of the workspace, and that is done here
/// in an ordinary build. Our crates alone are compiled once more for it, without optimisation, as nothing of it is ever run.
fn clippy() -> Outcome {
    let driver = format!("clippy-driver{}", std::env::consts::EXE_SUFFIX);
    let beside_cargo = std::env::var_os("CARGO").map(|cargo| PathBuf::from(cargo).with_file_name(&driver));
    let driver = beside_cargo.filter(|path| path.is_file()).or_else(|| shell::which("clippy-driver"));
    let driver = driver.ok_or_else(|| Failure::failed("clippy-driver is not where Rust's other programs are"))?;
    let mut build = cargo::cargo_in_root(&["build", "--release", "--workspace", "--all-targets", "--keep-going"]);
    for setting in ["opt-level=0", "debug=false", "package.ks-model.opt-level=0"] {
        build.args(["--config", &format!("profile.release.{setting}")]);
    }
    // How `cargo clippy -- --deny warnings` passes its arguments on.
    build.env("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    shell::run(build.env("RUSTC_WORKSPACE_WRAPPER", driver))
}

/// Runs one check under a heading and says how long it took.
pub fn timed(name: &str, check: impl FnOnce() -> Outcome) -> Outcome<String> {
    println!("\n== {name}");
    let start = Instant::now();
    check().map_err(|failure| Failure { text: format!("{name}: {failure}"), ..failure })?;
    Ok(format!("{name} {}", minutes(start.elapsed())))
}

/// `1:05 min`.
pub fn minutes(duration: Duration) -> String {
    let secs = duration.as_secs();
    format!("{}:{:02} min", secs / 60, secs % 60)
}

/// A minimal Rust comes without these two.
fn components() -> Outcome {
    let absent: Vec<_> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| {
            cargo::cargo().args([command, "--version"]).output().is_ok_and(|found| !found.status.success())
        })
        .map(|(_, component)| component)
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    if shell::which("rustup").is_none() {
        return Err(Failure::failed(format!("install {} of your Rust, then run this again", absent.join(" and "))));
    }
    shell::run(std::process::Command::new("rustup").args(["component", "add"]).args(absent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_minutes_and_seconds() {
        assert_eq!(minutes(Duration::from_millis(65_900)), "1:05 min");
    }

    #[test]
    fn a_check_that_fails_says_which_it_was() {
        let failure = timed("lints", || Err(Failure::failed("no"))).expect_err("should fail");
        assert_eq!(failure.text, "lints: no");
    }
}
