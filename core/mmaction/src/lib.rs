//! What mmaction2 reads and writes: configuration files, annotation lists, results.
//!
//! Files are read without running anything, with limits on their size, and all that is wrong with one is said at once.
//! The words that come out are those of `ks-domain`; no video is opened here and no tensor is known.

pub mod config;
pub mod dataset;
pub mod lists;
pub mod results;
pub mod translate;
