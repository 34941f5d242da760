//! Finding a video again whose file is not where it was: by its content, near its old place.

use std::path::{Path, PathBuf};

use ks_domain::CancelToken;
use ks_domain::project::VideoId;
use ks_ui::state::{Action, Event, Failure, ProjectAction};

use super::inbox::Outlet;

/// Folders below the old place's parent that are looked into.
const DEPTH: u32 = 3;
/// Files that are looked at before giving up.
const MOST_FILES: usize = 20_000;

/// Looks for a file with this content, on a thread of its own. Files of the same name are tried first, then those
/// of the same extension in and around the folder where it was.
pub(super) fn look_for(video: VideoId, hash: String, was: PathBuf, cancel: CancelToken, outlet: Outlet) {
    let answer = outlet.clone();
    let started = std::thread::Builder::new().name("find a video".to_owned()).spawn(move || {
        if let Some(path) = find(&hash, &was) {
            answer.send_unless(&cancel, Action::Project(ProjectAction::Relink { video, path }));
        }
    });
    if let Err(error) = started {
        let failure = Failure::new(format!("A video that has moved cannot be looked for: no thread ({error})"));
        outlet.try_send(Event::Trouble(failure));
    }
}

fn find(hash: &str, was: &Path) -> Option<PathBuf> {
    let folder = was.parent()?;
    let start = folder.parent().filter(|parent| parent.parent().is_some()).unwrap_or(folder);
    let mut candidates = Vec::new();
    collect(start, DEPTH, was, &mut candidates);
    candidates.sort_by_key(|path| path.file_name() != was.file_name());
    candidates.into_iter().find(|path| ks_media::content_hash(path).is_ok_and(|found| found == hash))
}

/// Files below a folder that could be the one: of the same extension. Links are not followed.
fn collect(folder: &Path, depth: u32, was: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() && depth > 0 {
            collect(&path, depth - 1, was, found);
        } else if kind.is_file() && path.extension() == was.extension() && found.len() < MOST_FILES {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_renamed_or_moved_is_found_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("films/day 1/a.mp4");
        let new = folder.path().join("films/day 2/ä.mp4");
        std::fs::create_dir_all(old.parent().unwrap()).unwrap();
        std::fs::create_dir_all(new.parent().unwrap()).unwrap();
        std::fs::write(&new, "pictures").unwrap();
        std::fs::write(old.with_file_name("b.mp4"), "others").unwrap();
        let hash = ks_media::content_hash(&new).unwrap();
        assert_eq!(find(&hash, &old), Some(new));
        assert_eq!(find("0123", &old), None);
    }
}
