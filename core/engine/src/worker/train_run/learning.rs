//! Learning: one micro-batch after the other, a step after the last of a batch.

use std::time::{Duration, Instant};

use ks_domain::training::TrainNews;
use ks_model::train::Targets;
use ks_model::{ClipBatch, ComputeError};

use super::open::Open;
use super::{Doing, TrainRun};
use crate::training::{Batch, Clips, Fed, Request};
use crate::worker::step::{Broken, Step};
use crate::{Event, Failure, Subject};

/// How long the classifier learns before other jobs have their turn.
const TURN: Duration = Duration::from_millis(30);
/// One sample in so many may be unreadable before the training gives up.
const LOST_SHARE: usize = 10;

impl TrainRun {
    /// One micro-batch, or some steps of the classifier.
    pub(super) fn go_on_learning(&mut self, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let mut told = Vec::new();
        let learnt = if self.opened().learner.takes_features() {
            self.learn_features(&mut told)
        } else {
            self.learn_clips(&mut told)
        };
        told.into_iter().for_each(|news| emit(self.news(news)));
        match learnt? {
            Learnt::Waiting => {
                self.doing = Doing::Learning;
                Ok(Step::Waiting)
            }
            Learnt::Some => {
                self.doing = Doing::Learning;
                Ok(Step::Worked)
            }
            Learnt::Epoch => self.epoch_is_over(emit),
        }
    }

    /// Steps of the classifier on features.
    fn learn_features(&mut self, told: &mut Vec<TrainNews>) -> Result<Learnt, Broken> {
        let began = Instant::now();
        let open = self.opened();
        while began.elapsed() < TURN {
            if open.learn_from_features(told)? {
                return Ok(Learnt::Epoch);
            }
        }
        Ok(Learnt::Some)
    }

    /// One micro-batch of clips.
    fn learn_clips(&mut self, told: &mut Vec<TrainNews>) -> Result<Learnt, Broken> {
        let feed = self.clips.as_mut().expect("clips should be read while the network learns");
        let waited = Instant::now();
        let batch = match feed.poll()? {
            None => {
                self.waiting_since.get_or_insert(waited);
                return Ok(Learnt::Waiting);
            }
            Some(Fed::Failed(failure)) => return Err(failure.into()),
            Some(Fed::Done) => {
                let text = "the clips ended before the training; please report this";
                return Err(Failure::new(Subject::Engine, text).into());
            }
            Some(Fed::Batch(batch)) => batch,
        };
        self.timing.decode_secs = batch.decode_time.as_secs_f64();
        let starved = self.waiting_since.take().map_or(Duration::ZERO, |since| since.elapsed());
        self.timing.starved_secs += starved.as_secs_f64();
        let began = Instant::now();
        let open = self.opened();
        open.meter.add_waiting(starved);
        let is_over = open.learn_from_clips(batch, told)?;
        self.timing.compute_secs += began.elapsed().as_secs_f64();
        Ok(if is_over { Learnt::Epoch } else { Learnt::Some })
    }
}

/// How it went.
enum Learnt {
    /// No clips yet.
    Waiting,
    /// Something was learnt.
    Some,
    /// An epoch is over.
    Epoch,
}

/// What clips should have been, as the loss wants it.
pub(super) enum Wanted {
    Classes(Vec<usize>),
    Multi(Vec<f32>),
}

impl Wanted {
    /// The targets of samples with these labels.
    pub(super) fn new(labels: &[&[u32]], classes: usize, multi_label: bool) -> Self {
        if multi_label {
            let mut flags = vec![0.0; labels.len() * classes];
            for (row, labels) in flags.chunks_exact_mut(classes.max(1)).zip(labels) {
                for label in *labels {
                    if let Some(flag) = row.get_mut(*label as usize) {
                        *flag = 1.0;
                    }
                }
            }
            return Self::Multi(flags);
        }
        Self::Classes(labels.iter().map(|labels| labels.first().map_or(0, |label| *label as usize)).collect())
    }

