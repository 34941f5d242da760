//! Annotation lists: which videos, or folders of frames, carry which labels.
//!
//! One line is one sample, its columns in this order (facts of the original):
//!
//! - videos: `path label`, or `path label label …`;
//! - frames: `folder frames label`, or with an offset `folder first-frame frames label`, again with several labels.
//!
//! Lines are read from their end, so that a path may hold spaces, which the original's readers take for separators. A
//! [`ListFormat::delimiter`] separates columns whose paths end in a number of their own. 0.x also takes JSON: an array
//! of objects with `filename` or `frame_dir`, `total_frames` and `label`. Whether the files exist is not asked here.

mod error;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::error::{BadLine, ListError};

/// Bytes of a list.
const MAX_BYTES: u64 = 256 << 20;
/// Labels of one sample.
const MAX_LABELS: usize = 10_000;
/// Bad lines that are told; the rest is counted.
const MAX_PROBLEMS: usize = 100;

/// What a line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListKind {
    /// Video files.
    #[default]
    Videos,
    /// Folders of frames.
    RawFrames {
        /// Whether the column before the number of frames is an offset.
        has_offset: bool,
    },
}

/// How many labels a line has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelRule {
    /// Exactly one.
    #[default]
    One,
    /// One, or none: a line with only a path, or with the label -1 (1.x).
    Optional,
    /// One or more (`multi_class`).
    Many,
}

/// How a list is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFormat {
    /// What a line names.
    pub kind: ListKind,
    /// How many labels it has.
    pub labels: LabelRule,
    /// What separates the columns; without it, any white space.
    pub delimiter: Option<String>,
    /// Number of classes; labels from there on are wrong.
    pub classes: Option<usize>,
}

/// One sample.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListEntry {
    /// The path as in the list.
    pub path: String,
    /// Frames to leave out before the first one; 0 for videos.
    pub offset: u32,
    /// Number of frames; `None` for videos.
    pub frames: Option<u32>,
    /// Class indices; empty only if the format allows it.
    pub labels: Vec<u32>,
}

/// Collects samples and bad lines.
#[derive(Default)]
struct Collected {
    entries: Vec<ListEntry>,
    bad: Vec<BadLine>,
    count: usize,
}

impl Collected {
    fn add(&mut self, line: usize, entry: Result<ListEntry, String>) {
        match entry {
            Ok(entry) if self.count == 0 => self.entries.push(entry),
            Ok(_) => {}
            Err(message) => {
                self.count += 1;
                if self.bad.len() < MAX_PROBLEMS {
                    self.bad.push(BadLine { line, message });
                }
            }
        }
    }

    fn finish(self) -> Result<Vec<ListEntry>, ListError> {
        match (self.count, self.entries.is_empty()) {
            (0, true) => Err(ListError::Empty),
            (0, false) => Ok(self.entries),
            (count, _) => Err(ListError::BadLines { bad: self.bad, count }),
        }
    }
}

