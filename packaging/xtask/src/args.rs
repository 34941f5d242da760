//! The command line of `cargo xtask`, as plain data. No work is done here.

use std::ffi::OsString;

use crate::failure::{Failure, Outcome};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// The command and its own arguments.
    pub command: Command,
    /// Install without asking.
    pub yes: bool,
}

/// The commands.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print the help text.
    Help,
    /// Install what is missing.
    Setup,
    /// Format, lints, licences.
    Lint,
    /// Everything the CI does.
    Test,
    /// Time the network beside PyTorch.
    Bench {
        /// Threads for both sides; all processors when `None`.
        threads: Option<usize>,
    },
    /// Compare with the reference values.
    Fidelity,
    /// Build packages.
    Package {
        /// Which.
        what: Vec<Package>,
    },
    /// Try packages on clean systems.
    PackageTest {
        /// Which.
        what: Vec<Package>,
    },
    /// Build and start the program.
    Run {
        /// Passed on as they are.
        videos: Vec<OsString>,
    },
}

/// What `cargo xtask package` can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// For Debian and Ubuntu.
    Deb,
    /// For Fedora and openSUSE.
    Rpm,
    /// For any Linux, with GStreamer inside.
    Tarball,
    /// Setup and portable archive for Windows.
    Windows,
    /// The tarball's tree in one file that runs.
    AppImage,
    /// The program alone, with CUDA, for the system that runs us.
    Cuda,
    /// No package: licences, parts list and sums of the packages that lie there.
    Parts,
}

impl Package {
    /// What “all” is, in the order in which it is built. The others want tools from the network, an LLVM, or packages that are there.
    pub const ALL: [Self; 4] = [Self::Deb, Self::Rpm, Self::Tarball, Self::Windows];

    fn from_word(word: &std::ffi::OsStr) -> Option<Vec<Self>> {
        Some(match word.to_str()? {
            "deb" => vec![Self::Deb],
            "rpm" => vec![Self::Rpm],
            "tarball" => vec![Self::Tarball],
            "windows" => vec![Self::Windows],
            "appimage" => vec![Self::AppImage],
            "cuda" => vec![Self::Cuda],
            "parts" => vec![Self::Parts],
            "all" => Self::ALL.to_vec(),
            _ => return None,
        })
    }
}

/// Reads the words after `cargo xtask`.
pub fn parse(words: Vec<OsString>) -> Outcome<Request> {
    let mut words = words.into_iter();
    let name = words.next().unwrap_or_else(|| "help".into());
    let (mut yes, mut threads, mut rest) = (false, None, Vec::new());
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--yes" | "-y") => yes = true,
            Some("--help" | "-h") => return Ok(Request { command: Command::Help, yes }),
            Some("--threads") if name == "bench" => threads = Some(thread_count(words.next())?),
            Some("--") => rest.extend(words.by_ref()),
            Some(option) if option.starts_with('-') => {
                return Err(Failure::usage(format!("unknown option {option}; see `cargo xtask help`")));
            }
            _ => rest.push(word),
        }
    }
    let command = match name.to_str() {
        Some("help" | "--help" | "-h") => Command::Help,
        Some("setup") => Command::Setup,
        Some("lint") => Command::Lint,
        Some("test") => Command::Test,
        Some("fidelity") => Command::Fidelity,
        Some("bench") => Command::Bench { threads },
        Some("package") => Command::Package { what: packages(&mut rest)? },
        Some("package-test") => Command::PackageTest { what: packages(&mut rest)? },
        Some("run") => Command::Run { videos: std::mem::take(&mut rest) },
        _ => {
            return Err(Failure::usage(format!("unknown command {}; `cargo xtask help` lists them", name.display())));
        }
    };
    if let Some(extra) = rest.first() {
        return Err(Failure::usage(format!("{} takes no argument like {}", name.display(), extra.display())));
    }
    Ok(Request { command, yes })
}

/// All of them unless some are named.
fn packages(words: &mut Vec<OsString>) -> Outcome<Vec<Package>> {
    let mut what = Vec::new();
    for word in words.drain(..) {
        let named = Package::from_word(&word).ok_or_else(|| {
            let known = "deb, rpm, tarball, windows, all; appimage, cuda, parts";
            Failure::usage(format!("{} is no package; there are {known}", word.display()))
        })?;
        what.extend(named);
    }
    if what.is_empty() {
        what.extend(Package::ALL);
    }
    what.dedup();
    Ok(what)
}

fn thread_count(word: Option<OsString>) -> Outcome<usize> {
    word.and_then(|word| word.to_str()?.parse().ok())
        .filter(|&count| count > 0)
        .ok_or_else(|| Failure::usage("--threads wants a whole number from 1 on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Outcome<Request> {
        parse(line.split_whitespace().map(OsString::from).collect())
    }

    #[test]
    fn run_passes_the_videos_on_and_keeps_yes_for_itself() {
        let request = parsed("run --yes a.mp4 -- --odd-name.mp4").expect("should parse");
        let videos = vec!["a.mp4".into(), "--odd-name.mp4".into()];
        assert_eq!(request, Request { command: Command::Run { videos }, yes: true });
    }

    #[test]
    fn no_command_at_all_is_a_call_for_help() {
        assert_eq!(parsed("").expect("should parse").command, Command::Help);
        assert_eq!(parsed("test --help").expect("should parse").command, Command::Help);
    }

    #[test]
    fn what_is_not_understood_is_bad_usage() {
        for line in ["build", "test a.mp4", "run --fast", "bench --threads", "bench --threads 0", "test --threads 2"] {
            assert_eq!(parsed(line).expect_err(line).status, 2, "{line}");
        }
    }

    #[test]
    fn packages_are_named_or_all() {
        let named = Command::Package { what: vec![Package::Deb, Package::Windows] };
        assert_eq!(parsed("package deb windows").expect("should parse").command, named);
        let all = Command::PackageTest { what: Package::ALL.to_vec() };
        assert_eq!(parsed("package-test").expect("should parse").command, all);
        assert_eq!(parsed("package floppy").expect_err("should fail").status, 2);
    }

    #[test]
    fn bench_takes_a_number_of_threads() {
        assert_eq!(parsed("bench --threads 2").expect("should parse").command, Command::Bench { threads: Some(2) });
    }
}
