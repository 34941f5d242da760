//! The numbers by which a project tells its records apart.
//!
//! All kinds draw from one counter, so a number is never used twice in a project, whatever it once named.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);
    )+};
}

ids! {
    /// Names a video of a project.
    VideoId;
    /// Names a label set.
    SetId;
    /// Names a class of a label set.
    ClassId;
    /// Names a labelled segment.
    SegmentId;
    /// Names a marker.
    MarkerId;
    /// Names a stretch that is fully labelled.
    StretchId;
    /// Names an analysis.
    AnalysisId;
}
