//! Weights from a formula: networks of real size without a file, for fixtures and benchmarks.

use rayon::prelude::*;

use super::state::{RawTensor, StateDict, Weights};
use ks_domain::ArchSpec;

/// Weights that keep activations in a sensible range, a function of the seed and the tensors' names alone. The recipe
/// is that of the reference fixtures, so that their outputs can be compared with.
pub fn formula_weights(spec: &ArchSpec, seed: u64) -> Weights {
    let mut tensors = StateDict::new();
    for unit in spec.units() {
        let shape = unit.kind.torch_shape();
        let fan: usize = shape[1..].iter().product();
        let bound = (6.0 / fan as f64).sqrt();
        let outputs = unit.kind.outputs();
        let mut add = |part: &str, shape: Vec<usize>, value: &(dyn Fn(f64) -> f64 + Sync)| {
            let name = format!("{}.{part}", unit.name);
            let data = formula_values(seed, &name, shape.iter().product(), value);
            tensors.insert(name, RawTensor { shape, data });
        };
        let last = unit.name.ends_with("conv3");
        add("conv.weight", shape.to_vec(), &|u| (2.0 * u - 1.0) * bound);
        add("bn.weight", vec![outputs], &|u| if last { 0.1 + 0.2 * u } else { 0.75 + 0.5 * u });
        add("bn.bias", vec![outputs], &|u| (2.0 * u - 1.0) * 0.2);
        add("bn.running_mean", vec![outputs], &|u| (2.0 * u - 1.0) * 0.2);
        add("bn.running_var", vec![outputs], &|u| 0.5 + u);
    }
    let (weight, bias) = ("cls_head.fc_cls.weight", "cls_head.fc_cls.bias");
    let bound = (3.0 / spec.features() as f64).sqrt();
    let data = formula_values(seed, weight, spec.classes * spec.features(), |u| (2.0 * u - 1.0) * bound);
    tensors.insert(weight.to_owned(), RawTensor { shape: vec![spec.classes, spec.features()], data });
    let data = formula_values(seed, bias, spec.classes, |u| (2.0 * u - 1.0) * 0.1);
    tensors.insert(bias.to_owned(), RawTensor { shape: vec![spec.classes], data });
    Weights::with_spec(spec.clone(), tensors).expect("should make every tensor of the network")
}

/// `value(u_i)` for `u_i` from a hash of the seed, the name and the index .
pub fn formula_values(seed: u64, name: &str, count: usize, value: impl Fn(f64) -> f64 + Sync) -> Vec<f32> {
    let start = format!("{seed}/{name}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    (0..count as u64)
        .into_par_iter()
        .map(|i| {
            let bits = mix(start.wrapping_add(i).wrapping_add(0x9E37_79B9_7F4A_7C15)) >> 40;
            value(bits as f64 / f64::from(1 << 24)) as f32
        })
        .collect()
}
