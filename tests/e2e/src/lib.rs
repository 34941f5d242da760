//! Tools for testing the whole product from outside: the program, a scratch place for it, the shared fixtures.
//!
//! `cargo test --workspace` builds the program before any test runs (a test of `ks-app` makes it do so); for
//! `cargo test -p ks-tests-e2e` alone it must have been built before, in the same profile.

mod tiny;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub use self::tiny::tiny_training;

/// The program, from the folder that the running test was built into.
///
/// # Panics
/// If it was not built.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test should know where it is");
    let profile = test.parent().and_then(Path::parent).expect("a test should lie in <profile>/deps");
    let program = profile.join(format!("kinetoscope{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is missing; build the workspace first", program.display());
    program
}

/// A small checkpoint and its labels, and how a small clip is cut for it, as arguments of `classify`.
pub fn small_network(shared: &Path) -> Vec<String> {
    let file = |name: &str| shared.join("fixtures/longvideo").join(name).display().to_string();
    let (checkpoint, labels) = (file("ir8.pth"), file("labels.txt"));
    let cut = "--device cpu --short-side 64 --crop-size 64 --clip-len 8 --frame-interval 2 --stride 40";
    let files = ["--checkpoint".to_owned(), checkpoint, "--labels".to_owned(), labels];
    files.into_iter().chain(cut.split(' ').map(str::to_owned)).collect()
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate should lie in tests/e2e").to_owned()
}

/// The folder of shared fixtures and videos, from `KS_SHARED` or beside the workspace; without it, `None` and a line
/// that says what is skipped.
pub fn shared(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("KS_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if folder.join("fixtures").is_dir() && folder.join("videos").is_dir() {
        return Some(folder);
    }
    // Written past the test harness, which hides what a passing test prints.
    let line = format!("skipped: {what}: there is no folder of shared fixtures at {}\n", folder.display());
    let _ = std::io::stderr().write_all(line.as_bytes());
    None
}

/// A private place for one test: its files, and the program's own folders.
pub struct Scratch {
    folder: TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Run {
    /// Exit status; `None` if it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Scratch {
    /// An empty place.
    ///
    /// # Panics
    /// If there is no room for one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder should be possible") }
    }

    /// The path of a file in it, which need not exist.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into it.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a small file should be writable");
        path
    }

    /// Writes a video of 64 × 48 pixels at 10 frames a second, uncompressed (YUV4MPEG2), a grey that gets lighter.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn tiny_video(&self, name: &str, frames: u8) -> PathBuf {
        let mut video = b"YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420jpeg\n".to_vec();
        for number in 0..frames {
            video.extend(b"FRAME\n");
            video.extend(vec![16 + number; 64 * 48]);
            video.extend(vec![128; 2 * 32 * 24]);
        }
        self.file(name, video)
    }

    /// The program with arguments, its folders in this place and nothing of the caller's configuration.
    pub fn command<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(&self, args: I) -> Command {
        let mut command = Command::new(program());
        command.args(args).current_dir(self.folder.path());
        for (variable, folder) in [("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")] {
            command.env(variable, self.path(folder));
        }
        // Without one, libwayland complains on standard error when graphics adapters are counted.
        command.env("XDG_RUNTIME_DIR", self.folder.path());
        command.env_remove("KINETOSCOPE_LOG").env_remove("RUST_BACKTRACE");
        command
    }

    /// Runs the program to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(&self, args: I) -> Run {
        let output = self.command(args).output().expect("the program should start");
        output.into()
    }
}

impl Run {
    /// The one sentence on standard error, without the program's name.
    ///
    /// # Panics
    /// If there is none, more than one, or anything that only a programmer understands.
    pub fn sentence(&self) -> &str {
        let complaints: Vec<&str> = self.stderr.lines().filter_map(|line| line.strip_prefix("kinetoscope: ")).collect();
        let [sentence] = complaints.as_slice() else { panic!("one sentence was expected: {self:?}") };
        for jargon in ["panicked", "RUST_BACKTRACE", "backtrace", "Error(", "Err(", "internal error", "GstMessage"] {
            assert!(!self.stderr.contains(jargon), "“{jargon}” is no word for users: {self:?}");
        }
        sentence
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
