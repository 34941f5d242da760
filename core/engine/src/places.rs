//! Where things are kept on this platform.

use std::path::{Path, PathBuf};

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
    /// The platform's own folders (XDG on Linux, `%APPDATA%` and `%LOCALAPPDATA%` on Windows), or those beside the
    /// program where it is [portable](portable_folder); with `config_dir` instead of its own if given. `None` if the user
    /// has no home folder. Nothing is created.
    pub fn find(config_dir: Option<PathBuf>) -> Option<Self> {
        let mut places = match portable_folder() {
            Some(folder) => Self::inside(&folder),
            None => Self::of_the_platform()?,
        };
        if let Some(config_dir) = config_dir {
            places.config_dir = config_dir;
        }
        Some(places)
    }

    fn of_the_platform() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "kinetoscope")?;
        Some(Self {
            config_dir: dirs.config_dir().to_owned(),
            cache_dir: dirs.cache_dir().to_owned(),
            data_dir: dirs.data_dir().to_owned(),
        })
    }

    fn inside(folder: &Path) -> Self {
        Self { config_dir: folder.join("config"), cache_dir: folder.join("cache"), data_dir: folder.join("data") }
    }
}

/// What makes the program portable: a folder of this name beside it.
const PORTABLE: &str = "portable";

/// The folder in which a portable program keeps everything, so that it can be carried on a stick: one called `portable`
/// beside the program, or beside the folder `bin` that it lies in. `None` where there is none.
pub fn portable_folder() -> Option<PathBuf> {
    portable_beside(&std::env::current_exe().ok()?)
}

fn portable_beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let is_bin = folder.file_name().is_some_and(|name| name == "bin");
    let above = if is_bin { folder.parent() } else { None };
    [Some(folder), above].into_iter().flatten().map(|folder| folder.join(PORTABLE)).find(|found| found.is_dir())
}

/// The platform's own cache folder.
pub(crate) fn default_cache_dir() -> Option<PathBuf> {
    Places::find(None).map(|places| places.cache_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_beside_the_program_makes_it_portable() {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("kinetoscope");
        assert_eq!(portable_beside(&program), None);
        std::fs::create_dir(root.path().join("portable")).unwrap();
        assert_eq!(portable_beside(&program), Some(root.path().join("portable")));
        let places = Places::inside(&root.path().join("portable"));
        assert!([places.config_dir, places.cache_dir, places.data_dir].iter().all(|dir| dir.starts_with(root.path())));
    }

    #[test]
    fn only_a_program_in_a_folder_for_programs_looks_above_it() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("portable")).unwrap();
        assert!(portable_beside(&root.path().join("bin").join("kinetoscope")).is_some());
        assert_eq!(portable_beside(&root.path().join("other").join("kinetoscope")), None);
    }
}
