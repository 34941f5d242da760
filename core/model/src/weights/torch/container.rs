//! The two containers: where the pickle is, and where the storages are.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use super::error::TorchError;
use super::limits::Limits;
use super::machine::parse;
use super::node::{Arena, ElementType, Id, Node, TensorNode};

/// How a file begins that PyTorch wrote before 1.6: a pickle of its magic number.
const LEGACY_MAGIC: [u8; 15] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.'];
/// All tensors that are asked for may have this many times the file's bytes, as `f32`: bytes become four times as large,
/// and weights that are shared are written once and read twice.
const MAX_GROWTH: u64 = 8;

/// Which of PyTorch's containers a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A ZIP archive, since PyTorch 1.6.
    Zip,
    /// One stream of pickles and storages, before.
    Legacy,
}

/// An open file.
pub struct TorchFile<R> {
    storages: Storages<R>,
    arena: Arena,
    root: Id,
    /// Elements that may still be read.
    budget: u64,
}

enum Storages<R> {
    /// The archive, and which of its entries a storage's key names.
    Zip(Box<ZipArchive<R>>, BTreeMap<String, usize>),
    /// The file, and where each storage's bytes begin and how many they are.
    Legacy(R, BTreeMap<String, (u64, u64)>),
}

impl<R: Read + Seek> TorchFile<R> {
    /// Reads the description; no storage is read.
    ///
    /// # Errors
    /// If it is none of PyTorch's files, is damaged, or goes beyond the limits.
    pub fn open(mut source: R) -> Result<Self, TorchError> {
        let size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        (&mut source).take(LEGACY_MAGIC.len() as u64).read_to_end(&mut head)?;
        source.seek(SeekFrom::Start(0))?;
        let budget = size.saturating_mul(MAX_GROWTH) / 4;
        let (storages, arena, root) = if head == LEGACY_MAGIC {
            open_legacy(source, size)?
        } else if head.starts_with(b"PK\x03\x04") {
            open_zip(source, size)?
        } else {
            return Err(TorchError::NotTorch);
        };
        Ok(Self { storages, arena, root, budget })
    }

    /// Which container it is.
    pub fn container(&self) -> Container {
        match self.storages {
            Storages::Zip(..) => Container::Zip,
            Storages::Legacy(..) => Container::Legacy,
        }
    }

    /// The values of the pickle.
    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// The value that was saved.
    pub fn root(&self) -> Id {
        self.root
    }

    /// Reads tensors and hands each to `take`, with its place in `wanted`: row-major, little-endian bytes. They come in
    /// the order of their storages, so that each of those is read once.
    ///
    /// # Errors
    /// If one lies outside of its storage, or all together are far larger than the file.
    pub fn read_tensors(
        &mut self,
        wanted: &[(String, TensorNode)],
        take: &mut dyn FnMut(usize, ElementType, Vec<u8>),
    ) -> Result<(), TorchError> {
        for (name, tensor) in wanted {
            let count =
                tensor.count().ok_or_else(|| TorchError::tensor(name, "has more elements than can be counted"))?;
            self.budget = self
                .budget
                .checked_sub(count)
                .ok_or_else(|| TorchError::tensor(name, "is far larger than the file that it is said to be in"))?;
        }
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_by_key(|index| (&wanted[*index].1.storage.key, *index));
        let mut loaded: Option<(&str, Vec<u8>)> = None;
        for index in order {
            let (name, tensor) = &wanted[index];
            let dtype = tensor
                .storage
                .dtype
                .ok_or_else(|| TorchError::tensor(name, "is of a type of numbers that weights never are"))?;
            let key = tensor.storage.key.as_str();
            if loaded.as_ref().is_none_or(|(loaded, _)| *loaded != key) {
                // Two storages need not be in memory at once.
                drop(loaded.take());
                loaded = Some((key, self.storages.read(name, key)?));
            }
            let bytes = loaded.as_ref().map_or(&[][..], |(_, bytes)| bytes);
            take(index, dtype, tensor.gather(name, dtype, bytes)?);
        }
        Ok(())
    }
}

