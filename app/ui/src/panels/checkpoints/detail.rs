//! Everything about one checkpoint, and what can be done with it; or two of them beside one another.

use egui::{Button, Frame, Grid, Id, Label, Margin, RichText, ScrollArea, TextEdit, Ui};

use crate::format;
use crate::panels::training::{bytes, differences, figure_text};
use crate::state::{Action, AppState, CheckpointEntry, Mismatch, TrainingAction};
use crate::texts::attribute;
use crate::theme::{semibold, size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, primary_button, section, truncated, wide_button, wrapped};

/// Names of classes that are written out.
const NAMED: usize = 12;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let checkpoints = &state.training.checkpoints;
    let pair = checkpoints.pair();
    let Some(entry) = checkpoints.selected_entry() else {
        let nothing = EmptyState {
            icon: Icon::Rows,
            title: &tr!("checkpoint-choose"),
            text: "",
            command: None,
            is_failure: false,
        };
        return empty_state(ui, nothing, out);
    };
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(size::PADDING as i8, 8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            if let Some(pair) = pair {
                compare(ui, pair, out);
                ui.separator();
            }
            let strong = tokens(ui).text_strong;
            wrapped(ui, RichText::new(&entry.name).family(semibold()).color(strong));
            match &entry.trouble {
                Some(why) => {
                    let error = tokens(ui).error;
                    wrapped(ui, RichText::new(why).color(error));
                    ui.add_space(4.0);
                }
                None => {
                    let count = entry.classes.len();
                    subdued(ui, &tr!("checkpoint-headline", architecture = &entry.architecture, count = count));
                    use_or_continue(ui, state, entry, out);
                }
            }
            files(ui, entry, out);
            words(ui, entry, out);
            facts(ui, entry);
        });
    });
}

fn subdued(ui: &mut Ui, text: &str) {
    let color = tokens(ui).text_subdued;
    wrapped(ui, RichText::new(text).color(color));
}

fn use_or_continue(ui: &mut Ui, state: &AppState, entry: &CheckpointEntry, out: &mut Vec<Action>) {
    let path = || entry.path.clone();
    let is_used = state.model.file().is_some_and(|file| file.path == entry.path);
    ui.add_space(4.0);
    let text = if is_used { tr!("checkpoint-used") } else { tr!("checkpoint-use") };
    if primary_button(ui, &text, !is_used).clicked() {
        out.push(TrainingAction::UseCheckpoint(path()).into());
    }
    let classes: Vec<String> = state.training.data.overview.classes.iter().map(|class| class.name.clone()).collect();
    let mismatch = if classes.is_empty() { None } else { entry.mismatch(&classes) };
    if let Some(mismatch) = &mismatch {
        wrapped(ui, RichText::new(mismatch_text(mismatch)).color(tokens(ui).warning));
    }
    if state.training.checkpoints.asks_new_head.as_ref() == Some(&entry.path) {
        new_head(ui, entry, out);
    } else if wide_button(ui, Button::new(tr!("checkpoint-continue")), size::ROW)
        .on_hover_text(attribute("checkpoint-continue", "tooltip"))
        .clicked()
    {
        out.push(TrainingAction::ContinueFrom(path()).into());
    }
}

/// What can be done with its file; one that cannot be read cannot be written in another format either.
fn files(ui: &mut Ui, entry: &CheckpointEntry, out: &mut Vec<Action>) {
    let path = || entry.path.clone();
    let export = (tr!("checkpoint-export"), attribute("checkpoint-export", "tooltip"), TrainingAction::Export(path()));
    let others = [
        (tr!("checkpoint-reveal"), attribute("checkpoint-reveal", "tooltip"), TrainingAction::Reveal(path())),
        (tr!("checkpoint-trash"), attribute("checkpoint-trash", "tooltip"), TrainingAction::Trash(path())),
    ];
    ui.horizontal_wrapped(|ui| {
        for (text, hover, action) in entry.trouble.is_none().then_some(export).into_iter().chain(others) {
            if ui.add(Button::new(text)).on_hover_text(hover).clicked() {
                out.push(action.into());
            }
        }
    });
}

/// Which classes differ, some of them by name.
fn mismatch_text(mismatch: &Mismatch) -> String {
    if mismatch.unknown.is_empty() {
        tr!("checkpoint-superfluous", names = some(&mismatch.superfluous))
    } else {
        tr!("checkpoint-unknown", names = some(&mismatch.unknown))
    }
}

fn some(names: &[String]) -> String {
    let written = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(NAMED);
    if more == 0 { written } else { tr!("checkpoint-and-more", names = written, count = more) }
}

/// What would happen to a checkpoint of other classes, before it does.
fn new_head(ui: &mut Ui, entry: &CheckpointEntry, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    Frame::new().fill(tokens.warning_bg).corner_radius(size::LARGE_RADIUS).inner_margin(Margin::same(8)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            wrapped(ui, RichText::new(tr!("checkpoint-new-head")).color(tokens.text));
            ui.horizontal_wrapped(|ui| {
                if ui.add(Button::new(tr!("checkpoint-new-head-yes"))).clicked() {
                    out.push(TrainingAction::ContinueWithNewHead(entry.path.clone()).into());
                }
                if ui.add(Button::new(tr!("checkpoint-new-head-no"))).clicked() {
                    out.push(TrainingAction::CancelContinue.into());
                }
            });
        },
    );
}

