//! From the elements of an `.eaf` file to labels, whatever its tiers are like.

use std::collections::{BTreeMap, BTreeSet};

use ks_domain::MediaTime;
use ks_domain::project::Author;

use super::xml::{Document, Media, Place, Tier};
use super::{NOTE_TYPE, OWN_PROPERTY};
use crate::exchange::format::{ClassSource, ImportOptions, Imported, InputFile};
use crate::exchange::labels::{ClassLabel, Extent, SegmentLabel, VideoLabels};
use crate::exchange::names::{file_name, stem};
use crate::exchange::report::Report;
use crate::exchange::text::one_line;

/// How many annotations may stand between one and the time that it has from its parents.
const MAX_PARENTS: usize = 32;

pub(super) fn read(file: &InputFile, document: Document, options: &ImportOptions, imported: &mut Imported) {
    let report = &mut imported.report;
    let place = file.name.as_str();
    if document.has_foreign_entity {
        report.problem("the file defines entities of its own, which are left out", place);
    }
    let Some(unit) = unit_nanos(&document.units) else {
        report.problem(format!("its times are in “{}”, which says no time; nothing was taken", document.units), place);
        return;
    };
    let (path, origin) = medium(&document, place, report);
    let is_ours = document.properties.contains_key(OWN_PROPERTY);
    let by_value = match options.class_source {
        _ if is_ours => true,
        ClassSource::Value => true,
        ClassSource::Tier => false,
        ClassSource::Guess => guess_by_value(&document, place, report),
    };
    let times = Times::new(&document, place, report);
    let notes = if is_ours { notes_of(&document) } else { BTreeMap::new() };
    let name = if path.is_empty() { stem(place).to_owned() } else { file_name(&path).to_owned() };
    let mut video = VideoLabels {
        clock: options.clock_of(if path.is_empty() { &name } else { &path }),
        name,
        path,
        ..VideoLabels::default()
    };
    let is_note = |tier: &&Tier| is_ours && tier.kind == NOTE_TYPE;
    for tier in document.tiers.iter().filter(|tier| !is_note(tier)) {
        if is_ours && !is_second(tier) {
            add_class(imported, &tier.id);
        }
        for annotation in &tier.annotations {
            let place = format!("{}, tier {}, {}", file.name, tier.id, annotation.id);
            let value = one_line(&annotation.value);
            let class = if by_value && !value.is_empty() { value.clone() } else { one_line(&tier.id) };
            let Some((start, end)) = times.span(&annotation.id) else {
                imported.report.problem("an annotation has no time", place);
                continue;
            };
            let moment = |time: i128| {
                let nanos = (time + i128::from(origin)) * i128::from(unit);
                u64::try_from(nanos).ok().map(MediaTime::from_nanos)
            };
            let extent = match (moment(start), moment(end)) {
                (Some(start), Some(end)) if start < end => Extent::Span(start, end),
                (Some(start), Some(end)) if start == end => Extent::Moment(start),
                (Some(_), Some(_)) => {
                    imported.report.problem("an annotation ends before it begins", place);
                    continue;
                }
                _ => {
                    imported.report.problem("an annotation lies outside of the video", place);
                    continue;
                }
            };
            let note = match (by_value, value) {
                (true, _) => notes.get(annotation.id.as_str()).copied().unwrap_or_default().to_owned(),
                (false, value) if value == class => String::new(),
                (false, value) => value,
            };
            let author = (!tier.annotator.is_empty()).then(|| Author::Person(tier.annotator.clone()));
            video.segments.push(SegmentLabel { author, note, ..SegmentLabel::new(class, extent) });
        }
    }
    imported.labels.videos.push(video);
}

fn add_class(imported: &mut Imported, name: &str) {
    if !imported.labels.classes.iter().any(|class| class.name == name) {
        imported.labels.classes.push(ClassLabel::named(name));
    }
}

/// Whether one of our tiers is a further one of a class: its annotations say another name than its own.
fn is_second(tier: &Tier) -> bool {
    tier.annotations.first().is_some_and(|annotation| one_line(&annotation.value) != tier.id)
}

/// Nanoseconds of a unit of time.
fn unit_nanos(units: &str) -> Option<u64> {
    match units {
        "" | "milliseconds" => Some(1_000_000),
        "PAL-frames" => Some(40_000_000),
        // 30000/1001 frames a second.
        "NTSC-frames" => Some(33_366_667),
        _ => None,
    }
}

/// The path of the video, and when it begins on the file's clock.
fn medium(document: &Document, place: &str, report: &mut Report) -> (String, i64) {
    let is_video = |media: &&Media| !media.mime.starts_with("audio");
    let Some(media) = document.media.iter().find(is_video).or(document.media.first()) else {
        return (document.media_file.clone(), 0);
    };
    if document.media.iter().filter(is_video).count() > 1 {
        report.remark(format!("{place} names several videos; its labels go to the first"));
    }
    if media.origin != 0 {
        report.remark(format!(
            "{place} begins {} time units into its video; its labels were moved by that",
            media.origin
        ));
    }
    let url = if media.url.is_empty() { &media.relative } else { &media.url };
    (path_of(url), media.origin)
}

