//! The sliding-window analysis of one video, step by step.

use std::io;
use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::{AverageClips, CancelToken, WindowScores};

use super::decode::{self, Batch, Decoded};
use super::feed::Feed;
use super::models::Models;
use super::step::{Broken, Step, Stepwise};
use crate::kit::Kit;
use crate::meter::ProgressMeter;
use crate::{AnalysisSpec, EngineConfig, Event, Failure, JobId, Stage, Subject};

/// One analysis under way.
pub(crate) struct Analysis {
    job: JobId,
    spec: AnalysisSpec,
    feed: Feed<Decoded>,
    began: Instant,
    has_model: bool,
    next_window: u64,
    windows: Option<u64>,
    indexing: ProgressMeter,
    analyzing: ProgressMeter,
}

impl Analysis {
    /// Starts decoding; the network is loaded by the first step, meanwhile.
    pub(crate) fn start(
        job: JobId,
        spec: AnalysisSpec,
        first_window: u64,
        windows_at_once: usize,
        kit: &dyn Kit,
        cancel: &CancelToken,
    ) -> io::Result<Self> {
        let feed = decode::start(kit.clips(&spec, first_window, cancel), windows_at_once)?;
        let now = Instant::now();
        Ok(Self {
            job,
            spec,
            feed,
            began: now,
            has_model: false,
            next_window: first_window,
            windows: None,
            indexing: ProgressMeter::new(now, 0),
            analyzing: ProgressMeter::new(now, first_window),
        })
    }

    fn indexed(&mut self, done: u64, total: Option<u64>, emit: &mut dyn FnMut(Event)) {
        let now = Instant::now();
        self.indexing.set_total(total);
        self.indexing.set_done(now, done);
        if let Some(progress) = self.indexing.report(now) {
            emit(Event::Progress { job: self.job, stage: Stage::Indexing, progress, bottleneck: None });
        }
    }

    fn opened(&mut self, windows: u64, emit: &mut dyn FnMut(Event)) {
        let now = Instant::now();
        self.windows = Some(windows);
        self.analyzing = ProgressMeter::new(now, self.next_window);
        self.analyzing.set_total(Some(windows));
        if let Some(progress) = self.analyzing.report(now) {
            emit(Event::Progress { job: self.job, stage: Stage::Analyzing, progress, bottleneck: None });
        }
    }

    fn compute(
        &mut self,
        kit: &dyn Kit,
        batch: &Batch,
        models: &mut Models,
        emit: &mut dyn FnMut(Event),
    ) -> Result<(), Broken> {
        let began = Instant::now();
        self.feed.watch.set_decode(batch.decode_time);
        let clips =
            models.logits(kit, &self.spec.model, &batch.pixels, batch.shape, &self.spec.settings.normalization)?;
        self.feed.watch.add_compute(began.elapsed());
        for (place, views) in batch.places.iter().zip(clips.chunks(batch.views.max(1))) {
            let scores = WindowScores {
                start_frame: place.start_frame,
                end_frame: place.end_frame,
                start: place.start,
                end: place.end,
                scores: AverageClips::Prob.scores(views).pop().unwrap_or_default(),
            };
            emit(Event::Window { job: self.job, index: place.window, scores });
            self.next_window = place.window + 1;
        }
        let now = Instant::now();
        self.analyzing.set_done(now, self.next_window);
        if let Some(progress) = self.analyzing.report(now) {
            let bottleneck = self.feed.watch.bottleneck();
            emit(Event::Progress { job: self.job, stage: Stage::Analyzing, progress, bottleneck });
        }
        Ok(())
    }

    /// Every window that was announced must have come: a decoder that stops early is a failure, not an end.
    fn finish(&self) -> Result<crate::Timing, Failure> {
        let announced = self.windows.unwrap_or(self.next_window);
        if self.next_window < announced {
            let summary = format!(
                "only {} of {announced} windows of the video could be read; copy the file again or repair it: {}",
                self.next_window,
                self.spec.video.display()
            );
            return Err(Failure::new(Subject::Video, summary));
        }
        Ok(self.feed.watch.timing(self.began.elapsed()))
    }
}

impl Stepwise for Analysis {
    /// Loads the network, or takes one message of the decode thread.
    fn step(&mut self, kit: &dyn Kit, models: &mut Models, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        if !self.has_model {
            let model = models.ensure(kit, &self.spec.model)?;
            self.has_model = true;
            emit(Event::ModelReady { job: self.job, model });
            return Ok(Step::Worked);
        }
        match self.feed.poll()? {
            None => return Ok(Step::Waiting),
            Some(Decoded::Indexing(done, total)) => self.indexed(done, total, emit),
            Some(Decoded::Opened(windows)) => self.opened(windows, emit),
            Some(Decoded::Warning(message)) => emit(Event::Warning { job: self.job, message }),
            Some(Decoded::Batch(batch)) => self.compute(kit, &batch, models, emit)?,
            Some(Decoded::Failed(failure)) => return Err(failure.into()),
            Some(Decoded::Done) => return Ok(Step::Done(self.finish()?)),
        }
        Ok(Step::Worked)
    }

    fn wake<'a>(&'a self, select: &mut Select<'a>) {
        self.feed.wake(select);
    }
}

/// Windows of one batch so that its clips stay within the configured number.
pub(crate) fn windows_at_once(config: &EngineConfig, spec: &AnalysisSpec) -> usize {
    let clips = config.batch.clamp(1, 4);
    let crops = match spec.settings.crop {
        ks_domain::CropMode::Center => 1,
        ks_domain::CropMode::Three => 3,
    };
    let views = crops * usize::try_from(spec.clips).unwrap_or(1).max(1);
    (clips / views).max(1)
}
