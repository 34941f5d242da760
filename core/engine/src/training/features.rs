//! What the backbone made of clips: kept, so that teaching the classifier again computes new clips alone.
//!
//! One file for each network and way of cutting clips, to which records are appended; one that was cut off by a crash is
//! forgotten. All files together are bounded: first the files go that were not used for longest, then of the own file the
//! oldest records that this training does not use. What finds no room is known until the training ends.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The hash of what a record is of.
pub(crate) type Key = [u8; 32];

/// The features of a clip.
struct Record {
    numbers: Vec<f32>,
    /// Whether this training uses them.
    is_used: bool,
}

/// Features by clip.
pub(crate) struct FeatureStore {
    /// `None` where nothing is kept.
    file: Option<File>,
    path: PathBuf,
    /// Numbers of a record.
    length: usize,
    /// Bytes that all files may have together.
    limit: u64,
    /// Bytes of the other networks' files, as far as they were there when this one was opened.
    others: u64,
    known: BTreeMap<Key, Record>,
    /// The keys in the file, in its order.
    order: Vec<Key>,
}

impl FeatureStore {
    /// Opens or begins the file of a network, whose records hold `length` numbers each. All files of the folder together
    /// may have `limit` bytes.
    pub(crate) fn open(folder: Option<&Path>, network: &str, length: usize, limit: u64) -> Self {
        let path = folder.map(|folder| folder.join("features").join(network)).unwrap_or_default();
        let (known, order) = (BTreeMap::new(), Vec::new());
        let mut store = Self { file: None, path, length, limit, others: 0, known, order };
        if folder.is_none() || limit == 0 {
            return store;
        }
        match store.read() {
            Ok(file) => {
                store.file = Some(file);
                store.others = store.other_files().iter().map(|(_, bytes, _)| bytes).sum();
            }
            Err(error) => {
                tracing::warn!("features cannot be kept ({error}): {}", store.path.display());
            }
        }
        store
    }

    fn record_bytes(&self) -> usize {
        size_of::<Key>() + 4 * self.length
    }

    /// Bytes of the own file.
    fn bytes(&self) -> u64 {
        (self.order.len() * self.record_bytes()) as u64
    }

    fn read(&mut self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.len() / self.record_bytes() * self.record_bytes();
        // A record that was cut off would shift all that follow.
        file.set_len(whole as u64)?;
        // Recently used, for whoever makes room next; a system that cannot say so makes room in another order.
        let _ = file.set_modified(SystemTime::now());
        for record in bytes.chunks_exact(self.record_bytes()) {
            let Some((key, numbers)) = record.split_first_chunk::<32>() else { continue };
            let numbers = numbers.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            self.known.insert(*key, Record { numbers, is_used: false });
            self.order.push(*key);
        }
        Ok(file)
    }

    /// The features of a clip.
    pub(crate) fn get(&self, key: &Key) -> Option<&[f32]> {
        self.known.get(key).map(|record| record.numbers.as_slice())
    }

    /// Says that this training uses the features of a clip, so that they stay. False if they are not there.
    pub(crate) fn claim(&mut self, key: &Key) -> bool {
        let record = self.known.get_mut(key);
        record.map(|record| record.is_used = true).is_some()
    }

    /// Keeps the features of a clip.
    pub(crate) fn add(&mut self, key: Key, features: Vec<f32>) {
        if self.file.is_some()
            && let Err(error) = self.write(key, &features)
        {
            tracing::warn!("features cannot be kept any more ({error}): {}", self.path.display());
            self.file = None;
        }
        self.known.insert(key, Record { numbers: features, is_used: true });
    }

    fn write(&mut self, key: Key, features: &[f32]) -> io::Result<()> {
        self.make_room()?;
        let record = record_of(&key, features);
        if let Some(file) = &mut self.file {
            file.write_all(&record)?;
            self.order.push(key);
        }
        Ok(())
    }

    /// Makes room for one more record.
    fn make_room(&mut self) -> io::Result<()> {
        let wanted = self.bytes() + self.record_bytes() as u64;
        if wanted + self.others <= self.limit {
            return Ok(());
        }
        let mut others = self.other_files();
        others.sort_by_key(|(_, _, time)| *time);
        self.others = others.iter().map(|(_, bytes, _)| bytes).sum();
        for (path, bytes, _) in others {
            if wanted + self.others <= self.limit {
                break;
            }
            if fs::remove_file(&path).is_ok() {
                self.others -= bytes;
            }
        }
        if wanted + self.others > self.limit {
            self.forget_old()?;
        }
        if self.bytes() + self.record_bytes() as u64 + self.others > self.limit {
            return Err(io::Error::other("they have all the room that they may take; data.cache_gb gives them more"));
        }
        Ok(())
    }

