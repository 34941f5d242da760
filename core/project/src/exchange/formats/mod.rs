//! The formats, one file or folder each.

pub mod activitynet;
pub mod boris;
pub mod csv;
mod cues;
pub mod elan;
pub mod json;
pub mod mmaction_list;
pub mod mmaction_localization;
pub mod srt;
mod table;
pub mod webvtt;
