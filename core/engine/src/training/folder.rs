//! The folder of a run: what was asked for, what happened, checkpoints, and the state from which it goes on.
//!
//! | file | what |
//! | --- | --- |
//! | `config.toml` | the configuration, with everything that was left out |
//! | `data.json` | classes, videos, samples and how they were divided |
//! | `spec.json` | everything that was asked for, for going on |
//! | `environment.json` | program, device, hashes |
//! | `metrics.jsonl` | everything that was told, a line each ([`TrainNews`]) |
//! | `train.log`, `train.log.json` | the same in the original's words and fields |
//! | `events.out.tfevents.…` | curves for TensorBoard, on request (`run.tensorboard`) |
//! | `last.safetensors`, `best.safetensors`, `epoch_N.safetensors` | checkpoints |
//! | `position.json`, `state-N.safetensors` | where it goes on |
//!
//! A file is there as a whole or not at all; the logs are cut back to the position when a run goes on, so that what is told
//! twice stands there once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ks_domain::training::{TrainConfig, TrainNews};
use ks_model::train::{StateError, TrainerState};
use ks_model::weights::write::{NoRoom, write_whole};
use thiserror::Error;

use super::position::{POSITION, Position, VERSION, read_position};
use super::spec::{TrainSpec, TrainingSet};
use super::tensorboard::EventFile;
use crate::hash::sha256_of_text;

const CONFIG: &str = "config.toml";
const METRICS: &str = "metrics.jsonl";
const SPEC: &str = "spec.json";
const LOG: &str = "train.log";
const JSON_LOG: &str = "train.log.json";

/// Why a run's folder cannot be used.
#[derive(Debug, Error)]
pub enum RunError {
    /// The system refused.
    #[error("the run's folder cannot be used ({source}); check its permissions and the free space: {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another program trains there.
    #[error("another training is under way in this folder; wait for it, or choose another folder: {}", .0.display())]
    Busy(PathBuf),
    /// A run that was begun otherwise.
    #[error(
        "this folder holds a run with {what}; give it the same, or choose another folder: {}", path.display()
    )]
    OtherRun {
        /// What is different.
        what: String,
        /// The folder.
        path: PathBuf,
    },
    /// A file that says nothing that is understood.
    #[error("the run cannot go on, because a file of it cannot be read ({reason}); start a new run from its last checkpoint: {}", path.display())]
    Damaged {
        /// What is wrong.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The state cannot be written or read.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A run's folder, open for training.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    metrics: Log,
    log: Log,
    json_log: Log,
    /// For TensorBoard, if that was asked for.
    events: Option<EventFile>,
    /// Steps of an epoch, once they are known: TensorBoard counts over the whole run.
    steps_per_epoch: u64,
    config_sha256: String,
    data_sha256: String,
    /// Held for as long as the folder is open.
    _lock: File,
}

/// A file that grows line by line.
#[derive(Debug)]
struct Log {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl Log {
    fn open(path: PathBuf) -> Result<Self, RunError> {
        let opened = OpenOptions::new().append(true).create(true).open(&path);
        let found = opened.and_then(|file| Ok((file.metadata()?.len(), file)));
        let (bytes, file) = found.map_err(|source| RunError::Io { path: path.clone(), source })?;
        Ok(Self { path, file, bytes })
    }

    fn cut(&mut self, bytes: u64) -> Result<(), RunError> {
        let length = bytes.min(self.bytes);
        self.file.set_len(length).map_err(|source| RunError::Io { path: self.path.clone(), source })?;
        self.bytes = length;
        Ok(())
    }

    fn line(&mut self, text: &str) -> Result<(), RunError> {
        let line = format!("{text}\n");
        let length = line.len() as u64;
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            let done = self.file.metadata().map_or(0, |about| about.len().saturating_sub(self.bytes));
            return Err(RunError::Io { path: self.path.clone(), source: NoRoom::explain(error, length, done) });
        }
        self.bytes += length;
        Ok(())
    }

    fn sync(&self) -> Result<(), RunError> {
        self.file.sync_data().map_err(|source| RunError::Io { path: self.path.clone(), source })
    }
}

/// The hash of a data set: classes, videos, samples and how they were divided. What is held out teaches nothing, so it is
/// not in it.
fn sha256_of_set(data: &TrainingSet) -> String {
    let TrainingSet { classes, sources, samples, held_out: _ } = data;
    sha256_of_text(&format!("TrainingSet {{ classes: {classes:?}, sources: {sources:?}, samples: {samples:?} }}"))
}

