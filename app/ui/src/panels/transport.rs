//! The bar below the picture: play, step, speed, loop, time and frame.

use egui::{Align, ComboBox, Layout, RichText, Ui};

use crate::commands::Command;
use crate::format;
use crate::keymap::{Keymap, Shortcut, keymap_of};
use crate::state::{Action, AppState, PlayerPhase, RATES};
use crate::texts::attribute;
use crate::theme::tokens;
use crate::tr;
use crate::widgets::{Icon, icon_button};

pub(crate) fn show(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let is_ready = state.player.phase == PlayerPhase::Ready;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_enabled_ui(is_ready, |ui| buttons(ui, state, out));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| position(ui, state));
    });
}

fn buttons(ui: &mut Ui, state: &AppState, out: &mut Vec<Action>) {
    let is_wide = ui.available_width() > 420.0;
    let is_narrow = ui.available_width() < 260.0;
    let keymap = keymap_of(ui);
    let mut command = |ui: &mut Ui, icon: Icon, name: &str, command: Command, is_on: Option<bool>| {
        if icon_button(ui, icon, name, &command.hover_text(&keymap), is_on).clicked() {
            out.push(command.into());
        }
    };
    if is_wide {
        command(ui, Icon::Start, &tr!("transport-start"), Command::Start, None);
    }
    command(ui, Icon::FrameBack, &tr!("transport-frame-back"), Command::FrameBack, None);
    let (icon, name) = if state.player.is_playing {
        (Icon::Pause, tr!("transport-pause"))
    } else {
        (Icon::Play, tr!("transport-play"))
    };
    command(ui, icon, &name, Command::PlayPause, None);
    command(ui, Icon::FrameForward, &tr!("transport-frame-forward"), Command::FrameForward, None);
    if is_wide {
        command(ui, Icon::End, &tr!("transport-end"), Command::End, None);
    }
    if !is_narrow {
        command(ui, Icon::Loop, &tr!("transport-loop"), Command::ToggleLoop, Some(state.player.is_looping));
    }
    ui.add_space(4.0);
    let shown = format::speed(state.player.rate);
    ComboBox::from_id_salt("speed")
        .selected_text(RichText::new(&shown).monospace())
        .width(56.0)
        .show_ui(ui, |ui| {
            for rate in RATES {
                let text = RichText::new(format::speed(rate)).monospace();
                if ui.selectable_label((rate - state.player.rate).abs() < 1e-6, text).clicked() {
                    out.push(Action::SetRate(rate));
                }
            }
        })
        .response
        .accessible_name(tr!("transport-speed"))
        .on_hover_text(speed_hint(&keymap));
}

/// What the speed is, and the keys that change it if all three have one.
fn speed_hint(keymap: &Keymap) -> String {
    let key = |command| keymap.shortcuts(command).first().map(Shortcut::text);
    match (key(Command::Slower), key(Command::Faster), key(Command::NormalRate)) {
        (Some(slower), Some(faster), Some(normal)) => {
            tr!("transport-speed-keys", slower = slower, faster = faster, normal = normal)
        }
        _ => attribute("transport-speed", "tooltip"),
    }
}

/// `0:03.480 / 0:10.000` and `frame 104 / 300`, from the right.
fn position(ui: &mut Ui, state: &AppState) {
    let tokens = tokens(ui);
    let Some(video) = state.selected_video() else { return };
    let room = ui.available_width();
    let mono = |text: String, color| RichText::new(text).monospace().color(color);
    ui.spacing_mut().item_spacing.x = 10.0;
    if let (Some(table), true) = (video.table(), room > 290.0) {
        let frame = if room > 350.0 {
            tr!("transport-frame", frame = state.player.frame.to_string(), last = table.last().to_string())
        } else {
            tr!("transport-frame-short", frame = state.player.frame.to_string())
        };
        ui.label(mono(frame, tokens.text_subdued)).on_hover_text(tr!("transport-frame-hint"));
    }
    let now = state.player.position.to_string();
    match video.duration() {
        Some(end) if room > 170.0 => {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(mono(tr!("transport-end-time", end = end.to_string()), tokens.text_subdued));
            ui.label(mono(now, tokens.text_strong));
        }
        _ => {
            ui.label(mono(now, tokens.text_strong));
        }
    }
}
