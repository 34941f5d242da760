//! What the tests share: finding the real clips, making files on the spot, and reading a file's frames.
#![allow(dead_code, clippy::allow_attributes, reason = "every test binary uses its own part of this")]

pub mod make;
pub mod watched;

use std::path::{Path, PathBuf};

use ks_domain::{CancelToken, VideoInfo};
use ks_media::FrameIndex;

/// The folder of files that every developer has; says so and gives `None` where it is missing.
pub fn shared(part: &str) -> Option<PathBuf> {
    let beside = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        Some(root.parent()?.join("shared"))
    };
    let found = std::env::var_os("KS_SHARED").map(PathBuf::from).or_else(beside)?.join(part);
    if !found.exists() {
        eprintln!("skipped: {} is not there (set KS_SHARED)", found.display());
        return None;
    }
    Some(found)
}

/// Probes and indexes a file without a cache.
pub fn open(path: &Path) -> (VideoInfo, FrameIndex) {
    let info = ks_media::probe(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let index = ks_media::index(path, &info, None, &CancelToken::new(), &mut |_| {})
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (info, index)
}

/// Reference values that stand beside the tests.
pub fn reference(name: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Reads JSON from a file.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
