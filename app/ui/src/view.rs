//! The whole window: which panels there are, and where.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::frame_times::FrameTimes;
use crate::panels::{
    banners, checkpoints, dialogs, inspector, player, queue, start, top_bar, training, transport, zoo,
};
use crate::state::{Action, AppState, LearnScreen, Screen};
use crate::theme::{size, tokens};
use crate::{keymap, keys, texts, theme, timeline};

/// What a frame needs besides the state.
#[derive(Clone, Copy, Debug, Default)]
pub struct ViewCtx<'a> {
    /// How long the last frames took.
    pub frame_times: Option<&'a FrameTimes>,
    /// How many files are held over the window at the moment.
    pub hovered_files: usize,
}

/// Draws the state and returns what the user did.
pub fn show(ui: &mut Ui, state: &AppState, view: ViewCtx<'_>) -> Vec<Action> {
    let mut out = Vec::new();
    texts::speak(&state.language);
    theme::reduce_motion(ui.ctx(), state.reduced_motion);
    keymap::provide(ui, &state.keymap);
    keys::take_commands(ui.ctx(), state, &mut out);
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    Panel::top("top bar")
        .exact_size(size::TOP_BAR)
        .frame(frame(tokens.panel_bg).inner_margin(Margin::symmetric(8, 2)))
        .show(ui, |ui| top_bar::show(ui, state, &mut out));
    banners::show(ui, state, &mut out);
    let screen = state.screen();
    if screen == Screen::Zoo {
        zoo::show(ui, state, &mut out);
    } else if screen == Screen::Learn(LearnScreen::Train) {
        training::show(ui, state, &mut out);
    } else if screen == Screen::Learn(LearnScreen::Checkpoints) {
        checkpoints::show(ui, state, &mut out);
    } else if state.videos.is_empty() {
        CentralPanel::default()
            .frame(frame(tokens.window_bg))
            .show(ui, |ui| start::show(ui, state, view.hovered_files, &mut out));
    } else {
        working_panels(ui, state, &mut out);
        if view.hovered_files > 0 {
            start::drop_overlay(ui, view.hovered_files);
        }
    }
    dialogs::show(ui, state, &mut out);
    if let (true, Some(times)) = (state.shows_frame_times, view.frame_times) {
        dialogs::frame_times(ui, times);
    }
    out
}

fn working_panels(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let tokens = tokens(ui);
    let frame = |fill| Frame::new().fill(fill);
    let room = ui.available_size();
    let side = |share: f32, least: f32, most: f32| (room.x * share).clamp(least, most);
    Panel::right("inspector")
        .resizable(true)
        .default_size(side(0.23, 190.0, 300.0))
        .size_range(170.0..=side(0.5, 190.0, 760.0))
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| inspector::show(ui, state, out));
    let timeline_height = (room.y * 0.36).clamp(150.0, 420.0);
    Panel::bottom("timeline")
        .resizable(true)
        .default_size(timeline_height)
        .size_range(120.0..=(room.y * 0.6).max(121.0))
        .frame(frame(tokens.panel_bg))
        .show(ui, |ui| timeline::show(ui, state, out));
    Panel::left("queue")
        .resizable(true)
        .default_size(side(0.19, 150.0, 250.0))
        .size_range(130.0..=side(0.3, 150.0, 420.0))
        .frame(frame(tokens.panel_bg).inner_margin(Margin { left: 8, right: 8, top: 6, bottom: 0 }))
        .show(ui, |ui| queue::show(ui, state, out));
    Panel::bottom("transport")
        .exact_size(40.0)
        .show_separator_line(false)
        .frame(frame(tokens.panel_bg).inner_margin(Margin::symmetric(8, 8)))
        .show(ui, |ui| transport::show(ui, state, out));
    CentralPanel::default().frame(frame(tokens.picture_bg)).show(ui, |ui| player::show(ui, state, out));
}
