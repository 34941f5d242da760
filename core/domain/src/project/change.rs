//! A change: the records that it touches, as they were and as they become.
//!
//! A change can be turned round, so undoing needs no knowledge of what it was about. Each belongs to one scope, and
//! no record belongs to two, so undoing in one video never meets what was done elsewhere.

use serde::{Deserialize, Serialize};

use super::analyses::ViewRules;
use super::ids::{ClassId, MarkerId, SegmentId, SetId, StretchId, VideoId};
use super::records::{ClassRecord, LabelSegment, Marker, SetRecord, Stretch, VideoNotes, VideoRecord};

/// What is undone together: each scope has an undo history of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The queue of videos.
    Queue,
    /// The label sets, their classes, and from which probability on these count.
    Classes,
    /// The labels, markers and notes of one video.
    Video(VideoId),
}

/// Any record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A video of the queue.
    Video(VideoRecord),
    /// What people wrote about a video.
    Notes(VideoNotes),
    /// A label set.
    Set(SetRecord),
    /// A class.
    Class(ClassRecord),
    /// A labelled segment.
    Segment(LabelSegment),
    /// A marker.
    Marker(Marker),
    /// A fully labelled stretch.
    Stretch(Stretch),
    /// From which probability on what networks found counts.
    Rules(ViewRules),
}

/// Names any record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordId {
    /// A video of the queue.
    Video(VideoId),
    /// What people wrote about a video.
    Notes(VideoId),
    /// A label set.
    Set(SetId),
    /// A class.
    Class(ClassId),
    /// A labelled segment, with its video.
    Segment(VideoId, SegmentId),
    /// A marker, with its video.
    Marker(VideoId, MarkerId),
    /// A fully labelled stretch, with its video.
    Stretch(VideoId, StretchId),
    /// From which probability on what networks found counts: one record for the project.
    Rules,
}

impl Record {
    /// Which record it is.
    pub const fn id(&self) -> RecordId {
        match self {
            Self::Video(video) => RecordId::Video(video.id),
            Self::Notes(notes) => RecordId::Notes(notes.video),
            Self::Set(set) => RecordId::Set(set.id),
            Self::Class(class) => RecordId::Class(class.id),
            Self::Segment(segment) => RecordId::Segment(segment.video, segment.id),
            Self::Marker(marker) => RecordId::Marker(marker.video, marker.id),
            Self::Stretch(stretch) => RecordId::Stretch(stretch.video, stretch.id),
            Self::Rules(_) => RecordId::Rules,
        }
    }
}

impl RecordId {
    /// The scope in which the record is edited.
    pub const fn scope(self) -> Scope {
        match self {
            Self::Video(_) => Scope::Queue,
            // Thresholds are those of classes.
            Self::Set(_) | Self::Class(_) | Self::Rules => Scope::Classes,
            Self::Notes(video) | Self::Segment(video, _) | Self::Marker(video, _) | Self::Stretch(video, _) => {
                Scope::Video(video)
            }
        }
    }

    /// The highest number in it.
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Video(id) | Self::Notes(id) => id.0,
            Self::Set(id) => id.0,
            Self::Class(id) => id.0,
            Self::Segment(_, id) => id.0,
            Self::Marker(_, id) => id.0,
            Self::Stretch(_, id) => id.0,
            Self::Rules => 0,
        }
    }
}

/// One record as it was and as it becomes; `None` where it is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// As it was.
    pub before: Option<Record>,
    /// As it becomes.
    pub after: Option<Record>,
}

impl Edit {
    /// A new record.
    pub const fn add(record: Record) -> Self {
        Self { before: None, after: Some(record) }
    }

    /// A record goes.
    pub const fn remove(record: Record) -> Self {
        Self { before: Some(record), after: None }
    }

    /// A record becomes another. Both carry the same number.
    pub const fn replace(before: Record, after: Record) -> Self {
        Self { before: Some(before), after: Some(after) }
    }

    /// Which record it is about; `None` if it is about none.
    pub fn id(&self) -> Option<RecordId> {
        self.after.as_ref().or(self.before.as_ref()).map(Record::id)
    }

    fn reversed(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone() }
    }
}

macro_rules! kinds {
    ($($name:ident $key:literal,)+) => {
        /// What a change is about, for the history that people read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each name says what was done")]
        pub enum ChangeKind {
            $(#[serde(rename = $key)] $name,)+
        }

        impl ChangeKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in files, such as `draw_segment`.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)+
                }
            }
        }
    };
}

kinds! {
    AddVideos "add_videos",
    RemoveVideos "remove_videos",
    ReorderVideos "reorder_videos",
    RelinkVideo "relink_video",
    AddSet "add_set",
    EditSet "edit_set",
    AddClass "add_class",
    RenameClass "rename_class",
    EditClass "edit_class",
    MergeClasses "merge_classes",
    DeleteClass "delete_class",
    SetRules "set_rules",
    DrawSegment "draw_segment",
    MoveSegment "move_segment",
    TrimSegment "trim_segment",
    NudgeSegment "nudge_segment",
    SplitSegment "split_segment",
    MergeSegments "merge_segments",
    DeleteSegments "delete_segments",
    RelabelSegments "relabel_segments",
    NoteSegment "note_segment",
    AcceptPredictions "accept_predictions",
    RejectPredictions "reject_predictions",
    AddMarker "add_marker",
    EditMarker "edit_marker",
    DeleteMarker "delete_marker",
    MarkFullyLabelled "mark_fully_labelled",
    UnmarkFullyLabelled "unmark_fully_labelled",
    SetWorkState "set_work_state",
    NoteVideo "note_video",
    Import "import",
}

/// Something that was done at once and is undone at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Where it belongs.
    pub scope: Scope,
    /// What it is about.
    pub kind: ChangeKind,
    /// The records, each at most once.
    pub edits: Vec<Edit>,
    /// Whether the change after it was made by the same action, so that people take back both at once: a class that is named
    /// by drawing its first label, and that label.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leads: bool,
}

impl Change {
    /// The same, with what comes next belonging to it.
    #[must_use]
    pub fn leading(self) -> Self {
        Self { leads: true, ..self }
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let edits = self.edits.iter().rev().map(Edit::reversed).collect();
        Self { scope: self.scope, kind: self.kind, edits, leads: false }
    }
}

/// Whether a change was made, taken back or made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Made by somebody.
    Done,
    /// Takes back the entry with this number.
    Undo(u64),
    /// Makes the change of the entry with this number again.
    Redo(u64),
}

/// When and by whom something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Milliseconds since 1970, UTC.
    pub unix_millis: u64,
    /// The person's name; may be empty.
    pub person: String,
}

/// One line of the journal. The journal only grows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number: 1 for the first, then one more each.
    pub number: u64,
    /// When and by whom.
    pub stamp: Stamp,
    /// Made, taken back, or made again.
    pub role: Role,
    /// What became of the records: for an undo already turned round.
    pub change: Change,
}
