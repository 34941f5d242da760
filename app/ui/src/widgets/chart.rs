//! Curves over epochs: a title with a legend, lines with a few marks at the sides, and every value under the pointer.

use egui::{Align2, Color32, FontId, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::rows::paint_elided;
use crate::theme::{semibold, size, tokens};
use crate::tr;

/// Room for the numbers at the left, and below.
const LEFT: f32 = 46.0;
const BELOW: f32 = 16.0;
const TITLE: f32 = 20.0;

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveStyle {
    /// A thin line.
    Line,
    /// A line with a dot at every point: told from the other without colour.
    Dots,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is.
    pub name: String,
    /// Epochs (with fractions) and values.
    pub points: Vec<[f64; 2]>,
    /// Its colour.
    pub color: Color32,
    /// How it is drawn.
    pub style: CurveStyle,
}

/// Several curves over the same epochs.
#[derive(Clone, Copy)]
pub struct Chart<'a> {
    /// What the values are.
    pub title: &'a str,
    /// Height of all of it.
    pub height: f32,
    /// The curves.
    pub curves: &'a [Curve],
    /// Whether the legend is drawn here.
    pub has_legend: bool,
    /// A value as people read it.
    pub format: fn(f64) -> String,
}

/// Where points go.
struct Scale {
    room: Rect,
    x: [f64; 2],
    y: [f64; 2],
}

impl Scale {
    fn at(&self, [x, y]: [f64; 2]) -> egui::Pos2 {
        let share = |value: f64, [from, to]: [f64; 2]| ((value - from) / (to - from).max(1e-12)) as f32;
        pos2(
            self.room.left() + self.room.width() * share(x, self.x),
            self.room.bottom() - self.room.height() * share(y, self.y),
        )
    }
}

/// Draws curves as wide as there is room.
pub fn chart(ui: &mut Ui, chart: Chart<'_>) {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), chart.height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, spoken(&chart)));
    if !ui.is_rect_visible(rect) {
        return;
    }
    head(ui, rect, &chart);
    let room = Rect::from_min_max(
        pos2(rect.left() + LEFT, rect.top() + TITLE + 4.0),
        pos2(rect.right() - 8.0, rect.bottom() - BELOW),
    );
    ui.painter().rect_filled(room.expand2(vec2(2.0, 4.0)), size::RADIUS, tokens.lane_bg);
    let Some(scale) = scale(room, chart.curves) else {
        let font = FontId::proportional(size::BODY);
        ui.painter().text(room.center(), Align2::CENTER_CENTER, tr!("chart-nothing"), font, tokens.text_subdued);
        return;
    };
    axes(ui, &scale, chart.format);
    let painter = ui.painter().with_clip_rect(room.expand(3.0));
    for curve in chart.curves {
        let points: Vec<egui::Pos2> = curve.points.iter().map(|point| scale.at(*point)).collect();
        let width = if curve.style == CurveStyle::Line { 1.25 } else { 1.75 };
        if curve.style == CurveStyle::Dots || points.len() == 1 {
            for point in &points {
                painter.circle_filled(*point, 2.5, curve.color);
            }
        }
        painter.add(Shape::line(points, Stroke::new(width, curve.color)));
    }
    if let Some(pointer) = response.hover_pos().filter(|pointer| room.expand(4.0).contains(*pointer)) {
        let share = f64::from((pointer.x - room.left()) / room.width().max(1.0)).clamp(0.0, 1.0);
        let x = scale.x[0] + (scale.x[1] - scale.x[0]) * share;
        painter.vline(pointer.x, room.y_range(), Stroke::new(1.0, tokens.border_strong));
        for curve in chart.curves {
            if let Some(point) = nearest(&curve.points, x) {
                painter.circle_filled(scale.at(point), 3.0, curve.color);
            }
        }
        response.on_hover_ui_at_pointer(|ui| values(ui, &chart, x));
    }
}

/// All curves with their last values.
fn spoken(chart: &Chart<'_>) -> String {
    let last = |curve: &Curve| {
        let value = curve.points.last().map_or_else(|| tr!("none"), |point| (chart.format)(point[1]));
        tr!("chart-curve", name = &curve.name, value = value)
    };
    let parts: Vec<String> = chart.curves.iter().map(last).collect();
    tr!("chart-curve", name = chart.title, value = parts.join(", "))
}

