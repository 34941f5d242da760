//! GStreamer for Windows, as its own project publishes it on PyPI: fetched by hash, unpacked and merged once.
//!
//! The folder has `bin`, `lib/gstreamer-1.0` and `libexec/gstreamer-1.0` of all wheels, and `import` and `lib/pkgconfig`
//! for the linker ([`super::import`]). It is everything that there is; what is carried is chosen in [`super::tree`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{about, empty, import, names, sources};
use crate::failure::{Failure, Outcome};
use crate::{cargo, shell};

/// Folders of the wheels that are of use.
const FOLDERS: &[&str] = &["bin", "lib/gstreamer-1.0", "libexec/gstreamer-1.0"];

/// Says of what a finished folder was made.
const STAMP: &str = "made-of.txt";

/// Raised when this file makes something else of the same wheels.
const LAYOUT: &str = "layout 1\n";

/// The unpacked libraries.
pub struct Sdk {
    /// Holds `bin`, `lib` and `libexec`.
    pub folder: PathBuf,
}

impl Sdk {
    /// The DLLs.
    pub fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// A plugin's file.
    pub fn plugin(&self, name: &str) -> PathBuf {
        self.folder.join("lib/gstreamer-1.0").join(format!("gst{name}.dll"))
    }
}

/// The libraries, fetched if they are not here yet.
pub fn ready() -> Outcome<Sdk> {
    let folder = cargo::target_dir().join("windows-sdk");
    let list = sources().join("gstreamer-wheels.txt");
    let wanted = fs::read_to_string(&list).map_err(about(&list, "cannot be read"))?;
    let stamp = format!("{LAYOUT}{wanted}");
    let sdk = Sdk { folder };
    if fs::read_to_string(sdk.folder.join(STAMP)).is_ok_and(|made_of| made_of == stamp) {
        return Ok(sdk);
    }
    println!("\n== GStreamer for Windows is fetched into {}", sdk.folder.display());
    empty(&sdk.folder)?;
    let wheels = sdk.folder.join("wheels");
    fetch(&list, &wheels)?;
    for name in names(&wheels)? {
        merge(&wheels.join(&name), &sdk.folder)?;
    }
    fs::remove_dir_all(&wheels).map_err(about(&wheels, "cannot be removed"))?;
    import::write(&sdk)?;
    let path = sdk.folder.join(STAMP);
    fs::write(&path, stamp).map_err(about(&path, "cannot be written"))?;
    Ok(sdk)
}

/// Fetches exactly the files whose hashes are in the list.
fn fetch(list: &Path, to: &Path) -> Outcome {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"]);
    pip.args(["--platform", "win_amd64", "--python-version", "3.11", "--dest"]).arg(to).arg("--requirement").arg(list);
    shell::run(&mut pip)
}

/// Unpacks a wheel and moves what is of use to where it belongs.
fn merge(wheel: &Path, to: &Path) -> Outcome {
    let unpacked = to.join("unpacked");
    empty(&unpacked)?;
    shell::run(Command::new("python3").args(["-m", "zipfile", "--extract"]).arg(wheel).arg(&unpacked))?;
    let root = package_in(&unpacked)
        .ok_or_else(|| Failure::failed(format!("{} is not built like the others", wheel.display())))?;
    for folder in FOLDERS {
        let from = root.join(folder);
        if from.is_dir() {
            move_files(&from, &to.join(folder))?;
        }
    }
    fs::remove_dir_all(&unpacked).map_err(about(&unpacked, "cannot be removed"))
}

/// `NAME.data/purelib/PACKAGE` in an unpacked wheel.
fn package_in(unpacked: &Path) -> Option<PathBuf> {
    let only = |folder: PathBuf, suffix: &str| {
        let mut found = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        found.find(|path| path.is_dir() && path.to_string_lossy().ends_with(suffix))
    };
    only(only(unpacked.to_owned(), ".data")?.join("purelib"), "")
}

/// Two wheels may bring the same file, but not different ones of one name.
fn move_files(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to).map_err(about(to, "cannot be made"))?;
    for name in names(from)? {
        let (source, target) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            continue;
        }
        if !target.exists() {
            fs::rename(&source, &target).map_err(about(&target, "cannot be moved here"))?;
        } else if fs::read(&source).map_err(about(&source, "cannot be read"))?
            != fs::read(&target).map_err(about(&target, "cannot be read"))?
        {
            return Err(Failure::failed(format!("two wheels bring different files named {name}")));
        }
    }
    Ok(())
}
