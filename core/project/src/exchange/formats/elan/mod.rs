//! ELAN: one `.eaf` file a video, one tier a class.
//!
//! Annotations of a tier must not overlap, so where labels of a class do, the class has further tiers, `walk (2)` and so
//! on. Every annotation says its class as well. Notes stand in a child tier. `write.rs` writes, `read.rs` understands any
//! structure of tiers, and `xml.rs` gets the elements out of the text.

mod read;
mod write;
mod xml;

use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{Labels, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::FileNames;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::{HALF_MILLI, head};

const NAME: &str = "ELAN";
/// A property of our files: the annotations say the classes.
const OWN_PROPERTY: &str = "kinetoscope-labels";
/// The linguistic type of our tiers of notes.
const NOTE_TYPE: &str = "kinetoscope-note";

/// See the module.
#[derive(Debug)]
pub struct Elan;

impl Format for Elan {
    fn id(&self) -> &'static str {
        "elan"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["eaf"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        head(file).contains("<ANNOTATION_DOCUMENT")
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        losses(labels, Holds::all(&[Holds::NOTES, Holds::EMPTY_VIDEOS, Holds::UNUSED_CLASSES]))
    }

    fn export(&self, labels: &Labels, options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        if labels.videos.is_empty() {
            return Err(ExchangeError::Nothing { reason: "no video was chosen".to_owned() });
        }
        let mut names = FileNames::default();
        let file = |video: &VideoLabels| OutputFile {
            name: names.next(&video.name, "eaf"),
            bytes: write::document(labels, video, options).into_bytes(),
        };
        Ok(labels.videos.iter().map(file).collect())
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let mut imported = Imported { precision: HALF_MILLI, ..Imported::default() };
        for file in files {
            let document = xml::parse(file)?;
            read::read(file, document, options, &mut imported);
        }
        Ok(imported)
    }
}
