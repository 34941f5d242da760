//! What the backbone made of clips: kept, so that teaching the classifier again computes new clips alone.
//!
//! One file for each network and way of cutting clips. It only grows; a record that was cut off by a crash is forgotten.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The hash of what a record is of.
pub(crate) type Key = [u8; 32];

/// Features by clip.
pub(crate) struct FeatureStore {
    /// `None` where nothing can be written.
    file: Option<File>,
    path: PathBuf,
    length: usize,
    known: BTreeMap<Key, Vec<f32>>,
}

impl FeatureStore {
    /// Opens or begins the file of a network, whose records hold `length` numbers each.
    pub(crate) fn open(folder: Option<&Path>, network: &str, length: usize) -> Self {
        let path = folder.map(|folder| folder.join("features").join(network)).unwrap_or_default();
        let mut store = Self { file: None, path, length, known: BTreeMap::new() };
        if folder.is_none() {
            return store;
        }
        match store.read() {
            Ok(file) => store.file = Some(file),
            Err(error) => {
                tracing::warn!("features cannot be kept ({error}): {}", store.path.display());
            }
        }
        store
    }

    fn record_bytes(&self) -> usize {
        size_of::<Key>() + 4 * self.length
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
        for record in bytes.chunks_exact(self.record_bytes()) {
            let Some((key, numbers)) = record.split_first_chunk::<32>() else { continue };
            let numbers = numbers.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            self.known.insert(*key, numbers);
        }
        Ok(file)
    }

    /// The features of a clip.
    pub(crate) fn get(&self, key: &Key) -> Option<&[f32]> {
        self.known.get(key).map(Vec::as_slice)
    }

    /// Keeps the features of a clip.
    pub(crate) fn add(&mut self, key: Key, features: Vec<f32>) {
        if let Some(file) = &mut self.file {
            let mut record = key.to_vec();
            record.extend(features.iter().flat_map(|number| number.to_le_bytes()));
            if let Err(error) = file.write_all(&record) {
                tracing::warn!("features cannot be kept any more ({error}): {}", self.path.display());
                self.file = None;
            }
        }
        self.known.insert(key, features);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_come_back_and_a_record_that_was_cut_off_is_forgotten() {
        let folder = tempfile::tempdir().expect("should be made");
        let mut store = FeatureStore::open(Some(folder.path()), "net", 3);
        store.add([1; 32], vec![1.0, 2.0, 3.0]);
        store.add([2; 32], vec![4.0, 5.0, 6.0]);
        let path = store.path.clone();
        drop(store);
        let bytes = fs::read(&path).expect("should be there");
        fs::write(&path, bytes.get(..bytes.len() - 5).expect("should be long enough")).expect("should be written");
        let mut store = FeatureStore::open(Some(folder.path()), "net", 3);
        assert_eq!(store.get(&[1; 32]), Some([1.0, 2.0, 3.0].as_slice()));
        assert_eq!(store.get(&[2; 32]), None);
        store.add([3; 32], vec![7.0, 8.0, 9.0]);
        let store = FeatureStore::open(Some(folder.path()), "net", 3);
        assert_eq!(store.get(&[3; 32]), Some([7.0, 8.0, 9.0].as_slice()));
    }
}
