//! The runs of the window: where they lie, what is kept beside each, and the list of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ks_domain::MediaTime;
use ks_domain::project::VideoId;
use ks_domain::training::TrainNews;
use ks_engine::training::{RunFolder, read_news};
use ks_ui::format::sentence;
use ks_ui::state::{ClipPlace, Failure, RunEntry, RunState, TrainingEvent};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the window knows of a run beside what the engine writes.
const ABOUT: &str = "about.json";

/// Why what the window keeps of a run cannot be read or written.
#[derive(Debug, Error)]
pub(super) enum AboutError {
    /// It says nothing that is understood.
    #[error(
        "what was noted about the run “{run}” cannot be read ({reason}); the file was left as it is, correct it or move it away: {}",
        .path.display()
    )]
    Damaged {
        /// The run.
        run: String,
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("what is to be noted about a run cannot be written ({reason}); check the free space and the permissions: {}", .path.display())]
    Failed {
        /// What the system said.
        reason: String,
        /// The file.
        path: PathBuf,
    },
}

/// What the window keeps in the folder of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AboutRun {
    /// What the user called it.
    pub(super) name: String,
    /// The preset that its settings started from.
    pub(super) preset: String,
    /// When it began, in milliseconds since 1970.
    pub(super) began_millis: u64,
    /// Lines of the project's journal that it learnt from.
    pub(super) journal: u64,
    /// The project's file.
    pub(super) project: Option<PathBuf>,
    /// Whether it rests because somebody wanted it to go on later.
    pub(super) is_paused: bool,
    /// Why it could not go on.
    pub(super) failure: Option<(String, String)>,
    /// Whether “Improve” asked for it.
    pub(super) is_improvement: bool,
    /// Whether the network before knew all classes, so that its figure says something.
    pub(super) knew_classes: bool,
    /// The places of its samples.
    pub(super) clips: Vec<AboutClip>,
}

/// The place of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AboutClip {
    video: Option<u64>,
    file: String,
    start: MediaTime,
    end: MediaTime,
}

impl From<&ClipPlace> for AboutClip {
    fn from(place: &ClipPlace) -> Self {
        let ClipPlace { video, file, start, end } = place.clone();
        Self { video: video.map(|video| video.0), file, start, end }
    }
}

impl AboutRun {
    /// Reads it; a run that the command line made has none, and is as if nothing had been noted.
    ///
    /// # Errors
    /// If there is one that cannot be read: it is never taken for none.
    pub(super) fn read(folder: &Path) -> Result<Self, AboutError> {
        let path = folder.join(ABOUT);
        let damaged = |reason: String| AboutError::Damaged { run: id_of(folder), reason, path: path.clone() };
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| damaged(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(damaged(error.to_string())),
        }
    }

    /// Writes it as a whole.
    ///
    /// # Errors
    /// If the system refuses.
    pub(super) fn write(&self, folder: &Path) -> Result<(), AboutError> {
        let path = folder.join(ABOUT);
        let bytes = serde_json::to_vec(self).map_err(io::Error::other);
        let written = bytes.and_then(|bytes| ks_mmaction::results::write_whole(&path, &bytes));
        written.map_err(|error| AboutError::Failed { reason: error.to_string(), path })
    }

    /// Changes what is noted about a run; says how it is afterwards.
    ///
    /// # Errors
    /// If what is there cannot be read, which leaves it as it is, or cannot be written.
    pub(super) fn change(folder: &Path, change: impl FnOnce(&mut Self)) -> Result<Self, AboutError> {
        let before = Self::read(folder)?;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            after.write(folder)?;
        }
        Ok(after)
    }

    /// The places, as the window has them.
    pub(super) fn places(&self) -> Vec<ClipPlace> {
        let place = |clip: &AboutClip| ClipPlace {
            video: clip.video.map(VideoId),
            file: clip.file.clone(),
            start: clip.start,
            end: clip.end,
        };
        self.clips.iter().map(place).collect()
    }
}

