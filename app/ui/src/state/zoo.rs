//! The model zoo: which published networks there are, whether their files are here, and what is being fetched.
//!
//! What is published is data of `ks_domain::zoo`; the files are the shell's. Here is what the window knows about them,
//! and what follows from what the user does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ks_domain::Progress;
use ks_domain::zoo::{self, Entry, Kind};

use super::{Action, AppState, Effect, Failure};
use crate::tr;

/// The model zoo's screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZooState {
    /// Whether it is shown instead of the videos.
    pub is_open: bool,
    /// What the list is narrowed down to.
    pub search: String,
    /// The entry that is looked at, by our name of it.
    pub selected: Option<String>,
    /// The files, by our names of their entries; empty until they were looked for.
    pub files: BTreeMap<String, ZooFile>,
    /// Whether the user wants nothing to be fetched.
    pub works_offline: bool,
    /// What else forbids fetching, and cannot be switched off here.
    pub offline_by: Option<String>,
    /// Why files cannot be kept at all.
    pub failure: Option<Failure>,
}

/// The file of one entry.
#[derive(Clone, Debug, PartialEq)]
pub enum ZooFile {
    /// Not here.
    Absent {
        /// Bytes that an earlier fetch has left.
        partial_bytes: u64,
    },
    /// On its way, from the network or from the disk.
    Busy {
        /// Where it comes from.
        activity: ZooActivity,
        /// In bytes.
        progress: Progress,
    },
    /// Here.
    Here {
        /// Where.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// Whether its bytes are known to be the published ones; `None` if nothing is known.
        is_published: Option<bool>,
    },
    /// It could not be had.
    Failed(Failure),
}

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZooActivity {
    /// From the network.
    Fetching,
    /// From the disk.
    Importing,
}

impl ZooActivity {
    /// What is said of it.
    pub fn text(self) -> String {
        match self {
            Self::Fetching => tr!("zoo-fetching"),
            Self::Importing => tr!("zoo-importing"),
        }
    }
}

/// Something that the user wants in the model zoo. Names are ours.
#[derive(Clone, Debug, PartialEq)]
pub enum ZooAction {
    /// Narrow the list down.
    Search(String),
    /// Look at an entry.
    Select(String),
    /// Fetch a file.
    Fetch(String),
    /// Stop fetching or importing.
    Cancel(String),
    /// Choose a file on the disk for an entry.
    AskForFile(String),
    /// Take in a file on the disk for an entry.
    Import {
        /// Which entry the user says it is.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// Analyse with a network.
    Use(String),
    /// Forbid or allow fetching.
    WorkOffline(bool),
}

/// What the shell is to do for the model zoo.
#[derive(Clone, Debug, PartialEq)]
pub enum ZooEffect {
    /// Look which files are here; answer with [`ZooEvent::Listed`].
    List,
    /// Fetch a file.
    Fetch(String),
    /// Stop fetching or importing a file.
    Cancel(String),
    /// Ask for a file on the disk; answer with [`ZooAction::Import`].
    AskForFile(String),
    /// Take in a file on the disk.
    Import {
        /// Which entry the user says it is.
        name: String,
        /// The file.
        path: PathBuf,
    },
}

/// What happened to the zoo's files.
#[derive(Clone, Debug, PartialEq)]
pub enum ZooEvent {
    /// All files were looked for.
    Listed(BTreeMap<String, ZooFile>),
    /// A file moved on, came, or did not come.
    File(String, ZooFile),
    /// Files cannot be kept.
    Failed(Failure),
}

impl From<ZooAction> for Action {
    fn from(action: ZooAction) -> Self {
        Self::Zoo(action)
    }
}

impl ZooState {
    /// The entries that the search leaves, in the order of the tables.
    pub fn shown(&self) -> Vec<&'static Entry> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let matches = |entry: &&Entry| {
            let text = format!(
                "{} {} {}",
                entry.names().collect::<Vec<_>>().join(" "),
                entry.architecture(),
                entry.pretraining
            );
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        };
        zoo::entries().iter().filter(matches).collect()
    }

    /// The networks whose files are here, with the files, in the order of the tables.
    pub fn here(&self) -> Vec<(&str, &PathBuf)> {
        let file = |entry: &'static Entry| match self.files.get_key_value(&entry.name) {
            Some((name, ZooFile::Here { path, .. })) => Some((name.as_str(), path)),
            _ => None,
        };
        zoo::entries().iter().filter_map(file).collect()
    }

    /// The entry that is looked at, if the search leaves it.
    pub fn selected_entry(&self) -> Option<&'static Entry> {
        let selected = self.selected.as_deref()?;
        self.shown().into_iter().find(|entry| entry.name == selected)
    }

    /// What forbids fetching, as a sentence; `None` if nothing does.
    pub fn offline_reason(&self) -> Option<String> {
        match (&self.offline_by, self.works_offline) {
            (Some(by), _) => Some(tr!("zoo-offline-reason-by", by = by)),
            (None, true) => Some(tr!("zoo-offline-reason")),
            (None, false) => None,
        }
    }

    /// How many files are on their way.
    pub fn busy_count(&self) -> usize {
        self.files.values().filter(|file| matches!(file, ZooFile::Busy { .. })).count()
    }
}

