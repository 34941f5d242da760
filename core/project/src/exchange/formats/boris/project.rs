//! BORIS's project files, version 7.0.

use std::collections::BTreeMap;

use ks_domain::MediaTime;
use ks_domain::project::Verdict;
use serde_json::{Map, Value, json};

use super::OVERLAP;
use super::events::{Event, Mark, labels, pair, signed_nanos};
use super::observation::{Timeline, seconds};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::formats::csv::video_entry;
use crate::exchange::formats::json::{from_hex, hex, parse, to_bytes};
use crate::exchange::labels::{ClassLabel, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::file_name;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::{HALF_MILLI, date_time, full_lines, head, milli_span, one_line};

const NAME: &str = "BORIS project";
/// Players of an observation.
const PLAYERS: std::ops::RangeInclusive<u32> = 1..=8;

/// See the module.
#[derive(Debug)]
pub struct BorisProject;

impl Format for BorisProject {
    fn id(&self) -> &'static str {
        "boris"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["boris"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let head = head(file);
        let is_named = file.name.to_lowercase().ends_with(".boris");
        head.trim_start().starts_with('{')
            && (is_named || head.contains("\"behaviors_conf\"") || head.contains("\"project_format_version\""))
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        let holds =
            [Holds::NOTES, Holds::COLORS, Holds::KEYS, Holds::DESCRIPTIONS, Holds::UNUSED_CLASSES, Holds::EMPTY_VIDEOS];
        let mut found = losses(labels, Holds::all(&holds));
        if labels.videos.iter().any(|video| lanes(video).iter().any(|(lane, _span, _segment)| *lane > 0)) {
            found.push(format!("labels that overlap others of their class get the subject “{OVERLAP}2” and so on"));
        }
        found
    }

    fn export(&self, labels: &Labels, options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let date = date_time(options.unix_millis);
        let mut observations = Map::new();
        for video in &labels.videos {
            let mut id = one_line(&video.name);
            let mut number = 2;
            while observations.contains_key(&id) {
                id = format!("{} ({number})", one_line(&video.name));
                number += 1;
            }
            observations.insert(id, observation(video, &date));
        }
        let document = json!({
            "time_format": "hh:mm:ss",
            "project_date": date,
            "project_name": labels.title,
            "project_description": "",
            "project_format_version": "7.0",
            "subjects_conf": subjects(labels),
            "behaviors_conf": behaviors(labels),
            "observations": observations,
            "behavioral_categories": [],
            "independent_variables": {},
            "coding_map": {},
            "behaviors_coding_map": [],
            "converters": {},
        });
        Ok(vec![OutputFile { name: "labels.boris".to_owned(), bytes: to_bytes(&document, NAME)? }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let mut imported = Imported { precision: HALF_MILLI, ..Imported::default() };
        for file in files {
            let document: Value = parse(file, NAME)?;
            let broken = |reason: &str| ExchangeError::Broken {
                name: file.name.clone(),
                format: NAME,
                reason: reason.to_owned(),
            };
            let observations = document.get("observations").and_then(Value::as_object);
            let observations = observations.ok_or_else(|| broken("it has no “observations”"))?;
            if imported.labels.title.is_empty() {
                imported.labels.title = text(document.get("project_name")).to_owned();
            }
            let kinds = read_behaviors(&document, &mut imported);
            for (id, observation) in observations {
                read_observation((id, observation), &kinds, &file.name, options, &mut imported);
            }
        }
        Ok(imported)
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn behaviors(labels: &Labels) -> Map<String, Value> {
    let mut classes = labels.classes.clone();
    for segment in labels.videos.iter().flat_map(|video| &video.segments) {
        if !classes.iter().any(|class| class.name == segment.class) {
            classes.push(ClassLabel::named(segment.class.as_str()));
        }
    }
    let behavior = |class: &ClassLabel| {
        json!({
            "type": "State event",
            "key": class.key.map(String::from).unwrap_or_default(),
            "code": one_line(&class.name),
            "description": one_line(&class.description),
            "color": class.color.map(hex).unwrap_or_default(),
            "category": "",
            "modifiers": {},
            "excluded": "",
            "coding map": "",
        })
    };
    classes.iter().enumerate().map(|(index, class)| (index.to_string(), behavior(class))).collect()
}

pub(super) fn lane_subject(lane: usize) -> String {
    if lane == 0 { String::new() } else { format!("{OVERLAP}{}", lane + 1) }
}

/// The subjects that the labels need.
fn subjects(labels: &Labels) -> Map<String, Value> {
    let most =
        labels.videos.iter().flat_map(|video| lanes(video).into_iter().map(|(lane, _span, _segment)| lane)).max();
    let subject = |lane: usize| json!({ "key": "", "name": lane_subject(lane), "description": "" });
    (1..=most.unwrap_or(0)).map(|lane| ((lane - 1).to_string(), subject(lane))).collect()
}

/// The labels in milliseconds, each in a lane in which none of its class overlaps it.
pub(super) fn lanes(video: &VideoLabels) -> Vec<(usize, (u64, u64), &SegmentLabel)> {
    let present = video.segments.iter().filter(|segment| segment.verdict == Verdict::Present);
    let mut spans: Vec<((u64, u64), &SegmentLabel)> = present
        .filter_map(|segment| {
            let (start, end) = segment.extent.span(&video.clock)?;
            Some((milli_span(start, end), segment))
        })
        .collect();
    spans.sort_by(|(a, one), (b, other)| (a, &one.class).cmp(&(b, &other.class)));
    let mut ends: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    let mut laid = Vec::new();
    for ((start, end), segment) in spans {
        let lanes = ends.entry(segment.class.as_str()).or_default();
        let lane = lanes.iter().position(|before| *before <= start).unwrap_or(lanes.len());
        match lanes.get_mut(lane) {
            Some(before) => *before = end,
            None => lanes.push(end),
        }
        laid.push((lane, (start, end), segment));
    }
    laid
}

fn observation(video: &VideoLabels, date: &str) -> Value {
    // Rows of equal time: an end comes before the start of the next label of its class.
    let mut rows: Vec<(u64, u8, Value)> = Vec::new();
    for (lane, (start, end), segment) in lanes(video) {
        let row = |millis: u64, comment: String| {
            let time = MediaTime::from_nanos(millis.saturating_mul(1_000_000));
            let frame = video.clock.boundary(time).map_or_else(|| json!("NA"), |frame| json!(frame));
            json!([seconds(time), lane_subject(lane), one_line(&segment.class), "", comment, frame])
        };
        rows.push((start, 1, row(start, full_lines(&segment.note).join("\n"))));
        rows.push((end, 0, row(end, String::new())));
    }
    rows.sort_by_key(|(time, order, _row)| (*time, *order));
    let path = if video.path.is_empty() { video.name.as_str() } else { video.path.as_str() };
    let end = rows.iter().map(|(time, _order, _row)| *time).max().unwrap_or(0) as f64 / 1000.0;
    let events: Vec<Value> = rows.into_iter().map(|(_time, _order, row)| row).collect();
    let mut files = Map::new();
    let mut offsets = Map::new();
    for player in PLAYERS {
        let media = if player == 1 { vec![path] } else { Vec::new() };
        files.insert(player.to_string(), json!(media));
    }
    offsets.insert("1".to_owned(), json!(0.0));
    json!({
        "file": files,
        "type": "MEDIA",
        "date": date,
        "description": one_line(&video.note),
        "time offset": 0.0,
        "events": events,
        "observation time interval": [0, 0],
        "independent_variables": {},
        "visualize_spectrogram": false,
        "visualize_waveform": false,
        "media_creation_date_as_offset": false,
        "media_scan_sampling_duration": 0,
        "image_display_duration": 1,
        "close_behaviors_between_videos": false,
        "media_info": {
            "length": { path: video.clock.duration.map_or(end, seconds) },
            "fps": { path: video.clock.rate.unwrap_or(0.0) },
            "hasVideo": { path: true },
            "hasAudio": { path: false },
            "offset": offsets,
        },
    })
}

/// The classes, and which of the behaviours are states.
fn read_behaviors(document: &Value, imported: &mut Imported) -> BTreeMap<String, Mark> {
    let mut kinds = BTreeMap::new();
    let behaviors = document.get("behaviors_conf").and_then(Value::as_object);
    let mut behaviors: Vec<(&String, &Value)> = behaviors.into_iter().flatten().collect();
    // Their order is that of their numbers, which are texts.
    behaviors.sort_by_key(|(number, _behavior)| number.parse::<u64>().unwrap_or(u64::MAX));
    for (_number, behavior) in behaviors {
        let name = text(behavior.get("code")).trim();
        if name.is_empty() {
            continue;
        }
        let is_point = text(behavior.get("type")).to_lowercase().starts_with("point");
        kinds.insert(name.to_owned(), if is_point { Mark::Point } else { Mark::Turn });
        let color = text(behavior.get("color"));
        if !color.is_empty() && from_hex(color).is_none() {
            imported.report.problem("a colour is not written like #3b7dd8; the class comes in without it", name);
        }
        let mut characters = text(behavior.get("key")).chars();
        let key = characters.next().filter(|_key| characters.next().is_none());
        imported.labels.classes.push(ClassLabel {
            name: name.to_owned(),
            color: from_hex(color),
            key,
            description: text(behavior.get("description")).to_owned(),
        });
    }
    kinds
}

fn read_observation(
    (id, observation): (&str, &Value),
    kinds: &BTreeMap<String, Mark>,
    file: &str,
    options: &ImportOptions,
    imported: &mut Imported,
) {
    let place = format!("{file}, observation {id}");
    let rows = observation.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let kind = text(observation.get("type"));
    if kind != "MEDIA" {
        let text = format!("observations of the type {kind} have no video, so their events are left out");
        return imported.report.problem(text, place);
    }
    let players = |player: u32| {
        let files = observation.get("file").and_then(|files| files.get(player.to_string()));
        let files = files.and_then(Value::as_array).into_iter().flatten();
        files.filter_map(Value::as_str).collect::<Vec<&str>>()
    };
    let media = players(1);
    if media.is_empty() {
        return imported.report.problem("an observation has no media, so its events are left out", place);
    }
    if PLAYERS.skip(1).any(|player| !players(player).is_empty()) {
        imported
            .report
            .remark("where an observation shows several videos beside each other, its labels go to the first");
    }
    let lengths: Vec<Option<i128>> = media.iter().map(|path| length_of(observation, path)).collect();
    let is_divisible = lengths.iter().rev().skip(1).all(Option::is_some);
    if !is_divisible {
        let text = "an observation has several media whose lengths it does not state, so its events are left out";
        return imported.report.problem(text, place);
    }
    let offset = match observation.get("time offset") {
        None | Some(Value::Null) => Some(0),
        Some(value) => nanos_of(value),
    };
    let timeline = Timeline { offset: offset.unwrap_or(0), lengths };
    let mut events = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match event_of(row, kinds, format!("{place}, event {}", index + 1)) {
            Ok(event) => events.push(event),
            Err((problem, place)) => imported.report.problem(problem, place),
        }
    }
    let videos: Vec<usize> =
        media.iter().map(|path| video_entry(&mut imported.labels, file_name(path), path, options)).collect();
    let found = pair(events, &mut imported.report);
    for (video, path) in videos.iter().zip(&media) {
        let rate = observation.get("media_info").and_then(|info| info.get("fps")?.get(*path)?.as_f64());
        if let Some(video) = imported.labels.videos.get_mut(*video) {
            video.clock.rate = video.clock.rate.or(rate);
        }
    }
    for (medium, label) in labels(found, &timeline, &mut imported.report) {
        let video = videos.get(medium).and_then(|video| imported.labels.videos.get_mut(*video));
        if let Some(video) = video {
            video.segments.push(label);
        }
    }
    let description = text(observation.get("description"));
    let video = videos.first().and_then(|video| imported.labels.videos.get_mut(*video));
    if let Some(video) = video.filter(|video| video.note.is_empty()) {
        description.trim().clone_into(&mut video.note);
    }
    if observation.get("independent_variables").and_then(Value::as_object).is_some_and(|all| !all.is_empty()) {
        imported.report.problem("independent variables are not taken", place);
    }
}

fn length_of(observation: &Value, path: &str) -> Option<i128> {
    nanos_of(observation.get("media_info")?.get("length")?.get(path)?).filter(|length| *length > 0)
}

/// A number or a text with a number, as a time.
fn nanos_of(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => {
            let secs = number.as_f64().filter(|secs| secs.is_finite() && secs.abs() < 1e10)?;
            let nanos = i128::from(MediaTime::from_secs_f64(secs.abs()).nanos());
            Some(if secs < 0.0 { -nanos } else { nanos })
        }
        Value::String(text) => signed_nanos(text),
        _ => None,
    }
}

fn event_of(row: &Value, kinds: &BTreeMap<String, Mark>, place: String) -> Result<Event, (String, String)> {
    let cells = row.as_array().map(Vec::as_slice).unwrap_or_default();
    let cell = |index: usize| text(cells.get(index)).trim().to_owned();
    let Some(nanos) = cells.first().and_then(nanos_of) else {
        return Err(("an event has no time".to_owned(), place));
    };
    let behavior = cell(2);
    match kinds.get(&behavior) {
        Some(mark) => {
            let (subject, modifiers, comment) = (cell(1), cell(3), cell(4));
            Ok(Event { nanos, subject, behavior, modifiers, comment, mark: *mark, place })
        }
        None => Err((
            format!("the behaviour “{behavior}” is not among those of the project; its events are left out"),
            place,
        )),
    }
}
