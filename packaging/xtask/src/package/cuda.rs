//! The program built with CUDA, for the system that runs us: an archive with the program alone, which takes the place of the one in an installed package.
//!
//! It is no package of its own because it shares everything else with one. It needs the driver alone at run time, so it starts on machines without NVIDIA too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{VERSION, binary, parts, windows};
use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

const README: &str = "\
Kinetoscope with CUDA
=====================

This is the program alone, built for NVIDIA cards. Install Kinetoscope in the usual way first, the same version,
then put this program in the place of the one that was installed:

  tarball   bin/kinetoscope in the folder that you unpacked
  .deb      /usr/bin/kinetoscope (the next update puts the ordinary one back)
  Windows   bin\\kinetoscope.exe and bin\\kinetoscope.com in the folder of the installation

All it needs besides is NVIDIA's driver. `kinetoscope devices` shows what it found; without an NVIDIA card it works
like the ordinary one.
";

/// Builds the program and packs it.
pub fn build(out: &Path) -> Outcome {
    let folder = cargo::target_dir().join("xtask").join("cuda").join(name());
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let program = program()?;
    let file = folder.join(format!("kinetoscope{}", std::env::consts::EXE_SUFFIX));
    fs::copy(&program, &file).map_err(failed)?;
    finish(&file)?;
    fs::write(folder.join("README.txt"), README).map_err(failed)?;
    fs::copy(parts::licences()?, folder.join(parts::LICENCES)).map_err(failed)?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(cargo::workspace_root().join(licence), folder.join(licence)).map_err(failed)?;
    }
    pack(&folder, &archive(out))
}

/// Whether the packed program starts here and can say what computes.
pub fn test(out: &Path) -> Outcome {
    let folder = cargo::private_dir("cuda-test").map_err(|error| Failure::failed(error.to_string()))?;
    shell::run(Command::new("tar").arg("--extract").arg("--file").arg(archive(out)).arg("--directory").arg(&folder))?;
    let program = folder.join(name()).join(if cfg!(windows) { "kinetoscope.com" } else { "kinetoscope" });
    shell::run(Command::new(program).arg("devices"))?;
    println!("ok the program with CUDA starts");
    Ok(())
}

fn name() -> String {
    format!("kinetoscope-{VERSION}-{}-x86_64-cuda", std::env::consts::OS)
}

fn archive(out: &Path) -> PathBuf {
    out.join(format!("{}.{}", name(), if cfg!(windows) { "zip" } else { "tar.xz" }))
}

/// Built and, on Linux, without symbols; with MSVC they are in a file of their own from the start.
fn program() -> Outcome<PathBuf> {
    let selection = ["build", "--locked", "--profile", "dist", "--workspace", "--bin", "kinetoscope"];
    shell::run(cargo::cargo_in_root(&selection).args(["--features", "ks-app/cuda"]))?;
    let built = cargo::target_dir().join("dist").join(format!("kinetoscope{}", std::env::consts::EXE_SUFFIX));
    if cfg!(windows) { Ok(built) } else { Ok(binary::split(&built, "objcopy")?.program) }
}

/// In the tarball the libraries lie beside the program; elsewhere nothing lies there and the system's are taken. Windows has
/// the program twice.
fn finish(file: &Path) -> Outcome {
    if cfg!(windows) {
        return windows::twins(file).map(|_terminal| ());
    }
    if shell::which("patchelf").is_none() {
        return Err(Failure::failed(
            "patchelf is not here: install it (`apt-get install patchelf`), then run this again",
        ));
    }
    shell::run(Command::new("patchelf").args(["--set-rpath", "$ORIGIN/../lib"]).arg(file))
}

/// Both systems have a tar that chooses the kind of archive by the name's end.
fn pack(folder: &Path, archive: &Path) -> Outcome {
    let (Some(parent), Some(inner)) = (folder.parent(), folder.file_name()) else {
        return Err(Failure::failed(format!("{} cannot be packed", folder.display())));
    };
    let mut tar = Command::new("tar");
    tar.args(["--create", "--auto-compress", "--file"]).arg(archive).arg("--directory").arg(parent).arg(inner);
    shell::run(&mut tar)
}
