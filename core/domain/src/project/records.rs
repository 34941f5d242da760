//! What a project keeps, record by record: plain data.
//!
//! A record never changes by itself: see `change.rs`. What a network said about a video is not here but in
//! [`AnalysisRecord`](super::AnalysisRecord), as nobody edits it.

use serde::{Deserialize, Serialize};

use super::ids::{ClassId, MarkerId, SegmentId, SetId, StretchId, VideoId};
use crate::MediaTime;

/// A video of the project's queue. The file itself stays where it is and is never written to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoRecord {
    /// Which one.
    pub id: VideoId,
    /// Where it was found last.
    pub path: String,
    /// Its place in the queue; the smaller comes first.
    pub place: u32,
    /// Whether it was taken out of the queue. Its labels stay, so that taking it out can be undone.
    pub is_removed: bool,
}

/// What was found out about a video's file. Nobody typed it, so it has no history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// The BLAKE3 hash of its content in hexadecimal, by which it is found again when it has moved; empty until known.
    pub hash: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How many frames decode; 0 until known.
    pub frames: u32,
    /// When its last frame ends; zero until known.
    pub duration: MediaTime,
}

/// How far the labelling of a video is, in the words of those who do it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// Nobody has said anything.
    #[default]
    Open,
    /// Somebody wants to come back to it.
    NeedsWork,
    /// Finished.
    Done,
}

/// What people wrote about a video as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoNotes {
    /// Which video.
    pub video: VideoId,
    /// How far its labelling is.
    pub work: WorkState,
    /// A note; may be empty.
    pub note: String,
}

impl VideoNotes {
    /// Nothing was written about a video.
    pub fn none(video: VideoId) -> Self {
        Self { video, work: WorkState::Open, note: String::new() }
    }
}

/// A named set of classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetRecord {
    /// Which one.
    pub id: SetId,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
}

/// A colour with eight bits each of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rgb(pub [u8; 3]);

/// What became of a class. A class is never erased, so that a label that once had it can always say which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassFate {
    /// It is in use.
    #[default]
    Active,
    /// It was deleted; its labels are kept but not shown.
    Deleted,
    /// Its labels count as those of another class.
    MergedInto(ClassId),
}

/// A class of a label set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRecord {
    /// Which one.
    pub id: ClassId,
    /// Its label set.
    pub set: SetId,
    /// Its name, different from all other active ones of the set.
    pub name: String,
    /// Its colour; `None` for the one that its place gives it.
    pub color: Option<Rgb>,
    /// The key that marks it while a video plays.
    pub key: Option<char>,
    /// What counts as this class; may be empty.
    pub description: String,
    /// Its place in the set; the smaller comes first.
    pub place: u32,
    /// What became of it.
    pub fate: ClassFate,
}

/// Who or what drew a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A person, by name; empty where nobody gave one.
    Person(String),
    /// A network.
    Model {
        /// The name of its checkpoint's file.
        checkpoint: String,
        /// The start of the file's hash; may be empty.
        hash: String,
        /// The person who accepted what it found; `None` while nobody has.
        accepted_by: Option<String>,
    },
}

/// What a segment says of its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It happens here.
    #[default]
    Present,
    /// It does not happen here, though a network held that it does.
    Absent,
}

/// A stretch of a video for which somebody said whether a class occurs: half open, `[start, end)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelSegment {
    /// Which one.
    pub id: SegmentId,
    /// Its video.
    pub video: VideoId,
    /// Its class; [`Project::class_of`](super::Project::class_of) follows merged ones.
    pub class: ClassId,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends; later than `start`.
    pub end: MediaTime,
    /// What it says of the class.
    pub verdict: Verdict,
    /// Who drew it.
    pub author: Author,
    /// The highest probability that the network gave, if one drew it.
    pub score: Option<f32>,
    /// A note; may be empty.
    pub note: String,
}

impl LabelSegment {
    /// Whether a person stands behind it: drew it, accepted it, or said that a network was wrong.
    pub fn is_confirmed(&self) -> bool {
        !matches!(self.author, Author::Model { accepted_by: None, .. }) || self.verdict == Verdict::Absent
    }
}

/// A moment worth remembering.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    /// Which one.
    pub id: MarkerId,
    /// Its video.
    pub video: VideoId,
    /// When.
    pub time: MediaTime,
    /// What is there; may be empty.
    pub text: String,
}

/// A stretch in which everything that happens is labelled, so that what is not labelled does not happen there.
/// Outside of such stretches, unlabelled means unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// Which one.
    pub id: StretchId,
    /// Its video.
    pub video: VideoId,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
}
