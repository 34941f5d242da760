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

/// What the window knows of a run beside what the engine writes.
const ABOUT: &str = "about.json";

/// What the window keeps in the folder of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// The places of its samples.
    pub(super) clips: Vec<AboutClip>,
}

/// The place of a sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// Reads it; a run that the command line made has none.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(folder.join(ABOUT)).ok()?).ok()
    }

    /// Writes it as a whole.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        write_whole(&folder.join(ABOUT), &serde_json::to_vec(self)?)
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

/// Writes a file of ours under another name first, so that there is all of it or what was there before.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    ks_mmaction::results::write_whole(path, bytes)
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

/// The name of a run: that of its folder.
pub(super) fn id_of(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// All runs.
pub(super) fn list(runs: &Path) -> Vec<RunEntry> {
    let folders = fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.path());
    folders.filter(|folder| RunFolder::is_taken(folder)).map(|folder| entry_of(&folder)).collect()
}

/// A run that nobody trains now.
fn entry_of(folder: &Path) -> RunEntry {
    let about = AboutRun::read(folder).unwrap_or_default();
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
        preset: about.preset,
        state,
        best,
    }
}

/// Everything that a run has told.
pub(super) fn records(runs: &Path, run: &str) -> Result<TrainingEvent, Failure> {
    let folder = runs.join(run);
    let failed = |error: &dyn std::fmt::Display| Failure::new(sentence(&error.to_string()));
    let news = read_news(&folder).map_err(|error| failed(&error))?;
    let config = RunFolder::config_of(&folder).map_err(|error| failed(&error))?;
    let clips = AboutRun::read(&folder).map(|about| about.places()).unwrap_or_default();
    Ok(TrainingEvent::Records { run: run.to_owned(), news, config_toml: config.to_toml(), clips: Arc::new(clips) })
}
