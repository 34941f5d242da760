//! Clips that one can go to: the place of a sample, and small pictures of what the network sees.

use std::sync::Arc;

use ks_domain::MediaTime;
use ks_domain::project::{Project, VideoId};
use ks_domain::training::ProjectData;

use crate::state::{Failure, SmallPictures};

/// Where a sample lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipPlace {
    /// Its video in the project that is open; `None` if it is not there, as after training on a folder.
    pub video: Option<VideoId>,
    /// The name of its file.
    pub file: String,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends; as `start` where all of the video is meant.
    pub end: MediaTime,
}

impl ClipPlace {
    /// The places of all samples, in their order.
    pub fn of(project: &Project, data: &ProjectData) -> Vec<Self> {
        let place = |sample: &ks_domain::training::TrainingSample| {
            let video = data.videos.get(sample.source as usize).copied();
            let (start, end) = sample.span.unwrap_or_default();
            Self { video, file: video.map(|video| video_name(project, video)).unwrap_or_default(), start, end }
        };
        data.samples.iter().map(place).collect()
    }
}

/// The name of a video's file.
pub(super) fn video_name(project: &Project, video: VideoId) -> String {
    let path = project.video(video).map(|video| video.path.as_str()).unwrap_or_default();
    crate::state::studio::file_name(std::path::Path::new(path))
}

/// A clip as training would show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewClip {
    /// Its classes, as one text.
    pub label: String,
    /// Where it was cut.
    pub place: ClipPlace,
    /// Some of its frames, cropped and mirrored as they were drawn.
    pub pictures: Arc<SmallPictures>,
}

/// Clips as training would show them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Previews {
    /// Nobody asked.
    #[default]
    None,
    /// On their way.
    Waiting,
    /// Here.
    Here(Vec<PreviewClip>),
    /// They could not be made.
    Failed(Failure),
}
