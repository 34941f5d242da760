//! The reducer's part for what the user does.

use std::path::PathBuf;

use ks_domain::MediaTime;

use super::{
    Action, AppState, Dialog, Effect, ExchangeEffect, ExportView, LabelState, LearnScreen, MediaEffect, ModelState,
    NamedFile, Overlay, Page, PaletteView, PictureView, PlayerCommand, PlayerPhase, ProjectAction, ProjectEffect,
    SettingsView, TrainingAction, ViewRange,
};
use crate::commands::Command;
use crate::format;
use crate::tr;

/// What project files end in.
const PROJECT_EXTENSION: &str = "kinetoscope";

impl AppState {
    pub(super) fn apply_action(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Command(command) => self.command(command),
            Action::OpenPaths(paths) => {
                self.show_videos();
                match paths.iter().find(|path| path.extension().is_some_and(|extension| extension == PROJECT_EXTENSION))
                {
                    Some(project) => self.apply_project_action(ProjectAction::Open(project.clone())),
                    None => self.open_videos(&paths),
                }
            }
            Action::Select(id) => self.select(Some(id)),
            Action::Remove(id) => self.remove_videos(&[id]),
            Action::Cancel(id) => self.cancel(id),
            Action::ChooseCheckpoint(path) => {
                self.model = ModelState::Loading(NamedFile::new(&path));
                vec![self.inspect(path), Effect::SaveConfig]
            }
            Action::ChooseLabels(path) => {
                self.labels = LabelState { file: Some(NamedFile::new(&path)), set: None, failure: None };
                vec![Effect::ReadLabels { path }, Effect::SaveConfig]
            }
            Action::ChooseDevice(id) => self.choose_device(id),
            Action::Seek(time) => self.seek(time),
            Action::SetRate(rate) => self.set_rate(rate),
            Action::SetRange(range) => self.set(|state| state.range = range),
            Action::SetPictureView(view) => self.set_picture_view(|_| view),
            Action::SetThreshold(threshold) => self.set_threshold(threshold),
            Action::SetStride(stride) => self.set(|state| state.settings.stride = stride),
            Action::SetTheme(theme) => {
                self.theme = theme;
                vec![Effect::SaveConfig]
            }
            Action::SetScale(scale) => {
                self.scale = scale;
                vec![Effect::SaveConfig]
            }
            Action::DismissBanner(id) => self.set(|state| state.banners.retain(|banner| banner.id != id)),
            Action::TypeGoTo(text) => self.set(|state| state.dialog = Some(Dialog::GoTo { text, error: None })),
            Action::SubmitGoTo => self.submit_go_to(),
            Action::CloseDialog => self.set(|state| state.dialog = None),
            Action::SearchKeys(search) => self.set(|state| state.dialog = Some(Dialog::Keys { search })),
            Action::Palette(action) => self.apply_palette(action),
            Action::Settings(action) => self.apply_settings(action),
            Action::Training(action) => self.apply_training_action(action),
            Action::Zoo(action) => self.apply_zoo_action(action),
            Action::Project(action) => self.apply_project_action(action),
            Action::Label(action) => self.apply_label_action(action),
            Action::Exchange(action) => self.apply_exchange_action(action),
            Action::CancelSample => self.cancel_sample(),
            Action::CancelClips => vec![Effect::Media(MediaEffect::CancelClips)],
        }
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Open => vec![Effect::AskForVideos],
            Command::OpenCheckpoint => vec![Effect::AskForCheckpoint],
            Command::OpenLabels => vec![Effect::AskForLabels],
            Command::ShowVideos => self.show_videos(),
            Command::ShowTraining => self.toggle_learn(LearnScreen::Train),
            Command::ShowCheckpoints => self.toggle_learn(LearnScreen::Checkpoints),
            Command::ShowZoo => self.toggle_zoo(),
            Command::Improve => self.apply_training_action(TrainingAction::Improve),
            Command::RemoveVideo => {
                let ids = self.marked_or_selected();
                self.remove_videos(&ids)
            }
            Command::PreviousVideo => self.select_neighbour(-1),
            Command::NextVideo => self.select_neighbour(1),
            Command::Quit => vec![Effect::Quit],
            Command::PlayPause => self.play_pause(),
            Command::Slower => self.set_rate(self.player.stepped_rate(false)),
            Command::Faster => self.set_rate(self.player.stepped_rate(true)),
            Command::NormalRate => self.set_rate(1.0),
            Command::FrameBack => self.step(-1),
            Command::FrameForward => self.step(1),
            Command::SecondBack => self.jump(-1.0),
            Command::SecondForward => self.jump(1.0),
            Command::FiveSecondsBack => self.jump(-5.0),
            Command::FiveSecondsForward => self.jump(5.0),
            Command::MinuteBack => self.jump(-60.0),
            Command::MinuteForward => self.jump(60.0),
            Command::Start => self.seek(MediaTime::ZERO),
            Command::End => self.seek(MediaTime::from_nanos(u64::MAX)),
            Command::GoTo => {
                let wanted = self.selected_video().is_some();
                self.set(|state| {
                    state.dialog = wanted.then(|| Dialog::GoTo { text: String::new(), error: None });
                })
            }
            Command::ToggleLoop => self.toggle_loop(),
            Command::PreviousSegment => self.seek_segment(false),
            Command::NextSegment => self.seek_segment(true),
            Command::ZoomIn => self.zoom(1.5),
            Command::ZoomOut => self.zoom(1.0 / 1.5),
            Command::ZoomFit => self.set(|state| state.range = ViewRange::all(state.range.total)),
            Command::Analyse => {
                let ids = self.marked_or_selected();
                self.request_analysis(&ids)
            }
            Command::AnalyseAll => self.analyse_all(),
            Command::CancelAnalysis => self.cancel_current(),
            Command::LargerInterface => self.apply_action(Action::SetScale(self.scale.step(true))),
            Command::SmallerInterface => self.apply_action(Action::SetScale(self.scale.step(false))),
            Command::ShowKeys => self.toggle_dialog(Dialog::Keys { search: String::new() }),
            Command::ShowAbout => self.toggle_dialog(Dialog::About),
            Command::CheckForUpdates => self.check_for_updates(),
            Command::ShowPalette => self.toggle_dialog(Dialog::Palette(PaletteView::default())),
            Command::ShowSettings => self.toggle_dialog(Dialog::Settings(SettingsView::default())),
            Command::ShowFrameTimes => self.set(|state| state.shows_frame_times = !state.shows_frame_times),
            Command::ToggleOverlay => self.set(|state| {
                state.studio.overlay = if state.studio.shows_overlay() { Overlay::Hidden } else { Overlay::Shown };
            }),
            Command::NewProject => self.apply_project_action(ProjectAction::New),
            Command::OpenProject => vec![Effect::Project(ProjectEffect::AskToOpen)],
            Command::OpenSample => self.open_sample(),
            Command::SaveProjectAs => vec![Effect::Project(ProjectEffect::AskToSave)],
            Command::SelectAllVideos => self.set(|state| {
                state.studio.marked_videos = state.videos.iter().map(|video| video.id).collect();
            }),
            Command::Import => vec![Effect::Project(ProjectEffect::Exchange(ExchangeEffect::AskToImport))],
            Command::Export => self.toggle_dialog(Dialog::Export(ExportView::default())),
            Command::ExportClips => self.export_clips(),
            Command::PlaySelection => self.play_span(MediaTime::ZERO),
            Command::PlayAround => self.play_span(MediaTime::from_nanos(1_000_000_000)),
            Command::Snapshot => self.snapshot(),
            Command::NextUncertain => self.next_uncertain(),
            Command::PreviousDisagreement => self.seek_disagreement(false),
            Command::NextDisagreement => self.seek_disagreement(true),
            Command::ShowLabels => self.apply_project_action(ProjectAction::ShowPage(Page::Labels)),
            Command::ShowReview => self.apply_project_action(ProjectAction::ShowPage(Page::Review)),
            Command::ShowResults => self.apply_project_action(ProjectAction::ShowPage(Page::Results)),
            Command::ShowTotals => self.apply_project_action(ProjectAction::ShowPage(Page::Totals)),
            Command::ShowHistory => self.apply_project_action(ProjectAction::ShowPage(Page::History)),
            Command::AcceptPrediction | Command::RejectPrediction => match self.reviewed_moment() {
                Some(moment) => self.judge_moment(&moment, command),
                None => self.label_command(command),
            },
            Command::Undo
            | Command::Redo
            | Command::MarkIn
            | Command::MarkOut
            | Command::SplitSegment
            | Command::MergeSegments
            | Command::DeleteSegment
            | Command::NudgeStartBack
            | Command::NudgeStartForward
            | Command::NudgeEndBack
            | Command::NudgeEndForward
            | Command::AddMarker
            | Command::ToggleFullyLabelled => self.label_command(command),
            Command::ZoomPictureIn => self.set_picture_view(|view| view.stepped(true)),
            Command::ZoomPictureOut => self.set_picture_view(|view| view.stepped(false)),
            Command::ResetPicture => self.set_picture_view(|_| PictureView::default()),
        }
    }

    /// Opens a dialog, or closes it if it is one of the same kind that is open.
    fn toggle_dialog(&mut self, dialog: Dialog) -> Vec<Effect> {
        let is_open =
            self.dialog.as_ref().is_some_and(|open| std::mem::discriminant(open) == std::mem::discriminant(&dialog));
        self.set(|state| state.dialog = (!is_open).then_some(dialog))
    }

    /// Changes the state and nothing else.
    pub(super) fn set(&mut self, change: impl FnOnce(&mut Self)) -> Vec<Effect> {
        change(self);
        vec![]
    }

    fn set_picture_view(&mut self, change: impl FnOnce(PictureView) -> PictureView) -> Vec<Effect> {
        if let Some(video) = self.selected.and_then(|id| self.video_mut(id)) {
            video.picture_view = change(video.picture_view);
        }
        vec![]
    }

    fn select_neighbour(&mut self, step: isize) -> Vec<Effect> {
        let position = self.videos.iter().position(|video| Some(video.id) == self.selected);
        let next = position.and_then(|position| position.checked_add_signed(step));
        let id = next.and_then(|next| self.videos.get(next)).map(|video| video.id);
        if id.is_some() { self.select(id) } else { vec![] }
    }

    fn choose_device(&mut self, id: String) -> Vec<Effect> {
        self.devices.wanted = id;
        self.devices.chosen = None;
        self.devices.reason.clear();
        let mut effects = vec![Effect::SaveConfig];
        if let Some(file) = self.model.file().cloned() {
            self.model = ModelState::Loading(file.clone());
            effects.push(self.inspect(file.path));
        }
        effects
    }

    fn inspect(&self, checkpoint: PathBuf) -> Effect {
        Effect::InspectModel { checkpoint, device: self.devices.wanted.clone() }
    }

    fn player_is_ready(&self) -> bool {
        self.player.phase == PlayerPhase::Ready
    }

    /// A command for the player, if there is something to play.
    fn tell_player(&self, command: PlayerCommand) -> Vec<Effect> {
        if self.player_is_ready() { vec![Effect::Player(command)] } else { vec![] }
    }

    fn play_pause(&mut self) -> Vec<Effect> {
        if !self.player_is_ready() {
            return vec![];
        }
        self.player.is_playing = !self.player.is_playing;
        let command = if self.player.is_playing { PlayerCommand::Play } else { PlayerCommand::Pause };
        self.tell_player(command)
    }

    fn set_rate(&mut self, rate: f64) -> Vec<Effect> {
        self.player.rate = rate.clamp(0.1, 8.0);
        self.tell_player(PlayerCommand::SetRate(self.player.rate))
    }

    fn toggle_loop(&mut self) -> Vec<Effect> {
        self.player.is_looping = !self.player.is_looping;
        self.tell_player(PlayerCommand::SetLooping(self.player.is_looping))
    }

    fn step(&mut self, frames: i32) -> Vec<Effect> {
        if self.player_is_ready() {
            self.player.is_playing = false;
        }
        self.tell_player(PlayerCommand::Step(frames))
    }

    fn jump(&mut self, secs: f64) -> Vec<Effect> {
        self.seek(MediaTime::from_secs_f64(self.player.position.secs_f64() + secs))
    }

    /// Shows the frame at a moment. The playhead goes there at once; the picture follows.
    fn seek(&mut self, time: MediaTime) -> Vec<Effect> {
        if !self.player_is_ready() {
            return vec![];
        }
        let Some(video) = self.selected_video() else { return vec![] };
        if let Some(table) = video.table() {
            let frame = table.frame_at(time);
            return self.seek_frame(frame);
        }
        // Until every frame is known, the player goes to the frame that it finds there.
        let time = video.duration().map_or(time, |end| time.min(end));
        self.player.position = time;
        self.range = self.range.following(time.secs_f64());
        self.tell_player(PlayerCommand::SeekTime(time))
    }

    fn seek_frame(&mut self, frame: u32) -> Vec<Effect> {
        let Some(table) = self.selected_video().and_then(|video| video.table()).cloned() else { return vec![] };
        let frame = frame.min(table.last());
        self.player.frame = frame;
        self.player.position = table.time_of(frame);
        self.range = self.range.following(self.player.position.secs_f64());
        self.tell_player(PlayerCommand::SeekFrame(frame))
    }

    /// Goes to the start of the nearest segment, labelled or predicted, and selects a labelled one.
    fn seek_segment(&mut self, forward: bool) -> Vec<Effect> {
        let rows = self.studio.rows.all();
        let predicted = rows.iter().flat_map(|row| row.predictions.iter().map(|segment| segment.start));
        let labelled = rows.iter().flat_map(|row| row.labels.iter().map(|bar| bar.start));
        let target = self.nearest(predicted.chain(labelled), forward);
        let Some(time) = target else { return vec![] };
        let here: Vec<_> =
            self.studio.rows.all().iter().flat_map(|row| &row.labels).filter(|bar| bar.start == time).collect();
        self.studio.selection = here.iter().map(|bar| bar.id).collect();
        self.seek(time)
    }

    fn seek_disagreement(&mut self, forward: bool) -> Vec<Effect> {
        let starts = self.studio.rows.all().iter().flat_map(|row| row.disagreements.iter().map(|(start, _)| *start));
        self.nearest(starts, forward).map_or_else(Vec::new, |time| self.seek(time))
    }

    /// The nearest of some moments before or after the playhead.
    fn nearest(&self, times: impl Iterator<Item = MediaTime>, forward: bool) -> Option<MediaTime> {
        let video = self.selected_video()?;
        // The frame shown at a segment's start may begin a little before it: compare frames, not moments.
        let frame_of = |time| video.table().map_or(0, |table| table.frame_at(time));
        let here = frame_of(self.player.position);
        if forward {
            times.filter(|start| frame_of(*start) > here).min()
        } else {
            times.filter(|start| frame_of(*start) < here).max()
        }
    }

    fn zoom(&mut self, factor: f64) -> Vec<Effect> {
        let here = self.player.position.secs_f64();
        let middle = (self.range.start + self.range.end) / 2.0;
        let around = if (self.range.start..=self.range.end).contains(&here) { here } else { middle };
        self.set(|state| state.range = state.range.zoomed(factor, around))
    }

    fn submit_go_to(&mut self) -> Vec<Effect> {
        let Some(Dialog::GoTo { text, .. }) = self.dialog.clone() else { return vec![] };
        let trimmed = text.trim();
        let frame = trimmed.strip_prefix(['f', 'F', '#']).and_then(|number| number.trim().parse::<u32>().ok());
        let effects = match (frame, format::parse_time(trimmed)) {
            (Some(frame), _) => self.seek_frame(frame),
            (None, Some(time)) => self.seek(time),
            (None, None) => {
                let error = Some(tr!("go-to-error"));
                return self.set(|state| state.dialog = Some(Dialog::GoTo { text, error }));
            }
        };
        self.dialog = None;
        effects
    }
}
