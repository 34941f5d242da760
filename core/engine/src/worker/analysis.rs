//! The sliding-window analysis of one video, step by step.

use std::io;
use std::time::Instant;

use crossbeam_channel::{Receiver, TryRecvError};
use ks_domain::{CancelToken, WindowScores};

use super::decode::{self, Batch, Decoded};
use super::models::Models;
use crate::kit::Kit;
use crate::meter::{ProgressMeter, Stopwatch};
use crate::{AnalysisSpec, EngineConfig, Event, Failure, JobId, Stage, Subject};

/// How a step went.
pub(crate) enum Step {
    /// Something was done; there may be more.
    Worked,
    /// There is nothing to do before [`Analysis::decoded`] has something.
    Waiting,
    /// The job is done.
    Done(crate::Timing),
}

/// Why a step could not be done.
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// The device gave up in the middle of its work: what it left behind cannot be trusted.
    pub(crate) is_poisoned: bool,
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self { failure, is_poisoned: false }
    }
}

/// One analysis under way.
pub(crate) struct Analysis {
    job: JobId,
    spec: AnalysisSpec,
    decoded: Receiver<Decoded>,
    began: Instant,
    has_model: bool,
    waiting_since: Option<Instant>,
    next_window: u64,
    windows: Option<u64>,
    indexing: ProgressMeter,
    analyzing: ProgressMeter,
    watch: Stopwatch,
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
        let decoded = decode::start(kit.clips(&spec, first_window, cancel), windows_at_once)?;
        let now = Instant::now();
        Ok(Self {
            job,
            spec,
            decoded,
            began: now,
            has_model: false,
            waiting_since: None,
            next_window: first_window,
            windows: None,
            indexing: ProgressMeter::new(now, 0),
            analyzing: ProgressMeter::new(now, first_window),
            watch: Stopwatch::default(),
        })
    }

    /// What the decode thread sends.
    pub(crate) fn decoded(&self) -> &Receiver<Decoded> {
        &self.decoded
    }

    /// Loads the network, or takes one message of the decode thread.
    pub(crate) fn step(
        &mut self,
        kit: &dyn Kit,
        models: &mut Models,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Step, Broken> {
        if !self.has_model {
            let model = models.ensure(kit, &self.spec.model)?;
            self.has_model = true;
            emit(Event::ModelReady { job: self.job, model });
            return Ok(Step::Worked);
        }
        let decoded = match self.decoded.try_recv() {
            Ok(decoded) => decoded,
            Err(TryRecvError::Empty) => {
                self.waiting_since.get_or_insert_with(Instant::now);
                return Ok(Step::Waiting);
            }
            Err(TryRecvError::Disconnected) => {
                return Err(Failure::new(Subject::Video, "the decoder stopped without saying why; try again").into());
            }
        };
        if let Some(since) = self.waiting_since.take() {
            self.watch.add_starved(since.elapsed());
        }
        match decoded {
            Decoded::Indexing(done, total) => self.indexed(done, total, emit),
            Decoded::Opened(windows) => self.opened(windows, emit),
            Decoded::Warning(message) => emit(Event::Warning { job: self.job, message }),
            Decoded::Batch(batch) => self.compute(kit, &batch, models, emit)?,
            Decoded::Failed(failure) => return Err(failure.into()),
            Decoded::Done => return Ok(Step::Done(self.finish()?)),
        }
        Ok(Step::Worked)
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
        self.watch.set_decode(batch.decode_time);
        if models.network(&self.spec.model).is_none() {
            // Another job loaded another network between two steps.
            models.ensure(kit, &self.spec.model)?;
        }
        let network = models.network(&self.spec.model).expect("the network should be kept after it was ensured");
        let clips = network
            .scores(&batch.pixels, batch.shape, &self.spec.settings.normalization)
            .map_err(|failure| Broken { failure, is_poisoned: true })?;
        let wanted = batch.places.len() * batch.crops;
        if clips.len() != wanted {
            let details = format!("{} results for {wanted} clips", clips.len());
            let summary = "the network gave a wrong number of results; please report this".to_owned();
            return Err(Failure { subject: Subject::Engine, summary, details }.into());
        }
        self.watch.add_compute(began.elapsed());
        for (place, crops) in batch.places.iter().zip(clips.chunks(batch.crops.max(1))) {
            let scores = WindowScores {
                start_frame: place.start_frame,
                end_frame: place.end_frame,
                start: place.start,
                end: place.end,
                scores: mean(crops),
            };
            emit(Event::Window { job: self.job, index: place.window, scores });
            self.next_window = place.window + 1;
        }
        let now = Instant::now();
        self.analyzing.set_done(now, self.next_window);
        if let Some(progress) = self.analyzing.report(now) {
            let bottleneck = self.watch.bottleneck();
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
        Ok(self.watch.timing(self.began.elapsed()))
    }
}

/// Windows of one batch so that its clips stay within the configured number.
pub(crate) fn windows_at_once(config: &EngineConfig, spec: &AnalysisSpec) -> usize {
    let clips = config.batch.clamp(1, 4);
    let crops = match spec.settings.crop {
        ks_domain::CropMode::Center => 1,
        ks_domain::CropMode::Three => 3,
    };
    (clips / crops).max(1)
}

/// The mean probability of every class over several crops of one window.
fn mean(crops: &[Vec<f32>]) -> Vec<f32> {
    let Some((first, rest)) = crops.split_first() else { return Vec::new() };
    let mut mean = first.clone();
    for crop in rest {
        mean.iter_mut().zip(crop).for_each(|(sum, score)| *sum += score);
    }
    let count = crops.len() as f32;
    mean.iter_mut().for_each(|sum| *sum /= count);
    mean
}
