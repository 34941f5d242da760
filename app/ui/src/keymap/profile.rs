//! The keys that come with the program: one file for each habit that people bring along.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{KeyIssue, Shortcut};
use crate::commands::{COMMANDS, Command};
use crate::tr;

/// Whose keys are used where the user has not changed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// J, K and L as in video editors.
    #[default]
    Editor,
    /// The player mpv.
    Mpv,
    /// The annotation program ELAN.
    Elan,
    /// The annotation program BORIS.
    Boris,
}

/// The keys of one profile.
pub(super) type Table = BTreeMap<Command, Vec<Shortcut>>;

impl Profile {
    /// All of them, the usual one first.
    pub const ALL: [Self; 4] = [Self::Editor, Self::Mpv, Self::Elan, Self::Boris];

    /// The name in the configuration file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Mpv => "mpv",
            Self::Elan => "elan",
            Self::Boris => "boris",
        }
    }

    /// The profile with this name in a configuration file.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.key() == key)
    }

    /// The name for people.
    pub fn text(self) -> String {
        match self {
            Self::Editor => tr!("profile-editor"),
            Self::Mpv => tr!("profile-mpv"),
            Self::Elan => tr!("profile-elan"),
            Self::Boris => tr!("profile-boris"),
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::Editor => include_str!("../../../../assets/keys/editor.toml"),
            Self::Mpv => include_str!("../../../../assets/keys/mpv.toml"),
            Self::Elan => include_str!("../../../../assets/keys/elan.toml"),
            Self::Boris => include_str!("../../../../assets/keys/boris.toml"),
        }
    }

    /// Its keys.
    pub(super) fn table(self) -> &'static Table {
        static TABLES: LazyLock<BTreeMap<Profile, Table>> =
            LazyLock::new(|| Profile::ALL.into_iter().map(|profile| (profile, profile.read())).collect());
        TABLES.get(&self).expect("should be read: all profiles are")
    }

    fn read(self) -> Table {
        let texts: BTreeMap<String, Vec<String>> =
            toml::from_str(self.source()).expect("should be a profile: a test reads the file");
        let (table, issues) = read_table(&texts);
        assert!(issues.is_empty(), "the keys of {self:?} should be without mistakes: {issues:?}");
        table
    }
}

/// Reads names of commands with their keys, and everything that is wrong with them. What is right is kept; a key that
/// stands at two commands stays with the one that the menus have first.
pub(super) fn read_table(texts: &BTreeMap<String, Vec<String>>) -> (Table, Vec<KeyIssue>) {
    let mut issues: Vec<KeyIssue> = texts
        .keys()
        .filter(|name| Command::from_name(name).is_none())
        .map(|name| KeyIssue::Command { name: name.clone() })
        .collect();
    let mut table = Table::new();
    let mut owners: BTreeMap<Shortcut, Command> = BTreeMap::new();
    for info in COMMANDS {
        let Some(written) = texts.get(info.name) else { continue };
        let keys = table.entry(info.command).or_default();
        for text in written {
            match Shortcut::parse(text) {
                Err(unknown) => {
                    issues.push(KeyIssue::Key { command: info.command, text: text.clone(), part: unknown.part });
                }
                Ok(shortcut) => match owners.insert(shortcut, info.command) {
                    None => keys.push(shortcut),
                    Some(owner) => {
                        owners.insert(shortcut, owner);
                        issues.push(KeyIssue::Clash { shortcut, command: info.command, owner });
                    }
                },
            }
        }
    }
    (table, issues)
}
