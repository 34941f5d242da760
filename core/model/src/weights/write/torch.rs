//! PyTorch's ZIP archive, as `torch.save` of 1.6 and later lays it out: `data.pkl`, the storages beside it, each stored
//! without compression at a multiple of 64 bytes.

use std::io::{Cursor, Write as _};

use ks_domain::Capsule;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::WriteError;
use super::elements::Written;
use super::pickle::Pickle;
use crate::weights::capsule;
use crate::weights::error::CheckpointError;
use crate::weights::read_torch::CAPSULE_KEY;
use crate::weights::state::Weights;

/// Where PyTorch wants storages to begin, so that they can be mapped into memory.
const ALIGNMENT: u16 = 64;

/// The whole file: `meta` and `state_dict`, as mmaction2's runners save them.
pub(super) fn bytes(weights: &Weights, capsule: &Capsule, half: bool) -> Result<Vec<u8>, WriteError> {
    let description = description(weights, capsule, half)?;
    archive(weights, &description, half)
        .map_err(|error| WriteError::Capsule(CheckpointError::Capsule(error.to_string())))
}

fn description(weights: &Weights, capsule: &Capsule, half: bool) -> Result<Vec<u8>, CheckpointError> {
    let capsule_text = capsule::to_json(capsule)?;
    let names = |pickle: &mut Pickle| {
        pickle.tuple(|pickle| capsule.classes.iter().for_each(|class| pickle.text(&class.name)));
    };
    let mut pickle = Pickle::new();
    pickle.dict(|pickle| {
        pickle.text("meta");
        pickle.dict(|pickle| {
            pickle.text("kinetoscope_version");
            pickle.text(env!("CARGO_PKG_VERSION"));
            pickle.text(CAPSULE_KEY);
            pickle.text(&capsule_text);
            if !capsule.classes.is_empty() {
                // Where 0.x looks for them, and where 1.x does.
                pickle.text("CLASSES");
                names(pickle);
                pickle.text("dataset_meta");
                pickle.dict(|pickle| {
                    pickle.text("classes");
                    names(pickle);
                });
            }
        });
        pickle.text("state_dict");
        pickle.ordered_dict(|pickle| {
            for (key, (name, tensor)) in weights.in_torch_order().into_iter().enumerate() {
                pickle.text(name);
                pickle.tensor(key, Written::of(name, half), &tensor.shape);
            }
        });
    });
    Ok(pickle.finish())
}

fn archive(weights: &Weights, description: &[u8], half: bool) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).with_alignment(ALIGNMENT);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("archive/data.pkl", options)?;
    archive.write_all(description)?;
    archive.start_file("archive/byteorder", options)?;
    archive.write_all(b"little")?;
    for (key, (name, tensor)) in weights.in_torch_order().into_iter().enumerate() {
        archive.start_file(format!("archive/data/{key}"), options)?;
        archive.write_all(&Written::of(name, half).bytes(tensor))?;
    }
    archive.start_file("archive/version", options)?;
    archive.write_all(b"3\n")?;
    archive.finish().map(Cursor::into_inner)
}
