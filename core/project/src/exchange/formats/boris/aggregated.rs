//! BORIS's tables of aggregated events: one row a state with its start and stop, or a point event.

use super::NO_SUBJECT;
use super::events::{Found, Mark, signed_nanos};
use super::observation::three_decimals;
use super::project::{lane_subject, lanes};
use super::table::{Columns, Said, TableKind, import_tables, to_csv};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::formats::table::{Headings, Row, Table};
use crate::exchange::labels::{Labels, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::{date_time, from_millis, full_lines, head, millis, one_line};

const NAME: &str = "BORIS aggregated events";
const START: [&str; 2] = ["start (s)", "start"];
const STOP: [&str; 2] = ["stop (s)", "stop"];

const COLUMNS: [&str; 24] = [
    "Observation id",
    "Observation date",
    "Description",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Coding duration",
    "Media duration (s)",
    "FPS (frame/s)",
    "Subject",
    "Observation duration by subject by observation",
    "Behavior",
    "Behavioral category",
    "Behavior type",
    "Start (s)",
    "Stop (s)",
    "Duration (s)",
    "Media file name",
    "Image index start",
    "Image index stop",
    "Image file path start",
    "Image file path stop",
    "Comment start",
    "Comment stop",
];

/// See the module.
#[derive(Debug)]
pub struct BorisAggregated;

impl Format for BorisAggregated {
    fn id(&self) -> &'static str {
        "boris-aggregated"
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
        Ok(vec![OutputFile { name: "boris_aggregated.csv".to_owned(), bytes: to_csv(&rows, NAME)? }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let kind = TableKind {
            format: NAME,
            is_header,
            missing: "no row has the columns Behavior, Behavior type, Start (s) and Stop (s)",
        };
        import_tables(files, options, &kind, label_of)
    }
}

fn label_of(
    (columns, headings): (&Columns, &Headings<'_>),
    row: Row<'_>,
    place: String,
    report: &mut Report,
) -> Option<Said> {
    let is_point = row.text(columns.kind).to_uppercase().starts_with("POINT");
    let comment = row.text(headings.column(&["comment start", "comment"])).to_owned();
    let start = headings.column(&START);
    let from = columns.event(row, (start, comment, Mark::Point), place.clone(), report)?;
    let to = match (is_point, signed_nanos(row.text(headings.column(&STOP)))) {
        (true, _) => None,
        (false, Some(to)) if to >= from.nanos => Some((to, row.text(headings.column(&["comment stop"])).to_owned())),
        (false, Some(_)) => {
            report.problem("a label ends before it begins", place);
            return None;
        }
        (false, None) => {
            report.problem("a state has no stop (UNPAIRED in BORIS); it is left out", place);
            return None;
        }
    };
    Some(Said::Found(Found { from, to }))
}

fn is_header(headings: &Headings<'_>) -> bool {
    let has = |names: &[&str]| headings.column(names).is_some();
    has(&["behavior", "behaviour"]) && has(&["behavior type"]) && has(&START) && has(&STOP)
}

fn rows_of(video: &VideoLabels, date: &str) -> Vec<Vec<String>> {
    let path = one_line(if video.path.is_empty() { &video.name } else { &video.path });
    let unknown = || "NA".to_owned();
    let length = video.clock.duration.map_or_else(unknown, |length| three_decimals(millis(length)));
    let rate = video.clock.rate.map_or_else(unknown, |rate| format!("{rate:.3}"));
    let laid = lanes(video);
    let first = laid.iter().map(|(_lane, (start, _end), _segment)| *start).min().unwrap_or(0);
    let last = laid.iter().map(|(_lane, (_start, end), _segment)| *end).max().unwrap_or(0);
    let frame = |at: u64| {
        from_millis(at).and_then(|time| video.clock.boundary(time)).map_or_else(unknown, |frame| frame.to_string())
    };
    let row = |(lane, (start, end), segment): (usize, (u64, u64), &crate::exchange::labels::SegmentLabel)| {
        vec![
            one_line(&video.name),
            date.to_owned(),
            one_line(&video.note),
            "Media file(s)".to_owned(),
            format!("player #1:{path}"),
            "0.0".to_owned(),
            three_decimals(last - first),
            length.clone(),
            rate.clone(),
            if lane == 0 { NO_SUBJECT.to_owned() } else { lane_subject(lane) },
            three_decimals(last - first),
            one_line(&segment.class),
            String::new(),
            "STATE".to_owned(),
            three_decimals(start),
            three_decimals(end),
            three_decimals(end - start),
            path.clone(),
            frame(start),
            frame(end),
            unknown(),
            unknown(),
            full_lines(&segment.note).join("\n"),
            String::new(),
        ]
    };
    laid.into_iter().map(row).collect()
}
