//! `cargo deny`: licences, sources and bans from what is on this machine; known vulnerabilities where the network allows.

use std::path::PathBuf;
use std::process::Command;

use crate::checks::timed;
use crate::failure::Outcome;
use crate::{cargo, shell};

const VERSION: &str = "0.20.2";

/// Checks what `deny.toml` says; each line of the answer is one check.
pub fn check() -> Outcome<Vec<String>> {
    let tool = find()?;
    // Duplicated versions are warnings that nobody can act on at every run; `cargo deny check bans` lists them.
    let offline = ["--offline", "--log-level", "error", "check", "licenses", "bans", "sources"];
    let licences = timed("licences, bans and sources", || shell::run(&mut deny(&tool, &offline)))?;
    let advisories = advisories(&tool)?;
    Ok(vec![licences, advisories])
}

fn advisories(tool: &PathBuf) -> Outcome<String> {
    let fetched = deny(tool, &["fetch", "db"]).output().is_ok_and(|output| output.status.success());
    if !fetched {
        println!(
            "\n== known vulnerabilities\nNot checked: the advisory database (github.com/RustSec/advisory-db) is out of reach"
        );
        return Ok("known vulnerabilities NOT CHECKED (no network to their database)".to_owned());
    }
    timed("known vulnerabilities", || shell::run(&mut deny(tool, &["--offline", "check", "advisories"])))
}

fn deny(tool: &PathBuf, args: &[&str]) -> Command {
    let mut command = Command::new(tool);
    command.args(args).current_dir(cargo::workspace_root());
    command
}

/// The installed one, or our own, built once beside the target folder: about two minutes of processor time.
fn find() -> Outcome<PathBuf> {
    if let Some(path) = shell::which("cargo-deny") {
        return Ok(path);
    }
    let root = cargo::tools_dir();
    let path = root.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    if !path.is_file() {
        println!("\n== cargo-deny is not here: building it once into {}", root.display());
        let mut install = cargo::cargo();
        // Debug: it looks at a thousand small files once, and an optimised build takes three times as long.
        install
            .args(["install", "cargo-deny", "--version", VERSION, "--locked", "--debug", "--quiet", "--root"])
            .arg(&root);
        install.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_TARGET_DIR", root.join("build"));
        install.current_dir(cargo::workspace_root());
        shell::run(&mut install)?;
        // What remains of the build is of no use; that it cannot be removed would do no harm.
        std::fs::remove_dir_all(root.join("build")).ok();
    }
    Ok(path)
}
