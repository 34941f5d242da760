//! The package for Debian and its kin: what it says about itself stands in `app/Cargo.toml`, its files come from [`tree`].
//! How it is tried on clean systems: [`deb_test`].

use std::path::{Path, PathBuf};

use super::deb_test;
use super::files::{need, output, size};
use super::tree::{tree, write_symbols};
use crate::failure::Outcome;
use crate::package::VERSION;
use crate::package::tool::Tool;

const CARGO_DEB: Tool = Tool { name: "cargo-deb", version: "3.8.0" };

/// Where [`build`] puts it.
pub fn path(out: &Path) -> PathBuf {
    out.join(format!("kinetoscope_{VERSION}-1_amd64.deb"))
}

/// Builds the package, and the archive of its symbols.
pub fn build(out: &Path) -> Outcome {
    // It finds the libraries that are linked; without it cargo-deb would leave them out with a warning.
    need("dpkg-shlibdeps", "dpkg-dev")?;
    let tree = tree()?;
    let deb = path(out);
    let mut command = CARGO_DEB.command()?;
    command.args(["--package", "ks-app", "--profile", "dist", "--no-build", "--no-strip", "--locked"]);
    output(command.arg("--output").arg(&deb))?;
    println!("{}: {}", deb.display(), size(&deb));
    write_symbols(&tree, out)
}

/// Installs it on clean systems and looks.
pub fn test(out: &Path) -> Outcome {
    deb_test::test(&path(out))
}
