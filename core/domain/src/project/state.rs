//! A project in memory: its records, and how a change is applied to them.

use std::collections::BTreeMap;

use thiserror::Error;

use super::analyses::ViewRules;
use super::change::{Change, Edit, Record, RecordId};
use super::history::History;
use super::ids::{ClassId, MarkerId, SegmentId, SetId, StretchId, VideoId};
use super::records::{
    ClassFate, ClassRecord, LabelSegment, Marker, SetRecord, Stretch, VideoFacts, VideoNotes, VideoRecord,
};

/// Everything that people made in a project, and the history of how they made it.
///
/// What networks found is kept beside it, not in it: it is large, nobody edits it, and it can be computed again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    videos: BTreeMap<VideoId, VideoRecord>,
    facts: BTreeMap<VideoId, VideoFacts>,
    notes: BTreeMap<VideoId, VideoNotes>,
    sets: BTreeMap<SetId, SetRecord>,
    classes: BTreeMap<ClassId, ClassRecord>,
    tracks: BTreeMap<VideoId, Track>,
    rules: Option<ViewRules>,
    highest: u64,
    pub(super) history: History,
}

/// What was labelled in one video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    segments: BTreeMap<SegmentId, LabelSegment>,
    markers: BTreeMap<MarkerId, Marker>,
    stretches: BTreeMap<StretchId, Stretch>,
    revision: u64,
}

/// Why a change does not fit a project. A change that was just made from the project always fits; undoing and redoing
/// may not, where what was done elsewhere since stands on it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ChangeError {
    /// A record is not as the change expects it.
    #[error("the project has changed meanwhile, so this can no longer be done ({record:?})")]
    Stale {
        /// Which record.
        record: RecordId,
    },
    /// A class or label set would go that labels or classes still have.
    #[error(
        "this cannot be undone because there are labels of this class; delete the class instead, then they are kept and come back with it"
    )]
    InUse {
        /// Which record.
        record: RecordId,
    },
    /// A label would get a class that is not there.
    #[error("this cannot be done because the class of the label is not there any more; redo adding the class first")]
    NoClass {
        /// Which label.
        record: RecordId,
    },
    /// A record does not belong to the change's scope, or an edit names two records or none.
    #[error("the change is not well formed")]
    Malformed,
}

impl Track {
    /// The segments by number.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &LabelSegment> {
        self.segments.values()
    }

    /// How many segments there are.
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// A segment.
    pub fn segment(&self, id: SegmentId) -> Option<&LabelSegment> {
        self.segments.get(&id)
    }

    /// The markers by number.
    pub fn markers(&self) -> impl Iterator<Item = &Marker> {
        self.markers.values()
    }

    /// A marker.
    pub fn marker(&self, id: MarkerId) -> Option<&Marker> {
        self.markers.get(&id)
    }

    /// The stretches that are fully labelled, by number.
    pub fn stretches(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches.values()
    }

    /// Another number after every change, for those who keep something derived from the track.
    pub const fn revision(&self) -> u64 {
        self.revision
    }
}

impl Project {
    /// A video.
    pub fn video(&self, id: VideoId) -> Option<&VideoRecord> {
        self.videos.get(&id)
    }

    /// The videos of the queue in their order, without those that were taken out.
    pub fn queue(&self) -> Vec<&VideoRecord> {
        let mut queue: Vec<&VideoRecord> = self.videos.values().filter(|video| !video.is_removed).collect();
        queue.sort_by_key(|video| (video.place, video.id));
        queue
    }

    /// All videos by number, those that were taken out of the queue among them.
    pub fn all_videos(&self) -> impl Iterator<Item = &VideoRecord> {
        self.videos.values()
    }

    /// What was found out about a video's file.
    pub fn facts(&self, video: VideoId) -> Option<&VideoFacts> {
        self.facts.get(&video)
    }

