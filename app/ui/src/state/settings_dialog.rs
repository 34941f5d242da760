//! The settings: keys and look. Everything here is kept between sessions.

use std::sync::Arc;

use super::{AppState, Dialog, Effect};
use crate::commands::Command;
use crate::keymap::{Clash, Keymap, Profile, Shortcut};

/// A page of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingsPage {
    /// Which key means which command.
    #[default]
    Keys,
    /// Theme, scale, motion and language.
    Look,
}

/// What changing a key waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyStep {
    /// Nothing.
    #[default]
    Idle,
    /// The key that a command shall have is about to be pressed.
    Recording(Command),
    /// The key that was pressed means something else already.
    Clash {
        /// The command that shall have it.
        command: Command,
        /// The key.
        shortcut: Shortcut,
        /// The command that has it.
        owner: Command,
    },
}

/// What the settings show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsView {
    /// Which page.
    pub page: SettingsPage,
    /// What the list of commands is narrowed down to.
    pub search: String,
    /// What changing a key waits for.
    pub step: KeyStep,
}

/// Something that the user wants in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsAction {
    /// Show a page.
    Page(SettingsPage),
    /// Narrow the list of commands down.
    Search(String),
    /// Use another profile's keys.
    Profile(Profile),
    /// Let the next key press be one more key of a command.
    Record(Command),
    /// A key was pressed for it.
    Recorded(Shortcut),
    /// Leave the keys as they are.
    StopRecording,
    /// Take the key away where it is, and give it to the command that asked for it.
    TakeKey,
    /// Take a key away.
    RemoveKey(Command, Shortcut),
    /// Give a command its usual keys.
    Reset(Command),
    /// Give every command its usual keys.
    ResetAll,
    /// Let nothing move by itself, or let it.
    ReduceMotion(bool),
    /// Say everything in the language of this key.
    Language(String),
}

impl From<SettingsAction> for super::Action {
    fn from(action: SettingsAction) -> Self {
        Self::Settings(action)
    }
}

impl AppState {
    fn settings_view(&mut self) -> Option<&mut SettingsView> {
        match &mut self.dialog {
            Some(Dialog::Settings(view)) => Some(view),
            _ => None,
        }
    }

    fn set_step(&mut self, step: KeyStep) {
        if let Some(view) = self.settings_view() {
            view.step = step;
        }
    }

    /// Changes the keys and keeps them.
    fn change_keys(&mut self, change: impl FnOnce(&mut Keymap)) -> Vec<Effect> {
        change(Arc::make_mut(&mut self.keymap));
        self.set_step(KeyStep::Idle);
        vec![Effect::SaveConfig]
    }

    pub(super) fn apply_settings(&mut self, action: SettingsAction) -> Vec<Effect> {
        let step = self.settings_view().map(|view| view.step).unwrap_or_default();
        match action {
            SettingsAction::Page(page) => {
                if let Some(view) = self.settings_view() {
                    *view = SettingsView { page, ..SettingsView::default() };
                }
            }
            SettingsAction::Search(search) => {
                if let Some(view) = self.settings_view() {
                    view.search = search;
                }
            }
            SettingsAction::Profile(profile) => return self.change_keys(|keymap| keymap.set_profile(profile)),
            SettingsAction::Record(command) => self.set_step(KeyStep::Recording(command)),
            SettingsAction::Recorded(shortcut) => {
                if let KeyStep::Recording(command) = step {
                    return self.record(command, shortcut);
                }
            }
            SettingsAction::StopRecording => self.set_step(KeyStep::Idle),
            SettingsAction::TakeKey => {
                if let KeyStep::Clash { command, shortcut, .. } = step {
                    return self.change_keys(|keymap| keymap.take(command, shortcut));
                }
            }
            SettingsAction::RemoveKey(command, shortcut) => {
                return self.change_keys(|keymap| keymap.remove(command, shortcut));
            }
            SettingsAction::Reset(command) => return self.change_keys(|keymap| keymap.reset(command)),
            SettingsAction::ResetAll => return self.change_keys(Keymap::reset_all),
            SettingsAction::ReduceMotion(reduced) => {
                self.reduced_motion = reduced;
                return vec![Effect::SaveConfig];
            }
            SettingsAction::Language(key) => {
                if let Some(language) = self.languages.find(&key).cloned() {
                    crate::texts::speak(&language);
                    self.language = language;
                    return vec![Effect::SaveConfig];
                }
            }
        }
        vec![]
    }

    fn record(&mut self, command: Command, shortcut: Shortcut) -> Vec<Effect> {
        match Arc::make_mut(&mut self.keymap).add(command, shortcut) {
            Ok(()) => {
                self.set_step(KeyStep::Idle);
                vec![Effect::SaveConfig]
            }
            Err(Clash { owner }) => {
                self.set_step(KeyStep::Clash { command, shortcut, owner });
                vec![]
            }
        }
    }
}
