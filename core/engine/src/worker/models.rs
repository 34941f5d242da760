//! The network that is loaded. One at a time: a large one fills a GPU.

use std::time::SystemTime;

use ks_domain::Normalization;

use super::step::Broken;
use crate::kit::{Kit, Network};
use crate::{Failure, ModelInfo, ModelSpec, Subject};

/// Keeps the last network, because the next job most likely wants the same.
#[derive(Default)]
pub(crate) struct Models {
    kept: Option<Kept>,
}

struct Kept {
    spec: ModelSpec,
    stamp: Option<(u64, SystemTime)>,
    network: Box<dyn Network>,
    info: ModelInfo,
}

impl Models {
    /// Loads the network unless it is the one that is kept.
    pub(crate) fn ensure(&mut self, kit: &dyn Kit, spec: &ModelSpec) -> Result<ModelInfo, Failure> {
        let stamp = stamp(spec);
        if let Some(kept) = self.kept.as_ref().filter(|kept| kept.spec == *spec && kept.stamp == stamp) {
            return Ok(kept.info.clone());
        }
        // Before the next one is made, not after.
        self.clear();
        let (network, info) = kit.load(spec)?;
        tracing::info!(
            architecture = info.architecture,
            device = info.device.name,
            backend = info.device.backend,
            reason = info.reason,
            "network loaded"
        );
        self.kept = Some(Kept { spec: spec.clone(), stamp, network, info: info.clone() });
        Ok(info)
    }

    /// Logits of every clip of `pixels`, RGB bytes `[clips, time, height, width, 3]`.
    pub(crate) fn logits(
        &mut self,
        kit: &dyn Kit,
        spec: &ModelSpec,
        pixels: &[u8],
        shape: [usize; 5],
        normalization: &Normalization,
    ) -> Result<Vec<Vec<f32>>, Broken> {
        // Another job may have loaded another network between two steps. A file that was replaced since is not looked at:
        // a job ends with the network that it began with.
        if self.kept.as_ref().is_none_or(|kept| kept.spec != *spec) {
            self.ensure(kit, spec)?;
        }
        let kept = self.kept.as_mut().expect("the network should be kept after it was ensured");
        let logits = kept.network.logits(pixels, shape, normalization);
        let logits = logits.map_err(|failure| Broken { failure, is_poisoned: true })?;
        if logits.len() != shape[0] {
            let details = format!("{} results for {} clips", logits.len(), shape[0]);
            let summary = "the network gave a wrong number of results; please report this".to_owned();
            return Err(Failure { subject: Subject::Engine, summary, details }.into());
        }
        Ok(logits)
    }

    pub(crate) fn clear(&mut self) {
        self.kept = None;
    }
}

/// Length and time of the checkpoint, which tell a replaced file from the one that was loaded.
fn stamp(spec: &ModelSpec) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(&spec.checkpoint).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}
