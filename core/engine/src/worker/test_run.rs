//! A test of a network on a list of samples, step by step.

use std::io;
use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::CancelToken;

use super::feed::Feed;
use super::models::Models;
use super::sample_feed::{self, Sampled, Views};
use super::step::{Broken, Step, Stepwise};
use crate::kit::Kit;
use crate::meter::ProgressMeter;
use crate::{Event, JobId, Stage, TestSpec};

/// One test under way.
pub(crate) struct TestRun {
    job: JobId,
    spec: TestSpec,
    feed: Feed<Sampled>,
    began: Instant,
    has_model: bool,
    /// Logits of the sample that is under way.
    logits: Vec<Vec<f32>>,
    meter: ProgressMeter,
}

impl TestRun {
    /// Starts decoding with sample `first`; the network is loaded by the first step, meanwhile.
    pub(crate) fn start(
        job: JobId,
        spec: TestSpec,
        first: u64,
        kit: &dyn Kit,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let samples = spec.samples.len() as u64;
        let feed = sample_feed::start(kit.views(&spec, cancel), first, samples, spec.views_at_once)?;
        let began = Instant::now();
        let mut meter = ProgressMeter::new(began, first);
        meter.set_total(Some(samples));
        Ok(Self { job, spec, feed, began, has_model: false, logits: Vec::new(), meter })
    }

    fn compute(
        &mut self,
        kit: &dyn Kit,
        views: &Views,
        models: &mut Models,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), Broken> {
        let began = Instant::now();
        self.feed.watch.set_decode(views.decode_time);
        let spec = &self.spec;
        let logits = models.logits(kit, &spec.model, &views.pixels, views.shape, &spec.views.normalization)?;
        self.logits.extend(logits);
        self.feed.watch.add_compute(began.elapsed());
        if views.is_last {
            let scores = self.spec.average.scores(&std::mem::take(&mut self.logits));
            emit(Event::Sample { job: self.job, index: views.sample, scores });
            self.report(views.sample + 1, emit);
        }
        Ok(())
    }

    fn report(&mut self, done: u64, emit: &mut dyn FnMut(Event)) {
        let now = Instant::now();
        self.meter.set_done(now, done);
        if let Some(progress) = self.meter.report(now) {
            let bottleneck = self.feed.watch.bottleneck();
            emit(Event::Progress { job: self.job, stage: Stage::Testing, progress, bottleneck });
        }
    }
}

impl Stepwise for TestRun {
    fn step(&mut self, kit: &dyn Kit, models: &mut Models, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        if !self.has_model {
            let model = models.ensure(kit, &self.spec.model)?;
            self.has_model = true;
            emit(Event::ModelReady { job: self.job, model });
            return Ok(Step::Worked);
        }
        match self.feed.poll()? {
            None => return Ok(Step::Waiting),
            Some(Sampled::Warning(message)) => emit(Event::Warning { job: self.job, message }),
            Some(Sampled::Views(views)) => self.compute(kit, &views, models, emit)?,
            Some(Sampled::Unreadable(index, failure)) => {
                self.logits.clear();
                emit(Event::SampleFailed { job: self.job, index, failure });
                self.report(index + 1, emit);
            }
            Some(Sampled::Failed(failure)) => return Err(failure.into()),
            Some(Sampled::Done) => return Ok(Step::Done(self.feed.watch.timing(self.began.elapsed()))),
        }
        Ok(Step::Worked)
    }

    fn wake<'a>(&'a self, select: &mut Select<'a>) {
        self.feed.wake(select);
    }
}
