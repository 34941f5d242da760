//! Training behind the window: orders become jobs of the engine, what it tells becomes the window's, and what takes time is
//! done on threads.
//!
//! Where runs lie and what is kept of them: [`runs`]; their checkpoints: [`checkpoints`]; asking the engine's crate
//! beforehand: [`ask`].

mod ask;
mod checkpoints;
mod runs;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ks_domain::training::{TrainNews, ValidationRecord};
use ks_engine::training::{RunFolder, TrainSpec, TrainStart, TrainingSet};
use ks_engine::{DeviceChoice, JobId, SampleSource, checkpoint_about};
use ks_ui::format::sentence;
use ks_ui::state::{
    AppState, ClipPlace, Event, Failure, Improvement, RunEntry, RunState, TrainOrder, TrainStart as Start,
    TrainingEffect, TrainingEvent,
};

use self::runs::{AboutRun, id_of, new_folder, now_millis};
use super::dialogs::{Dialogs, Question, Wanted};
use super::engine::EngineLink;
use super::inbox::Outlet;

/// What the window's trainings hold.
pub(super) struct TrainingLink {
    runs: PathBuf,
    outlet: Outlet,
    dialogs: Dialogs,
    under_way: HashMap<JobId, Run>,
}

/// A run that the engine works on.
struct Run {
    folder: PathBuf,
    is_improvement: bool,
    /// How it was asked to end.
    ending: Ending,
    validations: Vec<ValidationRecord>,
    /// Whether the network before knew all classes, so that its figure says something.
    knew_classes: bool,
    classes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    ByItself,
    Paused,
    Stopped,
}

