//! A scene: one shape that does one motion before a background of its own.

use ks_domain::MediaTime;

use super::draw::{Actor, Placed, Stage};
use super::motion::{Course, Motion, Pose};
use super::random::{Random, mix};
use crate::RgbFrame;

/// Size and rate of the made-up videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Width in pixels; even.
    pub width: u32,
    /// Height in pixels; even.
    pub height: u32,
    /// Frames a second.
    pub fps: u32,
}

impl Default for Format {
    fn default() -> Self {
        Self { width: 160, height: 120, fps: 20 }
    }
}

impl Format {
    /// What encoders take: even sides of 16 to 4096 pixels, 1 to 240 frames a second.
    pub(super) fn sane(self) -> Self {
        let side = |side: u32| side.clamp(16, 4096) & !1;
        Self { width: side(self.width), height: side(self.height), fps: self.fps.clamp(1, 240) }
    }

    /// When a frame is shown.
    pub fn time_of(self, frame: u32) -> MediaTime {
        MediaTime::from_nanos(u64::from(frame) * 1_000_000_000 / u64::from(self.fps.max(1)))
    }

    /// Half of the sides; 1 is the shorter side.
    pub(super) fn half(self) -> [f32; 2] {
        let shorter = self.width.min(self.height).max(1) as f32;
        [self.width as f32 / shorter / 2.0, self.height as f32 / shorter / 2.0]
    }

    /// The number of frames of some seconds; 2 at least.
    pub(super) fn frames_of(self, secs: f64) -> u32 {
        let frames = (secs * f64::from(self.fps)).round();
        if frames.is_finite() { (frames as u32).max(2) } else { 2 }
    }
}

/// One shape that does one motion before a background of its own. All of it follows from the seed.
#[derive(Clone, Debug)]
pub struct Scene {
    motion: Motion,
    length: u32,
    format: Format,
    stage: Stage,
    part: Part,
}

/// An actor and what it does.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub actor: Actor,
    pub course: Course,
}

impl Part {
    /// Someone for a motion, who stands out from a background of this brightness.
    pub(super) fn new(motion: Motion, format: Format, background: f32, random: &mut Random) -> Self {
        let actor = Actor::new(random, background);
        Self { actor, course: Course::new(motion, format.half(), random) }
    }
}

impl Scene {
    /// A scene of `length` frames, 1 at least.
    pub fn new(motion: Motion, seed: u64, length: u32, format: Format) -> Self {
        let format = format.sane();
        // The background knows nothing of the motion, so that it cannot tell.
        let stage = Stage::new(&mut Random::new(seed), format.half());
        let mut random = Random::new(mix(seed) ^ (motion as u64 + 1));
        let part = Part::new(motion, format, stage.luma(), &mut random);
        Self { motion, length: length.max(1), format, stage, part }
    }

    /// What the shape does.
    pub const fn motion(&self) -> Motion {
        self.motion
    }

    /// The number of frames.
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// Size and rate.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Where the shape is in a frame.
    pub fn pose(&self, number: u32) -> Pose {
        self.part.course.at(self.secs(number))
    }

    /// How much of each pixel the shape covers in a frame, `[height, width]`, 0 to 1.
    pub fn cover(&self, number: u32) -> Vec<f32> {
        let Format { width, height, .. } = self.format;
        let placed = Placed::new(&self.part.actor, self.pose(number), 1.0);
        let pixel = 1.0 / width.min(height) as f32;
        let middle = |at: u32, side: u32| (at as f32 + 0.5 - side as f32 / 2.0) * pixel;
        let points = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
        points.map(|(row, column)| placed.cover([middle(column, width), middle(row, height)], pixel)).collect()
    }

    /// A frame; past the end, the motion goes on.
    pub fn frame(&self, number: u32) -> RgbFrame {
        let Format { width, height, .. } = self.format;
        let placed = Placed::new(&self.part.actor, self.pose(number), 1.0);
        let rgb = self.stage.frame((width, height), (number, self.secs(number)), &[placed]);
        RgbFrame {
            frame: number,
            time: self.format.time_of(number),
            width: width as usize,
            height: height as usize,
            rgb,
        }
    }

