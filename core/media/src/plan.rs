//! Which windows a video is cut into, and which frames each looks at.

use ks_domain::AnalysisSettings;

/// The sliding windows over a video with a known number of frames.
///
/// Windows start at frame 0, `stride`, `2 · stride`… as long as the whole window fits. If frames are left at the end,
/// one more window ends with the last frame. A video shorter than one window gives one window that starts over
/// from frame 0 when the video ends (`index mod frames`, as mmaction2's `loop` does).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowPlan {
    frames: u32,
    clip_len: u32,
    interval: u32,
    span: u32,
    starts: Vec<u32>,
}

impl WindowPlan {
    /// The plan for a video of `frames` frames.
    pub fn new(frames: u32, settings: &AnalysisSettings) -> Self {
        let span = settings.window_span();
        let mut starts = vec![0];
        if let Some(last) = frames.checked_sub(span) {
            let stride = usize::try_from(settings.stride.max(1)).unwrap_or(usize::MAX);
            starts = (0..=last).step_by(stride).collect();
            if starts.last().is_some_and(|start| *start < last) {
                starts.push(last);
            }
        }
        Self { frames, clip_len: settings.clip_len, interval: settings.frame_interval, span, starts }
    }

    /// Number of windows; 0 only for a video without frames.
    pub fn len(&self) -> u32 {
        if self.frames == 0 { 0 } else { u32::try_from(self.starts.len()).unwrap_or(u32::MAX) }
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// First frame of a window and the frame after its last; `None` past the last window.
    pub fn frames_of(&self, window: u32) -> Option<(u32, u32)> {
        let start = self.start(window)?;
        Some((start, start.saturating_add(self.span).min(self.frames)))
    }

    /// The frames that a window looks at, in the order in which the network gets them.
    pub fn indices(&self, window: u32) -> Vec<u32> {
        let Some(start) = self.start(window) else { return Vec::new() };
        (0..self.clip_len).map(|t| start.saturating_add(t * self.interval) % self.frames).collect()
    }

    /// Whether any window from `window` on looks at a frame.
    pub(crate) fn needs(&self, frame: u32, from_window: u32) -> bool {
        let mut window = from_window;
        while let Some((start, end)) = self.frames_of(window) {
            if start > frame {
                return false;
            }
            let is_looped = end - start < self.span;
            if frame < end && ((frame - start).is_multiple_of(self.interval) || is_looped) {
                return true;
            }
            window += 1;
        }
        false
    }

    fn start(&self, window: u32) -> Option<u32> {
        self.starts.get(window as usize).copied().filter(|_| self.frames > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(clip_len: u32, frame_interval: u32, stride: u32) -> AnalysisSettings {
        AnalysisSettings { clip_len, frame_interval, stride, ..AnalysisSettings::default() }
    }

    fn windows(frames: u32, settings: &AnalysisSettings) -> Vec<(u32, u32)> {
        let plan = WindowPlan::new(frames, settings);
        (0..plan.len()).filter_map(|window| plan.frames_of(window)).collect()
    }

    #[test]
    fn windows_step_by_the_stride_and_the_last_one_ends_with_the_video() {
        assert_eq!(windows(20, &settings(4, 2, 5)), [(0, 7), (5, 12), (10, 17), (13, 20)]);
        assert_eq!(windows(17, &settings(4, 2, 5)), [(0, 7), (5, 12), (10, 17)]);
        assert_eq!(windows(7, &settings(4, 2, 5)), [(0, 7)]);
    }

    #[test]
    fn a_short_video_starts_over_within_its_one_window() {
        let plan = WindowPlan::new(5, &settings(4, 2, 5));
        assert_eq!((plan.len(), plan.frames_of(0)), (1, Some((0, 5))));
        assert_eq!(plan.indices(0), [0, 2, 4, 1]);
        assert!(plan.needs(1, 0) && plan.needs(4, 0));
        assert!(WindowPlan::new(0, &settings(4, 2, 5)).is_empty());
    }

    #[test]
    fn only_frames_that_a_later_window_looks_at_are_needed() {
        let plan = WindowPlan::new(20, &settings(4, 2, 5));
        for frame in 0..20 {
            for from in 0..plan.len() {
                let looked_at = (from..plan.len()).any(|window| plan.indices(window).contains(&frame));
                assert_eq!(plan.needs(frame, from), looked_at, "frame {frame} from window {from}");
            }
        }
    }
}
