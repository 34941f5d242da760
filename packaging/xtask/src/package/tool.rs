//! Cargo's own packaging tools, each of one version, built once beside the target folder.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

/// A program of crates.io.
pub struct Tool {
    /// Crate and program.
    pub name: &'static str,
    /// Exactly this one: another may write packages that nobody has tried.
    pub version: &'static str,
}

impl Tool {
    /// The program, ready to be started in the workspace's root.
    pub fn command(&self) -> Outcome<Command> {
        let mut command = Command::new(self.find()?);
        command.current_dir(cargo::workspace_root()).env("CARGO_TARGET_DIR", cargo::target_dir());
        Ok(command)
    }

    fn find(&self) -> Outcome<PathBuf> {
        let root = cargo::tools_dir().join(format!("{}-{}", self.name, self.version));
        let path = root.join("bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX));
        if path.is_file() {
            return Ok(path);
        }
        println!("\n== {} is not here: building it once into {}", self.name, root.display());
        let mut install = cargo::cargo();
        // Without optimisation, as a rule: they look at some thousand small files once.
        install.args(["install", self.name, "--version", self.version, "--locked", "--debug", "--quiet", "--root"]);
        install
            .arg(&root)
            .args(self.options())
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_TARGET_DIR", root.join("build"));
        shell::run(install.current_dir(cargo::workspace_root()))?;
        std::fs::remove_dir_all(root.join("build"))
            .map_err(|error| Failure::failed(format!("{} cannot be tidied: {error}", root.display())))?;
        // Cargo is content when no program of the crate can be built with the chosen features.
        if path.is_file() {
            Ok(path)
        } else {
            Err(Failure::failed(format!("{} {} was built and brought no program", self.name, self.version)))
        }
    }

    /// What a crate wants besides: without its feature `cargo-about` is a library alone, and without optimisation it takes half
    /// an hour of processor time to compare every text with every licence that there is. `cargo-generate-rpm` packs by itself,
    /// and the others have programs do so.
    fn options(&self) -> &'static [&'static str] {
        match self.name {
            "cargo-about" => &[
                "--features=cli",
                "--config=profile.dev.package.spdx.opt-level=3",
                "--config=profile.dev.package.regex-automata.opt-level=3",
                "--config=profile.dev.package.aho-corasick.opt-level=3",
                "--config=profile.dev.package.memchr.opt-level=3",
                "--config=profile.dev.package.unicode-normalization.opt-level=3",
            ],
            "cargo-generate-rpm" => &["--config=profile.dev.opt-level=2"],
            _ => &[],
        }
    }
}
