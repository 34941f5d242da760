//! The package for Fedora, openSUSE and their kin: what it says about itself stands in `app/Cargo.toml`, its files come from [`tree`].
//!
//! What it requires is written there by hand, so the test looks whether every library that the program is linked with is among it. Whether
//! it installs can be seen on such a system alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::{fresh_dir, need, output, remove_dir, size};
use super::libraries::{glibc_needed, needed};
use super::tree::tree;
use super::trial::ok;
use crate::cargo;
use crate::failure::{Failure, Outcome};
use crate::package::tool::Tool;
use crate::package::{APP_ID, VERSION};

const CARGO_GENERATE_RPM: Tool = Tool { name: "cargo-generate-rpm", version: "0.21.1" };

fn path(out: &Path) -> PathBuf {
    out.join(format!("kinetoscope-{VERSION}-1.x86_64.rpm"))
}

/// Builds the package.
pub fn build(out: &Path) -> Outcome {
    tree()?;
    let rpm = path(out);
    let mut command = CARGO_GENERATE_RPM.command()?;
    // Unlike cargo-deb's, its target folder is an argument.
    command
        .args(["--package", "app", "--profile", "dist", "--auto-req", "no", "--target-dir"])
        .arg(cargo::target_dir());
    output(command.arg("--output").arg(&rpm))?;
    println!("{}: {}", rpm.display(), size(&rpm));
    Ok(())
}

/// Checks its sums, that it unpacks, and that it requires what the program is linked with.
pub fn test(out: &Path) -> Outcome {
    need("rpm", "rpm")?;
    let rpm = path(out);
    let sums = output(Command::new("rpm").arg("-K").arg(&rpm))?;
    if !sums.contains("digests OK") {
        return Err(Failure::failed(format!("rpm -K: {sums}")));
    }
    ok("rpm: its sums are right");
    let root = cargo::target_dir().join("rpm-root");
    fresh_dir(&root)?;
    output(Command::new("rpm").args(["-i", "--nodeps", "--root"]).arg(&root).arg(&rpm))?;
    let usr = root.join("usr");
    for file in ["bin/kinetoscope".to_owned(), format!("share/applications/{APP_ID}.desktop")] {
        if !usr.join(&file).is_file() {
            return Err(Failure::failed(format!("{} does not bring /usr/{file}", rpm.display())));
        }
    }
    ok("rpm: unpacks into an empty root");
    let requires = output(Command::new("rpm").args(["-qp", "--requires"]).arg(&rpm))?;
    requires_what_is_linked(&requires, &usr.join("bin").join("kinetoscope"))?;
    ok("rpm: requires every library that the program is linked with");
    remove_dir(&root)
}

fn requires_what_is_linked(requires: &str, program: &Path) -> Outcome {
    let lines: Vec<_> = requires.lines().map(str::trim).collect();
    for library in needed(program)? {
        // The loader comes with the C library.
        let is_there = library.starts_with("ld-linux")
            || lines.iter().any(|line| line.strip_prefix(&library).is_some_and(|rest| rest.starts_with('(')));
        if !is_there {
            return Err(Failure::failed(format!(
                "the rpm does not require {library}, which the program is linked with"
            )));
        }
    }
    let glibc = glibc_needed(program)?;
    let wanted = format!("libc.so.6(GLIBC_{}.{})(64bit)", glibc.0, glibc.1);
    if lines.contains(&wanted.as_str()) {
        return Ok(());
    }
    Err(Failure::failed(format!("the program needs glibc {}.{}, so the rpm should require {wanted}", glibc.0, glibc.1)))
}
