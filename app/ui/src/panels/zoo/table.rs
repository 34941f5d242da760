//! The list of entries. Columns that there is no room for are left out, the least important first; the pane at the
//! right tells everything.

use egui::{Color32, Rect, ScrollArea, TextStyle, Ui, pos2, vec2};
use ks_domain::zoo::{Entry, Kind};

use crate::format;
use crate::state::{Action, AppState, ZooAction, ZooFile};
use crate::texts::attribute;
use crate::theme::{Tokens, semibold, size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, fit_middle, list_item, paint_elided};

/// Room that a name wants.
const NAME: f32 = 176.0;

/// One column besides the name.
struct Column {
    /// The message that names it.
    title: &'static str,
    width: f32,
    is_number: bool,
    /// Columns of the lowest rank are left out first.
    rank: u8,
    text: fn(&Entry) -> String,
}

const COLUMNS: &[Column] = &[
    Column { title: "zoo-column-network", width: 78.0, is_number: false, rank: 6, text: Entry::architecture },
    Column {
        title: "zoo-column-pretrained",
        width: 74.0,
        is_number: false,
        rank: 7,
        text: |entry| entry.pretraining.to_string(),
    },
    Column {
        title: "zoo-column-batch-norm",
        width: 72.0,
        is_number: false,
        rank: 0,
        text: |entry| entry.batch_norm.map_or_else(|| "–".to_owned(), |treatment| treatment.to_string()),
    },
    Column {
        title: "zoo-column-top1",
        width: 56.0,
        is_number: true,
        rank: 9,
        text: |entry| percent(entry.accuracy().map(|both| both.0)),
    },
    Column {
        title: "zoo-column-top5",
        width: 56.0,
        is_number: true,
        rank: 5,
        text: |entry| percent(entry.accuracy().map(|both| both.1)),
    },
    Column {
        title: "zoo-column-params",
        width: 68.0,
        is_number: true,
        rank: 4,
        text: |entry| format!("{:.2}", entry.cost.parameters as f64 / 1e6),
    },
    Column {
        title: "zoo-column-cost-224",
        width: 72.0,
        is_number: true,
        rank: 3,
        text: |entry| format!("{:.1}", entry.cost.gmacs_224),
    },
    Column {
        title: "zoo-column-cost-256",
        width: 72.0,
        is_number: true,
        rank: 1,
        text: |entry| format!("{:.1}", entry.cost.gmacs_256),
    },
    Column { title: "zoo-column-size", width: 60.0, is_number: true, rank: 2, text: |entry| size_in_mb(entry) },
];

/// Room for the state of the file.
const STATE: f32 = 92.0;

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

/// The file's size where it is known, or else that of its weights.
fn size_in_mb(entry: &Entry) -> String {
    let (bytes, is_exact) = entry.size();
    let number = format!("{:.0}", bytes as f64 / 1e6);
    if is_exact { number } else { tr!("zoo-size-rough", number = number) }
}

/// The columns for which there is room.
fn columns(room: f32) -> Vec<&'static Column> {
    let mut shown: Vec<&Column> = COLUMNS.iter().collect();
    let width = |shown: &[&Column]| shown.iter().map(|column| column.width + size::SPACING).sum::<f32>();
    while width(&shown) + NAME + STATE + 24.0 > room {
        let Some(least) = shown.iter().map(|column| column.rank).min() else { break };
        shown.retain(|column| column.rank != least);
    }
    shown
}

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let entries = state.zoo.shown();
    if entries.is_empty() {
        let nothing = EmptyState {
            icon: Icon::Film,
            title: &tr!("zoo-none-found"),
            text: &attribute("zoo-none-found", "hint"),
            command: None,
            is_failure: false,
        };
        return empty_state(ui, nothing, out);
    }
    let shown = columns(ui.available_width());
    header(ui, &shown);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, size::ROW, entries.len(), |ui, rows| {
        for entry in entries.get(rows).unwrap_or_default() {
            row(ui, state, entry, &shown, out);
        }
    });
}

/// Where the cells of a row are: the name, the columns, the state.
fn cells(rect: Rect, shown: &[&Column]) -> (Rect, Vec<Rect>, Rect) {
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let part = |left: f32, right: f32| Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
    let mut right = inner.right();
    let state = part(right - STATE, right);
    right -= STATE + 16.0;
    let mut columns: Vec<Rect> = shown
        .iter()
        .rev()
        .map(|column| {
            let cell = part(right - column.width, right);
            right -= column.width + size::SPACING;
            cell
        })
        .collect();
    columns.reverse();
    (part(inner.left(), right), columns, state)
}

