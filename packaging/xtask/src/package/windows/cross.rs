//! The program for Windows, built by mingw, with its symbols beside it; and its twin for terminals.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::sdk::Sdk;
use super::{MINGW, TARGET, about, pe};
use crate::failure::{Failure, Outcome};
use crate::package::binary::{self, Binary};
use crate::{cargo, shell};

/// The program in the two forms that Windows tells apart by a field in the file.
pub struct Program {
    /// `kinetoscope.exe`: opens no console. For the start menu and for files that are opened with it.
    pub window: PathBuf,
    /// `kinetoscope.com`: prints into the terminal, which waits for it. A shell that is told `kinetoscope` looks for
    /// `.com` before `.exe`.
    pub terminal: PathBuf,
    /// The symbols of both.
    pub symbols: PathBuf,
}

/// Builds the program.
pub fn program(sdk: &Sdk) -> Outcome<Program> {
    require_target()?;
    // Selected like the other builds: cargo unites features over what is selected.
    let selection =
        ["build", "--locked", "--profile", "dist", "--target", TARGET, "--workspace", "--bin", "kinetoscope"];
    let mut build = cargo::cargo_in_root(&selection);
    environment(&mut build, sdk)?;
    shell::run(&mut build)?;
    let built = target_dir().join(TARGET).join("dist").join("kinetoscope.exe");
    let Binary { program, symbols } = binary::split(&built, &format!("{MINGW}-objcopy"))?;
    let terminal = twins(&program)?;
    Ok(Program { window: program, terminal, symbols })
}

/// Makes two of a program that was built for the console, as whoever builds it in a terminal expects: `program` itself opens
/// none from now on, and the other, whose path is returned, is its twin for terminals.
pub fn twins(program: &Path) -> Outcome<PathBuf> {
    let terminal = program.with_extension("com");
    let bytes = fs::read(program).map_err(about(program, "cannot be read"))?;
    for (path, subsystem) in [(program, pe::Subsystem::Window), (&terminal, pe::Subsystem::Console)] {
        let mut bytes = bytes.clone();
        pe::set_subsystem(&mut bytes, subsystem)
            .map_err(|text| Failure::failed(format!("{}: {text}", program.display())))?;
        fs::write(path, bytes).map_err(about(path, "cannot be written"))?;
    }
    Ok(terminal)
}

/// A folder of its own: cargo lets one build at a time into a target folder, and this one takes long.
fn target_dir() -> PathBuf {
    cargo::target_dir().join("windows")
}

/// Tells cargo of mingw, and pkg-config of the libraries; both for this target alone, as build scripts run here.
pub fn environment(command: &mut Command, sdk: &Sdk) -> Outcome {
    command.env("CARGO_TARGET_DIR", target_dir());
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", format!("{MINGW}-gcc"));
    command.env("PKG_CONFIG_ALLOW_CROSS_x86_64_pc_windows_gnu", "1");
    command.env("PKG_CONFIG_LIBDIR_x86_64_pc_windows_gnu", sdk.folder.join("lib/pkgconfig"));
    // Never the libraries of this machine.
    command.env("PKG_CONFIG_PATH_x86_64_pc_windows_gnu", "");
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(plain_tools(sdk)?).chain(env::split_paths(&path));
    let path = env::join_paths(folders).map_err(|error| Failure::failed(format!("the search path is odd: {error}")))?;
    command.env("PATH", path);
    Ok(())
}

/// A folder in which mingw's `windres` is found under its plain name, too: the build script of a crate (`turso_sdk_kit`)
/// asks for that.
fn plain_tools(sdk: &Sdk) -> Outcome<PathBuf> {
    let folder = sdk.folder.join("tools");
    let link = folder.join("windres");
    let full = format!("{MINGW}-windres");
    let program = shell::which(&full).ok_or_else(|| Failure::failed(format!("{full} is not here")))?;
    fs::create_dir_all(&folder).map_err(about(&folder, "cannot be made"))?;
    if !link.exists() {
        point(&link, &program).map_err(about(&link, "cannot be made"))?;
    }
    Ok(folder)
}

#[cfg(unix)]
fn point(link: &Path, to: &Path) -> std::io::Result<()> {
    // One that leads nowhere does not exist, and is in the way.
    _ = fs::remove_file(link);
    std::os::unix::fs::symlink(to, link)
}

#[cfg(not(unix))]
fn point(link: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(to, link).map(|_bytes| ())
}

/// The standard library for Windows has to be there.
fn require_target() -> Outcome {
    let missing = || Failure::failed(format!("Rust's library for Windows is not here: rustup target add {TARGET}"));
    let folder = shell::output_of("rustc", &["--print", "target-libdir", "--target", TARGET]).ok_or_else(missing)?;
    if PathBuf::from(folder).is_dir() { Ok(()) } else { Err(missing()) }
}
