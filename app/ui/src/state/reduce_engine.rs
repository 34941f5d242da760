//! The reducer's part for the engine: analyses queue here and run one after the other.

use std::sync::Arc;

use ks_domain::{AnalysisSettings, LabelSet, Progress};

use super::{
    AnalysisPhase, AppState, Effect, EngineEvent, EngineState, Failure, LabelState, ModelState, Severity, Video,
    VideoId,
};
use crate::format;
use crate::tr;

impl AppState {
    /// What a checkpoint says of itself holds, unless the user chose names that fit it too.
    fn take_from_checkpoint(&mut self, labels: Vec<String>, settings: Option<AnalysisSettings>, classes: usize) {
        let fits = self.labels.set.as_ref().is_some_and(|set| set.len() == classes);
        let chosen = self.labels.file.is_some() && fits;
        if !chosen && let Ok(set) = LabelSet::new(labels) {
            self.labels = LabelState { file: None, set: Some(Arc::new(set)), failure: None };
        }
        match settings {
            Some(settings) => (self.settings, self.settings_of_checkpoint) = (settings, true),
            // What another checkpoint said does not hold for this one.
            None if self.settings_of_checkpoint => {
                (self.settings, self.settings_of_checkpoint) = (AnalysisSettings::default(), false);
            }
            None => {}
        }
    }

    pub(super) fn apply_engine(&mut self, event: EngineEvent) -> Vec<Effect> {
        match event {
            EngineEvent::Devices(found) => {
                self.engine = EngineState::Running;
                self.devices.found = Some(found);
            }
            EngineEvent::ModelReady { model, device, reason, labels, settings } => {
                // Every analysis tells it again; what the user chose since holds.
                if !matches!(self.model, ModelState::Ready(..)) {
                    self.take_from_checkpoint(labels, settings, model.classes);
                }
                if let Some(file) = self.model.file().cloned() {
                    self.model = ModelState::Ready(file, model);
                }
                self.engine = EngineState::Running;
                self.devices.chosen = Some(device);
                self.devices.reason = reason;
                self.labels.check(&self.model);
            }
            EngineEvent::ModelFailed(failure) => {
                if let Some(file) = self.model.file().cloned() {
                    self.model = ModelState::Failed { file, failure };
                }
            }
            EngineEvent::Progress { video, activity, progress, bottleneck } => {
                if let Some(video) = self.video_mut(video).filter(|video| video.analysis.phase.is_running()) {
                    video.analysis.phase = AnalysisPhase::Running { activity, progress, bottleneck };
                }
            }
            EngineEvent::Window { video, scores } => {
                return self.keep_window(video, scores);
            }
            EngineEvent::Warning { video, text } => {
                if let Some(video) = self.video_mut(video).filter(|video| !video.warnings.contains(&text)) {
                    video.warnings.push(text);
                }
            }
            EngineEvent::Finished(video) => return self.finished(video),
            EngineEvent::Cancelled(video) => return self.ended(video, AnalysisPhase::Cancelled),
            EngineEvent::Failed(video, failure) => return self.ended(video, AnalysisPhase::Failed(failure)),
            EngineEvent::Died { status, log } => self.engine_died(&status, log),
            EngineEvent::Restarted(videos) => self.engine_restarted(&videos),
            EngineEvent::Down(failure) => return self.engine_is_down(failure),
        }
        vec![]
    }

    /// Queues videos for analysis and starts the first if the engine is free.
    pub(super) fn request_analysis(&mut self, videos: &[VideoId]) -> Vec<Effect> {
        if self.model.file().is_none() || self.labels.failure.is_some() || self.settings.validate().is_err() {
            return vec![];
        }
        for id in videos {
            if let Some(video) = self.video_mut(*id).filter(|video| !video.analysis.phase.is_pending())
                && video.failure().is_none()
            {
                video.analysis.phase = AnalysisPhase::Queued;
            }
        }
        self.start_next()
    }

    /// Queues videos for analysis with the network of now, also those that the engine is at with another one.
    pub(super) fn analyse_anew(&mut self, videos: &[VideoId]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for id in videos {
            let Some(video) = self.video_mut(*id) else { continue };
            if video.analysis.phase.is_running() {
                video.analysis.is_due_again = true;
                effects.push(Effect::Cancel { video: *id });
            }
        }
        effects.extend(self.request_analysis(videos));
        effects
    }