impl ListFormat {
    /// Reads a list file; one whose name ends in `.json` as JSON.
    ///
    /// # Errors
    /// If it cannot be read, or with all bad lines at once.
    pub fn load(&self, path: &Path) -> Result<Vec<ListEntry>, ListError> {
        let unreadable = |reason: String| ListError::Unreadable { reason, path: path.to_owned() };
        let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
        let mut content = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut content).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(content).map_err(|_error| unreadable("it is not text in UTF-8".to_owned()))?;
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if is_json { self.parse_json(&text) } else { self.parse(&text) }
    }

    /// Reads the text of a list. Empty lines are passed over.
    ///
    /// # Errors
    /// With all bad lines at once.
    pub fn parse(&self, text: &str) -> Result<Vec<ListEntry>, ListError> {
        if text.len() as u64 > MAX_BYTES {
            return Err(ListError::TooLong);
        }
        let mut collected = Collected::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() {
                collected.add(index + 1, self.parse_line(line));
            }
        }
        collected.finish()
    }

    fn parse_line(&self, line: &str) -> Result<ListEntry, String> {
        if line.contains('\0') {
            return Err("it holds a zero byte; is it a text file?".to_owned());
        }
        let mut rest = Columns { text: line, delimiter: self.delimiter.as_deref() };
        let mut labels = Vec::new();
        match self.labels {
            LabelRule::One => labels.push(rest.number("the label")?),
            LabelRule::Optional => match rest.signed() {
                Some(-1) => {}
                Some(label) => {
                    labels.push(u32::try_from(label).map_err(|_error| wrong("the label", &label.to_string()))?);
                }
                None => {}
            },
            LabelRule::Many => return self.parse_many(rest),
        }
        let (frames, offset) = match self.kind {
            ListKind::Videos => (None, 0),
            ListKind::RawFrames { has_offset } => {
                let frames = rest.number("the number of frames")?;
                let offset = if has_offset { rest.number("the offset")? } else { 0 };
                (Some(frames), offset)
            }
        };
        self.entry(rest.text.to_owned(), frames, offset, labels)
    }

    /// Several labels: all numbers at the end of the line, less those that stand for frames.
    fn parse_many(&self, mut rest: Columns<'_>) -> Result<ListEntry, String> {
        let mut numbers = Vec::new();
        while let Some(number) = rest.signed() {
            numbers.push(u32::try_from(number).map_err(|_error| wrong("a number", &number.to_string()))?);
            if numbers.len() > MAX_LABELS {
                return Err(format!("it has more than {MAX_LABELS} labels"));
            }
        }
        numbers.reverse();
        let before = match self.kind {
            ListKind::Videos => 0,
            ListKind::RawFrames { has_offset } => 1 + usize::from(has_offset),
        };
        if numbers.len() <= before {
            return Err("a number is missing at its end; the label, or the number of frames before it".to_owned());
        }
        let labels = numbers.split_off(before);
        let (frames, offset) = match numbers.as_slice() {
            [] => (None, 0),
            [frames] => (Some(*frames), 0),
            [offset, frames, ..] => (Some(*frames), *offset),
        };
        self.entry(rest.text.to_owned(), frames, offset, labels)
    }

    fn entry(&self, path: String, frames: Option<u32>, offset: u32, labels: Vec<u32>) -> Result<ListEntry, String> {
        if path.is_empty() {
            return Err("the path is missing".to_owned());
        }
        if frames == Some(0) {
            return Err("the number of frames is 0".to_owned());
        }
        if let Some(classes) = self.classes
            && let Some(label) = labels.iter().find(|label| **label as usize >= classes)
        {
            return Err(format!("the label {label} is not below the number of classes, {classes}"));
        }
        Ok(ListEntry { path, offset, frames, labels })
    }

    /// Reads a list in JSON, as 0.x takes it.
    ///
    /// # Errors
    /// With all bad entries at once.
    pub fn parse_json(&self, text: &str) -> Result<Vec<ListEntry>, ListError> {
        if text.len() as u64 > MAX_BYTES {
            return Err(ListError::TooLong);
        }
        let found: Vec<JsonEntry> = serde_json::from_str(text).map_err(|error| {
            let bad = BadLine { line: error.line(), message: format!("the JSON cannot be read: {error}") };
            ListError::BadLines { bad: vec![bad], count: 1 }
        })?;
        let mut collected = Collected::default();
        for (index, entry) in found.into_iter().enumerate() {
            collected.add(index + 1, self.json_entry(entry));
        }
        collected.finish()
    }

    fn json_entry(&self, entry: JsonEntry) -> Result<ListEntry, String> {
        let path = entry.filename.or(entry.frame_dir).ok_or("it has neither `filename` nor `frame_dir`")?;
        let labels = match entry.label {
            None => Vec::new(),
            Some(JsonLabel::One(label)) => vec![label],
            Some(JsonLabel::Many(labels)) => labels,
        };
        let is_good = match self.labels {
            LabelRule::One => labels.len() == 1,
            LabelRule::Optional => labels.len() <= 1,
            LabelRule::Many => !labels.is_empty(),
        };
        if !is_good {
            return Err(format!("it has {} labels", labels.len()));
        }
        let frames = match self.kind {
            ListKind::Videos => None,
            ListKind::RawFrames { .. } => Some(entry.total_frames.ok_or("`total_frames` is missing")?),
        };
        self.entry(path, frames, entry.offset, labels)
    }

    /// Writes a list; [`ListFormat::parse`] reads the same samples from it.
    ///
    /// # Errors
    /// With all samples that a line cannot hold: a path that is empty, holds a line break or ends in white space, or
    /// labels that do not fit the format.
    pub fn write(&self, entries: &[ListEntry]) -> Result<String, ListError> {
        let mut text = String::new();
        let mut collected = Collected::default();
        for (index, entry) in entries.iter().enumerate() {
            let line = self.line(entry);
            // What is read back is the proof that a line says what it should.
            let again = self.parse_line(&line).and_then(|again| {
                let is_same = again == *entry && !line.contains(['\n', '\r', '\u{feff}']) && line.trim() == line;
                if is_same {
                    Ok(again)
                } else {
                    Err(format!("“{}” does not fit into a line of this list", entry.path))
                }
            });
            collected.add(index + 1, again);
            text.push_str(&line);
            text.push('\n');
        }
        collected.finish().map(|_entries| text)
    }

    fn line(&self, entry: &ListEntry) -> String {
        let delimiter = self.delimiter.as_deref().unwrap_or(" ");
        let mut columns = vec![entry.path.clone()];
        if let ListKind::RawFrames { has_offset } = self.kind {
            columns.extend(has_offset.then(|| entry.offset.to_string()));
            columns.extend(entry.frames.map(|frames| frames.to_string()));
        }
        if entry.labels.is_empty() && self.labels == LabelRule::Optional {
            columns.push("-1".to_owned());
        }
        columns.extend(entry.labels.iter().map(u32::to_string));
        columns.join(delimiter)
    }
}

