//! All segments as a table. Columns that there is no room for are left out, the least important first; one can still
//! sort by them.

use egui::{
    Align, Button, DragValue, Layout, Rect, Response, Role, Sense, Shape, Stroke, TextEdit, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::commands::Command;
use crate::format;
use crate::state::{
    Action, AppState, LabelAction, PageAction, ResultColumn, ResultFilter, ResultItem, ResultKey, Results,
};
use crate::texts::attribute;
use crate::theme::{class_color, size, tokens};
use crate::tr;
use crate::widgets::{
    Browse, EmptyState, Icon, choice, empty_state, icon_spot, list_item, paint_elided, paint_icon, paint_number,
    percent, truncated,
};

/// Room that the name of a class wants.
const NAME: f32 = 72.0;
/// Room for the sign of the kind, and for the buttons of a prediction.
const SIGN: f32 = 18.0;
const BUTTONS: f32 = 44.0;

/// Columns besides the class, the first to be left out last.
const BY_RANK: [ResultColumn; 5] =
    [ResultColumn::Start, ResultColumn::Score, ResultColumn::Length, ResultColumn::Who, ResultColumn::End];

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let results = &state.studio.pages.results;
    if results.total() == 0 {
        return nothing(ui, state, out);
    }
    ui.spacing_mut().item_spacing.y = 4.0;
    narrow(ui, results, out);
    accept(ui, results, out);
    if results.is_empty() {
        truncated(ui, egui::RichText::new(tr!("results-none-match")).color(tokens(ui).text_subdued));
        return;
    }
    let shown = columns(ui.available_width() - 8.0);
    header(ui, results, &shown, out);
    let cursor = results.cursor.and_then(|key| results.place_of(key));
    let list = Browse { id: "results", row: size::DENSE_ROW + 2.0, count: results.len(), cursor };
    let step = list.show(ui, |ui, place| row(ui, state, results, place, &shown, out));
    if step != 0 {
        out.push(PageAction::StepResults(step).into());
    }
}

fn nothing(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let can = state.can(Command::Analyse);
    let nothing = EmptyState {
        icon: Icon::Film,
        title: &tr!("results-nothing"),
        text: &attribute("results-nothing", "hint"),
        command: can.then_some(Command::Analyse),
        is_failure: false,
    };
    empty_state(ui, nothing, out);
}

fn filter_text(filter: ResultFilter) -> String {
    match filter {
        ResultFilter::All => tr!("results-all"),
        ResultFilter::Labels => tr!("results-labels"),
        ResultFilter::Predictions => tr!("results-predictions"),
        ResultFilter::Disagreements => tr!("results-disagreements"),
    }
}

fn column_text(column: ResultColumn) -> String {
    match column {
        ResultColumn::Class => tr!("column-class"),
        ResultColumn::Start => tr!("column-start"),
        ResultColumn::End => tr!("column-end"),
        ResultColumn::Length => tr!("column-length"),
        ResultColumn::Score => tr!("column-score"),
        ResultColumn::Who => tr!("column-who"),
    }
}

/// What the table is narrowed down to, and what it is sorted by.
fn narrow(ui: &mut Ui, results: &Results, out: &mut Vec<Action>) {
    let mut text = results.search.clone();
    let edit =
        TextEdit::singleline(&mut text).hint_text(tr!("results-search")).desired_width(ui.available_width() - 8.0);
    if ui.add(edit).accessible_name(attribute("results-search", "name")).changed() {
        out.push(PageAction::SearchResults(text).into());
    }
    ui.horizontal(|ui| {
        let half = (ui.available_width() - 8.0) / 2.0 - 4.0;
        let filter = (results.filter, ResultFilter::ALL.as_slice());
        if let Some(filter) = choice(ui, &tr!("results-kind"), half, filter, filter_text) {
            out.push(PageAction::FilterResults(filter).into());
        }
        let column = (results.column, ResultColumn::ALL.as_slice());
        let text = |column| tr!("results-by", column = column_text(column));
        if let Some(column) = choice(ui, &tr!("results-sort"), half, column, text) {
            out.push(PageAction::SortResults(column).into());
        }
    });
}

