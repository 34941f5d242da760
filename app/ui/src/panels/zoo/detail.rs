//! Everything about one entry: what to do with its file, what was reported of it, what it costs, where it comes from.

use egui::{Button, Frame, Label, Margin, RichText, ScrollArea, Ui};
use ks_domain::Progress;
use ks_domain::zoo::Entry;

use super::table::names_actions;
use crate::format;
use crate::state::{Action, AppState, ZooAction, ZooFile};
use crate::theme::{semibold, size, tokens};
use crate::widgets::{EmptyState, Icon, empty_state, primary_button, progress_bar, section, wide_button, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let Some(entry) = state.zoo.selected_entry() else {
        let nothing = EmptyState {
            icon: Icon::Film,
            title: "Choose a network to see all about it",
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
            let strong = tokens(ui).text_strong;
            wrapped(ui, RichText::new(&entry.name).family(semibold()).color(strong));
            subdued(ui, &headline(entry));
            ui.add_space(4.0);
            file(ui, state, entry, out);
            ui.add_space(4.0);
            ui.separator();
            accuracy(ui, entry);
            network(ui, entry);
            origin(ui, entry);
        });
    });
}

fn subdued(ui: &mut Ui, text: &str) {
    let color = tokens(ui).text_subdued;
    wrapped(ui, RichText::new(text).color(color));
}

fn headline(entry: &Entry) -> String {
    let head = match entry.classes {
        Some(classes) => format::count(classes as u64, "class", "classes"),
        None => "without a classifier: trainings start from it".to_owned(),
    };
    format!("{}, {head}", entry.architecture())
}

/// What can be done now, and how that goes.
fn file(ui: &mut Ui, state: &AppState, entry: &Entry, out: &mut Vec<Action>) {
    let name = || entry.name.clone();
    match state.zoo.files.get(&entry.name) {
        None => subdued(ui, "Looking for the file…"),
        Some(ZooFile::Busy { activity, progress }) => {
            progress_bar(ui, &format!("{activity} {}", entry.name), progress.fraction());
            subdued(ui, &format!("{activity}: {}", describe(progress)));
            if wide_button(ui, Button::new("Cancel"), size::ROW).clicked() {
                out.push(ZooAction::Cancel(name()).into());
            }
        }
        Some(ZooFile::Here { path, bytes, is_published }) => {
            let warning = tokens(ui).warning;
            if names_actions(entry) {
                if primary_button(ui, "Use for analysis", true).clicked() {
                    out.push(ZooAction::Use(name()).into());
                }
            } else {
                subdued(ui, "Choose it as the start of a training; it cannot name actions by itself");
            }
            if *is_published == Some(false) {
                wrapped(
                    ui,
                    RichText::new("This file was imported, and its bytes are not the published ones").color(warning),
                );
            }
            subdued(ui, &format!("{} on this computer: {}", megabytes(*bytes), path.display()));
        }
        Some(ZooFile::Absent { partial_bytes }) => {
            let text = if *partial_bytes > 0 { "Go on fetching" } else { "Fetch" };
            fetch(ui, state, entry, text, out);
            if *partial_bytes > 0 {
                subdued(ui, &format!("{} have come already", megabytes(*partial_bytes)));
            }
        }
        Some(ZooFile::Failed(failure)) => {
            let error = tokens(ui).error;
            wrapped(ui, RichText::new(&failure.summary).color(error));
            if !failure.details.is_empty() {
                subdued(ui, &failure.details);
            }
            fetch(ui, state, entry, "Fetch again", out);
        }
    }
}

fn fetch(ui: &mut Ui, state: &AppState, entry: &Entry, text: &str, out: &mut Vec<Action>) {
    let obstacle = state.zoo.offline_reason();
    let (bytes, is_exact) = entry.size();
    let about = if is_exact { "" } else { "about " };
    let text = format!("{text} ({about}{})", megabytes(bytes));
    if primary_button(ui, &text, obstacle.is_none()).clicked() {
        out.push(ZooAction::Fetch(entry.name.clone()).into());
    }
    if wide_button(ui, Button::new("I have the file…"), size::ROW)
        .on_hover_text("Choose the file on the disk; it is copied to where fetched ones are kept")
        .clicked()
    {
        out.push(ZooAction::AskForFile(entry.name.clone()).into());
    }
    if let Some(obstacle) = obstacle {
        subdued(ui, &obstacle);
    }
}

