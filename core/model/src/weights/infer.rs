//! Finding out from its tensors which network a checkpoint is of.

use super::error::CheckpointError;
use super::state::StateDict;
use ks_domain::{ArchSpec, BottleneckMode};

/// The network of a state dict under mmaction2's names. Options that leave no trace in names and shapes have the
/// values of the published configs.
///
/// # Errors
/// If a tensor that decides the shape is missing or has the wrong number of axes.
pub(super) fn spec_of(tensors: &StateDict) -> Result<ArchSpec, CheckpointError> {
    let other = |reason: String| CheckpointError::OtherNetwork { reason };
    let shape = |name: &str| {
        tensors.get(name).map(|tensor| tensor.shape.as_slice()).ok_or_else(|| other(format!("{name} is missing")))
    };
    let [base_channels, in_channels, 3, 7, 7] = *shape("backbone.conv1.conv.weight")? else {
        return Err(other("its stem is not a 3×7×7 convolution".to_owned()));
    };
    let [classes, features] = *shape("cls_head.fc_cls.weight")? else {
        return Err(other("its classifier is not a matrix".to_owned()));
    };
    if base_channels == 0 || features != base_channels.saturating_mul(32) || classes == 0 {
        return Err(other(format!(
            "a stem of {base_channels} channels and a classifier of {features} features do not go together"
        )));
    }
    let mode = if tensors.contains_key("backbone.layer1.0.conv2.1.conv.weight") {
        BottleneckMode::Ip
    } else {
        BottleneckMode::Ir
    };
    let mut stage_blocks = [0; 4];
    for (stage, blocks) in stage_blocks.iter_mut().enumerate() {
        let exists =
            |block: usize| tensors.contains_key(&format!("backbone.layer{}.{block}.conv1.conv.weight", stage + 1));
        *blocks = (0..1000).take_while(|block| exists(*block)).count();
        if *blocks == 0 {
            return Err(other(format!("it has no stage {}", stage + 1)));
        }
    }
    Ok(ArchSpec { stage_blocks, base_channels, in_channels, ..ArchSpec::new(mode, classes) })
}
