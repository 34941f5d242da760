//! How an xtask command ends when it does not succeed: one sentence or a few, and an exit status.

use std::fmt;

/// Why the command stopped.
#[derive(Debug)]
pub struct Failure {
    /// What happened and what to do about it.
    pub text: String,
    /// 1 failed, 2 bad usage or no consent.
    pub status: u8,
}

/// The result of a step.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// Something that was tried did not work.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: 1 }
    }

    /// The caller has to say something else first.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: 2 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
