//! Training behind the window: orders become jobs of the engine, and what it tells becomes the window's.
//!
//! Files are the matter of a thread of their own: [`desk`]. Where runs lie and what is kept of them: [`runs`]; their
//! checkpoints: [`checkpoints`]; how a run begins and goes on: [`begin`]; asking the engine's crate beforehand: [`ask`]; what an
//! improvement has gained: [`gain`].

mod ask;
mod begin;
mod checkpoints;
mod desk;
mod gain;
mod runs;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ks_domain::training::TrainNews;
use ks_engine::JobId;
use ks_ui::format::sentence;
use ks_ui::state::{AppState, Event, Failure, RunState, TrainingEffect, TrainingEvent};

use self::begin::places;
use self::desk::{Clerk, FileDesk};
use self::runs::{AboutRun, id_of};
use super::dialogs::{Dialogs, Question, Wanted};
use super::engine::EngineLink;
use super::inbox::Outlet;

/// What the window's trainings hold.
pub(super) struct TrainingLink {
    runs: PathBuf,
    cache_dir: PathBuf,
    outlet: Outlet,
    dialogs: Dialogs,
    desk: FileDesk,
    under_way: HashMap<JobId, Run>,
}

/// A run that the engine works on.
struct Run {
    folder: PathBuf,
    is_improvement: bool,
    /// How it was asked to end.
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    ByItself,
    Paused,
    Stopped,
}

impl TrainingLink {
    /// Runs lie in the program's data folder.
    ///
    /// # Errors
    /// If the system has no room for a thread.
    pub(super) fn start(data_dir: &Path, cache_dir: &Path, outlet: Outlet, dialogs: Dialogs) -> std::io::Result<Self> {
        let runs = data_dir.join("runs");
        let desk = FileDesk::start(runs.clone(), outlet.clone())?;
        Ok(Self { runs, cache_dir: cache_dir.to_owned(), outlet, dialogs, desk, under_way: HashMap::new() })
    }

    /// Puts the network that comes with the program where networks are read from.
    pub(super) fn bring_built_in(&self) -> Vec<Event> {
        self.desk.ask(|clerk| {
            let failed = |error: std::io::Error| {
                Failure::new(format!(
                    "The network that comes with the program cannot be written beside your data ({error}); choose another one"
                ))
            };
            let brought = super::built_in::ensure(&clerk.runs).map_err(failed);
            clerk.tell(TrainingEvent::BuiltIn(brought));
        })
    }

    /// Does what the window wants; what takes time answers later.
    pub(super) fn carry_out(
        &mut self,
        effect: TrainingEffect,
        state: &AppState,
        engine: Option<&mut EngineLink>,
    ) -> Vec<Event> {
        let project = state.studio.file.path.clone();
        match effect {
            TrainingEffect::Start(order) => self.begin(&order, false, state),
            TrainingEffect::Improve(order) => self.begin(&order, true, state),
            TrainingEffect::Pause { run } => self.end(&run, Ending::Paused, engine),
            TrainingEffect::Stop { run } => self.end(&run, Ending::Stopped, engine),
            TrainingEffect::Resume { run } => self.resume(&run, state),
            TrainingEffect::Estimate(order) => match self.spec(&order, state) {
                Ok(spec) => self.on_thread("estimate a training", move |outlet| ask::estimate(spec, &outlet)),
                Err(failure) => vec![Event::Training(TrainingEvent::Failed(failure))],
            },
            TrainingEffect::Preview(order) => match self.spec(&order, state) {
                Ok(spec) => {
                    let (clips, cache) = (places(&order, state), self.cache_dir.clone());
                    self.on_thread("preview clips", move |outlet| ask::preview(spec, &clips, cache, &outlet))
                }
                Err(failure) => vec![Event::Training(TrainingEvent::Preview(Err(failure)))],
            },
            TrainingEffect::ListRuns => self.desk.ask(list_runs),
            TrainingEffect::ReadRun { run } => self.desk.ask(move |clerk| {
                clerk.tell(runs::records(&clerk.runs, &run).unwrap_or_else(TrainingEvent::Failed));
            }),
            TrainingEffect::ListCheckpoints => self.desk.ask(move |clerk| list_checkpoints(clerk, project.as_deref())),
            TrainingEffect::Tag { path, tags } => self.desk.ask(move |clerk| {
                let kept = checkpoints::tag(&clerk.runs, &path, &tags);
                kept_or_listed(clerk, kept, project.as_deref());
            }),
            TrainingEffect::Note { path, note } => self.desk.ask(move |clerk| {
                let kept = checkpoints::note(&clerk.runs, &path, &note);
                kept_or_listed(clerk, kept, project.as_deref());
            }),
            TrainingEffect::Export { path } => self.export(path),
            TrainingEffect::Reveal { path } => self.desk.ask(move |clerk| clerk.say_if(ask::reveal(&path), &path)),
            TrainingEffect::Trash { path } => self.desk.ask(move |clerk| {
                clerk.say_if(checkpoints::trash(&clerk.runs, &path), &path);
                list_checkpoints(clerk, project.as_deref());
            }),
            TrainingEffect::TakeBackImprove { checkpoint } => self.desk.ask(move |clerk| {
                // Another checkpoint of the run would go on saying that the labels were learnt.
                for path in checkpoints::of_run(&checkpoint) {
                    clerk.say_if(checkpoints::trash(&clerk.runs, &path), &path);
                }
                list_checkpoints(clerk, project.as_deref());
            }),
            TrainingEffect::RestoreTrash { path } => self.desk.ask(move |clerk| {
                clerk.say_if(checkpoints::restore(&clerk.runs, &path), &path);
                list_checkpoints(clerk, project.as_deref());
            }),
        }
    }

