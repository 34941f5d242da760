//! The compute engine of the window: jobs in, the window's words out.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use eframe::egui;
use ks_domain::{AnalysisSettings, Valid};
use ks_engine::training::TrainSpec;
use ks_engine::{
    AnalysisSpec, ChildCommand, DeviceChoice, DeviceInfo, DeviceKind, Engine, EngineConfig, EventReceiver, JobId,
    ModelInfo, ModelSpec, Stage, Subject, Task, Wake,
};
use ks_ui::format::sentence;
use ks_ui::state::{DeviceEntry, EngineEvent, Event, Failure, LoadedModel, VideoId};

use super::training::TrainingLink;

/// How soon the window looks after the engine has spoken: thirty times a second are enough for progress.
const WAKE_AFTER: Duration = Duration::from_millis(33);

/// Starts an engine that wakes the window when it has something to say.
pub(super) type StartEngine = fn(Wake) -> anyhow::Result<(Engine, EventReceiver)>;

/// The engine of the window: a child process, which may die without taking anything with it.
pub(super) fn in_a_child(wake: Wake) -> anyhow::Result<(Engine, EventReceiver)> {
    Ok(Engine::spawn_child(ChildCommand::this_program()?, EngineConfig::default(), wake)?)
}

/// The engine, and which job is about which video.
pub(super) struct EngineLink {
    engine: Engine,
    events: EventReceiver,
    videos: HashMap<JobId, VideoId>,
    /// The checkpoint that is being read, or was read last.
    inspection: Option<JobId>,
    /// Trainings, of which somebody else takes care.
    trainings: HashSet<JobId>,
}

/// What the engine said.
pub(super) enum Said {
    /// In the window's words.
    Window(Vec<Event>),
    /// Of a training, in its own.
    Training(JobId, ks_engine::Event),
    /// It was started again, and goes on with these jobs.
    Restarted(Vec<Event>, Vec<JobId>),
}

impl Said {
    /// All of it in the window's words.
    pub(super) fn in_words(self, training: &mut TrainingLink) -> Vec<Event> {
        match self {
            Self::Window(events) => events,
            Self::Training(job, event) => training.heard(job, event),
            Self::Restarted(mut events, jobs) => {
                events.extend(training.interrupted(&jobs));
                events
            }
        }
    }
}

impl EngineLink {
    /// Starts the engine and asks what can compute.
    pub(super) fn start(ctx: &egui::Context, start: StartEngine) -> anyhow::Result<Self> {
        let ctx = ctx.clone();
        let (engine, events) = start(Box::new(move || ctx.request_repaint_after(WAKE_AFTER)))?;
        engine.submit(Task::ListDevices)?;
        Ok(Self { engine, events, videos: HashMap::new(), inspection: None, trainings: HashSet::new() })
    }

    /// Reads a checkpoint.
    pub(super) fn inspect(&mut self, checkpoint: PathBuf, device: &str) -> Vec<Event> {
        if let Some(before) = self.inspection.take() {
            self.engine.cancel(before);
        }
        let submitted = choice(device).and_then(|device| {
            let task = Task::Inspect(ModelSpec::new(checkpoint, device));
            self.engine.submit(task).map_err(|error| Failure::new(sentence(&error.to_string())))
        });
        match submitted {
            Ok(job) => {
                self.inspection = Some(job);
                vec![]
            }
            Err(failure) => vec![Event::Engine(EngineEvent::ModelFailed(failure))],
        }
    }

    /// Analyses a video.
    pub(super) fn analyse(
        &mut self,
        (video, path): (VideoId, PathBuf),
        (checkpoint, device): (PathBuf, &str),
        settings: Valid<AnalysisSettings>,
        first_window: u32,
    ) -> Vec<Event> {
        let submitted = choice(device).and_then(|device| {
            let model = ModelSpec::new(checkpoint, device);
            let task = Task::Analyze(AnalysisSpec { video: path, model, settings, clips: 1 });
            self.engine
                .submit_from(task, first_window.into())
                .map_err(|error| Failure::new(sentence(&error.to_string())))
        });
        match submitted {
            Ok(job) => {
                self.videos.insert(job, video);
                vec![]
            }
            Err(failure) => vec![Event::Engine(EngineEvent::Failed(video, failure))],
        }
    }

    /// Begins a training, or goes on with one.
    pub(super) fn train(&mut self, spec: TrainSpec) -> Result<JobId, Failure> {
        let job = self
            .engine
            .submit(Task::Train(Box::new(spec)))
            .map_err(|error| Failure::new(sentence(&error.to_string())))?;
        self.trainings.insert(job);
        Ok(job)
    }

    /// Stops a training, which keeps its state.
    pub(super) fn stop_training(&self, job: JobId) {
        self.engine.cancel(job);
    }

    /// Stops analysing a video.
    pub(super) fn cancel(&self, video: VideoId) {
        for (job, _) in self.videos.iter().filter(|(_, of)| **of == video) {
            self.engine.cancel(*job);
        }
    }

    /// Hears no more of a video: it left the queue, and another project may have one of its number.
    pub(super) fn forget(&mut self, video: VideoId) {
        self.cancel(video);
        self.videos.retain(|_job, of| *of != video);
    }

