//! Decoded clips on the disk, so that only the first epoch waits for the decoder.
//!
//! A file holds the resized pictures of one sample's part of a video, as bytes, so that any clip can be cut from it. The
//! folder is bounded: what has not been used for longest goes, but nothing that this training uses.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ks_media::RgbPicture;
use parking_lot::Mutex;

/// First bytes of every file: what it is, and which version.
const MAGIC: &[u8; 8] = b"KSCLIPS1";
/// Magic, width, height, first frame, frames.
const HEADER: u64 = 24;
const ENDING: &str = "clips";

/// A bounded folder of decoded parts of videos.
pub(crate) struct ClipStore {
    folder: PathBuf,
    limit: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bytes: u64,
    /// Files that this training has read or written.
    used: BTreeSet<PathBuf>,
}

/// A file that is being written.
pub(crate) struct Writing<'a> {
    store: &'a ClipStore,
    target: PathBuf,
    file: tempfile::NamedTempFile,
    size: Option<(usize, usize)>,
    first: u32,
    frames: u32,
    reserved: u64,
}

impl ClipStore {
    /// Opens the folder and counts what is in it. `None` where nothing may be kept.
    pub(crate) fn open(folder: &Path, limit: u64) -> Option<Self> {
        if limit == 0 {
            return None;
        }
        if let Err(error) = fs::create_dir_all(folder) {
            tracing::warn!("decoded clips cannot be kept ({error}) and are decoded again: {}", folder.display());
            return None;
        }
        let bytes = files(folder).map(|(_, bytes, _)| bytes).sum();
        let state = Mutex::new(State { bytes, used: BTreeSet::new() });
        Some(Self { folder: folder.to_owned(), limit, state })
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder.join(key).with_extension(ENDING)
    }

    /// Pictures of a part, those of the frames that are asked for and in that order; `None` if they are not all there.
    pub(crate) fn read(&self, key: &str, frames: &[u32]) -> Option<Vec<RgbPicture>> {
        let path = self.file(key);
        let pictures = read_pictures(&path, frames).ok()?;
        let is_new = self.state.lock().used.insert(path.clone());
        if is_new && let Ok(file) = File::options().append(true).open(&path) {
            // Recently used, for whoever makes room next.
            let _ = file.set_modified(SystemTime::now());
        }
        Some(pictures)
    }

    /// Begins a file for `frames` pictures from `first` on, each of about `bytes` bytes. `None` if there is no room for it.
    pub(crate) fn begin(&self, key: &str, (first, frames): (u32, u32), bytes: u64) -> Option<Writing<'_>> {
        let reserved = HEADER + u64::from(frames).saturating_mul(bytes);
        if !self.make_room(reserved) {
            return None;
        }
        let begun = tempfile::Builder::new().prefix(".clips-").tempfile_in(&self.folder);
        let written = begun.and_then(|mut file| {
            file.write_all(&[0; HEADER as usize])?;
            Ok(file)
        });
        match written {
            Ok(file) => {
                Some(Writing { store: self, target: self.file(key), file, size: None, first, frames: 0, reserved })
            }
            Err(error) => {
                tracing::warn!("decoded clips cannot be kept ({error}): {}", self.folder.display());
                self.state.lock().bytes -= reserved;
                None
            }
        }
    }

    /// Reserves bytes, at the cost of what has not been used for longest.
    fn make_room(&self, wanted: u64) -> bool {
        let mut state = self.state.lock();
        if wanted > self.limit {
            return false;
        }
        if state.bytes + wanted > self.limit {
            let mut old: Vec<(PathBuf, u64, SystemTime)> =
                files(&self.folder).filter(|(path, ..)| !state.used.contains(path)).collect();
            old.sort_by_key(|(_, _, time)| *time);
            for (path, bytes, _) in old {
                if state.bytes + wanted <= self.limit {
                    break;
                }
                if fs::remove_file(&path).is_ok() {
                    state.bytes = state.bytes.saturating_sub(bytes);
                }
            }
        }
        let fits = state.bytes + wanted <= self.limit;
        if fits {
            state.bytes += wanted;
        }
        fits
    }
}