impl<R: Read + Seek> Storages<R> {
    /// All bytes of a storage, whose size was checked against the file's when it was opened.
    fn read(&mut self, name: &str, key: &str) -> Result<Vec<u8>, TorchError> {
        let missing =
            || TorchError::tensor(name, format!("has its storage {} nowhere in the file", key.escape_debug()));
        match self {
            Self::Zip(archive, entries) => {
                let index = *entries.get(key).ok_or_else(missing)?;
                read_entry(archive, index, u64::MAX)
            }
            Self::Legacy(source, places) => {
                let (start, len) = *places.get(key).ok_or_else(missing)?;
                source.seek(SeekFrom::Start(start))?;
                let mut bytes = Vec::new();
                source.take(len).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}

type Opened<R> = (Storages<R>, Arena, Id);

fn damaged(error: impl std::fmt::Display) -> TorchError {
    TorchError::Archive(error.to_string())
}

fn open_zip<R: Read + Seek>(source: R, size: u64) -> Result<Opened<R>, TorchError> {
    let mut archive = ZipArchive::new(source).map_err(damaged)?;
    let mut names = BTreeMap::new();
    let mut total = 0u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        // Stored entries cannot be larger than the file, nor all of them together: no bombs.
        if entry.compression() != CompressionMethod::Stored || entry.size() != entry.compressed_size() {
            return Err(damaged(format!("{} is compressed, which PyTorch never does", name.escape_debug())));
        }
        total = total.saturating_add(entry.size());
        names.insert(name, index);
    }
    if total > size {
        return Err(damaged("its entries are larger than the file"));
    }
    let (folder, pickle) = names
        .iter()
        .find_map(|(name, index)| Some((name.strip_suffix("data.pkl")?.to_owned(), *index)))
        .filter(|(folder, _)| folder.is_empty() || folder.ends_with('/'))
        .ok_or(TorchError::NotTorch)?;
    if let Some(order) = names.get(&format!("{folder}byteorder"))
        && read_entry(&mut archive, *order, 16)? == b"big"
    {
        return Err(TorchError::BigEndian);
    }
    let limits = Limits::default();
    let bytes = read_entry(&mut archive, pickle, limits.bytes as u64)?;
    let mut arena = Arena::new(bytes);
    let root = parse(&mut arena, 0, limits)?.root;
    let data = format!("{folder}data/");
    let entries =
        names.into_iter().filter_map(|(name, index)| Some((name.strip_prefix(&data)?.to_owned(), index))).collect();
    Ok((Storages::Zip(Box::new(archive), entries), arena, root))
}

/// The bytes of an entry, whose checksum is verified.
fn read_entry<R: Read + Seek>(archive: &mut ZipArchive<R>, index: usize, limit: u64) -> Result<Vec<u8>, TorchError> {
    let mut entry = archive.by_index(index).map_err(damaged)?;
    if entry.size() > limit {
        return Err(TorchError::Limit { what: "bytes of description", limit });
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

fn open_legacy<R: Read + Seek>(mut source: R, size: u64) -> Result<Opened<R>, TorchError> {
    let limits = Limits::default();
    let mut bytes = Vec::new();
    (&mut source).take(limits.bytes as u64).read_to_end(&mut bytes)?;
    let mut arena = Arena::new(bytes);
    let magic = parse(&mut arena, 0, limits)?;
    let protocol = parse(&mut arena, magic.end, limits)?;
    let system = parse(&mut arena, protocol.end, limits)?;
    if let Some(little) = arena.lookup(system.root, "little_endian")
        && matches!(arena.node(little), Node::Bool(false))
    {
        return Err(TorchError::BigEndian);
    }
    let saved = parse(&mut arena, system.end, limits)?;
    let sizes = storage_sizes(&arena);
    let keys = parse(&mut arena, saved.end, limits)?;
    let wrong = |what| TorchError::Pickle { at: keys.end, what };
    let mut places = BTreeMap::new();
    let mut at = keys.end as u64;
    for key in arena.items(keys.root).ok_or_else(|| wrong("the list of storages is no list"))? {
        let key = arena.text(*key).ok_or_else(|| wrong("the name of a storage is no text"))?;
        let (dtype, elements) = sizes.get(key).copied().ok_or_else(|| wrong("a storage of an unknown kind"))?;
        let mut count = [0u8; 8];
        source.seek(SeekFrom::Start(at))?;
        source.read_exact(&mut count).map_err(|_short| wrong("the storages end early"))?;
        if u64::from_le_bytes(count) != elements {
            return Err(wrong("a storage has another size than its tensors say"));
        }
        let len = elements.saturating_mul(dtype.size() as u64);
        let start = at + 8;
        at = start.saturating_add(len);
        if at > size {
            return Err(wrong("the storages end early"));
        }
        places.insert(key.to_owned(), (start, len));
    }
    arena.bytes.truncate(keys.end);
    Ok((Storages::Legacy(source, places), arena, saved.root))
}

/// Type and number of elements of every storage that a pickle refers to.
fn storage_sizes(arena: &Arena) -> BTreeMap<String, (ElementType, u64)> {
    let references = arena.nodes.iter().filter_map(|node| match node {
        Node::Persistent(reference) => arena.described_storage(*reference),
        _ => None,
    });
    references.filter_map(|(storage, _)| Some((storage.key, (storage.dtype?, storage.elements)))).collect()
}
