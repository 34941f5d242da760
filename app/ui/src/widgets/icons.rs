//! Icons as a few strokes each, drawn at any scale without a file.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// A picture of 14 by 14 points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    FrameBack,
    FrameForward,
    Start,
    End,
    Loop,
    Close,
    Plus,
    Minus,
    Fit,
    Film,
    Warning,
    Check,
    Undo,
    Rows,
    Tune,
}

/// Draws an icon into a square.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, color: Color32) {
    let at = |x: f32, y: f32| pos2(rect.left() + rect.width() * x, rect.top() + rect.height() * y);
    let stroke = Stroke::new(rect.width() / 14.0 * 1.5, color);
    let fill = |points: &[(f32, f32)]| {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    let line = |points: &[(f32, f32)]| {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
        painter.add(Shape::line(points, stroke));
    };
    let bar = |x0: f32, x1: f32| painter.rect_filled(Rect::from_min_max(at(x0, 0.16), at(x1, 0.84)), 1.0, color);
    match icon {
        Icon::Play => fill(&[(0.24, 0.12), (0.88, 0.5), (0.24, 0.88)]),
        Icon::Pause => {
            bar(0.2, 0.42);
            bar(0.58, 0.8);
        }
        Icon::FrameBack => {
            fill(&[(0.62, 0.18), (0.62, 0.82), (0.12, 0.5)]);
            bar(0.72, 0.84);
        }
        Icon::FrameForward => {
            fill(&[(0.38, 0.18), (0.88, 0.5), (0.38, 0.82)]);
            bar(0.16, 0.28);
        }
        Icon::Start => {
            bar(0.1, 0.22);
            fill(&[(0.88, 0.18), (0.88, 0.82), (0.3, 0.5)]);
        }
        Icon::End => {
            bar(0.78, 0.9);
            fill(&[(0.12, 0.18), (0.7, 0.5), (0.12, 0.82)]);
        }
        Icon::Undo => {
            line(&[(0.3, 0.35), (0.68, 0.35), (0.84, 0.48), (0.84, 0.7), (0.68, 0.84), (0.34, 0.84)]);
            fill(&[(0.4, 0.12), (0.4, 0.58), (0.1, 0.35)]);
        }
        Icon::Loop => {
            line(&[(0.3, 0.24), (0.78, 0.24), (0.88, 0.34), (0.88, 0.6)]);
            line(&[(0.7, 0.78), (0.22, 0.78), (0.12, 0.68), (0.12, 0.42)]);
            fill(&[(0.36, 0.06), (0.36, 0.42), (0.12, 0.24)]);
            fill(&[(0.64, 0.6), (0.88, 0.78), (0.64, 0.96)]);
        }
        Icon::Close => {
            line(&[(0.22, 0.22), (0.78, 0.78)]);
            line(&[(0.78, 0.22), (0.22, 0.78)]);
        }
        Icon::Plus => {
            line(&[(0.5, 0.16), (0.5, 0.84)]);
            line(&[(0.16, 0.5), (0.84, 0.5)]);
        }
        Icon::Minus => line(&[(0.16, 0.5), (0.84, 0.5)]),
        Icon::Fit => {
            line(&[(0.08, 0.2), (0.08, 0.8)]);
            line(&[(0.92, 0.2), (0.92, 0.8)]);
            line(&[(0.22, 0.5), (0.78, 0.5)]);
            fill(&[(0.36, 0.3), (0.36, 0.7), (0.16, 0.5)]);
            fill(&[(0.64, 0.3), (0.84, 0.5), (0.64, 0.7)]);
        }
        Icon::Film => paint_film(painter, rect, stroke),
        Icon::Warning => {
            line(&[(0.5, 0.1), (0.94, 0.88), (0.06, 0.88), (0.5, 0.1), (0.6, 0.28)]);
            line(&[(0.5, 0.38), (0.5, 0.62)]);
            painter.circle_filled(at(0.5, 0.75), stroke.width * 0.6, color);
        }
        Icon::Rows => {
            for y in [0.2, 0.5, 0.8] {
                line(&[(0.08, y), (0.2, y)]);
                line(&[(0.34, y), (0.92, y)]);
            }
        }
        Icon::Tune => {
            for (y, knob) in [(0.28, 0.64), (0.72, 0.34)] {
                line(&[(0.08, y), (0.92, y)]);
                painter.circle_filled(at(knob, y), stroke.width * 1.7, color);
            }
        }
        Icon::Check => line(&[(0.12, 0.54), (0.4, 0.8), (0.88, 0.22)]),
    }
}

fn paint_film(painter: &Painter, rect: Rect, stroke: Stroke) {
    let frame = rect.shrink2(vec2(rect.width() * 0.04, rect.height() * 0.14));
    painter.rect_stroke(frame, rect.width() * 0.08, stroke, egui::StrokeKind::Middle);
    for share in [0.24, 0.76] {
        let x = frame.left() + frame.width() * share;
        painter.vline(x, frame.y_range(), stroke);
    }
    for share in [1.0 / 3.0, 2.0 / 3.0] {
        let y = frame.top() + frame.height() * share;
        painter.hline(frame.left()..=frame.left() + frame.width() * 0.24, y, stroke);
        painter.hline(frame.left() + frame.width() * 0.76..=frame.right(), y, stroke);
    }
}
