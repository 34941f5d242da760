//! The queue of videos: name, length, what is known, how far the analysis is.

use egui::{Align, Color32, Layout, Rect, ScrollArea, TextStyle, Ui, pos2, vec2};

use crate::commands::Command;
use crate::format;
use crate::keymap::keymap_of;
use crate::state::{Action, AnalysisPhase, AppState, IndexPhase, ProbePhase, Video};
use crate::theme::{Tokens, size, tokens};
use crate::tr;
use crate::widgets::{Icon, fit_middle, icon_button, list_item, menu_item, section};

const ROW: f32 = 44.0;

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.set_height(size::ROW);
        section(ui, &tr!("count-videos", count = state.videos.len()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let hover = Command::Open.hover_text(&keymap_of(ui));
            if icon_button(ui, Icon::Plus, &tr!("queue-add"), &hover, None).clicked() {
                out.push(Command::Open.into());
            }
        });
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, state.videos.len(), |ui, rows| {
        for video in state.videos.get(rows).unwrap_or_default() {
            row(ui, state, video, out);
        }
    });
}

fn row(ui: &mut Ui, state: &AppState, video: &Video, out: &mut Vec<Action>) {
    let is_selected = state.selected == Some(video.id);
    let (status, color) = status(video, tokens(ui));
    let length = video.duration().map(format::short_time).unwrap_or_default();
    let name = tr!("queue-row", name = &video.name, length = &length, status = &status);
    let response = list_item(ui, ROW, &name, is_selected, |ui, rect| {
        paint(ui, rect, video, &length, (&status, color), is_selected);
    });
    if response.clicked() {
        out.push(Action::Select(video.id));
    }
    let response = response.on_hover_ui(|ui| hover(ui, video));
    response.context_menu(|ui| {
        if video.analysis.phase.is_pending() && ui.button(tr!("queue-cancel")).clicked() {
            out.push(Action::Cancel(video.id));
            ui.close();
        }
        if ui.button(Command::RemoveVideo.text()).clicked() {
            out.push(Action::Remove(video.id));
            ui.close();
        }
        menu_item(ui, Command::Open, true, out);
    });
}

fn paint(ui: &Ui, rect: Rect, video: &Video, length: &str, status: (&str, Color32), is_selected: bool) {
    let tokens = tokens(ui);
    let inner = rect.shrink2(vec2(8.0, 4.0));
    let strong = if is_selected { tokens.text_strong } else { tokens.text };
    let mono = TextStyle::Monospace.resolve(ui.style());
    let time = ui.painter().layout_no_wrap(length.to_owned(), mono, tokens.text_subdued);
    let upper = Rect::from_min_max(inner.min, pos2(inner.right(), inner.top() + 18.0));
    let name = Rect::from_min_max(upper.min, pos2(upper.right() - time.size().x - 8.0, upper.bottom()));
    let shown = fit_middle(ui, &video.name, name.width());
    crate::widgets::paint_elided(ui, name, &shown, TextStyle::Body, strong);
    let time_pos = pos2(upper.right() - time.size().x, upper.center().y - time.size().y / 2.0);
    ui.painter().galley(time_pos, time, tokens.text_subdued);
    let lower = Rect::from_min_max(pos2(inner.left(), inner.top() + 18.0), pos2(inner.right(), inner.top() + 34.0));
    crate::widgets::paint_elided(ui, lower, status.0, TextStyle::Small, status.1);
    if let Some(share) = share(video) {
        let track =
            Rect::from_min_max(pos2(inner.left(), rect.bottom() - 4.0), pos2(inner.right(), rect.bottom() - 2.0));
        ui.painter().rect_filled(track, 1.0, tokens.control_active_bg);
        let done = Rect::from_min_size(track.min, vec2(track.width() * share, track.height()));
        ui.painter().rect_filled(done, 1.0, tokens.accent);
    }
}

/// How far the row's work is, 0 to 1.
fn share(video: &Video) -> Option<f32> {
    match (&video.index, video.analysis.phase.progress()) {
        (IndexPhase::Running(progress), None) => progress.fraction(),
        (_, Some(progress)) => progress.fraction(),
        _ => None,
    }
}

fn status(video: &Video, t: &Tokens) -> (String, Color32) {
    if video.failure().is_some() {
        return (tr!("queue-unreadable"), t.error);
    }
    let segments = video.analysis.lanes.segment_count();
    match &video.analysis.phase {
        AnalysisPhase::Queued => (tr!("queue-waits"), t.text_subdued),
        AnalysisPhase::Running { activity, progress, .. } => {
            let text = match progress.fraction() {
                Some(share) => tr!("queue-activity", activity = activity, percent = format::percent(share)),
                None => activity.clone(),
            };
            (text, t.text_subdued)
        }
        AnalysisPhase::Resuming { .. } => (tr!("queue-resuming"), t.warning),
        AnalysisPhase::Done => (tr!("count-actions", count = segments), t.success),
        AnalysisPhase::Cancelled => (tr!("queue-cancelled", count = segments), t.text_subdued),
        AnalysisPhase::Failed(_) => (tr!("queue-failed"), t.error),
        AnalysisPhase::None => match (&video.probe, &video.index) {
            (ProbePhase::Running, _) => (tr!("queue-reading"), t.text_subdued),
            (_, IndexPhase::Running(progress)) => {
                let text = match progress.fraction() {
                    Some(share) => tr!("queue-finding-share", percent = format::percent(share)),
                    None => tr!("queue-finding"),
                };
                (text, t.text_subdued)
            }
            (ProbePhase::Ready(info), _) => {
                let (width, height) = info.video.rotation.upright(info.video.width, info.video.height);
                let (width, height) = (width.to_string(), height.to_string());
                let text = tr!("queue-format", width = width, height = height, codec = &info.video.codec);
                (text, t.text_subdued)
            }
            (ProbePhase::Failed(_), _) => (tr!("queue-unreadable"), t.error),
        },
    }
}

fn hover(ui: &mut Ui, video: &Video) {
    ui.set_max_width(360.0);
    ui.add(egui::Label::new(&video.name).wrap());
    let subdued = tokens(ui).text_subdued;
    ui.add(egui::Label::new(egui::RichText::new(video.path.display().to_string()).color(subdued)).wrap());
    if let Some(info) = video.info() {
        let rate = video.table().map(|table| table.mean_rate()).or(info.video.stated_rate);
        let (container, codec) = (&info.container, &info.video.codec);
        ui.label(match rate {
            Some(rate) => {
                tr!("queue-hover-rate", container = container, codec = codec, rate = format!("{rate:.3}"))
            }
            None => tr!("queue-hover-format", container = container, codec = codec),
        });
    }
    for warning in &video.warnings {
        ui.add(egui::Label::new(egui::RichText::new(warning).color(tokens(ui).warning)).wrap());
    }
    let failure = video.failure().or(match &video.analysis.phase {
        AnalysisPhase::Failed(failure) => Some(failure),
        _ => None,
    });
    if let Some(failure) = failure {
        ui.add(egui::Label::new(egui::RichText::new(&failure.summary).color(tokens(ui).error)).wrap());
    }
}
