//! Not written yet.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

pub fn write_all(_: &Path) -> Outcome {
    Err(Failure::failed("not written yet"))
}

pub fn licences() -> Outcome<PathBuf> {
    Err(Failure::failed("not written yet"))
}
