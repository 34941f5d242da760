//! The official annotation files of Kinetics, UCF101 and HMDB51, and folders that are named after their classes.
//!
//! Class indices are as mmaction2's data preparation gives them: Kinetics sorted by name with underscores for spaces,
//! UCF101 as its own numbers less one, HMDB51 sorted by name.

use std::collections::{BTreeMap, BTreeSet};

use super::{DataError, Plan, Sample, is_video, stem};

/// Problems that are told.
const MAX_PROBLEMS: usize = 100;

/// A class's name for comparing and sorting: spaces as underscores.
pub(super) fn key(name: &str) -> String {
    name.replace(' ', "_")
}

/// An annotation file: its name, for what is said about it, and its text.
pub type NamedText = (String, String);

/// Collects what is wrong.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, file: &str, line: usize, message: &str) {
        if self.0.len() < MAX_PROBLEMS {
            self.0.push(format!("  {file}:{line}: {message}"));
        }
    }

    fn finish(self, plan: Plan) -> Result<Plan, DataError> {
        match (self.0.is_empty(), plan.samples.is_empty()) {
            (false, _) => Err(DataError::Annotations(self.0)),
            (true, true) => Err(DataError::Empty),
            (true, false) => Ok(plan),
        }
    }
}

/// Lines that are not empty, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines.map(|(index, line)| (index + 1, line.trim())).filter(|(_, line)| !line.is_empty())
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Kinetics: files with the columns `label,youtube_id,time_start,time_end` and possibly `split`; without that column, a
/// file is a split and called like it. Videos are called `<youtube_id>_<start>_<end>`, six digits each, or
/// `<youtube_id>`.
///
/// # Errors
/// With all lines that are not understood.
pub fn kinetics(files: &[NamedText]) -> Result<Plan, DataError> {
    let mut problems = Problems::default();
    let mut rows: Vec<(String, String, Vec<String>)> = Vec::new();
    for (file, text) in files {
        let mut lines = lines(text);
        let header: Vec<String> = lines.next().map(|(_, line)| fields(line)).unwrap_or_default();
        let place = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let (label, id) = (place("label"), place("youtube_id").or_else(|| place("video_id")));
        let (Some(label), Some(id)) = (label, id) else {
            problems.add(file, 1, "the first line should name the columns label, youtube_id, time_start and time_end");
            continue;
        };
        let (start, end, split) = (place("time_start"), place("time_end"), place("split"));
        for (number, line) in lines {
            let columns = fields(line);
            let column = |at: Option<usize>| at.and_then(|at| columns.get(at)).map(|text| text.trim());
            let (Some(class), Some(id)) = (column(Some(label)), column(Some(id)).filter(|id| !id.is_empty())) else {
                problems.add(file, number, "columns are missing");
                continue;
            };
            let secs = |text: &str| text.parse().ok().filter(|secs: &f64| *secs >= 0.0).map(|secs| secs as u64);
            let mut names = Vec::new();
            match (column(start), column(end)) {
                (Some(start), Some(end)) => match (secs(start), secs(end)) {
                    (Some(start), Some(end)) => names.push(format!("{id}_{start:06}_{end:06}")),
                    _ => problems.add(file, number, "time_start and time_end should be seconds"),
                },
                _ if start.is_some() || end.is_some() => problems.add(file, number, "columns are missing"),
                _ => {}
            }
            names.push(id.to_owned());
            let split = column(split).filter(|split| !split.is_empty()).unwrap_or_else(|| split_of_file(file));
            rows.push((class.to_owned(), normal_split(split), names));
        }
    }
    let classes: BTreeMap<String, &str> = rows.iter().map(|(class, ..)| (key(class), class.as_str())).collect();
    let places: BTreeMap<&str, u32> = classes.keys().enumerate().map(|(at, key)| (key.as_str(), index(at))).collect();
    let sample = |(class, split, names): &(String, String, Vec<String>)| Sample {
        split: split.clone(),
        label: places.get(key(class).as_str()).copied().unwrap_or_default(),
        names: names.clone(),
    };
    let samples = rows.iter().map(sample).collect();
    problems.finish(Plan { classes: classes.values().map(|name| (*name).to_owned()).collect(), samples })
}

/// The columns of a line of CSV. Line breaks inside quotes do not occur in these files.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            // A quote that is doubled inside quotes closes and opens again; names hold none that would matter.
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            other => fields.last_mut().expect("there should be a field from the start").push(other),
        }
    }
    fields
}

/// `kinetics-400_train.csv` is `train`.
fn split_of_file(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = stem(name);
    ["train", "validate", "validation", "val", "test"].into_iter().find(|split| name.contains(split)).unwrap_or(name)
}

/// `val` for what else validation is called.
fn normal_split(split: &str) -> String {
    match split {
        "validate" | "validation" => "val".to_owned(),
        other => other.to_owned(),
    }
}

