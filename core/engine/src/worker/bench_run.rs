//! Timing a network by itself: the same clips over and over, nothing decoded.

use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::Normalization;

use super::models::Models;
use super::step::{Broken, Step, Stepwise};
use crate::kit::{Kit, Network};
use crate::{BenchSpec, Event, Failure, JobId, Subject};

/// One benchmark under way. A pass is all views of one video.
pub(crate) struct BenchRun {
    job: JobId,
    spec: BenchSpec,
    began: Instant,
    network: Option<Box<dyn Network>>,
    pixels: Vec<u8>,
    passes: u32,
}

impl BenchRun {
    pub(crate) fn new(job: JobId, spec: BenchSpec) -> Self {
        Self { job, spec, began: Instant::now(), network: None, pixels: Vec::new(), passes: 0 }
    }

    /// One video's views through the network, as many at once as was asked for. Results are read back, so that a device
    /// that works behind our back is waited for.
    fn pass(&mut self) -> Result<f64, Broken> {
        let network = self.network.as_mut().expect("the network should be made by the first step");
        let [_, time, height, width, channels] = self.spec.shape();
        let began = Instant::now();
        let mut views = self.spec.views;
        while views > 0 {
            let batch = views.min(self.spec.batch);
            let bytes = batch * time * height * width * channels;
            let pixels = self.pixels.get(..bytes).unwrap_or_default();
            let logits = network.logits(pixels, [batch, time, height, width, channels], &Normalization::IMAGENET);
            let logits = logits.map_err(|failure| Broken { failure, is_poisoned: true })?;
            if logits.iter().flatten().any(|logit| !logit.is_finite()) {
                let summary = "the device computed nonsense; check it with kinetoscope verify".to_owned();
                return Err(Failure::new(Subject::Device, summary).into());
            }
            views -= batch;
        }
        Ok(began.elapsed().as_secs_f64())
    }
}

impl Stepwise for BenchRun {
    fn step(&mut self, kit: &dyn Kit, models: &mut Models, emit: &mut dyn FnMut(Event)) -> Result<Step, Broken> {
        let job = self.job;
        if self.network.is_none() {
            // The kept network would take memory that belongs to this one.
            models.clear();
            let (network, model) = kit.build(&self.spec.arch, &self.spec.device)?;
            self.network = Some(network);
            // Bytes without a pattern, the same for everybody.
            let noise = |index: usize| (index.wrapping_mul(0x9E37_79B9) >> 13) as u8;
            self.pixels = (0..self.spec.shape().iter().product()).map(noise).collect();
            emit(Event::ModelReady { job, model });
            return Ok(Step::Worked);
        }
        let is_warm_up = self.passes < self.spec.warm_up;
        let secs = self.pass()?;
        self.passes += 1;
        emit(Event::Timed { job, secs, is_warm_up });
        if self.passes < self.spec.warm_up + self.spec.repeats {
            return Ok(Step::Worked);
        }
        let total_secs = self.began.elapsed().as_secs_f64();
        Ok(Step::Done(crate::Timing { total_secs, ..crate::Timing::default() }))
    }

    fn wake<'a>(&'a self, _: &mut Select<'a>) {
        // It never waits.
    }
}
