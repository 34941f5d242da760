//! A plan becomes changes: the classes first, then one change for each video, each made from the project as it is then.

use std::collections::BTreeMap;

use ks_domain::MediaTime;
use ks_domain::project::{
    Change, ChangeError, ChangeKind, ClassError, ClassId, Edit, Entry, LabelSegment, Marker, MarkerId, Project, Record,
    RecordId, Scope, SegmentId, SetId, Stamp, Stretch, StretchId, VideoNotes,
};
use thiserror::Error;

use super::{ImportPlan, PlannedVideo};

/// Why a plan no longer fits its project.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ApplyError {
    /// Classes have changed since.
    #[error("the classes have changed since the import was previewed; preview it again ({0})")]
    Classes(#[from] ClassError),
    /// Something else has changed since.
    #[error("the project has changed since the import was previewed; preview it again ({0})")]
    Changed(#[from] ChangeError),
}

impl ImportPlan {
    /// The changes of the plan in the order in which they are to be committed, each on top of those before it.
    ///
    /// # Errors
    /// If the project is no longer the one that was planned for.
    pub fn changes(&self, project: &Project) -> Result<Vec<Change>, ApplyError> {
        let mut scratch = project.clone();
        let stamp = Stamp { unix_millis: 0, person: String::new() };
        Ok(self.apply(&mut scratch, &stamp)?.into_iter().map(|entry| entry.change).collect())
    }

    /// Imports into a project in memory. What comes back is what is to be kept.
    ///
    /// # Errors
    /// If the project is no longer the one that was planned for. Everything before what does not fit was done, and is
    /// undone like anything else; a caller who wants all or nothing asks [`changes`](Self::changes) first.
    pub fn apply(&self, project: &mut Project, stamp: &Stamp) -> Result<Vec<Entry>, ApplyError> {
        let mut entries = Vec::new();
        if self.is_empty() {
            return Ok(entries);
        }
        let set = match self.set {
            Some(set) => set,
            None => {
                let set = SetId(project.next_number());
                entries.push(project.commit(project.add_set(&self.new_set, "")?, stamp.clone())?);
                set
            }
        };
        if !self.new_classes.is_empty() {
            let change = project.add_classes(set, self.new_classes.clone())?;
            entries.push(project.commit(change, stamp.clone())?);
        }
        for video in &self.videos {
            let classes: BTreeMap<&str, ClassId> =
                project.classes_of(set).into_iter().map(|class| (class.name.as_str(), class.id)).collect();
            let edits = edits_of(project, video, &classes)?;
            if !edits.is_empty() {
                let change = Change { scope: Scope::Video(video.video), kind: ChangeKind::Import, edits, leads: false };
                entries.push(project.commit(change, stamp.clone())?);
            }
        }
        Ok(entries)
    }
}

fn edits_of(
    project: &Project,
    planned: &PlannedVideo,
    classes: &BTreeMap<&str, ClassId>,
) -> Result<Vec<Edit>, ApplyError> {
    let video = planned.video;
    let mut numbers = project.next_number()..;
    let mut number = move || numbers.next().unwrap_or(u64::MAX);
    let mut edits = Vec::new();
    for segment in &planned.segments {
        let class = *classes.get(segment.class.as_str()).ok_or(ClassError::Gone)?;
        edits.push(Edit::add(Record::Segment(LabelSegment {
            id: SegmentId(number()),
            video,
            class,
            start: segment.start,
            end: segment.end,
            verdict: segment.verdict,
            author: segment.author.clone(),
            score: segment.score,
            note: segment.note.clone(),
        })));
    }
    for (time, text) in &planned.markers {
        let marker = Marker { id: MarkerId(number()), video, time: *time, text: text.clone() };
        edits.push(Edit::add(Record::Marker(marker)));
    }
    edits.extend(stretch_edits(project, planned, &mut number));
    let kept = project.record(RecordId::Notes(video));
    let before = project.notes(video);
    let after = VideoNotes {
        video,
        work: planned.work.unwrap_or(before.work),
        note: planned.note.clone().unwrap_or_else(|| before.note.clone()),
    };
    if after != before {
        edits.push(Edit { before: kept, after: Some(Record::Notes(after)) });
    }
    Ok(edits)
}

/// Stretches that touch become one, with those that were there.
fn stretch_edits(project: &Project, planned: &PlannedVideo, number: &mut impl FnMut() -> u64) -> Vec<Edit> {
    if planned.stretches.is_empty() {
        return Vec::new();
    }
    let old: Vec<&Stretch> = project.track(planned.video).into_iter().flat_map(|track| track.stretches()).collect();
    let mut all: Vec<(MediaTime, MediaTime)> = old.iter().map(|stretch| (stretch.start, stretch.end)).collect();
    all.extend(&planned.stretches);
    all.sort();
    let mut joined: Vec<(MediaTime, MediaTime)> = Vec::new();
    for (start, end) in all {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    let mut edits = Vec::new();
    for stretch in &old {
        if !joined.contains(&(stretch.start, stretch.end)) {
            edits.push(Edit::remove(Record::Stretch((*stretch).clone())));
        }
    }
    for (start, end) in joined {
        if !old.iter().any(|stretch| (stretch.start, stretch.end) == (start, end)) {
            let stretch = Stretch { id: StretchId(number()), video: planned.video, start, end };
            edits.push(Edit::add(Record::Stretch(stretch)));
        }
    }
    edits
}
