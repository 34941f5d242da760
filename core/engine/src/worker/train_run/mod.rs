//! A training, step by step: look at the data, compute features where only the classifier learns, learn, judge, save.
//!
//! One step of the job is one micro-batch, so that an analysis beside it waits for one micro-batch at most. Which samples a
//! micro-batch holds is [`plan`]'s matter, what is written [`saving`]'s, how features and figures come about
//! [`features`]'s, [`judging`]'s and [`watching`]'s.

mod features;
mod judging;
mod learning;
mod looking;
mod meter;
mod open;
mod plan;
mod saving;
mod watching;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::CancelToken;
use ks_domain::training::{Part, TrainNews, TrainPhase};
use ks_model::ChosenDevice;

use self::features::FeatureWork;
use self::judging::Judging;
use self::looking::Looked;
pub use self::open::estimate_of;
use self::open::{Open, Prepared};
use self::watching::Watching;
use super::feed::Feed;
use super::models::Models;
use super::step::{Broken, Step, Stepwise};
use crate::kit::Kit;
use crate::training::{Fed, Request, RunError, Sources, TrainSpec};
use crate::{Event, Failure, JobId, ModelInfo, Subject, Timing};

/// What a training is doing.
enum Doing {
    /// Nothing yet.
    Beginning,
    /// Every video is looked at.
    Looking(Feed<Looked>),
    /// The backbone's features of all clips are computed.
    Features(Box<FeatureWork>),
    /// The network is judged.
    Judging(Box<Judging>),
    /// It learns.
    Learning,
    /// All was learnt; the best network is judged on whole videos.
    Watching(Box<Watching>),
}

/// One training under way.
pub(crate) struct TrainRun {
    job: JobId,
    spec: TrainSpec,
    cache_dir: Option<PathBuf>,
    sources: Arc<Sources>,
    began: Instant,
    doing: Doing,
    /// There from the beginning until the data were looked at.
    prepared: Option<Prepared>,
    /// There from then on.
    open: Option<Box<Open>>,
    /// Clips to learn from; waits while the network is judged.
    clips: Option<Feed<Fed>>,
    /// Since when the network has waited for clips.
    waiting_since: Option<Instant>,
    timing: Timing,
}

impl TrainRun {
    /// Nothing is touched before the first step.
    pub(crate) fn new(job: JobId, spec: TrainSpec, cache_dir: Option<PathBuf>, cancel: &CancelToken) -> Self {
        let sources = Sources::new(spec.data.sources.clone(), cache_dir.clone(), cancel.clone());
        Self {
            job,
            spec,
            cache_dir,
            sources: Arc::new(sources),
            began: Instant::now(),
            doing: Doing::Beginning,
            prepared: None,
            open: None,
            clips: None,
            waiting_since: None,
            timing: Timing::default(),
        }
    }

    fn begin(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        tracing::info!(run = %self.spec.run.display(), "training");
        let device = ks_model::choose_device(&self.spec.device)
            .map_err(|error| Failure::new(Subject::Device, error.to_string()))?;
        let prepared = Prepared::new(&self.spec, device)?;
        emit(Event::ModelReady { job: self.job, model: model_info(&prepared) });
        if prepared.is_done() {
            return Ok(Step::Done(self.timing()));
        }
        self.prepared = Some(prepared);
        let looking = looking::start(Arc::clone(&self.sources), &self.spec).map_err(|error| no_thread(&error))?;
        emit(self.news(TrainNews::Phase { phase: TrainPhase::Checking }));
        self.doing = Doing::Looking(looking);
        Ok(Step::Worked)
    }

    /// The data were looked at: opens the run.
    fn go_on(&mut self, checked: crate::training::Checked, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let prepared = self.prepared.take().expect("a network should be there once the data were looked at");
        let mut told = Vec::new();
        let open = Open::new(prepared, checked, &self.spec, &self.sources, self.cache_dir.as_deref(), &mut told);
        for news in told {
            emit(self.news(news));
        }
        let mut open = Box::new(open?);
        let missing = open.missing_features();
        self.open = Some(open);
        if missing.is_empty() {
            return self.after_features(emit);
        }
        let (count, all) = (missing.len() as u64, self.opened().all_features());
        let feed = self.feed(features::batches(missing))?;
        emit(self.news(TrainNews::Phase { phase: TrainPhase::Features }));
        self.doing = Doing::Features(Box::new(FeatureWork::new(feed, count, all)));
        Ok(Step::Worked)
    }

    fn after_features(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let validates = self.spec.validates;
        let open = self.opened();
        open.forget_backbone();
        if validates && open.is_due_for_judging() {
            return self.judge(emit);
        }
        self.learn(emit)
    }

    /// Begins to judge the network.
    fn judge(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let requests = self.opened().judged_requests();
        let feed =
            if self.opened().learner.takes_features() { None } else { Some(self.feed(requests.clone().into_iter())?) };
        emit(self.news(TrainNews::Phase { phase: TrainPhase::Validating }));
        self.doing = Doing::Judging(Box::new(Judging::new(feed)));
        Ok(Step::Worked)
    }

