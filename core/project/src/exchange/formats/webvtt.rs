//! WebVTT: one file a video, one cue a segment. The first line of a cue is the class, further lines are the note.

use ks_domain::project::Verdict;

use super::cues::{export_videos, import_texts, lines, take_cues, without_tags};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::{file_name, stem};
use crate::exchange::report::ExchangeError;
use crate::exchange::text::{clock_text, full_lines, head, milli_span, one_line};

const NAME: &str = "WebVTT";
/// Begins a comment that says whose labels these are.
const OWN_NOTE: &str = "NOTE Kinetoscope labels of ";

/// See the module.
#[derive(Debug)]
pub struct WebVtt;

impl Format for WebVtt {
    fn id(&self) -> &'static str {
        "webvtt"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["vtt"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        is_webvtt(&head(file))
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        losses(labels, Holds::NOTES)
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        export_videos(labels, "vtt", write)
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let oddity = |text: &str| (!is_webvtt(text)).then_some("its first line is not “WEBVTT”");
        import_texts(files, NAME, oddity, |file, text, imported| read(file, text, options, imported))
    }
}

fn is_webvtt(text: &str) -> bool {
    text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']))
}

fn escaped(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The file of a video; `None` if it has no cue.
fn write(video: &VideoLabels) -> Option<String> {
    let present = video.segments.iter().filter(|segment| segment.verdict == Verdict::Present);
    let mut cues: Vec<((u64, u64), &SegmentLabel)> = present
        .filter_map(|segment| {
            let (start, end) = segment.extent.span(&video.clock)?;
            Some((milli_span(start, end), segment))
        })
        .collect();
    cues.sort_by(|(a, one), (b, other)| (a, &one.class).cmp(&(b, &other.class)));
    if cues.is_empty() {
        return None;
    }
    let whose = if video.path.is_empty() { &video.name } else { &video.path };
    // An arrow would make the comment a cue.
    let mut text = format!("WEBVTT\n\n{OWN_NOTE}{}\n", one_line(whose).replace("-->", "- ->"));
    for (number, ((start, end), segment)) in (1..).zip(cues) {
        let (start, end) = (clock_text(start, '.'), clock_text(end, '.'));
        text.push_str(&format!("\n{number}\n{start} --> {end}\n{}\n", escaped(&one_line(&segment.class))));
        for line in full_lines(&segment.note) {
            text.push_str(&escaped(&line));
            text.push('\n');
        }
    }
    Some(text)
}

fn read(file: &InputFile, text: &str, options: &ImportOptions, imported: &mut Imported) {
    let lines = lines(text);
    let own = lines.iter().find_map(|line| line.strip_prefix(OWN_NOTE)).map(|path| path.replace("- ->", "-->"));
    let (name, path) = match own {
        Some(path) if path.contains(['/', '\\']) => (file_name(&path).to_owned(), path),
        Some(name) => (name, String::new()),
        None => (stem(&file.name).to_owned(), String::new()),
    };
    let mut video = VideoLabels {
        clock: options.clock_of(if path.is_empty() { &name } else { &path }),
        name,
        path,
        ..VideoLabels::default()
    };
    take_cues(&lines, &file.name, &mut imported.report, |cue| {
        let mut texts = cue.text.iter().map(|line| plain(line)).filter(|line| !line.is_empty());
        let Some(class) = texts.next() else { return false };
        let note = texts.collect::<Vec<_>>().join("\n");
        let extent = if cue.start < cue.end { Extent::Span(cue.start, cue.end) } else { Extent::Moment(cue.start) };
        video.segments.push(SegmentLabel { note, ..SegmentLabel::new(class, extent) });
        true
    });
    imported.labels.videos.push(video);
}

/// A line of a cue without tags and with its characters put back.
fn plain(line: &str) -> String {
    // In WebVTT every bracket begins a tag; a real one is written as an entity.
    let bare = without_tags(line, ('<', '>'), |_tag| true);
    let mut text = String::new();
    let mut rest = bare.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((character(name)?, after))) {
            Some((character, after)) => {
                text.push(character);
                rest = after;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text.trim().to_owned()
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        "lrm" => Some('\u{200e}'),
        "rlm" => Some('\u{200f}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|character| !character.is_control())
        }
    }
}
