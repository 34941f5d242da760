//! Changes to the labelled segments of a video: draw, move, split, join, relabel, delete.
//!
//! Every function here looks at a project and returns the change, or `None` where there is nothing to change.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, ChangeKind, Edit, Record, Scope};
use super::ids::{ClassId, SegmentId, VideoId};
use super::records::{Author, LabelSegment, Verdict};
use super::state::{Project, Track};
use crate::MediaTime;

/// A segment that is about to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSegment {
    /// Its class.
    pub class: ClassId,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// What it says of the class.
    pub verdict: Verdict,
    /// Who draws it.
    pub author: Author,
    /// The highest probability that a network gave.
    pub score: Option<f32>,
    /// A note; may be empty.
    pub note: String,
}

impl NewSegment {
    /// A person says that a class occurs.
    pub fn by_person(class: ClassId, start: MediaTime, end: MediaTime, person: &str) -> Self {
        let author = Author::Person(person.to_owned());
        Self { class, start, end, verdict: Verdict::Present, author, score: None, note: String::new() }
    }

    fn record(self, video: VideoId, id: SegmentId) -> LabelSegment {
        let Self { class, start, end, verdict, author, score, note } = self;
        // A probability that is no number could not be kept.
        let score = score.filter(|score| score.is_finite());
        LabelSegment { id, video, class, start, end, verdict, author, score, note }
    }
}

impl Project {
    /// Draws segments in a video, all at once. Those without length are left out.
    pub fn draw(&self, video: VideoId, kind: ChangeKind, segments: Vec<NewSegment>) -> Option<Change> {
        let drawn = segments.into_iter().filter(|segment| segment.end > segment.start);
        let edits = (self.next_number()..)
            .zip(drawn)
            .map(|(number, segment)| Edit::add(Record::Segment(segment.record(video, SegmentId(number)))))
            .collect();
        in_video(video, kind, edits)
    }

    /// Gives a segment other ends. Ends that cross or meet change nothing.
    pub fn retime(
        &self,
        video: VideoId,
        id: SegmentId,
        (start, end): (MediaTime, MediaTime),
        kind: ChangeKind,
    ) -> Option<Change> {
        if start >= end {
            return None;
        }
        self.edit_segments(video, &[id], kind, |segment| {
            segment.start = start;
            segment.end = end;
        })
    }

    /// Gives several segments other ends at once. Those whose ends cross or meet stay as they are.
    pub fn retime_all(
        &self,
        video: VideoId,
        spans: &[(SegmentId, (MediaTime, MediaTime))],
        kind: ChangeKind,
    ) -> Option<Change> {
        let spans: BTreeMap<SegmentId, (MediaTime, MediaTime)> =
            spans.iter().copied().filter(|(_, (start, end))| start < end).collect();
        let ids: Vec<SegmentId> = spans.keys().copied().collect();
        self.edit_segments(video, &ids, kind, |segment| {
            if let Some((start, end)) = spans.get(&segment.id) {
                (segment.start, segment.end) = (*start, *end);
            }
        })
    }

    /// Says of spans that a network found whether the class occurs there, all at once. Whoever changes their mind about
    /// a span changes what was said before: there are never two words of one network on one span of a class. Spans
    /// without length are left out.
    pub fn judge(&self, video: VideoId, kind: ChangeKind, said: Vec<NewSegment>) -> Option<Change> {
        let class_of = |class: ClassId| self.class_of(class).map_or(class, |class| class.id);
        let mut before: BTreeMap<(ClassId, MediaTime, MediaTime), Vec<&LabelSegment>> = BTreeMap::new();
        for segment in self.track(video).into_iter().flat_map(Track::segments) {
            if let Author::Model { .. } = segment.author {
                let span = (class_of(segment.class), segment.start, segment.end);
                before.entry(span).or_default().push(segment);
            }
        }
        let (mut edits, mut seen, mut number) = (Vec::new(), BTreeSet::new(), self.next_number());
        for new in said.into_iter().filter(|segment| segment.end > segment.start) {
            let span = (class_of(new.class), new.start, new.end);
            if !seen.insert(span) {
                continue;
            }
            let Some((first, rest)) = before.get(&span).and_then(|known| known.split_first()) else {
                edits.push(Edit::add(Record::Segment(new.record(video, SegmentId(number)))));
                number += 1;
                continue;
            };
            let NewSegment { verdict, author, score, .. } = new;
            let score = score.filter(|score| score.is_finite()).or(first.score);
            let after = LabelSegment { verdict, author, score, ..(*first).clone() };
            if after != **first {
                edits.push(Edit::replace(Record::Segment((*first).clone()), Record::Segment(after)));
            }
            edits.extend(rest.iter().map(|other| Edit::remove(Record::Segment((*other).clone()))));
        }
        in_video(video, kind, edits)
    }

