//! Which samples every micro-batch of a training holds. Follows from the seed alone.

use std::sync::Arc;

use ks_domain::training::{NormPolicy, Part, Sampler, TrainConfig, Trained, TrainingSample};

use crate::training::Request;

/// The order of a whole training.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    sampler: Sampler,
    /// What the sampler's numbers stand for: samples that are learnt from.
    learnt: Arc<[u32]>,
    batch: usize,
    micro_batch: usize,
    /// Whether a clip must not be alone: the statistics of a single one say nothing.
    needs_company: bool,
    /// Steps of an epoch.
    pub(super) steps_per_epoch: u64,
    /// Steps of the training.
    pub(super) steps: u64,
}

impl Plan {
    /// The order for the samples that are learnt from; `micro_batch` clips go through the network at once.
    pub(super) fn new(samples: &[TrainingSample], config: &TrainConfig, micro_batch: u32) -> Self {
        let learnt: Arc<[u32]> =
            (0..).zip(samples).filter(|(_, sample)| sample.part == Part::Train).map(|(number, _)| number).collect();
        let labels =
            |number: &u32| samples.get(*number as usize).map(|sample| sample.labels.clone()).unwrap_or_default();
        let count = u32::try_from(learnt.len()).unwrap_or(u32::MAX);
        let sampler = if config.data.balanced_sampling {
            Sampler::balanced(&learnt.iter().map(labels).collect::<Vec<_>>(), config.data.seed)
        } else {
            Sampler::shuffled(count, config.data.seed)
        };
        let batch = config.data.batch.max(1);
        let steps_per_epoch = u64::from(count.div_ceil(batch)).max(1);
        Self {
            sampler,
            learnt,
            batch: batch as usize,
            micro_batch: micro_batch.max(1) as usize,
            needs_company: config.network.batch_norm == NormPolicy::Train && config.network.trained != Trained::Head,
            steps_per_epoch,
            steps: steps_per_epoch * u64::from(config.schedule.epochs),
        }
    }

    /// Samples that are learnt from.
    pub(super) fn learnt(&self) -> &[u32] {
        &self.learnt
    }

    /// The samples of an epoch, in order.
    pub(super) fn epoch(&self, epoch: u64) -> Vec<u32> {
        self.sampler.epoch(epoch).into_iter().filter_map(|place| self.learnt.get(place as usize).copied()).collect()
    }

    /// The samples of one step of an epoch, by micro-batch.
    pub(super) fn step(&self, order: &[u32], step: u64) -> Vec<Vec<u32>> {
        let place = usize::try_from(step % self.steps_per_epoch).unwrap_or(usize::MAX);
        let batch = order.chunks(self.batch).nth(place).unwrap_or_default();
        let mut parts: Vec<Vec<u32>> = batch.chunks(self.micro_batch).map(<[u32]>::to_vec).collect();
        if self.needs_company && self.micro_batch > 1 && parts.last().is_some_and(|last| last.len() == 1) {
            let alone = parts.pop().unwrap_or_default();
            match parts.last_mut() {
                Some(before) => before.extend(alone),
                // The only clip of the step: another one of the epoch is shown twice.
                None => parts.push(alone.into_iter().chain(order.first().copied()).collect()),
            }
        }
        parts
    }

    /// The requests of all micro-batches from a place on, to the end of the training.
    pub(super) fn requests_from(&self, step: u64, micro: u64) -> impl Iterator<Item = Vec<Request>> + Send + 'static {
        let plan = self.clone();
        let mut current = None;
        (step..plan.steps).flat_map(move |number| {
            let epoch = number / plan.steps_per_epoch;
            if current.as_ref().is_none_or(|(of, _)| *of != epoch) {
                current = Some((epoch, plan.epoch(epoch)));
            }
            let order = current.as_ref().map(|(_, order)| order.as_slice()).unwrap_or_default();
            let skipped = if number == step { usize::try_from(micro).unwrap_or(usize::MAX) } else { 0 };
            let varied = |sample: u32| Request::Varied { sample, epoch };
            let batches = plan.step(order, number).into_iter().skip(skipped);
            batches.map(|batch| batch.into_iter().map(varied).collect()).collect::<Vec<Vec<Request>>>()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(count: u32) -> Vec<TrainingSample> {
        let sample = |number: u32| TrainingSample {
            source: 0,
            span: None,
            labels: vec![number % 2],
            part: if number % 5 == 4 { Part::Validation } else { Part::Train },
        };
        (0..count).map(sample).collect()
    }

    #[test]
    fn a_training_that_goes_on_sees_what_it_would_have_seen() {
        let mut config = TrainConfig::default();
        config.data.batch = 7;
        config.schedule.epochs = 3;
        config.network.batch_norm = NormPolicy::Frozen;
        let plan = Plan::new(&samples(25), &config, 3);
        assert_eq!((plan.learnt().len(), plan.steps_per_epoch, plan.steps), (20, 3, 9));
        let all: Vec<Vec<Request>> = plan.requests_from(0, 0).collect();
        // Steps of 7, 7 and 6 clips, in micro-batches of 3.
        let sizes: Vec<usize> = all.iter().take(8).map(Vec::len).collect();
        assert_eq!(sizes, [3, 3, 1, 3, 3, 1, 3, 3]);
        let rest: Vec<Vec<Request>> = plan.requests_from(4, 2).collect();
        assert_eq!(rest, all[8 + 3 + 2..]);
        assert!(all.iter().flatten().all(|request| request.sample() % 5 != 4));
    }

    #[test]
    fn no_clip_is_alone_where_its_statistics_would_be_all() {
        let mut config = TrainConfig::default();
        config.data.batch = 7;
        config.network.batch_norm = NormPolicy::Train;
        config.network.trained = Trained::All;
        let plan = Plan::new(&samples(25), &config, 3);
        let sizes: Vec<usize> = plan.requests_from(0, 0).take(6).map(|batch| batch.len()).collect();
        assert_eq!(sizes, [3, 4, 3, 4, 3, 3]);
        // Fifteen samples in steps of seven leave one.
        let plan = Plan::new(&samples(19), &config, 7);
        let sizes: Vec<usize> = plan.requests_from(0, 0).take(3).map(|batch| batch.len()).collect();
        assert_eq!(sizes, [7, 7, 2]);
    }
}