fn head(ui: &Ui, rect: Rect, chart: &Chart<'_>) {
    let tokens = tokens(ui);
    let line = Rect::from_min_size(rect.min, vec2(rect.width(), TITLE));
    let font = FontId::new(size::SECTION, semibold());
    let title = ui.painter().layout_no_wrap(chart.title.to_owned(), font, tokens.text_subdued);
    let mut left = line.left() + title.size().x + 16.0;
    ui.painter().galley(pos2(line.left(), line.center().y - title.size().y / 2.0), title, tokens.text_subdued);
    if !chart.has_legend {
        return;
    }
    for curve in chart.curves {
        let font = FontId::proportional(size::SECTION);
        let name = ui.painter().layout_no_wrap(curve.name.clone(), font, tokens.text_subdued);
        if left + 18.0 + name.size().x > line.right() {
            let rest = Rect::from_min_max(pos2(left, line.top()), line.max);
            paint_elided(ui, rest, "…", egui::TextStyle::Small, tokens.text_subdued);
            break;
        }
        swatch(ui, pos2(left, line.center().y), curve);
        let at = pos2(left + 18.0, line.center().y - name.size().y / 2.0);
        left += 18.0 + name.size().x + 12.0;
        ui.painter().galley(at, name, tokens.text_subdued);
    }
}

/// A bit of a curve, for a legend.
fn swatch(ui: &Ui, left: egui::Pos2, curve: &Curve) {
    let width = if curve.style == CurveStyle::Line { 1.25 } else { 1.75 };
    ui.painter().hline(left.x..=left.x + 14.0, left.y, Stroke::new(width, curve.color));
    if curve.style == CurveStyle::Dots {
        ui.painter().circle_filled(left + vec2(7.0, 0.0), 2.5, curve.color);
    }
}

fn scale(room: Rect, curves: &[Curve]) -> Option<Scale> {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    all().next()?;
    let (mut low, mut high, mut last) = (f64::INFINITY, f64::NEG_INFINITY, 1.0_f64);
    for [x, y] in all() {
        low = low.min(*y);
        high = high.max(*y);
        last = last.max(*x);
    }
    let span = (high - low).max(high.abs() * 0.05).max(1e-9);
    // Nothing that is drawn here falls below zero.
    let bottom = (low - span * 0.06).max(if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY });
    Some(Scale { room, x: [0.0, last], y: [bottom, high + span * 0.06] })
}

/// The greatest of 1, 2 and 5 times a power of ten that goes at most `most` times into a range.
fn step(range: f64, most: f64) -> f64 {
    let rough = (range / most.max(1.0)).max(1e-12);
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(10.0 * power)
}

fn axes(ui: &Ui, scale: &Scale, format: fn(f64) -> String) {
    let tokens = tokens(ui);
    let font = FontId::monospace(10.0);
    let painter = ui.painter();
    let distance = step(scale.y[1] - scale.y[0], f64::from(scale.room.height() / 28.0));
    let first = (scale.y[0] / distance).ceil() as i64;
    let last = (scale.y[1] / distance).floor() as i64;
    for number in first..=last {
        let value = number as f64 * distance;
        let y = scale.at([scale.x[0], value]).y;
        painter.hline(scale.room.x_range(), y, Stroke::new(1.0, tokens.border));
        let at = pos2(scale.room.left() - 6.0, y);
        painter.text(at, Align2::RIGHT_CENTER, format(value), font.clone(), tokens.text_subdued);
    }
    let distance = step(scale.x[1], f64::from(scale.room.width() / 60.0)).max(1.0);
    let mut epoch = distance;
    while epoch <= scale.x[1] + 1e-9 {
        let x = scale.at([epoch, scale.y[0]]).x;
        let at = pos2(x, scale.room.bottom() + 5.0);
        painter.text(at, Align2::CENTER_TOP, format!("{epoch:.0}"), font.clone(), tokens.text_subdued);
        epoch += distance;
    }
}

fn nearest(points: &[[f64; 2]], x: f64) -> Option<[f64; 2]> {
    let after = points.partition_point(|point| point[0] < x);
    let around = [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|place| points.get(place));
    around.min_by(|a, b| (a[0] - x).abs().total_cmp(&(b[0] - x).abs())).copied()
}

fn values(ui: &mut Ui, chart: &Chart<'_>, x: f64) {
    ui.label(tr!("chart-epoch", epoch = format!("{x:.1}")));
    egui::Grid::new("values under the pointer").show(ui, |ui| {
        for curve in chart.curves {
            let Some([_, value]) = nearest(&curve.points, x) else { continue };
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
            swatch(ui, rect.left_center(), curve);
            ui.label(&curve.name);
            ui.label(egui::RichText::new((chart.format)(value)).monospace());
            ui.end_row();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(step(1.0, 4.0), 0.5);
        assert_eq!(step(58.0, 6.0), 10.0);
        assert!((step(0.003, 4.0) - 0.001).abs() < 1e-12);
    }

    #[test]
    fn the_point_next_to_the_pointer_is_found() {
        let points = [[1.0, 5.0], [2.0, 6.0], [4.0, 7.0]];
        assert_eq!(nearest(&points, 2.9), Some([2.0, 6.0]));
        assert_eq!(nearest(&points, 99.0), Some([4.0, 7.0]));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
