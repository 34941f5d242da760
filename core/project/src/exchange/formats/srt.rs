//! SRT: one file a video. Cues never overlap, as many players show only one at a time: where several classes occur at
//! once, one cue has a line for each.
//!
//! Reading turns that round: every line is a class, and cues that touch and have the same line are one label. So labels of
//! one class that touch or overlap come back as one.

use std::collections::BTreeMap;

use ks_domain::MediaTime;
use ks_domain::project::Verdict;

use super::cues::{export_videos, import_texts, lines, take_cues, without_tags};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::stem;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::{clock_text, head, milli_span, one_line};

const NAME: &str = "SRT";

/// See the module.
#[derive(Debug)]
pub struct Srt;

impl Format for Srt {
    fn id(&self) -> &'static str {
        "srt"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["srt"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let head = head(file);
        let first: Vec<&str> = lines(&head).into_iter().filter(|line| !line.trim().is_empty()).take(2).collect();
        let is_timing = |line: &str| line.contains(" --> ") && line.contains(':');
        matches!(first.as_slice(), [number, times] if number.trim().parse::<u64>().is_ok() && is_timing(times))
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        let mut found = losses(labels, Holds::default());
        if labels.videos.iter().any(|video| !video.segments.is_empty()) {
            found.push("labels of one class that touch or overlap become one".to_owned());
        }
        found
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        export_videos(labels, "srt", write)
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let oddity = |text: &str| {
            let is_odd = !text.contains("-->") && !text.trim().is_empty();
            is_odd.then_some("no line has two times with --> between them")
        };
        import_texts(files, NAME, oddity, |file, text, imported| read(file, text, options, imported))
    }
}

/// A class as a line that is no line of times.
fn line_of(class: &str) -> String {
    one_line(class).replace("-->", "->")
}

fn write(video: &VideoLabels) -> Option<String> {
    // How many labels of a class begin and end at each millisecond.
    let mut steps: BTreeMap<u64, Vec<(String, i64)>> = BTreeMap::new();
    for segment in video.segments.iter().filter(|segment| segment.verdict == Verdict::Present) {
        let Some((start, end)) = segment.extent.span(&video.clock) else { continue };
        let (start, end) = milli_span(start, end);
        let line = line_of(&segment.class);
        steps.entry(start).or_default().push((line.clone(), 1));
        steps.entry(end).or_default().push((line, -1));
    }
    let mut active: BTreeMap<String, i64> = BTreeMap::new();
    let mut open: Option<(u64, Vec<String>)> = None;
    let mut cues: Vec<(u64, u64, Vec<String>)> = Vec::new();
    for (time, changes) in steps {
        for (line, change) in changes {
            *active.entry(line).or_default() += change;
        }
        active.retain(|_line, count| *count > 0);
        let now: Vec<String> = active.keys().cloned().collect();
        if open.as_ref().is_some_and(|(_start, lines)| *lines == now) {
            continue;
        }
        if let Some((start, lines)) = open.take() {
            cues.push((start, time, lines));
        }
        open = (!now.is_empty()).then_some((time, now));
    }
    let mut text = String::new();
    for (number, (start, end, lines)) in (1..).zip(&cues) {
        let (start, end) = (clock_text(*start, ','), clock_text(*end, ','));
        text.push_str(&format!("{number}\n{start} --> {end}\n{}\n\n", lines.join("\n")));
    }
    (!cues.is_empty()).then_some(text)
}

/// The tags that subtitles have; anything else in brackets is text.
fn is_tag(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default().to_lowercase();
    ["b", "i", "u", "s", "font"].contains(&name.as_str())
}

fn read(file: &InputFile, text: &str, options: &ImportOptions, imported: &mut Imported) {
    let name = stem(&file.name).to_owned();
    let mut video = VideoLabels { clock: options.clock_of(&name), name, ..VideoLabels::default() };
    let mut open: BTreeMap<String, (MediaTime, MediaTime)> = BTreeMap::new();
    let mut take = |class: String, (start, end): (MediaTime, MediaTime)| {
        let extent = if start < end { Extent::Span(start, end) } else { Extent::Moment(start) };
        video.segments.push(SegmentLabel::new(class, extent));
    };
    let mut is_joined = false;
    let lines = lines(text);
    take_cues(&lines, &file.name, &mut imported.report, |cue| {
        let mut is_empty = true;
        for line in &cue.text {
            let bare = without_tags(line, ('<', '>'), is_tag);
            let class = without_tags(&bare, ('{', '}'), |tag| tag.starts_with('\\')).trim().to_owned();
            if class.is_empty() {
                continue;
            }
            is_empty = false;
            match open.get_mut(&class) {
                Some(span) if span.1 == cue.start => {
                    span.1 = cue.end;
                    is_joined = true;
                }
                Some(span) => {
                    let before = std::mem::replace(span, (cue.start, cue.end));
                    take(class, before);
                }
                None => _ = open.insert(class, (cue.start, cue.end)),
            }
        }
        !is_empty
    });
    open.into_iter().for_each(|(class, span)| take(class, span));
    if is_joined {
        imported.report.remark("cues that touch and say the same became one label");
    }
    video.segments.sort_by(|a, b| (a.extent, &a.class).cmp(&(b.extent, &b.class)));
    imported.labels.videos.push(video);
}
