//! The checkpoints that were trained here: the list, with tags and notes, and the trash.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ks_domain::training::BestBy;
use ks_engine::checkpoint_about;
use ks_engine::training::RunFolder;
use ks_project::{Notebook, NotebookError, Words};
use ks_ui::format::sentence;
use ks_ui::state::{CheckpointEntry, CheckpointFigure};
use serde::Deserialize;

use super::runs::{AboutRun, folders, id_of};

/// Where tags and notes were kept before there was a notebook.
const SIDECAR: &str = "checkpoints.json";

/// Tags and a note of a sidecar.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OldWords {
    tags: Vec<String>,
    note: String,
}

/// The notebook lies beside the folder of all runs.
fn notebook(runs: &Path) -> Result<Notebook, NotebookError> {
    let path = runs.with_file_name("notebook.sqlite");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| NotebookError::Failed { reason: error.to_string(), path: path.clone() })?;
    }
    Notebook::open(&path)
}

fn parts(path: &Path) -> (String, String) {
    let run = path.parent().map(id_of).unwrap_or_default();
    (run, id_of(path))
}

/// Gives a checkpoint tags.
///
/// # Errors
/// If the notebook is damaged or cannot be written.
pub(super) fn tag(runs: &Path, path: &Path, tags: &[String]) -> Result<(), NotebookError> {
    let (run, file) = parts(path);
    notebook(runs)?.tag(&run, &file, tags)
}

/// Writes a note on a checkpoint.
///
/// # Errors
/// If the notebook is damaged or cannot be written.
pub(super) fn note(runs: &Path, path: &Path, note: &str) -> Result<(), NotebookError> {
    let (run, file) = parts(path);
    notebook(runs)?.note(&run, &file, note)
}

/// What was said of all checkpoints; what stands in older files beside them is taken over first, once.
fn words(runs: &Path, troubles: &mut Vec<String>) -> BTreeMap<(String, String), Words> {
    let read = |troubles: &mut Vec<String>| -> Result<_, NotebookError> {
        let mut notebook = notebook(runs)?;
        for folder in folders(runs) {
            let sidecar = folder.join(SIDECAR);
            if !sidecar.exists() || notebook.has_taken(&id_of(&folder))? {
                continue;
            }
            match old_words(&sidecar) {
                Ok(old) => notebook.take_over(&id_of(&folder), &old)?,
                Err(reason) => troubles.push(format!(
                    "tags and notes of earlier checkpoints cannot be read ({reason}); the file was left as it is, correct it or move it away: {}",
                    sidecar.display()
                )),
            }
        }
        notebook.words()
    };
    read(troubles).unwrap_or_else(|error| {
        troubles.push(error.to_string());
        BTreeMap::new()
    })
}

fn old_words(sidecar: &Path) -> Result<BTreeMap<String, Words>, String> {
    let text = fs::read_to_string(sidecar).map_err(|error| error.to_string())?;
    let old: BTreeMap<String, OldWords> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    Ok(old.into_iter().map(|(file, OldWords { tags, note })| (file, Words { tags, note })).collect())
}

/// All checkpoints of all runs, and what cannot be read of what was said about them. `project` is the one that is open.
pub(super) fn list(runs: &Path, project: Option<&Path>) -> (Vec<CheckpointEntry>, Vec<String>) {
    let (mut entries, mut troubles) = (Vec::new(), Vec::new());
    let words = words(runs, &mut troubles);
    for folder in folders(runs) {
        // The list of runs says which of them cannot be read.
        let about = AboutRun::read(&folder).unwrap_or_default();
        let config = RunFolder::config_of(&folder).ok().map(Box::new);
        let journal = Some(about.journal).filter(|_| about.project.as_deref() == project && project.is_some());
        let run_name = if about.name.is_empty() { id_of(&folder) } else { about.name };
        for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !is_checkpoint(&name) {
                continue;
            }
            let said = words.get(&(id_of(&folder), name)).cloned().unwrap_or_default();
            entries.push(CheckpointEntry {
                tags: said.tags,
                note: said.note,
                run: Some(id_of(&folder)),
                config: config.clone(),
                journal,
                ..entry_of(&file.path(), &run_name)
            });
        }
    }
    (entries, troubles)
}