/// How many there are, and the button that accepts what is shown and probable enough.
fn accept(ui: &mut Ui, results: &Results, out: &mut Vec<Action>) {
    let count = results.acceptable().count();
    ui.horizontal(|ui| {
        let has_open = results.shown().any(ResultItem::is_open);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(8.0);
            if has_open {
                let mut least = results.least * 100.0;
                let drag =
                    DragValue::new(&mut least).range(0.0..=100.0).speed(0.5).max_decimals(0).prefix("≥ ").suffix(" %");
                let response = ui.add(drag).accessible_name(tr!("results-least"));
                if response.on_hover_text(attribute("results-least", "tooltip")).changed() {
                    out.push(PageAction::SetLeast(least / 100.0).into());
                }
                let button = ui.add_enabled(count > 0, Button::new(tr!("results-accept", count = count)));
                if button.on_hover_text(attribute("results-accept", "tooltip")).clicked() {
                    out.push(PageAction::AcceptShown.into());
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = tr!("results-count", shown = results.len(), total = results.total());
                truncated(ui, egui::RichText::new(text).color(tokens(ui).text_subdued));
            });
        });
    });
}

const fn width(column: ResultColumn) -> f32 {
    match column {
        ResultColumn::Class => NAME,
        ResultColumn::Start | ResultColumn::End => 76.0,
        ResultColumn::Length => 58.0,
        ResultColumn::Score => 44.0,
        ResultColumn::Who => 110.0,
    }
}

/// The columns besides the class for which there is room, from left to right.
fn columns(room: f32) -> Vec<ResultColumn> {
    let mut left = room - SIGN - NAME - BUTTONS;
    let mut taken: Vec<ResultColumn> = Vec::new();
    for column in BY_RANK {
        left -= width(column) + 6.0;
        if left < 0.0 {
            break;
        }
        taken.push(column);
    }
    ResultColumn::ALL.into_iter().filter(|column| taken.contains(column)).collect()
}

/// Where the cells of a row are: the class, the columns, the buttons.
fn cells(rect: Rect, shown: &[ResultColumn]) -> (Rect, Vec<(ResultColumn, Rect)>, Rect) {
    let part = |left: f32, right: f32| Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    let mut right = rect.right();
    let buttons = part(right - BUTTONS, right);
    right -= BUTTONS;
    let mut cells: Vec<(ResultColumn, Rect)> = Vec::with_capacity(shown.len());
    for column in shown.iter().rev() {
        cells.push((*column, part(right - width(*column), right)));
        right -= width(*column) + 6.0;
    }
    cells.reverse();
    (part(rect.left(), right), cells, buttons)
}

fn header(ui: &mut Ui, results: &Results, shown: &[ResultColumn], out: &mut Vec<Action>) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - 8.0, size::ROW), Sense::hover());
    let (name, cells, _) = cells(rect, shown);
    let name = name.with_min_x(name.left() + SIGN);
    for (column, cell) in [(ResultColumn::Class, name)].into_iter().chain(cells) {
        title(ui, results, column, cell, out);
    }
}

fn title(ui: &Ui, results: &Results, column: ResultColumn, cell: Rect, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let text = column_text(column);
    let response = ui.interact(cell, ui.scope_id().with(("sort", column as u8)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, tr!("results-sort-by", column = &text)));
    let is_sorted = results.column == column;
    let color = if is_sorted || response.hovered() { tokens.text_strong } else { tokens.text_subdued };
    let is_left = matches!(column, ResultColumn::Class | ResultColumn::Who);
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(text, font, color);
    let left = if is_left { cell.left() } else { (cell.right() - galley.size().x).max(cell.left()) };
    let end = left + galley.size().x;
    ui.painter().with_clip_rect(cell.expand2(vec2(10.0, 0.0))).galley(
        pos2(left, cell.center().y - galley.size().y / 2.0),
        galley,
        color,
    );
    if is_sorted {
        let x = if is_left { end + 6.0 } else { left - 6.0 };
        let (base, tip) = if results.is_descending { (-2.0, 2.5) } else { (2.0, -2.5) };
        let y = cell.center().y;
        let points = vec![pos2(x - 3.0, y + base), pos2(x + 3.0, y + base), pos2(x, y + tip)];
        ui.painter().add(Shape::convex_polygon(points, color, Stroke::NONE));
    }
    if response.has_focus() {
        ui.painter().rect_stroke(cell, size::RADIUS, Stroke::new(1.0, tokens.accent), egui::StrokeKind::Inside);
    }
    if response.clicked() {
        out.push(PageAction::SortResults(column).into());
    }
}

fn cell_text(item: &ResultItem, column: ResultColumn) -> String {
    match column {
        ResultColumn::Class => String::new(),
        ResultColumn::Start => item.start.to_string(),
        ResultColumn::End => item.end.to_string(),
        ResultColumn::Length => tr!("seconds", secs = format!("{:.2}", item.length().secs_f64())),
        ResultColumn::Score => item.score.map(percent).unwrap_or_default(),
        ResultColumn::Who => item.who.to_string(),
    }
}

