//! What can be wrong with an annotation list.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::MAX_BYTES;

/// A bad line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line, or the place in a JSON array, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  line {}: {}", self.line, self.message)
    }
}

/// Why a list cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ListError {
    /// The system does not give us the file.
    #[error("the list cannot be read ({reason}); check its name and permissions: {}", .path.display())]
    Unreadable {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// Longer than any list.
    #[error("the list is longer than {MAX_BYTES} bytes; is it the right file?")]
    TooLong,
    /// No line in it.
    #[error("the list is empty; every line should name a file and its label")]
    Empty,
    /// Lines that are no samples.
    #[error("{count} of the list's lines cannot be used:\n{}", tell(.bad, *.count))]
    BadLines {
        /// The first of them.
        bad: Vec<BadLine>,
        /// All of them.
        count: usize,
    },
}

fn tell(bad: &[BadLine], count: usize) -> String {
    let mut lines: Vec<String> = bad.iter().map(BadLine::to_string).collect();
    if count > bad.len() {
        lines.push(format!("  and {} more", count - bad.len()));
    }
    lines.join("\n")
}
