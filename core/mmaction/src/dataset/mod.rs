//! Data preparation: from a data set's official annotation files and a folder of videos to annotation lists and a label
//! map.
//!
//! 1. [`official`] reads the annotation files into a [`Plan`]: which videos belong to which split and class.
//! 2. [`Plan::matched`] finds each of them among the files of a folder.
//! 3. [`Matched::checked`] has every video looked at, on several threads, by a function of the caller's.
//! 4. [`Prepared`] gives the lists, the label map and a report of what is missing, unreadable or too short.
//!
//! No file is opened here: texts and a listing come in, texts go out.

pub mod official;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use ks_domain::CancelToken;
use thiserror::Error;

use crate::lists::{ListEntry, ListError, ListFormat};

/// Extensions of files that are taken for videos.
const EXTENSIONS: &[&str] = &["avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "webm", "wmv", "y4m"];

/// Whether a file's name is that of a video.
pub fn is_video(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    EXTENSIONS.contains(&extension.as_str())
}

/// Why a data set cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataError {
    /// Lines of annotation files that are not understood.
    #[error("{} lines of the annotation files cannot be used:\n{}", .0.len(), .0.join("\n"))]
    Annotations(
        /// All of them, with file and line.
        Vec<String>,
    ),
    /// No sample.
    #[error("the annotation files name no video; are they the right ones?")]
    Empty,
    /// No class.
    #[error("the folder has no videos in subfolders; put the videos of each class into a folder of its name")]
    NoClasses,
    /// A class that the given labels do not have.
    #[error("the labels file has no name for {}; choose the labels file that belongs to this data set", .0.join(", "))]
    UnknownClasses(
        /// The classes.
        Vec<String>,
    ),
    /// A thread cannot be started.
    #[error("the system cannot start another thread ({reason}); close other programs and try again")]
    Thread {
        /// What the system said.
        reason: String,
    },
    /// Somebody cancelled the work. Not a failure.
    #[error("cancelled")]
    Cancelled,
}

/// One video that the annotations name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// `train`, `val`, `test` and the like.
    pub split: String,
    /// Class index.
    pub label: u32,
    /// Names without extension that the file may have, the best first; with a folder in front where one is known.
    pub names: Vec<String>,
}

/// What the annotations say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Class names in index order.
    pub classes: Vec<String>,
    /// All samples in the order of the annotations.
    pub samples: Vec<Sample>,
}

/// A sample and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the annotations say.
    pub sample: Sample,
    /// The file, relative to the folder of videos, with `/`.
    pub path: String,
}

/// Samples with their files, and those without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    classes: Vec<String>,
    found: Vec<Found>,
    missing: Vec<Sample>,
}

/// What a look at a video says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be used.
    Good,
    /// It can be used, but is shorter than a clip, which then repeats it.
    Short {
        /// How short.
        reason: String,
    },
    /// It cannot be used.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// What is wrong with a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// There is no file; the sample is left out.
    Missing,
    /// The file cannot be used; the sample is left out.
    Unreadable,
    /// The video is short; the sample is in the list unless it was asked to be left out.
    Short,
}

impl Trouble {
    /// One word for a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Short => "short",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLine {
    /// What is wrong.
    pub trouble: Trouble,
    /// The split.
    pub split: String,
    /// The class's name.
    pub class: String,
    /// The file, or the name that was looked for.
    pub video: String,
    /// More about it.
    pub reason: String,
}

/// A data set that was prepared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Class names in index order.
    pub classes: Vec<String>,
    /// The samples of each split, in the order of the annotations.
    pub lists: BTreeMap<String, Vec<ListEntry>>,
    /// Everything that is wrong, in the order of the annotations, what is missing first.
    pub report: Vec<ReportLine>,
}

impl Plan {
    /// Gives the classes the numbers that a label map has. Spaces and underscores are the same.
    ///
    /// # Errors
    /// If a class has no name in it.
    pub fn with_labels(mut self, labels: &[String]) -> Result<Self, DataError> {
        let places: BTreeMap<String, usize> =
            labels.iter().enumerate().map(|(index, name)| (official::key(name), index)).collect();
        let place = |name: &String| places.get(&official::key(name)).copied().ok_or_else(|| name.clone());
        let (known, unknown): (Vec<_>, Vec<_>) = self.classes.iter().map(place).partition(Result::is_ok);
        if !unknown.is_empty() {
            return Err(DataError::UnknownClasses(unknown.into_iter().filter_map(Result::err).collect()));
        }
        let known: Vec<usize> = known.into_iter().filter_map(Result::ok).collect();
        for sample in &mut self.samples {
            let place = known.get(sample.label as usize).copied().unwrap_or_default();
            sample.label = u32::try_from(place).unwrap_or(u32::MAX);
        }
        self.classes = labels.to_vec();
        Ok(self)
    }

