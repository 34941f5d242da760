//! From key presses to commands. Dead inside text fields and while a dialog asks for text.

use egui::{Context, Event, Key};

use crate::commands::{Command, Group, command_for};
use crate::state::{Action, AppState, Dialog};

/// Takes the key presses that mean a command out of the input and reports them. Called before the panels are drawn.
pub(crate) fn take_commands(ctx: &Context, state: &AppState, out: &mut Vec<Action>) {
    if ctx.text_edit_focused() || matches!(state.dialog, Some(Dialog::GoTo { .. })) {
        return;
    }
    // A focused button takes the keys that press it and that move the focus.
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    let belongs_to_focus = |key: Key| {
        let arrows = [Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];
        has_focus && (matches!(key, Key::Space | Key::Enter | Key::Tab) || arrows.contains(&key))
    };
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key { key, physical_key, pressed: true, repeat, modifiers } = event else { return true };
            if modifiers.is_none() && belongs_to_focus(*key) {
                return true;
            }
            let Some(command) = command_for(*key, *physical_key, *modifiers) else { return true };
            // What cannot be seen cannot be played or analysed by accident.
            if state.zoo.is_open && !matches!(command.info().group, Group::File | Group::View) {
                return true;
            }
            if !(*repeat && is_toggle(command)) {
                out.push(command.into());
            }
            false
        });
    });
}

/// Commands that holding the key down must not repeat.
const fn is_toggle(command: Command) -> bool {
    matches!(
        command,
        Command::PlayPause
            | Command::ToggleLoop
            | Command::ShowKeys
            | Command::ShowFrameTimes
            | Command::Open
            | Command::ShowZoo
            | Command::Analyse
    )
}
