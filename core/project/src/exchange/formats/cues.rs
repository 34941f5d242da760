//! What WebVTT and SRT share: finding the cues of a text.

use ks_domain::MediaTime;

use crate::exchange::report::Report;
use crate::exchange::text::parse_time;

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

/// The lines of a text, whichever system broke them.
pub fn lines(text: &str) -> Vec<&str> {
    // A carriage return alone ends a line, too; together with a line feed it ends one line.
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect()
}

/// All cues. A cue begins with the line of its times and ends before an empty line, or before the number of the next
/// cue where the empty line is missing.
pub fn cues<'a>(lines: &[&'a str], file: &str, report: &mut Report) -> Vec<Cue<'a>> {
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
