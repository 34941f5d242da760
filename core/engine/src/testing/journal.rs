//! The progress file of a test run: one line of JSON for what is tested, then one for every sample that is done.
//!
//! A run that was stopped goes on from it; the files of several shards are joined from theirs. A line that was cut
//! off by a crash is taken away and its sample is done again.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Shard;
use crate::TestSpec;
use crate::hash::{sha256_of, sha256_of_text};

/// What the first line says the file is.
const FORMAT: &str = "kinetoscope-test";
/// Changes when the meaning of a field does.
const VERSION: u32 = 1;
/// How much work a power cut may cost.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// What is tested. Two runs belong together only if this is the same, but for the shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunHeader {
    format: String,
    version: u32,
    /// SHA-256 of the checkpoint file.
    pub checkpoint: String,
    /// SHA-256 of everything that decides what the network sees: configuration, list, prefix, averaging.
    pub settings: String,
    /// Samples in the whole list.
    pub samples: usize,
    /// Classes that are told apart.
    pub classes: usize,
    /// Which of the samples.
    pub shard: Shard,
}

impl RunHeader {
    /// The header of a run of `shard` of a list with these true classes.
    ///
    /// # Errors
    /// If the checkpoint cannot be read.
    pub fn of(spec: &TestSpec, labels: &[Vec<usize>], classes: usize, shard: Shard) -> Result<Self, JournalError> {
        let checkpoint = sha256_of(&spec.model.checkpoint).map_err(|error| unusable(&spec.model.checkpoint, &error))?;
        let TestSpec { model, samples, views, average, .. } = spec;
        let settings = sha256_of_text(&format!("{:?} {views:?} {average:?} {samples:?} {labels:?}", model.arch));
        Ok(Self::new(checkpoint, settings, samples.len(), classes, shard))
    }

    fn new(checkpoint: String, settings: String, samples: usize, classes: usize, shard: Shard) -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, checkpoint, settings, samples, classes, shard }
    }

    /// Whether both are of the same run, whatever their shards.
    pub fn is_same_run(&self, other: &Self) -> bool {
        Self { shard: other.shard, ..self.clone() } == *other
    }
}

/// One sample that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its number in the list, from 0.
    pub sample: usize,
    /// Its path as in the list.
    pub path: String,
    /// Its true classes; empty if the list does not say.
    pub labels: Vec<usize>,
    /// `[rows][classes]`: one row, or one a view if views are not averaged.
    pub scores: Vec<Vec<f32>>,
}

/// Why a progress file was not used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("this file cannot be used ({reason}): {}", path.display())]
    Io {
        /// Why.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// It is something else.
    #[error("this is not a progress file of a test run ({reason}); choose another name: {}", path.display())]
    Foreign {
        /// Why.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// It is of another run.
    #[error(
        "this progress file is of a test with another checkpoint, configuration, list or shard; leave out --resume to start anew: {}",
        path.display()
    )]
    OtherRun {
        /// The file.
        path: PathBuf,
    },
    /// A run without `--resume` would lose it.
    #[error("a test that was not finished left its progress here; go on with --resume, or delete the file: {}", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

/// A progress file that grows.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    synced: Instant,
}

impl Journal {
    /// A new file; one that is there already is not touched.
    ///
    /// # Errors
    /// If it is there, or cannot be written.
    pub fn create(path: &Path, header: &RunHeader) -> Result<Self, JournalError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists { path: path.to_owned() },
            _ => unusable(path, &error),
        })?;
        let mut journal = Self { file, path: path.to_owned(), synced: Instant::now() };
        journal.write_line(header)?;
        journal.sync()?;
        Ok(journal)
    }

    /// Goes on with a file, or begins one: the records that are in it, without a last line that was cut off.
    ///
    /// # Errors
    /// If it is of another run or cannot be used.
    pub fn resume(path: &Path, header: &RunHeader) -> Result<(Self, Vec<Record>), JournalError> {
        if !path.exists() {
            return Ok((Self::create(path, header)?, Vec::new()));
        }
        let read = read(path)?;
        if read.header != *header {
            return Err(JournalError::OtherRun { path: path.to_owned() });
        }
        let failed = |error: io::Error| unusable(path, &error);
        let mut file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        file.set_len(read.whole_bytes).map_err(failed)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(failed)?;
        Ok((Self { file, path: path.to_owned(), synced: Instant::now() }, read.records))
    }

    /// Adds a sample. It survives the program at once, and a power cut after at most two seconds.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, record: &Record) -> Result<(), JournalError> {
        self.write_line(record)?;
        if self.synced.elapsed() >= SYNC_EVERY {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes everything so far survive a power cut.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(|error| unusable(&self.path, &error))
    }

    fn write_line<T: Serialize>(&mut self, line: &T) -> Result<(), JournalError> {
        let mut bytes = serde_json::to_vec(line)
            .map_err(|error| JournalError::Io { reason: error.to_string(), path: self.path.clone() })?;
        bytes.push(b'\n');
        self.file.write_all(&bytes).map_err(|error| unusable(&self.path, &error))
    }
}

