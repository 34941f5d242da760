//! What would be learnt from: label set, counts by class as bars, how it is divided, and everything that is wrong.

use egui::{
    ComboBox, Frame, Label, Margin, Rect, RichText, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use ks_domain::MediaTime;
use ks_domain::training::{ClassCount, SplitRule};

use crate::commands::Command;
use crate::format;
use crate::state::{Action, AppState, ClipPlace, PlacedProblem, TrainingAction};
use crate::texts::attribute;
use crate::theme::{class_hue, size, tokens};
use crate::tr;
use crate::widgets::{
    EmptyState, Icon, at_most_lines, empty_state, paint_elided, paint_icon, paint_number, section, truncated, wrapped,
};

/// Height of a class: its name, and its bar.
const CLASS: f32 = 34.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let training = &state.training;
    if training.data.overview.classes.is_empty() && state.trained_set().is_none() {
        return no_labels(ui, out);
    }
    ScrollArea::vertical().id_salt("train data").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(size::PADDING as i8, 8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            section(ui, &tr!("train-labels"));
            set_choice(ui, state, out);
            summary(ui, state);
            problems(ui, &training.data.problems, out);
            classes(ui, &training.data.overview.classes);
            super::previews::show(ui, state, out);
        });
    });
}

fn no_labels(ui: &mut Ui, out: &mut Vec<Action>) {
    let nothing = EmptyState {
        icon: Icon::Rows,
        title: &tr!("train-no-labels"),
        text: &attribute("train-no-labels", "hint"),
        command: Some(Command::ShowVideos),
        is_failure: false,
    };
    empty_state(ui, nothing, out);
}

fn set_choice(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let project = &state.studio.project;
    let current = state.trained_set();
    let name = current.and_then(|set| project.set(set)).map(|set| set.name.clone()).unwrap_or_default();
    ComboBox::from_id_salt("label set to learn")
        .selected_text(name)
        .width(ui.available_width())
        .truncate()
        .show_ui(ui, |ui| {
            for set in project.sets() {
                if ui.selectable_label(Some(set.id) == current, &set.name).clicked() {
                    out.push(TrainingAction::UseSet(set.id).into());
                }
            }
        })
        .response
        .accessible_name(tr!("train-label-set"));
}

/// How many samples, how they are divided, how even the classes are.
fn summary(ui: &mut Ui, state: &AppState) {
    let subdued = tokens(ui).text_subdued;
    let (overview, config) = (&state.training.data.overview, &state.training.form.config.data);
    let (train, validation, unused) = (overview.train, overview.validation, overview.unused);
    let mut counts = tr!("train-counts", train = train, validation = validation);
    if unused > 0 {
        counts = tr!("train-counts-unused", counts = counts, unused = unused);
    }
    wrapped(ui, RichText::new(counts).color(tokens(ui).text));
    let share = format::percent(config.validation_share as f32);
    let rule = match config.split {
        SplitRule::Video => tr!("train-split-video", share = share),
        SplitRule::Time => {
            tr!("train-split-time", share = share, gap = format::rough_secs(config.gap_seconds))
        }
    };
    wrapped(ui, RichText::new(rule).color(subdued));
    if let Some(times) = overview.imbalance().filter(|times| *times >= 1.5) {
        wrapped(ui, RichText::new(tr!("train-imbalance", times = format!("{times:.1}"))).color(subdued));
    }
}

fn problems(ui: &mut Ui, problems: &[PlacedProblem], out: &mut Vec<Action>) {
    if problems.is_empty() {
        return;
    }
    section(ui, &tr!("train-problems", count = problems.len()));
    for (place, problem) in problems.iter().enumerate() {
        ui.push_id(("problem", place), |ui| one_problem(ui, problem, out));
    }
}

