//! The upper part of a row: what people say, as bars. Present is solid, absent hatched, unconfirmed dashed.

use std::collections::BTreeSet;

use egui::{Color32, Painter, Rangef, Rect, Shape, Stroke, StrokeKind, pos2};
use ks_domain::project::SegmentId;

use super::places::extent;
use super::scale::TimeScale;
use crate::state::Bar;
use crate::theme::Tokens;

/// Between the lines of a hatched bar.
const HATCH: f32 = 6.0;

/// How a bar looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BarLook {
    pub is_absent: bool,
    pub is_unconfirmed: bool,
    pub has_note: bool,
    pub is_selected: bool,
}

/// What is drawn at one place: a bar, or several that no pixel parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drawn {
    pub x: Rangef,
    pub look: BarLook,
    /// The place of the bar among the labels of its row, if it is one alone.
    pub only: Option<usize>,
}

/// The visible bars of a row; those that begin within a pixel of one another become one.
pub(super) fn visible(scale: &TimeScale, labels: &[Bar], selection: &BTreeSet<SegmentId>) -> Vec<Drawn> {
    let seen = scale.visible();
    let mut out: Vec<Drawn> = Vec::new();
    for (number, bar) in labels.iter().enumerate() {
        if bar.start.secs_f64() > *seen.end() {
            break;
        }
        if bar.end.secs_f64() < *seen.start() {
            continue;
        }
        let Bar { is_absent, is_unconfirmed, has_note, .. } = *bar;
        let look = BarLook { is_absent, is_unconfirmed, has_note, is_selected: selection.contains(&bar.id) };
        let x = extent(scale, bar.start, bar.end);
        match out.last_mut() {
            Some(last) if x.min - last.x.min < 1.0 || x.span() <= 2.0 && x.min - last.x.max < 1.0 => {
                last.x.max = last.x.max.max(x.max);
                last.look.is_absent &= is_absent;
                last.look.is_unconfirmed &= is_unconfirmed;
                last.look.has_note |= has_note;
                last.look.is_selected |= look.is_selected;
                last.only = None;
            }
            _ => out.push(Drawn { x, look, only: Some(number) }),
        }
    }
    out
}

/// Where a bar is inside of the part of its row.
pub(super) fn bar_rect(labels: Rect, x: Rangef) -> Rect {
    Rect::from_x_y_ranges(x, labels.top() + 2.0..=labels.bottom() - 2.0)
}

/// Draws one bar.
pub(super) fn paint(painter: &Painter, rect: Rect, hue: Color32, look: BarLook, t: &Tokens) {
    let edge = Stroke::new(1.0, hue);
    match (look.is_absent, look.is_unconfirmed) {
        (true, _) => {
            painter.rect_filled(rect, 2.0, hue.gamma_multiply(0.12));
            hatch(painter, rect, hue);
            painter.rect_stroke(rect, 2.0, edge, StrokeKind::Inside);
        }
        (false, true) => {
            painter.rect_filled(rect, 2.0, hue.gamma_multiply(0.35));
            dashes(painter, rect, edge);
        }
        (false, false) => {
            // The line around it parts bars that overlap.
            painter.rect(rect, 2.0, hue, Stroke::new(1.0, t.lane_bg), StrokeKind::Outside);
        }
    }
    if look.has_note && rect.width() >= 8.0 {
        let center = pos2(rect.right() - 5.0, rect.center().y);
        painter.circle(center, 2.5, t.lane_bg, Stroke::new(1.0, t.text_strong));
    }
    if look.is_selected {
        painter.rect_stroke(rect, 2.0, Stroke::new(1.5, t.text_strong), StrokeKind::Outside);
    }
}

fn hatch(painter: &Painter, rect: Rect, hue: Color32) {
    let seen = rect.intersect(painter.clip_rect());
    if !seen.is_positive() {
        return;
    }
    let clipped = painter.with_clip_rect(seen);
    let mut x = seen.left() - rect.height() - seen.left().rem_euclid(HATCH);
    while x < seen.right() {
        let line = [pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())];
        clipped.line_segment(line, Stroke::new(1.0, hue));
        x += HATCH;
    }
}

fn dashes(painter: &Painter, rect: Rect, stroke: Stroke) {
    // What is out of sight needs no dashes.
    let rect = rect.intersect(painter.clip_rect().expand(4.0)).shrink(0.5);
    if !rect.is_positive() {
        return;
    }
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    painter.extend(Shape::dashed_line(&corners, stroke, 3.0, 2.0));
}

/// Marks where labels and predictions contradict each other: a bracket between both parts of the row, with a notch at
/// its start, so that it differs by shape and not by colour alone. What shares a pixel becomes one.
pub(super) fn disagreements(
    painter: &Painter,
    y: f32,
    scale: &TimeScale,
    spans: &[(ks_domain::MediaTime, ks_domain::MediaTime)],
    color: Color32,
) {
    let seen = scale.visible();
    let mut last: Option<Rangef> = None;
    let draw = |x: Rangef| {
        painter.hline(x, y, Stroke::new(1.5, color));
        let notch = vec![pos2(x.min, y - 4.0), pos2(x.min + 4.0, y), pos2(x.min, y + 4.0), pos2(x.min - 4.0, y)];
        painter.add(Shape::convex_polygon(notch, color, Stroke::NONE));
    };
    for (start, end) in spans {
        if start.secs_f64() > *seen.end() {
            break;
        }
        if end.secs_f64() < *seen.start() {
            continue;
        }
        let next = extent(scale, *start, *end);
        last = match last {
            Some(one) if next.min - one.min < 2.0 => Some(Rangef::new(one.min, one.max.max(next.max))),
            Some(done) => {
                draw(done);
                Some(next)
            }
            None => Some(next),
        };
    }
    if let Some(done) = last {
        draw(done);
    }
}

#[cfg(test)]
mod tests {
    use ks_domain::MediaTime;

    use super::*;
    use crate::state::ViewRange;

    fn bars(count: u64) -> Vec<Bar> {
        (0..count)
            .map(|number| Bar {
                id: SegmentId(number),
                start: MediaTime::from_secs_f64(number as f64 * 0.36),
                end: MediaTime::from_secs_f64(number as f64 * 0.36 + 0.2),
                is_absent: false,
                is_unconfirmed: false,
                has_note: number == 7,
            })
            .collect()
    }

    #[test]
    fn ten_thousand_labels_become_no_more_bars_than_pixels() {
        let scale = TimeScale { range: ViewRange::all(3600.0), x: Rangef::new(0.0, 800.0) };
        let selection = BTreeSet::from([SegmentId(3)]);
        let drawn = visible(&scale, &bars(10_000), &selection);
        assert!(drawn.len() <= 800, "{}", drawn.len());
        assert!(drawn.iter().any(|drawn| drawn.look.is_selected && drawn.look.has_note));
        // Long bars that overlap are no more, either.
        let mut long = bars(10_000);
        for bar in &mut long {
            bar.end = MediaTime::from_secs_f64(3600.0);
        }
        assert!(visible(&scale, &long, &selection).len() <= 801);
        let close = TimeScale { range: ViewRange::all(3600.0).zoomed(3600.0, 100.0), ..scale };
        let near = visible(&close, &bars(10_000), &selection);
        assert_eq!(near.len(), 3);
        assert!(near.iter().all(|drawn| drawn.only.is_some()));
    }
}
