//! What the curves of a run are made of, and how they are smoothed.

use ks_domain::training::TrainNews;

use super::runs::RunRecord;

/// What is drawn over the epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CurveKind {
    /// The loss, of training and of validation.
    Loss,
    /// Top-1 accuracy, of training and of validation.
    Accuracy,
    /// The learning rate.
    Rate,
    /// Clips a second.
    Throughput,
}

impl CurveKind {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Loss, Self::Accuracy, Self::Rate, Self::Throughput];
}

/// The points of one chart of one run: epochs (with fractions) and values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// While learning.
    pub training: Vec<[f64; 2]>,
    /// At validations; empty where there is nothing of the kind.
    pub validation: Vec<[f64; 2]>,
}

impl RunRecord {
    /// The points of one chart. Values that are no numbers, such as a loss that went to infinity, are left out.
    pub fn series(&self, kind: CurveKind) -> Series {
        let training = self.steps.iter().map(|record| {
            let within = record.step as f64 / record.steps_per_epoch.max(1) as f64;
            let value = match kind {
                CurveKind::Loss => record.loss,
                CurveKind::Accuracy => record.top1,
                CurveKind::Rate => record.learning_rate,
                CurveKind::Throughput => record.clips_per_second,
            };
            [f64::from(record.epoch.saturating_sub(1)) + within, value]
        });
        let validation = self.validations.iter().filter_map(|record| {
            let value = match kind {
                CurveKind::Loss => record.evaluation.loss,
                CurveKind::Accuracy => record.evaluation.top1,
                CurveKind::Rate | CurveKind::Throughput => return None,
            };
            Some([f64::from(record.epoch), value])
        });
        let is_number = |point: &[f64; 2]| point.iter().all(|part| part.is_finite());
        Series { training: training.filter(is_number).collect(), validation: validation.filter(is_number).collect() }
    }

    /// Takes in what the run told.
    pub(super) fn tell(&mut self, news: TrainNews) {
        match news {
            TrainNews::Data(overview) => self.overview = Some(overview),
            TrainNews::Estimate(estimate) => self.estimate = Some(estimate),
            TrainNews::Resumed { step } => self.forget_from(step),
            TrainNews::Phase { phase } => self.phase = Some(phase),
            TrainNews::Steps(record) => self.steps.push(record),
            TrainNews::Validated(record) => self.validations.push(record),
            TrainNews::Saved(record) => self.saved.push(record),
            TrainNews::WholeVideos(record) => self.whole_videos = Some(record),
            TrainNews::Note { message } => self.notes.push(message),
            TrainNews::EndedEarly { epoch } => self.ended_early = Some(epoch),
        }
    }

    /// A run that goes on from a step has not made those after it.
    fn forget_from(&mut self, step: u64) {
        self.steps.retain(|record| {
            u64::from(record.epoch.saturating_sub(1)).saturating_mul(record.steps_per_epoch).saturating_add(record.step)
                <= step
        });
        self.validations.retain(|record| record.step <= step);
        self.ended_early = None;
        self.whole_videos = None;
    }
}

/// At most `most` points, each the mean of its neighbours, then an exponential moving average with `weight` for what was
/// before, without the pull of its first value.
pub fn smoothed(points: &[[f64; 2]], weight: f32, most: usize) -> Vec<[f64; 2]> {
    let size = points.len().div_ceil(most.max(1)).max(1);
    let mean = |points: &[[f64; 2]]| {
        let count = points.len().max(1) as f64;
        let sum = points.iter().fold([0.0, 0.0], |sum, point| [sum[0] + point[0], sum[1] + point[1]]);
        [sum[0] / count, sum[1] / count]
    };
    let weight = f64::from(weight.clamp(0.0, 0.99));
    let (mut kept, mut share) = (0.0, 0.0);
    let smooth = |[x, y]: [f64; 2]| {
        kept = kept * weight + y * (1.0 - weight);
        share = share * weight + (1.0 - weight);
        [x, kept / share]
    };
    points.chunks(size).map(mean).map(smooth).collect()
}
