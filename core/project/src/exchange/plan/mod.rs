//! From labels that were read into a project: first a plan that can be looked at, then its changes.
//!
//! Making the plan changes nothing. It says which videos are meant, which classes are new, how many labels come in, how
//! many are there already, and what cannot be taken. `apply.rs` turns it into changes, `matching.rs` finds the videos,
//! `fit.rs` looks at single labels.

mod apply;
mod fit;
mod matching;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ks_domain::project::{Author, ClassRecord, NewClass, Project, SetId, Verdict, VideoId, WorkState};
use ks_domain::{FrameTable, MediaTime};

pub use self::apply::ApplyError;
use self::fit::{Known, describe, fitted};
use self::matching::{Match, Matcher};
use super::collect::clock_of;
use super::format::Imported;
use super::labels::{Clock, VideoLabels};
use super::report::Report;
use super::text::one_line;

/// Where labels shall go.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The label set; `None` for a new one.
    pub set: Option<SetId>,
    /// The name of a new set.
    pub new_set: &'a str,
    /// Who imports; the author of labels whose file names none.
    pub person: &'a str,
    /// The frame tables of the videos that were opened.
    pub tables: &'a BTreeMap<VideoId, Arc<FrameTable>>,
    /// The video that the labels belong to, whatever their file calls it. Only for labels of one video.
    pub into: Option<VideoId>,
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportPlan {
    pub(super) set: Option<SetId>,
    pub(super) new_set: String,
    /// The classes that the set does not have.
    pub new_classes: Vec<NewClass>,
    /// The videos that get something, or would if it were not there already.
    pub videos: Vec<PlannedVideo>,
    /// What cannot be taken, and what was understood how.
    pub report: Report,
}

/// What an import would do to one video.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedVideo {
    /// Which one.
    pub video: VideoId,
    /// Where it is.
    pub path: String,
    /// The labels that come in.
    pub segments: Vec<PlannedSegment>,
    /// Labels that are there already.
    pub duplicates: usize,
    /// The markers that come in.
    pub markers: Vec<(MediaTime, String)>,
    /// The stretches that come in.
    pub stretches: Vec<(MediaTime, MediaTime)>,
    /// The note that comes in, if there is none yet.
    pub note: Option<String>,
    /// How far its labelling is, if nobody has said so yet.
    pub work: Option<WorkState>,
}

/// A label that comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSegment {
    /// The name of its class.
    pub class: String,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// Whether the class occurs.
    pub verdict: Verdict,
    /// Who drew it.
    pub author: Author,
    /// The probability that a network gave.
    pub score: Option<f32>,
    /// A note.
    pub note: String,
}

impl PlannedVideo {
    /// Whether anything would change.
    pub fn changes_something(&self) -> bool {
        let marks = !self.markers.is_empty() || !self.stretches.is_empty();
        !self.segments.is_empty() || marks || self.note.is_some() || self.work.is_some()
    }
}

impl ImportPlan {
    /// How many labels come in.
    pub fn segment_count(&self) -> usize {
        self.videos.iter().map(|video| video.segments.len()).sum()
    }

    /// How many labels are there already.
    pub fn duplicate_count(&self) -> usize {
        self.videos.iter().map(|video| video.duplicates).sum()
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.new_classes.is_empty() && !self.videos.iter().any(PlannedVideo::changes_something)
    }
}

/// The preview, for people.
impl fmt::Display for ImportPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.new_set.is_empty() {
            writeln!(f, "new label set  {}", self.new_set)?;
        }
        if !self.new_classes.is_empty() {
            let names: Vec<&str> = self.new_classes.iter().map(|class| class.name.as_str()).collect();
            let shown = names.get(..names.len().min(20)).unwrap_or_default().join(", ");
            let more = if names.len() > 20 { ", …" } else { "" };
            writeln!(f, "new classes    {}: {shown}{more}", names.len())?;
        }
        for video in &self.videos {
            write!(f, "{}: {}", video.path, counted(video.segments.len()))?;
            for (count, what) in [
                (video.duplicates, "there already"),
                (video.markers.len(), "markers"),
                (video.stretches.len(), "fully labelled stretches"),
                (usize::from(video.note.is_some()), "note"),
            ] {
                if count > 0 {
                    write!(f, ", {count} {what}")?;
                }
            }
            writeln!(f)?;
        }
        for remark in self.report.remarks() {
            writeln!(f, "note: {remark}")?;
        }
        for problem in self.report.problems() {
            writeln!(f, "not taken: {problem}")?;
        }
        if self.report.unlisted() > 0 {
            writeln!(f, "not taken: {} more", self.report.unlisted())?;
        }
        writeln!(f, "come in: {}; there already: {}", counted(self.segment_count()), self.duplicate_count())
    }
}