fn row(
    ui: &mut Ui,
    state: &AppState,
    results: &Results,
    place: usize,
    shown: &[ResultColumn],
    out: &mut Vec<Action>,
) -> Response {
    let Some(item) = results.get(place) else { return ui.label("") };
    let timeline_row = state.studio.rows.all().get(item.row);
    let class = timeline_row.map(|row| row.name.as_str()).unwrap_or_default();
    let is_selected = match item.key {
        ResultKey::Label(id) => state.studio.selection.contains(&id),
        ResultKey::Prediction { .. } => results.cursor == Some(item.key) && state.studio.selection.is_empty(),
    };
    let kind = kind_text(item);
    let length = format::short_time(item.end);
    let name = tr!("results-row", class = class, start = item.start.to_string(), end = length, kind = &kind);
    let mut pressed = None;
    let response = list_item(ui, size::DENSE_ROW + 2.0, &name, is_selected, |ui, rect| {
        let tokens = tokens(ui);
        let rect = rect.with_max_x(rect.right() - 8.0);
        let (name, columns, buttons) = cells(rect, shown);
        let hue = timeline_row.map_or(tokens.text, |row| class_color(tokens, row.hue, row.color));
        sign(ui, Rect::from_center_size(name.left_center() + vec2(7.0, 0.0), vec2(10.0, 10.0)), item, hue);
        let color = if is_selected { tokens.text_strong } else { tokens.text };
        paint_elided(ui, name.with_min_x(name.left() + SIGN), class, TextStyle::Body, color);
        for (column, cell) in columns {
            let text = cell_text(item, column);
            if column == ResultColumn::Who {
                paint_elided(ui, cell, &text, TextStyle::Body, tokens.text_subdued);
            } else {
                paint_number(ui, cell, &text, color);
            }
        }
        pressed = judge_buttons(ui, buttons, item);
    });
    out.extend(pressed);
    if response.clicked() {
        out.push(PageAction::OpenResult(item.key).into());
    }
    response.on_hover_ui(|ui| {
        ui.label(class);
        ui.label(tr!(
            "results-hover",
            start = item.start.to_string(),
            end = item.end.to_string(),
            who = item.who.to_string()
        ));
        ui.label(kind);
    })
}

/// What a line is, for those who do not see its sign.
fn kind_text(item: &ResultItem) -> String {
    let kind = match item.key {
        ResultKey::Label(_) if item.is_absent => tr!("kind-absent"),
        ResultKey::Label(_) => tr!("kind-label"),
        ResultKey::Prediction { .. } if item.is_judged => tr!("kind-prediction-judged"),
        ResultKey::Prediction { .. } => tr!("kind-prediction", percent = item.score.map(percent).unwrap_or_default()),
    };
    if item.disagrees { tr!("kind-disagrees", kind = kind) } else { kind }
}

/// A full square for a label, an empty one for a prediction, a crossed one for what does not occur; a warning where the
/// two sides contradict each other.
fn sign(ui: &Ui, rect: Rect, item: &ResultItem, hue: egui::Color32) {
    if item.disagrees {
        paint_icon(ui.painter(), rect.expand(2.0), Icon::Warning, tokens(ui).warning);
        return;
    }
    match item.key {
        ResultKey::Label(_) if item.is_absent => paint_icon(ui.painter(), rect.expand(1.0), Icon::Close, hue),
        ResultKey::Label(_) => _ = ui.painter().rect_filled(rect, 2.0, hue),
        ResultKey::Prediction { .. } => {
            _ = ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.5, hue), egui::StrokeKind::Inside);
        }
    }
}

fn judge_buttons(ui: &Ui, room: Rect, item: &ResultItem) -> Option<Action> {
    let ResultKey::Prediction { class, .. } = item.key else { return None };
    let square = |x: f32| Rect::from_center_size(pos2(x, room.center().y), vec2(20.0, 20.0));
    if item.is_judged {
        let at = Rect::from_center_size(square(room.right() - 11.0).center(), vec2(12.0, 12.0));
        paint_icon(ui.painter(), at, Icon::Check, tokens(ui).text_subdued);
        return None;
    }
    let (start, end) = (item.start, item.end);
    let accept = icon_spot(ui, square(room.right() - 31.0), "accept", Icon::Check, &tr!("results-accept-one"));
    let reject = icon_spot(ui, square(room.right() - 10.0), "reject", Icon::Close, &tr!("results-reject-one"));
    if accept.clicked() {
        return Some(Action::Label(LabelAction::Accept { class, start, end }));
    }
    reject.clicked().then_some(Action::Label(LabelAction::Reject { class, start, end }))
}
