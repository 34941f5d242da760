//! The pure steps against each other; against the original's pictures they are held in `pipeline.rs`.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ks_domain::{ColorRange, CropMode, Framing, Rotation};
use ks_media::transform::pixels::Converted;
use ks_media::transform::resize;
use ks_media::transform::view::View;
use ks_media::transform::yuv::{self, Depth, Yuv420};

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
