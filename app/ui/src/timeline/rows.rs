//! The rows: the name of each class, what people say of it, and below that what the network says.

use egui::{Painter, Rect, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::places::{Heights, extent, threshold_y};
use super::scale::TimeScale;
use super::{bars, drag, lanes, marks, menus};
use crate::state::{Action, AppState, LabelAction, Row, Video};
use crate::theme::{class_color, tokens};
use crate::tr;
use crate::widgets::{paint_elided, percent};

/// Room beside a name: the square of its colour, and how many labels and segments there are.
pub(super) const BESIDE_NAME: f32 = 28.0 + 6.0 + 26.0 + 10.0;

/// How many bars have a name of their own for assistive technology, and how wide they must be.
const NAMED: usize = 200;
const NAMED_WIDTH: f32 = 3.0;

/// Draws the rows and says how far they are scrolled.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    state: &AppState,
    video: &Video,
    scale: &TimeScale,
    out: &mut Vec<Action>,
) -> f32 {
    let rows = state.studio.rows.all();
    let heights = Heights::of(video);
    let mut shown = Shown { state, video, scale, heights, named: 0 };
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        ui.spacing_mut().item_spacing.y = 0.0;
        // Over the lanes the wheel zooms; it scrolls over the names.
        let over_names = ui.rect_contains_pointer(rect.with_max_x(scale.x.min));
        let multiplier = if over_names { vec2(1.0, 1.0) } else { vec2(0.0, 0.0) };
        let area = ScrollArea::vertical().auto_shrink(false).wheel_scroll_multiplier(multiplier).id_salt("lanes");
        area.show_rows(ui, heights.row(), rows.len(), |ui, numbers| {
            for number in numbers {
                let Some(row) = rows.get(number) else { break };
                let size = vec2(ui.available_width(), heights.row());
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                shown.row(ui, rect, number, row);
                shown.name(ui, rect.with_max_x(scale.x.min), row, out);
            }
        })
    })
    .inner
    .state
    .clamped_offset()
    .y
}

/// What every row needs.
struct Shown<'a> {
    state: &'a AppState,
    video: &'a Video,
    scale: &'a TimeScale,
    heights: Heights,
    /// How many bars have been named so far.
    named: usize,
}

