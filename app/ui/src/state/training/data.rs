//! What the next run would learn from, kept until labels or settings change.

use std::sync::Arc;

use ks_domain::MediaTime;
use ks_domain::project::{SetId, VideoId};
use ks_domain::training::{ClipConfig, DataConfig, DataOverview, DataProblem, ProjectData, Severity, TrainConfig};

use super::clips::video_name;
use crate::state::AppState;

/// What the next run would learn from.
#[derive(Clone, Debug, Default)]
pub struct DataView {
    /// The samples.
    pub data: Arc<ProjectData>,
    /// Their counts.
    pub overview: DataOverview,
    /// Everything that is wrong, errors first, with the places.
    pub problems: Vec<PlacedProblem>,
    made_from: Option<MadeFrom>,
}

/// Something that is wrong with the data, and where one can see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedProblem {
    /// Whether training is not possible.
    pub is_error: bool,
    /// A sentence.
    pub message: String,
    /// The video that it is about, with the name of its file.
    pub video: Option<(VideoId, String)>,
    /// Where in that video.
    pub time: Option<MediaTime>,
}

/// What the samples were made from.
#[derive(Clone, Debug, PartialEq)]
struct MadeFrom {
    set: Option<SetId>,
    journal: usize,
    /// What became known of the videos: it stands in no journal.
    frames: u64,
    clip: ClipConfig,
    data: DataConfig,
    is_multi_label: bool,
}

impl AppState {
    /// Brings what would be learnt from up to date. Costs little if nothing has changed.
    pub(in crate::state) fn refresh_training_data(&mut self) {
        self.training.form.follow(&self.settings);
        let config = &self.training.form.config;
        let project = &self.studio.project;
        let made_from = MadeFrom {
            set: self.trained_set(),
            journal: project.history().entries().len(),
            frames: project
                .queue()
                .iter()
                .filter_map(|video| project.facts(video.id))
                .fold(0, |sum, facts| sum.wrapping_mul(31).wrapping_add(u64::from(facts.frames))),
            clip: config.clip.clone(),
            data: config.data.clone(),
            is_multi_label: config.loss.multi_label,
        };
        if self.training.data.made_from.as_ref() == Some(&made_from) {
            return;
        }
        let data = made_from.set.map(|set| project.training_data(set, config)).unwrap_or_default();
        let overview = DataOverview::new(&data.classes, &data.samples, data.problems.clone());
        let place = |problem: &DataProblem| {
            let video = problem.source.and_then(|source| data.videos.get(source as usize)).copied();
            PlacedProblem {
                is_error: problem.severity == Severity::Error,
                message: crate::format::sentence(&problem.message),
                video: video.map(|video| (video, video_name(project, video))),
                time: problem.time,
            }
        };
        let problems = overview.problems.iter().map(place).collect();
        self.training.data = DataView { data: Arc::new(data), overview, problems, made_from: Some(made_from) };
    }

    /// The samples for other settings than those of the form.
    pub(super) fn training_data_for(&self, config: &TrainConfig) -> ProjectData {
        self.trained_set().map(|set| self.studio.project.training_data(set, config)).unwrap_or_default()
    }
}