    pub(super) fn analyse_all(&mut self) -> Vec<Effect> {
        let open: Vec<VideoId> = self
            .videos
            .iter()
            .filter(|video| video.analysis.phase != AnalysisPhase::Done)
            .map(|video| video.id)
            .collect();
        self.request_analysis(&open)
    }

    /// Starts the first waiting analysis if none is running.
    pub(super) fn start_next(&mut self) -> Vec<Effect> {
        if self.running_video().is_some() {
            return vec![];
        }
        let (Some(file), Ok(settings)) = (self.model.file().cloned(), self.settings.validate()) else { return vec![] };
        let device = self.devices.wanted.clone();
        let waiting = self.videos.iter().find(|video| video.analysis.phase == AnalysisPhase::Queued);
        let Some(id) = waiting.map(|video| video.id) else { return vec![] };
        let mut effects = self.begin_analysis(id, &file, *settings);
        let Some(Video { path, analysis, .. }) = self.video_mut(id) else { return effects };
        analysis.phase = AnalysisPhase::Running {
            activity: tr!("inspector-starting"),
            progress: Progress::default(),
            bottleneck: String::new(),
        };
        let first_window = u32::try_from(analysis.windows.len()).unwrap_or(u32::MAX);
        let path = path.clone();
        effects.push(Effect::Analyse { video: id, path, checkpoint: file.path, device, settings, first_window });
        effects
    }

    /// Stops an analysis. It counts as cancelled when the engine says so, at once if it never began.
    pub(super) fn cancel(&mut self, id: VideoId) -> Vec<Effect> {
        let Some(video) = self.video_mut(id) else { return vec![] };
        match video.analysis.phase {
            AnalysisPhase::Queued => {
                // What was found earlier is still there.
                let is_whole = video.analysis.is_complete;
                video.analysis.phase = if is_whole { AnalysisPhase::Done } else { AnalysisPhase::Cancelled };
                vec![]
            }
            AnalysisPhase::Running { .. } | AnalysisPhase::Resuming { .. } => {
                video.analysis.is_due_again = false;
                vec![Effect::Cancel { video: id }]
            }
            AnalysisPhase::None | AnalysisPhase::Done | AnalysisPhase::Cancelled | AnalysisPhase::Failed(_) => vec![],
        }
    }

    /// Stops the selected video's analysis, or else the one that runs.
    pub(super) fn cancel_current(&mut self) -> Vec<Effect> {
        let selected = self.selected_video().filter(|video| video.analysis.phase.is_pending());
        let id = selected.or(self.running_video()).map(|video| video.id);
        id.map_or_else(Vec::new, |id| self.cancel(id))
    }

    pub(super) fn ended(&mut self, id: VideoId, phase: AnalysisPhase) -> Vec<Effect> {
        if let Some(video) = self.video_mut(id) {
            let is_due_again = std::mem::take(&mut video.analysis.is_due_again);
            video.analysis.phase = if is_due_again { AnalysisPhase::Queued } else { phase };
        }
        self.start_next()
    }

    fn engine_died(&mut self, status: &str, log: String) {
        self.engine = EngineState::Restarting;
        for video in &mut self.videos {
            if let Some(progress) = video.analysis.phase.progress().copied() {
                video.analysis.phase = AnalysisPhase::Resuming { progress };
            }
        }
        let text = format::sentence(&tr!("engine-died", status = status));
        self.banner_of_engine = Some(self.announce(Severity::Warning, text, log));
    }

    /// Takes away the message that the engine has stopped, because something newer is known.
    fn take_engine_banner(&mut self) {
        let stale = self.banner_of_engine.take();
        self.banners.retain(|banner| Some(banner.id) != stale);
    }

    fn engine_restarted(&mut self, resumed: &[VideoId]) {
        self.engine = EngineState::Running;
        let names: Vec<String> =
            resumed.iter().filter_map(|id| self.video(*id)).map(|video| tr!("quoted", name = &video.name)).collect();
        self.take_engine_banner();
        let text =
            if names.is_empty() { tr!("engine-restarted") } else { tr!("engine-goes-on", videos = names.join(", ")) };
        self.announce(Severity::Info, text, String::new());
    }

    fn engine_is_down(&mut self, failure: Failure) -> Vec<Effect> {
        for video in &mut self.videos {
            if video.analysis.phase.is_pending() {
                video.analysis.phase = AnalysisPhase::Failed(failure.clone());
            }
        }
        self.take_engine_banner();
        self.announce(Severity::Error, failure.summary.clone(), failure.details.clone());
        self.engine = EngineState::Down(failure);
        vec![]
    }
}
