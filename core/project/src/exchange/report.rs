//! What an import has to say: problems, each counted once with the place where it was first met, and why nothing could
//! be read at all.

use std::fmt;

use thiserror::Error;

/// Different problems that are listed; of the rest only the number is told.
const MAX_KINDS: usize = 200;

/// Something that could not be taken over, or not as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What, in a sentence.
    pub text: String,
    /// Where it was met first, such as `bees.csv, line 4`; may be empty.
    pub place: String,
    /// How often it was met.
    pub count: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match (self.count, self.place.is_empty()) {
            (1, true) => Ok(()),
            (1, false) => write!(f, " ({})", self.place),
            (count, true) => write!(f, " ({count} times)"),
            (count, false) => write!(f, " ({count} times, first: {})", self.place),
        }
    }
}

/// What is said about an import, in the order in which it was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    problems: Vec<Problem>,
    remarks: Vec<String>,
    unlisted: usize,
}

impl Report {
    /// Notes that something could not be taken over. The same text at several places is one problem.
    pub fn problem(&mut self, text: impl Into<String>, place: impl Into<String>) {
        let text = text.into();
        if let Some(known) = self.problems.iter_mut().find(|problem| problem.text == text) {
            known.count += 1;
        } else if self.problems.len() < MAX_KINDS {
            self.problems.push(Problem { text, place: place.into(), count: 1 });
        } else {
            self.unlisted += 1;
        }
    }

    /// Notes how something was understood that could be understood in several ways. The same text is kept once.
    pub fn remark(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.remarks.contains(&text) && self.remarks.len() < MAX_KINDS {
            self.remarks.push(text);
        }
    }

    /// What could not be taken over.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How things were understood.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Problems beyond those that are listed.
    pub const fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// Takes over what another report says.
    pub fn extend(&mut self, other: &Self) {
        for problem in &other.problems {
            self.problem(problem.text.as_str(), problem.place.as_str());
            if let Some(known) = self.problems.iter_mut().find(|known| known.text == problem.text) {
                known.count += problem.count - 1;
            }
        }
        other.remarks.iter().for_each(|remark| self.remark(remark.as_str()));
        self.unlisted += other.unlisted;
    }
}

/// Why files cannot be read, made or written.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// The file is larger than any file of labels.
    #[error("{name} has {bytes} bytes; files of labels may have {limit} at most")]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The bytes are no text.
    #[error(
        "{name} is no text in UTF-8 or UTF-16: byte {at} cannot be read; save it as UTF-8 in the program that made it"
    )]
    NotText {
        /// The file.
        name: String,
        /// Where.
        at: usize,
    },
    /// The text does not follow the format's grammar.
    #[error("{name} is no {format} file: {reason}")]
    Broken {
        /// The file.
        name: String,
        /// The format's name.
        format: &'static str,
        /// What is wrong, with its place.
        reason: String,
    },
    /// Nothing tells which format a file has.
    #[error("it cannot be told which format {name} has; name it with --format, one of: {known}")]
    UnknownFormat {
        /// The file.
        name: String,
        /// The formats' names on the command line.
        known: String,
    },
    /// No format has this name.
    #[error("there is no format “{id}”; choose one of: {known}")]
    NoSuchFormat {
        /// The name that was asked for.
        id: String,
        /// The formats' names on the command line.
        known: String,
    },
    /// Files of several formats were given at once.
    #[error("{first} is {first_format}, but {second} is {second_format}; import files of one format at a time")]
    Mixed {
        /// A file.
        first: String,
        /// Its format.
        first_format: &'static str,
        /// Another one.
        second: String,
        /// Its format.
        second_format: &'static str,
    },
    /// There is nothing to write.
    #[error("there is nothing to export: {reason}")]
    Nothing {
        /// Why.
        reason: String,
    },
    /// Something in the labels cannot stand in the format and cannot be left out either.
    #[error("this cannot be written as {format}: {reason}")]
    CannotHold {
        /// The format's name.
        format: &'static str,
        /// What, and what to do.
        reason: String,
    },
    /// The file is there already.
    #[error("{path} exists already; choose another name, or allow overwriting")]
    Exists {
        /// The file.
        path: String,
    },
    /// One file was named, but the format makes several.
    #[error("{count} files would be written, so name a folder instead of {path}")]
    NeedsFolder {
        /// What was named.
        path: String,
        /// How many files there are.
        count: usize,
    },
    /// The system refuses.
    #[error("{path} cannot be {what}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}
