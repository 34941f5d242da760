//! The worker's kit in earnest: clips from `ks-media`, networks from `ks-model`.

use std::path::{Path, PathBuf};

use ks_domain::{ArchSpec, CancelToken, Capsule, Normalization};
use ks_model::verify;
use ks_model::weights::{formula_weights, read_about};
use ks_model::{ChosenDevice, ClipBatch, DeviceChoice, DeviceInfo, Recognizer};

use crate::convert::checkpoint_failure;
use crate::kit::{ClipSource, Kit, Network, VerifyNews, ViewSource};
use crate::sample_source::SampleFiles;
use crate::video_source::VideoSource;
use crate::{AnalysisSpec, Failure, ModelInfo, ModelSpec, Subject, TestSpec};

/// Videos from files, networks from checkpoints.
pub(crate) struct RealKit {
    cache_dir: Option<PathBuf>,
}

impl RealKit {
    /// Frame tables and what is learnt about a GPU are kept in `cache_dir`, or in the platform's own cache folder.
    pub(crate) fn new(cache_dir: Option<PathBuf>) -> Self {
        let cache_dir = cache_dir.or_else(crate::places::default_cache_dir);
        if let Some(folder) = &cache_dir {
            ks_model::keep_tuning_in(&folder.join("tuning"));
        }
        Self { cache_dir }
    }
}

impl Kit for RealKit {
    fn cache_dir(&self) -> Option<PathBuf> {
        self.cache_dir.clone()
    }

    fn devices(&self) -> Vec<DeviceInfo> {
        ks_model::enumerate_devices()
    }

    fn load(&self, spec: &ModelSpec) -> Result<(Box<dyn Network>, ModelInfo), Failure> {
        let device = choose(&spec.device)?;
        let recognizer = Recognizer::load(&spec.checkpoint, spec.arch.as_ref(), &device)
            .map_err(|error| checkpoint_failure(&spec.checkpoint, &error))?;
        let about = read_about(&spec.checkpoint).map_err(|error| checkpoint_failure(&spec.checkpoint, &error))?;
        let (network, info) = described(recognizer, &device);
        let labels = about.labels.filter(|labels| labels.len() == info.classes);
        let labels = labels.map(|labels| labels.names().to_vec()).unwrap_or_default();
        let analysis = about.capsule.as_ref().and_then(Capsule::analysis).map(Box::new);
        Ok((network, ModelInfo { labels, analysis, ..info }))
    }

    fn build(&self, arch: &ArchSpec, device: &DeviceChoice) -> Result<(Box<dyn Network>, ModelInfo), Failure> {
        let device = choose(device)?;
        Ok(described(Recognizer::from_weights(&formula_weights(arch, 0), &device), &device))
    }

    fn clips(&self, spec: &AnalysisSpec, first_window: u64, cancel: &CancelToken) -> Box<dyn ClipSource> {
        Box::new(VideoSource::new(spec, first_window, self.cache_dir.clone(), cancel.clone()))
    }

    fn views(&self, spec: &TestSpec, cancel: &CancelToken) -> Box<dyn ViewSource> {
        Box::new(SampleFiles::new(spec, self.cache_dir.clone(), cancel.clone()))
    }

    fn verify(
        &self,
        dir: &Path,
        device: &DeviceChoice,
        on_news: &mut dyn FnMut(VerifyNews<'_>),
    ) -> Result<(), Failure> {
        let device = choose(device)?;
        on_news(VerifyNews::Device(&device.info, &device.reason));
        verify::run(dir, &device, &mut |outcome| on_news(VerifyNews::Outcome(outcome)))
            .map_err(|error| Failure::new(Subject::Fixtures, error.to_string()))
    }
}

fn described(recognizer: Recognizer, device: &ChosenDevice) -> (Box<dyn Network>, ModelInfo) {
    let info = ModelInfo {
        architecture: recognizer.architecture(),
        classes: recognizer.classes(),
        device: device.info.clone(),
        reason: device.reason.clone(),
        labels: Vec::new(),
        analysis: None,
    };
    (Box::new(RealNetwork(recognizer)), info)
}

fn choose(choice: &DeviceChoice) -> Result<ChosenDevice, Failure> {
    ks_model::choose_device(choice).map_err(|error| Failure::new(Subject::Device, error.to_string()))
}

struct RealNetwork(Recognizer);

impl Network for RealNetwork {
    fn logits(
        &mut self,
        pixels: &[u8],
        shape: [usize; 5],
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, Failure> {
        self.0
            .logits(ClipBatch { pixels, shape }, normalization)
            .map_err(|error| Failure::new(Subject::Device, error.to_string()))
    }
}
