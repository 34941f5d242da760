//! Carrying a plan out: asking, becoming root, calling the package manager. What to install is not decided here.

use std::env;
use std::io::{IsTerminal as _, Write as _, stdin, stdout};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};
use crate::plan::Step;
use crate::shell;

/// Runs the steps, after asking unless `yes` or the environment variable `CI` says that we may.
pub fn install(steps: &[Step], yes: bool) -> Outcome {
    let commands: Vec<_> = steps.iter().map(|step| (step, as_root(step, stdin().is_terminal()))).collect();
    println!("These commands install it:");
    for (_, command) in &commands {
        println!("  {}", shell::line_of(command));
    }
    if !is_root() && shell::which("sudo").is_none() {
        return Err(Failure::failed(
            "they need root, and there is no sudo here: run them as root, then run this again",
        ));
    }
    if !yes && !is_ci() && !consents()? {
        return Err(Failure::usage("nothing was installed"));
    }
    for (step, mut command) in commands {
        let Err(failure) = shell::run(&mut command) else { continue };
        if step.is_required {
            let line = step.words.join(" ");
            return Err(Failure::failed(format!("{failure}. Run this by hand as root to see why:\n  {line}")));
        }
        println!("{failure}; going on without it, as it is only wanted");
    }
    Ok(())
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

fn consents() -> Outcome<bool> {
    if !stdin().is_terminal() {
        return Err(Failure::usage("there is no terminal to ask on: say `--yes`, or run the commands above by hand"));
    }
    print!("Install? [Y/n] ");
    stdout().flush().map_err(|error| Failure::failed(format!("cannot ask: {error}")))?;
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| Failure::failed(format!("cannot read the answer: {error}")))?;
    // No line at all is the end of the input, which agrees to nothing.
    Ok(!answer.is_empty() && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn as_root(step: &Step, has_terminal: bool) -> Command {
    let mut words: Vec<&str> = Vec::new();
    if !is_root() {
        words.push("sudo");
        if !has_terminal {
            // Better to fail than to wait for a password that nobody can type.
            words.push("--non-interactive");
        }
    }
    if step.words.first().is_some_and(|program| program == "apt-get") {
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive"]);
    }
    words.extend(step.words.iter().map(String::as_str));
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    if !has_terminal {
        command.stdin(Stdio::null());
    }
    command
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // The owner of this process's own entry is its effective user.
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_is_told_that_there_is_nobody_to_answer() {
        let step = Step { words: vec!["apt-get".to_owned(), "update".to_owned()], is_required: true };
        let line = shell::line_of(&as_root(&step, false));
        assert!(line.ends_with("env DEBIAN_FRONTEND=noninteractive apt-get update"), "{line}");
    }
}
