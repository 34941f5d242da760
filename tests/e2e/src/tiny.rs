//! A training that takes seconds: made-up videos and a network of a few thousand weights.

use crate::Scratch;

/// A network of a few thousand weights, clips of four small frames.
const RECIPE: &str = "
note = 'tiny'
[model]
mode = 'ir'
stage_blocks = [1, 1, 1, 1]
base_channels = 4
classes = 2
dropout = 0.5
batch_norm = 'frozen'
[normalization]
mean = [123.675, 116.28, 103.53]
std = [58.395, 57.12, 57.375]
[train]
sampling = '1.x'
clip_len = 4
frame_interval = 2
num_clips = 1
short_side = 36
crop = { kind = 'random-resized', size = 32, area = [0.5, 1.0] }
[val]
sampling = '1.x'
clip_len = 4
frame_interval = 2
num_clips = 1
short_side = 36
crop = { kind = 'center', size = 32 }
[training]
batch_per_gpu = 4
gpus = 1
lr = 0.02
momentum = 0.9
weight_decay = 0.0001
clip_norm = 40.0
schedule = { policy = 'cosine', min_lr = 0.0 }
";

/// A place with `motions`, a folder of so many videos of each of two motions, and `tiny.toml`, a recipe of so many epochs.
///
/// # Panics
/// If the program cannot make the videos.
pub fn tiny_training(clips_per_class: u32, epochs: u32) -> Scratch {
    let scratch = Scratch::new();
    scratch.file("tiny.toml", RECIPE.replace("[training]", &format!("[training]\nepochs = {epochs}")));
    let look = "--motions pan_left,pan_right --width 64 --height 48 --fps 10 --seconds 1";
    let line = format!("demo make motions --clips-per-class {clips_per_class} {look}");
    let made = scratch.run(line.split(' '));
    assert_eq!(made.code, Some(0), "{made:?}");
    scratch
}
