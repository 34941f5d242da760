//! `SHA256SUMS`: one line for each file of a release, as `sha256sum --check` reads it.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::shell;

/// The file's name.
const FILE: &str = "SHA256SUMS";

/// Writes the sums of all files in `folder`, and sees that they can be read back.
pub fn write(folder: &Path) -> Outcome {
    let failed = |what: &str, error: std::io::Error| Failure::failed(format!("{}: {what}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed("cannot be read", error))? {
        let entry = entry.map_err(|error| failed("cannot be read", error))?;
        let is_file = entry.file_type().map_err(|error| failed("cannot be read", error))?.is_file();
        if is_file && entry.file_name() != FILE {
            names.push(entry.file_name());
        }
    }
    names.sort();
    let output = Command::new("sha256sum").arg("--").args(&names).current_dir(folder).output();
    let output = output.map_err(|error| failed("sha256sum did not start", error))?;
    if !output.status.success() {
        return Err(Failure::failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    std::fs::write(folder.join(FILE), &output.stdout).map_err(|error| failed("the sums cannot be written", error))?;
    check(folder)
}

/// Compares the files in `folder` with their sums.
pub fn check(folder: &Path) -> Outcome {
    shell::run(Command::new("sha256sum").args(["--check", "--quiet", FILE]).current_dir(folder))
}