impl TrainingLink {
    /// Runs lie in the program's data folder.
    pub(super) fn new(data_dir: &Path, outlet: Outlet, dialogs: Dialogs) -> Self {
        Self { runs: data_dir.join("runs"), outlet, dialogs, under_way: HashMap::new() }
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
            TrainingEffect::Start(order) => self.start(&order, false, state, engine),
            TrainingEffect::Improve(order) => self.start(&order, true, state, engine),
            TrainingEffect::Pause { run } => self.end(&run, Ending::Paused, engine),
            TrainingEffect::Stop { run } => self.end(&run, Ending::Stopped, engine),
            TrainingEffect::Resume { run } => self.resume(&run, state, engine),
            TrainingEffect::Estimate(order) => {
                let spec = self.spec(&order, PathBuf::new(), state);
                self.on_thread("estimate a training", move |outlet| ask::estimate(spec, &outlet))
            }
            TrainingEffect::Preview(order) => {
                let (spec, clips) = (self.spec(&order, PathBuf::new(), state), places(&order, state));
                self.on_thread("preview clips", move |outlet| ask::preview(spec, &clips, &outlet))
            }
            TrainingEffect::ListRuns => {
                let runs = self.runs.clone();
                self.on_thread("list runs", move |outlet| {
                    outlet.send(Event::Training(TrainingEvent::Runs(runs::list(&runs))));
                })
            }
            TrainingEffect::ReadRun { run } => {
                let runs = self.runs.clone();
                self.on_thread("read a run", move |outlet| {
                    outlet.send(Event::Training(runs::records(&runs, &run).unwrap_or_else(TrainingEvent::Failed)));
                })
            }
            TrainingEffect::ListCheckpoints => {
                let runs = self.runs.clone();
                self.on_thread("list checkpoints", move |outlet| {
                    let found = checkpoints::list(&runs, project.as_deref());
                    outlet.send(Event::Training(TrainingEvent::Checkpoints(found)));
                })
            }
            TrainingEffect::Tag { path, tags } => told(checkpoints::tag(&path, tags), &path),
            TrainingEffect::Note { path, note } => told(checkpoints::note(&path, note), &path),
            TrainingEffect::Export { path } => self.export(path),
            TrainingEffect::Reveal { path } => told(ask::reveal(&path), &path),
            TrainingEffect::Trash { path } => self.moved(checkpoints::trash(&self.runs, &path), &path, project),
            TrainingEffect::RestoreTrash { path } => {
                self.moved(checkpoints::restore(&self.runs, &path), &path, project)
            }
            TrainingEffect::TakeBackImprove { checkpoint } => {
                self.moved(checkpoints::trash(&self.runs, &checkpoint), &checkpoint, project)
            }
        }
    }

    /// Begins a run in a folder of its own.
    fn start(
        &mut self,
        order: &TrainOrder,
        is_improvement: bool,
        state: &AppState,
        engine: Option<&mut EngineLink>,
    ) -> Vec<Event> {
        let name = if order.name.is_empty() { order.preset.as_str() } else { order.name.as_str() };
        let folder = match new_folder(&self.runs, name) {
            Ok(folder) => folder,
            Err(error) => {
                return failed(format!("the folder of the run cannot be made ({error}); check the free space"));
            }
        };
        let about = AboutRun {
            name: order.name.clone(),
            preset: order.preset.clone(),
            began_millis: now_millis(),
            journal: order.journal,
            project: state.studio.file.path.clone(),
            clips: places(order, state).iter().map(Into::into).collect(),
            ..AboutRun::default()
        };
        if let Err(error) = about.write(&folder) {
            return failed(format!("the run cannot be begun ({error}); check the free space: {}", folder.display()));
        }
        let spec = self.spec(order, folder.clone(), state);
        let entry = RunEntry {
            id: id_of(&folder),
            name: order.name.clone(),
            began_millis: about.began_millis,
            preset: order.preset.clone(),
            state: RunState::Running,
            best: None,
        };
        let knew_classes = knows(&spec);
        match self.submit(spec, is_improvement, knew_classes, engine) {
            Ok(()) => vec![Event::Training(TrainingEvent::Started { entry, is_improvement })],
            Err(failure) => vec![Event::Training(TrainingEvent::Failed(failure))],
        }
    }

    fn submit(
        &mut self,
        spec: TrainSpec,
        is_improvement: bool,
        knew_classes: bool,
        engine: Option<&mut EngineLink>,
    ) -> Result<(), Failure> {
        let engine = engine
            .ok_or_else(|| Failure::new("The compute engine does not run; start the program again".to_owned()))?;
        let (folder, classes) = (spec.run.clone(), spec.data.classes.clone());
        let job = engine.train(spec)?;
        let run =
            Run { folder, is_improvement, ending: Ending::ByItself, validations: Vec::new(), knew_classes, classes };
        self.under_way.insert(job, run);
        Ok(())
    }

    /// Lets a run go on where it was: what it learns from is in its folder.
    fn resume(&mut self, run: &str, state: &AppState, engine: Option<&mut EngineLink>) -> Vec<Event> {
        let folder = self.runs.join(run);
        let spec = match RunFolder::spec_of(&folder) {
            Ok(spec) => TrainSpec { device: device(state), ..spec },
            Err(error) => return failed(error.to_string()),
        };
        if let Some(mut about) = AboutRun::read(&folder) {
            about.is_paused = false;
            about.failure = None;
            if let Err(error) = about.write(&folder) {
                return failed(format!("the run cannot go on ({error}): {}", folder.display()));
            }
        }
        match self.submit(spec, false, true, engine) {
            Ok(()) => vec![changed(run, RunState::Running)],
            Err(failure) => vec![Event::Training(TrainingEvent::Failed(failure))],
        }
    }

    /// Asks a run to end; it says so when it has.
    fn end(&mut self, run: &str, ending: Ending, engine: Option<&mut EngineLink>) -> Vec<Event> {
        let found = self.under_way.iter_mut().find(|(_, one)| id_of(&one.folder) == run);
        if let (Some((job, one)), Some(engine)) = (found, engine) {
            one.ending = ending;
            engine.stop_training(*job);
        }
        vec![]
    }

    /// What the engine said of a training, in the window's words.
    pub(super) fn heard(&mut self, job: JobId, event: ks_engine::Event) -> Vec<Event> {
        let Some(run) = self.under_way.get_mut(&job) else { return vec![] };
        let id = id_of(&run.folder);
        match event {
            ks_engine::Event::Training { news, .. } => {
                if let TrainNews::Validated(record) = news.as_ref() {
                    run.validations.push(record.clone());
                }
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

    fn finished(&mut self, job: JobId) -> Vec<Event> {
        let Some(run) = self.under_way.remove(&job) else { return vec![] };
        let id = id_of(&run.folder);
        let mut events = vec![changed(&id, RunState::Finished)];
        if run.is_improvement {
            let first = run.validations.iter().find(|record| record.epoch == 0);
            let best = run.validations.iter().filter(|record| record.epoch > 0).map(|record| record.evaluation.top1);
            let best_file = run.folder.join("best.safetensors");
            let checkpoint = if best_file.is_file() { best_file } else { run.folder.join("last.safetensors") };
            let held_out = run.validations.last().map_or(0, |record| record.evaluation.samples.len());
            events.push(Event::Training(TrainingEvent::Improved(Improvement {
                run: id,
                checkpoint,
                classes: run.classes,
                before: first.filter(|_| run.knew_classes).map(|record| record.evaluation.top1),
                after: best.reduce(f64::max),
                held_out: u32::try_from(held_out).unwrap_or(u32::MAX),
            })));
        }
        events
    }

    /// A run ended before its last epoch.
    fn ended(&mut self, job: JobId, failure: Option<Failure>) -> Vec<Event> {
        let Some(run) = self.under_way.remove(&job) else { return vec![] };
        let mut about = AboutRun::read(&run.folder).unwrap_or_default();
        about.is_paused = run.ending == Ending::Paused;
        about.failure = failure.clone().map(|failure| (failure.summary, failure.details));
        let mut events = told(about.write(&run.folder), &run.folder);
        let state = match (failure, run.ending) {
            (Some(failure), _) => RunState::Failed(failure),
            (None, Ending::Paused) => RunState::Paused,
            (None, Ending::ByItself | Ending::Stopped) => RunState::Stopped,
        };
        events.push(changed(&id_of(&run.folder), state));
        events
    }

    fn spec(&self, order: &TrainOrder, run: PathBuf, state: &AppState) -> TrainSpec {
        let path =
            |video| state.studio.project.video(video).map(|video| PathBuf::from(&video.path)).unwrap_or_default();
        let data = &order.data;
        TrainSpec {
            run,
            config: order.config.clone(),
            data: TrainingSet {
                classes: data.classes.clone(),
                sources: data.videos.iter().map(|video| SampleSource::Video(path(*video))).collect(),
                samples: data.samples.clone(),
                held_out: data.held_out.clone(),
            },
            start: TrainStart::Checkpoint {
                path: match &order.start {
                    Start::Checkpoint(path) => path.clone(),
                    Start::BuiltIn => super::built_in::path(&self.runs),
                },
                arch: None,
                keeps_classes: false,
            },
            device: device(state),
            validates: true,
            skips_unreadable: true,
            memory_limit: None,
        }
    }

    fn export(&self, path: PathBuf) -> Vec<Event> {
        let (dialogs, outlet) = (self.dialogs.clone(), self.outlet.clone());
        self.on_thread("export a checkpoint", move |_| {
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

    /// A checkpoint went to the trash or came back; the list is made anew either way.
    fn moved(&self, moved: std::io::Result<()>, path: &Path, project: Option<PathBuf>) -> Vec<Event> {
        let mut events = told(moved, path);
        let found = checkpoints::list(&self.runs, project.as_deref());
        events.push(Event::Training(TrainingEvent::Checkpoints(found)));
        events
    }

    fn on_thread(&self, name: &str, work: impl FnOnce(Outlet) + Send + 'static) -> Vec<Event> {
        let outlet = self.outlet.clone();
        match std::thread::Builder::new().name(name.to_owned()).spawn(move || work(outlet)) {
            Ok(_thread) => vec![],
            Err(error) => failed(format!("the system has no room for another thread ({error}); close other programs")),
        }
    }
}

/// Whether the network that a training begins with knows all of its classes by name.
fn knows(spec: &TrainSpec) -> bool {
    let TrainStart::Checkpoint { path, .. } = &spec.start else { return false };
    let labels = checkpoint_about(path).ok().and_then(|about| about.labels);
    labels.is_some_and(|labels| spec.data.classes.iter().all(|class| labels.names().contains(class)))
}

fn places(order: &TrainOrder, state: &AppState) -> Vec<ClipPlace> {
    ClipPlace::of(&state.studio.project, &order.data)
}

fn device(state: &AppState) -> DeviceChoice {
    state.devices.wanted.parse().unwrap_or(DeviceChoice::Auto)
}

fn changed(run: &str, state: RunState) -> Event {
    Event::Training(TrainingEvent::Changed { run: run.to_owned(), state })
}

fn failed(text: String) -> Vec<Event> {
    vec![Event::Training(TrainingEvent::Failed(Failure::new(sentence(&text))))]
}

/// Nothing, or why not.
fn told(done: std::io::Result<()>, path: &Path) -> Vec<Event> {
    match done {
        Ok(()) => vec![],
        Err(error) => failed(format!("this could not be done ({error}): {}", path.display())),
    }
}
