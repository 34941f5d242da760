//! From an order to a job of the engine: the folder of a run is made or read on the thread of the files, then the engine gets
//! it.

use std::path::{Path, PathBuf};

use ks_engine::training::{RunFolder, TrainSpec, TrainStart, TrainingSet};
use ks_engine::{DeviceChoice, SampleSource};
use ks_ui::format::sentence;
use ks_ui::state::{
    AppState, ClipPlace, Event, Failure, RunEntry, RunState, TrainOrder, TrainStart as Start, TrainingEvent,
};

use super::desk::Ready;
use super::runs::{self, AboutRun, id_of, new_folder, now_millis};
use super::{Ending, Run, TrainingLink, gain};
use crate::window::engine::EngineLink;

impl TrainingLink {
    /// Makes ready a run in a folder of its own; [`Self::poll`] gives it to the engine.
    pub(super) fn begin(&self, order: &TrainOrder, is_improvement: bool, state: &AppState) -> Vec<Event> {
        let not_started = move |failure| TrainingEvent::NotStarted { failure, is_improvement };
        let spec = match self.spec(order, state) {
            Ok(spec) => spec,
            Err(failure) => return vec![Event::Training(not_started(failure))],
        };
        let about = AboutRun {
            name: order.name.clone(),
            preset: order.preset.clone(),
            began_millis: now_millis(),
            journal: order.journal,
            project: state.studio.file.path.clone(),
            is_improvement,
            clips: places(order, state).iter().map(Into::into).collect(),
            ..AboutRun::default()
        };
        let began = self.desk.ask(move |clerk| match make_ready(&clerk.runs, about, spec) {
            Ok((spec, entry)) => clerk.hand_over(Ready::Begins { spec, entry, is_improvement }),
            Err(text) => clerk.tell(not_started(Failure::new(sentence(&text)))),
        });
        // A disk that does not answer: nothing was begun.
        let refused = |event| match event {
            Event::Training(TrainingEvent::Failed(failure)) => Event::Training(not_started(failure)),
            other => other,
        };
        began.into_iter().map(refused).collect()
    }

    /// Lets a run go on where it was: what it learns from is in its folder.
    pub(super) fn resume(&self, run: &str, state: &AppState) -> Vec<Event> {
        let folder = self.runs.join(run);
        if self.under_way.values().any(|one| one.folder == folder) {
            return vec![];
        }
        let device = match device(state) {
            Ok(device) => device,
            Err(failure) => return vec![Event::Training(TrainingEvent::NotResumed(failure))],
        };
        self.desk.ask(move |clerk| {
            let spec = match RunFolder::spec_of(&folder) {
                Ok(spec) => Box::new(TrainSpec { device, ..spec }),
                Err(error) => {
                    let failure = Failure::new(sentence(&error.to_string()));
                    return clerk.tell(TrainingEvent::NotResumed(failure));
                }
            };
            let noted = AboutRun::change(&folder, |about| {
                about.is_paused = false;
                about.failure = None;
            });
            // What was noted is not needed for going on.
            let is_improvement = noted.map(|about| about.is_improvement).unwrap_or_else(|error| {
                clerk.say_once(&error.to_string());
                false
            });
            clerk.hand_over(Ready::GoesOn { spec, is_improvement });
        })
    }

    /// Gives the engine the runs whose folders are ready.
    pub(in crate::window) fn poll(&mut self, mut engine: Option<&mut EngineLink>) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(ready) = self.desk.next() {
            let event = match ready {
                Ready::Begins { spec, entry, is_improvement } => {
                    let folder = spec.run.clone();
                    match self.submit(*spec, is_improvement, engine.as_deref_mut()) {
                        Ok(()) => TrainingEvent::Started { entry, is_improvement },
                        Err(failure) => {
                            events.extend(self.desk.ask(move |_| runs::forget_folder(&folder)));
                            TrainingEvent::NotStarted { failure, is_improvement }
                        }
                    }
                }
                Ready::GoesOn { spec, is_improvement } => {
                    let run = id_of(&spec.run);
                    match self.submit(*spec, is_improvement, engine.as_deref_mut()) {
                        Ok(()) => TrainingEvent::GoesOn { run, is_improvement },
                        Err(failure) => TrainingEvent::NotResumed(failure),
                    }
                }
            };
            events.push(Event::Training(event));
        }
        events
    }

    fn submit(
        &mut self,
        spec: TrainSpec,
        is_improvement: bool,
        engine: Option<&mut EngineLink>,
    ) -> Result<(), Failure> {
        let engine = engine
            .ok_or_else(|| Failure::new("The compute engine does not run; start the program again".to_owned()))?;
        let folder = spec.run.clone();
        let job = engine.train(spec)?;
        self.under_way.insert(job, Run { folder, is_improvement, ending: Ending::ByItself });
        Ok(())
    }

    /// What the engine is asked for; the folder of the run is not known yet.
    pub(super) fn spec(&self, order: &TrainOrder, state: &AppState) -> Result<TrainSpec, Failure> {
        let path =
            |video| state.studio.project.video(video).map(|video| PathBuf::from(&video.path)).unwrap_or_default();
        let data = &order.data;
        Ok(TrainSpec {
            run: PathBuf::new(),
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
                    Start::BuiltIn => crate::window::built_in::path(&self.runs),
                },
                arch: None,
                keeps_classes: false,
            },
            device: device(state)?,
            validates: true,
            skips_unreadable: true,
            memory_limit: None,
        })
    }
}

/// Makes the folder of a run and notes what the window knows of it.
fn make_ready(runs: &Path, mut about: AboutRun, spec: TrainSpec) -> Result<(Box<TrainSpec>, RunEntry), String> {
    let name = if about.name.is_empty() { about.preset.as_str() } else { about.name.as_str() };
    let folder = new_folder(runs, name).map_err(|error| {
        let place = runs.display();
        format!("the folder of the run cannot be made ({error}); check the free space and the permissions: {place}")
    })?;
    about.knew_classes = about.is_improvement && gain::knows(&spec);
    if let Err(error) = about.write(&folder) {
        runs::forget_folder(&folder);
        return Err(error.to_string());
    }
    let entry = RunEntry {
        id: id_of(&folder),
        name: about.name,
        began_millis: about.began_millis,
        utc_offset_secs: ks_media::utc_offset_secs(about.began_millis),
        preset: about.preset,
        state: RunState::Running,
        best: None,
        is_improvement: about.is_improvement,
    };
    Ok((Box::new(TrainSpec { run: folder, ..spec }), entry))
}

pub(super) fn places(order: &TrainOrder, state: &AppState) -> Vec<ClipPlace> {
    ClipPlace::of(&state.studio.project, &order.data)
}

fn device(state: &AppState) -> Result<DeviceChoice, Failure> {
    state.devices.wanted.parse().map_err(|error| Failure::new(sentence(&format!("{error}"))))
}
