//! Which key means which command: a [`Profile`] that comes with the program, and what the user has changed.
//!
//! What the layout prints on a key counts first; where that means nothing and is not Latin, the key's place on a US
//! keyboard does. Class keys are a layer of their own, in [`class_keys()`]. Nothing here handles an event: that is `keys.rs`.

mod class_keys;
mod profile;
mod shortcut;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Key, Modifiers, Ui};

pub use self::class_keys::{class_keys, class_of_key};
pub use self::profile::Profile;
pub(crate) use self::shortcut::is_modifier;
pub use self::shortcut::{COMMAND_KEY, Shortcut, UnknownKey};

use self::profile::{Table, read_table};
use crate::commands::{COMMANDS, Command};
use crate::tr;

/// What is wrong with keys in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyIssue {
    /// There is no such command.
    Command {
        /// What the file calls it.
        name: String,
    },
    /// There is no such key.
    Key {
        /// At which command it stands.
        command: Command,
        /// What the file says.
        text: String,
        /// The part of it that is no key.
        part: String,
    },
    /// The key means something else already.
    Clash {
        /// The key.
        shortcut: Shortcut,
        /// The command that does not get it.
        command: Command,
        /// The command that has it.
        owner: Command,
    },
}

impl std::fmt::Display for KeyIssue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self {
            Self::Command { name } => tr!("key-issue-command", name = name),
            Self::Key { command, text, part } => {
                tr!("key-issue-key", command = command.name(), text = text, part = part)
            }
            Self::Clash { shortcut, command, owner } => {
                tr!("key-issue-clash", keys = shortcut.written(), command = command.name(), owner = owner.name(),)
            }
        })
    }
}

/// A key that means something else already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The command that has the key.
    pub owner: Command,
}

/// Which key means which command.
#[derive(Clone, Debug, PartialEq)]
pub struct Keymap {
    profile: Profile,
    changes: Table,
    /// What follows from the two: each command's keys, and whose a key is.
    shortcuts: Table,
    owners: BTreeMap<Shortcut, Command>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(Profile::default())
    }
}

impl Keymap {
    /// The keys of a profile.
    pub fn new(profile: Profile) -> Self {
        Self::with(profile, Table::new())
    }

    fn with(profile: Profile, changes: Table) -> Self {
        let mut keymap = Self { profile, changes, shortcuts: Table::new(), owners: BTreeMap::new() };
        keymap.derive();
        keymap
    }

    /// The keys of a profile with changes as a configuration file has them: names of commands with their keys. Comes with
    /// everything that is wrong with them; what is right is used.
    pub fn read(profile: Profile, changes: &BTreeMap<String, Vec<String>>) -> (Self, Vec<KeyIssue>) {
        let (changes, issues) = read_table(changes);
        (Self::with(profile, changes), issues)
    }

    /// The changes as a configuration file has them.
    pub fn written(&self) -> BTreeMap<String, Vec<String>> {
        let written = |keys: &Vec<Shortcut>| keys.iter().map(Shortcut::written).collect();
        self.changes.iter().map(|(command, keys)| (command.name().to_owned(), written(keys))).collect()
    }

    /// Works out each command's keys. A change wins over the profile: a key that was given to one command is taken from
    /// the one that the profile gives it to, and comes back when the change is undone.
    fn derive(&mut self) {
        self.owners = self.changes.iter().flat_map(|(command, keys)| keys.iter().map(|key| (*key, *command))).collect();
        self.shortcuts.clear();
        for info in COMMANDS {
            let keys = match self.changes.get(&info.command) {
                Some(keys) => keys.clone(),
                None => {
                    let usual = self.profile.table().get(&info.command).map(Vec::as_slice).unwrap_or_default();
                    usual.iter().filter(|key| !self.owners.contains_key(key)).copied().collect()
                }
            };
            self.shortcuts.insert(info.command, keys);
        }
        let all = self.shortcuts.iter().flat_map(|(command, keys)| keys.iter().map(|key| (*key, *command)));
        self.owners = all.collect();
    }