/// Looks at labels that were read and says what importing them would do to a project.
pub fn plan_import(project: &Project, imported: &Imported, target: &Target<'_>) -> ImportPlan {
    let set = target.set.filter(|set| project.set(*set).is_some());
    let new_set = if set.is_some() { String::new() } else { new_set_name(target.new_set, &imported.labels.title) };
    let mut plan = ImportPlan { set, new_set, report: imported.report.clone(), ..ImportPlan::default() };
    let mut by_video: BTreeMap<VideoId, Vec<(&VideoLabels, Clock)>> = BTreeMap::new();
    let mut order = Vec::new();
    let matcher = Matcher::new(project);
    let only = target.into.filter(|_video| imported.labels.videos.len() == 1);
    if target.into.is_some() && only.is_none() {
        let text = "the files hold labels of several videos, so each goes to the video that it names";
        plan.report.remark(text);
    }
    for labels in &imported.labels.videos {
        let found = only.map_or_else(|| matcher.find(labels), Match::One);
        match found {
            Match::One(video) => {
                let mut clock = clock_of(project, video, target.tables);
                // What the file says about the rate is better than nothing.
                clock.rate = clock.rate.or(labels.clock.rate);
                let parts = by_video.entry(video).or_default();
                if parts.is_empty() {
                    order.push(video);
                }
                parts.push((labels, clock));
            }
            // Whose labels are none is missed by nobody.
            Match::None | Match::Several(_) if labels.segments.is_empty() && labels.markers.is_empty() => {}
            Match::None => plan.report.problem(not_there(labels), ""),
            Match::Several(paths) => plan.report.problem(ambiguous(labels, &paths), ""),
        }
    }
    for video in order {
        let parts = by_video.remove(&video).unwrap_or_default();
        let planned = plan_video(project, &mut plan, (video, &parts), imported.precision, target);
        plan.videos.push(planned);
    }
    plan.new_classes = new_classes(project, set, imported, &plan.videos, &mut plan.report);
    plan
}

fn new_set_name(wished: &str, title: &str) -> String {
    [wished, title].into_iter().map(one_line).find(|name| !name.is_empty()).unwrap_or_else(|| "Imported".to_owned())
}

/// `1 label`, `2 labels`.
fn counted(count: usize) -> String {
    format!("{count} label{}", if count == 1 { "" } else { "s" })
}

fn not_there(labels: &VideoLabels) -> String {
    let count = counted(labels.segments.len());
    format!("the project has no video “{}”, so {count} of it stay out; add the video first", labels.name)
}

fn ambiguous(labels: &VideoLabels, paths: &[String]) -> String {
    let count = counted(labels.segments.len());
    let paths = paths.join(", ");
    format!("“{}” can be several videos ({paths}), so {count} of it stay out; choose the video", labels.name)
}

fn plan_video(
    project: &Project,
    plan: &mut ImportPlan,
    (video, parts): (VideoId, &[(&VideoLabels, Clock)]),
    precision: MediaTime,
    target: &Target<'_>,
) -> PlannedVideo {
    let path = project.video(video).map(|video| video.path.clone()).unwrap_or_default();
    let mut known = Known::new(project, video, plan.set, precision);
    let mut planned = PlannedVideo {
        video,
        path: path.clone(),
        segments: Vec::new(),
        duplicates: 0,
        markers: Vec::new(),
        stretches: Vec::new(),
        note: None,
        work: None,
    };
    for (labels, clock) in parts {
        for segment in &labels.segments {
            let place = format!("{}, {}", path, describe(segment.extent));
            let Some(segment) = fitted(segment, clock, precision, target.person, (&place, &mut plan.report)) else {
                continue;
            };
            if known.takes(&segment) {
                planned.segments.push(segment);
            } else {
                planned.duplicates += 1;
            }
        }
        plan_marks(project, &mut planned, labels, clock, precision, &mut plan.report);
    }
    planned
}

fn plan_marks(
    project: &Project,
    planned: &mut PlannedVideo,
    labels: &VideoLabels,
    clock: &Clock,
    precision: MediaTime,
    report: &mut Report,
) {
    let track = project.track(planned.video);
    for (time, text) in &labels.markers {
        let marker = (clock.snap(*time, precision), text.clone());
        let is_there = track
            .into_iter()
            .flat_map(|track| track.markers())
            .any(|known| known.text == marker.1 && known.time.nanos().abs_diff(marker.0.nanos()) <= precision.nanos());
        if !is_there && !planned.markers.contains(&marker) {
            planned.markers.push(marker);
        }
    }
    for (start, end) in &labels.stretches {
        let (start, end) = (clock.snap(*start, precision), clock.snap(*end, precision));
        let is_there =
            track.into_iter().flat_map(|track| track.stretches()).any(|known| known.start <= start && known.end >= end);
        if start >= end {
            report.problem("a fully labelled stretch has no length", planned.path.as_str());
        } else if !is_there && !planned.stretches.contains(&(start, end)) {
            planned.stretches.push((start, end));
        }
    }
    let notes = project.notes(planned.video);
    if !labels.note.is_empty() && labels.note != notes.note {
        if notes.note.is_empty() && planned.note.is_none() {
            planned.note = Some(labels.note.clone());
        } else {
            report.problem("the video has another note already, which stays", planned.path.as_str());
        }
    }
    if labels.work != WorkState::Open && notes.work == WorkState::Open {
        planned.work = Some(labels.work);
    }
}

/// The classes that the labels need or name and the set does not have, in the order of the files.
fn new_classes(
    project: &Project,
    set: Option<SetId>,
    imported: &Imported,
    videos: &[PlannedVideo],
    report: &mut Report,
) -> Vec<NewClass> {
    let known: Vec<&ClassRecord> = set.map(|set| project.classes_of(set)).unwrap_or_default();
    let mut names: BTreeSet<String> = known.iter().map(|class| class.name.clone()).collect();
    let mut keys: BTreeSet<char> = known.iter().filter_map(|class| class.key).collect();
    let mut new = Vec::new();
    for class in &imported.labels.classes {
        let name = class.name.trim();
        if name.is_empty() || !names.insert(name.to_owned()) {
            continue;
        }
        let key = class.key.filter(|key| keys.insert(*key));
        if key != class.key {
            report.problem("the key of a class is taken by another class; the class comes in without a key", name);
        }
        let description = class.description.clone();
        new.push(NewClass { name: name.to_owned(), color: class.color, key, description });
    }
    for segment in videos.iter().flat_map(|video| &video.segments) {
        if names.insert(segment.class.clone()) {
            new.push(NewClass::named(segment.class.as_str()));
        }
    }
    new
}
