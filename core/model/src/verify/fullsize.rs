//! Networks of real size, whose weights come from a formula.

use super::Outcome;
use super::compare::Difference;
use super::files::{Fixtures, numbers};
use super::forward::{LOGITS, from_torch, values};
use crate::device::{ChosenDevice, DeviceKind};
use crate::network::Network;
use crate::weights::{RawTensor, formula_values, formula_weights};
use ks_domain::{ArchSpec, BottleneckMode};

const FILE: &str = "fullsize/fullsize_formula.json";

pub(super) fn run(
    fixtures: &Fixtures,
    device: &ChosenDevice,
    wanted: &dyn Fn(&str) -> bool,
    on_outcome: &mut dyn FnMut(&Outcome),
) {
    if !fixtures.has(FILE) {
        return;
    }
    let formula = match fixtures.json(FILE) {
        Ok(formula) => formula,
        Err(error) => return on_outcome(&Outcome::failed(FILE, error)),
    };
    let seed = formula["seed"].as_u64().unwrap_or_default();
    for (name, model) in
        formula["models"].as_object().into_iter().flatten().filter(|(name, _)| wanted(&format!("fullsize/{name}")))
    {
        if device.info.kind == DeviceKind::SoftwareGpu {
            let reason = "a software graphics driver would need many minutes for a network of real size";
            on_outcome(&Outcome::skipped(format!("{FILE} {name}"), reason));
            continue;
        }
        let network = match spec_of(name) {
            Ok(spec) => Network::folded(&formula_weights(&spec, seed), device.burn_device()),
            Err(error) => {
                on_outcome(&Outcome::failed(format!("{FILE} {name}"), error));
                continue;
            }
        };
        for run in model["runs"].as_array().into_iter().flatten() {
            let shape: Vec<usize> = numbers(&run["input_shape"]).into_iter().map(|size| size as usize).collect();
            let case = format!("{FILE} {name} {shape:?}");
            let data = formula_values(seed, "input", shape.iter().product(), |u| (2.0 * u - 1.0) * 2.0);
            let logits = from_torch(&RawTensor { shape, data }, device).and_then(|x| values(network.forward(x)));
            on_outcome(&match logits {
                Ok(logits) => Difference::of(&logits, &numbers(&run["logits"])).within(case, LOGITS, "400 logits"),
                Err(error) => Outcome::failed(case, error),
            });
        }
    }
}

/// The network that a name like `ir_50` means.
fn spec_of(name: &str) -> Result<ArchSpec, String> {
    let (mode, depth) = name.split_once('_').ok_or_else(|| format!("{name} is no model"))?;
    let mode = if mode == "ip" { BottleneckMode::Ip } else { BottleneckMode::Ir };
    ArchSpec::with_depth(mode, depth.parse().map_err(|_wrong| format!("{name} has no depth"))?, 400)
}
