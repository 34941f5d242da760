//! Where things are kept on this platform.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The folders of Kinetoscope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Settings.
    pub config_dir: PathBuf,
    /// What can be made again: frame tables, compiled kernels.
    pub cache_dir: PathBuf,
    /// What was fetched and is worth keeping: published checkpoints.
    pub data_dir: PathBuf,
}

impl Places {
    /// The platform's own folders (XDG on Linux, `%APPDATA%` and `%LOCALAPPDATA%` on Windows), with `config_dir`
    /// instead of its own if given; `None` if the user has no home folder. Nothing is created.
    pub fn find(config_dir: Option<PathBuf>) -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "kinetoscope")?;
        Some(Self {
            config_dir: config_dir.unwrap_or_else(|| dirs.config_dir().to_owned()),
            cache_dir: dirs.cache_dir().to_owned(),
            data_dir: dirs.data_dir().to_owned(),
        })
    }
}

/// The platform's own cache folder.
pub(crate) fn default_cache_dir() -> Option<PathBuf> {
    Places::find(None).map(|places| places.cache_dir)
}