impl Writing<'_> {
    /// Appends the next picture. An error means that the file is given up; the training goes on without it.
    pub(crate) fn add(&mut self, picture: &RgbPicture) -> io::Result<()> {
        let size = (picture.width, picture.height);
        if *self.size.get_or_insert(size) != size {
            return Err(io::Error::other("the pictures change their size"));
        }
        self.frames += 1;
        self.file.write_all(&picture.rgb)
    }

    /// Gives the file its name. What cannot be kept costs time, not the training.
    pub(crate) fn finish(mut self) {
        let (width, height) = self.size.unwrap_or_default();
        let mut header = MAGIC.to_vec();
        for number in [width as u32, height as u32, self.first, self.frames] {
            header.extend(number.to_le_bytes());
        }
        let bytes = HEADER + (width * height * 3) as u64 * u64::from(self.frames);
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(&header));
        let kept = written.and_then(|()| self.file.persist(&self.target).map_err(|error| error.error));
        let mut state = self.store.state.lock();
        state.bytes = state.bytes.saturating_sub(self.reserved);
        match kept {
            Ok(_) => {
                state.bytes += bytes;
                state.used.insert(self.target);
            }
            Err(error) => tracing::warn!("a decoded clip cannot be kept ({error}): {}", self.target.display()),
        }
    }

    /// Forgets the file.
    pub(crate) fn give_up(self) {
        let mut state = self.store.state.lock();
        state.bytes = state.bytes.saturating_sub(self.reserved);
    }
}

/// Files of the store in a folder, with length and time.
fn files(folder: &Path) -> impl Iterator<Item = (PathBuf, u64, SystemTime)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let path = entry.path();
        let about = entry.metadata().ok()?;
        let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
        is_ours.then(|| (path, about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)))
    })
}

fn read_pictures(path: &Path, frames: &[u32]) -> io::Result<Vec<RgbPicture>> {
    let mut file = File::open(path)?;
    let mut header = [0; HEADER as usize];
    file.read_exact(&mut header)?;
    let bad = || io::Error::new(io::ErrorKind::InvalidData, "no file of decoded clips");
    let (magic, numbers) = header.split_at(MAGIC.len());
    let numbers: Vec<u32> = numbers.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    let [width, height, first, count] = *numbers.as_slice() else { return Err(bad()) };
    let bytes = width as usize * height as usize * 3;
    if magic != MAGIC || file.metadata()?.len() != HEADER + bytes as u64 * u64::from(count) {
        return Err(bad());
    }
    let mut read = |frame: &u32| {
        let place = frame.checked_sub(first).filter(|place| *place < count).ok_or_else(bad)?;
        file.seek(SeekFrom::Start(HEADER + u64::from(place) * bytes as u64))?;
        let mut rgb = vec![0; bytes];
        file.read_exact(&mut rgb)?;
        Ok(RgbPicture { width: width as usize, height: height as usize, rgb })
    };
    frames.iter().map(&mut read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(value: u8) -> RgbPicture {
        RgbPicture { width: 4, height: 2, rgb: vec![value; 24] }
    }

    fn keep(store: &ClipStore, key: &str, first: u32, count: u32) -> bool {
        let Some(mut writing) = store.begin(key, (first, count), 24) else { return false };
        for number in 0..count {
            writing.add(&picture(number as u8)).expect("should be written");
        }
        writing.finish();
        true
    }

    #[test]
    fn pictures_come_back_as_they_were_and_only_if_all_are_there() {
        let folder = tempfile::tempdir().expect("should be made");
        let store = ClipStore::open(folder.path(), 1000).expect("should open");
        assert!(keep(&store, "a", 100, 5));
        assert_eq!(store.read("a", &[104, 100]), Some(vec![picture(4), picture(0)]));
        assert_eq!(store.read("a", &[105]), None);
        assert_eq!(store.read("b", &[1]), None);
        fs::write(folder.path().join("c.clips"), b"KSCLIPS1 and nothing").expect("should be written");
        assert_eq!(store.read("c", &[1]), None);
    }

    #[test]
    fn room_is_made_from_what_earlier_trainings_left_and_nothing_else() {
        let folder = tempfile::tempdir().expect("should be made");
        let before = ClipStore::open(folder.path(), 1000).expect("should open");
        assert!(keep(&before, "old", 0, 10) && keep(&before, "older", 0, 10));
        let old = SystemTime::UNIX_EPOCH;
        File::options().append(true).open(before.file("older")).and_then(|file| file.set_modified(old)).expect("set");
        let store = ClipStore::open(folder.path(), 600).expect("should open");
        assert!(keep(&store, "new", 0, 10));
        assert!(!store.file("older").exists() && store.file("old").exists());
        assert!(keep(&store, "newer", 0, 10));
        assert!(!store.file("old").exists());
        assert!(!keep(&store, "too much", 0, 10), "what is used stays");
        assert!(store.file("new").exists() && store.file("newer").exists());
    }
}
