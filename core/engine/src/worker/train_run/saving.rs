//! What a training writes: lines, checkpoints, its state.

use std::path::Path;
use std::time::Duration;

use ks_domain::training::{Evaluation, SavedRecord, TrainNews};
use ks_domain::{CapsuleMetric, Thresholds};
use ks_model::ChosenDevice;
use ks_model::weights::Weights;
use ks_model::weights::write::{Saving, Target, save};

use super::open::{Best, Open};
use super::run_failure;
use crate::training::Exact;
use crate::{Failure, Subject};

/// The state is written this often at least, in the middle of an epoch too.
const SAVE_EVERY: Duration = Duration::from_secs(60);
/// Epochs of a classifier are so short that not every one is worth a write.
const SAVE_SHORT_EPOCHS: Duration = Duration::from_secs(20);

impl Open {
    /// The first lines of a run, or of its going on.
    pub(super) fn begin_run(&mut self, device: &ChosenDevice, told: &[TrainNews]) -> Result<(), Failure> {
        let environment = serde_json::json!({
            "program": concat!("kinetoscope ", env!("CARGO_PKG_VERSION")),
            "system": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "device": device.info.name,
            "backend": device.info.backend,
            "threads": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            "data_sha256": self.run.data_sha256(),
            "network": self.capsule.architecture.to_string(),
        });
        self.run.write("environment.json", &format!("{environment:#}")).map_err(|error| run_failure(&error))?;
        for news in told {
            self.run.tell(news).map_err(|error| run_failure(&error))?;
            if let TrainNews::Note { message } = news {
                let line = self.log.other("INFO", message);
                self.run.log(&line, None).map_err(|error| run_failure(&error))?;
            }
        }
        Ok(())
    }

    /// Keeps what is told, and tells it.
    pub(super) fn tell(&mut self, news: TrainNews, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        self.run.tell(&news).map_err(|error| run_failure(&error))?;
        told.push(news);
        Ok(())
    }

    /// A sentence that somebody should know.
    pub(super) fn note(&mut self, message: String, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        let line = self.log.other("WARNING", &message);
        self.write_log(&line, None)?;
        self.tell(TrainNews::Note { message }, told)
    }

    pub(super) fn write_log(&mut self, for_people: &str, for_programs: Option<&str>) -> Result<(), Failure> {
        self.run.log(for_people, for_programs).map_err(|error| run_failure(&error))
    }

    /// A line for the last steps, every so many of them and at the end of an epoch.
    pub(super) fn record_steps(&mut self, is_end: bool, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        let every = u64::from(self.config.run.log_every.max(1));
        if self.meter.steps() < every && !is_end {
            return Ok(());
        }
        let (step, plan) = (self.position.step, &self.plan);
        let record = self.meter.record(step, plan.steps, plan.steps_per_epoch, self.last_rate);
        let [people, programs] = self.log.steps(&record);
        self.write_log(&people, Some(&programs))?;
        self.tell(TrainNews::Steps(record), told)
    }

    /// What the checkpoints will say of the last validation.
    pub(super) fn remember(&mut self, evaluation: &Evaluation, epoch: u32) {
        let protocol = format!(
            "{} validation samples, {} clips × {} crops, after epoch {epoch}",
            evaluation.samples.len(),
            self.config.evaluation.num_clips,
            self.config.evaluation_clips().crop.count()
        );
        let mut figures = vec![("top1_acc", evaluation.top1), ("top5_acc", evaluation.top5)];
        figures.extend(evaluation.mean_class_accuracy.map(|value| ("mean_class_accuracy", value)));
        figures.extend(evaluation.map.map(|value| ("mean_average_precision", value)));
        let metric =
            |(name, value): (&str, f64)| CapsuleMetric { name: name.to_owned(), value, protocol: protocol.clone() };
        self.figures = figures.into_iter().map(metric).collect();
        let name = |class: u32| self.capsule.classes.get(class as usize).map(|class| class.name.clone());
        self.thresholds = evaluation.thresholds.iter().filter_map(|(class, t)| Some((name(*class)?, *t))).collect();
        let kept = |metric: &CapsuleMetric| (metric.name.clone(), Exact(metric.value), metric.protocol.clone());
        self.position.figures = self.figures.iter().map(kept).collect();
        self.position.thresholds = self.thresholds.clone();
    }

