//! What the next run starts from and needs, and the button that begins it.

use std::path::{Path, PathBuf};

use egui::{ComboBox, RichText, TextEdit, Ui};
use ks_domain::training::Estimate;

use crate::format;
use crate::state::{Action, AppState, TrainStart, TrainingAction};
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{primary_button, section, wrapped};

/// Width from which on the start and the name stand beside one another.
const BESIDE: f32 = 460.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 6.0;
    if ui.available_width() > BESIDE {
        ui.columns(2, |columns| {
            if let [left, right] = columns {
                start_from(left, state, out);
                run_name(right, state, out);
            }
        });
    } else {
        start_from(ui, state, out);
        run_name(ui, state, out);
    }
    let subdued = tokens(ui).text_subdued;
    wrapped(ui, RichText::new(needs(state)).color(subdued));
    let obstacle = state.start_obstacle();
    let button = primary_button(ui, &tr!("train-start"), obstacle.is_none());
    let button = match &obstacle {
        Some(why) => button.on_disabled_hover_text(why),
        None => button,
    };
    if button.clicked() {
        out.push(TrainingAction::Start.into());
    }
    if let Some(why) = obstacle {
        wrapped(ui, RichText::new(why).color(subdued));
    }
}

fn run_name(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let mut name = state.training.name.clone();
    let edit = TextEdit::singleline(&mut name)
        .hint_text(tr!("train-run-name"))
        .desired_width(ui.available_width())
        .char_limit(80);
    if ui.add(edit).accessible_name(tr!("train-run-name")).changed() {
        out.push(TrainingAction::Name(name).into());
    }
}

/// The network that the run starts from.
fn start_from(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let of_path = |path: &Path| {
        let known = state.training.checkpoints.entry(path).map(|entry| entry.name.clone());
        let published = || {
            let here = state.zoo.here().into_iter().find(|(_, file)| file.as_path() == path);
            here.map(|(name, _)| name.to_owned())
        };
        known.or_else(published).unwrap_or_else(|| crate::state::NamedFile::new(path).name)
    };
    let of_analysis = state.model.file().map_or_else(
        || if state.training.has_built_in { tr!("train-from-built-in") } else { tr!("train-from-nothing") },
        |file| tr!("train-from-analysis", name = &file.name),
    );
    let chosen = state.training.start_from.as_deref();
    let shown = match (chosen, state.start_network()) {
        (Some(path), _) => of_path(path),
        (None, Some(TrainStart::Checkpoint(_) | TrainStart::BuiltIn) | None) => of_analysis.clone(),
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(tr!("train-from")).color(tokens(ui).text_subdued));
        let width = ui.available_width();
        let response = ComboBox::from_id_salt("start of training")
            .selected_text(shown)
            .width(width)
            .truncate()
            .show_ui(ui, |ui| {
                if ui.selectable_label(chosen.is_none(), &of_analysis).clicked() {
                    out.push(TrainingAction::StartFrom(None).into());
                }
                let trained = state.training.checkpoints.usable().map(|entry| (entry.name.as_str(), &entry.path));
                choices(ui, trained.collect(), chosen, out);
                let published = state.zoo.here();
                if !published.is_empty() {
                    section(ui, &tr!("train-from-zoo"));
                    choices(ui, published, chosen, out);
                }
            });
        response.response.accessible_name(tr!("train-from"));
    });
}

fn choices(ui: &mut Ui, choices: Vec<(&str, &PathBuf)>, chosen: Option<&Path>, out: &mut Vec<Action>) {
    for (name, path) in choices {
        if ui.selectable_label(chosen == Some(path.as_path()), name).clicked() {
            out.push(TrainingAction::StartFrom(Some(path.clone())).into());
        }
    }
}

/// `2.1 GB of memory, 640 MB of disk, 12 steps an epoch, about 4 min`.
fn needs(state: &AppState) -> String {
    let training = &state.training;
    let Some(Estimate { memory_bytes, disk_bytes, steps_per_epoch, seconds }) = training.estimate else {
        let batch = training.form.config.data.batch.max(1);
        let steps = training.data.overview.train.div_ceil(batch);
        return tr!("train-needs-steps", count = steps);
    };
    let mut text = tr!("train-needs", memory = bytes(memory_bytes), disk = bytes(disk_bytes), count = steps_per_epoch,);
    if let Some(secs) = seconds {
        text = tr!("train-needs-time", needs = text, time = format::rough_secs(secs));
    }
    text
}

/// `640 MB`, `2.1 GB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let mega = bytes as f64 / 1e6;
    if mega >= 1000.0 {
        tr!("bytes-giga", number = format!("{:.1}", mega / 1000.0))
    } else {
        tr!("bytes-mega", number = if mega < 10.0 { format!("{mega:.1}") } else { format!("{mega:.0}") })
    }
}
