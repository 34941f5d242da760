//! Finding out from its tensors which network a checkpoint is of.

use super::error::CheckpointError;
use super::state::StateDict;
use ks_domain::{ArchSpec, BottleneckMode};

/// More channels than this are no video network's; keeps a damaged file from asking for arrays of any size.
const MAX_CHANNELS: usize = 1 << 12;
/// More classes than this are no data set's.
const MAX_CLASSES: usize = 1 << 20;
/// More bottlenecks than this in one stage are no network's.
const MAX_BLOCKS: usize = 200;

/// The network of a state dict under mmaction2's names. Options that leave no trace in names and shapes have the
/// values of the published configs. `new_head` are the classes of a head that will replace the file's.
///
/// # Errors
/// If a tensor that decides the shape is missing or has the wrong number of axes.
pub(super) fn spec_of(tensors: &StateDict, new_head: Option<usize>) -> Result<ArchSpec, CheckpointError> {
    let other = |reason: String| CheckpointError::OtherNetwork { reason };
    let shape = |name: &str| {
        tensors.get(name).map(|tensor| tensor.shape.as_slice()).ok_or_else(|| other(format!("{name} is missing")))
    };
    let stem = match tensors.get("backbone.conv1.conv.weight") {
        Some(stem) => stem.shape.clone(),
        // The first bottleneck tells as much; that the stem is missing is said with all else that is.
        None => vec![shape("backbone.layer1.0.conv1.conv.weight")?.first().copied().unwrap_or(0), 3, 3, 7, 7],
    };
    let [base_channels, in_channels, 3, 7, 7] = *stem else {
        return Err(other("its stem is not a 3×7×7 convolution".to_owned()));
    };
    let has_head = tensors.keys().any(|name| name.starts_with("cls_head."));
    let (classes, features) = match new_head {
        Some(classes) => (classes, base_channels.saturating_mul(32)),
        None if !has_head => return Err(CheckpointError::NoHead),
        None => match *shape("cls_head.fc_cls.weight")? {
            [classes, features] => (classes, features),
            _ => return Err(other("its classifier is not a matrix".to_owned())),
        },
    };
    let sensible = (1..=MAX_CHANNELS).contains(&base_channels) && (1..=MAX_CHANNELS).contains(&in_channels);
    if !sensible || features != base_channels * 32 || !(1..=MAX_CLASSES).contains(&classes) {
        return Err(other(format!(
            "a stem of {in_channels} to {base_channels} channels and a classifier of {features} features and {classes} classes do not go together"
        )));
    }
    let mode = if tensors.contains_key("backbone.layer1.0.conv2.1.conv.weight") {
        BottleneckMode::Ip
    } else {
        BottleneckMode::Ir
    };
    let mut stage_blocks = [0; 4];
    // The last bottleneck that any tensor names, so that one missing tensor does not make a network shorter.
    for name in tensors.keys() {
        let Some((stage, rest)) = name.strip_prefix("backbone.layer").and_then(|rest| rest.split_once('.')) else {
            continue;
        };
        let stage = stage.parse::<usize>().ok().filter(|stage| (1..=4).contains(stage));
        let block = rest.split('.').next().and_then(|block| block.parse::<usize>().ok());
        if let (Some(stage), Some(block)) = (stage, block.filter(|block| *block < MAX_BLOCKS)) {
            stage_blocks[stage - 1] = stage_blocks[stage - 1].max(block + 1);
        }
    }
    if let Some(stage) = stage_blocks.iter().position(|blocks| *blocks == 0) {
        return Err(other(format!("it has no stage {}", stage + 1)));
    }
    Ok(ArchSpec { stage_blocks, base_channels, in_channels, ..ArchSpec::new(mode, classes) })
}
