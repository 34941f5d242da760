//! CSV: our own table, one row a segment, and the tables of others that say video, class, start and end by whatever name.
//!
//! `docs/labels.md` describes the columns. Times have nine decimals at most, so they come back exactly. A text that a
//! spreadsheet would take for a formula gets an apostrophe in front, which our reader takes away again.

use csv::{Terminator, WriterBuilder};
use ks_domain::MediaTime;
use ks_domain::project::{Author, Verdict};

use super::table::{Headings, Row, Table};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{Clock, Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::{file_name, stem};
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::{decode, head, parse_time, seconds};

/// Our own headings, in order.
pub const HEADINGS: [&str; 15] = [
    "video",
    "path",
    "class",
    "start_seconds",
    "end_seconds",
    "start_frame",
    "end_frame",
    "duration_seconds",
    "verdict",
    "author_kind",
    "author",
    "author_hash",
    "accepted_by",
    "score",
    "note",
];

const VIDEO: [&str; 8] =
    ["video", "video name", "file", "filename", "file name", "video file", "media file", "media file name"];
const CLASS: [&str; 8] = ["class", "label", "behavior", "behaviour", "action", "activity", "class name", "label name"];
const START: [&str; 11] = [
    "start seconds",
    "start",
    "start time",
    "start (s)",
    "start s",
    "onset",
    "begin",
    "begin time",
    "time start",
    "t start",
    "from",
];
const END: [&str; 11] =
    ["end seconds", "end", "end time", "end (s)", "end s", "stop", "stop (s)", "stop time", "offset", "time end", "to"];
const LENGTH: [&str; 5] = ["duration seconds", "duration", "duration (s)", "duration s", "length"];

/// See the module.
#[derive(Debug)]
pub struct CsvTable;

impl Format for CsvTable {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "CSV"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "txt"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        Table::read(&head(file), is_header).is_some()
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        let holds = [Holds::REJECTED, Holds::AUTHORS, Holds::SCORES, Holds::NOTES, Holds::EXACT_TIMES];
        losses(labels, Holds::all(&holds))
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        let broken = |error: csv::Error| ExchangeError::CannotHold { format: "CSV", reason: error.to_string() };
        writer.write_record(HEADINGS).map_err(broken)?;
        for video in &labels.videos {
            for segment in &video.segments {
                if let Some(row) = row_of(video, segment) {
                    writer.write_record(&row).map_err(broken)?;
                }
            }
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| ExchangeError::CannotHold { format: "CSV", reason: error.to_string() })?;
        Ok(vec![OutputFile { name: "labels.csv".to_owned(), bytes }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let mut imported = Imported::default();
        for file in files {
            read(file, options, &mut imported)?;
        }
        Ok(imported)
    }
}

fn row_of(video: &VideoLabels, segment: &SegmentLabel) -> Option<[String; 15]> {
    let (start, end) = segment.extent.span(&video.clock)?;
    let frame = |time: MediaTime| video.clock.boundary(time).map(|frame| frame.to_string()).unwrap_or_default();
    let (kind, author, hash, accepted) = match &segment.author {
        None => ("", "", "", ""),
        Some(Author::Person(name)) => ("person", name.as_str(), "", ""),
        Some(Author::Model { checkpoint, hash, accepted_by }) => {
            ("model", checkpoint.as_str(), hash.as_str(), accepted_by.as_deref().unwrap_or_default())
        }
    };
    // A model whose find somebody without a name accepted is told from one that nobody has looked at.
    let is_accepted = matches!(&segment.author, Some(Author::Model { accepted_by: Some(_), .. }));
    let kind = if is_accepted { "model_accepted" } else { kind };
    Some([
        guarded(&video.name),
        guarded(&video.path),
        guarded(&segment.class),
        seconds(start),
        seconds(end),
        frame(start),
        frame(end),
        seconds(end.saturating_sub(start)),
        verdict_name(segment.verdict).to_owned(),
        kind.to_owned(),
        guarded(author),
        guarded(hash),
        guarded(accepted),
        segment.score.map(|score| score.to_string()).unwrap_or_default(),
        guarded(&segment.note),
    ])
}

const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Present => "present",
        Verdict::Absent => "absent",
    }
}

