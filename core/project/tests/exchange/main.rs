//! Labels go out and come back, other programs' files come in, and hostile files do no harm.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod hostile;
mod import_files;
mod plan;
mod round_trip;
mod support;
mod written;
