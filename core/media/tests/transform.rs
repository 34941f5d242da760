//! The pure steps against the values that the original code gave.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use ks_domain::{ColorRange, CropMode, Framing, Rotation};
use ks_media::transform::pixels::Converted;
use ks_media::transform::resize;
use ks_media::transform::view::View;
use ks_media::transform::yuv::{self, Depth, Yuv420};
use safetensors::SafeTensors;

fn tensor<'a>(tensors: &'a SafeTensors<'_>, name: &str) -> (Vec<usize>, &'a [u8]) {
    let view = tensors.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    (view.shape().to_vec(), view.data())
}

/// Planes with rows padded to `stride` bytes; the padding is rubbish.
fn padded(plane: &[u8], width: usize, stride: usize) -> Vec<u8> {
    let mut rows = Vec::new();
    for row in plane.chunks(width) {
        rows.extend_from_slice(row);
        rows.resize(rows.len() + stride - width, 0xA5);
    }
    rows
}

#[test]
fn yuv_becomes_the_rgb_of_swscale_whatever_the_stride() {
    let Some(path) = common::shared("fixtures/video/yuv2rgb.safetensors") else { return };
    let bytes = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let sizes: Vec<String> =
        tensors.names().into_iter().filter_map(|name| name.strip_suffix("/rgb").map(str::to_owned)).collect();
    assert!(!sizes.is_empty());
    for size in sizes {
        let (shape, y) = tensor(&tensors, &format!("{size}/y"));
        let (height, width) = (shape[0], shape[1]);
        let (chroma, u) = tensor(&tensors, &format!("{size}/u"));
        let (_, v) = tensor(&tensors, &format!("{size}/v"));
        let (_, rgb) = tensor(&tensors, &format!("{size}/rgb"));
        for padding in [0, 1, 13] {
            let strides = [width + padding, chroma[1] + padding, chroma[1] + 2 * padding];
            let planes =
                [padded(y, width, strides[0]), padded(u, chroma[1], strides[1]), padded(v, chroma[1], strides[2])];
            let picture = Yuv420 {
                width,
                height,
                planes: [&planes[0], &planes[1], &planes[2]],
                strides,
                depth: Depth::Eight,
                range: ColorRange::Limited,
            };
            assert_eq!(yuv::to_rgb(&picture).unwrap(), rgb, "{size}, padding {padding}");
        }
    }
}

#[test]
fn planes_that_are_too_short_are_refused() {
    let plane = [0_u8; 16];
    let picture = Yuv420 {
        width: 5,
        height: 4,
        planes: [&plane, &plane, &plane],
        strides: [5, 3, 3],
        depth: Depth::Eight,
        range: ColorRange::Limited,
    };
    assert_eq!(yuv::to_rgb(&picture), None);
}

/// A picture without any regularity.
fn noise(width: usize, height: usize) -> [Vec<u8>; 3] {
    let mut state = 0x2545_F491_u32;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 11) as u8
    };
    let chroma = width.div_ceil(2) * height.div_ceil(2);
    [width * height, chroma, chroma].map(|length| (0..length).map(|_| next()).collect())
}

#[test]
fn the_short_way_gives_the_same_squares_as_step_by_step() {
    let turns = [Rotation::None, Rotation::Clockwise90, Rotation::Half, Rotation::Clockwise270];
    for (width, height) in [(61, 45), (45, 61), (30, 30), (128, 37)] {
        let planes = noise(width, height);
        let picture = Yuv420 {
            width,
            height,
            planes: [&planes[0], &planes[1], &planes[2]],
            strides: [width, width.div_ceil(2), width.div_ceil(2)],
            depth: Depth::Eight,
            range: ColorRange::Full,
        };
        for rotation in turns {
            for (mode, short, side) in
                [(CropMode::Center, 32, 28), (CropMode::Three, 24, 24), (CropMode::Center, 80, 64)]
            {
                let framing = Framing::squares(short, mode, side);
                let view = View::new((width, height), rotation, &framing).unwrap();
                let region = view.region(&Converted::new(&picture)).unwrap();
                let mut squares = Vec::new();
                (0..view.crops()).for_each(|crop| view.append_part(&region, crop, &mut squares));
                let expected = step_by_step(&picture, rotation, &framing);
                assert!(squares == expected, "{width}x{height} {rotation:?} {mode:?} {short} {side}");
            }
        }
    }
}

fn step_by_step(picture: &Yuv420<'_>, rotation: Rotation, framing: &Framing) -> Vec<u8> {
    use ks_media::transform::rotate;
    let stored = (picture.width, picture.height);
    let rgb = yuv::to_rgb(picture).unwrap();
    let upright = rotate::upright_size(rotation, stored);
    let mut turned = Vec::new();
    for row in 0..upright.1 {
        for column in 0..upright.0 {
            let (x, y) = rotate::stored_place(rotation, stored, column, row);
            turned.extend_from_slice(&rgb[(y * stored.0 + x) * 3..][..3]);
        }
    }
    let (size, squares) = framing.boxes(upright);
    let resized = resize::resize_rgb(&turned, upright, size).unwrap();
    let mut pixels = Vec::new();
    for square in squares.unwrap() {
        for row in square.top..square.bottom() {
            pixels.extend_from_slice(&resized[(row * size.0 + square.left) * 3..][..square.width * 3]);
        }
    }
    pixels
}
