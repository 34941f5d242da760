//! Judging the network on the samples that are kept for it.

use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::AverageClips;
use ks_domain::training::{Evaluation, Scored, TrainNews, ValidationRecord};
use ks_model::ClipBatch;
use ks_model::train::loss;

use super::learning::Wanted;
use super::open::{Best, Open};
use super::{Doing, TrainRun};
use crate::meter::ProgressMeter;
use crate::training::{Batch, Clips, Exact, Fed, Request};
use crate::worker::feed::Feed;
use crate::worker::step::{Broken, Step};
use crate::{Event, Failure, Stage, Subject};

/// A validation under way.
pub(super) struct Judging {
    /// `None` where features are there already.
    feed: Option<Feed<Fed>>,
    began: Instant,
    scored: Vec<Scored>,
    losses: Vec<f64>,
    batches: u64,
}

impl Judging {
    pub(super) fn new(feed: Option<Feed<Fed>>) -> Self {
        Self { feed, began: Instant::now(), scored: Vec::new(), losses: Vec::new(), batches: 0 }
    }

    /// Wakes the compute thread when there are clips.
    pub(super) fn wake<'a>(&'a self, select: &mut Select<'a>) {
        if let Some(feed) = &self.feed {
            feed.wake(select);
        }
    }
}

impl TrainRun {
    /// Judges one batch, or all of what has features.
    pub(super) fn go_on_judging(
        &mut self,
        mut judging: Box<Judging>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Step, Broken> {
        let mut told = Vec::new();
        let is_done = match &mut judging.feed {
            None => {
                self.opened().judge_features(&mut judging)?;
                true
            }
            Some(feed) => match feed.poll()? {
                None => {
                    self.doing = Doing::Judging(judging);
                    return Ok(Step::Waiting);
                }
                Some(Fed::Failed(failure)) => return Err(failure.into()),
                Some(Fed::Done) => true,
                Some(Fed::Batch(batch)) => {
                    let judged = self.opened().judge_clips(batch, &mut judging, &mut told);
                    std::mem::take(&mut told).into_iter().for_each(|news| emit(self.news(news)));
                    judged?;
                    false
                }
            },
        };
        if !is_done {
            self.report(&judging, emit);
            self.doing = Doing::Judging(judging);
            return Ok(Step::Worked);
        }
        let finished = self.opened().finish_judging(*judging, &mut told);
        told.into_iter().for_each(|news| emit(self.news(news)));
        finished?;
        self.finish_epoch(emit)
    }

    fn report(&mut self, judging: &Judging, emit: &mut dyn FnMut(Event)) {
        let total = self.opened().judged().len() as u64;
        let mut meter = ProgressMeter::new(judging.began, 0);
        meter.set_total(Some(total));
        let now = Instant::now();
        meter.set_done(now, judging.scored.len() as u64);
        let progress = meter.progress(now);
        emit(Event::Progress { job: self.job, stage: Stage::Validating, progress, bottleneck: None });
    }
}

impl Open {
    /// Judges everything by its features.
    fn judge_features(&mut self, judging: &mut Judging) -> Result<(), Broken> {
        for sample in self.judged() {
            let Some(rows) = self.features_of(Request::Judged { sample }) else { continue };
            let rows: Vec<Vec<f32>> = rows.into_iter().map(<[f32]>::to_vec).collect();
            let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            let logits = self.learner.evaluate(Clips::Features(&rows)).map_err(|error| device(&error))?;
            self.score(sample, &logits, judging)?;
        }
        judging.batches = 1;
        Ok(())
    }

    /// Judges the clips of a batch.
    fn judge_clips(&mut self, batch: Batch, judging: &mut Judging, told: &mut Vec<TrainNews>) -> Result<(), Broken> {
        let normalization = self.config.clip.normalization;
        judging.batches += 1;
        for clip in batch.clips {
            let sample = clip.request.sample();
            let cut = match clip.cut {
                Ok(cut) => cut,
                Err(failure) => {
                    self.lose(sample, &failure, told)?;
                    continue;
                }
            };
            let [_, time, height, width, channels] = cut.shape;
            let view = time * height * width * channels;
            let mut logits = Vec::with_capacity(cut.shape[0]);
            // No more views at once than clips are learnt from at once: that much fits.
            for part in cut.pixels.chunks(view.max(1) * self.position.micro_batch.max(1) as usize) {
                let shape = [part.len() / view.max(1), time, height, width, channels];
                let clips = Clips::Pixels(ClipBatch { pixels: part, shape }, &normalization);
                logits.extend(self.learner.evaluate(clips).map_err(|error| device(&error))?);
            }
            self.score(sample, &logits, judging)?;
        }
        Ok(())
    }

