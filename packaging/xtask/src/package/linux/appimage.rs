//! The AppImage: what the tarball carries, in one file that runs where it lies.
//!
//! Its two tools are published on GitHub alone and are fetched once, by exact version and checksum. Nothing is compiled here: the tarball has to be there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::package::{APP_ID, VERSION};
use crate::{cargo, shell};

/// A file that is fetched: name, address, SHA-256.
type Fetched = (&'static str, &'static str, &'static str);

const APPIMAGETOOL: Fetched = (
    "appimagetool-1.9.1",
    "https://github.com/AppImage/appimagetool/releases/download/1.9.1/appimagetool-x86_64.AppImage",
    "ed4ce84f0d9caff66f50bcca6ff6f35aae54ce8135408b3fa33abfc3cb384eb0",
);

/// What the file begins with; the tool would fetch whatever is newest.
const RUNTIME: Fetched = (
    "appimage-runtime-20251108",
    "https://github.com/AppImage/type2-runtime/releases/download/20251108/runtime-x86_64",
    "2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d",
);

/// Wraps the tarball in `out`.
pub fn build(out: &Path) -> Outcome {
    let tarball = out.join(format!("kinetoscope-{VERSION}-linux-x86_64.tar.xz"));
    if !tarball.is_file() {
        return Err(Failure::failed("the tarball is not there yet: `cargo xtask package tarball` makes it"));
    }
    let (tool, runtime) = (fetched(APPIMAGETOOL)?, fetched(RUNTIME)?);
    let tree = unpacked(&tarball)?;
    dress(&tree)?;
    let mut wrap = Command::new(tool);
    wrap.args(["--no-appstream", "--runtime-file"]).arg(runtime).arg(&tree).arg(file(out));
    // It is an AppImage itself, and FUSE is rarely there where packages are built.
    shell::run(wrap.env("APPIMAGE_EXTRACT_AND_RUN", "1").env("ARCH", "x86_64"))
}

/// Whether it starts and finds what it carries.
pub fn test(out: &Path) -> Outcome {
    shell::run(Command::new(file(out)).arg("--self-test").env("APPIMAGE_EXTRACT_AND_RUN", "1"))?;
    println!("ok the AppImage's self-test");
    Ok(())
}

fn file(out: &Path) -> PathBuf {
    out.join(format!("kinetoscope-{VERSION}-linux-x86_64.AppImage"))
}

/// The file by its name, from the network when it is not here; never one with another sum.
fn fetched((name, address, sum): Fetched) -> Outcome<PathBuf> {
    let path = cargo::tools_dir().join(name);
    if !path.is_file() {
        let draft = cargo::tools_dir().join(format!("{name}.part"));
        fs::create_dir_all(cargo::tools_dir()).map_err(|error| failed(&draft, &error))?;
        let options = ["--fail", "--location", "--silent", "--show-error", "--retry", "3", "--proto", "=https"];
        shell::run(Command::new("curl").args(options).arg("--output").arg(&draft).arg(address))?;
        fs::rename(&draft, &path).map_err(|error| failed(&draft, &error))?;
    }
    let is = shell::output_of("sha256sum", &["--", &path.to_string_lossy()]).unwrap_or_default();
    if is.split_whitespace().next() != Some(sum) {
        fs::remove_file(&path).ok();
        return Err(Failure::failed(format!("{address} is not the file that was tried: its SHA-256 should be {sum}")));
    }
    make_executable(&path)?;
    Ok(path)
}

/// The tarball's one folder.
fn unpacked(tarball: &Path) -> Outcome<PathBuf> {
    let folder = cargo::target_dir().join("xtask").join("appimage");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    shell::run(Command::new("tar").arg("--extract").arg("--file").arg(tarball).arg("--directory").arg(&folder))?;
    let mut entries = fs::read_dir(&folder).map_err(|error| failed(&folder, &error))?.flatten();
    match (entries.next(), entries.next()) {
        (Some(only), None) => Ok(only.path()),
        _ => Err(Failure::failed(format!("{} should hold one folder", tarball.display()))),
    }
}

/// What an AppImage has at its top: the program to start, its desktop entry and its icon.
fn dress(tree: &Path) -> Outcome {
    let entry = format!("{APP_ID}.desktop");
    let icon = format!("{APP_ID}.svg");
    copy(&tree.join("share/applications").join(&entry), &tree.join(&entry))?;
    copy(&tree.join("share/icons/hicolor/scalable/apps").join(&icon), &tree.join(&icon))?;
    // The program finds what it carries from where it really lies, so a link is enough.
    link("bin/kinetoscope", &tree.join("AppRun"))?;
    link(&icon, &tree.join(".DirIcon"))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to).map(drop).map_err(|error| failed(from, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

#[cfg(unix)]
fn link(to: &str, at: &Path) -> Outcome {
    std::os::unix::fs::symlink(to, at).map_err(|error| failed(at, &error))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(|error| failed(path, &error))
}

#[cfg(not(unix))]
fn link(_: &str, at: &Path) -> Outcome {
    Err(Failure::failed(format!("{}: AppImages are made on Linux", at.display())))
}

#[cfg(not(unix))]
fn make_executable(path: &Path) -> Outcome {
    Err(Failure::failed(format!("{}: AppImages are made on Linux", path.display())))
}
