//! A row of the queue: name, length, what is known, how far analysis and labelling are.

use egui::{Color32, Rect, Response, Sense, TextStyle, Ui, Vec2, pos2, vec2};
use ks_domain::project::{Track, WorkState};

use super::menu;
use crate::format;
use crate::panels::inspector::work_text;
use crate::state::{Action, AnalysisPhase, AppState, IndexPhase, ProbePhase, ProjectAction, Video, VideoId};
use crate::theme::{Tokens, size, tokens};
use crate::tr;
use crate::widgets::{Icon, fit_middle, list_item, paint_elided, paint_icon, small_picture};

/// Height of a row.
pub(super) const ROW: f32 = 42.0;

/// Room for a small picture of the video.
const PICTURE: Vec2 = vec2(48.0, 27.0);

/// Draws a row.
pub(super) fn show(ui: &mut Ui, state: &AppState, place: usize, video: &Video, out: &mut Vec<Action>) {
    let is_watched = state.selected == Some(video.id);
    let is_marked = state.studio.marked_videos.contains(&video.id);
    let line = Line::new(ui, state, video);
    let name = tr!("queue-row", name = &video.name, length = &line.length, status = line.spoken());
    let response = list_item(ui, ROW, &name, is_watched || is_marked, |ui, rect| {
        paint(ui, rect, video, &line, is_watched || is_marked);
        if is_watched {
            let edge = Rect::from_min_size(rect.min, vec2(2.0, rect.height()));
            ui.painter().rect_filled(edge, 0.0, tokens(ui).accent);
        }
    });
    let response = response.interact(Sense::click_and_drag());
    if response.clicked() {
        out.extend(clicked(ui, video.id));
    }
    reorder(ui, state, place, video, &response, out);
    let response = response.on_hover_ui(|ui| hover(ui, state, video));
    response.context_menu(|ui| menu::show(ui, state, place, video, out));
}

/// A click watches; with Ctrl it selects besides, with Shift up to here.
fn clicked(ui: &Ui, id: VideoId) -> Vec<Action> {
    let modifiers = ui.input(|input| input.modifiers);
    if modifiers.shift {
        vec![Action::Project(ProjectAction::MarkTo(id))]
    } else if modifiers.command {
        vec![Action::Project(ProjectAction::ToggleMarked(id))]
    } else {
        vec![Action::Project(ProjectAction::ClearMarked), Action::Select(id)]
    }
}

/// A row can be dragged to another place.
fn reorder(ui: &Ui, state: &AppState, place: usize, video: &Video, row: &Response, out: &mut Vec<Action>) {
    row.dnd_set_drag_payload(video.id);
    let Some(dragged) = row.dnd_hover_payload::<VideoId>() else { return };
    let pointer = ui.input(|input| input.pointer.interact_pos());
    let is_upper = pointer.is_some_and(|pos| pos.y < row.rect.center().y);
    let y = if is_upper { row.rect.top() } else { row.rect.bottom() };
    ui.painter().hline(row.rect.x_range(), y, egui::Stroke::new(2.0, tokens(ui).accent));
    if row.dnd_release_payload::<VideoId>().is_some() && *dragged != video.id {
        let next = if is_upper { place } else { place + 1 };
        let before = state.videos.get(next).map(|video| video.id);
        if before != Some(*dragged) {
            out.push(Action::Project(ProjectAction::MoveVideo { video: *dragged, before }));
        }
    }
}

/// What a row says.
struct Line {
    length: String,
    status: String,
    icon: Icon,
    color: Color32,
    /// How many labels there are; empty for none.
    labels: String,
    /// How far the labelling is; empty where nobody has said.
    work: String,
    work_color: Color32,
    work_icon: Icon,
}

impl Line {
    fn new(ui: &Ui, state: &AppState, video: &Video) -> Self {
        let tokens = tokens(ui);
        let (status, color, icon) = status(video, tokens);
        let count = state.studio.project.track(video.id).map_or(0, Track::segment_count);
        let work = state.studio.project.notes(video.id).work;
        Self {
            length: video.duration().map(format::short_time).unwrap_or_default(),
            status,
            icon,
            color,
            labels: if count > 0 { tr!("count-labels", count = count) } else { String::new() },
            work: if work == WorkState::Open { String::new() } else { work_text(work) },
            work_color: if work == WorkState::Done { tokens.success } else { tokens.warning },
            work_icon: if work == WorkState::Done { Icon::Check } else { Icon::Warning },
        }
    }

    /// State, labels and work in one line.
    fn spoken(&self) -> String {
        let parts = [&self.status, &self.labels, &self.work];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    }
}

