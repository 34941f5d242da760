//! BORIS's tables of events: one row an event. Columns are matched by their names, so that the tables of all versions are
//! understood; what is written has the columns of the current one.

use std::collections::BTreeMap;

use super::NO_SUBJECT;
use super::events::{Event, Found, Mark, labels, pair, signed_nanos};
use super::observation::{Timeline, three_decimals};
use super::project::{lane_subject, lanes};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::formats::csv::video_entry;
use crate::exchange::formats::table::{Headings, Row, Table};
use crate::exchange::labels::{Labels, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::file_name;
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::{HALF_MILLI, date_time, decode, full_lines, head, one_line};

const NAME: &str = "BORIS events";
const KIND: [&str; 2] = ["behavior type", "status"];
const BEHAVIOR: [&str; 2] = ["behavior", "behaviour"];
const MEDIUM: [&str; 3] = ["media file name", "media file path", "media file"];

const COLUMNS: [&str; 18] = [
    "Observation id",
    "Observation date",
    "Description",
    "Observation duration",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Media duration (s)",
    "FPS",
    "Subject",
    "Behavior",
    "Behavioral category",
    "Behavior type",
    "Time",
    "Media file name",
    "Image index",
    "Image file path",
    "Comment",
];

/// See the module.
#[derive(Debug)]
pub struct BorisEvents;

impl Format for BorisEvents {
    fn id(&self) -> &'static str {
        "boris-events"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "txt"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        Table::read(&head(file), is_header).is_some()
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        losses(labels, Holds::NOTES)
    }

    fn export(&self, labels: &Labels, options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let date = date_time(options.unix_millis).replace('T', " ");
        let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
        for video in &labels.videos {
            rows.extend(rows_of(video, &date));
        }
        Ok(vec![OutputFile { name: "boris_events.csv".to_owned(), bytes: to_csv(&rows, NAME)? }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let kind = TableKind {
            format: NAME,
            is_header,
            missing: "no row has the columns Behavior, Time and Behavior type or Status",
        };
        import_tables(files, options, &kind, event_of)
    }
}

/// What a row of a table says.
pub(super) enum Said {
    /// Something begins or ends.
    Event(Event),
    /// Something begins and ends.
    Found(Found),
}

/// Which tables are read.
pub(super) struct TableKind {
    pub(super) format: &'static str,
    pub(super) is_header: fn(&Headings<'_>) -> bool,
    /// What is said of a file without such a table.
    pub(super) missing: &'static str,
}

/// Reads tables one after the other; `take` says what a row is, or reports why it is nothing.
pub(super) fn import_tables(
    files: &[InputFile],
    options: &ImportOptions,
    kind: &TableKind,
    take: impl Fn((&Columns, &Headings<'_>), Row<'_>, String, &mut Report) -> Option<Said>,
) -> Result<Imported, ExchangeError> {
    let mut imported = Imported { precision: HALF_MILLI, ..Imported::default() };
    for file in files {
        let text = decode(file)?;
        let table = Table::read(&text, kind.is_header).ok_or_else(|| broken(file, kind.format, kind.missing))?;
        let headings = table.headings();
        let columns = Columns::of(&headings);
        let mut groups = Groups::default();
        for (line, row) in table.rows() {
            let place = format!("{}, line {line}", file.name);
            match take((&columns, &headings), row, place, &mut imported.report) {
                Some(Said::Event(event)) => groups.of(&columns, row).events.push(event),
                Some(Said::Found(found)) => groups.of(&columns, row).found.push(found),
                None => {}
            }
        }
        groups.finish(options, &mut imported);
    }
    Ok(imported)
}

fn event_of(
    (columns, headings): (&Columns, &Headings<'_>),
    row: Row<'_>,
    place: String,
    report: &mut Report,
) -> Option<Said> {
    let mark = match row.text(columns.kind).to_uppercase().as_str() {
        "START" => Mark::Start,
        "STOP" => Mark::Stop,
        "POINT" => Mark::Point,
        "STATE" => Mark::Turn,
        other => {
            report.problem(format!("a row is “{other}”, which is none of START, STOP and POINT"), place);
            return None;
        }
    };
    let comment = row.text(headings.column(&["comment"])).to_owned();
    columns.event(row, (headings.column(&["time"]), comment, mark), place, report).map(Said::Event)
}

fn broken(file: &InputFile, format: &'static str, reason: &str) -> ExchangeError {
    ExchangeError::Broken { name: file.name.clone(), format, reason: reason.to_owned() }
}

/// Rows as CSV.
pub(super) fn to_csv(rows: &[Vec<String>], format: &'static str) -> Result<Vec<u8>, ExchangeError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |reason: String| ExchangeError::CannotHold { format, reason };
    for row in rows {
        writer.write_record(row).map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn is_header(headings: &Headings<'_>) -> bool {
    let has = |names: &[&str]| headings.column(names).is_some();
    has(&BEHAVIOR) && has(&KIND) && has(&["time"])
}

fn rows_of(video: &VideoLabels, date: &str) -> Vec<Vec<String>> {
    let path = if video.path.is_empty() { &video.name } else { &video.path };
    let length = video.clock.duration.map(|length| three_decimals(crate::exchange::text::millis(length)));
    let rate = video.clock.rate.map(|rate| format!("{rate:.3}"));
    let mut rows: Vec<(u64, u8, Vec<String>)> = Vec::new();
    let laid = lanes(video);
    let first = laid.iter().map(|(_lane, (start, _end), _segment)| *start).min().unwrap_or(0);
    let last = laid.iter().map(|(_lane, (_start, end), _segment)| *end).max().unwrap_or(0);
    for (lane, (start, end), segment) in laid {
        let subject = if lane == 0 { NO_SUBJECT.to_owned() } else { lane_subject(lane) };
        let row = |millis: u64, mark: &str, comment: String| {
            let time = crate::exchange::text::from_millis(millis).unwrap_or_default();
            let frame = video.clock.boundary(time).map_or_else(|| "NA".to_owned(), |frame| frame.to_string());
            vec![
                one_line(&video.name),
                date.to_owned(),
                one_line(&video.note),
                three_decimals(last - first),
                "Media file(s)".to_owned(),
                format!("player #1:{}", one_line(path)),
                "0.0".to_owned(),
                length.clone().unwrap_or_else(|| "NA".to_owned()),
                rate.clone().unwrap_or_else(|| "NA".to_owned()),
                subject.clone(),
                one_line(&segment.class),
                String::new(),
                mark.to_owned(),
                three_decimals(millis),
                one_line(path),
                frame,
                "NA".to_owned(),
                comment,
            ]
        };
        rows.push((start, 1, row(start, "START", full_lines(&segment.note).join("\n"))));
        rows.push((end, 0, row(end, "STOP", String::new())));
    }
    // An end comes before the start of the next label of its class at the same moment.
    rows.sort_by_key(|(time, order, _row)| (*time, *order));
    rows.into_iter().map(|(_time, _order, row)| row).collect()
}

/// The columns that both kinds of tables have.
pub(super) struct Columns {
    observation: Option<usize>,
    source: Option<usize>,
    medium: Option<usize>,
    length: Option<usize>,
    rate: Option<usize>,
    offset: Option<usize>,
    subject: Option<usize>,
    behavior: Option<usize>,
    modifiers: Vec<usize>,
    pub(super) kind: Option<usize>,
}

impl Columns {
    fn of(headings: &Headings<'_>) -> Self {
        Self {
            observation: headings.column(&["observation id", "observation"]),
            source: headings.column(&["source"]),
            medium: headings.column(&MEDIUM),
            length: headings.column(&["media duration (s)", "total length"]),
            rate: headings.column(&["fps", "fps (frame/s)"]),
            offset: headings.column(&["time offset (s)"]),
            subject: headings.column(&["subject"]),
            behavior: headings.column(&BEHAVIOR),
            modifiers: headings.columns_like("modifier"),
            kind: headings.column(&KIND),
        }
    }

    /// The event of a row.
    pub(super) fn event(
        &self,
        row: Row<'_>,
        (time, comment, mark): (Option<usize>, String, Mark),
        place: String,
        report: &mut Report,
    ) -> Option<Event> {
        let behavior = row.text(self.behavior).to_owned();
        if behavior.is_empty() {
            report.problem("a row names no behaviour", place);
            return None;
        }
        let Some(nanos) = signed_nanos(row.text(time)) else {
            report.problem("a row has no time", place);
            return None;
        };
        let modifiers: Vec<&str> =
            self.modifiers.iter().map(|column| row.text(Some(*column))).filter(|text| !text.is_empty()).collect();
        let subject = row.text(self.subject).to_owned();
        Some(Event { nanos, subject, behavior, modifiers: modifiers.join("|"), comment, mark, place })
    }

    /// The media of the first player: from the source if that lists them, else the one of the row.
    fn media(&self, row: Row<'_>) -> Vec<String> {
        let source = row.text(self.source);
        let first = source.split_once("player #1:").map(|(_before, rest)| rest);
        let listed = first.map(|rest| rest.split("player #").next().unwrap_or(rest));
        let listed = listed.into_iter().flat_map(|listed| listed.split(';'));
        let media: Vec<String> =
            listed.map(|path| path.trim().trim_end_matches('|').to_owned()).filter(|path| !path.is_empty()).collect();
        let own = row.text(self.medium);
        match (media.len(), own) {
            (0 | 1, own) if !own.is_empty() && own != "NA" => vec![own.to_owned()],
            _ => media,
        }
    }
}

/// The rows of a table by observation.
#[derive(Default)]
struct Groups {
    groups: Vec<Group>,
    places: BTreeMap<(String, Vec<String>), usize>,
}

/// The events of one observation.
#[derive(Default)]
struct Group {
    media: Vec<String>,
    timeline: Timeline,
    rate: Option<f64>,
    events: Vec<Event>,
    found: Vec<Found>,
}

impl Groups {
    /// The observation of a row.
    fn of(&mut self, columns: &Columns, row: Row<'_>) -> &mut Group {
        let media = columns.media(row);
        let key = (row.text(columns.observation).to_owned(), media.clone());
        let place = *self.places.entry(key).or_insert_with(|| {
            let lengths =
                row.text(columns.length).split(';').map(|length| signed_nanos(length).filter(|time| *time > 0));
            let mut lengths: Vec<Option<i128>> = lengths.collect();
            lengths.resize(media.len().max(1), None);
            let offset = signed_nanos(row.text(columns.offset)).unwrap_or(0);
            let timeline = Timeline { offset, lengths };
            let rate = row.text(columns.rate).parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
            self.groups.push(Group { media, timeline, rate, ..Group::default() });
            self.groups.len() - 1
        });
        // The place was just looked up or made.
        self.groups.get_mut(place).expect("should be there: places are those of groups")
    }

    /// Turns everything into labels.
    fn finish(self, options: &ImportOptions, imported: &mut Imported) {
        for mut group in self.groups {
            let place = group.events.iter().map(|event| &event.place).next();
            let place = place.or(group.found.first().map(|found| &found.from.place)).cloned().unwrap_or_default();
            if group.media.is_empty() {
                imported.report.problem("rows name no media file, so they are left out", place);
                continue;
            }
            if group.timeline.lengths.iter().rev().skip(1).any(Option::is_none) {
                let text = "an observation has several media whose lengths it does not state, so it is left out";
                imported.report.problem(text, place);
                continue;
            }
            group.found.extend(pair(std::mem::take(&mut group.events), &mut imported.report));
            let videos: Vec<usize> = group
                .media
                .iter()
                .map(|path| video_entry(&mut imported.labels, file_name(path), path, options))
                .collect();
            for (medium, label) in labels(group.found, &group.timeline, &mut imported.report) {
                let video = videos.get(medium).and_then(|video| imported.labels.videos.get_mut(*video));
                if let Some(video) = video {
                    video.clock.rate = video.clock.rate.or(group.rate);
                    video.segments.push(label);
                }
            }
        }
    }
}