    /// Keeps what was found out about a video's file.
    pub fn learn(&mut self, video: VideoId, facts: VideoFacts) {
        self.facts.insert(video, facts);
    }

    /// What people wrote about a video.
    pub fn notes(&self, video: VideoId) -> VideoNotes {
        self.notes.get(&video).cloned().unwrap_or_else(|| VideoNotes::none(video))
    }

    /// The label sets by number.
    pub fn sets(&self) -> impl Iterator<Item = &SetRecord> {
        self.sets.values()
    }

    /// A label set.
    pub fn set(&self, id: SetId) -> Option<&SetRecord> {
        self.sets.get(&id)
    }

    /// A class, in use or not.
    pub fn class(&self, id: ClassId) -> Option<&ClassRecord> {
        self.classes.get(&id)
    }

    /// All classes by number, also those no longer in use.
    pub fn all_classes(&self) -> impl Iterator<Item = &ClassRecord> {
        self.classes.values()
    }

    /// The classes of a set that are in use, in their order.
    pub fn classes_of(&self, set: SetId) -> Vec<&ClassRecord> {
        let mut classes: Vec<&ClassRecord> =
            self.classes.values().filter(|class| class.set == set && class.fate == ClassFate::Active).collect();
        classes.sort_by_key(|class| (class.place, class.id));
        classes
    }

    /// The class that a label with this class counts as: itself, or the one that it was merged into. `None` if that
    /// was deleted.
    pub fn class_of(&self, id: ClassId) -> Option<&ClassRecord> {
        let mut class = self.classes.get(&id)?;
        // Only a class in use can be merged into, but undoing may bring back an older order; a chain is never longer
        // than there are classes.
        for _ in 0..=self.classes.len() {
            match class.fate {
                ClassFate::Active => return Some(class),
                ClassFate::Deleted => return None,
                ClassFate::MergedInto(other) => class = self.classes.get(&other)?,
            }
        }
        None
    }

    /// The class of this name that is in use in a set.
    pub fn class_named(&self, set: SetId, name: &str) -> Option<&ClassRecord> {
        self.classes.values().find(|class| class.set == set && class.fate == ClassFate::Active && class.name == name)
    }

    /// What was labelled in a video; `None` if nothing ever was.
    pub fn track(&self, video: VideoId) -> Option<&Track> {
        self.tracks.get(&video)
    }

    /// From which probability on what networks found counts.
    pub fn rules(&self) -> ViewRules {
        self.rules.clone().unwrap_or_default()
    }

    /// A number that no record has had.
    pub const fn next_number(&self) -> u64 {
        self.highest + 1
    }

    /// Makes sure that numbers up to this one are not given again, as something that is no record has them.
    pub const fn reserve(&mut self, number: u64) {
        if number > self.highest {
            self.highest = number;
        }
    }

    /// The record of this name as it is now.
    pub fn record(&self, id: RecordId) -> Option<Record> {
        match id {
            RecordId::Video(id) => self.videos.get(&id).cloned().map(Record::Video),
            RecordId::Notes(id) => self.notes.get(&id).cloned().map(Record::Notes),
            RecordId::Set(id) => self.sets.get(&id).cloned().map(Record::Set),
            RecordId::Class(id) => self.classes.get(&id).cloned().map(Record::Class),
            RecordId::Segment(video, id) => self.tracks.get(&video)?.segments.get(&id).cloned().map(Record::Segment),
            RecordId::Marker(video, id) => self.tracks.get(&video)?.markers.get(&id).cloned().map(Record::Marker),
            RecordId::Stretch(video, id) => self.tracks.get(&video)?.stretches.get(&id).cloned().map(Record::Stretch),
            RecordId::Rules => self.rules.clone().map(Record::Rules),
        }
    }

