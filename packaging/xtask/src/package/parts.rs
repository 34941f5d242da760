//! What is in the program that others made: the page with their licences, and the list of parts (SBOM, CycloneDX).
//!
//! The page goes into every package ([`licences`]), the list lies beside the packages. What a package carries besides the program (GStreamer with its
//! plugins) has its licence texts in that package; here it enters the list alone. Which licences may come in at all is `deny.toml`'s to say.

mod about;
mod list;
mod own;

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::failure::{Failure, Outcome};

/// The page's name in every package.
pub const LICENCES: &str = "THIRD-PARTY-LICENCES.html";

/// The page with the licences of everything that is linked into the program, made once for all packages.
pub fn licences() -> Outcome<PathBuf> {
    let folder = work_dir()?;
    let (page, stamp_file) = (folder.join(LICENCES), folder.join("licences.stamp"));
    let stamp = stamp()?;
    if page.is_file() && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        return Ok(page);
    }
    println!("\n== licences of the libraries");
    let text = own::complete(&about::page(&folder)?, &own::rust_licences()?)?;
    write(&page, &text)?;
    // Last, so that a page that was cut short is made again.
    write(&stamp_file, &stamp)?;
    Ok(page)
}

/// Puts the page and the list of parts beside the packages in `out`.
pub fn write_all(out: &Path) -> Outcome {
    let page = licences()?;
    fs::copy(&page, out.join(LICENCES))
        .map_err(|error| Failure::failed(format!("{} cannot be copied: {error}", page.display())))?;
    list::write(out, &work_dir()?)
}

/// Changes when anything changes that the page is made from.
fn stamp() -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    let ours = ["Cargo.lock", "app/Cargo.toml", "core/model/Cargo.toml", about::DENY, about::CONFIG, about::TEMPLATE];
    for path in ours.into_iter().chain(own::files()) {
        read(path)?.hash(&mut hasher);
    }
    own::complete("<!-- own --><!-- rust -->", &own::rust_licences()?)?.hash(&mut hasher);
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// A file of the repository.
fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(cargo::workspace_root().join(path))
        .map_err(|error| Failure::failed(format!("{path} cannot be read: {error}")))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))
}

fn work_dir() -> Outcome<PathBuf> {
    cargo::private_dir("parts").map_err(|error| Failure::failed(format!("cannot make a private folder: {error}")))
}
