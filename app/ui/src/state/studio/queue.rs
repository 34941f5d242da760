//! The queue: the project says which videos there are, the window keeps what it knows of each.

use std::path::{Path, PathBuf};

use ks_domain::project::{AnalysisRecord, VideoFacts, VideoId};

use super::actions::ProjectEffect;
use crate::state::{AnalysisPhase, AppState, Effect, Video};

impl AppState {
    /// Adds videos to the queue, and watches the first of them.
    pub(in crate::state) fn open_videos(&mut self, paths: &[PathBuf]) -> Vec<Effect> {
        let texts: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let mut effects = self.commit_some(self.studio.project.add_videos(&texts));
        let first = paths.first().and_then(|path| self.videos.iter().find(|video| video.path == *path));
        if let Some(id) = first.map(|video| video.id) {
            effects.extend(self.select(Some(id)));
        }
        effects
    }

    /// Takes videos out of the queue.
    pub(in crate::state) fn remove_videos(&mut self, ids: &[VideoId]) -> Vec<Effect> {
        self.commit_some(self.studio.project.remove_videos(ids))
    }

    /// Puts a video before another one, or at the end.
    pub(super) fn move_video(&mut self, video: VideoId, before: Option<VideoId>) -> Vec<Effect> {
        let mut order: Vec<VideoId> = self.videos.iter().map(|video| video.id).filter(|id| *id != video).collect();
        let place = before.and_then(|before| order.iter().position(|id| *id == before)).unwrap_or(order.len());
        order.insert(place, video);
        self.commit_some(self.studio.project.reorder_videos(&order))
    }

    /// Makes the window's list of videos follow the project's queue, after any change of it.
    pub(super) fn follow_queue(&mut self) -> Vec<Effect> {
        let wanted: Vec<(VideoId, PathBuf)> =
            self.studio.project.queue().iter().map(|video| (video.id, PathBuf::from(&video.path))).collect();
        let mut effects = Vec::new();
        let is_wanted = |id: VideoId| wanted.iter().any(|(wanted, _)| *wanted == id);
        let gone: Vec<VideoId> = self.videos.iter().map(|video| video.id).filter(|id| !is_wanted(*id)).collect();
        for id in gone {
            effects.extend(self.drop_video(id));
        }
        for (id, path) in &wanted {
            match self.video_mut(*id) {
                None => {
                    self.videos.push(Video::new(*id, path));
                    effects.push(Effect::Examine { video: *id, path: path.clone() });
                }
                Some(video) if video.path != *path => {
                    // The file was found elsewhere: everything about it is read again.
                    let analysis = std::mem::take(&mut video.analysis);
                    *video = Video { analysis, ..Video::new(*id, path) };
                    effects.push(Effect::Examine { video: *id, path: path.clone() });
                    if self.selected == Some(*id) {
                        effects.extend(self.load_player());
                    }
                }
                Some(_) => {}
            }
        }
        let place = |id: VideoId| wanted.iter().position(|(wanted, _)| *wanted == id);
        self.videos.sort_by_key(|video| place(video.id));
        let known: std::collections::BTreeSet<VideoId> = self.videos.iter().map(|video| video.id).collect();
        self.studio.marked_videos.retain(|id| known.contains(id));
        effects
    }

    fn drop_video(&mut self, id: VideoId) -> Vec<Effect> {
        let Some(position) = self.videos.iter().position(|video| video.id == id) else { return vec![] };
        let mut effects = self.cancel(id);
        self.videos.remove(position);
        effects.push(Effect::Forget { video: id });
        if self.selected == Some(id) {
            let next = self.videos.get(position).or(self.videos.last()).map(|video| video.id);
            effects.extend(self.select(next));
        }
        effects.extend(self.start_next());
        effects
    }

    /// Selects everything from the watched video to another one.
    pub(super) fn mark_to(&mut self, to: VideoId) {
        let place = |id: VideoId| self.videos.iter().position(|video| video.id == id);
        let (Some(a), Some(b)) = (self.selected.and_then(place), place(to)) else { return };
        let range = a.min(b)..=a.max(b);
        self.studio.marked_videos = self.videos.get(range).unwrap_or_default().iter().map(|video| video.id).collect();
    }

    /// The videos that a command for several is about: those selected, and the watched one.
    pub fn marked_or_selected(&self) -> Vec<VideoId> {
        let is_meant = |id: VideoId| self.studio.marked_videos.contains(&id) || self.selected == Some(id);
        self.videos.iter().map(|video| video.id).filter(|id| is_meant(*id)).collect()
    }

    /// Keeps what was found out about a file, if it is news.
    pub(in crate::state) fn learn(&mut self, video: VideoId, change: impl FnOnce(&mut VideoFacts)) -> Vec<Effect> {
        let before = self.studio.project.facts(video).cloned();
        let mut facts = before.clone().unwrap_or_default();
        change(&mut facts);
        if before.as_ref() == Some(&facts) {
            return vec![];
        }
        self.studio.project.learn(video, facts.clone());
        vec![Effect::Project(ProjectEffect::KeepFacts(video, facts))]
    }

    /// A file is not where it was: look for the same content elsewhere.
    pub(in crate::state) fn look_for(&self, video: VideoId) -> Vec<Effect> {
        let hash = self.studio.project.facts(video).map(|facts| facts.hash.clone()).filter(|hash| !hash.is_empty());
        match (self.video(video), hash) {
            (Some(found), Some(hash)) => {
                vec![Effect::Project(ProjectEffect::Find { video, hash, path: found.path.clone() })]
            }
            _ => vec![],
        }
    }

    /// Takes in what a network found in an earlier session.
    pub(super) fn restore_analysis(&mut self, record: AnalysisRecord) {
        let Some(video) = self.video_mut(record.video) else { return };
        // What was analysed since is newer.
        if video.analysis.phase != AnalysisPhase::None {
            return;
        }
        let phase = if record.is_complete { AnalysisPhase::Done } else { AnalysisPhase::Cancelled };
        video.analysis.restore(record, phase);
    }
}

/// The name of a file, for people.
pub(in crate::state) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
