//! Our own JSON: everything that people made in a label set, so that nothing is lost between two projects.
//!
//! `docs/schema/labels.schema.json` is its schema. Times are seconds; they come back to the nanosecond, as a double
//! tells nanoseconds apart for the first fifty days of a video.

use ks_domain::MediaTime;
use ks_domain::project::{Author, Rgb, Verdict, WorkState};
use serde::{Deserialize, Serialize};

use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{ClassLabel, Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::names::file_name;
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::{decode, head};

const NAME: &str = "Kinetoscope labels";
const MARK: &str = "kinetoscope-labels";
const VERSION: u32 = 1;

/// See the module.
#[derive(Debug)]
pub struct OwnJson;

#[derive(Serialize, Deserialize)]
struct Document {
    format: String,
    version: u32,
    #[serde(default)]
    title: String,
    classes: Vec<Class>,
    videos: Vec<Video>,
}

#[derive(Serialize, Deserialize)]
struct Class {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
}

#[derive(Serialize, Deserialize)]
struct Video {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    blake3: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frames: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame_rate: Option<f64>,
    #[serde(default)]
    work: WorkState,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
    segments: Vec<Segment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    markers: Vec<Marker>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fully_labelled: Vec<Stretch>,
}

#[derive(Serialize, Deserialize)]
struct Segment {
    class: String,
    start_seconds: f64,
    end_seconds: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_frame: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_frame: Option<u32>,
    #[serde(default)]
    verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<Who>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Who {
    Person {
        name: String,
    },
    Model {
        checkpoint: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        hash: String,
        #[serde(default)]
        accepted_by: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct Marker {
    seconds: f64,
    #[serde(default)]
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Stretch {
    start_seconds: f64,
    end_seconds: f64,
}

impl Format for OwnJson {
    fn id(&self) -> &'static str {
        "json"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let head = head(file);
        head.trim_start().starts_with('{') && head.contains(&format!("\"{MARK}\""))
    }

    fn losses(&self, _labels: &Labels) -> Vec<String> {
        Vec::new()
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let document = Document {
            format: MARK.to_owned(),
            version: VERSION,
            title: labels.title.clone(),
            classes: labels.classes.iter().map(class_out).collect(),
            videos: labels.videos.iter().map(video_out).collect(),
        };
        Ok(vec![OutputFile { name: "labels.json".to_owned(), bytes: to_bytes(&document, NAME)? }])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        import_documents(files, NAME, |file, document: Document, imported| {
            let broken = |reason: String| ExchangeError::Broken { name: file.name.clone(), format: NAME, reason };
            if document.format != MARK {
                return Err(broken(format!("it does not say \"format\": \"{MARK}\"")));
            }
            if document.version > VERSION {
                let version = document.version;
                return Err(broken(format!("it has version {version}, which only a newer Kinetoscope can read")));
            }
            read(document, options, &file.name, imported);
            Ok(())
        })
    }
}

/// JSON as people can read it, with a line break at its end.
pub fn to_bytes(value: &impl Serialize, format: &'static str) -> Result<Vec<u8>, ExchangeError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| ExchangeError::CannotHold { format, reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads JSON files one after the other; `take` adds what is in each.
pub fn import_documents<T>(
    files: &[InputFile],
    format: &'static str,
    mut take: impl FnMut(&InputFile, T, &mut Imported) -> Result<(), ExchangeError>,
) -> Result<Imported, ExchangeError>
where
    T: serde::de::DeserializeOwned,
{
    let mut imported = Imported::default();
    for file in files {
        take(file, parse(file, format)?, &mut imported)?;
    }
    Ok(imported)
}

/// Reads JSON. Its depth stays limited, as a file of brackets must not use up the stack.
pub fn parse<T>(file: &InputFile, format: &'static str) -> Result<T, ExchangeError>
where
    T: serde::de::DeserializeOwned,
{
    let text = decode(file)?;
    serde_json::from_str(&text).map_err(|error| ExchangeError::Broken {
        name: file.name.clone(),
        format,
        reason: error.to_string(),
    })
}

/// A colour as `#rrggbb`.
pub fn hex(Rgb([red, green, blue]): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A colour from `#rrggbb`.
pub fn from_hex(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some(Rgb([part(0)?, part(2)?, part(4)?]))
}

fn class_out(class: &ClassLabel) -> Class {
    Class {
        name: class.name.clone(),
        color: class.color.map(hex),
        key: class.key.map(String::from),
        description: class.description.clone(),
    }
}

fn video_out(video: &VideoLabels) -> Video {
    let clock = &video.clock;
    Video {
        name: video.name.clone(),
        path: video.path.clone(),
        blake3: video.hash.clone(),
        duration_seconds: clock.duration.map(MediaTime::secs_f64),
        frames: clock.frames(),
        frame_rate: clock.rate,
        work: video.work,
        note: video.note.clone(),
        segments: video.segments.iter().filter_map(|segment| segment_out(video, segment)).collect(),
        markers: video
            .markers
            .iter()
            .map(|(time, text)| Marker { seconds: time.secs_f64(), text: text.clone() })
            .collect(),
        fully_labelled: video
            .stretches
            .iter()
            .map(|(start, end)| Stretch { start_seconds: start.secs_f64(), end_seconds: end.secs_f64() })
            .collect(),
    }
}

fn segment_out(video: &VideoLabels, segment: &SegmentLabel) -> Option<Segment> {
    let (start, end) = segment.extent.span(&video.clock)?;
    Some(Segment {
        class: segment.class.clone(),
        start_seconds: start.secs_f64(),
        end_seconds: end.secs_f64(),
        start_frame: video.clock.boundary(start),
        end_frame: video.clock.boundary(end),
        verdict: segment.verdict,
        author: segment.author.as_ref().map(|author| match author {
            Author::Person(name) => Who::Person { name: name.clone() },
            Author::Model { checkpoint, hash, accepted_by } => {
                Who::Model { checkpoint: checkpoint.clone(), hash: hash.clone(), accepted_by: accepted_by.clone() }
            }
        }),
        score: segment.score.filter(|score| score.is_finite()),
        note: segment.note.clone(),
    })
}

fn read(document: Document, options: &ImportOptions, file: &str, imported: &mut Imported) {
    if imported.labels.title.is_empty() {
        imported.labels.title = document.title;
    }
    let report = &mut imported.report;
    for class in document.classes {
        let color = class.color.as_deref().and_then(from_hex);
        if color.is_none() && class.color.is_some() {
            report.problem("a colour is not written like #3b7dd8; the class comes in without it", class.name.as_str());
        }
        let mut characters = class.key.as_deref().unwrap_or_default().chars();
        let key = characters.next().filter(|_key| characters.next().is_none());
        if key.is_none() && class.key.is_some() {
            report
                .problem("the key of a class is not one character; the class comes in without it", class.name.as_str());
        }
        imported.labels.classes.push(ClassLabel { name: class.name, color, key, description: class.description });
    }
    for video in document.videos {
        let place = format!("{file}, {}", video.name);
        let name = if video.name.is_empty() { file_name(&video.path).to_owned() } else { video.name };
        let clock = options.clock_of(if video.path.is_empty() { &name } else { &video.path });
        let segments = video.segments.into_iter().filter_map(|segment| segment_in(segment, &place, report)).collect();
        let markers = video.markers.into_iter().filter_map(|marker| {
            let Some(time) = time(marker.seconds) else {
                report.problem("a marker's time is negative or too large", place.as_str());
                return None;
            };
            Some((time, marker.text))
        });
        let markers = markers.collect();
        let stretches = video.fully_labelled.into_iter().filter_map(|stretch| {
            let span = time(stretch.start_seconds).zip(time(stretch.end_seconds)).filter(|(start, end)| start < end);
            if span.is_none() {
                report.problem("a fully labelled stretch has no length", place.as_str());
            }
            span
        });
        let stretches = stretches.collect();
        imported.labels.videos.push(VideoLabels {
            name,
            path: video.path,
            hash: video.blake3,
            clock,
            segments,
            markers,
            stretches,
            note: video.note,
            work: video.work,
        });
    }
}

/// A time from seconds; `None` for what is negative or beyond three hundred years.
pub fn time(seconds: f64) -> Option<MediaTime> {
    (seconds.is_finite() && (0.0..1e10).contains(&seconds)).then(|| MediaTime::from_secs_f64(seconds))
}

fn segment_in(segment: Segment, place: &str, report: &mut Report) -> Option<SegmentLabel> {
    let Some((start, end)) = time(segment.start_seconds).zip(time(segment.end_seconds)) else {
        report.problem("a label's time is negative or too large", place);
        return None;
    };
    let extent = match start.cmp(&end) {
        std::cmp::Ordering::Less => Extent::Span(start, end),
        std::cmp::Ordering::Equal => Extent::Moment(start),
        std::cmp::Ordering::Greater => {
            report.problem("a label ends before it begins", place);
            return None;
        }
    };
    Some(SegmentLabel {
        class: segment.class,
        extent,
        verdict: segment.verdict,
        author: segment.author.map(|author| match author {
            Who::Person { name } => Author::Person(name),
            Who::Model { checkpoint, hash, accepted_by } => Author::Model { checkpoint, hash, accepted_by },
        }),
        score: segment.score,
        note: segment.note,
    })
}
