//! Features of all clips, for a classifier that learns alone.

use std::time::Instant;

use crossbeam_channel::Select;
use ks_domain::training::{Part, TrainNews};
use ks_model::ClipBatch;

use super::open::Open;
use super::{Doing, TrainRun, is_of};
use crate::hash::sha256_of_text;
use crate::meter::ProgressMeter;
use crate::training::{Batch, Fed, Request};
use crate::worker::feed::Feed;
use crate::worker::step::{Broken, Step};
use crate::{Event, Failure, Stage, Subject};

/// Clips whose features are computed at once.
const AT_ONCE: usize = 4;

/// The name of the file of a backbone's features.
pub(super) fn file_name(backbone: &str) -> String {
    sha256_of_text(backbone).chars().take(32).collect()
}

/// Requests in groups.
pub(super) fn batches(requests: Vec<Request>) -> impl Iterator<Item = Vec<Request>> + Send + 'static {
    let groups: Vec<Vec<Request>> = requests.chunks(AT_ONCE).map(<[Request]>::to_vec).collect();
    groups.into_iter()
}

impl Open {
    /// Features that are not there yet; empty where none are needed.
    pub(super) fn missing_features(&mut self) -> Vec<Request> {
        if self.features.is_none() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for sample in 0..u32::try_from(self.samples.len()).unwrap_or(u32::MAX) {
            if is_of(&self.samples, sample, Part::Train) {
                let views = u64::from(self.config.run.feature_views);
                all.extend((0..views).map(|epoch| Request::Varied { sample, epoch }));
            } else if is_of(&self.samples, sample, Part::Validation) {
                all.push(Request::Judged { sample });
            }
        }
        all.retain(|request| !self.claim_features(*request));
        all
    }

    /// Views that a request gives.
    fn views_of(&self, request: Request) -> u32 {
        match request {
            Request::Varied { .. } => 1,
            Request::Judged { .. } => self.config.evaluation_clips().views(),
        }
    }

    /// The features of a request's views; `None` unless all are there.
    pub(super) fn features_of(&self, request: Request) -> Option<Vec<&[f32]>> {
        let store = self.features.as_ref()?;
        (0..self.views_of(request)).map(|view| store.get(&self.key(request, view))).collect()
    }

    /// Says that the features of a request are used; false unless all are there.
    fn claim_features(&mut self, request: Request) -> bool {
        let keys: Vec<_> = (0..self.views_of(request)).map(|view| self.key(request, view)).collect();
        let Some(store) = &mut self.features else { return false };
        // All of them: those that are there stay, also where others are missing.
        keys.iter().filter(|key| store.claim(key)).count() == keys.len()
    }

    /// What a clip is known by: everything that decides its pixels.
    fn key(&self, request: Request, view: u32) -> [u8; 32] {
        let about = match request {
            Request::Varied { epoch, .. } => {
                let seed = self.config.data.seed;
                format!("varied {epoch} {seed} {:?} {:?}", self.config.clip, self.config.augmentation)
            }
            Request::Judged { .. } => format!("judged {:?} {:?}", self.config.clip, self.config.evaluation),
        };
        let clip = self.cutter.known(request.sample()).map(|known| known.identity).unwrap_or_default();
        let digits = sha256_of_text(&format!("{} {clip} {about} {view}", self.backbone_name));
        let byte =
            |place: usize| digits.get(place * 2..place * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        std::array::from_fn(|place| byte(place).unwrap_or_default())
    }

    /// Computes the features of a batch and keeps them.
    fn keep_features(&mut self, batch: Batch, told: &mut Vec<TrainNews>) -> Result<(), Broken> {
        let (mut requests, mut shape, mut pixels) = (Vec::new(), [0; 5], Vec::new());
        for clip in batch.clips {
            match clip.cut {
                Ok(cut) => {
                    let [views, time, height, width, channels] = cut.shape;
                    shape = [shape[0] + views, time, height, width, channels];
                    pixels.extend(cut.pixels);
                    requests.push(clip.request);
                }
                Err(failure) => self.lose(clip.request.sample(), &failure, told)?,
            }
        }
        if requests.is_empty() {
            return Ok(());
        }
        let normalization = self.config.clip.normalization;
        let backbone = self.backbone.as_mut().expect("a backbone should be there while features are missing");
        let rows = backbone.features(ClipBatch { pixels: &pixels, shape }, &normalization);
        let rows = rows
            .map_err(|error| Broken { failure: Failure::new(Subject::Device, error.to_string()), is_poisoned: true })?;
        let mut rows = rows.into_iter();
        for request in requests {
            for view in 0..self.views_of(request) {
                let key = self.key(request, view);
                if let (Some(row), Some(store)) = (rows.next(), &mut self.features) {
                    store.add(key, row);
                }
            }
        }
        Ok(())
    }

    /// The backbone is not needed any more.
    pub(super) fn forget_backbone(&mut self) {
        self.backbone = None;
    }
}

/// Features under way.
pub(super) struct FeatureWork {
    feed: Feed<Fed>,
    meter: ProgressMeter,
    done: u64,
}

impl FeatureWork {
    /// For so many requests, of which some are done already.
    pub(super) fn new(feed: Feed<Fed>, missing: u64, all: u64) -> Self {
        let done = all.saturating_sub(missing);
        let mut meter = ProgressMeter::new(Instant::now(), done);
        meter.set_total(Some(all));
        Self { feed, meter, done }
    }

    /// Wakes the compute thread when there are clips.
    pub(super) fn wake<'a>(&'a self, select: &mut Select<'a>) {
        self.feed.wake(select);
    }
}

impl TrainRun {
    /// Computes the features of one group.
    pub(super) fn compute_features(
        &mut self,
        mut work: Box<FeatureWork>,
        emit: &mut dyn FnMut(Event),
    ) -> Result<Step, Broken> {
        match work.feed.poll()? {
            None => {
                self.doing = Doing::Features(work);
                return Ok(Step::Waiting);
            }
            Some(Fed::Failed(failure)) => return Err(failure.into()),
            Some(Fed::Done) => return self.after_features(emit),
            Some(Fed::Batch(batch)) => {
                let began = Instant::now();
                let count = batch.clips.len() as u64;
                self.timing.decode_secs = batch.decode_time.as_secs_f64();
                let mut told = Vec::new();
                let kept = self.opened().keep_features(batch, &mut told);
                told.into_iter().for_each(|news| emit(self.news(news)));
                kept?;
                self.timing.compute_secs += began.elapsed().as_secs_f64();
                work.done += count;
                let now = Instant::now();
                work.meter.set_done(now, work.done);
                if let Some(progress) = work.meter.report(now) {
                    emit(Event::Progress { job: self.job, stage: Stage::Features, progress, bottleneck: None });
                }
            }
        }
        self.doing = Doing::Features(work);
        Ok(Step::Worked)
    }
}

impl Open {
    /// How many requests have features in the end.
    pub(super) fn all_features(&self) -> u64 {
        let views = u64::from(self.config.run.feature_views);
        self.plan.learnt().len() as u64 * views + self.judged().len() as u64
    }
}
