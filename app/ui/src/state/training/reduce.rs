//! The reducer's part for training.

use std::path::Path;
use std::sync::Arc;

use ks_domain::training::{TrainConfig, TrainNews};

use super::actions::{TrainingAction, TrainingEffect, TrainingEvent};
use super::clips::{ClipPlace, Previews};
use super::form::FormTab;
use super::improve::Improve;
use super::runs::{RunEntry, RunRecord, RunState};
use super::{LearnScreen, Screen};
use crate::state::{Action, AppState, Effect, Severity};
use crate::tr;

impl AppState {
    pub(in crate::state) fn apply_training_action(&mut self, action: TrainingAction) -> Vec<Effect> {
        let before = (self.training.form.config.clone(), self.training.start_from.clone(), self.trained_set());
        let mut effects = self.training_action(action);
        let after = (&self.training.form.config, &self.training.start_from, self.trained_set());
        if (&before.0, &before.1, before.2) != after {
            self.training.previews = Previews::None;
            effects.extend(self.ask_for_estimate());
        }
        effects
    }

    fn training_action(&mut self, action: TrainingAction) -> Vec<Effect> {
        let training = &mut self.training;
        match action {
            TrainingAction::ShowPart(part) => training.part = part,
            TrainingAction::UseSet(set) => training.set = Some(set),
            TrainingAction::Preset(name) => training.form.use_preset(&name, &self.settings),
            TrainingAction::SetField(key, value) => training.form.set(key, value),
            TrainingAction::ResetField(key) => training.form.reset(key),
            TrainingAction::ShowTab(tab) => training.form.tab = tab,
            TrainingAction::ShowAll(shows_all) => training.form.shows_all = shows_all,
            TrainingAction::TypeText(text) => training.form.type_text(text),
            TrainingAction::Name(name) => training.name = name,
            TrainingAction::StartFrom(path) => training.start_from = path,
            TrainingAction::Start => return self.start_run(),
            TrainingAction::Pause(run) => return vec![Effect::Training(TrainingEffect::Pause { run })],
            TrainingAction::Stop(run) => return vec![Effect::Training(TrainingEffect::Stop { run })],
            TrainingAction::Resume(run) => {
                let can = training.runs.busy().is_none();
                return if can { vec![Effect::Training(TrainingEffect::Resume { run })] } else { vec![] };
            }
            TrainingAction::SelectRun(run) => return self.select_run(run),
            TrainingAction::Compare(run, is_compared) => return self.compare_run(run, is_compared),
            TrainingAction::Smooth(weight) => training.runs.smoothing = weight.clamp(0.0, 0.99),
            TrainingAction::ChooseCell(cell) => {
                training.runs.cell = cell.filter(|_| training.runs.cell != cell);
            }
            TrainingAction::SortClasses(column) => training.runs.sort_classes(column),
            TrainingAction::OpenClip(place) => return self.open_clip(place),
            TrainingAction::Preview => return self.ask_for_preview(),
            TrainingAction::Improve => return self.improve(),
            TrainingAction::CancelImprove => return self.cancel_improve(),
            TrainingAction::KeepImprovement => training.improve = Improve::Idle,
            TrainingAction::TakeBackImprovement => return self.take_back_improvement(),
            TrainingAction::AnalyseOthersAgain => return self.analyse_others_again(),
            TrainingAction::CancelOthers => return self.cancel_others(),
            other => return self.checkpoint_action(other),
        }
        vec![]
    }

