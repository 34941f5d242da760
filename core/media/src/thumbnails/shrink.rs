//! A frame made small: upright, for square pixels, with the colours that the player shows.

use ks_domain::{ColorMatrix, ColorRange, VideoStreamInfo};

use crate::transform::rotate;
use crate::transform::yuv::{Depth, Yuv420};

/// Samples along each side of the part of the frame that becomes one pixel: enough against flicker, few enough to be
/// quick.
const SAMPLES: usize = 4;

/// Width and height of a thumbnail whose longer side is `side`; at least one pixel each.
pub(super) fn size_of(video: &VideoStreamInfo, side: u32) -> (u32, u32) {
    let aspect = f64::from(video.pixel_aspect);
    let wide = f64::from(video.width) * if aspect > 0.0 { aspect } else { 1.0 };
    let stored = (wide, f64::from(video.height));
    let (width, height) = if video.rotation.upright(1, 0) == (1, 0) { stored } else { (stored.1, stored.0) };
    let longer = width.max(height).max(1.0);
    let scaled = |length: f64| ((length / longer * f64::from(side)).round() as u32).max(1);
    (scaled(width), scaled(height))
}

/// The mean of each part of a frame, as RGB. `None` if a plane is too short.
pub(super) fn shrink(picture: &Yuv420<'_>, video: &VideoStreamInfo, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    if !picture.is_whole() {
        return None;
    }
    let (width, height) = (width as usize, height as usize);
    let stored = (picture.width, picture.height);
    let upright = rotate::upright_size(video.rotation, stored);
    let place =
        |at: usize, sample: usize, from: usize, to: usize| ((at * SAMPLES + sample) * from + from / 2) / (to * SAMPLES);
    let mut rgb = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        for column in 0..width {
            let mut sum = [0.0_f32; 3];
            for sample in 0..SAMPLES * SAMPLES {
                let x = place(column, sample % SAMPLES, upright.0, width).min(upright.0 - 1);
                let y = place(row, sample / SAMPLES, upright.1, height).min(upright.1 - 1);
                let (x, y) = rotate::stored_place(video.rotation, stored, x, y);
                let yuv = [code(picture, 0, x, y), code(picture, 1, x / 2, y / 2), code(picture, 2, x / 2, y / 2)];
                for (sum, code) in sum.iter_mut().zip(yuv) {
                    *sum += code;
                }
            }
            let mean = sum.map(|sum| sum / (SAMPLES * SAMPLES) as f32);
            rgb.extend_from_slice(&colour(mean, video.matrix, video.range));
        }
    }
    Some(rgb)
}

/// A sample in units of eight bits.
fn code(picture: &Yuv420<'_>, plane: usize, column: usize, row: usize) -> f32 {
    let bytes = picture.planes.get(plane).copied().unwrap_or_default();
    let line = row * picture.strides.get(plane).copied().unwrap_or_default();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    match picture.depth {
        Depth::Eight => f32::from(byte(line + column)),
        Depth::Ten => f32::from(u16::from_le_bytes([byte(line + 2 * column), byte(line + 2 * column + 1)])) / 4.0,
    }
}

/// ITU-R BT.601 and BT.709.
fn colour([y, u, v]: [f32; 3], matrix: ColorMatrix, range: ColorRange) -> [u8; 3] {
    let (luma, chroma) = match range {
        ColorRange::Limited => ((y - 16.0) * 255.0 / 219.0, 255.0 / 224.0),
        ColorRange::Full => (y, 1.0),
    };
    let (red, blue) = match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
    };
    let green = 1.0 - red - blue;
    let (u, v) = ((u - 128.0) * chroma, (v - 128.0) * chroma);
    let to_blue = 2.0 * (1.0 - blue) * u;
    let to_red = 2.0 * (1.0 - red) * v;
    let to_green = -(to_blue * blue + to_red * red) / green;
    [luma + to_red, luma + to_green, luma + to_blue].map(|value| value.round().clamp(0.0, 255.0) as u8)
}

#[cfg(test)]
mod tests {
    use ks_domain::Rotation;

    use super::*;

    fn video(width: u32, height: u32, rotation: Rotation, pixel_aspect: f32) -> VideoStreamInfo {
        VideoStreamInfo {
            stream_index: 0,
            codec: String::new(),
            width,
            height,
            bit_depth: 8,
            rotation,
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Limited,
            stated_rate: None,
            pixel_aspect,
        }
    }

    #[test]
    fn the_longer_side_is_given_and_the_shape_is_that_of_the_upright_picture() {
        assert_eq!(size_of(&video(1920, 1080, Rotation::None, 1.0), 160), (160, 90));
        assert_eq!(size_of(&video(1920, 1080, Rotation::Clockwise90, 1.0), 160), (90, 160));
        assert_eq!(size_of(&video(720, 576, Rotation::None, 64.0 / 45.0), 160), (160, 90));
        assert_eq!(size_of(&video(4000, 2, Rotation::None, 1.0), 160), (160, 1));
    }

    #[test]
    fn known_colours_come_out() {
        let near = |rgb: [u8; 3], wanted: [u8; 3]| rgb.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 1);
        assert_eq!(colour([235.0, 128.0, 128.0], ColorMatrix::Bt709, ColorRange::Limited), [255; 3]);
        assert_eq!(colour([0.0, 128.0, 128.0], ColorMatrix::Bt601, ColorRange::Full), [0; 3]);
        // Pure red and pure blue as the two recommendations code them.
        assert!(near(colour([81.0, 90.0, 240.0], ColorMatrix::Bt601, ColorRange::Limited), [254, 0, 0]));
        assert!(near(colour([32.0, 240.0, 118.0], ColorMatrix::Bt709, ColorRange::Limited), [1, 0, 255]));
    }

    #[test]
    fn a_turned_picture_is_upright_and_its_parts_are_means() {
        // Stored 8×4: the left half is white.
        let luma: Vec<u8> = (0..32).map(|at| if at % 8 < 4 { 235 } else { 16 }).collect();
        let chroma = vec![128; 8];
        let picture = Yuv420 {
            width: 8,
            height: 4,
            planes: [&luma, &chroma, &chroma],
            strides: [8, 4, 4],
            depth: Depth::Eight,
            range: ColorRange::Limited,
        };
        let grey = |rotation, size| -> Vec<u8> {
            let rgb = shrink(&picture, &video(8, 4, rotation, 1.0), size).expect("should be whole");
            rgb.chunks(3).map(|pixel| pixel[0]).collect()
        };
        assert_eq!(grey(Rotation::None, (2, 1)), [255, 0]);
        assert_eq!(grey(Rotation::Clockwise90, (1, 2)), [255, 0]);
        assert_eq!(grey(Rotation::Clockwise270, (1, 2)), [0, 255]);
        assert_eq!(grey(Rotation::None, (1, 1)), [128]);
    }
}
