//! What was dropped on the window or named when it was opened: files, and the videos in folders.

use std::path::{Path, PathBuf};

use ks_ui::state::{Action, Event, Failure};

use super::dialogs::VIDEO_EXTENSIONS;
use super::inbox::Outlet;

/// Folders inside of folders that are looked into.
const DEPTH: u32 = 8;
/// Files that are taken from folders at once.
const MOST_FILES: usize = 5_000;

/// Opens files as they are, and of folders the videos in them and below, in order of their names. Looking into folders
/// happens on a thread of its own.
pub(super) fn open(paths: Vec<PathBuf>, outlet: Outlet) {
    let answer = outlet.clone();
    let started = std::thread::Builder::new().name("dropped files".to_owned()).spawn(move || {
        let (files, is_cut) = expand(paths);
        if files.is_empty() {
            let failure =
                Failure::new("There is no video in this folder; drop video files, or a folder that holds some");
            answer.send(Event::Trouble(failure));
            return;
        }
        answer.send(Action::OpenPaths(files));
        if is_cut {
            let text = format!("Only the first {MOST_FILES} videos were opened; drop the other folders afterwards");
            answer.send(Event::Trouble(Failure::new(text)));
        }
    });
    if let Err(error) = started {
        let failure = Failure::new(format!("The files cannot be opened: no thread ({error})"));
        outlet.try_send(Event::Trouble(failure));
    }
}

/// The files, and whether there were more.
fn expand(paths: Vec<PathBuf>) -> (Vec<PathBuf>, bool) {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() { collect(&path, DEPTH, &mut files) } else { files.push(path) }
    }
    let is_cut = files.len() > MOST_FILES;
    files.truncate(MOST_FILES);
    (files, is_cut)
}

/// The videos below a folder, by their names. Hidden files and links to folders are left out.
fn collect(folder: &Path, depth: u32, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_folder = kind.is_ok_and(|kind| kind.is_dir());
        if is_hidden || found.len() > MOST_FILES {
            continue;
        }
        if is_folder && depth > 0 {
            collect(&path, depth - 1, found);
        } else if !is_folder && is_video(&path) {
            found.push(path);
        }
    }
}

fn is_video(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| VIDEO_EXTENSIONS.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_their_videos_in_order_and_files_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("b/c")).unwrap();
        for name in ["b/c/3.MKV", "b/1.mp4", "a.mov", "notes.txt", ".hidden.mp4", "odd.bin"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let (files, is_cut) = expand(vec![root.to_owned(), root.join("odd.bin")]);
        let names: Vec<String> =
            files.iter().map(|file| file.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!((names, is_cut), (["a.mov", "b/1.mp4", "b/c/3.MKV", "odd.bin"].map(str::to_owned).to_vec(), false));
    }
}