/// Whether a spreadsheet would take a text for a formula once the apostrophes before it are gone.
fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn guarded(text: &str) -> String {
    if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => text,
    }
}

fn is_header(headings: &Headings<'_>) -> bool {
    let has_place = headings.column(&START).is_some() || headings.column(&["start frame"]).is_some();
    headings.column(&CLASS).is_some() && (has_place || headings.column(&VIDEO).is_some())
}

/// Which columns a table has.
struct Columns {
    is_ours: bool,
    video: Option<usize>,
    path: Option<usize>,
    class: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    length: Option<usize>,
    start_frame: Option<usize>,
    end_frame: Option<usize>,
    verdict: Option<usize>,
    kind: Option<usize>,
    author: Option<usize>,
    hash: Option<usize>,
    accepted: Option<usize>,
    score: Option<usize>,
    note: Option<usize>,
}

impl Columns {
    fn of(headings: &Headings<'_>) -> Self {
        Self {
            is_ours: headings.column(&["author kind"]).is_some() && headings.column(&["start seconds"]).is_some(),
            video: headings.column(&VIDEO),
            path: headings.column(&["path", "video path", "file path"]),
            class: headings.column(&CLASS),
            start: headings.column(&START),
            end: headings.column(&END),
            length: headings.column(&LENGTH),
            start_frame: headings.column(&["start frame", "frame start", "first frame"]),
            end_frame: headings.column(&["end frame", "frame end", "stop frame"]),
            verdict: headings.column(&["verdict"]),
            kind: headings.column(&["author kind"]),
            author: headings.column(&["author", "annotator", "observer"]),
            hash: headings.column(&["author hash"]),
            accepted: headings.column(&["accepted by"]),
            score: headings.column(&["score", "probability", "confidence"]),
            note: headings.column(&["note", "notes", "comment", "comments"]),
        }
    }

    fn text(&self, row: Row<'_>, column: Option<usize>) -> String {
        let text = row.text(column);
        if self.is_ours { unguarded(text).to_owned() } else { text.to_owned() }
    }
}

fn read(file: &InputFile, options: &ImportOptions, imported: &mut Imported) -> Result<(), ExchangeError> {
    let text = decode(file)?;
    let table = Table::read(&text, is_header).ok_or_else(|| ExchangeError::Broken {
        name: file.name.clone(),
        format: "CSV",
        reason: "no row names the columns; needed are a class (class, label, behavior) and a start and an end \
                 (start_seconds, start, onset; end_seconds, end, stop)"
            .to_owned(),
    })?;
    let columns = Columns::of(&table.headings());
    if columns.video.is_none() && columns.path.is_none() {
        imported.report.remark(format!("{} names no video; its name stands for the video's", file.name));
    }
    if columns.start.is_none() && columns.start_frame.is_none() {
        imported.report.remark(format!("{} states no times; its labels are about whole videos", file.name));
    }
    for (line, row) in table.rows() {
        let place = format!("{}, line {line}", file.name);
        let (name, path) = (columns.text(row, columns.video), columns.text(row, columns.path));
        let (name, path) = match (name.is_empty(), path.is_empty()) {
            (true, true) if columns.video.is_none() && columns.path.is_none() => (stem(&file.name).to_owned(), path),
            (true, true) => {
                imported.report.problem("a row names no video", place);
                continue;
            }
            (true, false) => (file_name(&path).to_owned(), path),
            (false, true) if name.contains(['/', '\\']) => (file_name(&name).to_owned(), name),
            _ => (name, path),
        };
        let video = video_entry(&mut imported.labels, &name, &path, options);
        let clock = imported.labels.videos.get(video).map(|video| video.clock.clone()).unwrap_or_default();
        if let Some(segment) = segment_of(&columns, row, &clock, (&name, &place, &mut imported.report))
            && let Some(video) = imported.labels.videos.get_mut(video)
        {
            video.segments.push(segment);
        }
    }
    Ok(())
}