    fn checkpoint_action(&mut self, action: TrainingAction) -> Vec<Effect> {
        let checkpoints = &mut self.training.checkpoints;
        match action {
            TrainingAction::SearchCheckpoints(text) => checkpoints.search = text,
            TrainingAction::SortCheckpoints(column) => checkpoints.sort_by(column),
            TrainingAction::SelectCheckpoint(path) => {
                checkpoints.asks_new_head = None;
                checkpoints.selected = Some(path);
            }
            TrainingAction::CompareCheckpoint(path, is_compared) => {
                if !is_compared {
                    checkpoints.compared.remove(&path);
                } else if checkpoints.compared.len() < 2 {
                    checkpoints.compared.insert(path);
                }
            }
            TrainingAction::UseCheckpoint(path) => {
                let entry = checkpoints.entry(&path).filter(|entry| entry.trouble.is_none());
                let Some(classes) = entry.map(|entry| entry.classes.clone()) else { return vec![] };
                let mut effects = self.use_checkpoint(path, &classes);
                effects.extend(self.show_videos());
                return effects;
            }
            TrainingAction::ContinueFrom(path) => return self.continue_from(&path),
            TrainingAction::ContinueWithNewHead(path) => return self.start_at(&path),
            TrainingAction::CancelContinue => checkpoints.asks_new_head = None,
            TrainingAction::Tag(path, text) => return self.tag(&path, &text),
            TrainingAction::Note(path, note) => {
                let Some(entry) = checkpoints.entry_mut(&path).filter(|entry| entry.note != note) else {
                    return vec![];
                };
                entry.note.clone_from(&note);
                return vec![Effect::Training(TrainingEffect::Note { path, note })];
            }
            TrainingAction::Export(path) => return vec![Effect::Training(TrainingEffect::Export { path })],
            TrainingAction::Reveal(path) => return vec![Effect::Training(TrainingEffect::Reveal { path })],
            TrainingAction::Trash(path) => return self.trash(&path),
            TrainingAction::Restore(path) => {
                let place = checkpoints.trashed.iter().position(|entry| entry.path == path);
                let Some(entry) = place.map(|place| checkpoints.trashed.remove(place)) else { return vec![] };
                checkpoints.selected = Some(path.clone());
                checkpoints.entries.get_or_insert_default().push(entry);
                return vec![Effect::Training(TrainingEffect::RestoreTrash { path })];
            }
            TrainingAction::ForgetTrash => checkpoints.trashed.clear(),
            // Everything else is done by then.
            _ => {}
        }
        vec![]
    }

    fn tag(&mut self, path: &Path, text: &str) -> Vec<Effect> {
        let mut tags: Vec<String> = Vec::new();
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        let entry = self.training.checkpoints.entry_mut(path).filter(|entry| entry.tags != tags);
        let Some(entry) = entry else { return vec![] };
        entry.tags.clone_from(&tags);
        vec![Effect::Training(TrainingEffect::Tag { path: path.to_owned(), tags })]
    }

    fn trash(&mut self, path: &Path) -> Vec<Effect> {
        let checkpoints = &mut self.training.checkpoints;
        let place = checkpoints.shown().iter().position(|entry| entry.path == path);
        let entries = checkpoints.entries.get_or_insert_default();
        let Some(index) = entries.iter().position(|entry| entry.path == path) else { return vec![] };
        let entry = entries.remove(index);
        checkpoints.compared.remove(path);
        checkpoints.trashed.push(entry);
        let shown: Vec<_> = checkpoints.shown().iter().map(|entry| entry.path.clone()).collect();
        checkpoints.selected = place.and_then(|place| shown.get(place).or(shown.last())).cloned();
        if self.training.start_from.as_deref() == Some(path) {
            self.training.start_from = None;
        }
        vec![Effect::Training(TrainingEffect::Trash { path: path.to_owned() })]
    }

    /// Goes on with a checkpoint in training, or first asks, if its classes are others than those to be learnt.
    fn continue_from(&mut self, path: &Path) -> Vec<Effect> {
        self.refresh_training_data();
        let classes = &self.training.data.overview.classes;
        let names: Vec<String> = classes.iter().map(|class| class.name.clone()).collect();
        let entry = self.training.checkpoints.entry(path).filter(|entry| entry.trouble.is_none());
        let Some(entry) = entry else { return vec![] };
        if !names.is_empty() && entry.mismatch(&names).is_some() {
            self.training.checkpoints.asks_new_head = Some(path.to_owned());
            return vec![];
        }
        self.start_at(path)
    }

    fn start_at(&mut self, path: &Path) -> Vec<Effect> {
        self.training.checkpoints.asks_new_head = None;
        self.training.start_from = Some(path.to_owned());
        self.show_learn(LearnScreen::Train)
    }

