//! What a checkpoint of ours says about itself, so that opening it anywhere needs nothing else.
//!
//! Plain data with its rules. How it lies in a file is `ks-model`'s matter.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AnalysisSettings, ArchSpec, Issue, LabelSet, Normalization, Valid};

/// Everything about a checkpoint but its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capsule {
    /// Of this description; [`Capsule::VERSION`] is what this program writes, and the newest that it reads.
    pub version: u32,
    /// The network.
    pub architecture: ArchSpec,
    /// Names of the classes in index order; empty if they are not known.
    #[serde(default)]
    pub classes: Vec<CapsuleClass>,
    /// Normalisation of the pixels, if it is known.
    #[serde(default)]
    pub normalization: Option<Normalization>,
    /// How clips are cut for the network, if that is known.
    #[serde(default)]
    pub clip: Option<CapsuleClip>,
    /// From which score on an action is believed.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// What was measured.
    #[serde(default)]
    pub metrics: Vec<CapsuleMetric>,
    /// What it was made from.
    #[serde(default)]
    pub origin: Origin,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapsuleClass {
    /// Its name.
    pub name: String,
    /// Its colour on the timeline, if one was chosen: red, green, blue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<[u8; 3]>,
}

/// The clips that a network was trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapsuleClip {
    /// Frames.
    pub clip_len: u32,
    /// Distance of two frames, in frames of the video.
    pub frame_interval: u32,
    /// Length of the resized picture's shorter side, in pixels, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_side: Option<u32>,
    /// Side of the square that the network sees, in pixels, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop_size: Option<u32>,
}

/// From which score on an action is believed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// For classes without one of their own.
    #[serde(default)]
    pub all: Option<f32>,
    /// By the name of the class.
    #[serde(default)]
    pub by_class: BTreeMap<String, f32>,
}

/// Something measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapsuleMetric {
    /// Its name, such as `top1_acc`.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// On which data and how: `Kinetics-400 validation, 10 clips × 3 crops`.
    pub protocol: String,
}

/// What a checkpoint was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Hash of the training data's list.
    #[serde(default)]
    pub data_sha256: Option<String>,
    /// Hash of the split into training and validation.
    #[serde(default)]
    pub split_sha256: Option<String>,
    /// The random seed of the training.
    #[serde(default)]
    pub seed: Option<u64>,
    /// The device it was trained on.
    #[serde(default)]
    pub device: Option<String>,
    /// Name of the file it was made from.
    #[serde(default)]
    pub parent: Option<String>,
    /// Hash of that file.
    #[serde(default)]
    pub parent_sha256: Option<String>,
    /// Under which licence the weights are, or what is known of it.
    #[serde(default)]
    pub licence: Option<String>,
}

impl Capsule {
    /// The version that this program writes.
    pub const VERSION: u32 = 1;

    /// A description that says nothing but which network it is.
    pub fn new(architecture: ArchSpec) -> Self {
        Self {
            version: Self::VERSION,
            architecture,
            classes: Vec::new(),
            normalization: None,
            clip: None,
            thresholds: Thresholds::default(),
            metrics: Vec::new(),
            origin: Origin::default(),
        }
    }

    /// The same with names of classes.
    #[must_use]
    pub fn with_labels(self, labels: &LabelSet) -> Self {
        let class = |name: &String| CapsuleClass { name: name.clone(), color: None };
        Self { classes: labels.names().iter().map(class).collect(), ..self }
    }

    /// The names of the classes, if it has them and they are usable.
    pub fn labels(&self) -> Option<LabelSet> {
        LabelSet::new(self.classes.iter().map(|class| class.name.clone()).collect()).ok()
    }

    /// How a whole video is analysed with it: as it was trained, windows half over each other. `None` if it does not say how
    /// its clips are cut, or what it says cannot be.
    pub fn analysis(&self) -> Option<AnalysisSettings> {
        let plain = AnalysisSettings::default();
        let clip = self.clip?;
        let settings = AnalysisSettings {
            clip_len: clip.clip_len,
            frame_interval: clip.frame_interval,
            stride: (clip.clip_len.saturating_mul(clip.frame_interval) / 2).max(1),
            short_side: clip.short_side.unwrap_or(plain.short_side),
            crop_size: clip.crop_size.unwrap_or(plain.crop_size),
            normalization: self.normalization.unwrap_or(plain.normalization),
            ..plain
        };
        settings.validate().ok().map(Valid::into_inner)
    }

    /// Everything in it that contradicts itself.
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut check = |ok: bool, field: &str, message: String| {
            if !ok {
                issues.push(Issue { field: field.to_owned(), message });
            }
        };
        let (names, classes) = (self.classes.len(), self.architecture.classes);
        check(names == 0 || names == classes, "classes", format!("there are {names} names for {classes} classes"));
        if names > 0 {
            let labels = LabelSet::new(self.classes.iter().map(|class| class.name.clone()).collect());
            let message = labels.as_ref().err().map(ToString::to_string).unwrap_or_default();
            check(labels.is_ok(), "classes", message);
        }
        if let Some(Normalization { mean, std }) = self.normalization {
            let ok = mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0);
            check(ok, "normalization", "normalisation needs finite means and positive deviations".to_owned());
        }
        if let Some(clip) = self.clip {
            let ok = (1..=512).contains(&clip.clip_len) && (1..=256).contains(&clip.frame_interval);
            check(ok, "clip", "a clip is 1 to 512 frames, 1 to 256 frames apart".to_owned());
        }
        let thresholds = self.thresholds.all.iter().chain(self.thresholds.by_class.values());
        let ok = thresholds.into_iter().all(|threshold| (0.0..=1.0).contains(threshold));
        check(ok, "thresholds", "thresholds must be 0 to 1".to_owned());
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BottleneckMode;

    #[test]
    fn what_contradicts_itself_is_named_all_at_once() {
        let mut capsule = Capsule::new(ArchSpec::new(BottleneckMode::Ir, 3));
        assert_eq!(capsule.issues(), []);
        capsule = capsule.with_labels(&LabelSet::parse("a\nb").expect("should be two names"));
        capsule.clip = Some(CapsuleClip { clip_len: 0, frame_interval: 2, short_side: None, crop_size: None });
        assert_eq!(capsule.analysis(), None);
        capsule.thresholds.by_class.insert("a".to_owned(), 1.5);
        let issues = capsule.issues();
        let fields: Vec<&str> = issues.iter().map(|issue| issue.field.as_str()).collect();
        assert_eq!(fields, ["classes", "clip", "thresholds"]);
    }
}
