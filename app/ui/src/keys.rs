//! From key presses to commands. Dead inside text fields and while a dialog asks for text or for a key.

use egui::{Context, Event, Key, Modifiers};
use ks_domain::project::{ClassId, ClassRecord};

use crate::commands::{Command, Group};
use crate::keymap::{Shortcut, class_keys, class_of_key, is_modifier};
use crate::state::{Action, AppState, Dialog, KeyStep, LabelAction, Screen, SettingsAction};

/// Takes the key presses that mean a command out of the input and reports them. Called before the panels are drawn.
pub(crate) fn take_commands(ctx: &Context, state: &AppState, out: &mut Vec<Action>) {
    let only = match &state.dialog {
        Some(Dialog::GoTo { .. } | Dialog::Export(_) | Dialog::Import(_) | Dialog::SaveFirst(_)) => return,
        Some(Dialog::Settings(view)) => {
            if matches!(view.step, KeyStep::Recording(_)) {
                record(ctx, out);
            }
            return;
        }
        // The palette's own key closes it, although its text field has the keys.
        Some(Dialog::Palette(_)) => Some(Command::ShowPalette),
        Some(Dialog::Keys { .. }) | None if ctx.text_edit_focused() => return,
        Some(Dialog::Keys { .. } | Dialog::About) | None => None,
    };
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
            let Some(command) = state.keymap.command_for(*key, *physical_key, *modifiers) else {
                let class = class_for(state, *key, *physical_key, *modifiers).filter(|_| only.is_none());
                if !*repeat {
                    out.extend(class.map(|class| Action::Label(LabelAction::Paint(class))));
                }
                return class.is_none();
            };
            if !command.is_offered() || only.is_some_and(|only| only != command) {
                return true;
            }
            // What cannot be seen cannot be played or analysed by accident.
            if state.screen() != Screen::Analyse
                && !matches!(command.info().group, Group::File | Group::View | Group::Window)
            {
                return true;
            }
            if !*repeat || repeats(command) {
                out.push(command.into());
            }
            false
        });
    });
}

/// The class that a key press marks: the one that was given this key, else the one at the key's place in the set.
fn class_for(state: &AppState, key: Key, physical: Option<Key>, modifiers: Modifiers) -> Option<ClassId> {
    if state.screen() != Screen::Analyse || state.selected_video().is_none() {
        return None;
    }
    let set = state.studio.current_set()?;
    let classes = state.studio.project.classes_of(set);
    let place = class_of_key(&state.keymap, key, physical, modifiers)?;
    let pressed = class_keys(&state.keymap).get(place)?.name().to_lowercase();
    let given = |class: &&&ClassRecord| class.key.is_some_and(|own| own.to_lowercase().to_string() == pressed);
    let own = classes.iter().find(given);
    // A class with a key of its own does not answer to that of its place as well.
    let placed = || classes.get(place).filter(|class| class.key.is_none());
    own.or_else(placed).map(|class| class.id)
}

/// Reports the first key that is pressed as the one to be recorded, and keeps all of them from the panels.
fn record(ctx: &Context, out: &mut Vec<Action>) {
    let recorded = |key, modifiers| SettingsAction::Recorded(Shortcut::new(key, modifiers));
    let mut taken = None;
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let action = match event {
                Event::Key { key: Key::Escape, pressed: true, .. } => SettingsAction::StopRecording,
                Event::Key { key, pressed: true, modifiers, .. } if !is_modifier(*key) => recorded(*key, *modifiers),
                // The toolkit knows these only by what they are for.
                Event::Copy => recorded(Key::C, Modifiers::COMMAND),
                Event::Cut => recorded(Key::X, Modifiers::COMMAND),
                Event::Paste(_) => recorded(Key::V, Modifiers::COMMAND),
                Event::Text(_) => return false,
                _ => return true,
            };
            taken.get_or_insert(action);
            false
        });
    });
    out.extend(taken.map(Action::from));
}

/// Commands that holding the key down repeats.
const fn repeats(command: Command) -> bool {
    matches!(
        command,
        Command::Undo
            | Command::Redo
            | Command::NudgeStartBack
            | Command::NudgeStartForward
            | Command::NudgeEndBack
            | Command::NudgeEndForward
            | Command::Slower
            | Command::Faster
            | Command::FrameBack
            | Command::FrameForward
            | Command::SecondBack
            | Command::SecondForward
            | Command::FiveSecondsBack
            | Command::FiveSecondsForward
            | Command::MinuteBack
            | Command::MinuteForward
            | Command::PreviousVideo
            | Command::NextVideo
            | Command::PreviousSegment
            | Command::NextSegment
            | Command::PreviousDisagreement
            | Command::NextDisagreement
            | Command::NextUncertain
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomPictureIn
            | Command::ZoomPictureOut
            | Command::LargerInterface
            | Command::SmallerInterface
    )
}
