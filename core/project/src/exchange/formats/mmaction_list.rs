//! mmaction2's lists of videos: a label map, one class a line, and a list with `path label` or `path label label …`.
//!
//! A list knows no times: every class that occurs in a video labels all of it. Lines are read from their end, so that
//! paths may hold spaces; mmaction2's own reader cannot do that, which is said before exporting.

use std::collections::BTreeSet;

use ks_domain::project::Verdict;

use super::csv::video_entry;
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{ClassLabel, Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::file_name;
use crate::exchange::report::ExchangeError;
use crate::exchange::text::{decode, head, one_line};

const NAME: &str = "mmaction2 list";
/// Endings of videos; a path that ends in none of them is a folder of frames.
const ENDINGS: [&str; 12] =
    [".mp4", ".avi", ".mkv", ".webm", ".mov", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".ts", ".3gp"];

/// See the module.
#[derive(Debug)]
pub struct MmactionList;

impl Format for MmactionList {
    fn id(&self) -> &'static str {
        "mmaction2-list"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["txt", "list"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let name = file.name.to_lowercase();
        if !self.extensions().iter().any(|ending| name.ends_with(&format!(".{ending}"))) || file.bytes.contains(&0) {
            return false;
        }
        if is_map_name(&name) {
            return true;
        }
        let head = head(file);
        let mut lines = head.lines().filter(|line| !line.trim().is_empty()).take(20).peekable();
        lines.peek().is_some() && lines.all(|line| split_line(line).is_some())
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        let mut found = losses(labels, Holds::all(&[Holds::UNUSED_CLASSES, Holds::EXACT_TIMES]));
        if labels.videos.iter().any(|video| !video.segments.is_empty()) {
            found.push("times are lost: every class of a video becomes a label of all of it".to_owned());
        }
        let spaced = labels.videos.iter().filter(|video| path_of(video).contains(char::is_whitespace)).count();
        if spaced > 0 {
            let text = format!("{spaced} paths hold spaces, which mmaction2 itself cannot read; rename those files");
            found.push(text);
        }
        found
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let mut names: Vec<String> = Vec::new();
        for name in labels.classes.iter().map(|class| one_line(&class.name)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for segment in labels.videos.iter().flat_map(|video| &video.segments) {
            let name = one_line(&segment.class);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut list = String::new();
        for video in &labels.videos {
            let occurs = video.segments.iter().filter(|segment| segment.verdict == Verdict::Present);
            let numbers: BTreeSet<usize> =
                occurs.filter_map(|segment| names.iter().position(|name| *name == one_line(&segment.class))).collect();
            if !numbers.is_empty() {
                list.push_str(&path_of(video));
                numbers.iter().for_each(|number| list.push_str(&format!(" {number}")));
                list.push('\n');
            }
        }
        if list.is_empty() {
            return Err(ExchangeError::Nothing { reason: "no video has a label".to_owned() });
        }
        let map: String = names.iter().map(|name| format!("{name}\n")).collect();
        Ok(vec![
            OutputFile { name: "label_map.txt".to_owned(), bytes: map.into_bytes() },
            OutputFile { name: "videos.txt".to_owned(), bytes: list.into_bytes() },
        ])
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        let mut imported = Imported::default();
        let mut map: Option<Vec<String>> = None;
        let mut lists = Vec::new();
        for file in files {
            let text = decode(file)?;
            let is_list = text.lines().filter(|line| !line.trim().is_empty()).all(|line| split_line(line).is_some());
            if is_map_name(&file.name.to_lowercase()) || !is_list {
                if map.is_some() {
                    let reason = "a label map was given already; give one label map and the lists for it".to_owned();
                    return Err(ExchangeError::Broken { name: file.name.clone(), format: NAME, reason });
                }
                let mut names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
                while names.last().is_some_and(String::is_empty) {
                    names.pop();
                }
                map = Some(names);
            } else {
                lists.push((file, text));
            }
        }
        let Some(map) = map else {
            let name = files.first().map(|file| file.name.clone()).unwrap_or_default();
            let reason = "a list has numbers for classes; give the label map, one class name a line, together with it";
            return Err(ExchangeError::Broken { name, format: NAME, reason: reason.to_owned() });
        };
        imported.labels.classes =
            map.iter().filter(|name| !name.is_empty()).map(|name| ClassLabel::named(name.as_str())).collect();
        for (file, text) in lists {
            read(file, &text, &map, options, &mut imported);
        }
        Ok(imported)
    }
}

/// A list is made of lines, so a path is one.
fn path_of(video: &VideoLabels) -> String {
    one_line(if video.path.is_empty() { &video.name } else { &video.path })
}

fn is_map_name(name: &str) -> bool {
    ["label_map", "labelmap", "classes", "class_names", "labels"].iter().any(|part| name.contains(part))
}

/// The path of a line and its numbers; `None` if the line has no numbers, or more of them than a list can mean.
fn split_line(line: &str) -> Option<(&str, Vec<i64>)> {
    let mut rest = line.trim();
    let mut numbers = Vec::new();
    loop {
        let lower = rest.to_lowercase();
        if ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            break;
        }
        let Some((before, last)) = rest.rsplit_once(char::is_whitespace) else { break };
        let Ok(number) = last.parse::<i64>() else { break };
        numbers.push(number);
        rest = before.trim_end();
    }
    numbers.reverse();
    (!rest.is_empty() && (!numbers.is_empty() || ENDINGS.iter().any(|ending| rest.to_lowercase().ends_with(ending))))
        .then_some((rest, numbers))
}

fn read(file: &InputFile, text: &str, map: &[String], options: &ImportOptions, imported: &mut Imported) {
    for (number, line) in (1..).zip(text.lines()).filter(|(_number, line)| !line.trim().is_empty()) {
        let place = format!("{}, line {number}", file.name);
        let Some((path, numbers)) = split_line(line) else { continue };
        let lower = path.to_lowercase();
        let is_video = ENDINGS.iter().any(|ending| lower.ends_with(ending));
        let labels = match numbers.as_slice() {
            // A folder of frames: its number of frames stands before the labels.
            [_frames, labels @ ..] if !is_video && !labels.is_empty() => {
                imported.report.remark("lines without a video's ending are folders, with their number of frames");
                labels
            }
            labels => labels,
        };
        let video = video_entry(&mut imported.labels, file_name(path), path, options);
        for label in labels.iter().filter(|label| **label != -1) {
            let class = usize::try_from(*label).ok().and_then(|label| map.get(label)).filter(|name| !name.is_empty());
            let Some(class) = class else {
                imported.report.problem(format!("the label map has no class {label}"), place.as_str());
                continue;
            };
            if let Some(video) = imported.labels.videos.get_mut(video) {
                video.segments.push(SegmentLabel::new(class.clone(), Extent::Whole));
            }
        }
    }
}
