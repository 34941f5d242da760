//! What happened between two lines of a training's log, and how long the rest will take.

use std::time::{Duration, Instant};

use ks_domain::training::StepRecord;

/// Sums since the last record.
pub(super) struct Meter {
    steps: u64,
    loss: f64,
    /// Of the step that is under way.
    step_loss: f64,
    grad_norm: f64,
    clips: u64,
    top1: u64,
    top5: u64,
    waited: Duration,
    since: Instant,
    /// Over the whole of this start of the run.
    all_steps: u64,
    all_time: Duration,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            steps: 0,
            loss: 0.0,
            step_loss: 0.0,
            grad_norm: 0.0,
            clips: 0,
            top1: 0,
            top5: 0,
            waited: Duration::ZERO,
            since: Instant::now(),
            all_steps: 0,
            all_time: Duration::ZERO,
        }
    }

    /// A micro-batch: its share of the step's loss, its logits and what they should have been.
    pub(super) fn add_clips(&mut self, loss: f64, logits: &[Vec<f32>], labels: &[&[u32]]) {
        self.step_loss += loss;
        for (row, labels) in logits.iter().zip(labels) {
            self.clips += 1;
            self.top1 += u64::from(is_among(row, labels, 1));
            self.top5 += u64::from(is_among(row, labels, 5));
        }
    }

    /// Waited for clips.
    pub(super) fn add_waiting(&mut self, waited: Duration) {
        self.waited += waited;
    }

    /// A step is done; `factor` is what the shares of its micro-batches lack to make a whole.
    pub(super) fn add_step(&mut self, factor: f64, grad_norm: f64) {
        self.steps += 1;
        self.loss += std::mem::take(&mut self.step_loss) * factor;
        self.grad_norm += grad_norm;
    }

    /// Steps since the last record.
    pub(super) const fn steps(&self) -> u64 {
        self.steps
    }

    /// Time that is not the training's own: a validation, a checkpoint.
    pub(super) fn pause(&mut self, pause: Duration) {
        self.since += pause;
    }

    /// The record of the steps since the last one, which ended with `step` of `steps`, counted over the whole run.
    pub(super) fn record(&mut self, step: u64, steps: u64, steps_per_epoch: u64, learning_rate: f64) -> StepRecord {
        let elapsed = self.since.elapsed();
        self.all_steps += self.steps;
        self.all_time += elapsed;
        let (count, clips) = (self.steps.max(1) as f64, self.clips.max(1) as f64);
        let mean = self.all_time.as_secs_f64() / self.all_steps.max(1) as f64;
        let record = StepRecord {
            epoch: u32::try_from((step - 1) / steps_per_epoch + 1).unwrap_or(u32::MAX),
            step: (step - 1) % steps_per_epoch + 1,
            steps_per_epoch,
            learning_rate,
            loss: self.loss / count,
            top1: self.top1 as f64 / clips,
            top5: self.top5 as f64 / clips,
            grad_norm: self.grad_norm / count,
            time: elapsed.as_secs_f64() / count,
            data_time: self.waited.as_secs_f64() / count,
            clips_per_second: self.clips as f64 / elapsed.as_secs_f64().max(1e-9),
            eta: mean * steps.saturating_sub(step) as f64,
            memory_bytes: resident_bytes(),
        };
        let (all_steps, all_time) = (self.all_steps, self.all_time);
        *self = Self { all_steps, all_time, ..Self::new() };
        record
    }
}

/// Whether one of the labels is among the best `k` scores.
fn is_among(row: &[f32], labels: &[u32], k: usize) -> bool {
    labels.iter().any(|label| {
        let Some(own) = row.get(*label as usize) else { return false };
        row.iter().filter(|score| *score > own).count() < k
    })
}

/// Memory that this process holds; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kibibytes.unwrap_or_default() << 10
}