/// Tags and note. What is typed is kept when the field is left.
fn words(ui: &mut Ui, entry: &CheckpointEntry, out: &mut Vec<Action>) {
    section(ui, &tr!("checkpoint-tags"));
    let name = tr!("checkpoint-edit-tags");
    if let Some(text) = draft(ui, (&entry.path, "tags"), &entry.tags.join(", "), &name, false) {
        out.push(TrainingAction::Tag(entry.path.clone(), text).into());
    }
    section(ui, &tr!("checkpoint-note"));
    let name = tr!("checkpoint-edit-note");
    if let Some(text) = draft(ui, (&entry.path, "note"), &entry.note, &name, true) {
        out.push(TrainingAction::Note(entry.path.clone(), text).into());
    }
}

/// A field with a draft of its own; the text when the field is left and says something else.
fn draft(ui: &mut Ui, key: (&std::path::Path, &str), kept: &str, name: &str, is_long: bool) -> Option<String> {
    let id = Id::unique(("words of a checkpoint", key));
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| kept.to_owned());
    let width = ui.available_width();
    let hint = tr!("checkpoint-words-hint");
    let edit = if is_long { TextEdit::multiline(&mut text).desired_rows(2) } else { TextEdit::singleline(&mut text) };
    let edit = edit.id(id.with("field")).hint_text(hint).desired_width(width).char_limit(2_000);
    let response = ui.add(edit).accessible_name(name);
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, text));
        return None;
    }
    ui.data_mut(|data| data.remove_temp::<String>(id));
    (response.lost_focus() && text != kept).then_some(text)
}

fn facts(ui: &mut Ui, entry: &CheckpointEntry) {
    section(ui, &tr!("checkpoint-facts"));
    if let Some(best) = &entry.best {
        field(ui, &tr!("checkpoint-figure"), &figure_text(best));
        field(ui, &tr!("checkpoint-protocol"), &best.protocol);
    }
    if let Some(parent) = &entry.parent {
        field(ui, &tr!("checkpoint-parent"), parent);
    }
    if let Some(run) = &entry.run {
        field(ui, &tr!("checkpoint-run"), run);
    }
    field(ui, &tr!("checkpoint-date"), &format::moment(entry.made_millis, entry.utc_offset_secs));
    field(ui, &tr!("checkpoint-size"), &bytes(entry.bytes));
    if !entry.classes.is_empty() {
        field(ui, &tr!("checkpoint-labels"), &some(&entry.classes));
    }
    field(ui, &tr!("checkpoint-file"), &entry.path.display().to_string());
}

/// A title and what stands under it; the text can be copied.
fn field(ui: &mut Ui, title: &str, text: &str) {
    let tokens = tokens(ui);
    ui.label(RichText::new(title).size(size::SECTION).color(tokens.text_subdued));
    ui.add(Label::new(RichText::new(text).color(tokens.text)).wrap().selectable(true));
    ui.add_space(2.0);
}

/// Two checkpoints, the older one first.
fn compare(ui: &mut Ui, (a, b): (&CheckpointEntry, &CheckpointEntry), out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    section(ui, &tr!("checkpoints-compared"));
    // The titles at the left want less than the values.
    let width = ((ui.available_width() - 96.0) / 2.0).max(72.0);
    let figure = |entry: &CheckpointEntry| entry.best.as_ref().map_or_else(|| "–".to_owned(), figure_text);
    let protocol = |entry: &CheckpointEntry| entry.best.as_ref().map_or_else(String::new, |best| best.protocol.clone());
    let made = |entry: &CheckpointEntry| format::moment(entry.made_millis, entry.utc_offset_secs);
    let rows = [
        (tr!("checkpoint-name"), a.name.clone(), b.name.clone()),
        (tr!("checkpoint-figure"), figure(a), figure(b)),
        (tr!("checkpoint-protocol"), protocol(a), protocol(b)),
        (tr!("checkpoint-labels"), a.classes.len().to_string(), b.classes.len().to_string()),
        (tr!("checkpoint-date"), made(a), made(b)),
        (tr!("checkpoint-size"), bytes(a.bytes), bytes(b.bytes)),
    ];
    Grid::new("two checkpoints").num_columns(3).max_col_width(width).striped(true).show(ui, |ui| {
        for (title, left, right) in rows {
            truncated(ui, RichText::new(title).color(tokens.text_subdued));
            for text in [left, right] {
                truncated(ui, RichText::new(&text).color(tokens.text)).on_hover_text(text);
            }
            ui.end_row();
        }
    });
    if let Some(mismatch) = a.mismatch(&b.classes) {
        let only = |names: &[String]| if names.is_empty() { tr!("none") } else { some(names) };
        subdued(ui, &tr!("checkpoint-only", name = &a.name, names = only(&mismatch.superfluous)));
        subdued(ui, &tr!("checkpoint-only", name = &b.name, names = only(&mismatch.unknown)));
    }
    let configs: Vec<_> =
        [a, b].into_iter().filter_map(|entry| Some((entry.name.as_str(), entry.config.as_deref()?))).collect();
    differences(ui, &configs);
    if ui.add(Button::new(tr!("checkpoints-compare-none"))).clicked() {
        for entry in [a, b] {
            out.push(TrainingAction::CompareCheckpoint(entry.path.clone(), false).into());
        }
    }
}
