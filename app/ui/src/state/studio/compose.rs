//! Keeping what the timeline shows in step with scores, rules and labels; names and colours of classes.

use ks_domain::project::ClassId;

use super::rows::Source;
use crate::state::{AppState, Video};

impl AppState {
    /// Makes the rows of the watched video again if anything that they show has changed.
    pub(in crate::state) fn refresh_rows(&mut self) {
        let mut rows = std::mem::take(&mut self.studio.rows);
        match self.selected_video() {
            Some(video) => rows.refresh(&Source {
                project: &self.studio.project,
                video: video.id,
                analysis: &video.analysis,
                set: self.studio.current_set(),
                shows_all: self.studio.shows_all_classes,
                keeps: self.studio.painting.keys().copied().chain(self.studio.class).collect(),
                name_of: &|class| self.predicted_name(video, class),
                threshold_of: &|name| self.studio.rules.rule_for(name).threshold,
            }),
            None => rows.clear(),
        }
        self.studio.rows = rows;
    }

    /// The name of a class of the network that analysed a video: as it was called then, else as it is called now.
    pub fn predicted_name(&self, video: &Video, class: usize) -> String {
        video.analysis.name_of(&self.labels, class)
    }

    /// The name of a class of a label set; empty if there is none such.
    pub fn label_name(&self, class: ClassId) -> String {
        self.studio.project.class_of(class).map(|class| class.name.clone()).unwrap_or_default()
    }
}
