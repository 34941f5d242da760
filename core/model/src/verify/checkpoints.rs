//! Checkpoints of all shapes: wrappers, prefixes, half precision, foreign layouts, training state beside the weights.

use half::f16;

use super::Outcome;
use super::compare::Difference;
use super::files::{Fixtures, named};
use super::forward::{LOGITS, from_torch, values};
use crate::device::ChosenDevice;
use crate::network::Network;
use crate::weights::{StateDict, Weights};

/// The fixture with half-precision weights. Its own reference has the logits of weights that were not rounded.
const HALF: &str = "checkpoints/ip4_half.pth";
/// The logits of the rounded weights, in double precision by plain PyTorch operations: `packaging/checks/half.py`.
const HALF_LOGITS: [f64; 7] =
    [0.479_338_969, 0.192_254_735, 1.486_275_056, 1.487_375_982, 0.686_128_035, 1.840_902_679, -0.248_517_835];

pub(super) fn run(
    fixtures: &Fixtures,
    device: &ChosenDevice,
    wanted: &dyn Fn(&str) -> bool,
    on_outcome: &mut dyn FnMut(&Outcome),
) {
    let mut files = fixtures.matching("checkpoints/", ".pth");
    files.extend(fixtures.matching("checkpoints/", ".pyth"));
    for file in files.into_iter().filter(|file| wanted(file)) {
        let outcome = case(fixtures, device, &file).unwrap_or_else(|error| Outcome::failed(&file, error));
        on_outcome(&outcome);
    }
}

fn case(fixtures: &Fixtures, device: &ChosenDevice, file: &str) -> Result<Outcome, String> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let family = stem.split('_').next().unwrap_or(stem);
    let own = format!("{stem}_io.safetensors");
    let reference = if fixtures.has(&own) { own } else { format!("{family}_io.safetensors") };
    let reference = fixtures.tensors(&reference)?;
    let tensors = fixtures.tensors(file)?;
    let (tensors, detail) = match Weights::from_state_dict(tensors.clone()) {
        Err(crate::CheckpointError::NoHead) => {
            (with_head(fixtures, tensors, family)?, "logits; the head is that of the bare file, as it has none")
        }
        _ => (tensors, "logits"),
    };
    let weights = if file.contains("pytorchvideo") {
        // The fixture was computed with mmaction2's epsilon; a real file of this layout means its own.
        let own = Weights::from_state_dict(tensors).map_err(|error| error.to_string())?;
        let spec = ks_domain::ArchSpec { bn_eps: 1e-3, ..own.spec().clone() };
        Weights::with_spec(spec, own.tensors().clone())
    } else {
        Weights::from_state_dict(tensors)
    };
    let weights = weights.map_err(|error| error.to_string())?;
    let logits =
        values(Network::folded(&weights, device.burn_device()).forward(from_torch(named(&reference, "x")?, device)?))?;
    let wanted = if file == HALF {
        check_rounded(weights.tensors(), &fixtures.tensors(&format!("{family}_bare.pth"))?)?;
        HALF_LOGITS.to_vec()
    } else {
        named(&reference, "logits")?.data.iter().map(|value| f64::from(*value)).collect()
    };
    Ok(Difference::of(&logits, &wanted).within(file, LOGITS, format!("{detail}; {}", weights.spec())))
}

/// A backbone under mmaction2's names for the whole network, with the head of the file that has everything.
fn with_head(fixtures: &Fixtures, backbone: StateDict, family: &str) -> Result<StateDict, String> {
    let whole = fixtures.tensors(&format!("{family}_bare.pth"))?;
    let head = whole.into_iter().filter(|(name, _)| name.starts_with("cls_head."));
    Ok(backbone.into_iter().map(|(name, tensor)| (format!("backbone.{name}"), tensor)).chain(head).collect())
}

/// Half-precision weights must be exactly the full ones, rounded.
fn check_rounded(rounded: &StateDict, full: &StateDict) -> Result<(), String> {
    for (name, full) in full {
        let expected = full.data.iter().map(|value| f16::from_f32(*value).to_f32());
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        if !rounded.get(name).is_some_and(|found| found.data.iter().copied().eq(expected)) {
            return Err(format!("{name} is not the full-precision tensor rounded to half precision"));
        }
    }
    Ok(())
}