    pub(super) fn targets(&self) -> Targets<'_> {
        match self {
            Self::Classes(classes) => Targets::Classes(classes),
            Self::Multi(flags) => Targets::Multi(flags),
        }
    }
}

impl Open {
    /// The micro-batches of the step that is under way.
    fn step_samples(&mut self) -> Vec<Vec<u32>> {
        let epoch = self.position.step / self.plan.steps_per_epoch;
        if self.order.as_ref().is_none_or(|(of, _)| *of != epoch) {
            self.order = Some((epoch, self.plan.epoch(epoch)));
        }
        let order = self.order.as_ref().map(|(_, order)| order.as_slice()).unwrap_or_default();
        self.plan.step(order, self.position.step)
    }

    /// Which share of the step's loss a part of its samples has.
    fn share(&self, part: &[u32], step: &[Vec<u32>]) -> f64 {
        let classes = |samples: &mut dyn Iterator<Item = &u32>| -> Vec<usize> {
            samples.map(|sample| self.labels(*sample).first().map_or(0, |label| *label as usize)).collect()
        };
        let whole = self.settings.loss.weight_of(&classes(&mut step.iter().flatten()));
        self.settings.loss.weight_of(&classes(&mut part.iter())) / whole.max(f64::MIN_POSITIVE)
    }

    /// One step on features, all of its batch at once. True if an epoch is over.
    fn learn_from_features(&mut self, told: &mut Vec<TrainNews>) -> Result<bool, Broken> {
        let step = self.step_samples();
        let views = u64::from(self.config.run.feature_views.max(1));
        let epoch = self.position.step / self.plan.steps_per_epoch;
        let samples: Vec<u32> = step.iter().flatten().copied().filter(|sample| !self.lost.contains(sample)).collect();
        if !samples.is_empty() {
            // Every epoch shows another of a clip's views.
            let request = |sample: u32| Request::Varied { sample, epoch: (epoch + u64::from(sample)) % views };
            let rows: Vec<Vec<f32>> = samples
                .iter()
                .filter_map(|sample| self.features_of(request(*sample))?.first().map(|row| row.to_vec()))
                .collect();
            if rows.len() != samples.len() {
                return Err(Failure::new(Subject::Engine, "features of a clip are missing; please report this").into());
            }
            let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            let labels: Vec<Vec<u32>> = samples.iter().map(|sample| self.labels(*sample).to_vec()).collect();
            let labels: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
            let wanted = Wanted::new(&labels, self.settings_classes(), self.settings.loss.multi_label);
            // All of the step at once, so those that are there are the whole batch.
            let result = self.learner.accumulate(Clips::Features(&rows), wanted.targets(), 1.0);
            let result = result.map_err(|error| broken(&error))?;
            self.meter.add_clips(result.loss, &result.logits, &labels);
        }
        self.make_step(told)
    }

    /// One micro-batch of clips, and the step if it was the last of its batch. True if an epoch is over.
    fn learn_from_clips(&mut self, batch: Batch, told: &mut Vec<TrainNews>) -> Result<bool, Broken> {
        let step = self.step_samples();
        let (mut samples, mut lost, mut shape, mut pixels) = (Vec::new(), Vec::new(), [0; 5], Vec::new());
        for clip in batch.clips {
            let sample = clip.request.sample();
            match clip.cut {
                Ok(cut) => {
                    self.warn(cut.warnings, told)?;
                    let [views, time, height, width, channels] = cut.shape;
                    shape = [shape[0] + views, time, height, width, channels];
                    pixels.extend(cut.pixels);
                    samples.push(sample);
                }
                Err(failure) => {
                    lost.push(sample);
                    self.lose(sample, &failure, told)?;
                }
            }
        }
        if !lost.is_empty() {
            self.position.lost_share += self.share(&lost, &step);
        }
        if !samples.is_empty() {
            #[cfg(test)]
            crate::training::injected::check(self.run.path(), samples.len()).map_err(|error| broken(&error))?;
            let share = self.share(&samples, &step);
            let labels: Vec<Vec<u32>> = samples.iter().map(|sample| self.labels(*sample).to_vec()).collect();
            let labels: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
            let wanted = Wanted::new(&labels, self.settings_classes(), self.settings.loss.multi_label);
            let normalization = self.config.clip.normalization;
            let clips = Clips::Pixels(ClipBatch { pixels: &pixels, shape }, &normalization);
            let result = self.learner.accumulate(clips, wanted.targets(), share);
            let result = result.map_err(|error| broken(&error))?;
            self.meter.add_clips(result.loss * share, &result.logits, &labels);
        }
        self.position.micro += 1;
        if self.position.micro < step.len() as u64 {
            return Ok(false);
        }
        self.make_step(told)
    }

