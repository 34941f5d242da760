//! What mmaction2 reads and writes: configuration files, annotation lists, results, logs of trainings and their folders.
//!
//! Files are read without running anything, with limits on their size, and all that is wrong with one is said at once.
//! The words that come out are those of `ks-domain`; no video is opened here and no tensor is known.

pub mod config;
pub mod dataset;
pub mod lists;
pub mod python_json;
pub mod results;
pub mod training_log;
pub mod translate;
pub mod work_dir;
