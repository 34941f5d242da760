//! What can be wrong with a configuration file, in sentences that say what to do.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// A sentence that says what to write instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Why a configuration file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The system does not give us the file.
    #[error("the configuration file cannot be read ({reason}); check its name and permissions: {}", .path.display())]
    Unreadable {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A file that another one builds on is not there.
    #[error(
        "{}:{line}: the file builds on `{base}`, which cannot be read at {} ({reason}); copy it there together with the configuration, or write the settings into one file", .file.display(), .path.display()
    )]
    MissingBase {
        /// The file that names it.
        file: PathBuf,
        /// Where it names it.
        line: usize,
        /// How it names it.
        base: String,
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Longer than any configuration file.
    #[error("the file has {bytes} bytes, but configuration files are read up to {limit}; is it the right file? {}", .path.display())]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
        /// The file.
        path: PathBuf,
    },
    /// Files that build on each other in a circle, or too many of them.
    #[error("{}: {message}", .file.display())]
    Bases {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Parts of files that are no literals.
    #[error("the configuration file cannot be used:\n{}", lines(.0))]
    Problems(
        /// All of them in the order of their places.
        Vec<Problem>,
    ),
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    lines.join("\n")
}