    /// Asks a run to end; it says so when it has. One that rests is only marked.
    fn end(&mut self, run: &str, ending: Ending, engine: Option<&mut EngineLink>) -> Vec<Event> {
        let found = self.under_way.iter_mut().find(|(_, one)| id_of(&one.folder) == run);
        if let (Some((job, one)), Some(engine)) = (found, engine) {
            one.ending = ending;
            engine.stop_training(*job);
            return vec![];
        }
        let (folder, run) = (self.runs.join(run), run.to_owned());
        self.desk.ask(move |clerk| {
            match AboutRun::change(&folder, |about| about.is_paused = ending == Ending::Paused) {
                Ok(about) => {
                    let state = if about.is_paused { RunState::Paused } else { RunState::Stopped };
                    clerk.tell(TrainingEvent::Changed { run, state });
                }
                Err(error) => clerk.say_once(&error.to_string()),
            }
        })
    }

    /// What the engine works on.
    #[cfg(test)]
    pub(super) fn jobs(&self) -> Vec<JobId> {
        self.under_way.keys().copied().collect()
    }

    /// What the engine said of a training, in the window's words.
    pub(super) fn heard(&mut self, job: JobId, event: ks_engine::Event) -> Vec<Event> {
        let Some(run) = self.under_way.get_mut(&job) else { return vec![] };
        let id = id_of(&run.folder);
        match event {
            ks_engine::Event::Training { news, .. } => {
                vec![Event::Training(TrainingEvent::News { run: id, news: *news })]
            }
            ks_engine::Event::Warning { message, .. } => {
                let news = TrainNews::Note { message: sentence(&message) };
                vec![Event::Training(TrainingEvent::News { run: id, news })]
            }
            ks_engine::Event::Finished { .. } => self.finished(job),
            ks_engine::Event::Cancelled { .. } => self.ended(job, None),
            ks_engine::Event::Failed { failure, .. } => {
                let failure = Failure { summary: sentence(&failure.summary), details: failure.details };
                self.ended(job, Some(failure))
            }
            _ => vec![],
        }
    }

    /// The engine was started again and goes on with these jobs.
    pub(super) fn interrupted(&self, resumed: &[JobId]) -> Vec<Event> {
        let runs = resumed.iter().filter_map(|job| self.under_way.get(job));
        runs.map(|run| Event::Training(TrainingEvent::Interrupted { run: id_of(&run.folder) })).collect()
    }

