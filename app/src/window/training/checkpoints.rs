//! The checkpoints that were trained here: the list, tags and notes beside the files, and the trash.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ks_domain::training::BestBy;
use ks_engine::checkpoint_about;
use ks_engine::training::RunFolder;
use ks_ui::state::{CheckpointEntry, CheckpointFigure};
use serde::{Deserialize, Serialize};

use super::runs::{AboutRun, id_of, write_whole};

/// What people said of the checkpoints of a run.
const SAID: &str = "checkpoints.json";

/// Tags and a note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    tags: Vec<String>,
    note: String,
}

fn read_said(folder: &Path) -> BTreeMap<String, Said> {
    let text = fs::read_to_string(folder.join(SAID)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn say(path: &Path, change: impl FnOnce(&mut Said)) -> io::Result<()> {
    let (folder, file) = parts(path)?;
    let mut all = read_said(folder);
    change(all.entry(file).or_default());
    all.retain(|_, said| *said != Said::default());
    write_whole(&folder.join(SAID), &serde_json::to_vec_pretty(&all)?)
}

fn parts(path: &Path) -> io::Result<(&Path, String)> {
    let nowhere = || io::Error::new(io::ErrorKind::NotFound, "the file has no folder");
    let folder = path.parent().ok_or_else(nowhere)?;
    let file = path.file_name().ok_or_else(nowhere)?.to_string_lossy().into_owned();
    Ok((folder, file))
}

/// Gives a checkpoint tags.
pub(super) fn tag(path: &Path, tags: Vec<String>) -> io::Result<()> {
    say(path, |said| said.tags = tags)
}

/// Writes a note on a checkpoint.
pub(super) fn note(path: &Path, note: String) -> io::Result<()> {
    say(path, |said| said.note = note)
}

/// All checkpoints of all runs. `project` is the one that is open.
pub(super) fn list(runs: &Path, project: Option<&Path>) -> Vec<CheckpointEntry> {
    let mut entries = Vec::new();
    for folder in fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let about = AboutRun::read(&folder);
        let config = RunFolder::config_of(&folder).ok().map(Box::new);
        let journal =
            about.as_ref().filter(|about| about.project.as_deref() == project && project.is_some()).map(|a| a.journal);
        let said = read_said(&folder);
        for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let is_checkpoint = name.ends_with(".safetensors") && !name.starts_with("state-");
            if !is_checkpoint {
                continue;
            }
            let Some(entry) = entry_of(&file.path(), about.as_ref()) else { continue };
            let said = said.get(&name).cloned().unwrap_or_default();
            entries.push(CheckpointEntry {
                tags: said.tags,
                note: said.note,
                run: Some(id_of(&folder)),
                config: config.clone(),
                journal,
                ..entry
            });
        }
    }
    entries
}

/// What a file says of itself; `None` if it is no checkpoint of ours.
fn entry_of(path: &Path, run: Option<&AboutRun>) -> Option<CheckpointEntry> {
    let capsule = checkpoint_about(path).ok()?.capsule?;
    let metadata = fs::metadata(path).ok()?;
    let made = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let run_name = run.map(|run| run.name.clone()).filter(|name| !name.is_empty());
    let run_name = run_name.or_else(|| path.parent().map(id_of)).unwrap_or_default();
    let best = capsule.metrics.iter().find_map(|metric| {
        let by = match metric.name.as_str() {
            "top1_acc" => BestBy::Top1,
            _ => return None,
        };
        Some(CheckpointFigure { by, value: metric.value, protocol: metric.protocol.clone() })
    });
    Some(CheckpointEntry {
        path: path.to_owned(),
        name: format!("{run_name} · {stem}"),
        parent: capsule.origin.parent.clone(),
        architecture: capsule.architecture.to_string(),
        classes: capsule.classes.iter().map(|class| class.name.clone()).collect(),
        best,
        made_millis: u64::try_from(made.as_millis()).unwrap_or(u64::MAX),
        bytes: metadata.len(),
        tags: Vec::new(),
        note: String::new(),
        run: None,
        config: None,
        journal: None,
    })
}

/// Where a checkpoint lies while it is in the trash.
fn in_trash(runs: &Path, path: &Path) -> io::Result<PathBuf> {
    let (folder, file) = parts(path)?;
    Ok(runs.join(".trash").join(id_of(folder)).join(file))
}

/// Moves a checkpoint to the trash, on the same disk, so that it costs nothing and cannot fail halfway.
pub(super) fn trash(runs: &Path, path: &Path) -> io::Result<()> {
    let target = in_trash(runs, path)?;
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
    fs::rename(in_trash(runs, path)?, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_stays_with_the_file_and_comes_back_from_the_trash() {
        let runs = tempfile::tempdir().expect("should be made");
        let folder = runs.path().join("first");
        fs::create_dir(&folder).expect("should be made");
        let path = folder.join("best.safetensors");
        fs::write(&path, "weights").expect("should be written");
        tag(&path, vec!["good".to_owned()]).expect("should be written");
        note(&path, "the one for the report".to_owned()).expect("should be written");
        trash(runs.path(), &path).expect("should be moved");
        assert!(!path.exists());
        restore(runs.path(), &path).expect("should come back");
        assert_eq!(fs::read_to_string(&path).expect("should be there"), "weights");
        let said = read_said(&folder);
        assert_eq!(said["best.safetensors"].tags, ["good"]);
        assert_eq!(said["best.safetensors"].note, "the one for the report");
        fs::write(&path, "newer").expect("should be written");
        assert!(restore(runs.path(), &path).is_err());
    }
}