fn one_problem(ui: &mut Ui, problem: &PlacedProblem, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let color = if problem.is_error { tokens.error } else { tokens.warning };
    let at = problem.time.map(format::short_time);
    let place = match (&problem.video, at) {
        (Some((_, file)), Some(time)) => tr!("train-problem-at", file = file, time = time),
        (Some((_, file)), None) => file.clone(),
        (None, _) => String::new(),
    };
    let row = ui.scope(|ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let (icon, _) = ui.allocate_exact_size(vec2(14.0, 16.0), Sense::hover());
            paint_icon(ui.painter(), Rect::from_center_size(icon.center(), vec2(12.0, 12.0)), Icon::Warning, color);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let text = if problem.is_error { tokens.error } else { tokens.text };
                at_most_lines(ui, &problem.message, text, 4);
                if !place.is_empty() {
                    truncated(ui, RichText::new(&place).color(tokens.text_subdued));
                }
            });
        });
    });
    let Some((video, file)) = &problem.video else { return };
    let response = ui.interact(row.response.rect, ui.scope_id().with("go"), Sense::click());
    let name = tr!("train-problem-go", message = &problem.message, place = &place);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
    if response.hovered() || response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.border_strong);
        ui.painter().rect_stroke(response.rect.expand(2.0), size::RADIUS, stroke, egui::StrokeKind::Outside);
    }
    if response.on_hover_text(tr!("train-problem-hover")).clicked() {
        let start = problem.time.unwrap_or(MediaTime::ZERO);
        let place = ClipPlace { video: Some(*video), file: file.clone(), start, end: start };
        out.push(TrainingAction::OpenClip(place).into());
    }
}

fn classes(ui: &mut Ui, classes: &[ClassCount]) {
    if classes.is_empty() {
        return;
    }
    section(ui, &tr!("train-classes", count = classes.len()));
    legend(ui);
    let total = |class: &ClassCount| class.train + class.validation + class.unused;
    let most = classes.iter().map(total).max().unwrap_or(0).max(1);
    ui.spacing_mut().item_spacing.y = 0.0;
    for (place, class) in classes.iter().enumerate() {
        class_row(ui, place, class, most);
    }
}

fn legend(ui: &mut Ui) {
    let tokens = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        for (name, strength) in
            [(tr!("train-for-training"), 1.0), (tr!("train-for-validation"), 0.45), (tr!("train-unused"), 0.0)]
        {
            let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            part(ui, rect, tokens.text_subdued, strength);
            ui.add(Label::new(RichText::new(name).small().color(tokens.text_subdued)));
            ui.add_space(5.0);
        }
    });
}

/// Full for training, a tint with an outline for validation, an outline for what is not used.
fn part(ui: &Ui, rect: Rect, hue: egui::Color32, strength: f32) {
    if rect.width() <= 0.0 {
        return;
    }
    if strength > 0.0 {
        ui.painter().rect_filled(rect, 2.0, hue.gamma_multiply(strength));
    }
    if strength < 1.0 {
        ui.painter().rect_stroke(rect, 2.0, egui::Stroke::new(1.0, hue), egui::StrokeKind::Inside);
    }
}

fn class_row(ui: &mut Ui, place: usize, class: &ClassCount, most: u32) {
    let tokens = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CLASS), Sense::hover());
    let secs = format!("{:.0}", class.duration.secs_f64());
    let name = tr!(
        "train-class-row",
        name = &class.name,
        train = class.train,
        validation = class.validation,
        unused = class.unused,
        secs = secs.as_str(),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if ui.is_rect_visible(rect) {
        let counts = format!("{} + {}", class.train, class.validation);
        let font = TextStyle::Monospace.resolve(ui.style());
        let width = ui.painter().layout_no_wrap(counts.clone(), font, tokens.text).size().x;
        let line = Rect::from_min_max(rect.min, pos2(rect.right() - 4.0, rect.top() + 18.0));
        paint_number(ui, line, &counts, tokens.text);
        paint_elided(ui, line.with_max_x(line.right() - width - 8.0), &class.name, TextStyle::Body, tokens.text);
        let track =
            Rect::from_min_max(pos2(rect.left(), rect.top() + 20.0), pos2(rect.right() - 4.0, rect.top() + 29.0));
        ui.painter().rect_filled(track, 2.0, tokens.control_bg);
        let hue = class_hue(tokens, place);
        let mut left = track.left();
        for (count, strength) in [(class.train, 1.0), (class.validation, 0.45), (class.unused, 0.0)] {
            let width = track.width() * count as f32 / most as f32;
            let bar = Rect::from_min_max(pos2(left, track.top()), pos2(left + (width - 1.0).max(0.0), track.bottom()));
            part(ui, bar, hue, strength);
            left += width;
        }
    }
    response.on_hover_text(name);
}
