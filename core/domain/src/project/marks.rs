//! Changes to what else a video carries: markers, fully labelled stretches, notes.

use super::change::{Change, ChangeKind, Edit, Record};
use super::ids::{MarkerId, StretchId, VideoId};
use super::records::{Marker, Stretch, VideoNotes, WorkState};
use super::segments::in_video;
use super::state::Project;
use crate::MediaTime;

impl Project {
    /// Sets a marker.
    pub fn add_marker(&self, video: VideoId, time: MediaTime, text: &str) -> Option<Change> {
        let marker = Marker { id: MarkerId(self.next_number()), video, time, text: text.to_owned() };
        in_video(video, ChangeKind::AddMarker, vec![Edit::add(Record::Marker(marker))])
    }

    /// Moves a marker or changes its text.
    pub fn edit_marker(&self, video: VideoId, id: MarkerId, time: MediaTime, text: &str) -> Option<Change> {
        let before = self.track(video)?.marker(id)?;
        let after = Marker { time, text: text.to_owned(), ..before.clone() };
        if after == *before {
            return None;
        }
        let edit = Edit::replace(Record::Marker(before.clone()), Record::Marker(after));
        in_video(video, ChangeKind::EditMarker, vec![edit])
    }

    /// Takes a marker away.
    pub fn delete_marker(&self, video: VideoId, id: MarkerId) -> Option<Change> {
        let marker = self.track(video)?.marker(id)?;
        in_video(video, ChangeKind::DeleteMarker, vec![Edit::remove(Record::Marker(marker.clone()))])
    }

    /// Says that everything which happens from `start` to `end` is labelled. Stretches that touch become one.
    pub fn mark_fully_labelled(&self, video: VideoId, start: MediaTime, end: MediaTime) -> Option<Change> {
        if start >= end {
            return None;
        }
        let touching: Vec<&Stretch> = self.touching(video, start, end);
        if touching.iter().any(|stretch| stretch.start <= start && stretch.end >= end) {
            return None;
        }
        let mut edits: Vec<Edit> =
            touching.iter().map(|stretch| Edit::remove(Record::Stretch((*stretch).clone()))).collect();
        let start = touching.iter().map(|stretch| stretch.start).fold(start, MediaTime::min);
        let end = touching.iter().map(|stretch| stretch.end).fold(end, MediaTime::max);
        let id = StretchId(self.next_number());
        edits.push(Edit::add(Record::Stretch(Stretch { id, video, start, end })));
        in_video(video, ChangeKind::MarkFullyLabelled, edits)
    }

    /// Takes back that everything from `start` to `end` is labelled; what lies outside stays so.
    pub fn unmark_fully_labelled(&self, video: VideoId, start: MediaTime, end: MediaTime) -> Option<Change> {
        let mut next = self.next_number();
        let mut edits = Vec::new();
        for stretch in self.touching(video, start, end) {
            if stretch.end <= start || stretch.start >= end {
                continue;
            }
            edits.push(Edit::remove(Record::Stretch(stretch.clone())));
            for (from, to) in [(stretch.start, start), (end, stretch.end)] {
                if from < to {
                    let rest = Stretch { id: StretchId(next), video, start: from, end: to };
                    edits.push(Edit::add(Record::Stretch(rest)));
                    next += 1;
                }
            }
        }
        in_video(video, ChangeKind::UnmarkFullyLabelled, edits)
    }

    /// Whether everything that happens at a moment is labelled.
    pub fn is_fully_labelled(&self, video: VideoId, time: MediaTime) -> bool {
        let mut stretches = self.track(video).into_iter().flat_map(|track| track.stretches());
        stretches.any(|stretch| stretch.start <= time && time < stretch.end)
    }

    /// Says how far the labelling of a video is.
    pub fn set_work_state(&self, video: VideoId, work: WorkState) -> Option<Change> {
        self.edit_notes(video, ChangeKind::SetWorkState, |notes| notes.work = work)
    }

    /// Writes a note on a video.
    pub fn note_video(&self, video: VideoId, note: &str) -> Option<Change> {
        self.edit_notes(video, ChangeKind::NoteVideo, |notes| note.clone_into(&mut notes.note))
    }

    fn edit_notes(&self, video: VideoId, kind: ChangeKind, edit: impl FnOnce(&mut VideoNotes)) -> Option<Change> {
        let kept = self.record(super::RecordId::Notes(video));
        let before = self.notes(video);
        let mut after = before.clone();
        edit(&mut after);
        if after == before {
            return None;
        }
        in_video(video, kind, vec![Edit { before: kept, after: Some(Record::Notes(after)) }])
    }

    /// The stretches that overlap a span or touch its ends.
    fn touching(&self, video: VideoId, start: MediaTime, end: MediaTime) -> Vec<&Stretch> {
        let stretches = self.track(video).into_iter().flat_map(|track| track.stretches());
        stretches.filter(|stretch| stretch.end >= start && stretch.start <= end).collect()
    }
}
