//! `cargo xtask package` and `cargo xtask package-test`: what people install, and whether it works where nothing else is.
//!
//! Every system has a folder here, and one for its files beside `packaging/xtask`. What all share is the program
//! ([`binary`]), the licences and the list of parts ([`parts`]), and the folder in which they end up ([`out_dir`]).

mod binary;
mod cuda;
mod linux;
mod parts;
mod sums;
mod tool;
pub mod windows;

use std::path::PathBuf;

use self::linux::{appimage, deb, rpm, tarball};
use crate::args::Package;
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// The reverse-DNS name of the program: desktop entry, AppStream, icons, Flatpak, and the window's own.
pub const APP_ID: &str = "io.github.kinetoscope.kinetoscope";

/// The version of everything: that of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds packages into [`out_dir`], then the sums of all that lies there.
pub fn build(what: &[Package]) -> Outcome {
    let out = out_dir()?;
    for package in what {
        println!("\n== {package:?}");
        match package {
            Package::Deb => deb::build(&out)?,
            Package::Rpm => rpm::build(&out)?,
            Package::Tarball => tarball::build(&out)?,
            Package::Windows => windows::build(&out)?,
            Package::AppImage => appimage::build(&out)?,
            Package::Cuda => cuda::build(&out)?,
            // Follows any of them.
            Package::Parts => {}
        }
    }
    parts::write_all(&out)?;
    sums::write(&out)
}

/// Tries packages that [`build`] made.
pub fn test(what: &[Package]) -> Outcome {
    let out = out_dir()?;
    for package in what {
        println!("\n== trying {package:?}");
        match package {
            Package::Deb => deb::test(&out)?,
            Package::Rpm => rpm::test(&out)?,
            Package::Tarball => tarball::test(&out)?,
            Package::Windows => windows::test(&out)?,
            Package::AppImage => appimage::test(&out)?,
            Package::Cuda => cuda::test(&out)?,
            Package::Parts => sums::check(&out)?,
        }
    }
    Ok(())
}

/// Where packages end up.
fn out_dir() -> Outcome<PathBuf> {
    let folder = cargo::target_dir().join("packages");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::failed(format!("{} cannot be made: {error}", folder.display())))?;
    Ok(folder)
}
