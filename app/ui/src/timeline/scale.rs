//! Between moments and places on screen, and which moments get a tick.

use std::ops::RangeInclusive;

use egui::{Rangef, lerp, remap_clamp};
use ks_domain::MediaTime;

use crate::state::ViewRange;

/// A stretch of time laid out over a stretch of screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeScale {
    pub range: ViewRange,
    pub x: Rangef,
}

impl TimeScale {
    pub(super) fn x_of_secs(&self, secs: f64) -> f32 {
        let share = (secs - self.range.start) / self.range.len();
        (f64::from(self.x.min) + share * f64::from(self.x.span())) as f32
    }

    pub(super) fn x_of(&self, time: MediaTime) -> f32 {
        self.x_of_secs(time.secs_f64())
    }

    pub(super) fn secs_at(&self, x: f32) -> f64 {
        let share = f64::from(x - self.x.min) / f64::from(self.x.span().max(1.0));
        lerp(self.range.start..=self.range.end, share)
    }

    pub(super) fn time_at(&self, x: f32) -> MediaTime {
        MediaTime::from_secs_f64(self.secs_at(x))
    }

    pub(super) fn pixels_per_sec(&self) -> f64 {
        f64::from(self.x.span()) / self.range.len()
    }

    pub(super) fn visible(&self) -> RangeInclusive<f64> {
        self.range.start..=self.range.end
    }
}

/// Distances of ticks in seconds; each divides the next.
const STEPS: [f64; 15] =
    [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 36000.0];

/// One tick of the ruler.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tick {
    pub secs: f64,
    /// How tall it is, 0 to 1.
    pub height: f32,
    /// How much of it is seen, 0 to 1.
    pub alpha: f32,
    /// How much of its label is seen, 0 to 1.
    pub label_alpha: f32,
    /// Whether the label needs a fraction of a second.
    pub is_fine: bool,
}

/// The ticks of a ruler: a coarse level with labels and a finer one, each fading in as zooming gives it room.
pub(super) fn ticks(scale: &TimeScale) -> Vec<Tick> {
    let per_sec = scale.pixels_per_sec();
    let spacing = |step: f64| (step * per_sec) as f32;
    // The finest level that is visible at all, and the two above it.
    let Some(finest) = STEPS.iter().position(|step| spacing(*step) > 5.0) else { return Vec::new() };
    let mut out = Vec::new();
    for level in finest..STEPS.len().min(finest + 4) {
        let Some(step) = STEPS.get(level).copied() else { break };
        let coarser = STEPS.get(level + 1).copied();
        let alpha = remap_clamp(spacing(step), 5.0..=16.0, 0.0..=1.0);
        let label_alpha = remap_clamp(spacing(step), 62.0..=70.0, 0.0..=1.0);
        let height = remap_clamp(spacing(step), 5.0..=84.0, 0.25..=1.0);
        let first = (scale.range.start / step).floor() as i64;
        let last = (scale.range.end / step).ceil() as i64;
        for number in first.max(0)..=last {
            let secs = number as f64 * step;
            let belongs_to_coarser = coarser.is_some_and(|coarser| {
                level + 1 < finest + 4 && ((secs / coarser) - (secs / coarser).round()).abs() < 1e-6
            });
            if !belongs_to_coarser {
                out.push(Tick { secs, height, alpha, label_alpha, is_fine: step < 1.0 });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(secs: f64, pixels: f32) -> TimeScale {
        TimeScale { range: ViewRange::all(secs), x: Rangef::new(100.0, 100.0 + pixels) }
    }

    #[test]
    fn places_and_moments_agree() {
        let scale = scale(60.0, 600.0);
        assert!((scale.x_of_secs(30.0) - 400.0).abs() < 1e-3);
        assert!((scale.secs_at(400.0) - 30.0).abs() < 1e-6);
    }

    #[test]
    fn an_hour_and_a_tenth_of_a_second_both_get_a_readable_ruler() {
        for secs in [0.1, 1.0, 7.0, 60.0, 600.0, 3600.0, 36_000.0] {
            for pixels in [200.0, 800.0, 2400.0] {
                let ticks = ticks(&scale(secs, pixels));
                let labels = ticks.iter().filter(|tick| tick.label_alpha > 0.5).count();
                assert!(ticks.len() < 600, "{secs} s over {pixels} px: {} ticks", ticks.len());
                assert!((1..=40).contains(&labels), "{secs} s over {pixels} px: {labels} labels");
            }
        }
    }

    #[test]
    fn no_moment_gets_two_ticks() {
        let mut at: Vec<i64> =
            ticks(&scale(600.0, 800.0)).iter().map(|tick| (tick.secs * 1000.0).round() as i64).collect();
        let count = at.len();
        at.sort_unstable();
        at.dedup();
        assert_eq!(at.len(), count);
    }
}
