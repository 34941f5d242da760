//! Files that lie, in every way that we could think of and many that nobody did: an error, never a panic, never more
//! memory than a small multiple of the file, and nothing is executed.
#![expect(unsafe_code, reason = "an allocator that counts has to implement an unsafe trait")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/torch_files.rs"]
mod torch_files;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use ks_domain::{ArchSpec, BottleneckMode, Capsule};
use ks_model::weights::write::{Saving, Target, save};
use ks_model::weights::{StateDict, formula_weights, read_state_dict};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop};
use proptest::proptest;

use torch_files::{archive, dict, int, pickle, tensor, text, tuple};

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// Counts what this thread holds.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get().saturating_add(layout.size()));
        PEAK.set(PEAK.get().max(HELD.get()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.set(HELD.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Memory that a file may cost, for each of its bytes: an instruction of one byte may make a value of forty, and an array
/// that grows is there twice for a moment. An honest checkpoint costs two to four.
const MULTIPLE: usize = 100;

/// Reads bytes as a checkpoint, and watches the memory.
fn read(bytes: &[u8], scratch: &Path) -> Result<StateDict, String> {
    let path = scratch.join("hostile.pth");
    fs::write(&path, bytes).unwrap();
    let before = HELD.get();
    PEAK.set(before);
    let result = read_state_dict(&path).map_err(|error| error.to_string());
    let cost = PEAK.get().saturating_sub(before);
    let allowed = MULTIPLE * bytes.len() + 100_000;
    assert!(cost <= allowed, "{cost} bytes of memory for a file of {}", bytes.len());
    result
}

fn refused(bytes: &[u8], says: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let error = read(bytes, scratch.path()).expect_err("a hostile file should be refused");
    assert!(error.contains(says), "“{says}” in: {error}");
}

/// A small checkpoint that is all right.
fn honest() -> Vec<u8> {
    let spec = ArchSpec { base_channels: 1, stage_blocks: [1; 4], ..ArchSpec::new(BottleneckMode::Ip, 2) };
    let weights = formula_weights(&spec, 3);
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("honest.pth");
    let saving = Saving { target: Target::Pth, half: false, overwrite: false };
    save(&weights, &Capsule::new(spec), &path, saving).unwrap();
    fs::read(path).unwrap()
}

/// Its pickle and its storages.
fn parts(bytes: &[u8]) -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let (mut pickle, mut storages) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with("data.pkl") {
            pickle = bytes;
        } else if let Some((_, key)) = name.split_once("/data/") {
            storages.push((key.to_owned(), bytes));
        }
    }
    (pickle, storages)
}

/// Changes at some places: what is there becomes something else, goes away or comes twice.
fn mutated(bytes: &[u8], changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (place, kind, value) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = place.index(bytes.len());
        match kind % 4 {
            0 => bytes[at] = *value,
            1 => bytes[at] ^= 1 << (value % 8),
            2 => drop(bytes.remove(at)),
            _ => bytes.insert(at, *value),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..8)
}

fn some(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn a_changed_archive_is_read_or_refused() {
    let (scratch, honest) = (tempfile::tempdir().unwrap(), honest());
    assert!(read(&honest, scratch.path()).is_ok_and(|tensors| !tensors.is_empty()));
    proptest!(some(400), |(changes in changes())| {
        drop(read(&mutated(&honest, &changes), scratch.path()));
    });
}

#[test]
fn a_changed_description_in_a_sound_archive_is_read_or_refused() {
    let (scratch, (pickle, storages)) = (tempfile::tempdir().unwrap(), parts(&honest()));
    let storages: Vec<(&str, Vec<u8>)> = storages.iter().map(|(key, bytes)| (key.as_str(), bytes.clone())).collect();
    proptest!(some(400), |(changes in changes())| {
        drop(read(&archive(&mutated(&pickle, &changes), &storages), scratch.path()));
    });
}

#[test]
fn a_changed_or_shortened_file_of_the_old_kind_is_read_or_refused() {
    let Some(fixtures) = folder::fixtures() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let whole = fs::read(fixtures.join("model/tiny_ir_legacy.pth")).unwrap();
    // The description is at the beginning, the sizes of the storages between them.
    let head = 60_000;
    proptest!(some(60), |(changes in changes())| {
        let bytes = [mutated(&whole[..head], &changes), whole[head..].to_vec()].concat();
        drop(read(&bytes, scratch.path()));
    });
    proptest!(some(60), |(length in 0..whole.len())| {
        assert!(read(&whole[..length], scratch.path()).is_err());
    });
}

#[test]
fn a_shortened_archive_is_always_refused() {
    let (scratch, honest) = (tempfile::tempdir().unwrap(), honest());
    proptest!(some(200), |(length in 0..honest.len())| {
        assert!(read(&honest[..length], scratch.path()).is_err());
    });
}

#[test]
fn random_bytes_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let magic: &[u8] = &[0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.'];
    let heads = prop::sample::select(vec![
        b"PK\x03\x04".to_vec(),
        magic.to_vec(),
        vec![0x80, 2],
        b"\x40\0\0\0\0\0\0\0{".to_vec(),
        vec![],
    ]);
    let bodies = prop::collection::vec(any::<u8>(), 0..4000);
    proptest!(some(400), |((head, body) in (heads, bodies))| {
        assert!(read(&[head, body].concat(), scratch.path()).is_err());
    });
}

#[test]
fn random_instructions_are_read_or_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let codes =
        prop::sample::select(b"(0122NIJKMRcdeg}h]u)tlasbqrjoQ\x81\x85\x86\x87\x88\x89\x8f\x90\x93\x94.".to_vec());
    let instructions =
        prop::collection::vec(proptest::prop_oneof![6 => codes, 1 => any::<u8>(), 1 => Just(b'\n')], 0..600);
    proptest!(some(600), |(body in instructions)| {
        drop(read(&archive(&pickle(&body), &[]), scratch.path()));
    });
}

#[test]
fn nothing_in_a_pickle_is_executed() {
    let scratch = tempfile::tempdir().unwrap();
    let trace = scratch.path().join("executed");
    let command = [b"cos\nsystem\n".to_vec(), tuple(&[text(&format!("touch {}", trace.display()))]), b"R".to_vec()];
    refused(&archive(&pickle(&command.concat()), &[]), "os.system");
    // Beside weights it is only skipped.
    let weights = tensor("FloatStorage", "0", 1, 0, &[1], &[1]);
    let root = dict(&[("meta", command.concat()), ("state_dict", dict(&[("x", weights)]))]);
    let file = archive(&pickle(&root), &[("0", 7f32.to_le_bytes().to_vec())]);
    assert_eq!(read(&file, scratch.path()).unwrap()["x"].data, [7.0]);
    assert!(!trace.exists());
}

#[test]
fn tensors_that_claim_more_than_there_is_are_refused() {
    let file = |tensor: Vec<u8>| archive(&pickle(&dict(&[("x", tensor)])), &[("0", vec![0; 64])]);
    let expanded = tensor("FloatStorage", "0", 16, 0, &[1 << 20, 1 << 20], &[0, 0]);
    refused(&file(expanded), "far larger than the file");
    let uncountable = tensor("FloatStorage", "0", 16, 0, &[1 << 40, 1 << 40], &[0, 0]);
    refused(&file(uncountable), "more elements than can be counted");
    refused(&file(tensor("FloatStorage", "0", 1 << 40, 0, &[17], &[1])), "outside of its storage");
    refused(&file(tensor("FloatStorage", "0", 16, i64::MAX, &[2], &[1])), "outside of its storage");
    refused(&file(tensor("FloatStorage", "0", 16, 0, &[4, 4], &[i64::MAX, 1])), "outside of its storage");
    refused(&file(tensor("FloatStorage", "none", 16, 0, &[16], &[1])), "nowhere in the file");
    refused(&file(tensor("ComplexFloatStorage", "0", 8, 0, &[8], &[1])), "type of numbers");
    refused(&file(tensor("FloatStorage", "0", 16, -1, &[2], &[1])), "makes no sense");
    refused(&file(tensor("FloatStorage", "0", 16, 0, &[1; 20], &[1; 20])), "makes no sense");
}

#[test]
fn many_tensors_in_one_storage_are_not_read_again_and_again() {
    let names: Vec<String> = (0..2000).map(|index| format!("x{index}")).collect();
    let whole = |name: &String| (name.clone(), tensor("FloatStorage", "0", 25_000, 0, &[25_000], &[1]));
    let pairs: Vec<(String, Vec<u8>)> = names.iter().map(whole).collect();
    let pairs: Vec<(&str, Vec<u8>)> = pairs.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    refused(&archive(&pickle(&dict(&pairs)), &[("0", vec![0; 100_000])]), "far larger than the file");
}

#[test]
fn deep_endless_and_self_containing_values_are_harmless() {
    let scratch = tempfile::tempdir().unwrap();
    refused(&archive(&[&[0x80, 2], vec![b'('; 100_000].as_slice(), b"."].concat(), &[]), "nested groups");
    // A hundred thousand tuples, each around the last.
    let deep = [&[0x80, 2, b')'], vec![0x85; 100_000].as_slice(), b"."].concat();
    assert!(read(&archive(&deep, &[]), scratch.path()).is_err());
    // A list in itself, remembered in more places than there are.
    let ring = pickle(
        &[b"]q\x00h\x00a".to_vec(), (0..50_000u32).flat_map(|at| [&b"r"[..], &at.to_le_bytes()].concat()).collect()]
            .concat(),
    );
    assert!(read(&archive(&ring, &[]), scratch.path()).is_err());
    // Texts that claim four gigabytes and more.
    for claim in [&b"X\xff\xff\xff\xff"[..], b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", b"\x8b\xff\xff\xff\xff"] {
        refused(&archive(&pickle(claim), &[]), "ends in the middle");
    }
    refused(&archive(&pickle(&int(7)), &[]), "no tensor in it");
}