fn paint(ui: &Ui, rect: Rect, video: &Video, line: &Line, is_selected: bool) {
    let tokens = tokens(ui);
    let picture = Rect::from_min_size(pos2(rect.left() + 6.0, rect.top() + 6.0), PICTURE);
    ui.painter().rect_filled(picture, 2.0, tokens.picture_bg);
    if let Some(cover) = video.cover.as_ref().filter(|_| video.failure().is_none()) {
        small_picture(ui, picture, ui.scope_id().with(("cover", video.id)), cover, 0);
    } else {
        let icon = if video.failure().is_some() { Icon::Warning } else { Icon::Film };
        let middle = Rect::from_center_size(picture.center(), vec2(size::ICON, size::ICON));
        paint_icon(ui.painter(), middle, icon, tokens.text_disabled);
    }
    let inner = Rect::from_min_max(pos2(picture.right() + 6.0, rect.top() + 3.0), rect.max - vec2(6.0, 3.0));
    let strong = if is_selected { tokens.text_strong } else { tokens.text };
    let mono = TextStyle::Monospace.resolve(ui.style());
    let time = ui.painter().layout_no_wrap(line.length.clone(), mono, tokens.text_subdued);
    let upper = inner.with_max_y(inner.top() + 17.0);
    let name = upper.with_max_x(upper.right() - time.size().x - 6.0);
    let shown = fit_middle(ui, &video.name, name.width());
    paint_elided(ui, name, &shown, TextStyle::Body, strong);
    let time_pos = pos2(upper.right() - time.size().x, upper.center().y - time.size().y / 2.0);
    ui.painter().galley(time_pos, time, tokens.text_subdued);
    let lower = Rect::from_min_max(pos2(inner.left(), upper.bottom()), pos2(inner.right(), upper.bottom() + 16.0));
    let sign = Rect::from_center_size(pos2(lower.left() + 5.0, lower.center().y), vec2(10.0, 10.0));
    paint_icon(ui.painter(), sign, line.icon, line.color);
    let small = TextStyle::Small.resolve(ui.style());
    let work = ui.painter().layout_no_wrap(line.work.clone(), small, line.work_color);
    // Where the words would leave no room for the state, a sign stands for them.
    let is_short = lower.width() - work.size().x < 76.0;
    let work_width = match (line.work.is_empty(), is_short) {
        (true, _) => 0.0,
        (false, true) => 16.0,
        (false, false) => work.size().x + 6.0,
    };
    let text = if line.labels.is_empty() {
        line.status.clone()
    } else {
        tr!("queue-status-labels", status = &line.status, labels = &line.labels)
    };
    let status = Rect::from_min_max(pos2(lower.left() + 14.0, lower.top()), lower.max - vec2(work_width, 0.0));
    paint_elided(ui, status, &text, TextStyle::Small, line.color);
    if is_short && !line.work.is_empty() {
        let at = Rect::from_center_size(pos2(lower.right() - 6.0, lower.center().y), vec2(12.0, 12.0));
        paint_icon(ui.painter(), at, line.work_icon, line.work_color);
    } else {
        let work_pos = pos2(lower.right() - work.size().x, lower.center().y - work.size().y / 2.0);
        ui.painter().galley(work_pos, work, line.work_color);
    }
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

/// What a row says of its video, in which colour, and with which sign.
fn status(video: &Video, t: &Tokens) -> (String, Color32, Icon) {
    if video.is_missing {
        return (tr!("queue-missing"), t.error, Icon::Warning);
    }
    if video.failure().is_some() {
        return (tr!("queue-unreadable"), t.error, Icon::Warning);
    }
    let segments = video.analysis.lanes.segment_count();
    match &video.analysis.phase {
        AnalysisPhase::Queued => (tr!("queue-waits"), t.text_subdued, Icon::Pause),
        AnalysisPhase::Running { activity, progress, .. } => {
            let text = match progress.fraction() {
                Some(share) => tr!("queue-activity", activity = activity, percent = format::percent(share)),
                None => activity.clone(),
            };
            (text, t.text_subdued, Icon::Play)
        }
        AnalysisPhase::Resuming { .. } => (tr!("queue-resuming"), t.warning, Icon::Loop),
        AnalysisPhase::Done => (tr!("count-actions", count = segments), t.success, Icon::Check),
        AnalysisPhase::Cancelled => (tr!("queue-cancelled", count = segments), t.text_subdued, Icon::Close),
        AnalysisPhase::Failed(_) => (tr!("queue-failed"), t.error, Icon::Warning),
        AnalysisPhase::None => unanalysed(video, t),
    }
}

fn unanalysed(video: &Video, t: &Tokens) -> (String, Color32, Icon) {
    match (&video.probe, &video.index) {
        (ProbePhase::Running, _) => (tr!("queue-reading"), t.text_subdued, Icon::Play),
        (_, IndexPhase::Running(progress)) => {
            let text = match progress.fraction() {
                Some(share) => tr!("queue-finding-share", percent = format::percent(share)),
                None => tr!("queue-finding"),
            };
            (text, t.text_subdued, Icon::Play)
        }
        (ProbePhase::Ready(info), _) => {
            let (width, height) = info.video.rotation.upright(info.video.width, info.video.height);
            let (width, height) = (width.to_string(), height.to_string());
            let text = tr!("queue-format", width = width, height = height, codec = &info.video.codec);
            (text, t.text_subdued, Icon::Minus)
        }
        (ProbePhase::Failed(_), _) => (tr!("queue-unreadable"), t.error, Icon::Warning),
    }
}

fn hover(ui: &mut Ui, state: &AppState, video: &Video) {
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
    if video.is_missing {
        ui.add(egui::Label::new(tr!("queue-missing-hint")).wrap());
    }
    let note = state.studio.project.notes(video.id).note;
    if !note.is_empty() {
        ui.add(egui::Label::new(egui::RichText::new(note).color(subdued)).wrap());
    }
}
