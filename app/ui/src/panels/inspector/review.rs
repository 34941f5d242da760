//! The moments most worth a look: one after the other with keys, or by a click.

use egui::{Rect, Response, TextStyle, Ui, pos2, vec2};
use ks_domain::project::{Moment, Reason};

use crate::commands::Command;
use crate::format;
use crate::state::{Action, AppState, PageAction, Review, ReviewItem};
use crate::texts::attribute;
use crate::theme::{class_hue, size, tokens};
use crate::tr;
use crate::widgets::{
    Browse, EmptyState, Icon, command_button, empty_state, list_item, paint_elided, paint_icon, paint_number,
    progress_bar, wrapped,
};

const ROW: f32 = 40.0;

pub(super) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let review = &state.studio.pages.review;
    if review.items().is_empty() {
        return nothing(ui, state, out);
    }
    ui.spacing_mut().item_spacing.y = 4.0;
    let (done, total) = (review.done(), review.items().len());
    wrapped(ui, egui::RichText::new(tr!("review-progress", done = done, total = total)).color(tokens(ui).text_subdued));
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width() - 8.0);
        progress_bar(ui, &tr!("review-done"), Some(done as f32 / total.max(1) as f32));
    });
    buttons(ui, state, done == total, out);
    let list = Browse { id: "review", row: ROW, count: total, cursor: review.current() };
    let step = list.show(ui, |ui, place| row(ui, state, review, place, out));
    if step != 0 {
        let last = total.saturating_sub(1);
        let next = review.current().map_or(0, |place| place.saturating_add_signed(step).min(last));
        out.push(PageAction::OpenMoment(next).into());
    }
}

fn nothing(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let is_analysed = state.selected_video().is_some_and(|video| !video.analysis.windows.is_empty());
    let (title, hint) = if is_analysed {
        (tr!("review-nothing"), attribute("review-nothing", "hint"))
    } else {
        (tr!("review-not-analysed"), attribute("review-not-analysed", "hint"))
    };
    let can = !is_analysed && state.can(Command::Analyse);
    let command = can.then_some(Command::Analyse);
    let icon = if is_analysed { Icon::Check } else { Icon::Film };
    empty_state(ui, EmptyState { icon, title: &title, text: &hint, command, is_failure: false }, out);
}

/// The keys stand in what hovering says.
fn buttons(ui: &mut Ui, state: &AppState, is_done: bool, out: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        if is_done {
            let again = ui.button(tr!("review-again"));
            if again.on_hover_text(attribute("review-again", "tooltip")).clicked() {
                out.push(PageAction::LookAgain.into());
            }
        } else {
            command_button(ui, Command::NextUncertain, state.can(Command::NextUncertain), out);
        }
        let is_there = state.reviewed_moment().is_some();
        command_button(ui, Command::AcceptPrediction, is_there, out);
        command_button(ui, Command::RejectPrediction, is_there, out);
    });
}

/// Why a moment is worth a look.
fn reason_text(state: &AppState, moment: &Moment) -> String {
    match moment.reason {
        Reason::Disagreement => tr!("reason-disagreement"),
        Reason::CloseCall => {
            let name = |class| state.selected_video().map(|video| state.predicted_name(video, class));
            tr!("reason-close-call", other = moment.other.and_then(name).unwrap_or_default())
        }
        Reason::NearThreshold => tr!("reason-near-threshold"),
        Reason::Flicker => tr!("reason-flicker"),
        Reason::Rare => tr!("reason-rare"),
    }
}

fn state_text(item: &ReviewItem) -> String {
    match item.verdict {
        Some(true) => tr!("review-accepted"),
        Some(false) => tr!("review-rejected"),
        None if item.is_seen => tr!("review-seen"),
        None => tr!("review-open"),
    }
}

fn row(ui: &mut Ui, state: &AppState, review: &Review, place: usize, out: &mut Vec<Action>) -> Response {
    let Some(item) = review.items().get(place) else { return ui.label("") };
    let moment = &item.moment;
    let class = state.selected_video().map(|video| state.predicted_name(video, moment.class)).unwrap_or_default();
    let (why, what) = (reason_text(state, moment), state_text(item));
    let value = format::percent(moment.value);
    let start = moment.start.to_string();
    let name = tr!("review-row", class = &class, start = &start, reason = &why, value = &value, state = &what);
    let is_current = review.current() == Some(place);
    let response = list_item(ui, ROW, &name, is_current, |ui, rect| {
        let tokens = tokens(ui);
        let inner = Rect::from_min_max(rect.min + vec2(4.0, 3.0), rect.max - vec2(12.0, 3.0));
        let icon = Rect::from_center_size(pos2(inner.left() + 7.0, inner.top() + 9.0), vec2(12.0, 12.0));
        match (item.verdict, item.is_seen) {
            (Some(true), _) => paint_icon(ui.painter(), icon, Icon::Check, tokens.success),
            (Some(false), _) => paint_icon(ui.painter(), icon, Icon::Close, tokens.error),
            (None, true) => paint_icon(ui.painter(), icon, Icon::Check, tokens.text_subdued),
            (None, false) => _ = ui.painter().circle_filled(icon.center(), 4.0, class_hue(tokens, moment.class)),
        }
        let color = if item.is_done() && !is_current { tokens.text_subdued } else { tokens.text_strong };
        let left = inner.left() + 20.0;
        let number = 72.0;
        let upper = Rect::from_min_max(pos2(left, inner.top()), pos2(inner.right(), inner.top() + 18.0));
        let lower = Rect::from_min_max(pos2(left, inner.top() + 17.0), pos2(inner.right(), inner.bottom()));
        paint_elided(ui, upper.with_max_x(upper.right() - number - 6.0), &class, TextStyle::Body, color);
        paint_number(ui, upper.with_min_x(upper.right() - number), &start, color);
        paint_elided(ui, lower.with_max_x(lower.right() - 46.0), &why, TextStyle::Small, tokens.text_subdued);
        let track = Rect::from_center_size(pos2(lower.right() - 20.0, lower.center().y), vec2(40.0, 4.0));
        ui.painter().rect_filled(track, 2.0, tokens.control_bg);
        let filled = track.with_max_x(track.left() + track.width() * moment.value);
        ui.painter().rect_filled(filled, 2.0, tokens.text_subdued);
    });
    if response.clicked() {
        out.push(PageAction::OpenMoment(place).into());
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(size::ROW * 12.0);
        ui.label(&class);
        ui.label(tr!("review-hover", reason = &why, value = &value));
        ui.label(what);
    })
}