/// `12.3 of 119 MB, 3.1 MB a second, 35 s left`.
fn describe(progress: &Progress) -> String {
    let Some(total) = progress.total else { return "waiting for the answer".to_owned() };
    let mut text = format!("{} of {}", megabytes(progress.done), megabytes(total));
    if progress.rate > 0.0 {
        text.push_str(&format!(", {} MB a second", format::rate(progress.rate / 1e6)));
    }
    if let Some(secs) = progress.remaining_secs().filter(|_| progress.done < total) {
        text.push_str(&format!(", {} left", format::rough_secs(secs)));
    }
    text
}

fn megabytes(bytes: u64) -> String {
    let mega = bytes as f64 / 1e6;
    if mega < 10.0 { format!("{mega:.1} MB") } else { format!("{mega:.0} MB") }
}

fn accuracy(ui: &mut Ui, entry: &Entry) {
    if entry.published.is_empty() {
        return;
    }
    section(ui, "Reported accuracy on Kinetics-400");
    for row in &entry.published {
        let text = tokens(ui).text;
        let line = format!("mmaction2 {}: top-1 {:.2} %, top-5 {:.2} %", row.branch, row.top1, row.top5);
        wrapped(ui, RichText::new(line).color(text));
        subdued(ui, &row.protocol);
        if let Some(gpus) = row.gpus {
            let memory = row.memory_mb.map(|memory| format!(" with {memory} MB each")).unwrap_or_default();
            subdued(ui, &format!("Trained on {gpus} GPUs{memory}"));
        }
        code_field(ui, "Preset", &row.recipe);
    }
}

fn network(ui: &mut Ui, entry: &Entry) {
    section(ui, "Network");
    let (cost, clip) = (entry.cost, entry.clip);
    field(ui, "Parameters", &format::grouped(cost.parameters));
    field(ui, "Cost of a clip", &format!("{} GMAC at 224², {} at 256²", cost.gmacs_224, cost.gmacs_256));
    field(ui, "Pretraining", &entry.pretraining.to_string());
    if let Some(treatment) = entry.batch_norm {
        field(ui, "Batch norm", &treatment.to_string());
    }
    field(ui, "Pixels", &entry.normalization.to_string());
    let clips = format!(
        "{} frames {} apart, short side {}, crop {} ({} in tests)",
        clip.frames, clip.interval, clip.short_side, clip.train_crop, clip.test_crop
    );
    field(ui, "Clips", &clips);
}

fn origin(ui: &mut Ui, entry: &Entry) {
    section(ui, "File");
    field(ui, "Licence", &format!("{}; {}", entry.licence, entry.origin));
    code_field(ui, "Name", &entry.file);
    code_field(ui, "SHA-256", &format!("{}…", entry.sha256_prefix));
    code_field(ui, "Source", &entry.source);
    for citation in &entry.citations {
        field(ui, "Cite", citation.text());
    }
    if !entry.note.is_empty() {
        field(ui, "Note", &entry.note);
    }
}

/// A title and what stands under it; the text can be copied.
fn field(ui: &mut Ui, title: &str, text: &str) {
    titled(ui, title, RichText::new(text));
}

/// The same for names that count letter by letter: the text font would draw `32x2x1` as a product.
fn code_field(ui: &mut Ui, title: &str, text: &str) {
    titled(ui, title, RichText::new(text).monospace());
}

fn titled(ui: &mut Ui, title: &str, text: RichText) {
    let tokens = tokens(ui);
    ui.label(RichText::new(title).size(size::SECTION).color(tokens.text_subdued));
    ui.add(Label::new(text.color(tokens.text)).wrap().selectable(true));
    ui.add_space(2.0);
}
