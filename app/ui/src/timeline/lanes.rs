//! The lower part of a row: the probability of its class as a curve, the predicted segments as bars over it, and the
//! line from which on it counts.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Painter, Rangef, Rect, Shape, Stroke, pos2};
use ks_domain::{MediaTime, Segment, WindowScores};

use super::places::{HANDLE, PREDICTED_BAR, extent, threshold_y};
use super::scale::TimeScale;
use crate::state::{Analysis, Row};
use crate::theme::Tokens;

pub(super) struct LaneLook<'a> {
    pub tokens: &'a Tokens,
    pub hue: Color32,
    /// Whether its threshold is its own.
    pub is_own_threshold: bool,
}

/// Draws the predictions of a row into `rect`, which is as wide as the scale.
pub(super) fn paint(
    painter: &Painter,
    rect: Rect,
    scale: &TimeScale,
    row: &Row,
    analysis: &Analysis,
    look: &LaneLook<'_>,
) {
    let Some(class) = row.predicted else { return };
    let inner = rect.shrink2(egui::vec2(0.0, 1.0));
    painter.add(Shape::mesh(curve(inner, scale, class, analysis, look.hue.gamma_multiply(0.34))));
    for extent in bars(scale, &row.predictions) {
        let bar = Rect::from_x_y_ranges(extent, inner.bottom() - PREDICTED_BAR..=inner.bottom());
        painter.rect_filled(bar, 2.0, look.hue);
    }
    let y = threshold_y(rect, row.threshold);
    let t = look.tokens;
    let (color, handle_color) =
        if look.is_own_threshold { (t.text, t.text_strong) } else { (t.border_strong, t.text_subdued) };
    painter.hline(rect.x_range(), y, Stroke::new(1.0, color.gamma_multiply(0.7)));
    let right = rect.right();
    let handle = vec![pos2(right - HANDLE, y), pos2(right, y - HANDLE / 2.0), pos2(right, y + HANDLE / 2.0)];
    // The line around it keeps it apart from a bar of any hue.
    painter.add(Shape::convex_polygon(handle, handle_color, Stroke::new(1.0, t.lane_bg)));
}

/// Left and right edges of the visible bars; what is closer together than a pixel becomes one.
fn bars(scale: &TimeScale, segments: &[Segment]) -> Vec<Rangef> {
    let visible = scale.visible();
    let first = segments.partition_point(|segment| segment.end.secs_f64() < *visible.start());
    let mut out: Vec<Rangef> = Vec::new();
    for segment in segments.get(first..).unwrap_or_default() {
        if segment.start.secs_f64() > *visible.end() {
            break;
        }
        let next = extent(scale, segment.start, segment.end);
        match out.last_mut() {
            Some(last) if next.min - last.max < 1.0 => last.max = last.max.max(next.max),
            _ => out.push(next),
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
        assert!(bars.iter().all(|bar| bar.span() >= 2.0) && bars.len() == 1);
    }
}
