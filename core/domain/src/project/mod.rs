//! A project: the videos of a queue, what people labelled in them, and every change that led there.
//!
//! [`Project`] is plain data with one way to change it: a [`Change`] is made from the project by a function such as
//! [`Project::draw`], and [`Project::commit`] applies it and writes it into the journal. What `commit` returns is what
//! a project file keeps. Nothing here reads or writes a file.
//!
//! ```
//! use ks_domain::MediaTime;
//! use ks_domain::project::{ChangeKind, NewClass, NewSegment, Project, Scope, Stamp};
//!
//! let mut project = Project::default();
//! let stamp = || Stamp { unix_millis: 0, person: "Ada".to_owned() };
//! let change = project.add_videos(&["bees.mp4".to_owned()]).expect("should be new");
//! project.commit(change, stamp())?;
//! let video = project.queue()[0].id;
//! project.commit(project.add_set("Bees", "")?, stamp())?;
//! let set = project.sets().next().expect("should be there").id;
//! project.commit(project.add_classes(set, vec![NewClass::named("waggle")])?, stamp())?;
//! let class = project.classes_of(set)[0].id;
//! let bar = NewSegment::by_person(class, MediaTime::ZERO, MediaTime::from_secs_f64(2.0), "Ada");
//! let change = project.draw(video, ChangeKind::DrawSegment, vec![bar]).expect("should have length");
//! project.commit(change, stamp())?;
//! project.undo(Scope::Video(video), stamp()).expect("should have something to undo")?;
//! assert_eq!(project.track(video).map(|track| track.segment_count()), Some(0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod analyses;
mod change;
mod classes;
mod history;
mod ids;
mod marks;
mod queue;
mod records;
mod review;
mod segments;
mod spans;
mod state;
#[cfg(test)]
mod tests;
mod totals;

pub use self::analyses::{AnalysisRecord, UsedModel, ViewRules};
pub use self::change::{Change, ChangeKind, Edit, Entry, Record, RecordId, Role, Scope, Stamp};
pub use self::classes::{ClassError, NewClass};
pub use self::history::History;
pub use self::ids::{AnalysisId, ClassId, MarkerId, SegmentId, SetId, StretchId, VideoId};
pub use self::records::{
    Author, ClassFate, ClassRecord, LabelSegment, Marker, Rgb, SetRecord, Stretch, Verdict, VideoFacts, VideoNotes,
    VideoRecord, WorkState,
};
pub use self::review::{Moment, Reason, ReviewedClass, moments};
pub use self::segments::NewSegment;
pub use self::spans::{Span, meets, union, within};
pub use self::state::{ChangeError, Project, Track};
pub use self::totals::{ClassTotals, Measure, Occurrence, Totals, VideoOccurrences, totals};
