//! Keeping what a network finds, window by window, and going on with an analysis that was cut short.

use std::sync::Arc;

use ks_domain::project::{AnalysisId, AnalysisRecord, UsedModel, VideoId};
use ks_domain::{AnalysisSettings, WindowScores};

use super::actions::ProjectEffect;
use crate::state::{Analysis, AnalysisPhase, AppState, Effect, NamedFile};

impl AppState {
    /// Makes ready for an analysis. One that was cut short goes on if it is the same network and the same clips;
    /// otherwise what there was is forgotten.
    pub(in crate::state) fn begin_analysis(
        &mut self,
        id: VideoId,
        checkpoint: &NamedFile,
        settings: AnalysisSettings,
    ) -> Vec<Effect> {
        let class_names = self.labels.set.as_ref().map(|set| set.names().to_vec()).unwrap_or_default();
        let model = UsedModel { checkpoint: checkpoint.name.clone(), hash: String::new(), class_names };
        let next = AnalysisId(self.studio.project.next_number());
        let unix_millis = self.studio.now_millis;
        let Some(video) = self.video_mut(id) else { return vec![] };
        let analysis = &mut video.analysis;
        let is_same = analysis.model.as_deref() == Some(&model) && analysis.settings == Some(settings);
        if is_same && analysis.id.is_some() && !analysis.windows.is_empty() && !analysis.is_complete {
            return vec![];
        }
        analysis.clear();
        analysis.is_complete = false;
        analysis.id = Some(next);
        analysis.model = Some(Arc::new(model.clone()));
        analysis.settings = Some(settings);
        self.studio.project.reserve(next.0);
        let record =
            AnalysisRecord { id: next, video: id, model, settings, unix_millis, is_complete: false, windows: vec![] };
        vec![Effect::Project(ProjectEffect::BeginAnalysis(Box::new(record)))]
    }

    /// Takes in one more window.
    pub(in crate::state) fn keep_window(&mut self, id: VideoId, scores: WindowScores) -> Vec<Effect> {
        let Some(video) = self.video_mut(id) else { return vec![] };
        let first = u32::try_from(video.analysis.windows.len()).unwrap_or(u32::MAX);
        video.analysis.push(scores.clone());
        let keep = |analysis| ProjectEffect::KeepWindows { analysis, first, windows: vec![scores] };
        video.analysis.id.map(|analysis| Effect::Project(keep(analysis))).into_iter().collect()
    }

    /// All windows are there.
    pub(in crate::state) fn finished(&mut self, id: VideoId) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(Analysis { is_complete, id: Some(analysis), .. }) =
            self.video_mut(id).map(|video| &mut video.analysis)
        {
            *is_complete = true;
            effects.push(Effect::Project(ProjectEffect::FinishAnalysis(*analysis)));
        }
        effects.extend(self.ended(id, AnalysisPhase::Done));
        effects
    }
}
