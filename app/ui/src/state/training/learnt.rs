//! How many labels no checkpoint has learnt from: those drawn, changed or deleted since the last training.

use std::collections::BTreeMap;

use ks_domain::project::{Author, LabelSegment, Project, Record, RecordId, SetId, Verdict};

use crate::state::AppState;

/// Labels that no checkpoint has learnt from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unlearnt {
    /// How many.
    pub count: usize,
    made_from: Option<(Option<SetId>, usize, u64)>,
}

impl AppState {
    /// Counts them again if labels or checkpoints have changed.
    pub(in crate::state) fn refresh_unlearnt(&mut self) {
        let set = self.trained_set();
        let until = self.training.checkpoints.learnt_until();
        let made_from = Some((set, self.studio.project.history().entries().len(), until));
        if self.training.unlearnt.made_from != made_from {
            let count = set.map_or(0, |set| unlearnt(&self.studio.project, set, until));
            self.training.unlearnt = Unlearnt { count, made_from };
        }
    }
}

/// Segments of a label set that were confirmed before or are now, and that differ from what they were when the journal
/// had `until` lines.
fn unlearnt(project: &Project, set: SetId, until: u64) -> usize {
    let mut first: BTreeMap<RecordId, Option<&LabelSegment>> = BTreeMap::new();
    for entry in project.history().entries().iter().filter(|entry| entry.number > until) {
        for edit in &entry.change.edits {
            let Some(id @ RecordId::Segment(..)) = edit.id() else { continue };
            first.entry(id).or_insert(match &edit.before {
                Some(Record::Segment(segment)) => Some(segment),
                _ => None,
            });
        }
    }
    let counts = |segment: &LabelSegment| {
        let is_confirmed = !matches!(segment.author, Author::Model { accepted_by: None, .. });
        let is_of_set = project.class_of(segment.class).is_some_and(|class| class.set == set);
        (is_confirmed || segment.verdict == Verdict::Absent) && is_of_set
    };
    let differs = |(id, before): (&RecordId, &Option<&LabelSegment>)| {
        let RecordId::Segment(video, segment) = id else { return false };
        let now = project.track(*video).and_then(|track| track.segment(*segment));
        *before != now && (before.is_some_and(counts) || now.is_some_and(counts))
    };
    first.iter().filter(|(id, before)| differs((id, before))).count()
}