/// The header and all whole records of a progress file.
///
/// # Errors
/// If it is none, or cannot be read.
pub fn read_journal(path: &Path) -> Result<(RunHeader, Vec<Record>), JournalError> {
    read(path).map(|read| (read.header, read.records))
}

struct Read {
    header: RunHeader,
    records: Vec<Record>,
    /// Where the last whole line ends.
    whole_bytes: u64,
}

fn read(path: &Path) -> Result<Read, JournalError> {
    let bytes = std::fs::read(path).map_err(|error| unusable(path, &error))?;
    let foreign = |reason: String| JournalError::Foreign { reason, path: path.to_owned() };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let header: RunHeader = serde_json::from_slice(first).map_err(|error| foreign(format!("line 1: {error}")))?;
    if header.format != FORMAT || header.version != VERSION || header.shard.count == 0 {
        return Err(foreign(format!("its format is {} {}", header.format, header.version)));
    }
    let mut records = Vec::new();
    for (number, line) in (2..).zip(lines).filter(|(_, line)| !line.is_empty()) {
        let record: Record =
            serde_json::from_slice(line).map_err(|error| foreign(format!("line {number}: {error}")))?;
        let fits = record.sample < header.samples
            && header.shard.takes(record.sample)
            && record.scores.iter().all(|row| row.len() == header.classes);
        if !fits {
            return Err(foreign(format!("line {number} does not fit the first")));
        }
        records.push(record);
    }
    Ok(Read { header, records, whole_bytes: whole as u64 })
}

fn unusable(path: &Path, error: &io::Error) -> JournalError {
    JournalError::Io { reason: error.to_string(), path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> RunHeader {
        RunHeader::new("c".to_owned(), "s".to_owned(), 4, 2, Shard { index: 1, count: 2 })
    }

    fn record(sample: usize) -> Record {
        Record { sample, path: format!("{sample}.mp4"), labels: vec![1], scores: vec![vec![0.1, 1.0 / 3.0]] }
    }

    #[test]
    fn what_was_done_is_found_again_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.partial");
        let mut journal = Journal::create(&path, &header()).unwrap();
        journal.add(&record(1)).unwrap();
        journal.add(&record(3)).unwrap();
        drop(journal);
        assert_eq!(read_journal(&path).unwrap(), (header(), vec![record(1), record(3)]));
    }

    #[test]
    fn a_line_that_was_cut_off_is_done_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.partial");
        let mut journal = Journal::create(&path, &header()).unwrap();
        journal.add(&record(1)).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        let mut cut = whole.clone();
        cut.extend_from_slice(b"{\"sample\":3,\"lab");
        std::fs::write(&path, cut).unwrap();
        let (mut journal, records) = Journal::resume(&path, &header()).unwrap();
        assert_eq!(records, [record(1)]);
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        journal.add(&record(3)).unwrap();
        drop(journal);
        assert_eq!(read_journal(&path).unwrap().1, [record(1), record(3)]);
    }

    #[test]
    fn another_runs_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.partial");
        drop(Journal::create(&path, &header()).unwrap());
        let before = std::fs::read(&path).unwrap();
        assert!(matches!(Journal::create(&path, &header()), Err(JournalError::Exists { .. })));
        let other = RunHeader { checkpoint: "d".to_owned(), ..header() };
        assert!(matches!(Journal::resume(&path, &other), Err(JournalError::OtherRun { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::write(&path, "anything\n").unwrap();
        assert!(matches!(Journal::resume(&path, &header()), Err(JournalError::Foreign { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"anything\n");
    }

    #[test]
    fn shards_of_one_run_belong_together() {
        let other = RunHeader { shard: Shard { index: 0, count: 2 }, ..header() };
        assert!(header().is_same_run(&other));
        assert!(!header().is_same_run(&RunHeader { samples: 5, ..other }));
    }
}
