//! Running other programs and finding them: the few words of a shell that xtask needs.

use std::env;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};

/// The program's full path, when it is on the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| is_executable(path))
}

#[cfg(unix)]
fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &std::path::Path) -> bool {
    path.is_file()
}

/// What the program prints, when it ends well.
pub fn output_of(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// Whether the program starts and ends well; its output is dropped.
pub fn succeeds(program: &str, args: &[&str]) -> bool {
    output_of(program, args).is_some()
}

/// Runs a command with our own standard streams and fails when it fails.
pub fn run(command: &mut Command) -> Outcome {
    let line = line_of(command);
    let status = command.status().map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::failed(format!("{line} failed ({status})"))) }
}

/// The command as one would type it.
pub fn line_of(command: &Command) -> String {
    let mut line = quoted(&command.get_program().to_string_lossy());
    for arg in command.get_args() {
        write!(line, " {}", quoted(&arg.to_string_lossy())).expect("should always be possible to write to a string");
    }
    line
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+./:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("apt-get");
        command.args(["install", "a b", "libx11-6"]);
        assert_eq!(line_of(&command), "apt-get install 'a b' libx11-6");
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_failure_that_names_it() {
        let failure = run(&mut Command::new("no-such-program-here")).expect_err("should not start");
        assert!(failure.text.contains("no-such-program-here"), "{failure}");
    }
}