/// The path that an address means.
fn path_of(url: &str) -> String {
    let path = match url.strip_prefix("file:") {
        Some(rest) => match rest.strip_prefix("//") {
            // Two slashes more begin the name of another computer.
            Some(rest) if rest.starts_with("//") => rest.to_owned(),
            Some(rest) if rest.starts_with('/') => rest.to_owned(),
            Some(rest) => format!("//{rest}"),
            None => rest.to_owned(),
        },
        None => url.strip_prefix("./").unwrap_or(url).to_owned(),
    };
    let path = unpercent(&path);
    // `/C:/…` is a path of Windows with a slash too many.
    match path.strip_prefix('/') {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => rest.to_owned(),
        _ => path,
    }
}

/// A text with `%41` as `A`; as it is where that would make no text.
fn unpercent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match after {
            [high, low, ..] if *first == b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                digit(*high).zip(digit(*low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = rest.get(if code.is_some() { 3 } else { 1 }..).unwrap_or_default();
    }
    String::from_utf8(bytes).unwrap_or_else(|_error| text.to_owned())
}

/// Whether the annotations say the classes: they do if those of one tier differ.
fn guess_by_value(document: &Document, place: &str, report: &mut Report) -> bool {
    let differs = |tier: &Tier| {
        let values: BTreeSet<&str> = tier.annotations.iter().map(|annotation| annotation.value.trim()).collect();
        values.iter().filter(|value| !value.is_empty()).count() > 1
    };
    let by_value = document.tiers.iter().any(differs);
    let chosen = if by_value {
        "the texts of the annotations are the classes, as those of one tier differ"
    } else {
        "the names of the tiers are the classes, as the annotations of each tier say the same"
    };
    report.remark(format!("{place}: {chosen}"));
    by_value
}

/// The notes of our own files, by the annotation that they are about.
fn notes_of(document: &Document) -> BTreeMap<&str, &str> {
    let tiers = document.tiers.iter().filter(|tier| tier.kind == NOTE_TYPE);
    let annotations = tiers.flat_map(|tier| &tier.annotations);
    let note = |annotation: &'_ super::xml::Annotation| matches!(annotation.at, Place::Parent(_));
    annotations
        .filter(|annotation| note(annotation))
        .filter_map(|annotation| match &annotation.at {
            Place::Parent(parent) => Some((parent.as_str(), annotation.value.as_str())),
            Place::Slots(..) => None,
        })
        .collect()
}

/// When annotations begin and end, in the file's units.
struct Times<'a> {
    slots: BTreeMap<&'a str, i128>,
    places: BTreeMap<&'a str, &'a Place>,
    /// Where an annotation stands among those of its tier that share a parent, and how many those are.
    shares: BTreeMap<&'a str, (usize, usize)>,
}

impl<'a> Times<'a> {
    fn new(document: &'a Document, place: &str, report: &mut Report) -> Self {
        let mut places = BTreeMap::new();
        let mut shares = BTreeMap::new();
        for tier in &document.tiers {
            let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for annotation in &tier.annotations {
                places.insert(annotation.id.as_str(), &annotation.at);
                if let Place::Parent(parent) = &annotation.at {
                    children.entry(parent.as_str()).or_default().push(annotation.id.as_str());
                }
            }
            for siblings in children.values() {
                for (index, id) in siblings.iter().enumerate() {
                    shares.insert(*id, (index, siblings.len()));
                }
            }
        }
        Self { slots: slot_times(document, place, report), places, shares }
    }

    /// Start and end of an annotation; several with one parent share its time evenly, as ELAN draws them.
    fn span(&self, id: &str) -> Option<(i128, i128)> {
        let mut parts: Vec<(usize, usize)> = Vec::new();
        let mut id = id;
        let (start, end) = loop {
            match self.places.get(id)? {
                Place::Slots(from, to) => break (*self.slots.get(from.as_str())?, *self.slots.get(to.as_str())?),
                Place::Parent(parent) => {
                    parts.push(self.shares.get(id).copied().unwrap_or((0, 1)));
                    if parts.len() > MAX_PARENTS {
                        return None;
                    }
                    id = parent.as_str();
                }
            }
        };
        let divide = |(start, end): (i128, i128), (index, count): &(usize, usize)| {
            let (index, count) = (*index as i128, (*count).max(1) as i128);
            (start + (end - start) * index / count, start + (end - start) * (index + 1) / count)
        };
        Some(parts.iter().rev().fold((start, end), divide))
    }
}

/// The times of the slots. Slots without one lie evenly between their neighbours that have one, as ELAN draws them.
fn slot_times<'a>(document: &'a Document, place: &str, report: &mut Report) -> BTreeMap<&'a str, i128> {
    let slots = &document.slots;
    let known: Vec<(usize, i128)> =
        slots.iter().enumerate().filter_map(|(index, (_id, time))| Some((index, i128::from((*time)?)))).collect();
    let mut times = BTreeMap::new();
    for (index, (id, time)) in slots.iter().enumerate() {
        if let Some(time) = time {
            times.insert(id.as_str(), i128::from(*time));
            continue;
        }
        let after = known.partition_point(|(known, _time)| *known < index);
        let before = after.checked_sub(1).and_then(|before| known.get(before));
        match (before, known.get(after)) {
            (Some((from, start)), Some((to, end))) => {
                let (part, whole) = ((index - from) as i128, (to - from) as i128);
                times.insert(id.as_str(), start + (end - start) * part / whole);
                report.remark(format!(
                    "{place} has times that are not aligned; they were put evenly between those that are"
                ));
            }
            _ => report.problem("a time slot has no time, and none before or after it has one", place),
        }
    }
    times
}