    /// Begins to learn, or goes on.
    fn learn(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let open = self.opened();
        if open.is_over() {
            return self.end(emit);
        }
        if !open.learner.takes_features() && self.clips.is_none() {
            let requests = self.opened().requests();
            self.clips = Some(self.feed(requests)?);
        }
        emit(self.news(TrainNews::Phase { phase: TrainPhase::Training }));
        self.doing = Doing::Learning;
        Ok(Step::Worked)
    }

    /// A whole epoch is done: judges, or goes on at once.
    fn epoch_is_over(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        if self.spec.validates && self.opened().is_due_for_judging() {
            return self.judge(emit);
        }
        self.finish_epoch(emit)
    }

    fn finish_epoch(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let mut told = Vec::new();
        let finished = self.opened().finish_epoch(&mut told);
        for news in told {
            emit(self.news(news));
        }
        finished?;
        self.learn(emit)
    }

    fn end(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let mut told = Vec::new();
        let ended = self.opened().end(&mut told);
        for news in told {
            emit(self.news(news));
        }
        ended?;
        if let Some(watching) = self.begin_watching(emit)? {
            self.doing = Doing::Watching(watching);
            return Ok(Step::Worked);
        }
        self.finish()
    }

    /// Nothing is left to do.
    fn finish(&mut self) -> Result<Step, Broken> {
        self.opened().finish()?;
        Ok(Step::Done(self.timing()))
    }

    fn opened(&mut self) -> &mut Open {
        self.open.as_mut().expect("a run should be open before it learns")
    }

    fn feed(&self, batches: impl Iterator<Item = Vec<Request>> + Send + 'static) -> Result<Feed<Fed>, Broken> {
        let open = self.open.as_ref().expect("a run should be open before it reads clips");
        crate::training::start_feed(Arc::clone(&open.cutter), batches).map_err(|error| no_thread(&error).into())
    }

    fn news(&self, news: TrainNews) -> Event {
        Event::Training { job: self.job, news: Box::new(news) }
    }

    fn timing(&self) -> Timing {
        Timing { total_secs: self.began.elapsed().as_secs_f64(), ..self.timing }
    }
}

impl Stepwise for TrainRun {
    fn step(&mut self, _kit: &dyn Kit, models: &mut Models, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        // What is taken out is put back unless something else follows.
        match std::mem::replace(&mut self.doing, Doing::Beginning) {
            Doing::Beginning => {
                // Two networks may not fit; the other one comes back when it is needed.
                models.clear();
                self.begin(emit)
            }
            Doing::Looking(feed) => self.look(feed, emit),
            Doing::Features(work) => self.compute_features(work, emit),
            Doing::Judging(judging) => self.go_on_judging(judging, emit),
            Doing::Learning => self.go_on_learning(emit),
            Doing::Watching(watching) => self.go_on_watching(watching, emit),
        }
    }

    fn wake<'a>(&'a self, select: &mut Select<'a>) {
        match &self.doing {
            Doing::Looking(feed) => feed.wake(select),
            Doing::Features(work) => work.wake(select),
            Doing::Judging(judging) => judging.wake(select),
            Doing::Watching(watching) => watching.wake(select),
            Doing::Learning => {
                if let Some(feed) = &self.clips {
                    feed.wake(select);
                }
            }
            Doing::Beginning => {}
        }
    }

    fn goes_on_with_less(&mut self, failure: &Failure) -> bool {
        // Features are computed a few at a time as it is; before the data were looked at, nothing was computed at all.
        let Some(open) = self.open.as_ref().filter(|open| !open.learner.takes_features()) else { return false };
        let at_once = open.position.micro_batch;
        if at_once <= 1 {
            return false;
        }
        if let Err(failure) = open.go_on_with(at_once.div_ceil(2), failure) {
            tracing::warn!("the run could not be told to go on with less: {}", failure.summary);
            return false;
        }
        let cancel = self.sources.cancel().clone();
        // The folder is let go of before it is opened again.
        self.open = None;
        *self = Self::new(self.job, self.spec.clone(), self.cache_dir.clone(), &cancel);
        true
    }

    fn stopped(&mut self) {
        if let Some(open) = &mut self.open
            && let Err(failure) = open.save_checkpoint()
        {
            // The state before it is still there, and the steps since then are made again.
            tracing::warn!("the training's state could not be saved: {}", failure.summary);
        }
    }
}

fn model_info(prepared: &Prepared) -> ModelInfo {
    let ChosenDevice { info, reason, .. } = prepared.device.clone();
    let spec = prepared.begun.weights.spec();
    let (architecture, classes) = (spec.to_string(), spec.classes);
    let capsule = &prepared.begun.capsule;
    let labels = capsule.classes.iter().map(|class| class.name.clone()).collect();
    ModelInfo { architecture, classes, device: info, reason, labels, analysis: capsule.analysis().map(Box::new) }
}

fn no_thread(error: &io::Error) -> Failure {
    let text = format!("the operating system refused to start a thread ({error}); close other programs and try again");
    Failure::new(Subject::Engine, text)
}

/// A failure of the run's folder in the user's words.
fn run_failure(error: &RunError) -> Failure {
    Failure::new(Subject::Training, error.to_string())
}

/// Whether a sample is of a part.
fn is_of(samples: &[ks_domain::training::TrainingSample], number: u32, part: Part) -> bool {
    samples.get(number as usize).is_some_and(|sample| sample.part == part)
}
