//! One lane: the probability of a class as a curve, and its segments as bars over it.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Painter, Rect, Shape, Stroke, pos2};
use ks_domain::{MediaTime, Segment, WindowScores};

use super::scale::TimeScale;
use crate::state::{Analysis, Lane};
use crate::theme::Tokens;

/// Height of a lane.
pub(super) const LANE: f32 = 28.0;

/// How thick a bar is.
const BAR: f32 = 10.0;

pub(super) struct LaneLook<'a> {
    pub tokens: &'a Tokens,
    pub hue: Color32,
    pub threshold: f32,
}

/// Draws a lane into `rect`, which is as wide as the scale.
pub(super) fn paint(
    painter: &Painter,
    rect: Rect,
    scale: &TimeScale,
    lane: &Lane,
    analysis: &Analysis,
    look: &LaneLook<'_>,
) {
    let curve = curve(rect, scale, lane.class, analysis, look.hue.gamma_multiply(0.34));
    painter.add(Shape::mesh(curve));
    let y = rect.bottom() - rect.height() * look.threshold;
    painter.hline(rect.x_range(), y, Stroke::new(1.0, look.tokens.border_strong.gamma_multiply(0.6)));
    for (left, right) in bars(scale, &lane.segments) {
        let bar = Rect::from_x_y_ranges(left..=right, rect.center().y - BAR / 2.0..=rect.center().y + BAR / 2.0);
        painter.rect_filled(bar, 2.0, look.hue);
    }
}

/// Left and right edges of the visible bars; what is closer together than a pixel becomes one.
fn bars(scale: &TimeScale, segments: &[Segment]) -> Vec<(f32, f32)> {
    let visible = scale.visible();
    let first = segments.partition_point(|segment| segment.end.secs_f64() < *visible.start());
    let mut out: Vec<(f32, f32)> = Vec::new();
    for segment in segments.get(first..).unwrap_or_default() {
        if segment.start.secs_f64() > *visible.end() {
            break;
        }
        let left = scale.x_of(segment.start).max(scale.x.min - 4.0);
        let right = scale.x_of(segment.end).min(scale.x.max + 4.0).max(left + 2.0);
        match out.last_mut() {
            Some((_, end)) if left - *end < 1.0 => *end = end.max(right),
            _ => out.push((left, right)),
        }
    }
    out
}

/// The probability over time as a filled area. Windows that share a pixel are drawn as the highest of them.
fn curve(rect: Rect, scale: &TimeScale, class: usize, analysis: &Analysis, color: Color32) -> Mesh {
    let visible = scale.visible();
    let spans = analysis.lanes.spans();
    let first = spans.partition_point(|(_, end)| end.secs_f64() < *visible.start());
    let mut mesh = Mesh::default();
    let mut pending: Option<(f32, f32, f32)> = None;
    let windows = analysis.windows.get(first..).unwrap_or_default();
    for ((start, end), window) in spans.get(first..).unwrap_or_default().iter().zip(windows) {
        if start.secs_f64() > *visible.end() {
            break;
        }
        let score = window.scores.get(class).copied().unwrap_or(0.0).clamp(0.0, 1.0);
        let left = scale.x_of(*start).max(scale.x.min);
        let right = scale.x_of(*end).min(scale.x.max);
        pending = match pending {
            Some((from, to, height)) if right - from < 1.0 => Some((from, right.max(to), height.max(score))),
            Some(done) => {
                column(&mut mesh, rect, done, color);
                Some((left, right, score))
            }
            None => Some((left, right, score)),
        };
    }
    if let Some(done) = pending {
        column(&mut mesh, rect, done, color);
    }
    mesh
}

fn column(mesh: &mut Mesh, rect: Rect, (left, right, height): (f32, f32, f32), color: Color32) {
    let top = rect.bottom() - rect.height() * height;
    let base = mesh.vertices.len() as u32;
    for pos in [pos2(left, top), pos2(right, top), pos2(right, rect.bottom()), pos2(left, rect.bottom())] {
        mesh.vertices.push(Vertex { pos, uv: WHITE_UV, color });
    }
    mesh.indices.extend([base, base + 1, base + 2, base, base + 2, base + 3]);
}

/// The segment of a lane at a moment.
pub(super) fn segment_at(lane: &Lane, time: MediaTime) -> Option<&Segment> {
    let after = lane.segments.partition_point(|segment| segment.start <= time);
    lane.segments.get(after.checked_sub(1)?).filter(|segment| time < segment.end)
}

/// The probability of a class at a moment.
pub(super) fn score_at(analysis: &Analysis, class: usize, time: MediaTime) -> Option<f32> {
    analysis.window_at(time).and_then(|window: &WindowScores| window.scores.get(class).copied())
}

#[cfg(test)]
mod tests {
    use egui::Rangef;

    use super::*;
    use crate::state::ViewRange;

    fn segment(start: f64, end: f64) -> Segment {
        Segment { class: 0, start: MediaTime::from_secs_f64(start), end: MediaTime::from_secs_f64(end), peak: 0.9 }
    }

    #[test]
    fn ten_thousand_segments_become_no_more_bars_than_pixels() {
        let segments: Vec<Segment> =
            (0..10_000).map(|i| segment(f64::from(i) * 0.36, f64::from(i) * 0.36 + 0.2)).collect();
        let scale = TimeScale { range: ViewRange::all(3600.0), x: Rangef::new(0.0, 800.0) };
        assert!(bars(&scale, &segments).len() <= 800);
        let close = TimeScale { range: ViewRange::all(3600.0).zoomed(3600.0, 100.0), ..scale };
        assert_eq!(bars(&close, &segments).len(), 3);
    }

    #[test]
    fn a_segment_shorter_than_a_pixel_is_still_seen() {
        let scale = TimeScale { range: ViewRange::all(3600.0), x: Rangef::new(0.0, 800.0) };
        let bars = bars(&scale, &[segment(100.0, 100.01)]);
        assert!(bars.iter().all(|(left, right)| right - left >= 2.0) && bars.len() == 1);
    }
}