    fn secs(&self, number: u32) -> f32 {
        number as f32 / self.format.fps as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Format = Format { width: 96, height: 72, fps: 16 };

    /// Area, and the middle of it in pixels.
    fn weigh(scene: &Scene, frame: u32) -> (f32, f32, f32) {
        let cover = scene.cover(frame);
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        for (place, part) in cover.iter().enumerate() {
            assert!((0.0..=1.0).contains(part));
            area += part;
            x += part * (place % 96) as f32;
            y += part * (place / 96) as f32;
        }
        (area, x / area.max(1.0), y / area.max(1.0))
    }

    #[test]
    fn a_seed_gives_the_same_pictures_and_another_seed_others() {
        for motion in Motion::ALL {
            let scene = Scene::new(motion, 11, 32, SMALL);
            assert_eq!(scene.frame(9), Scene::new(motion, 11, 32, SMALL).frame(9));
            assert_ne!(scene.frame(9).rgb, Scene::new(motion, 12, 32, SMALL).frame(9).rgb);
            assert_ne!(scene.frame(9).rgb, scene.frame(10).rgb);
            let frame = scene.frame(31);
            assert_eq!((frame.rgb.len(), frame.width, frame.height), (96 * 72 * 3, 96, 72));
        }
    }

    #[test]
    fn pictures_are_the_same_on_every_machine() {
        let mut hash = blake3::Hasher::new();
        for motion in Motion::ALL {
            hash.update(&Scene::new(motion, 2026, 32, SMALL).frame(17).rgb);
        }
        let text = hash.finalize().to_hex();
        assert_eq!(
            &text[..16],
            "8d677cf1b3c3ff38",
            "whoever changes the pictures on purpose trains the demo network again"
        );
    }

    #[test]
    fn the_shape_can_be_seen_in_nearly_every_frame_and_stands_out() {
        for motion in Motion::ALL {
            for seed in 0..12 {
                let scene = Scene::new(motion, seed, 32, SMALL);
                let seen = (0..32).filter(|frame| weigh(&scene, *frame).0 > 60.0).count();
                assert!(seen >= 20, "{motion:?} {seed}: {seen} of 32 frames");
            }
        }
    }

    #[test]
    fn what_is_covered_moves_as_the_motion_says() {
        for seed in 0..12 {
            for (motion, sign) in [(Motion::PanLeft, -1.0), (Motion::PanRight, 1.0)] {
                let scene = Scene::new(motion, seed, 32, SMALL);
                let moved = (0..31).map(|frame| (weigh(&scene, frame), weigh(&scene, frame + 1)));
                // Where all of it is inside, its middle moves with it.
                let whole = moved.filter(|(a, b)| (a.0 - b.0).abs() < 0.02 * a.0 && a.0 > 100.0);
                let steps: Vec<f32> = whole.map(|(a, b)| (b.1 - a.1) * sign).collect();
                assert!(
                    steps.iter().filter(|step| **step > 0.5).count() * 10 >= steps.len() * 9,
                    "{motion:?} {steps:?}"
                );
            }
            for (motion, sign) in [(Motion::ZoomIn, 1.0), (Motion::ZoomOut, -1.0)] {
                let scene = Scene::new(motion, seed, 32, SMALL);
                let areas: Vec<f32> = (0..24).map(|frame| weigh(&scene, frame).0 * sign).collect();
                assert!(areas.windows(2).all(|pair| pair[1] > pair[0] - 4.0), "{motion:?} {areas:?}");
            }
        }
    }

    #[test]
    fn textures_turn_with_the_shape() {
        for (motion, sign) in [(Motion::RotateLeft, -1.0), (Motion::RotateRight, 1.0)] {
            for seed in 0..6 {
                let scene = Scene::new(motion, seed, 32, SMALL);
                let turned = (scene.pose(16).turn - scene.pose(0).turn) * sign;
                assert!((0.29..0.51).contains(&turned), "{turned} turns in a second");
                let (a, b) = (scene.frame(0), scene.frame(6));
                let cover = scene.cover(0);
                let changed: f32 = cover
                    .iter()
                    .zip(a.rgb.chunks(3).zip(b.rgb.chunks(3)))
                    .map(|(part, (a, b))| part * (f32::from(a[1]) - f32::from(b[1])).abs())
                    .sum();
                let mean = changed / cover.iter().sum::<f32>();
                assert!(mean > 6.0, "{motion:?} {seed}: the surface changes by {mean}");
            }
        }
    }
}