    /// Enters the views of one sample.
    fn score(&self, sample: u32, logits: &[Vec<f32>], judging: &mut Judging) -> Result<(), Broken> {
        let labels = self.labels(sample).to_vec();
        let (classes, multi_label) = (self.capsule.architecture.classes, self.settings.loss.multi_label);
        let per_view = vec![labels.as_slice(); logits.len()];
        let wanted = Wanted::new(&per_view, classes, multi_label);
        // Without what training adds to the loss: smoothing and weights.
        let plain = ks_domain::training::LossSettings { multi_label, ..Default::default() };
        let found = loss(logits, wanted.targets(), &plain).map_err(|error| device(&error))?;
        judging.losses.push(found);
        judging.scored.push(Scored { sample, labels, scores: mean_scores(logits, multi_label) });
        Ok(())
    }

    /// Works out the figures and keeps them, and the weights if they are the best.
    fn finish_judging(&mut self, judging: Judging, told: &mut Vec<TrainNews>) -> Result<(), Broken> {
        let mean = judging.losses.iter().sum::<f64>() / judging.losses.len().max(1) as f64;
        let evaluation = Evaluation::new(&judging.scored, mean, self.settings.loss.multi_label).map_err(|error| {
            let text = format!("no validation sample can be read any more ({error}); bring the videos back and resume");
            Failure::new(Subject::Training, text)
        })?;
        let epoch = self.epochs_done();
        let figure = evaluation.figure(self.config.evaluation.best_by);
        // Few samples soon come to the same figure; the loss then says which network is surer of it.
        let is_surer = self.position.best_loss.is_some_and(|best| evaluation.loss < best.0);
        let is_best = self.position.best.is_none_or(|(best, _)| figure > best.0 || (figure == best.0 && is_surer));
        self.remember(&evaluation, epoch);
        if is_best {
            self.position.best = Some((Exact(figure), epoch));
            self.position.best_loss = Some(Exact(evaluation.loss));
            self.position.since_best = 0;
            // The beginning is in the file that it was read from.
            if epoch > 0 {
                let weights = self.learner.weights().map_err(|error| device(&error))?;
                let (figures, thresholds) = (self.figures.clone(), self.thresholds.clone());
                self.best = Some(Box::new(Best { weights, figures, thresholds, epoch }));
            }
        } else {
            self.position.since_best += 1;
        }
        self.meter.pause(judging.began.elapsed());
        if epoch > 0 {
            let secs = judging.began.elapsed().as_secs_f64();
            let [people, programs] = self.log.validation(epoch, judging.batches, self.last_rate, secs, &evaluation);
            self.write_log(&people, Some(&programs))?;
        }
        let step = self.position.step;
        self.tell(TrainNews::Validated(ValidationRecord { epoch, step, evaluation, is_best }), told)?;
        Ok(())
    }
}

/// Probabilities of all classes, from the logits of all views.
pub(super) fn mean_scores(logits: &[Vec<f32>], multi_label: bool) -> Vec<f32> {
    if multi_label { sigmoid_mean(logits) } else { softmax_mean(logits) }
}

fn softmax_mean(logits: &[Vec<f32>]) -> Vec<f32> {
    AverageClips::Prob.scores(logits).into_iter().next().unwrap_or_default()
}

fn sigmoid_mean(logits: &[Vec<f32>]) -> Vec<f32> {
    let classes = logits.first().map_or(0, Vec::len);
    let mean = |class: usize| {
        let values =
            logits.iter().filter_map(|row| row.get(class)).map(|logit| 1.0 / (1.0 + (-f64::from(*logit)).exp()));
        (values.sum::<f64>() / logits.len().max(1) as f64) as f32
    };
    (0..classes).map(mean).collect()
}

fn device(error: &ks_model::ComputeError) -> Broken {
    Broken { failure: Failure::new(Subject::Device, error.to_string()), is_poisoned: true }
}
