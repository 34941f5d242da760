//! Packages for Windows, made on Linux: the setup, the portable archive and the program's symbols; and their trial under Wine.
//!
//! The program is built against GStreamer's own libraries for Windows ([`sdk`], [`import`]) by mingw ([`cross`]). What goes
//! along is found by what asks for what ([`tree`]) and has to be accounted for ([`carried`]). [`setup`] and [`portable`]
//! pack the same tree.

mod carried;
mod cross;
mod icon;
mod import;
mod pe;
mod place;
mod portable;
mod scores;
mod sdk;
mod setup;
mod tree;
mod trial;

use std::io;
use std::path::{Path, PathBuf};

use super::VERSION;
use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

pub use cross::twins;
pub use icon::draw as draw_icon;

/// The system that we build for.
const TARGET: &str = "x86_64-pc-windows-gnu";

/// What mingw's programs are called.
const MINGW: &str = "x86_64-w64-mingw32";

/// Its compiler, and the package of Debian that brings it.
const MINGW_GCC: (&str, &str) = ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64-posix");

/// Programs that the build needs, and the packages of Debian that bring them.
const TOOLS: &[(&str, &str)] = &[
    MINGW_GCC,
    ("x86_64-w64-mingw32-objdump", "binutils-mingw-w64-x86-64"),
    ("gendef", "mingw-w64-tools"),
    ("makensis", "nsis"),
    ("pkg-config", "pkg-config"),
    ("python3", "python3-pip"),
    ("zip", "zip"),
];

/// Builds the setup, the portable archive and the archive of symbols.
pub fn build(out: &Path) -> Outcome {
    require(TOOLS)?;
    let sdk = sdk::ready()?;
    let program = cross::program(&sdk)?;
    let tree = tree::lay_out(&sdk, &program)?;
    let stem = format!("kinetoscope-{VERSION}-windows-x86_64");
    setup::pack(&tree, &out.join(format!("{stem}-setup.exe")))?;
    portable::pack(&tree, &out.join(format!("{stem}-portable.zip")))?;
    portable::pack_symbols(&program, &out.join(format!("{stem}.symbols.zip")))
}

/// Installs, uses and removes under Wine what [`build`] made.
pub fn test(out: &Path) -> Outcome {
    trial::run(out)
}

/// The folder of what describes these packages.
fn sources() -> PathBuf {
    cargo::workspace_root().join("packaging").join("windows")
}

/// Fails when programs are not here, and says what brings them.
fn require(tools: &[(&str, &str)]) -> Outcome {
    let missing: Vec<_> = tools.iter().filter(|(program, _)| shell::which(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
    let packages: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    let (programs, packages) = (programs.join(", "), packages.join(" "));
    Err(Failure::failed(format!("not here: {programs}. On Debian: apt-get install {packages}")))
}

/// A failure that names the file.
fn about(path: &Path, what: &str) -> impl Fn(io::Error) -> Failure {
    let text = format!("{} {what}", path.display());
    move |error| Failure::failed(format!("{text}: {error}"))
}

/// An empty folder, whatever was there before.
fn empty(folder: &Path) -> Outcome {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(about(folder, "cannot be removed"))?;
    }
    std::fs::create_dir_all(folder).map_err(about(folder, "cannot be made"))
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Outcome<Vec<String>> {
    let unread = about(folder, "cannot be read");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(&unread)? {
        names.push(entry.map_err(&unread)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
