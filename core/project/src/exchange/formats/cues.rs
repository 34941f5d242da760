//! What WebVTT and SRT share: a file for each video, and finding the cues of a text.

use ks_domain::MediaTime;

use crate::exchange::format::{Imported, InputFile, OutputFile};
use crate::exchange::labels::{Labels, VideoLabels};
use crate::exchange::names::FileNames;
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::{HALF_MILLI, decode, parse_time};

/// A cue: from when to when, and the lines of its text.
#[derive(Debug)]
pub struct Cue<'a> {
    /// The line on which its times stand, counted from 1.
    pub line: usize,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// Its text.
    pub text: Vec<&'a str>,
}

/// A file for each video of which there is anything to write.
pub fn export_videos(
    labels: &Labels,
    extension: &str,
    write: impl Fn(&VideoLabels) -> Option<String>,
) -> Result<Vec<OutputFile>, ExchangeError> {
    let mut names = FileNames::default();
    let written = labels.videos.iter().filter_map(|video| Some((video, write(video)?)));
    let files: Vec<OutputFile> = written
        .map(|(video, text)| OutputFile { name: names.next(&video.name, extension), bytes: text.into_bytes() })
        .collect();
    if files.is_empty() {
        return Err(ExchangeError::Nothing { reason: "no video has a label".to_owned() });
    }
    Ok(files)
}

/// Reads files one after the other; `oddity` says what is wrong with a text that is none of this format.
pub fn import_texts(
    files: &[InputFile],
    format: &'static str,
    oddity: impl Fn(&str) -> Option<&'static str>,
    read: impl Fn(&InputFile, &str, &mut Imported),
) -> Result<Imported, ExchangeError> {
    let mut imported = Imported { precision: HALF_MILLI, ..Imported::default() };
    for file in files {
        let text = decode(file)?;
        if let Some(reason) = oddity(&text) {
            return Err(ExchangeError::Broken { name: file.name.clone(), format, reason: reason.to_owned() });
        }
        read(file, &text, &mut imported);
    }
    Ok(imported)
}

/// Hands over every cue whose times make sense. What says nothing, by the answer of `take`, is reported with the rest.
pub fn take_cues(lines: &[&str], file: &str, report: &mut Report, mut take: impl FnMut(&Cue<'_>) -> bool) {
    for cue in cues(lines, file, report) {
        let place = format!("{file}, line {}", cue.line);
        if cue.end < cue.start {
            report.problem("a cue ends before it begins", place);
        } else if !take(&cue) {
            report.problem("a cue has no text, so it names no class", place);
        }
    }
}

/// The lines of a text, whichever system broke them.
pub fn lines(text: &str) -> Vec<&str> {
    // A carriage return alone ends a line, too; together with a line feed it ends one line.
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect()
}

/// All cues. A cue begins with the line of its times and ends before an empty line, or before the number of the next
/// cue where the empty line is missing.
fn cues<'a>(lines: &[&'a str], file: &str, report: &mut Report) -> Vec<Cue<'a>> {
    let mut found = Vec::new();
    let mut open: Option<Cue<'a>> = None;
    for (number, line) in (1..).zip(lines) {
        if let Some((start, end)) = times(line) {
            if let Some(mut before) = open.take() {
                if before.text.last().is_some_and(|last| is_number(last)) {
                    before.text.pop();
                }
                found.push(before);
            }
            open = Some(Cue { line: number, start, end, text: Vec::new() });
        } else if line.trim().is_empty() {
            found.extend(open.take());
        } else if let Some(cue) = &mut open {
            cue.text.push(line);
        } else if line.contains("-->") {
            report.problem("the times of a cue cannot be read", format!("{file}, line {number}"));
        }
    }
    found.extend(open);
    found
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// The two times of a line such as `00:00:01.000 --> 00:00:02.000 line:0`.
fn times(line: &str) -> Option<(MediaTime, MediaTime)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    let time = |text: &str| text.contains(':').then(|| parse_time(text))?;
    Some((time(start.trim())?, time(end)?))
}

/// A text without what stands between these brackets, if it looks like a tag.
pub fn without_tags(line: &str, (open, close): (char, char), is_tag: impl Fn(&str) -> bool) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(open) {
        kept.push_str(before);
        match after.split_once(close) {
            Some((tag, after)) if is_tag(tag) => rest = after,
            _ => {
                kept.push(open);
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    kept
}
