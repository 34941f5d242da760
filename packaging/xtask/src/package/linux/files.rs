//! Files and other programs, with errors that say which: what every step of the Linux packages starts from. No step stands here.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};
use crate::shell;

/// What `error` was about.
pub fn failed(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{} {what}: {error}", path.display()))
}

/// Makes a folder with all above it.
pub fn make_dir(path: &Path) -> Outcome {
    std::fs::create_dir_all(path).map_err(|error| failed(path, "cannot be made", &error))
}

/// Makes a folder that is empty.
pub fn fresh_dir(path: &Path) -> Outcome {
    remove_dir(path)?;
    make_dir(path)
}

/// Removes a folder with all in it; one that is not there is fine.
pub fn remove_dir(path: &Path) -> Outcome {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(path, "cannot be removed", &error)),
        _ => Ok(()),
    }
}

/// The names in a folder, sorted.
pub fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, "cannot be read", &error))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| failed(folder, "cannot be read", &error))?;
    paths.sort();
    Ok(paths)
}

/// The text of a file.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| failed(path, "cannot be read", &error))
}

/// Writes a file, and the folders above it.
pub fn write(path: &Path, text: &str) -> Outcome {
    path.parent().map_or(Ok(()), make_dir)?;
    std::fs::write(path, text).map_err(|error| failed(path, "cannot be written", &error))
}

/// Copies a file to the path `to`, what a link points at instead of a link, readable by all and executable where `from` is.
pub fn copy(from: &Path, to: &Path) -> Outcome {
    to.parent().map_or(Ok(()), make_dir)?;
    std::fs::copy(from, to)
        .map_err(|error| Failure::failed(format!("{} to {}: {error}", from.display(), to.display())))?;
    set_mode(to, if is_executable(from) { 0o755 } else { 0o644 })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
}

/// Who may do what with a file.
#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .map_err(|error| failed(path, "cannot be given its mode", &error))
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

/// Other systems have nothing of the kind, and no Linux package is built there.
#[cfg(not(unix))]
pub fn set_mode(path: &Path, _: u32) -> Outcome {
    Err(Failure::failed(format!("{}: packages for Linux are built on Linux", path.display())))
}

/// How large a file is, as people say it.
pub fn size(path: &Path) -> String {
    let bytes = path.metadata().map_or(0, |found| found.len());
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Fails when a program is not here, naming Debian's package of it.
pub fn need(program: &str, package: &str) -> Outcome {
    if shell::which(program).is_some() {
        return Ok(());
    }
    Err(Failure::failed(format!("{program} is not here; on Debian and Ubuntu `apt-get install {package}` brings it")))
}

/// What a command prints. Fails when it fails, with what it said.
pub fn output(command: &mut Command) -> Outcome<String> {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::failed(format!("{line} failed ({}):\n{}{}", output.status, last_lines(&text), last_lines(&said))))
}

/// Writes what a command prints into a file.
pub fn output_to(command: &mut Command, path: &Path) -> Outcome {
    let line = shell::line_of(command);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Failure::failed(format!("{line} did not start: {error}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::failed(format!("{line} failed ({}):\n{}", output.status, last_lines(&said))));
    }
    path.parent().map_or(Ok(()), make_dir)?;
    let mut file = std::fs::File::create(path).map_err(|error| failed(path, "cannot be made", &error))?;
    file.write_all(&output.stdout).map_err(|error| failed(path, "cannot be written", &error))
}

/// Enough of a long output to see what went wrong.
fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(25);
    lines.iter().skip(from).map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_says_what_it_said() {
        let failure = output(Command::new("sh").args(["-c", "echo because >&2; exit 3"])).expect_err("should fail");
        assert!(failure.text.contains("because"), "{failure}");
    }

    #[test]
    fn only_the_end_of_a_long_output_is_shown() {
        let text: String = (0..100).map(|number| format!("line {number}\n")).collect();
        assert!(last_lines(&text).contains("line 99") && !last_lines(&text).contains("line 10\n"));
    }

    #[test]
    fn a_program_that_is_missing_is_named_with_its_package() {
        let failure = need("no-such-program-here", "no-such-package").expect_err("should be missing");
        assert!(failure.text.contains("apt-get install no-such-package"), "{failure}");
    }
}