impl ListEntry {
    /// The path with the data prefix in front; an absolute path stays as it is.
    pub fn path_under(&self, prefix: &Path) -> PathBuf {
        prefix.join(&self.path)
    }
}

/// A line whose columns are taken from its end.
struct Columns<'a> {
    text: &'a str,
    delimiter: Option<&'a str>,
}

impl<'a> Columns<'a> {
    /// The last column and what is before it; `None` if there is only one column.
    fn split(&self) -> Option<(&'a str, &'a str)> {
        match self.delimiter {
            Some(delimiter) if !delimiter.is_empty() => {
                self.text.rsplit_once(delimiter).map(|(rest, last)| (rest, last.trim()))
            }
            _ => self.text.rsplit_once(char::is_whitespace).map(|(rest, last)| (rest.trim_end(), last)),
        }
    }

    /// Takes the last column if it is a number and something stands before it.
    fn signed(&mut self) -> Option<i64> {
        let (rest, last) = self.split()?;
        let is_plain = last.strip_prefix('-').unwrap_or(last).bytes().all(|byte| byte.is_ascii_digit());
        let number = last.parse().ok().filter(|_| is_plain && !rest.is_empty())?;
        self.text = rest;
        Some(number)
    }

    fn number(&mut self, what: &str) -> Result<u32, String> {
        let Some((rest, last)) = self.split() else {
            return Err(format!("{what} is missing"));
        };
        let is_plain = last.bytes().all(|byte| byte.is_ascii_digit());
        let number = last.parse().ok().filter(|_| is_plain).ok_or_else(|| wrong(what, last))?;
        self.text = rest;
        Ok(number)
    }
}

fn wrong(what: &str, found: &str) -> String {
    let shown: String = found.chars().take(40).collect();
    format!("{what} should be a whole number from 0, but is “{shown}”")
}

#[derive(Deserialize)]
struct JsonEntry {
    filename: Option<String>,
    frame_dir: Option<String>,
    total_frames: Option<u32>,
    #[serde(default)]
    offset: u32,
    label: Option<JsonLabel>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonLabel {
    One(u32),
    Many(Vec<u32>),
}
