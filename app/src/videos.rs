//! Videos among files and folders, and what a project keeps of one. For the window and the command line alike.

use std::path::{Path, PathBuf};

use ks_domain::project::VideoFacts;
use ks_domain::{CancelToken, Progress};
use ks_media::MediaError;

/// Folders inside of folders that are looked into.
const DEPTH: u32 = 8;
/// Files that are taken from folders at once.
pub(crate) const MOST_FILES: usize = 5_000;

/// Extensions that are offered first; “All files” offers the rest.
pub(crate) const VIDEO_EXTENSIONS: [&str; 16] =
    ["mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "ts", "mts", "m2ts", "wmv", "flv", "ogv", "3gp", "mxf"];

/// The files, and whether there were more.
pub(crate) fn videos_in(paths: Vec<PathBuf>) -> (Vec<PathBuf>, bool) {
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

/// What a project keeps of a video: its content, its frames, its length. All of it is read.
///
/// # Errors
/// If it cannot be read, or the work was cancelled.
pub(crate) fn facts_of(
    path: &Path,
    cache: Option<&Path>,
    cancel: &CancelToken,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<VideoFacts, MediaError> {
    let info = ks_media::probe(path)?;
    let hash = ks_media::hash_unless_cancelled(path, cancel)?;
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    let cache = cache.map(|folder| (folder, hash.as_str()));
    let table = ks_media::index_of_content(path, &info, cache, cancel, on_progress)?.table;
    Ok(VideoFacts { hash, bytes, frames: table.len(), duration: table.end() })
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
        let (files, is_cut) = videos_in(vec![root.to_owned(), root.join("odd.bin")]);
        let names: Vec<String> =
            files.iter().map(|file| file.strip_prefix(root).unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!((names, is_cut), (["a.mov", "b/1.mp4", "b/c/3.MKV", "odd.bin"].map(str::to_owned).to_vec(), false));
    }
}
