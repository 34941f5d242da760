//! How many labels no checkpoint has learnt from: those drawn, changed or deleted since the last training.
//!
//! Counted on with every line of the journal, so that a change costs no more in a large project than in a small one.

use std::collections::BTreeMap;

use ks_domain::project::{
    Author, Edit, Entry, LabelSegment, Project, Record, RecordId, SegmentId, SetId, Verdict, VideoId,
};

use crate::state::AppState;

/// Labels that no checkpoint has learnt from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unlearnt {
    /// How many.
    pub count: usize,
    /// The set, and the line of the journal up to which checkpoints have learnt.
    counted_for: Option<(SetId, u64)>,
    /// How many lines of the journal are counted.
    lines: usize,
    touched: BTreeMap<(VideoId, SegmentId), Touched>,
}

/// A segment that was changed since.
#[derive(Clone, Debug, Default, PartialEq)]
struct Touched {
    /// As it was before.
    before: Option<LabelSegment>,
    /// Whether it is another now, and says something.
    is_unlearnt: bool,
}

impl AppState {
    /// Counts them again if labels or checkpoints have changed.
    pub(in crate::state) fn refresh_unlearnt(&mut self) {
        let counted_for = self.trained_set().map(|set| (set, self.training.checkpoints.learnt_until()));
        self.training.unlearnt.refresh(&self.studio.project, counted_for);
    }
}

impl Unlearnt {
    fn refresh(&mut self, project: &Project, counted_for: Option<(SetId, u64)>) {
        let Some((set, until)) = counted_for else {
            *self = Self::default();
            return;
        };
        let entries = project.history().entries();
        let fresh = entries.get(self.lines..).unwrap_or_default();
        // What a class is decides about labels that no line names.
        let is_another = self.counted_for != counted_for
            || self.lines > entries.len()
            || fresh.iter().flat_map(|entry| &entry.change.edits).any(edits_class);
        if is_another {
            *self = Self { counted_for, ..Self::default() };
        }
        for entry in entries.get(self.lines..).unwrap_or_default().iter().filter(|entry| entry.number > until) {
            self.take(entry, project, set);
        }
        self.lines = entries.len();
    }

    /// Counts what a line of the journal names by how it is now, not by how that line left it.
    fn take(&mut self, entry: &Entry, project: &Project, set: SetId) {
        for edit in &entry.change.edits {
            let Some(RecordId::Segment(video, segment)) = edit.id() else { continue };
            let touched = self.touched.entry((video, segment)).or_insert_with(|| match &edit.before {
                Some(Record::Segment(before)) => Touched { before: Some(before.clone()), is_unlearnt: false },
                _ => Touched::default(),
            });
            let now = project.track(video).and_then(|track| track.segment(segment));
            let says = |segment: Option<&LabelSegment>| segment.is_some_and(|it| says_something(project, set, it));
            let is_unlearnt = touched.before.as_ref() != now && (says(touched.before.as_ref()) || says(now));
            self.count -= usize::from(touched.is_unlearnt);
            self.count += usize::from(is_unlearnt);
            touched.is_unlearnt = is_unlearnt;
        }
    }
}

fn edits_class(edit: &Edit) -> bool {
    matches!(edit.id(), Some(RecordId::Class(_) | RecordId::Set(_)))
}

/// Whether a segment belongs to the set and was confirmed by somebody, or rejected.
fn says_something(project: &Project, set: SetId, segment: &LabelSegment) -> bool {
    let is_confirmed = !matches!(segment.author, Author::Model { accepted_by: None, .. });
    let is_of_set = project.class_of(segment.class).is_some_and(|class| class.set == set);
    (is_confirmed || segment.verdict == Verdict::Absent) && is_of_set
}