/// Milliseconds since 1970.
pub(super) fn now_millis() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A folder for a new run: its name, or the preset's, and a number where that is taken.
pub(super) fn new_folder(runs: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(runs)?;
    let safe = ks_media::safe_name(if name.trim().is_empty() { "run" } else { name.trim() });
    for number in 1..=100_000_u32 {
        let folder = runs.join(if number == 1 { safe.clone() } else { format!("{safe} {number}") });
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many runs of this name"))
}

/// Takes the folder of a run away that never began.
pub(super) fn forget_folder(folder: &Path) {
    let gone = fs::remove_file(folder.join(ABOUT)).and_then(|()| fs::remove_dir(folder));
    if let Err(error) = gone {
        tracing::warn!("the folder of a run that did not begin stays ({error}): {}", folder.display());
    }
}

/// The name of a run: that of its folder.
pub(super) fn id_of(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folders of all runs.
pub(super) fn folders(runs: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_hidden = |path: &PathBuf| id_of(path).starts_with('.');
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir() && !is_hidden(path)).collect();
    folders.sort();
    folders
}

/// All runs, and what cannot be read of them.
pub(super) fn list(runs: &Path) -> (Vec<RunEntry>, Vec<AboutError>) {
    let mut troubles = Vec::new();
    let mut entries = Vec::new();
    for folder in folders(runs).into_iter().filter(|folder| RunFolder::is_taken(folder)) {
        let about = AboutRun::read(&folder).unwrap_or_else(|error| {
            troubles.push(error);
            AboutRun::default()
        });
        entries.push(entry_of(&folder, about));
    }
    (entries, troubles)
}

/// A run that nobody trains now.
fn entry_of(folder: &Path, about: AboutRun) -> RunEntry {
    let state = match (RunFolder::is_done(folder), about.failure, about.is_paused) {
        (true, ..) => RunState::Finished,
        (false, Some((summary, details)), _) => RunState::Failed(Failure { summary, details }),
        (false, None, true) => RunState::Paused,
        (false, None, false) => RunState::Stopped,
    };
    let best = read_news(folder).ok().and_then(|news| {
        let figures = news.iter().filter_map(|news| match news {
            TrainNews::Validated(record) => Some(record.evaluation.top1),
            _ => None,
        });
        figures.reduce(f64::max)
    });
    RunEntry {
        id: id_of(folder),
        name: about.name,
        began_millis: about.began_millis,
        utc_offset_secs: ks_media::utc_offset_secs(about.began_millis),
        preset: about.preset,
        state,
        best,
        is_improvement: about.is_improvement,
    }
}

/// Everything that a run has told.
pub(super) fn records(runs: &Path, run: &str) -> Result<TrainingEvent, Failure> {
    let folder = runs.join(run);
    let failed = |error: &dyn std::fmt::Display| Failure::new(sentence(&error.to_string()));
    let news = read_news(&folder).map_err(|error| failed(&error))?;
    let config = RunFolder::config_of(&folder).map_err(|error| failed(&error))?;
    // Without what was noted, the places of the samples are not known; the list of runs has said why.
    let clips = AboutRun::read(&folder).map(|about| about.places()).unwrap_or_default();
    Ok(TrainingEvent::Records { run: run.to_owned(), news, config_toml: config.to_toml(), clips: Arc::new(clips) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_about_a_run_is_never_taken_for_nothing_and_written_over() {
        let runs = tempfile::tempdir().expect("should be made");
        let folder = new_folder(runs.path(), "Ada's / run").expect("should be made");
        AboutRun { name: "mine".to_owned(), ..AboutRun::default() }.write(&folder).expect("should be written");
        let after = AboutRun::change(&folder, |about| about.is_paused = true).expect("should be changed");
        assert_eq!((after.name.as_str(), after.is_paused), ("mine", true));
        fs::write(folder.join(ABOUT), "{ half").expect("should be written");
        fs::write(folder.join("metrics.jsonl"), "").expect("should be written");
        let error = AboutRun::change(&folder, |about| about.is_paused = false).expect_err("should be refused");
        assert!(error.to_string().contains(&id_of(&folder)), "{error}");
        assert_eq!(fs::read_to_string(folder.join(ABOUT)).expect("should be there"), "{ half");
        let (entries, troubles) = list(runs.path());
        assert_eq!((entries.len(), troubles.len()), (1, 1));
    }

    #[test]
    fn runs_of_one_name_get_folders_of_their_own() {
        let runs = tempfile::tempdir().expect("should be made");
        let names: Vec<String> =
            (0..3).map(|_| id_of(&new_folder(runs.path(), "Improve").expect("should be made"))).collect();
        assert_eq!(names, ["Improve", "Improve 2", "Improve 3"]);
    }
}
