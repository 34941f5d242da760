//! The part of a video that the timeline shows: zooming and panning in seconds.

/// A stretch of a video in seconds, always inside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ViewRange {
    /// Left edge.
    pub start: f64,
    /// Right edge.
    pub end: f64,
    /// Length of the video.
    pub total: f64,
}

impl Default for ViewRange {
    fn default() -> Self {
        Self { start: 0.0, end: 1.0, total: 1.0 }
    }
}

impl ViewRange {
    /// The shortest stretch that can be shown, in seconds: a few frames.
    pub const SHORTEST: f64 = 0.1;

    /// All of a video.
    pub fn all(total: f64) -> Self {
        let total = if total.is_finite() && total > 0.0 { total } else { 1.0 };
        Self { start: 0.0, end: total, total }
    }

    /// How many seconds are shown.
    pub fn len(&self) -> f64 {
        self.end - self.start
    }

    /// Whether all of the video is shown.
    pub fn is_all(&self) -> bool {
        self.start <= 0.0 && self.end >= self.total
    }

    /// Takes another length of the video. All stays all, a part stays where it is.
    #[must_use]
    pub fn with_total(self, total: f64) -> Self {
        if self.is_all() { Self::all(total) } else { Self { total: Self::all(total).total, ..self }.moved_inside() }
    }

    /// Shows `factor` times less (more if below 1), and keeps the moment `around` at its place.
    #[must_use]
    pub fn zoomed(self, factor: f64, around: f64) -> Self {
        if !(factor.is_finite() && factor > 0.0) {
            return self;
        }
        let shortest = Self::SHORTEST.min(self.total);
        let len = (self.len() / factor).clamp(shortest, self.total);
        let share = ((around - self.start) / self.len()).clamp(0.0, 1.0);
        let start = around - share * len;
        Self { start, end: start + len, ..self }.moved_inside()
    }

    /// Moves by seconds, as far as the video goes.
    #[must_use]
    pub fn panned(self, secs: f64) -> Self {
        if !secs.is_finite() {
            return self;
        }
        Self { start: self.start + secs, end: self.end + secs, ..self }.moved_inside()
    }

    /// Moves just enough to show a moment; follows a playhead page by page.
    #[must_use]
    pub fn following(self, secs: f64) -> Self {
        if secs < self.start || secs > self.end {
            let start = secs - self.len() * 0.05;
            Self { start, end: start + self.len(), ..self }.moved_inside()
        } else {
            self
        }
    }

    fn moved_inside(self) -> Self {
        let len = self.len().min(self.total);
        let start = self.start.clamp(0.0, self.total - len);
        Self { start, end: start + len, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn zooming_keeps_the_moment_under_the_pointer() {
        let range = ViewRange::all(100.0).zoomed(4.0, 20.0);
        assert!(close(range.len(), 25.0));
        assert!(close((20.0 - range.start) / range.len(), 0.2));
        assert!(range.zoomed(0.001, 20.0).is_all());
        assert!(close(range.zoomed(1e9, 20.0).len(), ViewRange::SHORTEST));
    }

    #[test]
    fn the_range_never_leaves_the_video() {
        let range = ViewRange::all(100.0).zoomed(10.0, 0.0);
        assert!(close(range.panned(-50.0).start, 0.0));
        assert!(close(range.panned(500.0).end, 100.0));
        assert!(close(range.with_total(5.0).end, 5.0));
        assert!(ViewRange::all(0.0).len() > 0.0);
    }

    #[test]
    fn a_playhead_that_leaves_is_followed() {
        let range = ViewRange::all(100.0).zoomed(10.0, 0.0);
        assert_eq!(range.following(5.0), range);
        let moved = range.following(11.0);
        assert!(moved.start < 11.0 && moved.end > 20.0);
    }
}
