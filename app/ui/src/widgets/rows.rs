//! Rows of text: list items, fields, section titles, and texts that do not fit.

use egui::text::LayoutJob;
use egui::{Color32, Label, Rect, Response, RichText, Role, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::theme::{semibold, size, tokens};

/// The title of a section of a panel.
pub fn section(ui: &mut Ui, title: &str) {
    let color = tokens(ui).text_subdued;
    ui.add_space(4.0);
    ui.label(RichText::new(title).family(semibold()).size(size::SECTION).color(color));
}

/// The title of a section beside other things in a row.
pub fn section_in_row(ui: &mut Ui, title: &str) {
    let color = tokens(ui).text_subdued;
    ui.label(RichText::new(title).family(semibold()).size(size::SECTION).color(color));
}

/// A label in one line that ends in `…` where it does not fit, and then says all on hover.
pub fn truncated(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Label::new(text.into()).truncate())
}

/// A label in as many lines as it needs.
pub fn wrapped(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    ui.add(Label::new(text.into()).wrap())
}

/// A label in at most so many lines that ends in `…` where it does not fit, and then says all on hover.
pub fn at_most_lines(ui: &mut Ui, text: &str, color: Color32, lines: usize) -> Response {
    let mut job = LayoutJob::simple(text.to_owned(), TextStyle::Body.resolve(ui.style()), color, ui.available_width());
    job.wrap.max_rows = lines;
    let galley = ui.painter().layout_job(job);
    let is_cut = galley.elided;
    let response = ui.label(galley);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    if is_cut { response.on_hover_text(text) } else { response }
}

/// A row of a list: what it is called for assistive technology, whether it is selected, and how it is drawn.
pub fn list_item(
    ui: &mut Ui,
    height: f32,
    name: &str,
    is_selected: bool,
    paint: impl FnOnce(&mut Ui, Rect),
) -> Response {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_selected, name));
    if ui.is_rect_visible(rect) {
        let fill = match (is_selected, response.hovered()) {
            (true, _) => Some(tokens.selection_bg),
            (false, true) => Some(tokens.control_bg),
            (false, false) => None,
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, size::RADIUS, fill);
        }
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, tokens.accent);
            ui.painter().rect_stroke(rect, size::RADIUS, stroke, egui::StrokeKind::Inside);
        }
        paint(ui, rect);
    }
    response
}

/// A name in body text, without its middle if it is wider than `width`, so that its end stays readable.
pub(crate) fn fit_middle(ui: &Ui, name: &str, width: f32) -> String {
    let font = TextStyle::Body.resolve(ui.style());
    let measure =
        |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x;
    let whole = measure(name);
    if whole <= width {
        return name.to_owned();
    }
    let characters = name.chars().count();
    let mut kept = (characters as f32 * width / whole.max(1.0)) as usize;
    let mut shown = crate::format::elided_middle(name, kept);
    while kept > 6 && measure(&shown) > width {
        kept -= 1;
        shown = crate::format::elided_middle(name, kept);
    }
    shown
}

/// Draws a text in one line, vertically centred, ending in `…` where it does not fit.
pub(crate) fn paint_elided(ui: &Ui, rect: Rect, text: &str, style: TextStyle, color: Color32) {
    if rect.width() < 4.0 {
        return;
    }
    let mut job = LayoutJob::simple_singleline(text.to_owned(), style.resolve(ui.style()), color);
    job.wrap.max_width = rect.width();
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.painter().layout_job(job);
    let pos = egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(pos, galley, color);
}

/// Draws a number at the right edge, so that digits stand below one another.
pub(crate) fn paint_number(ui: &Ui, rect: Rect, text: &str, color: Color32) {
    let font = TextStyle::Monospace.resolve(ui.style());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.text(rect.right_center(), egui::Align2::RIGHT_CENTER, text, font, color);
}

/// Draws a text like [`paint_elided`], struck through.
pub(crate) fn paint_struck(ui: &Ui, rect: Rect, text: &str, color: Color32) {
    paint_elided(ui, rect, text, TextStyle::Body, color);
    let font = TextStyle::Body.resolve(ui.style());
    let width = ui.painter().layout_no_wrap(text.to_owned(), font, color).size().x.min(rect.width());
    ui.painter().hline(rect.left()..=rect.left() + width, rect.center().y, egui::Stroke::new(1.0, color));
}