    /// Looks at a run. What it has told is read, unless it is under way here and everything was heard.
    fn select_run(&mut self, run: String) -> Vec<Effect> {
        self.training.runs.cell = None;
        self.training.runs.selected = Some(run.clone());
        self.read_run(run)
    }

    fn read_run(&self, run: String) -> Vec<Effect> {
        let is_read = self.training.runs.records.contains_key(&run);
        if is_read { vec![] } else { vec![Effect::Training(TrainingEffect::ReadRun { run })] }
    }

    fn compare_run(&mut self, run: String, is_compared: bool) -> Vec<Effect> {
        if !is_compared {
            self.training.runs.compared.remove(&run);
            return vec![];
        }
        self.training.runs.compared.insert(run.clone());
        self.read_run(run)
    }

    /// Shows the videos, and the clip's moment as soon as its video is open.
    fn open_clip(&mut self, place: ClipPlace) -> Vec<Effect> {
        let Some(video) = place.video.filter(|video| self.video(*video).is_some()) else { return vec![] };
        let mut effects = self.show_videos();
        if self.selected == Some(video) && self.player.phase == crate::state::PlayerPhase::Ready {
            effects.extend(self.apply_action(crate::state::Action::Seek(place.start)));
            return effects;
        }
        self.training.awaited = Some(place);
        effects.extend(self.select(Some(video)));
        effects
    }

    /// The player is ready: goes to the moment that was waited for, if it is of this video.
    pub(in crate::state) fn seek_awaited(&mut self) -> Vec<Effect> {
        match self.training.awaited.take().filter(|place| place.video == self.selected) {
            Some(place) => self.apply_action(crate::state::Action::Seek(place.start)),
            None => vec![],
        }
    }

    pub(in crate::state) fn apply_training(&mut self, event: TrainingEvent) -> Vec<Effect> {
        match event {
            TrainingEvent::Started { entry, is_improvement } => return self.run_started(entry, is_improvement),
            TrainingEvent::NotStarted { failure, is_improvement: true } => {
                // One that was cancelled meanwhile is missed by nobody.
                if self.training.improve == Improve::Starting {
                    self.training.improve = Improve::Failed(failure);
                }
            }
            TrainingEvent::NotStarted { failure, is_improvement: false } | TrainingEvent::NotResumed(failure) => {
                self.announce(Severity::Error, failure.summary, failure.details);
            }
            TrainingEvent::GoesOn { run, is_improvement } => return self.run_goes_on(run, is_improvement),
            TrainingEvent::Interrupted { run } => self.run_interrupted(&run),
            TrainingEvent::BuiltIn(Ok(path)) => {
                self.training.has_built_in = true;
                if self.model.file().is_none() {
                    return self.apply_action(Action::ChooseCheckpoint(path));
                }
            }
            TrainingEvent::BuiltIn(Err(failure)) => {
                self.announce(Severity::Error, failure.summary, failure.details);
            }
            TrainingEvent::News { run, news } => self.run_told(&run, news),
            TrainingEvent::Changed { run, state } => return self.run_changed(&run, state),
            TrainingEvent::Runs(found) => {
                self.training.runs.list(found);
                let first = self.training.runs.entries.iter().flatten().next().map(|entry| entry.id.clone());
                let selected = self.training.runs.selected.clone();
                let is_there = selected.is_some_and(|run| self.training.runs.entry(&run).is_some());
                if let Some(run) = first.filter(|_| !is_there) {
                    return self.select_run(run);
                }
            }
            TrainingEvent::Records { run, news, config_toml, clips } => {
                let config = TrainConfig::parse(&config_toml).ok();
                let mut record = RunRecord { config, clips, ..RunRecord::default() };
                news.into_iter().for_each(|news| record.tell(news));
                self.training.runs.records.insert(run, record);
            }
            TrainingEvent::Estimated(estimate) => self.training.estimate = Some(estimate),
            TrainingEvent::Preview(result) => {
                self.training.previews = match result {
                    Ok(clips) => Previews::Here(clips),
                    Err(failure) => Previews::Failed(failure),
                };
            }
            TrainingEvent::Checkpoints(found) => self.training.checkpoints.list(found),
            TrainingEvent::Improved(gained) => {
                // What was cancelled or taken back meanwhile is not wanted any more.
                let is_wanted = matches!(&self.training.improve, Improve::Running { run } if *run == gained.run);
                if is_wanted {
                    return self.improved(gained);
                }
            }
            TrainingEvent::Failed(failure) => {
                self.training.checkpoints.trashed.clear();
                self.announce(Severity::Error, failure.summary, failure.details);
            }
        }
        vec![]
    }