    /// Says of segments that a network drew and nobody has looked at whether they are right. Others stay as they are.
    pub fn confirm(&self, video: VideoId, ids: &[SegmentId], verdict: Verdict, person: &str) -> Option<Change> {
        let kind = match verdict {
            Verdict::Present => ChangeKind::AcceptPredictions,
            Verdict::Absent => ChangeKind::RejectPredictions,
        };
        self.edit_segments(video, ids, kind, |segment| {
            if let Author::Model { accepted_by: accepted_by @ None, .. } = &mut segment.author {
                *accepted_by = Some(person.to_owned());
                segment.verdict = verdict;
            }
        })
    }

    /// Divides a segment at a moment inside of it. The later part is a new segment.
    pub fn split(&self, video: VideoId, id: SegmentId, at: MediaTime) -> Option<Change> {
        let whole = self.track(video)?.segment(id)?;
        if at <= whole.start || at >= whole.end {
            return None;
        }
        let first = LabelSegment { end: at, ..whole.clone() };
        let second = LabelSegment { id: SegmentId(self.next_number()), start: at, ..whole.clone() };
        let edits = vec![
            Edit::replace(Record::Segment(whole.clone()), Record::Segment(first)),
            Edit::add(Record::Segment(second)),
        ];
        in_video(video, ChangeKind::SplitSegment, edits)
    }

    /// Joins segments of one class into the earliest of them, from the first start to the last end. `None` if they are
    /// of different classes or fewer than two.
    pub fn join(&self, video: VideoId, ids: &[SegmentId]) -> Option<Change> {
        let track = self.track(video)?;
        let mut parts: Vec<&LabelSegment> = ids.iter().filter_map(|id| track.segment(*id)).collect();
        parts.sort_by_key(|segment| (segment.start, segment.id));
        parts.dedup_by_key(|segment| segment.id);
        let (first, rest) = parts.split_first()?;
        let class_of = |segment: &LabelSegment| self.class_of(segment.class).map(|class| class.id);
        let is_same =
            |segment: &&LabelSegment| class_of(segment) == class_of(first) && segment.verdict == first.verdict;
        if rest.is_empty() || !rest.iter().all(is_same) {
            return None;
        }
        let mut whole = (*first).clone();
        whole.end = parts.iter().map(|segment| segment.end).max()?;
        let notes: Vec<&str> = parts.iter().map(|part| part.note.as_str()).filter(|note| !note.is_empty()).collect();
        whole.note = notes.join("\n");
        whole.score = parts.iter().filter_map(|part| part.score).reduce(f32::max);
        let mut edits = vec![Edit::replace(Record::Segment((*first).clone()), Record::Segment(whole))];
        edits.extend(rest.iter().map(|segment| Edit::remove(Record::Segment((*segment).clone()))));
        in_video(video, ChangeKind::MergeSegments, edits)
    }

    /// Deletes segments.
    pub fn delete_segments(&self, video: VideoId, ids: &[SegmentId]) -> Option<Change> {
        let track = self.track(video)?;
        let edits = unique(ids)
            .filter_map(|id| track.segment(id))
            .map(|segment| Edit::remove(Record::Segment(segment.clone())))
            .collect();
        in_video(video, ChangeKind::DeleteSegments, edits)
    }

    /// Gives segments another class.
    pub fn relabel(&self, video: VideoId, ids: &[SegmentId], class: ClassId) -> Option<Change> {
        self.edit_segments(video, ids, ChangeKind::RelabelSegments, |segment| segment.class = class)
    }

    /// Writes a note on a segment.
    pub fn note_segment(&self, video: VideoId, id: SegmentId, note: &str) -> Option<Change> {
        self.edit_segments(video, &[id], ChangeKind::NoteSegment, |segment| note.clone_into(&mut segment.note))
    }

    /// Applies one edit to several segments; those that it leaves as they are do not count.
    fn edit_segments(
        &self,
        video: VideoId,
        ids: &[SegmentId],
        kind: ChangeKind,
        edit: impl Fn(&mut LabelSegment),
    ) -> Option<Change> {
        let track = self.track(video)?;
        let edits = unique(ids)
            .filter_map(|id| track.segment(id))
            .filter_map(|before| {
                let mut after = before.clone();
                edit(&mut after);
                (after != *before).then(|| Edit::replace(Record::Segment(before.clone()), Record::Segment(after)))
            })
            .collect();
        in_video(video, kind, edits)
    }
}

/// Each number once: a change may name a record only once.
fn unique(ids: &[SegmentId]) -> impl Iterator<Item = SegmentId> {
    ids.iter().copied().collect::<std::collections::BTreeSet<_>>().into_iter()
}

/// A change of one video, if it has any edit.
pub(super) fn in_video(video: VideoId, kind: ChangeKind, edits: Vec<Edit>) -> Option<Change> {
    (!edits.is_empty()).then_some(Change { scope: Scope::Video(video), kind, edits, leads: false })
}
