//! Writes an `.eaf` file of version 3.0.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ks_domain::project::Verdict;
use quick_xml::escape::escape;

use super::{NOTE_TYPE, OWN_PROPERTY};
use crate::exchange::format::ExportOptions;
use crate::exchange::labels::{Labels, SegmentLabel, VideoLabels};
use crate::exchange::names::file_name;
use crate::exchange::text::{full_lines, milli_span, one_line};

/// A tier: a class, or one more of it where its labels overlap.
struct Tier<'a> {
    name: String,
    annotations: Vec<Annotation<'a>>,
}

struct Annotation<'a> {
    start: u64,
    end: u64,
    segment: &'a SegmentLabel,
}

/// The text of the file of a video.
pub(super) fn document(labels: &Labels, video: &VideoLabels, options: &ExportOptions) -> String {
    let tiers = tiers(labels, video);
    let mut body = String::new();
    let mut slots: Vec<u64> = Vec::new();
    let mut numbers = 0usize;
    for tier in &tiers {
        write_tier(&mut body, tier, (&mut slots, &mut numbers));
    }
    let mut text = head(video, options, numbers);
    text.push_str("    <TIME_ORDER>\n");
    // The slots are to be in order of time; annotations name them by their first numbers.
    let mut order: Vec<(u64, usize)> = slots.iter().copied().zip(1..).collect();
    order.sort_unstable();
    for (time, slot) in order {
        _ = writeln!(text, "        <TIME_SLOT TIME_SLOT_ID=\"ts{slot}\" TIME_VALUE=\"{time}\"/>");
    }
    text.push_str("    </TIME_ORDER>\n");
    text.push_str(&body);
    text.push_str(TAIL.0);
    _ = writeln!(
        text,
        "    <LINGUISTIC_TYPE CONSTRAINTS=\"Symbolic_Association\" GRAPHIC_REFERENCES=\"false\" \
         LINGUISTIC_TYPE_ID=\"{NOTE_TYPE}\" TIME_ALIGNABLE=\"false\"/>"
    );
    text.push_str(TAIL.1);
    text
}

/// What stands after the tiers, before and after the type of the notes.
const TAIL: (&str, &str) = (
    "    <LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"default-lt\" TIME_ALIGNABLE=\"true\"/>\n",
    "    <CONSTRAINT DESCRIPTION=\"Time subdivision of parent annotation's time interval, no time gaps allowed within this \
     interval\" STEREOTYPE=\"Time_Subdivision\"/>\n    \
     <CONSTRAINT DESCRIPTION=\"Symbolic subdivision of a parent annotation. Annotations refering to the same parent are \
     ordered\" STEREOTYPE=\"Symbolic_Subdivision\"/>\n    \
     <CONSTRAINT DESCRIPTION=\"1-1 association with a parent annotation\" STEREOTYPE=\"Symbolic_Association\"/>\n    \
     <CONSTRAINT DESCRIPTION=\"Time alignable annotations within the parent annotation's time interval, gaps are \
     allowed\" STEREOTYPE=\"Included_In\"/>\n\
     </ANNOTATION_DOCUMENT>\n",
);

fn head(video: &VideoLabels, options: &ExportOptions, last_number: usize) -> String {
    let date = date(options.unix_millis);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    _ = writeln!(
        text,
        "<ANNOTATION_DOCUMENT AUTHOR=\"\" DATE=\"{date}\" FORMAT=\"3.0\" VERSION=\"3.0\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:noNamespaceSchemaLocation=\"http://www.mpi.nl/tools/elan/EAFv3.0.xsd\">"
    );
    let path = if video.path.is_empty() { &video.name } else { &video.path };
    _ = writeln!(
        text,
        "    <HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\">\n        \
         <MEDIA_DESCRIPTOR MEDIA_URL=\"{}\" MIME_TYPE=\"{}\" RELATIVE_MEDIA_URL=\"./{}\"/>\n        \
         <PROPERTY NAME=\"{OWN_PROPERTY}\">1</PROPERTY>\n        \
         <PROPERTY NAME=\"lastUsedAnnotationId\">{last_number}</PROPERTY>\n    </HEADER>",
        file_url(path),
        mime(path),
        percent(file_name(path)),
    );
    text
}

/// The tiers of a video: one for each class of the set, in its order, also where nothing is labelled.
fn tiers<'a>(labels: &Labels, video: &'a VideoLabels) -> Vec<Tier<'a>> {
    let mut of_class: BTreeMap<&str, Vec<Annotation<'a>>> = BTreeMap::new();
    for segment in video.segments.iter().filter(|segment| segment.verdict == Verdict::Present) {
        let Some((start, end)) = segment.extent.span(&video.clock) else { continue };
        let (start, end) = milli_span(start, end);
        of_class.entry(segment.class.as_str()).or_default().push(Annotation { start, end, segment });
    }
    let mut order: Vec<&str> = labels.classes.iter().map(|class| class.name.as_str()).collect();
    order.extend(of_class.keys().filter(|name| !labels.classes.iter().any(|class| class.name == **name)));
    let mut tiers: Vec<Tier<'a>> = Vec::new();
    for class in order {
        let mut left = of_class.remove(class).unwrap_or_default();
        left.sort_by_key(|annotation| (annotation.start, annotation.end));
        let mut lanes: Vec<Vec<Annotation<'a>>> = vec![Vec::new()];
        for annotation in left {
            let is_free = |lane: &&mut Vec<Annotation<'a>>| lane.last().is_none_or(|last| last.end <= annotation.start);
            match lanes.iter_mut().find(is_free) {
                Some(lane) => lane.push(annotation),
                None => lanes.push(vec![annotation]),
            }
        }
        for annotations in lanes {
            tiers.push(Tier { name: free_name(&one_line(class), &tiers), annotations });
        }
    }
    tiers
}