/// What a file says of itself, or why it says nothing.
fn entry_of(path: &Path, run_name: &str) -> CheckpointEntry {
    let metadata = fs::metadata(path).ok();
    let made = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
    let made = made.and_then(|made| made.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let made_millis = u64::try_from(made.as_millis()).unwrap_or(u64::MAX);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let unknown = CheckpointEntry {
        path: path.to_owned(),
        name: format!("{run_name} · {stem}"),
        parent: None,
        architecture: String::new(),
        classes: Vec::new(),
        best: None,
        made_millis,
        utc_offset_secs: ks_media::utc_offset_secs(made_millis),
        bytes: metadata.map_or(0, |metadata| metadata.len()),
        tags: Vec::new(),
        note: String::new(),
        run: None,
        config: None,
        journal: None,
        trouble: None,
    };
    let capsule = match checkpoint_about(path) {
        Ok(about) => about.capsule,
        Err(found) => return CheckpointEntry { trouble: Some(sentence(&found.summary)), ..unknown },
    };
    let Some(capsule) = capsule else {
        let trouble = "This file does not say which network it is or which classes it knows, so no training of \
                       Kinetoscope wrote it; move it elsewhere, or to the trash";
        return CheckpointEntry { trouble: Some(trouble.to_owned()), ..unknown };
    };
    let best = capsule.metrics.iter().find_map(|metric| {
        let by = match metric.name.as_str() {
            "top1_acc" => BestBy::Top1,
            _ => return None,
        };
        Some(CheckpointFigure { by, value: metric.value, protocol: metric.protocol.clone() })
    });
    CheckpointEntry {
        parent: capsule.origin.parent.clone(),
        architecture: capsule.architecture.to_string(),
        classes: capsule.classes.iter().map(|class| class.name.clone()).collect(),
        best,
        ..unknown
    }
}

/// Where a checkpoint lies while it is in the trash.
fn in_trash(runs: &Path, path: &Path) -> PathBuf {
    let (run, file) = parts(path);
    runs.join(".trash").join(run).join(file)
}

/// Whether a file of a run is one: states are for going on alone.
fn is_checkpoint(name: &str) -> bool {
    name.ends_with(".safetensors") && !name.starts_with("state-")
}

/// A checkpoint and those of the same run.
pub(super) fn of_run(checkpoint: &Path) -> Vec<PathBuf> {
    let files = checkpoint.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    files.filter(|file| is_checkpoint(&file.file_name().to_string_lossy())).map(|file| file.path()).collect()
}

/// Moves a checkpoint to the trash, on the same disk, so that it costs nothing and cannot fail halfway.
pub(super) fn trash(runs: &Path, path: &Path) -> io::Result<()> {
    let target = in_trash(runs, path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(path, target)
}

/// Brings a checkpoint back. One that was made under its name meanwhile stays.
pub(super) fn restore(runs: &Path, path: &Path) -> io::Result<()> {
    if path.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is another checkpoint of its name by now"));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(in_trash(runs, path), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_run(home: &Path) -> (PathBuf, PathBuf, PathBuf) {
        let runs = home.join("runs");
        let folder = runs.join("first");
        fs::create_dir_all(&folder).expect("should be made");
        let path = folder.join("best.safetensors");
        fs::write(&path, "weights").expect("should be written");
        (runs, folder, path)
    }

    fn said(runs: &Path) -> (Vec<String>, String) {
        let (entries, troubles) = list(runs, None);
        assert!(troubles.is_empty(), "{troubles:?}");
        entries.first().map(|entry| (entry.tags.clone(), entry.note.clone())).expect("should be listed")
    }

    #[test]
    fn what_was_said_stays_with_the_file_and_comes_back_from_the_trash() {
        let home = tempfile::tempdir().expect("should be made");
        let (runs, _, path) = a_run(home.path());
        tag(&runs, &path, &["good".to_owned()]).expect("should be written");
        note(&runs, &path, "the one for the report").expect("should be written");
        trash(&runs, &path).expect("should be moved");
        assert!(!path.exists() && list(&runs, None).0.is_empty());
        restore(&runs, &path).expect("should come back");
        assert_eq!(fs::read_to_string(&path).expect("should be there"), "weights");
        assert_eq!(said(&runs), (vec!["good".to_owned()], "the one for the report".to_owned()));
        fs::write(&path, "newer").expect("should be written");
        assert!(restore(&runs, &path).is_err());
    }

    #[test]
    fn a_file_that_is_no_checkpoint_is_listed_with_the_reason() {
        let home = tempfile::tempdir().expect("should be made");
        let (runs, folder, _) = a_run(home.path());
        let (entries, _) = list(&runs, None);
        assert_eq!((entries.len(), entries[0].run.as_deref()), (1, Some("first")));
        assert!(entries[0].trouble.is_some() && entries[0].name.starts_with("first"), "{entries:?}");
        // The state from which a run goes on is no checkpoint.
        fs::write(folder.join("state-8-0.safetensors"), "state").expect("should be written");
        assert_eq!(list(&runs, None).0.len(), 1);
    }

    #[test]
    fn words_beside_a_run_are_taken_over_once_and_damaged_ones_are_left_as_they_are() {
        let home = tempfile::tempdir().expect("should be made");
        let (runs, folder, path) = a_run(home.path());
        let sidecar = folder.join(SIDECAR);
        fs::write(&sidecar, "{ half").expect("should be written");
        let (_, troubles) = list(&runs, None);
        assert_eq!(troubles.len(), 1);
        note(&runs, &path, "typed since").expect("should be written");
        assert_eq!(fs::read_to_string(&sidecar).expect("should be there"), "{ half");
        let old = r#"{"best.safetensors": {"tags": ["old"], "note": "old"}, "last.safetensors": {"note": "of last"}}"#;
        fs::write(&sidecar, old).expect("should be written");
        assert_eq!(said(&runs).1, "typed since");
        tag(&runs, &path, &[]).expect("should be written");
        assert_eq!(said(&runs), (vec![], "typed since".to_owned()));
    }
}
