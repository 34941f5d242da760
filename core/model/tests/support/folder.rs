//! Where the reference fixtures are.

use std::path::PathBuf;

/// The reference fixtures, or a line that says that they are missing.
#[allow(
    dead_code,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "not every test file needs them, and a skipped test says so"
)]
pub fn fixtures() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("KS_SHARED").map_or(beside, PathBuf::from);
    let fixtures = shared.join("fixtures");
    let found = fixtures.join("manifest.json").exists();
    if !found {
        println!(
            "skipped: there are no reference fixtures in {}; set KS_SHARED to the folder that has them",
            fixtures.display()
        );
    }
    found.then_some(fixtures)
}
