//! Everything about one entry: what to do with its file, what was reported of it, what it costs, where it comes from.

use egui::{Button, Frame, Label, Margin, RichText, ScrollArea, Ui};
use ks_domain::Progress;
use ks_domain::zoo::Entry;

use super::table::names_actions;
use crate::format;
use crate::state::{Action, AppState, ZooAction, ZooFile};
use crate::texts::attribute;
use crate::theme::{semibold, size, tokens};
use crate::tr;
use crate::widgets::{EmptyState, Icon, empty_state, primary_button, progress_bar, section, wide_button, wrapped};

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let Some(entry) = state.zoo.selected_entry() else {
        let nothing =
            EmptyState { icon: Icon::Film, title: &tr!("zoo-choose"), text: "", command: None, is_failure: false };
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
    match entry.classes {
        Some(classes) => tr!("zoo-headline", architecture = entry.architecture(), count = classes),
        None => tr!("zoo-headline-backbone", architecture = entry.architecture()),
    }
}

/// What can be done now, and how that goes.
fn file(ui: &mut Ui, state: &AppState, entry: &Entry, out: &mut Vec<Action>) {
    let name = || entry.name.clone();
    match state.zoo.files.get(&entry.name) {
        None => subdued(ui, &tr!("zoo-looking")),
        Some(ZooFile::Busy { activity, progress }) => {
            let bar = tr!("zoo-busy-bar", activity = activity.text(), name = &entry.name);
            progress_bar(ui, &bar, progress.fraction());
            subdued(ui, &tr!("zoo-busy-progress", activity = activity.text(), progress = describe(progress)));
            if wide_button(ui, Button::new(tr!("zoo-cancel")), size::ROW).clicked() {
                out.push(ZooAction::Cancel(name()).into());
            }
        }
        Some(ZooFile::Here { path, bytes, is_published }) => {
            let warning = tokens(ui).warning;
            if names_actions(entry) {
                if primary_button(ui, &tr!("zoo-use"), true).clicked() {
                    out.push(ZooAction::Use(name()).into());
                }
            } else {
                subdued(ui, &tr!("zoo-backbone"));
            }
            if *is_published == Some(false) {
                wrapped(ui, RichText::new(tr!("zoo-changed")).color(warning));
            }
            subdued(ui, &tr!("zoo-here", size = megabytes(*bytes), path = path.display().to_string()));
        }
        Some(ZooFile::Absent { partial_bytes }) => {
            let text = if *partial_bytes > 0 { Fetch::On } else { Fetch::First };
            fetch(ui, state, entry, text, out);
            if *partial_bytes > 0 {
                subdued(ui, &tr!("zoo-partial", size = megabytes(*partial_bytes)));
            }
        }
        Some(ZooFile::Failed(failure)) => {
            let error = tokens(ui).error;
            wrapped(ui, RichText::new(&failure.summary).color(error));
            if !failure.details.is_empty() {
                subdued(ui, &failure.details);
            }
            fetch(ui, state, entry, Fetch::Again, out);
        }
    }
}

/// Which time it is.
enum Fetch {
    First,
    On,
    Again,
}

fn fetch(ui: &mut Ui, state: &AppState, entry: &Entry, which: Fetch, out: &mut Vec<Action>) {
    let obstacle = state.zoo.offline_reason();
    let (bytes, is_exact) = entry.size();
    let size = if is_exact { megabytes(bytes) } else { tr!("zoo-about", size = megabytes(bytes)) };
    let text = match which {
        Fetch::First => tr!("zoo-fetch", size = size),
        Fetch::On => tr!("zoo-fetch-on", size = size),
        Fetch::Again => tr!("zoo-fetch-again", size = size),
    };
    if primary_button(ui, &text, obstacle.is_none()).clicked() {
        out.push(ZooAction::Fetch(entry.name.clone()).into());
    }
    if wide_button(ui, Button::new(tr!("zoo-have-file")), size::ROW)
        .on_hover_text(attribute("zoo-have-file", "tooltip"))
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
    let Some(total) = progress.total else { return tr!("zoo-waiting") };
    let mut parts = vec![tr!("zoo-progress", done = megabytes(progress.done), total = megabytes(total))];
    if progress.rate > 0.0 {
        parts.push(tr!("zoo-progress-rate", rate = format::rate(progress.rate / 1e6)));
    }
    if let Some(secs) = progress.remaining_secs().filter(|_| progress.done < total) {
        parts.push(tr!("zoo-progress-left", time = format::rough_secs(secs)));
    }
    parts.join(", ")
}

fn megabytes(bytes: u64) -> String {
    let mega = bytes as f64 / 1e6;
    tr!("bytes-mega", number = if mega < 10.0 { format!("{mega:.1}") } else { format!("{mega:.0}") })
}

fn accuracy(ui: &mut Ui, entry: &Entry) {
    if entry.published.is_empty() {
        return;
    }
    section(ui, &tr!("zoo-reported"));
    for row in &entry.published {
        let text = tokens(ui).text;
        let (top1, top5) = (format!("{:.2}", row.top1), format!("{:.2}", row.top5));
        let line = tr!("zoo-reported-row", branch = row.branch.to_string(), top1 = top1, top5 = top5);
        wrapped(ui, RichText::new(line).color(text));
        subdued(ui, &row.protocol);
        if let Some(gpus) = row.gpus {
            let gpus = gpus.to_string();
            let trained = match row.memory_mb {
                Some(memory) => tr!("zoo-trained-on-memory", gpus = gpus, memory = memory.to_string()),
                None => tr!("zoo-trained-on", gpus = gpus),
            };
            subdued(ui, &trained);
        }
        code_field(ui, &tr!("zoo-preset"), &row.recipe);
    }
}

fn network(ui: &mut Ui, entry: &Entry) {
    section(ui, &tr!("zoo-network"));
    let (cost, clip) = (entry.cost, entry.clip);
    field(ui, &tr!("zoo-parameters"), &format::grouped(cost.parameters));
    let (small, large) = (cost.gmacs_224.to_string(), cost.gmacs_256.to_string());
    field(ui, &tr!("zoo-cost"), &tr!("zoo-cost-text", small = small, large = large));
    field(ui, &tr!("zoo-pretraining"), &entry.pretraining.to_string());
    if let Some(treatment) = entry.batch_norm {
        field(ui, &tr!("zoo-batch-norm"), &treatment.to_string());
    }
    field(ui, &tr!("zoo-pixels"), &entry.normalization.to_string());
    let clips = tr!(
        "zoo-clips-text",
        frames = clip.frames.to_string(),
        interval = clip.interval.to_string(),
        side = clip.short_side.to_string(),
        train = clip.train_crop.to_string(),
        test = clip.test_crop.to_string(),
    );
    field(ui, &tr!("zoo-clips"), &clips);
}

fn origin(ui: &mut Ui, entry: &Entry) {
    section(ui, &tr!("zoo-file"));
    let (licence, origin) = (&entry.licence, entry.origin.to_string());
    field(ui, &tr!("zoo-licence"), &tr!("zoo-licence-text", licence = licence, origin = origin));
    code_field(ui, &tr!("zoo-name"), &entry.file);
    code_field(ui, &tr!("zoo-hash"), &format!("{}…", entry.sha256_prefix));
    code_field(ui, &tr!("zoo-source"), &entry.source);
    for citation in &entry.citations {
        field(ui, &tr!("zoo-cite"), citation.text());
    }
    if !entry.note.is_empty() {
        field(ui, &tr!("zoo-note"), &entry.note);
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
