//! Checkpoints as the zoo's files are laid out: mmaction2's names and order, in the container that PyTorch used at the
//! time. The values are made up; nothing of ours that could tell what the network is goes in.

use std::io::{self, Write};

use ks_domain::{ArchSpec, BottleneckMode};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How PyTorch wrote files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// One stream of pickles and storages, until 1.5.
    Stream,
    /// A ZIP archive, from 1.6 on.
    Archive,
}

/// One tensor of a state dict.
pub struct Entry {
    /// mmaction2's name.
    pub name: String,
    shape: Vec<usize>,
    /// `None`: the counter of batches, which is an integer.
    range: Option<(f32, f32)>,
}

impl Entry {
    /// Whether training changes it: not so running statistics and counters.
    pub fn is_parameter(&self) -> bool {
        !["running_mean", "running_var", "num_batches_tracked"].iter().any(|buffer| self.name.ends_with(buffer))
    }

    /// How many numbers it holds.
    pub fn numbers(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The state dict of a whole network, in the order of the original's files.
pub fn state_dict(arch: &ArchSpec) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |name: String, shape: Vec<usize>, range| entries.push(Entry { name, shape, range });
    for unit in arch.units() {
        let shape = unit.kind.torch_shape();
        // So that activations neither die nor explode: a rectifier, which halves their variance, follows all but the
        // first convolution of an interaction-preserved bottleneck's middle.
        let has_rectifier = arch.mode == BottleneckMode::Ir || !unit.name.ends_with("conv2.0");
        let gain = if has_rectifier { 6.0 } else { 3.0 };
        let bound = (gain / shape[1..].iter().product::<usize>() as f32).sqrt();
        // What a bottleneck adds to its shortcut is small, so that many of them in a row do not explode.
        let scale = if unit.name.ends_with("conv3") { (0.1, 0.3) } else { (0.75, 1.25) };
        add(format!("{}.conv.weight", unit.name), shape.to_vec(), Some((-bound, bound)));
        let parts =
            [("weight", scale), ("bias", (-0.2, 0.2)), ("running_mean", (-0.2, 0.2)), ("running_var", (0.5, 1.5))];
        for (part, range) in parts {
            add(format!("{}.bn.{part}", unit.name), vec![unit.kind.outputs()], Some(range));
        }
        add(format!("{}.bn.num_batches_tracked", unit.name), Vec::new(), None);
    }
    let bound = (3.0 / arch.features() as f32).sqrt();
    add("cls_head.fc_cls.weight".to_owned(), vec![arch.classes, arch.features()], Some((-bound, bound)));
    add("cls_head.fc_cls.bias".to_owned(), vec![arch.classes], Some((-0.1, 0.1)));
    entries
}

/// Writes `{meta, state_dict}`.
///
/// # Errors
/// What the system says.
pub fn write(entries: &[Entry], container: Container, to: impl Write + io::Seek) -> io::Result<()> {
    match container {
        Container::Stream => write_stream(entries, to),
        Container::Archive => write_archive(entries, to),
    }
}

fn write_archive(entries: &[Entry], to: impl Write + io::Seek) -> io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).with_alignment(64);
    let mut archive = ZipWriter::new(to);
    archive.start_file("archive/data.pkl", options)?;
    archive.write_all(&description(entries, Container::Archive))?;
    for (key, entry) in entries.iter().enumerate() {
        archive.start_file(format!("archive/data/{key}"), options)?;
        archive.write_all(&values(key, entry))?;
    }
    archive.start_file("archive/version", options)?;
    archive.write_all(b"3\n")?;
    archive.finish().map(drop).map_err(io::Error::from)
}

/// A magic number, a version, the machine's integers, the description, the keys of the storages, the storages.
fn write_stream(entries: &[Entry], mut to: impl Write) -> io::Result<()> {
    to.write_all(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.")?;
    let sizes = [("short", 2), ("int", 4), ("long", 4)].map(|(name, bytes)| [text(name), int(bytes)].concat()).concat();
    let about = [text("protocol_version"), int(1001), text("little_endian"), b"\x88".to_vec(), text("type_sizes")];
    to.write_all(&[b"\x80\x02}(".to_vec(), about.concat(), b"}(".to_vec(), sizes, b"uu.".to_vec()].concat())?;
    to.write_all(&description(entries, Container::Stream))?;
    let keys: Vec<u8> = (0..entries.len()).flat_map(|key| text(&key.to_string())).collect();
    to.write_all(&[b"\x80\x02](".to_vec(), keys, b"e.".to_vec()].concat())?;
    for (key, entry) in entries.iter().enumerate() {
        to.write_all(&(entry.numbers() as u64).to_le_bytes())?;
        to.write_all(&values(key, entry))?;
    }
    Ok(())
}

fn description(entries: &[Entry], container: Container) -> Vec<u8> {
    let meta = [text("epoch"), int(58), text("iter"), int(290_000), text("time"), text("Wed Aug 12 09:00:00 2020")];
    let mut bytes = [b"\x80\x02}(".to_vec(), text("meta"), b"}(".to_vec(), meta.concat(), b"u".to_vec()].concat();
    bytes.extend(text("state_dict"));
    bytes.extend(b"ccollections\nOrderedDict\n)R(");
    for (key, entry) in entries.iter().enumerate() {
        bytes.extend(text(&entry.name));
        bytes.extend(tensor(key, entry, container));
    }
    bytes.extend(b"uu.");
    bytes
}

fn tensor(key: usize, entry: &Entry, container: Container) -> Vec<u8> {
    let class: &[u8] = if entry.range.is_some() { b"ctorch\nFloatStorage\n" } else { b"ctorch\nLongStorage\n" };
    let mut storage = [text("storage"), class.to_vec(), text(&key.to_string()), text("cpu"), int(entry.numbers())];
    if container == Container::Stream {
        // Whether it is a view of another storage: None.
        storage[4].push(b'N');
    }
    let stride = |axis: usize| entry.shape.iter().skip(axis + 1).product::<usize>();
    let shape: Vec<u8> = entry.shape.iter().flat_map(|size| int(*size)).collect();
    let strides: Vec<u8> = (0..entry.shape.len()).flat_map(|axis| int(stride(axis))).collect();
    [
        b"ctorch._utils\n_rebuild_tensor_v2\n((".to_vec(),
        storage.concat(),
        b"tQ".to_vec(),
        int(0),
        [b"(".to_vec(), shape, b"t(".to_vec(), strides, b"t".to_vec()].concat(),
        b"\x89ccollections\nOrderedDict\n)RtR".to_vec(),
    ]
    .concat()
}

/// The bytes of a storage: pseudo-random numbers of its range, other ones for every key.
fn values(key: usize, entry: &Entry) -> Vec<u8> {
    let Some((low, high)) = entry.range else { return 290_000_u64.to_le_bytes().to_vec() };
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (key as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        low + (high - low) * ((state >> 40) as f32 / (1 << 24) as f32)
    };
    (0..entry.numbers()).flat_map(|_| next().to_le_bytes()).collect()
}

fn text(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a name should be short");
    [b"X".as_slice(), &length.to_le_bytes(), text.as_bytes()].concat()
}

fn int(value: usize) -> Vec<u8> {
    let value = i32::try_from(value).expect("a size should fit");
    [b"J".as_slice(), &value.to_le_bytes()].concat()
}
