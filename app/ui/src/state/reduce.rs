//! The reducer: what the state becomes when something happened, and what is to be done about it. Pure.
//!
//! Here: files and the player. The user's actions are in `reduce_action.rs`, the engine in `reduce_engine.rs`.

use std::sync::Arc;

use ks_domain::{FrameTable, Progress};

use super::{
    AppState, Banner, Effect, Event, IndexPhase, LearnScreen, PlayerEvent, PlayerPhase, ProbePhase, Screen, Severity,
    VideoEvent, VideoId, ViewRange,
};

impl AppState {
    /// Takes in one event and says what is to be done.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        crate::texts::speak(&self.language);
        match event {
            Event::Action(action) => self.apply_action(action),
            Event::Video(video, event) => self.apply_video(video, event),
            Event::Player(event) => self.apply_player(event),
            Event::Engine(event) => self.apply_engine(event),
            Event::Labels { path, result } => {
                if self.labels.file.as_ref().is_some_and(|file| file.path == path) {
                    match result {
                        Ok(set) => {
                            self.labels.set = Some(set);
                            self.labels.failure = None;
                            self.labels.check(&self.model);
                        }
                        Err(failure) => {
                            self.labels.set = None;
                            self.labels.failure = Some(failure);
                        }
                    }
                }
                vec![]
            }
            Event::Media(event) => self.apply_media(event),
            Event::Project(event) => self.apply_project(event),
            Event::Zoo(event) => {
                self.apply_zoo(event);
                vec![]
            }
            Event::Training(event) => self.apply_training(event),
            Event::Sample(event) => self.apply_sample(event),
            Event::Installation(event) => self.apply_installation(event),
            Event::Trouble(failure) => {
                self.announce(Severity::Error, failure.summary, failure.details);
                vec![]
            }
        }
    }

    /// Brings derived data up to date. Cheap if nothing changed; called once a frame, however many events came.
    pub fn refresh(&mut self) {
        let selected = self.selected;
        let (rules, labels) = (&self.studio.rules, &self.labels);
        for video in &mut self.videos {
            if Some(video.id) == selected || !video.analysis.phase.is_running() {
                video.analysis.refresh(rules, labels);
            }
        }
        self.refresh_rows();
        self.refresh_pages();
        self.refresh_unlearnt();
        if self.screen() == Screen::Learn(LearnScreen::Train) {
            self.refresh_training_data();
        }
    }

    /// Adds a message, unless it is there already; says which one it is.
    pub(crate) fn announce(&mut self, severity: Severity, text: String, details: String) -> u64 {
        if let Some(known) = self.banners.iter().find(|banner| banner.text == text) {
            return known.id;
        }
        let id = self.fresh_id();
        self.banners.push(Banner { id, severity, text, details });
        id
    }

    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn apply_video(&mut self, id: VideoId, event: VideoEvent) -> Vec<Effect> {
        let Some(video) = self.video_mut(id) else { return vec![] };
        match event {
            VideoEvent::Probed(info) => {
                video.warnings.extend(info.warnings.iter().cloned());
                video.probe = ProbePhase::Ready(info);
                video.index = IndexPhase::Running(Progress::default());
                if self.selected == Some(id) {
                    self.fit_range();
                    return self.load_player();
                }
            }
            VideoEvent::ProbeFailed(failure) => {
                video.probe = ProbePhase::Failed(failure.clone());
                self.fail_player(id, failure);
            }
            VideoEvent::Indexing(progress) => video.index = IndexPhase::Running(progress),
            VideoEvent::Indexed { table, warnings } => {
                video.warnings.extend(warnings);
                return self.indexed(id, table);
            }
            VideoEvent::Warning(text) => {
                if !video.warnings.contains(&text) {
                    video.warnings.push(text);
                }
            }
            VideoEvent::Cover(pictures) => video.cover = Some(pictures),
            VideoEvent::Strip(pictures) => video.strip = Some(pictures),
            VideoEvent::Hashed { hash, bytes } => {
                return self.learn(id, |facts| {
                    facts.hash = hash;
                    facts.bytes = bytes;
                });
            }
            VideoEvent::Missing(failure) => {
                video.probe = ProbePhase::Failed(failure.clone());
                video.is_missing = true;
                self.fail_player(id, failure);
                return self.look_for(id);
            }
            VideoEvent::IndexFailed(failure) => {
                video.index = IndexPhase::Failed(failure.clone());
                self.fail_player(id, failure);
            }
        }
        if self.selected == Some(id) {
            self.fit_range();
        }
        vec![]
    }

    fn indexed(&mut self, id: VideoId, table: Arc<FrameTable>) -> Vec<Effect> {
        if let Some(video) = self.video_mut(id) {
            video.index = IndexPhase::Ready(Arc::clone(&table));
        }
        if self.selected == Some(id) {
            self.fit_range();
        }
        let (frames, duration) = (table.len(), table.end());
        let mut effects = self.learn(id, |facts| {
            facts.frames = frames;
            facts.duration = duration;
        });
        if self.player.video == Some(id) {
            effects.push(Effect::GivePlayerTable(table));
        }
        effects.extend(self.make_pictures(id, false));
        if self.selected == Some(id) {
            effects.extend(self.make_pictures(id, true));
        }
        effects
    }

    /// Asks for small pictures of a video whose frames are known, unless they are there.
    fn make_pictures(&self, id: VideoId, is_strip: bool) -> Option<Effect> {
        let video = self.video(id)?;
        let is_there = if is_strip { video.strip.is_some() } else { video.cover.is_some() };
        let (info, table) = (Arc::clone(video.info()?), Arc::clone(video.table()?));
        let path = video.path.clone();
        (!is_there).then_some(Effect::MakePictures { video: id, path, info, table, is_strip })
    }

    fn fail_player(&mut self, id: VideoId, failure: super::Failure) {
        if self.selected == Some(id) {
            self.player.phase = PlayerPhase::Failed(failure);
        }
    }

    /// Makes the timeline as long as the selected video.
    pub(crate) fn fit_range(&mut self) {
        let total = self.selected_video().and_then(super::Video::duration).map_or(1.0, |time| time.secs_f64());
        self.range = self.range.with_total(total);
    }

    /// Opens the selected video in the player, as soon as it is known what it is.
    pub(crate) fn load_player(&mut self) -> Vec<Effect> {
        let Some(video) = self.selected_video() else { return vec![Effect::ClosePlayer] };
        let id = video.id;
        let (phase, effect) = match (video.failure(), video.info()) {
            (Some(failure), _) => (PlayerPhase::Failed(failure.clone()), Effect::ClosePlayer),
            (None, Some(info)) => {
                let (path, info, table) = (video.path.clone(), Arc::clone(info), video.table().cloned());
                (PlayerPhase::Loading, Effect::LoadPlayer { video: id, path, info, table })
            }
            (None, None) => (PlayerPhase::Loading, Effect::ClosePlayer),
        };
        let (rate, is_looping) = (self.player.rate, self.player.is_looping);
        self.player = super::PlayerState { phase, video: Some(id), rate, is_looping, ..super::PlayerState::default() };
        vec![effect]
    }

    fn apply_player(&mut self, event: PlayerEvent) -> Vec<Effect> {
        match event {
            PlayerEvent::Ready => {
                self.player.phase = PlayerPhase::Ready;
                return self.seek_awaited();
            }
            PlayerEvent::Failed(failure) => {
                self.player.phase = PlayerPhase::Failed(failure);
                self.player.is_playing = false;
            }
            PlayerEvent::Picture(picture) => {
                self.player.position = picture.time;
                self.player.frame = picture.frame;
                if self.player.is_playing {
                    self.range = self.range.following(picture.time.secs_f64());
                }
                self.player.picture = Some(picture);
            }
            PlayerEvent::LatePicture(picture) => self.player.picture = Some(picture),
            PlayerEvent::Playing(is_playing) => self.player.is_playing = is_playing,
        }
        vec![]
    }

    /// Shows another video.
    pub(crate) fn select(&mut self, id: Option<VideoId>) -> Vec<Effect> {
        if self.selected == id {
            return vec![];
        }
        // What was being marked belongs to the video that was watched.
        let mut effects = self.end_painting();
        self.studio.selection.clear();
        self.studio.mark_in = None;
        self.selected = id;
        self.range = ViewRange::default();
        self.fit_range();
        if id.is_none() {
            self.player = super::PlayerState {
                rate: self.player.rate,
                is_looping: self.player.is_looping,
                ..super::PlayerState::default()
            };
        }
        effects.extend(self.load_player());
        effects.extend(id.and_then(|id| self.make_pictures(id, true)));
        effects
    }
}