fn free_name(wished: &str, tiers: &[Tier<'_>]) -> String {
    let mut name = wished.to_owned();
    let mut number = 2;
    // A note tier takes the name of its tier with a word behind it.
    let is_taken = |name: &str| {
        tiers.iter().any(|tier| tier.name == name || note_tier(&tier.name) == name || tier.name == note_tier(name))
    };
    while is_taken(&name) {
        name = format!("{wished} ({number})");
        number += 1;
    }
    name
}

fn note_tier(name: &str) -> String {
    format!("{name} notes")
}

fn write_tier(text: &mut String, tier: &Tier<'_>, (slots, numbers): (&mut Vec<u64>, &mut usize)) {
    let name = xml_text(&tier.name);
    _ = writeln!(text, "    <TIER LINGUISTIC_TYPE_REF=\"default-lt\" TIER_ID=\"{name}\">");
    let mut notes = Vec::new();
    for annotation in &tier.annotations {
        slots.extend([annotation.start, annotation.end]);
        *numbers += 1;
        let (from, to) = (slots.len() - 1, slots.len());
        _ = writeln!(
            text,
            "        <ANNOTATION>\n            \
             <ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{numbers}\" TIME_SLOT_REF1=\"ts{from}\" TIME_SLOT_REF2=\"ts{to}\">\n                \
             <ANNOTATION_VALUE>{}</ANNOTATION_VALUE>\n            \
             </ALIGNABLE_ANNOTATION>\n        </ANNOTATION>",
            xml_text(&one_line(&annotation.segment.class)),
        );
        let note = full_lines(&annotation.segment.note).join("\n");
        if !note.is_empty() {
            notes.push((*numbers, note));
        }
    }
    text.push_str("    </TIER>\n");
    if notes.is_empty() {
        return;
    }
    let child = xml_text(&note_tier(&tier.name));
    _ = writeln!(text, "    <TIER LINGUISTIC_TYPE_REF=\"{NOTE_TYPE}\" PARENT_REF=\"{name}\" TIER_ID=\"{child}\">");
    for (parent, note) in notes {
        *numbers += 1;
        _ = writeln!(
            text,
            "        <ANNOTATION>\n            \
             <REF_ANNOTATION ANNOTATION_ID=\"a{numbers}\" ANNOTATION_REF=\"a{parent}\">\n                \
             <ANNOTATION_VALUE>{}</ANNOTATION_VALUE>\n            \
             </REF_ANNOTATION>\n        </ANNOTATION>",
            xml_text(&note),
        );
    }
    text.push_str("    </TIER>\n");
}

/// A text for XML: special characters escaped, and those left out that XML cannot hold at all.
fn xml_text(text: &str) -> String {
    let allowed = |character: &char| !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    escape(text.chars().filter(allowed).collect::<String>()).into_owned()
}

/// The address of a file: an absolute path of any system, or what else it is, relative.
fn file_url(path: &str) -> String {
    let slashes = path.replace('\\', "/");
    let has_drive =
        slashes.as_bytes().get(1) == Some(&b':') && slashes.starts_with(|first: char| first.is_ascii_alphabetic());
    match slashes.strip_prefix("//") {
        Some(share) => format!("file://{}", percent(share)),
        None if has_drive => {
            let (drive, rest) = slashes.split_at(2);
            format!("file:///{drive}{}", percent(rest))
        }
        None if slashes.starts_with('/') => format!("file://{}", percent(path)),
        None => format!("./{}", percent(&slashes)),
    }
}

/// A path with everything but plain letters, digits and slashes as `%` and its bytes.
fn percent(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => text.push(char::from(byte)),
            _ => _ = write!(text, "%{byte:02X}"),
        }
    }
    text
}

fn mime(path: &str) -> &'static str {
    let ending = file_name(path).rsplit_once('.').map(|(_stem, ending)| ending.to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "mpg" | "mpeg" => "video/mpeg",
        "webm" => "video/webm",
        "avi" => "video/x-msvideo",
        "mkv" => "video/x-matroska",
        _ => "unknown",
    }
}

/// A moment as `2026-01-31T12:00:00+00:00`.
pub(super) fn date(unix_millis: u64) -> String {
    let text = crate::exchange::text::date_time(unix_millis);
    format!("{text}+00:00")
}
