//! The program starts. This test also makes `cargo test --workspace` build the program, which `tests/e2e` then drives.

use std::process::Command;

#[test]
fn the_program_says_its_version() {
    let output = Command::new(env!("CARGO_BIN_EXE_kinetoscope")).arg("--version").output().expect("it should start");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), concat!("kinetoscope ", env!("CARGO_PKG_VERSION")));
}