impl AppState {
    /// Shows or leaves the model zoo.
    pub(super) fn toggle_zoo(&mut self) -> Vec<Effect> {
        self.zoo.is_open = !self.zoo.is_open;
        self.training.screen = None;
        if !self.zoo.is_open {
            return vec![];
        }
        self.zoo
            .selected
            .get_or_insert_with(|| zoo::entries().first().map(|entry| entry.name.clone()).unwrap_or_default());
        let mut effects = vec![Effect::Zoo(ZooEffect::List)];
        // What is not seen should not go on playing.
        if self.player.is_playing {
            effects.extend(self.command(crate::commands::Command::PlayPause));
        }
        effects
    }

    pub(super) fn apply_zoo_action(&mut self, action: ZooAction) -> Vec<Effect> {
        match action {
            ZooAction::Search(text) => self.zoo.search = text,
            ZooAction::Select(name) => self.zoo.selected = Some(name),
            ZooAction::Fetch(name) => {
                let is_busy = matches!(self.zoo.files.get(&name), Some(ZooFile::Busy { .. } | ZooFile::Here { .. }));
                if !is_busy && self.zoo.offline_reason().is_none() {
                    self.zoo.files.insert(name.clone(), busy(ZooActivity::Fetching));
                    return vec![Effect::Zoo(ZooEffect::Fetch(name))];
                }
            }
            ZooAction::Cancel(name) => return vec![Effect::Zoo(ZooEffect::Cancel(name))],
            ZooAction::AskForFile(name) => return vec![Effect::Zoo(ZooEffect::AskForFile(name))],
            ZooAction::Import { name, path } => {
                if !matches!(self.zoo.files.get(&name), Some(ZooFile::Busy { .. })) {
                    self.zoo.files.insert(name.clone(), busy(ZooActivity::Importing));
                    return vec![Effect::Zoo(ZooEffect::Import { name, path })];
                }
            }
            ZooAction::Use(name) => return self.use_entry(&name),
            ZooAction::WorkOffline(works_offline) => {
                self.zoo.works_offline = works_offline;
                return vec![Effect::SaveConfig];
            }
        }
        vec![]
    }

    /// Analyses with an entry's network from now on, and with the pixels that it was trained on.
    fn use_entry(&mut self, name: &str) -> Vec<Effect> {
        let entry = zoo::entries().iter().find(|entry| entry.name == name && entry.kind == Kind::Recognizer);
        let (Some(entry), Some(ZooFile::Here { path, .. })) = (entry, self.zoo.files.get(name)) else { return vec![] };
        let path = path.clone();
        self.settings.normalization = entry.normalization.normalization();
        self.settings.clip_len = entry.clip.frames;
        self.settings.frame_interval = entry.clip.interval;
        self.settings.short_side = entry.clip.short_side;
        self.zoo.is_open = false;
        self.apply_action(Action::ChooseCheckpoint(path))
    }

    pub(super) fn apply_zoo(&mut self, event: ZooEvent) {
        match event {
            ZooEvent::Listed(found) => {
                self.zoo.failure = None;
                for (name, file) in found {
                    // What is on its way, and why something did not come, is newer than the list.
                    let is_newer = matches!(self.zoo.files.get(&name), Some(ZooFile::Busy { .. }))
                        || (matches!(self.zoo.files.get(&name), Some(ZooFile::Failed(_)))
                            && matches!(file, ZooFile::Absent { .. }));
                    if !is_newer {
                        self.zoo.files.insert(name, file);
                    }
                }
            }
            ZooEvent::File(name, file) => {
                self.zoo.files.insert(name, file);
            }
            ZooEvent::Failed(failure) => self.zoo.failure = Some(failure),
        }
    }
}

fn busy(activity: ZooActivity) -> ZooFile {
    ZooFile::Busy { activity, progress: Progress::default() }
}
