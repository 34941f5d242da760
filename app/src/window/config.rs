//! What is kept between sessions, in `config.toml`: checkpoint, labels, device, look, language and keys.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use anyhow::Context as _;
use ks_ui::state::{AppState, Failure};
use serde::{Deserialize, Serialize};

use super::inbox::Outlet;

/// The configuration file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Config {
    /// The last checkpoint.
    pub(super) checkpoint: Option<PathBuf>,
    /// The last labels file.
    pub(super) labels: Option<PathBuf>,
    /// `auto`, `cpu`, `gpu:N` or `cuda:N`.
    pub(super) device: Option<String>,
    /// `system`, `dark` or `light`.
    pub(super) theme: Option<String>,
    /// Interface scale, 1 to 2.
    pub(super) scale: Option<f32>,
    /// Whether nothing may be fetched.
    pub(super) offline: Option<bool>,
    /// Whether nothing moves by itself.
    pub(super) reduced_motion: Option<bool>,
    /// `en`, or the name of a file in the folder `languages`.
    pub(super) language: Option<String>,
    /// Projects that were open, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) recent: Vec<PathBuf>,
    /// Who labels.
    pub(super) person: Option<String>,
    /// How long after something happens the key is pressed, in milliseconds.
    pub(super) reaction_millis: Option<u32>,
    /// Whose keys are used: `editor`, `mpv`, `elan` or `boris`.
    pub(super) key_profile: Option<String>,
    /// Commands whose keys were changed, with their keys: `Undo = ["Ctrl+Z"]`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) keys: BTreeMap<String, Vec<String>>,
}

/// Whether the settings of the last session forbid fetching; those that cannot be read forbid nothing.
pub(crate) fn works_offline(config_dir: Option<PathBuf>) -> bool {
    let places = ks_engine::Places::find(config_dir);
    places.and_then(|places| Config::read(&places.config_dir).ok()).and_then(|config| config.offline).unwrap_or(false)
}

impl Config {
    /// What is to be kept of a state.
    pub(super) fn of(state: &AppState) -> Self {
        Self {
            checkpoint: state.model.file().map(|file| file.path.clone()),
            labels: state.labels.file.as_ref().map(|file| file.path.clone()),
            device: Some(state.devices.wanted.clone()),
            theme: Some(state.theme.key().to_owned()),
            scale: Some(state.scale.factor()),
            offline: state.zoo.works_offline.then_some(true),
            reduced_motion: state.reduced_motion.then_some(true),
            language: (!state.language.is_english()).then(|| state.language.key().to_owned()),
            recent: state.studio.recent.clone(),
            person: Some(state.studio.person.clone()),
            reaction_millis: (state.studio.reaction_millis > 0).then_some(state.studio.reaction_millis),
            key_profile: Some(state.keymap.profile().key().to_owned()),
            keys: state.keymap.written(),
        }
    }

    /// Reads the file in a folder; the defaults if there is none.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let file = file_in(folder);
        match std::fs::read_to_string(&file) {
            Ok(text) => toml::from_str(&text).with_context(|| {
                format!("the settings of the last session cannot be used; correct or delete {}", file.display())
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| {
                format!("the settings of the last session cannot be read; check the permissions of {}", file.display())
            }),
        }
    }

    /// Writes the file whole or not at all.
    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(toml::to_string(self)?.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(file_in(folder))?;
        Ok(())
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join("config.toml")
}

/// Writes configurations on a thread of its own, in order. Dropping it waits until the last one is written.
pub(super) struct ConfigWriter {
    configs: Option<SyncSender<Config>>,
    thread: Option<JoinHandle<()>>,
}

impl ConfigWriter {
    /// Starts the thread.
    pub(super) fn start(folder: PathBuf, outlet: Outlet) -> std::io::Result<Self> {
        let (configs, incoming) = sync_channel::<Config>(64);
        let thread = std::thread::Builder::new().name("settings".to_owned()).spawn(move || {
            while let Ok(first) = incoming.recv() {
                // Only the newest counts.
                let newest = incoming.try_iter().last().unwrap_or(first);
                if let Err(error) = newest.write(&folder) {
                    let summary = format!("Settings cannot be kept ({error}); check the folder {}", folder.display());
                    outlet.send(ks_ui::state::Event::Trouble(Failure::new(summary)));
                }
            }
        })?;
        Ok(Self { configs: Some(configs), thread: Some(thread) })
    }

    /// Keeps a configuration. Never waits; if too many wait already, the next change keeps this one, too.
    pub(super) fn save(&self, config: Config) {
        let full = self.configs.as_ref().is_some_and(|configs| configs.try_send(config).is_err());
        if full {
            tracing::warn!("settings change faster than they can be written");
        }
    }
}

impl Drop for ConfigWriter {
    fn drop(&mut self) {
        self.configs = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the settings thread has panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_session() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("deeper");
        assert_eq!(Config::read(&nested).unwrap(), Config::default());
        let config = Config {
            checkpoint: Some("/models/csn.pth".into()),
            labels: None,
            device: Some("cpu".to_owned()),
            theme: Some("light".to_owned()),
            scale: Some(1.5),
            offline: Some(true),
            reduced_motion: Some(true),
            language: Some("de".to_owned()),
            key_profile: Some("elan".to_owned()),
            recent: vec!["/projects/bees.kinetoscope".into()],
            person: Some("Ada".to_owned()),
            reaction_millis: Some(150),
            keys: [("Undo".to_owned(), vec!["Ctrl+Z".to_owned(), "F5".to_owned()])].into(),
        };
        config.write(&nested).unwrap();
        assert_eq!(Config::read(&nested).unwrap(), config);
        assert_eq!(std::fs::read_dir(&nested).unwrap().count(), 1);
    }

    #[test]
    fn settings_that_make_no_sense_are_named_with_their_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), "checkpiont = 'a'").unwrap();
        let error = Config::read(folder.path()).unwrap_err();
        assert!(error.to_string().contains("config.toml"), "{error}");
    }
}
