//! Names: mmaction2's, and how VMZ's and PyTorchVideo's become them. Weight layouts: PyTorch's and ours.

use super::error::CheckpointError;
use super::state::StateDict;
use ks_domain::UnitKind;

/// Whose names a checkpoint uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// mmaction2, both branches.
    Mmaction,
    /// The PyTorch port of VMZ (torchvision's `VideoResNet`).
    Vmz,
    /// PyTorchVideo's `csn_r101`.
    PyTorchVideo,
}

impl Layout {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mmaction => "mmaction2",
            Self::Vmz => "VMZ",
            Self::PyTorchVideo => "PyTorchVideo",
        }
    }
}

/// From a layout's name of a tensor to mmaction2's, if it knows the name.
type Rename = fn(&str) -> Option<String>;

/// Renames a state dict to mmaction2's names. A backbone saved by itself gets the names it has in the whole network; it
/// has no head then.
///
/// # Errors
/// If the names are those of no CSN.
pub(super) fn to_mmaction(tensors: StateDict) -> Result<(Layout, StateDict), CheckpointError> {
    let has = |name: &str| tensors.contains_key(name);
    if tensors.keys().any(|name| name.starts_with("backbone.layer1.0.conv1.conv.")) {
        return Ok((Layout::Mmaction, tensors));
    }
    if has("conv1.conv.weight") && has("layer1.0.conv1.conv.weight") {
        let named = tensors.into_iter().map(|(name, tensor)| {
            let whole = if name.starts_with("cls_head.") { name } else { format!("backbone.{name}") };
            (whole, tensor)
        });
        return Ok((Layout::Mmaction, named.collect()));
    }
    let (layout, rename): (_, Rename) = if has("stem.0.weight") && has("layer1.0.conv2.0.0.weight") {
        (Layout::Vmz, vmz_ip)
    } else if has("stem.0.weight") && has("layer1.0.conv2.0.weight") {
        (Layout::Vmz, vmz_ir)
    } else if has("blocks.0.conv.weight") && has("blocks.1.res_blocks.0.branch2.conv_b.weight") {
        (Layout::PyTorchVideo, pytorchvideo)
    } else {
        let seen = tensors.keys().take(3).cloned().collect::<Vec<_>>().join(", ");
        let reason = if seen.is_empty() {
            "there is no tensor in it".to_owned()
        } else {
            format!("its tensors are named {seen}…")
        };
        return Err(CheckpointError::OtherNetwork { reason });
    };
    // A name that no rule knows stays as it is, and is then reported as unexpected.
    let renamed = tensors.into_iter().map(|(name, tensor)| (rename(&name).unwrap_or(name), tensor)).collect();
    Ok((layout, renamed))
}

/// `conv` for a weight of more than one axis' part, `bn` for the rest: `….0.weight` → `….conv.weight`.
fn part(unit: &str, index: &str, field: &str) -> Option<String> {
    match index {
        "0" => Some(format!("{unit}.conv.{field}")),
        "1" => Some(format!("{unit}.bn.{field}")),
        _ => None,
    }
}

fn vmz_common(name: &str) -> Option<String> {
    let pieces: Vec<&str> = name.split('.').collect();
    match pieces.as_slice() {
        ["stem", index, field] => part("backbone.conv1", index, field),
        ["fc", field] => Some(format!("cls_head.fc_cls.{field}")),
        [layer, block, unit @ ("conv1" | "conv3" | "downsample"), index, field] if layer.starts_with("layer") => {
            part(&format!("backbone.{layer}.{block}.{unit}"), index, field)
        }
        _ => None,
    }
}

fn vmz_ir(name: &str) -> Option<String> {
    let pieces: Vec<&str> = name.split('.').collect();
    match pieces.as_slice() {
        [layer, block, "conv2", index, field] => part(&format!("backbone.{layer}.{block}.conv2.0"), index, field),
        _ => vmz_common(name),
    }
}

fn vmz_ip(name: &str) -> Option<String> {
    let pieces: Vec<&str> = name.split('.').collect();
    match pieces.as_slice() {
        [layer, block, "conv2", "0", "2", field] => Some(format!("backbone.{layer}.{block}.conv2.1.conv.{field}")),
        [layer, block, "conv2", "0", index, field] => part(&format!("backbone.{layer}.{block}.conv2.0"), index, field),
        [layer, block, "conv2", "1", field] => Some(format!("backbone.{layer}.{block}.conv2.1.bn.{field}")),
        _ => vmz_common(name),
    }
}