impl RunFolder {
    /// Whether a folder holds a run that can go on.
    pub fn can_resume(path: &Path) -> bool {
        path.join(POSITION).is_file()
    }

    /// Whether a folder holds anything of a run.
    pub fn is_taken(path: &Path) -> bool {
        [POSITION, CONFIG, METRICS].iter().any(|name| path.join(name).exists())
    }

    /// Whether the run has made its last step.
    pub fn is_done(path: &Path) -> bool {
        read_position(path).is_ok_and(|position| position.is_some_and(|position| position.is_done))
    }

    /// Everything that a run was asked for, so that it can go on without anybody saying it again.
    ///
    /// # Errors
    /// If there is no run, or its file cannot be read.
    pub fn spec_of(path: &Path) -> Result<TrainSpec, RunError> {
        let file = path.join(SPEC);
        let text = fs::read_to_string(&file).map_err(|source| RunError::Io { path: file.clone(), source })?;
        let spec: TrainSpec =
            serde_json::from_str(&text).map_err(|error| RunError::Damaged { reason: error.to_string(), path: file })?;
        // The folder may have moved since.
        Ok(TrainSpec { run: path.to_owned(), ..spec })
    }

    /// The configuration of a run.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn config_of(path: &Path) -> Result<TrainConfig, RunError> {
        let file = path.join(CONFIG);
        let text = fs::read_to_string(&file).map_err(|source| RunError::Io { path: file.clone(), source })?;
        TrainConfig::parse(&text).map_err(|error| RunError::Damaged { reason: error.to_string(), path: file })
    }

    /// Opens the folder of a training, making it if need be, and says where it goes on. What a run that goes on had told
    /// after its last state is cut off.
    ///
    /// # Errors
    /// If the system refuses, another training is under way there, or it holds a run that was begun otherwise.
    pub(crate) fn open(spec: &TrainSpec) -> Result<(Self, Option<Position>), RunError> {
        let path = spec.run.clone();
        fs::create_dir_all(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        let lock = lock(&path)?;
        let config_sha256 = sha256_of_text(&spec.config.to_toml());
        let data_sha256 = sha256_of_set(&spec.data);
        let position = read_position(&path)?;
        if let Some(position) = &position {
            let other = |what: &str| RunError::OtherRun { what: what.to_owned(), path: path.clone() };
            if position.config_sha256 != config_sha256 {
                return Err(other("another configuration"));
            }
            if position.data_sha256 != data_sha256 {
                return Err(other("other data"));
            }
        }
        let open = |name: &str| Log::open(path.join(name));
        let (mut metrics, mut log, mut json_log) = (open(METRICS)?, open(LOG)?, open(JSON_LOG)?);
        let ends = position.as_ref().map_or((0, 0, 0), |at| (at.metrics_bytes, at.log_bytes, at.json_bytes));
        metrics.cut(ends.0)?;
        log.cut(ends.1)?;
        json_log.cut(ends.2)?;
        let events = spec.config.run.tensorboard.then(|| EventFile::begin(&path)).transpose();
        let events = events.map_err(|source| RunError::Io { path: path.clone(), source })?;
        let folder =
            Self { path, metrics, log, json_log, events, steps_per_epoch: 0, config_sha256, data_sha256, _lock: lock };
        if position.is_none() {
            folder.write(CONFIG, &spec.config.to_toml())?;
            let data = serde_json::to_string(&spec.data).map_err(|error| folder.io("data.json", error.into()))?;
            folder.write("data.json", &data)?;
            let asked = serde_json::to_string(spec).map_err(|error| folder.io(SPEC, error.into()))?;
            folder.write(SPEC, &asked)?;
        }
        Ok((folder, position))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hash of the data set.
    pub(crate) fn data_sha256(&self) -> &str {
        &self.data_sha256
    }

    /// Writes a small file as a whole.
    ///
    /// # Errors
    /// If the system refuses.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), RunError> {
        write_whole(&self.path.join(name), text.as_bytes(), true).map_err(|source| self.io(name, source))
    }

    fn io(&self, name: &str, source: io::Error) -> RunError {
        RunError::Io { path: self.path.join(name), source }
    }

    /// Keeps what was told.
    pub(crate) fn tell(&mut self, news: &TrainNews) -> Result<(), RunError> {
        let line = serde_json::to_string(news).map_err(|error| self.io(METRICS, error.into()))?;
        if let TrainNews::Estimate(estimate) = news {
            self.steps_per_epoch = estimate.steps_per_epoch;
        }
        if let Some(events) = &mut self.events {
            let path = events.path.clone();
            events.tell(news, self.steps_per_epoch).map_err(|source| RunError::Io { path, source })?;
        }
        self.metrics.line(&line)
    }

    /// A line of the log for people, and one for programs if there is one.
    pub(crate) fn log(&mut self, for_people: &str, for_programs: Option<&str>) -> Result<(), RunError> {
        self.log.line(for_people)?;
        for_programs.map_or(Ok(()), |line| self.json_log.line(line))
    }

    /// Writes the state and then the position that names it; what was there before goes when both are on the disk.
    pub(crate) fn save(&self, position: &Position, state: &TrainerState) -> Result<(), RunError> {
        let name = format!("state-{}-{}.safetensors", position.step, position.micro);
        state.write(&self.path.join(&name))?;
        self.save_position(&Position { state: name.clone(), ..position.clone() })?;
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let other = entry.file_name().to_string_lossy().into_owned();
            if other.starts_with("state-") && other != name {
                // One that stays takes room and nothing else.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Writes the position alone, with the state that is there.
    pub(crate) fn save_position(&self, position: &Position) -> Result<(), RunError> {
        self.metrics.sync()?;
        self.log.sync()?;
        self.json_log.sync()?;
        let position = Position {
            version: VERSION,
            metrics_bytes: self.metrics.bytes,
            log_bytes: self.log.bytes,
            json_bytes: self.json_log.bytes,
            config_sha256: self.config_sha256.clone(),
            data_sha256: self.data_sha256.clone(),
            ..position.clone()
        };
        let text = serde_json::to_string_pretty(&position).map_err(|error| self.io(POSITION, error.into()))?;
        self.write(POSITION, &text)
    }

    /// Says that the run has ended, beside the state that is there.
    pub(crate) fn finish(&self) -> Result<(), RunError> {
        self.save_position(&Position { is_done: true, ..self.written()? })
    }

    /// The position that was written last.
    fn written(&self) -> Result<Position, RunError> {
        read_position(&self.path)?.ok_or_else(|| {
            let reason = "there is no state yet".to_owned();
            RunError::Damaged { reason, path: self.path.join(POSITION) }
        })
    }

    /// Lets the run go on from its last state with smaller micro-batches; `note` says why, when it does.
    pub(crate) fn shrink(&self, micro_batch: u32, note: String) -> Result<(), RunError> {
        let position = Position { note: Some(note), ..self.written()?.shrunk(micro_batch) };
        let text = serde_json::to_string_pretty(&position).map_err(|error| self.io(POSITION, error.into()))?;
        self.write(POSITION, &text)
    }

    /// The state that a position names.
    pub(crate) fn state(&self, position: &Position) -> Result<TrainerState, RunError> {
        Ok(TrainerState::read(&self.path.join(&position.state))?)
    }

    /// Removes numbered checkpoints but the newest `keep`.
    pub(crate) fn keep_newest(&self, keep: usize) {
        let mut numbered: Vec<(u32, PathBuf)> = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name();
                let number = name.to_str()?.strip_prefix("epoch_")?.strip_suffix(".safetensors")?.parse().ok()?;
                Some((number, entry.path()))
            })
            .collect();
        numbered.sort_unstable_by(|a, b| b.cmp(a));
        for (_, path) in numbered.into_iter().skip(keep) {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!("an old checkpoint stays ({error}): {}", path.display());
            }
        }
    }
}

/// Everything that a run has told, as far as it can be read.
///
/// # Errors
/// If the file cannot be read.
pub fn read_news(run: &Path) -> Result<Vec<TrainNews>, RunError> {
    let path = run.join(METRICS);
    let text = fs::read_to_string(&path).map_err(|source| RunError::Io { path, source })?;
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn lock(folder: &Path) -> Result<File, RunError> {
    let path = folder.join(".lock");
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|source| RunError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(folder.to_owned())),
        // A file system without locks: nothing keeps a second training out, and nothing is lost by going on.
        Err(TryLockError::Error(error)) => {
            tracing::warn!("the run's folder cannot be locked ({error}): {}", folder.display());
            Ok(file)
        }
    }
}
