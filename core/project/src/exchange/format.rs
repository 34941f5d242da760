//! What a format is: one trait, and what goes in and out of it.

use ks_domain::MediaTime;

use super::labels::{Clock, Labels};
use super::report::{ExchangeError, Report};

/// A file that was read and is to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name without folders; safe on every system.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Where the class of a label stands in formats that leave it open (ELAN).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClassSource {
    /// In the annotations if the annotations of a tier differ, else in the tiers' names.
    #[default]
    Guess,
    /// In the annotations.
    Value,
    /// In the tiers' names.
    Tier,
}

/// A video that the project knows, so that a file that counts frames can be understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownVideo {
    /// Where it is.
    pub path: String,
    /// Its frames and times.
    pub clock: Clock,
}

/// What helps to understand files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportOptions {
    /// The videos of the project.
    pub known: Vec<KnownVideo>,
    /// The frame rate of videos about which nothing is known.
    pub rate: Option<f64>,
    /// Where the class of a label stands.
    pub class_source: ClassSource,
}

impl ImportOptions {
    /// The clock of a video that a file calls by this name or path, as well as it is known.
    pub fn clock_of(&self, name: &str) -> Clock {
        let same = |known: &&KnownVideo| super::names::are_alike(&known.path, name);
        let mut clock = self.known.iter().find(same).map(|known| known.clock.clone()).unwrap_or_default();
        if clock.table.is_none() && clock.rate.is_none() {
            clock.rate = self.rate;
        }
        clock
    }
}

/// How to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// When it is done: milliseconds since 1970, UTC. Formats that state a date state this one.
    pub unix_millis: u64,
}

/// What was understood of some files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The labels.
    pub labels: Labels,
    /// What could not be taken, and what was understood in which way.
    pub report: Report,
    /// How far a time in these files may be from what was meant, as they round; zero if they do not.
    pub precision: MediaTime,
}

/// A format of files with labels. An instance holds nothing; the table [`FORMATS`](super::FORMATS) has one of each.
pub trait Format: Sync {
    /// Its name on the command line, such as `elan`.
    fn id(&self) -> &'static str;

    /// Its name for people.
    fn name(&self) -> &'static str;

    /// The endings of its files without a dot, the one that is written first.
    fn extensions(&self) -> &'static [&'static str];

    /// Whether a file is one of this format, by its content. Cheap, and never wrong about what the format itself writes.
    fn recognises(&self, file: &InputFile) -> bool;

    /// What of these labels would be lost: sentences to be read before exporting. Empty if nothing is.
    fn losses(&self, labels: &Labels) -> Vec<String>;

    /// Makes the files.
    ///
    /// # Errors
    /// If there is nothing to write, or something can neither be written nor left out.
    fn export(&self, labels: &Labels, options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError>;

    /// Understands files. What single entries lack is said in the report; they are left out.
    ///
    /// # Errors
    /// If a file as a whole is not of this format.
    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError>;
}
