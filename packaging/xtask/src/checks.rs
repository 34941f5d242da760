//! What is checked without running the program: format, lints, licences. Cheapest first.

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
    let clippy = ["clippy", "--release", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    let lints = timed("lints", || shell::run(&mut cargo::cargo_in_root(&clippy)))?;
    Ok([vec![format], licences, vec![lints]].concat())
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
