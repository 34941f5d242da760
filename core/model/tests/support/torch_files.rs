//! PyTorch's files made by hand, byte by byte.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a test may fail, and need not use all of it"
)]

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A text of a pickle.
pub fn text(text: &str) -> Vec<u8> {
    let mut bytes = vec![b'X'];
    bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

/// An integer of a pickle.
pub fn int(value: i64) -> Vec<u8> {
    let mut bytes = vec![0x8a, 8];
    bytes.extend(value.to_le_bytes());
    bytes
}

/// A tuple of what was made before.
pub fn tuple(parts: &[Vec<u8>]) -> Vec<u8> {
    [b"(".to_vec(), parts.concat(), b"t".to_vec()].concat()
}

/// A mapping of texts to what was made before.
pub fn dict(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let pairs: Vec<u8> = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
    [b"}(".to_vec(), pairs, b"u".to_vec()].concat()
}

/// A tensor in the storage `key`, of a class of storages such as `FloatStorage`.
pub fn tensor(class: &str, key: &str, elements: i64, offset: i64, shape: &[i64], stride: &[i64]) -> Vec<u8> {
    let sizes = |sizes: &[i64]| tuple(&sizes.iter().map(|size| int(*size)).collect::<Vec<_>>());
    let class = format!("ctorch\n{class}\n").into_bytes();
    let storage = [tuple(&[text("storage"), class, text(key), text("cpu"), int(elements)]), b"Q".to_vec()].concat();
    let hooks = b"ccollections\nOrderedDict\n)R".to_vec();
    let arguments = tuple(&[storage, int(offset), sizes(shape), sizes(stride), vec![0x89], hooks]);
    [b"ctorch._utils\n_rebuild_tensor_v2\n".to_vec(), arguments, b"R".to_vec()].concat()
}

/// A whole pickle of a value.
pub fn pickle(value: &[u8]) -> Vec<u8> {
    [&[0x80, 2], value, b"."].concat()
}

/// An archive of a pickle and storages.
pub fn archive(pickle: &[u8], storages: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("archive/data.pkl", options).unwrap();
    archive.write_all(pickle).unwrap();
    for (key, bytes) in storages {
        archive.start_file(format!("archive/data/{key}"), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