/// The place of a video among the labels; it is added if it is not there. Tables are mostly sorted by video, so the
/// last one is asked first.
pub fn video_entry(labels: &mut Labels, name: &str, path: &str, options: &ImportOptions) -> usize {
    let found = labels.videos.iter().rposition(|video| video.name == name && video.path == path);
    found.unwrap_or_else(|| {
        let clock = options.clock_of(if path.is_empty() { name } else { path });
        labels.videos.push(VideoLabels {
            name: name.to_owned(),
            path: path.to_owned(),
            clock,
            ..VideoLabels::default()
        });
        labels.videos.len() - 1
    })
}

fn segment_of(
    columns: &Columns,
    row: Row<'_>,
    clock: &Clock,
    (video, place, report): (&str, &str, &mut Report),
) -> Option<SegmentLabel> {
    let class = columns.text(row, columns.class);
    if class.is_empty() {
        report.problem("a row names no class", place);
        return None;
    }
    let extent = extent_of(columns, row, clock).map_err(|problem| report.problem(problem.say(video), place)).ok()?;
    let score = row.text(columns.score);
    let parsed: Option<f32> = score.parse().ok().filter(|score: &f32| score.is_finite());
    if !score.is_empty() && parsed.is_none() {
        report.problem("a score is no number; the label comes in without it", place);
    }
    let verdict = match row.text(columns.verdict) {
        "" | "present" => Verdict::Present,
        "absent" => Verdict::Absent,
        other => {
            report.problem(format!("the verdict “{other}” is neither “present” nor “absent”"), place);
            return None;
        }
    };
    let author = columns.text(row, columns.author);
    let model =
        |accepted_by| Author::Model { checkpoint: author.clone(), hash: columns.text(row, columns.hash), accepted_by };
    let author = match row.text(columns.kind) {
        "model" => Some(model(None)),
        "model_accepted" => Some(model(Some(columns.text(row, columns.accepted)))),
        "person" => Some(Author::Person(author)),
        _ => (!author.is_empty()).then_some(Author::Person(author)),
    };
    Some(SegmentLabel { class, extent, verdict, author, score: parsed, note: columns.text(row, columns.note) })
}

/// Why a row says no extent.
enum NoExtent {
    Missing,
    Unreadable(String),
    NoRate,
    Backwards,
}

impl NoExtent {
    fn say(self, video: &str) -> String {
        match self {
            Self::Missing => "a row lacks its start or its end".to_owned(),
            Self::Unreadable(text) => format!("“{text}” is no time"),
            Self::NoRate => format!("the frame rate of {video} is not known; open the video first"),
            Self::Backwards => "a label ends before it begins".to_owned(),
        }
    }
}

fn extent_of(columns: &Columns, row: Row<'_>, clock: &Clock) -> Result<Extent, NoExtent> {
    if columns.start.is_none() && columns.start_frame.is_none() {
        return Ok(Extent::Whole);
    }
    let time = |column: Option<usize>| match row.text(column) {
        "" => Ok(None),
        text => parse_time(text).map(Some).ok_or_else(|| NoExtent::Unreadable(text.to_owned())),
    };
    let framed = |column: Option<usize>| match row.text(column) {
        "" => Ok(None),
        text => {
            // Some programs print whole numbers with a decimal point.
            let digits = text.strip_suffix(".0").unwrap_or(text);
            let frame: u32 = digits.parse().map_err(|_error| NoExtent::Unreadable(text.to_owned()))?;
            clock.time_of(frame).map(Some).ok_or(NoExtent::NoRate)
        }
    };
    let start = match time(columns.start)? {
        Some(start) => start,
        None => framed(columns.start_frame)?.ok_or(NoExtent::Missing)?,
    };
    let end = match time(columns.end)? {
        Some(end) => Some(end),
        None => time(columns.length)?.map(|length| start.saturating_add(length)),
    };
    let end = match end {
        Some(end) => end,
        None => framed(columns.end_frame)?.ok_or(NoExtent::Missing)?,
    };
    match start.cmp(&end) {
        std::cmp::Ordering::Less => Ok(Extent::Span(start, end)),
        std::cmp::Ordering::Equal => Ok(Extent::Moment(start)),
        std::cmp::Ordering::Greater => Err(NoExtent::Backwards),
    }
}
