//! Labels in the files of other programs: one trait, one file per format.
//!
//! [`labels_of`] takes [`Labels`] out of a project, a [`Format`] turns them into files and files into [`Imported`] ones,
//! and [`plan_import`] says what these would change before anything is changed. `docs/labels.md` says what each format
//! can hold. A new format is a file in `formats/` and a line in [`FORMATS`].
//!
//! ```
//! use ks_project::exchange::{ExportOptions, ImportOptions, InputFile, Labels, VideoLabels, format_named};
//!
//! let labels = Labels { videos: vec![VideoLabels { name: "bees.mp4".into(), ..Default::default() }], ..Default::default() };
//! let format = format_named("elan")?;
//! let files = format.export(&labels, &ExportOptions::default())?;
//! let inputs: Vec<InputFile> =
//!     files.into_iter().map(|file| InputFile { name: file.name, bytes: file.bytes }).collect();
//! let imported = format.import(&inputs, &ImportOptions::default())?;
//! assert_eq!(imported.labels.videos[0].name, "bees.mp4");
//! # Ok::<(), ks_project::exchange::ExchangeError>(())
//! ```

mod collect;
mod files;
mod format;
mod formats;
mod labels;
mod losses;
mod names;
mod plan;
mod report;
mod text;

pub use self::collect::{Selection, clock_of, labels_of, predictions_of};
pub use self::files::{Destination, MAX_BYTES, read_input, write_outputs};
pub use self::format::{
    ClassSource, ExportOptions, Format, ImportOptions, Imported, InputFile, KnownVideo, OutputFile,
};
use self::formats::{activitynet, boris, csv, elan, json, mmaction_list, mmaction_localization, srt, webvtt};
pub use self::labels::{ClassLabel, Clock, Extent, Labels, SegmentLabel, VideoLabels};
pub use self::plan::{ApplyError, ImportPlan, PlannedSegment, PlannedVideo, Target, plan_import};
pub use self::report::{ExchangeError, Problem, Report};

/// All formats. A file is of the first one that recognises it, so that those which look closest come first.
pub const FORMATS: [&dyn Format; 11] = [
    &json::OwnJson,
    &elan::Elan,
    &boris::BorisProject,
    &boris::BorisAggregated,
    &boris::BorisEvents,
    &csv::CsvTable,
    &mmaction_localization::MmactionLocalization,
    &activitynet::ActivityNet,
    &webvtt::WebVtt,
    &srt::Srt,
    &mmaction_list::MmactionList,
];

/// The format of this name on the command line.
///
/// # Errors
/// If there is none.
pub fn format_named(id: &str) -> Result<&'static dyn Format, ExchangeError> {
    let wanted = id.trim().to_lowercase();
    FORMATS
        .into_iter()
        .find(|format| format.id() == wanted)
        .ok_or_else(|| ExchangeError::NoSuchFormat { id: id.to_owned(), known: known_formats() })
}

/// The format that all of some files have.
///
/// # Errors
/// If a file is of none, or two are of different ones.
pub fn recognise(files: &[InputFile]) -> Result<&'static dyn Format, ExchangeError> {
    let mut first: Option<(&InputFile, &'static dyn Format)> = None;
    for file in files {
        let format = FORMATS
            .into_iter()
            .find(|format| format.recognises(file))
            .ok_or_else(|| ExchangeError::UnknownFormat { name: file.name.clone(), known: known_formats() })?;
        match first {
            None => first = Some((file, format)),
            Some((_, known)) if known.id() == format.id() => {}
            Some((before, known)) => {
                return Err(ExchangeError::Mixed {
                    first: before.name.clone(),
                    first_format: known.name(),
                    second: file.name.clone(),
                    second_format: format.name(),
                });
            }
        }
    }
    first.map(|(_file, format)| format).ok_or_else(|| ExchangeError::Nothing { reason: "no file was named".to_owned() })
}

fn known_formats() -> String {
    FORMATS.map(|format| format.id()).join(", ")
}