    fn finished(&mut self, job: JobId) -> Vec<Event> {
        let Some(run) = self.under_way.remove(&job) else { return vec![] };
        let mut events = vec![changed(&id_of(&run.folder), RunState::Finished)];
        if run.is_improvement {
            // Figures from before an interruption stand in the folder, too.
            events.extend(self.desk.ask(move |clerk| match gain::of(&run.folder) {
                Ok(gained) => clerk.tell(TrainingEvent::Improved(gained)),
                Err(failure) => {
                    clerk.tell(TrainingEvent::Changed { run: id_of(&run.folder), state: RunState::Failed(failure) });
                }
            }));
        }
        events
    }

    /// A run ended before its last epoch.
    fn ended(&mut self, job: JobId, failure: Option<Failure>) -> Vec<Event> {
        let Some(run) = self.under_way.remove(&job) else { return vec![] };
        let is_paused = run.ending == Ending::Paused;
        let state = match (&failure, run.ending) {
            (Some(failure), _) => RunState::Failed(failure.clone()),
            (None, Ending::Paused) => RunState::Paused,
            (None, Ending::ByItself | Ending::Stopped) => RunState::Stopped,
        };
        let id = id_of(&run.folder);
        let mut events = self.note(run.folder, move |about| {
            about.is_paused = is_paused;
            about.failure = failure.map(|failure| (failure.summary, failure.details));
        });
        events.push(changed(&id, state));
        events
    }

    /// Notes something about a run; says so where it cannot be noted.
    fn note(&self, folder: PathBuf, change: impl FnOnce(&mut AboutRun) + Send + 'static) -> Vec<Event> {
        self.desk.ask(move |clerk| {
            if let Err(error) = AboutRun::change(&folder, change) {
                clerk.say_once(&error.to_string());
            }
        })
    }

    fn export(&self, path: PathBuf) -> Vec<Event> {
        let dialogs = self.dialogs.clone();
        self.on_thread("export a checkpoint", move |outlet| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let question = Question::new("Export checkpoint", Wanted::NewFile(name));
            let Some(target) = dialogs.ask_for_one(&question.filter("Checkpoints", &["safetensors", "pth", "onnx"]))
            else {
                return;
            };
            if let Err(failure) = ask::export(&path, &target) {
                outlet.send(Event::Training(TrainingEvent::Failed(failure)));
            }
        })
    }

    /// What may take long and belongs in no order with anything else.
    fn on_thread(&self, name: &str, work: impl FnOnce(Outlet) + Send + 'static) -> Vec<Event> {
        let outlet = self.outlet.clone();
        match std::thread::Builder::new().name(name.to_owned()).spawn(move || work(outlet)) {
            Ok(_thread) => vec![],
            Err(error) => {
                let text = format!("The system has no room for another thread ({error}); close other programs");
                vec![Event::Training(TrainingEvent::Failed(Failure::new(text)))]
            }
        }
    }
}

impl Drop for TrainingLink {
    /// The engine is gone by now, and with it the trainings. They rest, and go on when somebody wants it.
    fn drop(&mut self) {
        for run in std::mem::take(&mut self.under_way).into_values() {
            self.note(run.folder, |about| about.is_paused = true);
        }
    }
}

fn list_runs(clerk: &mut Clerk) {
    let (entries, troubles) = runs::list(&clerk.runs);
    for trouble in troubles {
        clerk.say_once(&trouble.to_string());
    }
    clerk.tell(TrainingEvent::Runs(entries));
}

fn list_checkpoints(clerk: &mut Clerk, project: Option<&Path>) {
    let (entries, troubles) = checkpoints::list(&clerk.runs, project);
    for trouble in troubles {
        clerk.say_once(&trouble);
    }
    clerk.tell(TrainingEvent::Checkpoints(entries));
}

/// What could not be kept is said, and the list shows again what is.
fn kept_or_listed(clerk: &mut Clerk, kept: Result<(), ks_project::NotebookError>, project: Option<&Path>) {
    if let Err(error) = kept {
        clerk.tell(TrainingEvent::Failed(Failure::new(sentence(&error.to_string()))));
        list_checkpoints(clerk, project);
    }
}

fn changed(run: &str, state: RunState) -> Event {
    Event::Training(TrainingEvent::Changed { run: run.to_owned(), state })
}
