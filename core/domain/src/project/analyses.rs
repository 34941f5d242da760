//! What networks said about the videos of a project, and how it is looked at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{AnalysisId, VideoId};
use crate::{AnalysisSettings, MediaTime, SegmentRule, WindowScores};

/// The network that an analysis used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedModel {
    /// The name of the checkpoint's file.
    pub checkpoint: String,
    /// The start of its hash; may be empty.
    pub hash: String,
    /// Its class names in index order.
    pub class_names: Vec<String>,
}

/// One analysis of one video. Never edited: analysing again makes another one.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisRecord {
    /// Which one.
    pub id: AnalysisId,
    /// Its video.
    pub video: VideoId,
    /// The network.
    pub model: UsedModel,
    /// How the video was cut into clips.
    pub settings: AnalysisSettings,
    /// When it was begun: milliseconds since 1970, UTC.
    pub unix_millis: u64,
    /// Whether all windows are there.
    pub is_complete: bool,
    /// The raw scores, in order of time.
    pub windows: Vec<WindowScores>,
}

/// From which probability on a stretch counts, for all classes and for single ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewRules {
    /// Lowest probability that counts, 0 to 1, where a class has none of its own.
    pub threshold: f32,
    /// Thresholds of single classes, by name.
    pub class_thresholds: BTreeMap<String, f32>,
    /// Windows on each side that a probability is averaged with.
    pub smoothing: usize,
    /// Shorter segments are dropped.
    pub min_length: MediaTime,
}

impl Default for ViewRules {
    fn default() -> Self {
        let SegmentRule { threshold, smoothing, min_length } = SegmentRule::default();
        Self { threshold, class_thresholds: BTreeMap::new(), smoothing, min_length }
    }
}

impl ViewRules {
    /// The rule for a class.
    pub fn rule_for(&self, class: &str) -> SegmentRule {
        let threshold = self.class_thresholds.get(class).copied().unwrap_or(self.threshold);
        SegmentRule { threshold, smoothing: self.smoothing, min_length: self.min_length }
    }
}