impl Shown<'_> {
    fn row(&mut self, ui: &Ui, rect: Rect, number: usize, row: &Row) {
        let t = tokens(ui);
        let area = rect.with_min_x(self.scale.x.min).with_max_x(self.scale.x.max);
        let painter = ui.painter().with_clip_rect(ui.clip_rect().intersect(area));
        let background = if number.is_multiple_of(2) { t.lane_bg } else { t.lane_alt_bg };
        painter.rect_filled(area, 0.0, background);
        let hue = class_color(t, row.hue, row.color);
        let (labels, predictions) = self.heights.split(area);
        if self.heights.predictions > 0.0 {
            painter.hline(area.x_range(), labels.bottom(), Stroke::new(1.0, t.border.gamma_multiply(0.6)));
            let is_own_threshold = self.state.studio.rules.class_thresholds.contains_key(&row.name);
            let look = lanes::LaneLook { tokens: t, hue, is_own_threshold };
            lanes::paint(&painter, predictions, self.scale, row, &self.video.analysis, &look);
            self.name_predictions(ui, &painter, predictions, row);
        }
        self.labels(ui, &painter, labels, row);
        bars::disagreements(&painter, labels.bottom(), self.scale, &row.disagreements, t.warning);
    }

    fn labels(&mut self, ui: &Ui, painter: &Painter, labels: Rect, row: &Row) {
        let t = tokens(ui);
        let studio = &self.state.studio;
        let hue = class_color(t, row.hue, row.color);
        let moved = drag::moved_segments(ui, self.state);
        for drawn in bars::visible(self.scale, &row.labels, &studio.selection) {
            let rect = bars::bar_rect(labels, drawn.x);
            let bar = drawn.only.and_then(|number| row.labels.get(number));
            let is_moved = bar.is_some_and(|bar| moved.contains(&bar.id));
            let hue = if is_moved { hue.gamma_multiply(0.3) } else { hue };
            bars::paint(painter, rect, hue, drawn.look, t);
            let Some(bar) = bar.filter(|_| self.named < NAMED && rect.width() >= NAMED_WIDTH) else { continue };
            self.named += 1;
            let seen = rect.intersect(painter.clip_rect());
            let response = ui.interact(seen, ui.scope_id().with(("bar", bar.id)), Sense::hover());
            response.widget_info(|| {
                let (name, start, end) = (&row.name, bar.start.to_string(), bar.end.to_string());
                let said = match (bar.is_absent, bar.is_unconfirmed) {
                    (true, _) => tr!("timeline-bar-absent", name = name, start = start, end = end),
                    (false, true) => tr!("timeline-bar-unconfirmed", name = name, start = start, end = end),
                    (false, false) => tr!("timeline-bar", name = name, start = start, end = end),
                };
                WidgetInfo::selected(Role::ListItem, true, drawn.look.is_selected, said)
            });
        }
        let painting = row.class.and_then(|class| studio.painting.get(&class));
        if let Some(start) = painting {
            let here = self.state.player.position;
            let rect = bars::bar_rect(labels, extent(self.scale, (*start).min(here), (*start).max(here)));
            painter.rect_filled(rect, 2.0, hue.gamma_multiply(0.75));
            painter.rect_stroke(rect, 2.0, Stroke::new(1.5, t.playhead), egui::StrokeKind::Inside);
            let said = tr!("timeline-painting", name = &row.name, start = start.to_string());
            marks::name(ui, rect.intersect(painter.clip_rect()), ("painting", row.class), &said);
        }
    }

    fn name_predictions(&mut self, ui: &Ui, painter: &Painter, predictions: Rect, row: &Row) {
        let t = tokens(ui);
        let picked = menus::picked(ui);
        let seen = self.scale.visible();
        let first = row.predictions.partition_point(|segment| segment.end.secs_f64() < *seen.start());
        for segment in row.predictions.get(first..).unwrap_or_default() {
            if segment.start.secs_f64() > *seen.end() || self.named >= NAMED {
                break;
            }
            let x = extent(self.scale, segment.start, segment.end);
            let bar = Rect::from_x_y_ranges(x, predictions.bottom() - 9.0..=predictions.bottom() - 1.0);
            if x.span() < NAMED_WIDTH {
                continue;
            }
            self.named += 1;
            if picked.as_ref() == Some(segment) {
                painter.rect_stroke(bar, 2.0, Stroke::new(1.5, t.text_strong), egui::StrokeKind::Outside);
            }
            let id = ui.scope_id().with(("predicted", segment.class, segment.start));
            let response = ui.interact(bar.intersect(painter.clip_rect()), id, Sense::hover());
            response.widget_info(|| {
                let (start, end, peak) = (segment.start.to_string(), segment.end.to_string(), percent(segment.peak));
                let said = tr!("timeline-bar-predicted", name = &row.name, start = start, end = end, peak = peak);
                WidgetInfo::labeled(Role::ListItem, true, said)
            });
        }
        if row.predicted.is_some() {
            let y = threshold_y(predictions, row.threshold);
            let right = predictions.right();
            let handle = Rect::from_min_max(pos2(right - 10.0, y - 3.0), pos2(right, y + 3.0));
            let response = ui.interact(handle, ui.scope_id().with(("threshold", &row.name)), Sense::hover());
            response.widget_info(|| {
                WidgetInfo::slider(true, f64::from(row.threshold), tr!("timeline-threshold-of", name = &row.name))
            });
        }
    }

    /// The name at the left; clicking it chooses what is drawn with.
    fn name(&self, ui: &Ui, names: Rect, row: &Row, out: &mut Vec<Action>) {
        let t = tokens(ui);
        let id = ui.scope_id().with(("lane", row.class, row.predicted));
        let sense = if row.class.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(names, id, sense);
        let is_chosen = row.class.is_some() && row.class == self.state.studio.class;
        let said = described(row);
        let role = if row.class.is_some() { Role::Button } else { Role::Label };
        response.widget_info(|| WidgetInfo::selected(role, true, is_chosen, &said));
        if let (true, Some(class)) = (response.clicked(), row.class) {
            out.push(Action::Label(LabelAction::ChooseClass(class)));
        }
        let painter = ui.painter();
        if is_chosen {
            painter.rect_filled(names.shrink2(vec2(4.0, 1.0)), 4.0, t.selection_bg);
        } else if response.hovered() && row.class.is_some() {
            painter.rect_filled(names.shrink2(vec2(4.0, 1.0)), 4.0, t.control_bg);
        }
        let hue = class_color(t, row.hue, row.color);
        let swatch = Rect::from_center_size(pos2(names.left() + 16.0, names.center().y), vec2(8.0, 8.0));
        painter.rect_filled(swatch, 2.0, hue);
        let font = TextStyle::Monospace.resolve(ui.style());
        let (labels, predictions) = self.heights.split(names);
        let mut count_left = names.right() - 10.0;
        for (part, count) in [(labels, row.labels.len()), (predictions, row.predictions.len())] {
            if count > 0 && part.height() > 0.0 {
                let galley = painter.layout_no_wrap(count.to_string(), font.clone(), t.text_subdued);
                let left = names.right() - 10.0 - galley.size().x;
                count_left = count_left.min(left);
                painter.galley(pos2(left, part.center().y - galley.size().y / 2.0), galley, t.text_subdued);
            }
        }
        let text = Rect::from_min_max(pos2(names.left() + 28.0, names.top()), pos2(count_left - 6.0, names.bottom()));
        let color = if is_chosen { t.text_strong } else { t.text };
        paint_elided(ui, text, &row.name, TextStyle::Body, color);
        response.on_hover_text(said);
    }
}

fn described(row: &Row) -> String {
    let (labels, found) = (row.labels.len(), row.predictions.len());
    match row.predicted {
        Some(_) if labels == 0 && found > 0 => {
            tr!("timeline-lane", name = &row.name, count = found, peak = percent(row.peak))
        }
        Some(_) if found > 0 => {
            let labels = tr!("count-labels", count = labels);
            tr!("timeline-lane-both", name = &row.name, labels = labels, count = found)
        }
        _ => tr!("timeline-lane-labels", name = &row.name, count = labels),
    }
}
