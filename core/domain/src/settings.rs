//! How a video is cut into clips for the network, and what may be asked for.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Per-channel normalisation of RGB bytes: `(x - mean) / std`, channels in RGB order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normalization {
    /// Subtracted, in byte units.
    pub mean: [f32; 3],
    /// Divided by, in byte units.
    pub std: [f32; 3],
}

impl Normalization {
    /// ImageNet statistics, as mmaction2 uses them for networks pretrained on IG-65M.
    pub const IMAGENET: Self = Self { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
    /// Kinetics statistics, as mmaction2 uses them for networks trained from scratch or pretrained on Sports-1M.
    pub const KINETICS: Self =
        Self { mean: [110.2008, 100.639_83, 95.994_75], std: [58.147_65, 56.469_75, 55.332_195] };

    /// The value of a byte in a channel, 0 for red; in single precision, as the original works it out. 0 for a channel
    /// that there is not.
    pub fn value(&self, channel: usize, byte: u8) -> f32 {
        match (self.mean.get(channel), self.std.get(channel)) {
            (Some(mean), Some(std)) => (f32::from(byte) - mean) / std,
            _ => 0.0,
        }
    }
}

/// Which squares of the resized picture are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CropMode {
    /// The centre square.
    Center,
    /// Left, right and middle (top, bottom, middle for upright video), averaged.
    Three,
}

/// How a whole video is analysed with a sliding window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSettings {
    /// Frames that the network sees at once.
    pub clip_len: u32,
    /// Distance of two of those frames, in frames of the video.
    pub frame_interval: u32,
    /// Distance of the starts of two windows, in frames of the video.
    pub stride: u32,
    /// Length of the resized picture's shorter side, in pixels.
    pub short_side: u32,
    /// Side of the square that is cut out, in pixels.
    pub crop_size: u32,
    /// Which squares are cut out.
    pub crop: CropMode,
    /// Normalisation of the pixels.
    pub normalization: Normalization,
}

impl Default for AnalysisSettings {
    /// The settings of the CSN configs: 32 frames at an interval of 2, short side 256, centre 224.
    fn default() -> Self {
        Self {
            clip_len: 32,
            frame_interval: 2,
            stride: 32,
            short_side: 256,
            crop_size: 224,
            crop: CropMode::Center,
            normalization: Normalization::IMAGENET,
        }
    }
}

impl AnalysisSettings {
    /// Frames of the video from the first to the last one that a window looks at: `(clip_len - 1) · interval + 1`.
    pub fn window_span(&self) -> u32 {
        self.clip_len.saturating_sub(1).saturating_mul(self.frame_interval).saturating_add(1)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// All issues at once.
    pub fn validate(self) -> Result<Valid<Self>, Vec<Issue>> {
        let mut issues = Vec::new();
        let mut check = |ok: bool, field: &str, message: &str| {
            if !ok {
                issues.push(Issue { field: field.to_owned(), message: message.to_owned() });
            }
        };
        check((1..=512).contains(&self.clip_len), "clip_len", "clip length must be 1 to 512 frames");
        check((1..=256).contains(&self.frame_interval), "frame_interval", "frame interval must be 1 to 256 frames");
        check((1..=100_000).contains(&self.stride), "stride", "stride must be 1 to 100000 frames");
        check((16..=2048).contains(&self.short_side), "short_side", "short side must be 16 to 2048 pixels");
        check((16..=2048).contains(&self.crop_size), "crop_size", "crop size must be 16 to 2048 pixels");
        check(self.crop_size <= self.short_side, "crop_size", "the crop must not be larger than the short side");
        check(
            self.crop != CropMode::Three || self.crop_size == self.short_side,
            "crop",
            "three crops need a crop size equal to the short side",
        );
        let Normalization { mean, std } = self.normalization;
        check(
            mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0),
            "normalization",
            "normalisation needs finite means and positive deviations",
        );
        if issues.is_empty() { Ok(Valid(self)) } else { Err(issues) }
    }
}

/// What is wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The setting's name in a file.
    pub field: String,
    /// A sentence for the user.
    pub message: String,
}

/// Settings that were checked. Only `validate` makes one, and the engine takes nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Valid<T>(T);

/// Settings from a file or another process are checked again.
impl<'de> Deserialize<'de> for Valid<AnalysisSettings> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let settings = AnalysisSettings::deserialize(deserializer)?;
        settings.validate().map_err(|issues| {
            let messages: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
            de::Error::custom(messages.join("; "))
        })
    }
}

impl<T> Valid<T> {
    /// Wraps what a `validate` of this crate found no issue with.
    pub(crate) fn checked(value: T) -> Self {
        Self(value)
    }

    /// The settings, free to be changed and checked again.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_span_63_frames() {
        let valid = AnalysisSettings::default().validate().expect("should be valid");
        assert_eq!(valid.window_span(), 63);
    }

    #[test]
    fn all_issues_are_named_at_once() {
        let bad = AnalysisSettings { clip_len: 0, stride: 0, crop_size: 300, ..AnalysisSettings::default() };
        let issues = bad.validate().expect_err("should be refused");
        let fields: Vec<&str> = issues.iter().map(|issue| issue.field.as_str()).collect();
        assert_eq!(fields, ["clip_len", "stride", "crop_size"]);
    }
}