    /// Finds each sample among the files of a folder: paths relative to it, with `/`, in any order.
    ///
    /// A name with a folder must end a path; a name alone must be a file's. Where several files fit, one in a folder that
    /// is called like the split or the class wins, then the first in order.
    pub fn matched(self, files: &[String]) -> Matched {
        let mut by_stem: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for file in files.iter().filter(|file| is_video(file)) {
            by_stem.entry(stem(file_name(file))).or_default().push(file);
        }
        by_stem.values_mut().for_each(|paths| paths.sort_unstable());
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for sample in self.samples {
            let class = self.classes.get(sample.label as usize).map_or("", String::as_str);
            let fit = sample.names.iter().find_map(|name| best(&by_stem, name, &sample.split, class));
            match fit {
                Some(path) => found.push(Found { sample, path: path.to_owned() }),
                None => missing.push(sample),
            }
        }
        Matched { classes: self.classes, found, missing }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path or a name without its extension.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

fn best<'a>(by_stem: &BTreeMap<&str, Vec<&'a str>>, name: &str, split: &str, class: &str) -> Option<&'a str> {
    let has_folder = name.contains('/');
    let fits = |path: &&&str| {
        let path = stem(path);
        !has_folder || path.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let class = official::key(class);
    let rank = |path: &&&str| {
        let folders = || path.split('/').rev().skip(1);
        let in_split = folders().any(|folder| folder == split || folder.ends_with(&format!("_{split}")));
        let in_class = folders().any(|folder| official::key(folder) == class);
        // The greatest is the best; of equals, `max_by_key` would take the last.
        (in_split, in_class)
    };
    let candidates = by_stem.get(file_name(name))?;
    candidates.iter().rev().filter(fits).max_by_key(rank).copied()
}

impl Matched {
    /// Samples with a file.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Looks at every video with `check`, on `threads` threads at once, and sorts them. `progress` hears how many of how
    /// many are done. Short videos are left out if `leaves_out_short`.
    ///
    /// # Errors
    /// If it is cancelled, or no thread can be started.
    pub fn checked(
        self,
        threads: usize,
        leaves_out_short: bool,
        cancel: &CancelToken,
        check: &(dyn Fn(&str) -> Verdict + Sync),
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Prepared, DataError> {
        let verdicts = verdicts(&self.found, threads, cancel, check, progress)?;
        let mut prepared = Prepared { classes: self.classes, ..Prepared::default() };
        for sample in self.missing {
            let video = sample.names.first().cloned().unwrap_or_default();
            prepared.lists.entry(sample.split.clone()).or_default();
            prepared.tell(Trouble::Missing, &sample, video, "no such file in the folder of videos".to_owned());
        }
        for (found, verdict) in self.found.into_iter().zip(verdicts) {
            let list = prepared.lists.entry(found.sample.split.clone()).or_default();
            let is_listed = match &verdict {
                Verdict::Good => true,
                Verdict::Short { .. } => !leaves_out_short,
                Verdict::Unreadable { .. } => false,
            };
            if is_listed {
                let labels = vec![found.sample.label];
                list.push(ListEntry { path: found.path.clone(), labels, ..ListEntry::default() });
            }
            match verdict {
                Verdict::Good => {}
                Verdict::Short { reason } => prepared.tell(Trouble::Short, &found.sample, found.path, reason),
                Verdict::Unreadable { reason } => prepared.tell(Trouble::Unreadable, &found.sample, found.path, reason),
            }
        }
        Ok(prepared)
    }
}

/// One verdict for each file, in their order.
fn verdicts(
    found: &[Found],
    threads: usize,
    cancel: &CancelToken,
    check: &(dyn Fn(&str) -> Verdict + Sync),
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Verdict>, DataError> {
    let next = AtomicUsize::new(0);
    let next = &next;
    let mut verdicts: Vec<Option<Verdict>> = vec![None; found.len()];
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(64);
        for number in 0..threads.clamp(1, 256).min(found.len().max(1)) {
            let sender = sender.clone();
            let work = move || {
                while !cancel.is_cancelled() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = found.get(index) else { return };
                    // Nobody listens any more once the work is given up.
                    if sender.send((index, check(&file.path))).is_err() {
                        return;
                    }
                }
            };
            let started = thread::Builder::new().name(format!("check {number}")).spawn_scoped(scope, work);
            if let Err(error) = started {
                // The threads that did start end as the receiver goes.
                next.store(found.len(), Ordering::Relaxed);
                return Err(DataError::Thread { reason: error.to_string() });
            }
        }
        drop(sender);
        for (done, (index, verdict)) in (1..).zip(receiver) {
            verdicts[index] = Some(verdict);
            progress(done, found.len());
        }
        Ok(())
    })?;
    if cancel.is_cancelled() {
        return Err(DataError::Cancelled);
    }
    verdicts.into_iter().map(|verdict| verdict.ok_or(DataError::Cancelled)).collect()
}

impl Prepared {
    fn tell(&mut self, trouble: Trouble, sample: &Sample, video: String, reason: String) {
        let class = self.classes.get(sample.label as usize).cloned().unwrap_or_default();
        self.report.push(ReportLine { trouble, split: sample.split.clone(), class, video, reason });
    }

    /// How many samples have this trouble.
    pub fn count(&self, trouble: Trouble) -> usize {
        self.report.iter().filter(|line| line.trouble == trouble).count()
    }

    /// The annotation list of a split.
    ///
    /// # Errors
    /// With all samples that no line can hold.
    pub fn list(&self, split: &str) -> Result<String, ListError> {
        ListFormat::default().write(self.lists.get(split).map_or(&[][..], Vec::as_slice))
    }

    /// The label map: one name a line.
    pub fn label_map(&self) -> String {
        self.classes.iter().map(|name| format!("{name}\n")).collect()
    }

    /// The report as CSV: what is wrong, split, class, video, reason.
    pub fn report_csv(&self) -> String {
        let mut text = String::from("problem,split,class,video,reason\r\n");
        for line in &self.report {
            let fields = [line.trouble.word(), &line.split, &line.class, &line.video, &line.reason];
            let quoted = fields.map(|field| {
                let field = field.replace('\n', " ");
                if field.contains([',', '"', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
            });
            text.push_str(&quoted.join(","));
            text.push_str("\r\n");
        }
        text
    }
}
