//! The program as packages carry it: built in the `dist` profile, its debug symbols in a file beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

/// A program that is ready to be packed.
pub struct Binary {
    /// Without symbols.
    pub program: PathBuf,
    /// Its symbols; a debugger finds them by the link in the program when both lie in one folder.
    pub symbols: PathBuf,
}

/// Builds for the system that runs us.
pub fn native() -> Outcome<Binary> {
    // Selected like the tests' build: cargo unites features over what is selected.
    let selection = ["build", "--locked", "--profile", "dist", "--workspace", "--bin", "kinetoscope"];
    shell::run(&mut cargo::cargo_in_root(&selection))?;
    split(&cargo::target_dir().join("dist").join("kinetoscope"), "objcopy")
}

/// Parts the program `built` from its symbols, with the `objcopy` of its platform, into the folder `stripped` beside it.
pub fn split(built: &Path, objcopy: &str) -> Outcome<Binary> {
    let (Some(folder), Some(name)) = (built.parent(), built.file_name()) else {
        return Err(Failure::failed(format!("{} is no file", built.display())));
    };
    let folder = folder.join("stripped");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::failed(format!("{} cannot be made: {error}", folder.display())))?;
    let program = folder.join(name);
    let mut symbols = program.clone().into_os_string();
    symbols.push(".debug");
    let symbols = PathBuf::from(symbols);
    let tool = |first: &str| {
        let mut command = Command::new(objcopy);
        command.arg(first);
        command
    };
    shell::run(tool("--only-keep-debug").arg(built).arg(&symbols))?;
    shell::run(tool("--strip-all").arg(built).arg(&program))?;
    let mut link = std::ffi::OsString::from("--add-gnu-debuglink=");
    link.push(&symbols);
    shell::run(Command::new(objcopy).arg(link).arg(&program))?;
    Ok(Binary { program, symbols })
}