    fn run_started(&mut self, entry: RunEntry, is_improvement: bool) -> Vec<Effect> {
        let run = entry.id.clone();
        let config = if is_improvement { self.improve_config() } else { Some(self.training.form.config.clone()) };
        let places = match config.as_ref().filter(|_| is_improvement) {
            Some(config) => ClipPlace::of(&self.studio.project, &self.training_data_for(config)),
            None => ClipPlace::of(&self.studio.project, &self.training.data.data),
        };
        let record = RunRecord { config, clips: Arc::new(places), ..RunRecord::default() };
        let runs = &mut self.training.runs;
        let others = runs.entries.take().unwrap_or_default();
        let others = others.into_iter().filter(|other| other.id != run);
        runs.entries = Some(std::iter::once(entry).chain(others).collect());
        runs.records.insert(run.clone(), record);
        if !is_improvement {
            runs.selected = Some(run);
            runs.cell = None;
            self.training.name.clear();
            return vec![];
        }
        if self.training.improve == Improve::Starting {
            self.training.improve = Improve::Running { run };
            return vec![];
        }
        // It was cancelled before it began.
        vec![Effect::Training(TrainingEffect::Stop { run })]
    }

    /// A run that rested is under way again. What it told before is read, so that its curves begin where they began.
    fn run_goes_on(&mut self, run: String, is_improvement: bool) -> Vec<Effect> {
        let mut effects = self.run_changed(&run, RunState::Running);
        let is_free = matches!(self.training.improve, Improve::Idle | Improve::Failed(_));
        if is_improvement && is_free {
            self.training.improve = Improve::Running { run: run.clone() };
        }
        effects.extend(self.read_run(run));
        effects
    }

    /// The engine died under a run and was started again.
    fn run_interrupted(&mut self, run: &str) {
        let Some(entry) = self.training.runs.entry(run) else { return };
        let text = tr!("train-goes-on", name = entry.title());
        self.announce(Severity::Info, text, String::new());
    }

    fn run_told(&mut self, run: &str, news: TrainNews) {
        let runs = &mut self.training.runs;
        if let TrainNews::Validated(record) = &news
            && record.is_best
        {
            let by = runs.records.get(run).and_then(|record| record.config.as_ref());
            let by = by.map(|config| config.evaluation.best_by).unwrap_or_default();
            let figure = record.evaluation.figure(by);
            if let Some(entry) = runs.entry_mut(run) {
                entry.best = Some(figure);
            }
        }
        // News of a run that was never read is part of what reading it will bring.
        if let Some(record) = runs.records.get_mut(run) {
            record.tell(news);
        }
    }

    fn run_changed(&mut self, run: &str, state: RunState) -> Vec<Effect> {
        let is_over = !matches!(state, RunState::Running | RunState::Paused);
        if matches!(&self.training.improve, Improve::Running { run: improving } if improving == run) {
            match &state {
                RunState::Failed(failure) => self.training.improve = Improve::Failed(failure.clone()),
                RunState::Stopped => self.training.improve = Improve::Idle,
                RunState::Running | RunState::Paused | RunState::Finished => {}
            }
        } else if let RunState::Failed(failure) = &state
            && self.screen() != Screen::Learn(LearnScreen::Train)
        {
            self.announce(Severity::Error, failure.summary.clone(), failure.details.clone());
        }
        if let Some(entry) = self.training.runs.entry_mut(run) {
            entry.state = state;
        }
        if let Some(record) = self.training.runs.records.get_mut(run).filter(|_| is_over) {
            record.phase = None;
        }
        if is_over { vec![Effect::Training(TrainingEffect::ListCheckpoints)] } else { vec![] }
    }
}

impl FormTab {
    /// Both, from left to right.
    pub const ALL: [Self; 2] = [Self::Fields, Self::Text];
}
