//! The network that is loaded. One at a time: a large one fills a GPU.

use std::time::SystemTime;

use crate::kit::{Kit, Network};
use crate::{Failure, ModelInfo, ModelSpec};

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

    /// The network, if `spec` is still the one that is kept.
    pub(crate) fn network(&mut self, spec: &ModelSpec) -> Option<&mut dyn Network> {
        let kept = self.kept.as_mut().filter(|kept| kept.spec == *spec)?;
        Some(kept.network.as_mut())
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
