//! How much memory training needs, for a plan before it starts.

use ks_domain::training::{NormPolicy, Optimizer, StepSettings};
use ks_domain::{ArchSpec, BottleneckMode};

/// Bytes that training needs at most with micro-batches of a shape `[batch, time, height, width, 3]`: activations that are
/// kept for the way back, parameters, gradients and what the optimizer remembers, and the network that evaluates.
///
/// Meant to be a little too much. What the program needs beside it, and the space that an allocator wastes, is not in it.
pub fn training_bytes(arch: &ArchSpec, settings: &StepSettings, shape: [usize; 5]) -> u64 {
    let parameters = arch.parameters() as u64;
    let remembered = match settings.optimizer {
        Optimizer::Sgd { .. } => 1,
        Optimizer::AdamW { .. } => 2,
    };
    // On the host, and what evaluates, folded and packed for the processor.
    let networks = 3 * parameters;
    let learning = learning_parameters(arch, settings) * (3 + remembered);
    4 * (networks + learning + activations(arch, settings, shape))
}

/// Parameters of what learns, without the batch normalisations' few.
fn learning_parameters(arch: &ArchSpec, settings: &StepSettings) -> u64 {
    let first = settings.parts.frozen_stages();
    let stage = |name: &str| name.strip_prefix("backbone.layer").and_then(|rest| rest.get(..1)?.parse::<usize>().ok());
    let convolutions: usize = arch
        .units()
        .iter()
        .filter(|unit| stage(&unit.name).map_or(settings.parts.has_stem(), |stage| stage > first))
        .map(|unit| unit.kind.torch_shape().iter().product::<usize>())
        .sum();
    (convolutions + arch.classes * (arch.features() + 1)) as u64
}

/// Numbers of all activations that are kept, and of the largest ones that come and go.
fn activations(arch: &ArchSpec, settings: &StepSettings, [batch, time, height, width, channels]: [usize; 5]) -> u64 {
    let half = |length: usize, stride: usize| length.div_ceil(stride.max(1)) as u64;
    let mut size = [half(time, arch.conv1_stride_t), half(height, 2), half(width, 2)];
    let numbers = |size: [u64; 3], channels: usize| size.iter().product::<u64>() * (batch * channels) as u64;
    // What is kept of a convolution with its normalisation and activation, in its outputs.
    let kept = match settings.norm {
        NormPolicy::Train => 2,
        NormPolicy::Eval | NormPolicy::Frozen => 1,
    };
    let first = settings.parts.frozen_stages();
    let mut sum = (batch * time * height * width * channels) as u64;
    let stem = numbers(size, arch.base_channels);
    let mut largest = stem;
    if settings.parts.has_stem() {
        sum += (kept + 1) * stem;
    }
    if arch.with_pool1 {
        size = [half(size[0] as usize, arch.pool1_stride_t), half(size[1] as usize, 2), half(size[2] as usize, 2)];
    }
    for place in arch.blocks() {
        let [st, sh, sw] = arch.block_stride(place);
        let after = [half(size[0] as usize, st), half(size[1] as usize, sh), half(size[2] as usize, sw)];
        let planes = arch.planes(place.stage);
        let inner = match arch.mode {
            BottleneckMode::Ir => 1,
            BottleneckMode::Ip => 2,
        };
        let (reduced, mixed, put_out) = (numbers(size, planes), numbers(after, planes), numbers(after, 4 * planes));
        largest = largest.max(put_out).max(reduced);
        if place.stage >= first {
            let shortcut = if arch.has_shortcut(place) { kept * put_out } else { 0 };
            sum += kept * (inner * reduced + mixed + put_out) + shortcut;
        }
        size = after;
        if place.stage == 0 && place.index + 1 == arch.stage_blocks[0] && arch.with_pool2 {
            size[0] /= 2;
        }
    }
    // A gradient of an activation, the activation before it, and what is worked out between.
    sum + 4 * largest
}