    /// The next thing that the engine said, in the window's words; `None` if it has said no more.
    pub(super) fn next(&mut self) -> Option<Said> {
        let event = self.events.try_recv()?;
        Some(self.said(event))
    }

    /// An event in the window's words.
    pub(super) fn said(&mut self, event: ks_engine::Event) -> Said {
        let ended = event.ends();
        if let Some(job) = event.job().filter(|job| self.trainings.contains(job)) {
            if ended.is_some() {
                self.trainings.remove(&job);
            }
            return Said::Training(job, event);
        }
        let resumed = match &event {
            ks_engine::Event::EngineRestarted { resumed } => Some(resumed.clone()),
            _ => None,
        };
        let said = self.translate(event);
        if let Some(job) = ended {
            self.videos.remove(&job);
        }
        let said = said.into_iter().map(Event::Engine).collect();
        match resumed {
            Some(jobs) => Said::Restarted(said, jobs),
            None => Said::Window(said),
        }
    }

    fn translate(&mut self, event: ks_engine::Event) -> Vec<EngineEvent> {
        let video = event.job().and_then(|job| self.videos.get(&job).copied());
        let is_inspection = event.job().is_some() && event.job() == self.inspection;
        match (event, video) {
            (ks_engine::Event::Devices { devices, .. }, _) => {
                vec![EngineEvent::Devices(devices.iter().map(entry).collect())]
            }
            (ks_engine::Event::ModelReady { model, .. }, video) if is_inspection || video.is_some() => {
                vec![model_ready(model)]
            }
            (ks_engine::Event::Progress { stage, progress, bottleneck, .. }, Some(video)) => {
                let activity = match stage {
                    Stage::Indexing => "Finding frames",
                    Stage::Analyzing | Stage::Testing => "Analysing windows",
                    Stage::Verifying | Stage::Checking => "Checking",
                    Stage::Features => "Computing features",
                    Stage::Validating => "Validating",
                };
                let bottleneck = bottleneck.map(|limit| limit.to_string()).unwrap_or_default();
                vec![EngineEvent::Progress { video, activity: activity.to_owned(), progress, bottleneck }]
            }
            (ks_engine::Event::Window { scores, .. }, Some(video)) => vec![EngineEvent::Window { video, scores }],
            (ks_engine::Event::Warning { message, .. }, Some(video)) => {
                vec![EngineEvent::Warning { video, text: sentence(&message) }]
            }
            (ks_engine::Event::Finished { .. }, Some(video)) => vec![EngineEvent::Finished(video)],
            (ks_engine::Event::Cancelled { .. }, Some(video)) => vec![EngineEvent::Cancelled(video)],
            (ks_engine::Event::Failed { failure, .. }, video) => failed(&failure, video, is_inspection),
            (ks_engine::Event::EngineDied { status, log_tail, .. }, _) => {
                vec![EngineEvent::Died { status, log: log_tail.join("\n") }]
            }
            (ks_engine::Event::EngineRestarted { resumed }, _) => {
                let videos = resumed.iter().filter_map(|job| self.videos.get(job).copied()).collect();
                vec![EngineEvent::Restarted(videos)]
            }
            (ks_engine::Event::EngineGaveUp { message, log_tail }, _) => {
                let failure = Failure { summary: sentence(&message), details: log_tail.join("\n") };
                vec![EngineEvent::Down(failure)]
            }
            _ => vec![],
        }
    }
}

fn model_ready(model: ModelInfo) -> EngineEvent {
    EngineEvent::ModelReady {
        device: entry(&model.device),
        model: LoadedModel { architecture: model.architecture, classes: model.classes },
        reason: sentence(&model.reason),
        labels: model.labels,
        settings: model.analysis.map(|settings| *settings),
    }
}

fn failed(failure: &ks_engine::Failure, video: Option<VideoId>, is_inspection: bool) -> Vec<EngineEvent> {
    let shown = Failure { summary: sentence(&failure.summary), details: failure.details.clone() };
    let is_about_model = is_inspection || matches!(failure.subject, Subject::Checkpoint);
    let mut out = Vec::new();
    if is_about_model {
        out.push(EngineEvent::ModelFailed(shown.clone()));
    }
    if let Some(video) = video {
        out.push(EngineEvent::Failed(video, shown));
    }
    out
}

fn choice(device: &str) -> Result<DeviceChoice, Failure> {
    device.parse().map_err(|error| Failure::new(sentence(&format!("{error}"))))
}

fn entry(device: &DeviceInfo) -> DeviceEntry {
    let kind = match device.kind {
        DeviceKind::DiscreteGpu => "graphics card",
        DeviceKind::IntegratedGpu => "integrated graphics",
        DeviceKind::VirtualGpu => "virtual GPU",
        DeviceKind::SoftwareGpu => "software graphics, slow",
        DeviceKind::Cpu => "processor",
    };
    let details = if device.kind == DeviceKind::Cpu { kind.to_owned() } else { format!("{kind}, {}", device.backend) };
    DeviceEntry {
        id: device.choice.to_string(),
        name: device.name.clone(),
        details,
        is_gpu: !matches!(device.kind, DeviceKind::Cpu | DeviceKind::SoftwareGpu),
    }
}
