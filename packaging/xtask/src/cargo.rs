//! Calling cargo from under cargo, so that it finds what a plain call has built.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace that this xtask belongs to.
pub fn workspace_root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = manifest.ancestors().nth(2);
    root.expect("should lie two folders below the workspace's root").to_owned()
}

/// Where everything is built.
pub fn target_dir() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty());
    let folder = named.map_or_else(|| workspace_root().join("target"), PathBuf::from);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// `cargo`, without what the outer cargo told us about xtask: build scripts must not see it.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let ours = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|start| name.starts_with(start));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(ours) {
            command.env_remove(name);
        }
    }
    command.env_remove("CARGO_PRIMARY_PACKAGE");
    command
}

/// `cargo` in the workspace's root.
pub fn cargo_in_root(args: &[&str]) -> Command {
    let mut command = cargo();
    command.args(args).current_dir(workspace_root());
    // The caller's folder may be another one, and a relative target folder is meant from there.
    command.env("CARGO_TARGET_DIR", target_dir());
    command
}

/// The file that `--release` makes of the binary `name`.
pub fn release_binary(name: &str) -> PathBuf {
    target_dir().join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Tools that we install for ourselves live beside what is built, so that a kept target folder keeps them.
pub fn tools_dir() -> PathBuf {
    target_dir().join("tools")
}

/// Our own folder for files that come and go, made when needed.
pub fn private_dir(name: &str) -> std::io::Result<PathBuf> {
    let folder = target_dir().join("xtask").join(name);
    std::fs::create_dir_all(&folder)?;
    close_to_others(&folder)?;
    Ok(folder)
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> std::io::Result<()> {
    Ok(())
}
