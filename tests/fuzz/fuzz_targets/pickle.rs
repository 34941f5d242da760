//! PyTorch's files: whatever the bytes are, there is an answer, and no more is held than the file is worth.
//!
//! The folder of the reader is compiled by itself, without the network and its libraries. The first byte says what the
//! rest is taken for: a file, a pickle, or the values of a file of the old kind, whose beginning is then put before it (a
//! ZIP archive with a changed pickle would be stopped by its checksum).

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;

#[path = "../../../core/model/src/weights/torch/mod.rs"]
#[allow(dead_code, unused_imports, clippy::allow_attributes, reason = "only what fuzzing needs of it is used")]
mod torch;

use torch::{Arena, Id, Limits, TensorNode, TorchFile, parse};

/// Magic number, protocol and an empty mapping about the system.
const LEGACY_HEAD: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 3 {
        0 => whole(rest.to_vec()),
        1 => {
            let mut arena = Arena::new(rest.to_vec());
            if let Ok(parsed) = parse(&mut arena, 0, Limits::default()) {
                visit(&arena, parsed.root, 3, &mut Vec::new());
            }
        }
        _ => whole([LEGACY_HEAD, rest].concat()),
    }
});

/// Opens a file and reads every tensor that is found.
fn whole(bytes: Vec<u8>) {
    let size = bytes.len();
    let Ok(mut file) = TorchFile::open(Cursor::new(bytes)) else { return };
    let mut tensors = Vec::new();
    visit(file.arena(), file.root(), 3, &mut tensors);
    let mut read = 0;
    // An error is as good an answer as any.
    let _ = file.read_tensors(&tensors, &mut |_, _, bytes| read += bytes.len());
    assert!(read <= 16 * size + 64, "{read} bytes out of {size}");
}

/// Looks at everything, as deep as checkpoints are.
fn visit(arena: &Arena, id: Id, depth: u32, tensors: &mut Vec<(String, TensorNode)>) {
    if tensors.len() > 1000 {
        return;
    }
    for (name, value) in arena.entries(id).take(1000) {
        if let Some(tensor) = arena.tensor(value) {
            tensors.push((name.to_owned(), tensor.clone()));
        } else if depth > 0 {
            visit(arena, value, depth - 1, tensors);
        }
    }
    let _ = (arena.items(id), arena.text(id), arena.int(id), arena.global(id));
}