    /// Every record, in no order that means anything but always the same.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let tracks = self.tracks.values().flat_map(|track| {
            let segments = track.segments.values().cloned().map(Record::Segment);
            let markers = track.markers.values().cloned().map(Record::Marker);
            segments.chain(markers).chain(track.stretches.values().cloned().map(Record::Stretch))
        });
        let videos = self.videos.values().cloned().map(Record::Video);
        let notes = self.notes.values().cloned().map(Record::Notes);
        let sets = self.sets.values().cloned().map(Record::Set);
        let classes = self.classes.values().cloned().map(Record::Class);
        let rules = self.rules.iter().cloned().map(Record::Rules);
        videos.chain(notes).chain(sets).chain(classes).chain(tracks).chain(rules)
    }

    /// Takes in a record that was kept, without a history.
    pub fn restore(&mut self, record: Record) {
        self.put(record);
    }

    /// Checks that every record is as the change expects it, then applies it whole.
    ///
    /// # Errors
    /// If it does not fit; then nothing has changed.
    pub(super) fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        for edit in &change.edits {
            let id = edit.id().ok_or(ChangeError::Malformed)?;
            let names_another = edit.before.as_ref().is_some_and(|before| before.id() != id);
            if names_another || id.scope() != change.scope {
                return Err(ChangeError::Malformed);
            }
            if self.record(id) != edit.before {
                return Err(ChangeError::Stale { record: id });
            }
            self.check_references(id, edit.after.as_ref())?;
        }
        for Edit { before, after } in &change.edits {
            match (before, after) {
                (_, Some(record)) => self.put(record.clone()),
                (Some(record), None) => self.take(record.id()),
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Classes and labels are undone apart from one another, so each has to look whether the other stands on it.
    fn check_references(&self, id: RecordId, after: Option<&Record>) -> Result<(), ChangeError> {
        let is_used = match (id, after) {
            (RecordId::Segment(..), Some(Record::Segment(segment))) => {
                let is_there = self.classes.contains_key(&segment.class);
                return if is_there { Ok(()) } else { Err(ChangeError::NoClass { record: id }) };
            }
            (RecordId::Class(class), None) => {
                self.tracks.values().any(|track| track.segments.values().any(|segment| segment.class == class))
            }
            (RecordId::Set(set), None) => self.classes.values().any(|class| class.set == set),
            _ => false,
        };
        if is_used { Err(ChangeError::InUse { record: id }) } else { Ok(()) }
    }

    fn put(&mut self, record: Record) {
        self.reserve(record.id().number());
        match record {
            Record::Video(video) => _ = self.videos.insert(video.id, video),
            Record::Notes(notes) => _ = self.notes.insert(notes.video, notes),
            Record::Set(set) => _ = self.sets.insert(set.id, set),
            Record::Class(class) => _ = self.classes.insert(class.id, class),
            Record::Segment(segment) => _ = self.track_mut(segment.video).segments.insert(segment.id, segment),
            Record::Marker(marker) => _ = self.track_mut(marker.video).markers.insert(marker.id, marker),
            Record::Stretch(stretch) => _ = self.track_mut(stretch.video).stretches.insert(stretch.id, stretch),
            Record::Rules(rules) => self.rules = Some(rules),
        }
    }

    fn take(&mut self, id: RecordId) {
        match id {
            RecordId::Video(id) => _ = self.videos.remove(&id),
            RecordId::Notes(id) => _ = self.notes.remove(&id),
            RecordId::Set(id) => _ = self.sets.remove(&id),
            RecordId::Class(id) => _ = self.classes.remove(&id),
            RecordId::Segment(video, id) => _ = self.track_mut(video).segments.remove(&id),
            RecordId::Marker(video, id) => _ = self.track_mut(video).markers.remove(&id),
            RecordId::Stretch(video, id) => _ = self.track_mut(video).stretches.remove(&id),
            RecordId::Rules => self.rules = None,
        }
    }

    fn track_mut(&mut self, video: VideoId) -> &mut Track {
        let track = self.tracks.entry(video).or_default();
        track.revision += 1;
        track
    }
}