    /// Writes the file anew without the oldest records that nobody uses; more of them go than need to, as each time costs
    /// the whole file.
    fn forget_old(&mut self) -> io::Result<()> {
        let most = self.limit.saturating_sub(self.others) / 4 * 3;
        let record_bytes = self.record_bytes() as u64;
        let mut bytes = self.bytes();
        let mut kept = Vec::with_capacity(self.order.len());
        for key in &self.order {
            let is_used = self.known.get(key).is_some_and(|record| record.is_used);
            if bytes > most && !is_used {
                self.known.remove(key);
                bytes -= record_bytes;
            } else {
                kept.push(*key);
            }
        }
        if kept.len() == self.order.len() {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut whole = tempfile::Builder::new().prefix(".features-").tempfile_in(folder)?;
        let mut to = io::BufWriter::new(whole.as_file_mut());
        for key in &kept {
            if let Some(record) = self.known.get(key) {
                to.write_all(&record_of(key, &record.numbers))?;
            }
        }
        to.flush()?;
        drop(to);
        whole.as_file().sync_all()?;
        // Some systems do not replace a file that is open.
        self.file = None;
        whole.persist(&self.path)?;
        self.order = kept;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
    }

    /// Files of other networks, with length and the time when they were used last.
    fn other_files(&self) -> Vec<(PathBuf, u64, SystemTime)> {
        let entries = self.path.parent().map(fs::read_dir).into_iter().flatten().flatten().flatten();
        let about = |entry: fs::DirEntry| {
            let about = entry.metadata().ok()?;
            let time = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            (about.is_file() && entry.path() != self.path).then(|| (entry.path(), about.len(), time))
        };
        entries.filter_map(about).collect()
    }
}

fn record_of(key: &Key, features: &[f32]) -> Vec<u8> {
    let mut record = key.to_vec();
    record.extend(features.iter().flat_map(|number| number.to_le_bytes()));
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Room for a thousand records of three numbers.
    const ROOM: u64 = 44_000;

    #[test]
    fn features_come_back_and_a_record_that_was_cut_off_is_forgotten() {
        let folder = tempfile::tempdir().expect("should be made");
        let mut store = FeatureStore::open(Some(folder.path()), "net", 3, ROOM);
        store.add([1; 32], vec![1.0, 2.0, 3.0]);
        store.add([2; 32], vec![4.0, 5.0, 6.0]);
        let path = store.path.clone();
        drop(store);
        let bytes = fs::read(&path).expect("should be there");
        fs::write(&path, bytes.get(..bytes.len() - 5).expect("should be long enough")).expect("should be written");
        let mut store = FeatureStore::open(Some(folder.path()), "net", 3, ROOM);
        assert_eq!(store.get(&[1; 32]), Some([1.0, 2.0, 3.0].as_slice()));
        assert_eq!(store.get(&[2; 32]), None);
        store.add([3; 32], vec![7.0, 8.0, 9.0]);
        let store = FeatureStore::open(Some(folder.path()), "net", 3, ROOM);
        assert_eq!(store.get(&[3; 32]), Some([7.0, 8.0, 9.0].as_slice()));
    }

    #[test]
    fn room_is_made_from_the_file_that_was_not_used_for_longest() {
        let folder = tempfile::tempdir().expect("should be made");
        // Room for five records.
        let open = |network: &str| FeatureStore::open(Some(folder.path()), network, 3, 5 * 44);
        for (network, key, secs) in [("older", 1, 10), ("old", 2, 20)] {
            let mut store = open(network);
            store.add([key; 32], vec![0.0; 3]);
            store.add([key + 100; 32], vec![0.0; 3]);
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(secs);
            store.file.as_ref().and_then(|file| file.set_modified(time).ok()).expect("should be set");
        }
        let mut store = open("new");
        store.add([3; 32], vec![0.0; 3]);
        assert!(folder.path().join("features/older").exists(), "there was room");
        store.add([4; 32], vec![0.0; 3]);
        assert!(!folder.path().join("features/older").exists() && folder.path().join("features/old").exists());
    }

    #[test]
    fn of_the_own_file_the_oldest_records_go_that_nobody_uses() {
        let folder = tempfile::tempdir().expect("should be made");
        let open = || FeatureStore::open(Some(folder.path()), "net", 3, 8 * 44);
        let mut store = open();
        (0..8).for_each(|key| store.add([key; 32], vec![f32::from(key); 3]));
        let mut store = open();
        assert!(store.claim(&[0; 32]) && !store.claim(&[9; 32]));
        store.add([8; 32], vec![8.0; 3]);
        let store = open();
        let kept: Vec<u8> = (0..9).filter(|key| store.get(&[*key; 32]).is_some()).collect();
        // Down to three quarters, and the new one.
        assert_eq!(kept, [0, 3, 4, 5, 6, 7, 8]);
        assert_eq!(store.get(&[8; 32]), Some([8.0; 3].as_slice()));
    }

    #[test]
    fn what_finds_no_room_is_known_until_the_end() {
        let folder = tempfile::tempdir().expect("should be made");
        let mut store = FeatureStore::open(Some(folder.path()), "net", 3, 2 * 44);
        (0..3).for_each(|key| store.add([key; 32], vec![f32::from(key); 3]));
        assert!((0..3).all(|key| store.get(&[key; 32]).is_some()));
        let bytes = fs::metadata(&store.path).expect("should be there").len();
        assert_eq!(bytes, 2 * 44);
        let mut none = FeatureStore::open(Some(folder.path()), "other", 3, 0);
        none.add([1; 32], vec![0.0; 3]);
        assert!(none.get(&[1; 32]).is_some() && !folder.path().join("features/other").exists());
    }
}