fn pytorchvideo(name: &str) -> Option<String> {
    let pieces: Vec<&str> = name.split('.').collect();
    let kind = |piece: &str| if piece.contains("norm") { "bn" } else { "conv" };
    match pieces.as_slice() {
        ["blocks", "0", piece @ ("conv" | "norm"), field] => Some(format!("backbone.conv1.{}.{field}", kind(piece))),
        ["blocks", "5", "proj", field] => Some(format!("cls_head.fc_cls.{field}")),
        ["blocks", stage, "res_blocks", block, piece @ ("branch1_conv" | "branch1_norm"), field] => {
            Some(format!("backbone.layer{stage}.{block}.downsample.{}.{field}", kind(piece)))
        }
        ["blocks", stage, "res_blocks", block, "branch2", piece, field] => {
            let unit = match piece.rsplit_once('_')?.1 {
                "a" => "conv1",
                "b" => "conv2.0",
                "c" => "conv3",
                _ => return None,
            };
            Some(format!("backbone.layer{stage}.{block}.{unit}.{}.{field}", kind(piece)))
        }
        _ => None,
    }
}

/// A convolution's weight as our matrix: `[inputs, outputs]` for pointwise, `[27, channels]` for depthwise and
/// `[time · height · width · inputs, outputs]` for the stem, from PyTorch's `[outputs, inputs, time, height, width]`.
pub fn matrix_from_torch(kind: UnitKind, torch: &[f32]) -> Vec<f32> {
    let [outputs, inputs, taps] = axes(kind);
    permute(torch, [outputs, inputs, taps], |o, i, k| (k * inputs + i) * outputs + o)
}

/// The way back of [`matrix_from_torch`].
pub fn torch_from_matrix(kind: UnitKind, matrix: &[f32]) -> Vec<f32> {
    let [outputs, inputs, taps] = axes(kind);
    permute(matrix, [taps, inputs, outputs], |k, i, o| (o * inputs + i) * taps + k)
}

/// Outputs, inputs and taps of a PyTorch weight.
fn axes(kind: UnitKind) -> [usize; 3] {
    let [outputs, inputs, time, height, width] = kind.torch_shape();
    [outputs, inputs, time * height * width]
}

/// Moves every element of a row-major array of three axes to `place(a, b, c)`.
fn permute(from: &[f32], [a, b, c]: [usize; 3], place: impl Fn(usize, usize, usize) -> usize) -> Vec<f32> {
    let mut to = vec![0f32; a * b * c];
    for (index, value) in from.iter().enumerate() {
        to[place(index / (b * c), index / c % b, index % c)] = *value;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_become_mmactions() {
        let pairs: [(Rename, &str, &str); 7] = [
            (vmz_ir, "stem.1.running_var", "backbone.conv1.bn.running_var"),
            (vmz_ir, "layer3.5.conv2.0.weight", "backbone.layer3.5.conv2.0.conv.weight"),
            (vmz_ip, "layer3.5.conv2.0.1.bias", "backbone.layer3.5.conv2.0.bn.bias"),
            (vmz_ip, "layer3.5.conv2.0.2.weight", "backbone.layer3.5.conv2.1.conv.weight"),
            (vmz_ip, "layer1.0.downsample.1.weight", "backbone.layer1.0.downsample.bn.weight"),
            (pytorchvideo, "blocks.2.res_blocks.0.branch1_norm.bias", "backbone.layer2.0.downsample.bn.bias"),
            (pytorchvideo, "blocks.4.res_blocks.2.branch2.conv_c.weight", "backbone.layer4.2.conv3.conv.weight"),
        ];
        for (rename, from, to) in pairs {
            assert_eq!(rename(from).as_deref(), Some(to));
        }
        assert_eq!(vmz_ir("optimizer.state"), None);
    }

    #[test]
    fn weights_come_back_from_our_layout() {
        for kind in [
            UnitKind::Stem { inputs: 3, outputs: 4 },
            UnitKind::Pointwise { inputs: 5, outputs: 7 },
            UnitKind::Depthwise { channels: 6 },
        ] {
            let torch: Vec<f32> = (0..kind.torch_shape().iter().product::<usize>()).map(|i| i as f32).collect();
            let matrix = matrix_from_torch(kind, &torch);
            assert_ne!(matrix, torch);
            assert_eq!(torch_from_matrix(kind, &matrix), torch);
        }
    }
}