fn header(ui: &mut Ui, shown: &[&Column]) {
    let color = tokens(ui).text_subdued;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), egui::Sense::hover());
    let (name, columns, state) = cells(rect, shown);
    let font = egui::FontId::new(size::SECTION, semibold());
    let put = |cell: Rect, text: &str, is_number: bool| {
        let (align, at) = if is_number {
            (egui::Align2::RIGHT_CENTER, cell.right_center())
        } else {
            (egui::Align2::LEFT_CENTER, cell.left_center())
        };
        ui.painter().text(at, align, text, font.clone(), color);
    };
    put(name, &tr!("zoo-column-name"), false);
    for (column, cell) in shown.iter().zip(columns) {
        put(cell, &tr!(column.title), column.is_number);
    }
    put(state, &tr!("zoo-column-file"), false);
}

fn row(ui: &mut Ui, state: &AppState, entry: &Entry, shown: &[&Column], out: &mut Vec<Action>) {
    let is_selected = state.zoo.selected.as_deref() == Some(&entry.name);
    let file = state.zoo.files.get(&entry.name);
    let (status, color) = status(file, tokens(ui));
    let name = spoken(entry, &status);
    let response = list_item(ui, size::ROW, &name, is_selected, |ui, rect| {
        let tokens = tokens(ui);
        let (name, columns, state) = cells(rect, shown);
        let strong = if is_selected { tokens.text_strong } else { tokens.text };
        let fitting = fit_middle(ui, &entry.name, name.width());
        paint_elided(ui, name, &fitting, TextStyle::Body, strong);
        for (column, cell) in shown.iter().zip(columns) {
            let text = (column.text)(entry);
            if column.is_number {
                let font = TextStyle::Monospace.resolve(ui.style());
                ui.painter().text(cell.right_center(), egui::Align2::RIGHT_CENTER, text, font, tokens.text);
            } else {
                paint_elided(ui, cell, &text, TextStyle::Body, tokens.text);
            }
        }
        paint_elided(ui, state, &status, TextStyle::Body, color);
        if let Some(ZooFile::Busy { progress, .. }) = file {
            paint_progress(ui, state, progress.fraction().unwrap_or(0.0));
        }
    });
    if response.clicked() {
        out.push(ZooAction::Select(entry.name.clone()).into());
    }
}

/// What assistive technology hears of a row.
fn spoken(entry: &Entry, status: &str) -> String {
    let (name, architecture, pretraining) = (&entry.name, entry.architecture(), entry.pretraining.to_string());
    match entry.accuracy() {
        Some((top1, _)) => tr!(
            "zoo-row-accuracy",
            name = name,
            architecture = architecture,
            pretraining = pretraining,
            top1 = format!("{top1:.2}"),
            status = status,
        ),
        None => {
            tr!("zoo-row", name = name, architecture = architecture, pretraining = pretraining, status = status)
        }
    }
}

fn paint_progress(ui: &Ui, cell: Rect, share: f32) {
    let tokens = tokens(ui);
    let track = Rect::from_min_max(pos2(cell.left(), cell.bottom() - 4.0), pos2(cell.right(), cell.bottom() - 2.0));
    ui.painter().rect_filled(track, 1.0, tokens.control_active_bg);
    let done = Rect::from_min_size(track.min, vec2(track.width() * share, track.height()));
    ui.painter().rect_filled(done, 1.0, tokens.accent);
}

/// What a row says about its file.
fn status(file: Option<&ZooFile>, t: &Tokens) -> (String, Color32) {
    match file {
        None => ("…".to_owned(), t.text_subdued),
        Some(ZooFile::Absent { partial_bytes: 0 }) => (tr!("zoo-state-absent"), t.text_subdued),
        Some(ZooFile::Absent { .. }) => (tr!("zoo-state-partial"), t.text),
        Some(ZooFile::Busy { activity, progress }) => {
            let text = match progress.fraction() {
                Some(share) => tr!("zoo-state-busy", activity = activity.text(), percent = format::percent(share)),
                None => activity.text(),
            };
            (text, t.text)
        }
        Some(ZooFile::Here { is_published: Some(false), .. }) => (tr!("zoo-state-changed"), t.warning),
        Some(ZooFile::Here { .. }) => (tr!("zoo-state-here"), t.success),
        Some(ZooFile::Failed(_)) => (tr!("zoo-state-failed"), t.error),
    }
}

/// Whether an entry can analyse.
pub(super) fn names_actions(entry: &Entry) -> bool {
    entry.kind == Kind::Recognizer
}
