//! What the tests share: finding files.
#![allow(dead_code, clippy::allow_attributes, reason = "every test binary uses its own part of this")]

use std::path::{Path, PathBuf};

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

/// A file beside the tests.
pub fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}
