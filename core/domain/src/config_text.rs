//! What configurations that are written as TOML have in common: reading them, and saying what is wrong with them.

use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::Issue;

/// No configuration is longer than this, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TomlError {
    /// More text than any configuration has.
    #[error("the configuration has {bytes} bytes, but no more than {MAX_TEXT} are read; is it the right file?")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Not TOML, or not the fields of the configuration.
    #[error("the configuration cannot be read: {reason}")]
    Syntax {
        /// What the reader said, with the place.
        reason: String,
    },
}

/// Reads a value from TOML.
///
/// # Errors
/// If the text is too long, or not this value.
pub(crate) fn read_toml<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    if text.len() > MAX_TEXT {
        return Err(TomlError::TooLong { bytes: text.len() });
    }
    toml::from_str(text).map_err(|error| TomlError::Syntax { reason: error.to_string().trim().to_owned() })
}

/// All issues in a line, each with the name of its field.
pub(crate) fn join(issues: &[Issue]) -> String {
    let texts: Vec<String> = issues.iter().map(|issue| format!("{}: {}", issue.field, issue.message)).collect();
    texts.join("; ")
}