    /// An epoch is over and judged: checkpoints, the state, and whether it is enough.
    pub(super) fn finish_epoch(&mut self, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        let epoch = self.epochs_done();
        self.position.is_judged = true;
        if epoch == 0 {
            return Ok(());
        }
        let run = self.config.run.clone();
        if run.checkpoint_every > 0 && epoch.is_multiple_of(run.checkpoint_every) {
            let line = self.log.saving(epoch);
            self.write_log(&line, None)?;
            let weights = self.learner.weights().map_err(|error| device(&error))?;
            self.write_checkpoint(&format!("epoch_{epoch}.safetensors"), &self.current(weights), false, told)?;
            if run.keep > 0 {
                self.run.keep_newest(run.keep as usize);
            }
        }
        if run.patience > 0 && self.position.since_best >= run.patience && self.position.step < self.plan.steps {
            self.ended_early = true;
            let line = self.log.other("INFO", "nothing has become better for long enough; the training ends early");
            self.write_log(&line, None)?;
            self.tell(TrainNews::EndedEarly { epoch }, told)?;
        }
        let is_short = self.learner.takes_features() && self.saved_at.elapsed() < SAVE_SHORT_EPOCHS;
        if !is_short {
            self.write_best(told)?;
            let weights = self.learner.weights().map_err(|error| device(&error))?;
            self.write_checkpoint("last.safetensors", &self.current(weights), false, told)?;
            self.save_now()?;
        }
        Ok(())
    }

    /// Writes the state if that was long ago.
    pub(super) fn save_if_due(&mut self) -> Result<(), Failure> {
        if self.saved_at.elapsed() < SAVE_EVERY {
            return Ok(());
        }
        self.save_now()
    }

    /// Writes the network as it is, and the state.
    pub(super) fn save_checkpoint(&mut self) -> Result<(), Failure> {
        if self.position.step > 0 {
            let weights = self.learner.weights().map_err(|error| device(&error))?;
            self.write_checkpoint("last.safetensors", &self.current(weights), false, &mut Vec::new())?;
        }
        self.save_now()
    }

    /// Writes the state.
    pub(super) fn save_now(&mut self) -> Result<(), Failure> {
        // What the position calls the best must be on the disk.
        self.write_best(&mut Vec::new())?;
        let state = self.learner.state().map_err(|error| device(&error))?;
        self.run.save(&self.position, &state).map_err(|error| run_failure(&error))?;
        self.saved_at = std::time::Instant::now();
        Ok(())
    }

    /// Lets the run go on with smaller micro-batches from its last state.
    pub(super) fn go_on_with(&self, micro_batch: u32, failure: &Failure) -> Result<(), Failure> {
        let note = format!(
            "{} clips at once were too many for the device, or it failed ({}); the run goes on from its last state with {micro_batch} at once, and a step is still made of {}",
            self.position.micro_batch, failure.summary, self.config.data.batch
        );
        self.run.shrink(micro_batch, note).map_err(|error| run_failure(&error))
    }

    fn write_best(&mut self, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        let Some(best) = self.best.take() else { return Ok(()) };
        let written = self.write_checkpoint("best.safetensors", &best, true, told);
        if written.is_err() {
            self.best = Some(best);
        }
        written
    }

    fn write_checkpoint(
        &mut self,
        name: &str,
        network: &Best,
        is_best: bool,
        told: &mut Vec<TrainNews>,
    ) -> Result<(), Failure> {
        let mut capsule = self.capsule.clone();
        capsule.metrics.clone_from(&network.figures);
        capsule.thresholds = Thresholds { all: None, by_class: network.thresholds.clone() };
        let saving = Saving { target: Target::Capsule, half: false, overwrite: true };
        save(&network.weights, &capsule, &self.run.path().join(Path::new(name)), saving)
            .map_err(|error| Failure::new(Subject::Training, error.to_string()))?;
        self.tell(TrainNews::Saved(SavedRecord { file: name.to_owned(), epoch: network.epoch, is_best }), told)
    }

    /// The network as it is now, with the figures of its last validation.
    fn current(&self, weights: Weights) -> Best {
        let (figures, thresholds) = (self.figures.clone(), self.thresholds.clone());
        Best { weights, figures, thresholds, epoch: self.epochs_done() }
    }

    /// All was learnt: writes everything that was, so that whatever comes then can fail.
    pub(super) fn end(&mut self, told: &mut Vec<TrainNews>) -> Result<(), Failure> {
        self.write_best(told)?;
        let weights = self.learner.weights().map_err(|error| device(&error))?;
        self.write_checkpoint("last.safetensors", &self.current(weights), false, told)?;
        self.save_now()
    }

    /// The last word of a run.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        self.position.is_done = true;
        self.run.finish().map_err(|error| run_failure(&error))
    }
}

fn device(error: &ks_model::ComputeError) -> Failure {
    Failure::new(Subject::Device, error.to_string())
}