/// UCF101: `classInd.txt`, and `trainlistNN.txt` and `testlistNN.txt` of one of its three splits; the latter is `val`.
///
/// # Errors
/// With all lines that are not understood.
pub fn ucf101(class_ind: &NamedText, train_list: &NamedText, test_list: &NamedText) -> Result<Plan, DataError> {
    let mut problems = Problems::default();
    let mut numbered: BTreeMap<u32, String> = BTreeMap::new();
    for (number, line) in lines(&class_ind.1) {
        let found = line.split_once(char::is_whitespace).and_then(|(at, name)| Some((at.parse().ok()?, name.trim())));
        match found {
            Some((at, name)) if numbered.len() + 1 == at as usize => {
                numbered.insert(at, name.to_owned());
            }
            _ => problems.add(
                &class_ind.0,
                number,
                "a number, one more than on the line before, and a class should stand here",
            ),
        }
    }
    let classes: Vec<String> = numbered.into_values().collect();
    let places: BTreeMap<&str, u32> = classes.iter().enumerate().map(|(at, name)| (name.as_str(), index(at))).collect();
    let mut samples = Vec::new();
    for ((file, text), split) in [(train_list, "train"), (test_list, "val")] {
        for (number, line) in lines(text) {
            let path = line.split_whitespace().next().unwrap_or_default();
            let class = path.split_once('/').map_or("", |(class, _)| class);
            let Some(label) = places.get(class).copied() else {
                problems.add(file, number, "a path should stand here that begins with a class of classInd.txt");
                continue;
            };
            let name = stem(path);
            let names = vec![name.to_owned(), super::file_name(name).to_owned()];
            samples.push(Sample { split: split.to_owned(), label, names });
        }
    }
    problems.finish(Plan { classes, samples })
}

/// HMDB51: the files `<class>_test_split<N>.txt` of one of its three splits. A video marked 1 is for training, 2 for
/// testing (`val`), 0 for neither.
///
/// # Errors
/// With all lines that are not understood.
pub fn hmdb51(files: &[NamedText]) -> Result<Plan, DataError> {
    let mut problems = Problems::default();
    let mut by_class: BTreeMap<String, (&String, &String)> = BTreeMap::new();
    for (file, text) in files {
        let name = super::file_name(file);
        match name.split_once("_test_split") {
            Some((class, _)) => {
                by_class.insert(class.to_owned(), (file, text));
            }
            None => problems.add(file, 1, "the file should be called <class>_test_split<N>.txt"),
        }
    }
    let mut samples = Vec::new();
    for (label, (class, (file, text))) in by_class.iter().enumerate() {
        for (number, line) in lines(text) {
            let split = match line.rsplit_once(char::is_whitespace).map(|(name, mark)| (name.trim(), mark)) {
                Some((name, "1")) => Some((name, "train")),
                Some((name, "2")) => Some((name, "val")),
                Some((_, "0")) => None,
                _ => {
                    problems.add(file, number, "a video and 0, 1 or 2 should stand here");
                    None
                }
            };
            if let Some((name, split)) = split {
                let name = stem(name);
                let names = vec![format!("{class}/{name}"), name.to_owned()];
                samples.push(Sample { split: split.to_owned(), label: index(label), names });
            }
        }
    }
    problems.finish(Plan { classes: by_class.into_keys().collect(), samples })
}

/// Folders of videos: `<class>/<video>`, or `<split>/<class>/<video>` with `train`, `val` or `test`. Without folders of
/// splits, every `val_every`-th video of a class is for validation, beginning with the first; 0 for none.
///
/// # Errors
/// If there is no video in a folder of a class.
pub fn folders(files: &[String], val_every: usize) -> Result<Plan, DataError> {
    let mut sorted: Vec<&str> = files.iter().map(String::as_str).filter(|file| is_video(file)).collect();
    sorted.sort_unstable();
    let has_splits = !sorted.is_empty() && sorted.iter().all(|file| split_folder(file).is_some());
    let mut rows: Vec<(&str, String, &str)> = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in sorted {
        let split = split_folder(file).filter(|_| has_splits);
        let rest = split.and_then(|split| file.strip_prefix(split)).map_or(file, |rest| rest.trim_start_matches('/'));
        let Some((class, _)) = rest.split_once('/') else { continue };
        let count = counts.entry(class).or_default();
        let is_val = val_every > 0 && count.is_multiple_of(val_every);
        *count += 1;
        let own = if is_val { "val" } else { "train" };
        rows.push((class, split.map_or_else(|| own.to_owned(), normal_split), stem(file)));
    }
    let classes: BTreeSet<(String, &str)> = rows.iter().map(|(class, ..)| (key(class), *class)).collect();
    let classes: Vec<&str> = classes.into_iter().map(|(_, class)| class).collect();
    if classes.is_empty() {
        return Err(DataError::NoClasses);
    }
    let places: BTreeMap<&str, u32> = classes.iter().enumerate().map(|(at, class)| (*class, index(at))).collect();
    let sample = |(class, split, name): (&str, String, &str)| Sample {
        split,
        label: places.get(class).copied().unwrap_or_default(),
        names: vec![name.to_owned()],
    };
    let samples = rows.into_iter().map(sample).collect();
    Ok(Plan { classes: classes.into_iter().map(str::to_owned).collect(), samples })
}

/// The folder of a split that a path begins with, if a class follows.
fn split_folder(file: &str) -> Option<&str> {
    let (split, rest) = file.split_once('/')?;
    let is_split = ["train", "val", "validate", "validation", "test"].contains(&split);
    Some(split).filter(|_| is_split && rest.contains('/'))
}