    /// Whose keys are used where the user has changed nothing.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Takes another profile; the user's changes stay.
    pub fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
        self.derive();
    }

    /// The keys of a command, the one for menus first.
    pub fn shortcuts(&self, command: Command) -> &[Shortcut] {
        self.shortcuts.get(&command).map(Vec::as_slice).unwrap_or_default()
    }

    /// The command that a key means.
    pub fn owner(&self, shortcut: Shortcut) -> Option<Command> {
        self.owners.get(&shortcut).copied()
    }

    /// Gives a command one more key.
    ///
    /// # Errors
    /// If the key means another command; [`Keymap::take`] takes it away there.
    pub fn add(&mut self, command: Command, shortcut: Shortcut) -> Result<(), Clash> {
        match self.owner(shortcut) {
            Some(owner) if owner != command => Err(Clash { owner }),
            Some(_) => Ok(()),
            None => {
                self.take(command, shortcut);
                Ok(())
            }
        }
    }

    /// Gives a command one more key, whoever had it.
    pub fn take(&mut self, command: Command, shortcut: Shortcut) {
        // What the profile gives to another command is taken from it by being a change; what a change gives has to go.
        if let Some(owner) = self.owner(shortcut).filter(|owner| *owner != command && self.is_changed(*owner)) {
            self.remove(owner, shortcut);
        }
        let mut keys = self.shortcuts(command).to_vec();
        if !keys.contains(&shortcut) {
            keys.push(shortcut);
        }
        self.change(command, keys);
    }

    /// Takes a key away from a command.
    pub fn remove(&mut self, command: Command, shortcut: Shortcut) {
        let keys = self.shortcuts(command).iter().filter(|key| **key != shortcut).copied().collect();
        self.change(command, keys);
    }

    fn change(&mut self, command: Command, keys: Vec<Shortcut>) {
        let is_usual = self.profile.table().get(&command).map(Vec::as_slice).unwrap_or_default() == keys.as_slice();
        if is_usual {
            self.changes.remove(&command);
        } else {
            self.changes.insert(command, keys);
        }
        self.derive();
    }

    /// Whether the user has changed the keys of a command.
    pub fn is_changed(&self, command: Command) -> bool {
        self.changes.contains_key(&command)
    }

    /// Whether the user has changed anything.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Gives a command the profile's keys again, as far as no other change has them.
    pub fn reset(&mut self, command: Command) {
        self.changes.remove(&command);
        self.derive();
    }

    /// Gives every command the profile's keys again.
    pub fn reset_all(&mut self) {
        self.changes.clear();
        self.derive();
    }

    /// The command that a key press means, if any.
    pub fn command_for(&self, key: Key, physical: Option<Key>, modifiers: Modifiers) -> Option<Command> {
        candidates(key, physical).find_map(|key| self.owner(Shortcut::new(key, modifiers)))
    }
}

/// What a key press can stand for: what the layout prints on the key, then its place on a US keyboard. A Latin layout
/// means the letters and digits that it prints, wherever they are.
fn candidates(key: Key, physical: Option<Key>) -> impl Iterator<Item = Key> {
    let is_latin = key.name().len() == 1 && key.name().starts_with(|name: char| name.is_ascii_alphanumeric());
    [Some(key), physical.filter(|_| !is_latin)].into_iter().flatten()
}

/// Where a frame's keymap lies for the widgets that name keys.
fn id() -> egui::Id {
    egui::Id::unique("keymap")
}

/// Lets the widgets of this frame know the keys.
pub(crate) fn provide(ui: &Ui, keymap: &Arc<Keymap>) {
    ui.data_mut(|data| data.insert_temp(id(), Arc::clone(keymap)));
}

/// The keys of this frame.
pub fn keymap_of(ui: &Ui) -> Arc<Keymap> {
    ui.data(|data| data.get_temp(id())).unwrap_or_default()
}
