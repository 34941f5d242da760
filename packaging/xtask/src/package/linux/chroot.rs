//! Clean systems to try packages on: a minimal Debian that is made once and copied for every trial.
//!
//! Every command runs in mount and process namespaces of its own, so what is mounted for it goes with it and nothing is left running.
//! The network and displays are those of the machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::debian::mirror;
use super::files::{copy, make_dir, need, output, remove_dir, set_mode};
use super::trial::as_root;
use crate::cargo;
use crate::failure::{Failure, Outcome};

/// What is mounted before a command starts; `$1` is the system, `$2` the folder of packages that were fetched already.
///
/// The shell stays: it is what ends with us, and everything in there with it. A command that becomes another user forgets whose end is its own.
const ENTER: &str = "set -e
mount --rbind /dev \"$1/dev\"
mount --rbind /sys \"$1/sys\"
mount --bind \"$2\" \"$1/var/cache/apt/archives\"
shift 2
\"$@\"
exit $?";

/// Who runs a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// Installs.
    Root,
    /// Uses what is installed; owns [`Chroot::HOME`].
    Tester,
}

/// One clean system, which goes when this does.
pub struct Chroot {
    root: PathBuf,
    archives: PathBuf,
    environment: Vec<String>,
}

impl Chroot {
    /// The tester's home.
    pub const HOME: &'static str = "/home/tester";

    /// A system of its own, of Debian's `suite`.
    pub fn fresh(suite: &str) -> Outcome<Self> {
        as_root()?;
        let (base, archives) = (base(suite)?, folder().join(format!("{suite}.archives")));
        make_dir(&archives.join("partial"))?;
        let root = folder().join(format!("work-{}", std::process::id()));
        remove_dir(&root)?;
        output(Command::new("cp").args(["-a", "--reflink=auto"]).arg(&base).arg(&root))?;
        copy(Path::new("/etc/resolv.conf"), &root.join("etc").join("resolv.conf"))?;
        let system = Self { root, archives, environment: Vec::new() };
        system.run(User::Root, &["useradd", "--create-home", "--shell", "/bin/sh", "tester"])?;
        system.run(User::Root, &["apt-get", "update", "-q"])?;
        Ok(system)
    }

    /// Sets a variable for every command from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|entry| !entry.starts_with(&format!("{name}=")));
        self.environment.push(format!("{name}={value}"));
    }

    /// Puts a file or folder into a folder of the tester's home; gives its path inside.
    pub fn put(&self, from: &Path) -> Outcome<String> {
        let inside = format!("{}/{}", Self::HOME, from.file_name().unwrap_or_default().display());
        let to = self.root.join(inside.trim_start_matches('/'));
        output(Command::new("cp").args(["-R", "--preserve=mode,links", "--no-target-directory"]).arg(from).arg(to))?;
        self.run(User::Root, &["chown", "-R", "tester:tester", &inside])?;
        Ok(inside)
    }

    /// Packages of the suite, without those that are only recommended.
    pub fn install(&self, packages: &[&str]) -> Outcome {
        let words = ["apt-get", "install", "-q", "-y", "--no-install-recommends"];
        self.run(User::Root, &[&words, packages].concat()).map(|_| ())
    }

    /// What a command prints; fails when it fails.
    pub fn run(&self, user: User, words: &[&str]) -> Outcome<String> {
        output(&mut self.command(user, words)).map_err(|failure| {
            // What mounts and enters is no help to who reads it.
            let text = failure.text.split_once(" failed (").map_or(failure.text.as_str(), |(_, rest)| rest);
            Failure::failed(format!("in the clean system: {} failed ({text}", words.join(" ")))
        })
    }

    /// A command that is ready to be started.
    pub fn command(&self, user: User, words: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child"]);
        command.arg(format!("--mount-proc={}", self.root.join("proc").display()));
        command.args(["sh", "-c", ENTER, "sh"]).arg(&self.root).arg(&self.archives).arg("chroot");
        let (as_user, home) = match user {
            User::Root => ("root", "/root"),
            User::Tester => ("tester", Self::HOME),
        };
        command.arg(format!("--userspec={as_user}:{as_user}")).arg(&self.root);
        command.args([
            "env",
            "-i",
            "-C",
            home,
            &format!("HOME={home}"),
            "LANG=C.UTF-8",
            "DEBIAN_FRONTEND=noninteractive",
        ]);
        command.arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").args(&self.environment);
        command.args(words).stdin(Stdio::null());
        command
    }
}

impl Drop for Chroot {
    fn drop(&mut self) {
        if let Err(failure) = remove_dir(&self.root) {
            eprintln!("the clean system is still there: {failure}");
        }
    }
}

fn folder() -> PathBuf {
    cargo::target_dir().join("chroots")
}

/// The system that is copied, made when it is not there.
fn base(suite: &str) -> Outcome<PathBuf> {
    let base = folder().join(suite);
    if base.is_dir() {
        return Ok(base);
    }
    for (program, package) in [("debootstrap", "debootstrap"), ("unshare", "util-linux"), ("chroot", "coreutils")] {
        need(program, package)?;
    }
    println!("\n== a clean Debian ({suite}) is not here: making it once in {}", base.display());
    // Under another name until it is whole.
    let part = folder().join(format!("{suite}.part"));
    remove_dir(&part)?;
    make_dir(&part)?;
    set_mode(&folder(), 0o755)?;
    output(Command::new("debootstrap").args(["--variant=minbase", suite]).arg(&part).arg(mirror()?))?;
    output(Command::new("chroot").arg(&part).args(["apt-get", "clean"]))?;
    std::fs::rename(&part, &base).map_err(|error| Failure::failed(format!("{}: {error}", base.display())))?;
    Ok(base)
}