    /// Number of classes.
    fn settings_classes(&self) -> usize {
        self.capsule.architecture.classes
    }

    /// Moves the weights. True if an epoch is over.
    fn make_step(&mut self, told: &mut Vec<TrainNews>) -> Result<bool, Broken> {
        let rate = self.rates.rate(self.position.step, self.plan.steps_per_epoch);
        let factor = without(std::mem::take(&mut self.position.lost_share));
        if factor != 1.0 {
            self.learner.scale_gradients(factor);
        }
        let report = self.learner.step(rate).map_err(|error| broken(&error))?;
        self.meter.add_step(factor, report.grad_norm);
        self.last_rate = rate;
        self.position.step += 1;
        self.position.micro = 0;
        self.position.is_judged = false;
        let is_over = self.position.step.is_multiple_of(self.plan.steps_per_epoch);
        self.record_steps(is_over, told)?;
        if !is_over {
            self.save_if_due()?;
        }
        Ok(is_over)
    }

    /// A sample whose video cannot be read any more is left out; too many of them end the training.
    pub(super) fn lose(&mut self, sample: u32, failure: &Failure, told: &mut Vec<TrainNews>) -> Result<(), Broken> {
        if !self.lost.insert(sample) {
            return Ok(());
        }
        let message = format!("a sample is left out, because its video cannot be read: {}", failure.summary);
        self.note(message, told)?;
        if self.lost.len() * LOST_SHARE > self.samples.len().max(LOST_SHARE) {
            self.save_now()?;
            let summary = format!(
                "{} of {} samples cannot be read any more; bring their videos back and resume the training ({})",
                self.lost.len(),
                self.samples.len(),
                failure.summary
            );
            return Err(Failure::new(Subject::Training, summary).into());
        }
        Ok(())
    }

    /// What a damaged video costs, once for each sentence.
    fn warn(&mut self, warnings: Vec<String>, told: &mut Vec<TrainNews>) -> Result<(), Broken> {
        for warning in warnings {
            if self.warned.insert(warning.clone()) {
                self.note(warning, told)?;
            }
        }
        Ok(())
    }
}

/// What gradients and loss of a step are multiplied with when a share of its clips did not come: those that are there count
/// as the whole of it.
fn without(lost_share: f64) -> f64 {
    let there = 1.0 - lost_share;
    // Rounding aside, nothing is there.
    if lost_share <= 0.0 || there < 1e-9 { 1.0 } else { 1.0 / there }
}

/// A failed computation: what the device holds cannot be trusted. Numbers that ran away are nobody's fault but the settings'.
fn broken(error: &ComputeError) -> Broken {
    let is_poisoned = matches!(error, ComputeError::Device(_));
    let subject = if is_poisoned { Subject::Device } else { Subject::Training };
    Broken { failure: Failure::new(subject, error.to_string()), is_poisoned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_that_are_there_count_as_the_whole_step() {
        assert_eq!([without(0.0), without(0.25), without(0.5)], [1.0, 4.0 / 3.0, 2.0]);
        assert_eq!(without(1.0), 1.0, "nothing is there to be scaled");
    }
}
