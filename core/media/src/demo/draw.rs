//! Drawing: a background that drifts, and textured shapes before it, pixel by pixel.

use rayon::prelude::*;

use super::motion::Pose;
use super::random::{Random, at};
use super::shape::Shape;
use super::texture::{Texture, luma, pair};

/// A shape with its surface.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    shape: Shape,
    surface: Texture,
}

impl Actor {
    /// An actor that stands out from a background of this brightness.
    pub(super) fn new(random: &mut Random, background: f32) -> Self {
        let mut colors = pair(random, 70.0, 110.0);
        for _ in 0..32 {
            let mean = (luma(colors[0]) + luma(colors[1])) / 2.0;
            if (mean - background).abs() > 30.0 {
                break;
            }
            colors = pair(random, 70.0, 110.0);
        }
        Self { shape: Shape::draw(random), surface: Texture::new(random, colors, [1.6, 3.2]) }
    }
}

/// An actor in a pose, and how much of it there is; 0 is nothing.
pub(super) struct Placed<'a> {
    actor: &'a Actor,
    middle: [f32; 2],
    radius: f32,
    sine: f32,
    cosine: f32,
    presence: f32,
}

impl<'a> Placed<'a> {
    pub(super) fn new(actor: &'a Actor, pose: Pose, presence: f32) -> Self {
        let (sine, cosine) = sine_and_cosine(pose.turn);
        Self { actor, middle: pose.place, radius: pose.radius.max(1e-3), sine, cosine, presence }
    }

    /// The point in the actor's own frame, where its radius is 1.
    fn own(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y) = ((x - self.middle[0]) / self.radius, (y - self.middle[1]) / self.radius);
        [x * self.cosine + y * self.sine, y * self.cosine - x * self.sine]
    }

    /// How much of a pixel it covers, 0 to 1. `pixel` is the width of one.
    pub(super) fn cover(&self, point: [f32; 2], pixel: f32) -> f32 {
        let reach = (self.radius * 1.5 + pixel) * (self.radius * 1.5 + pixel);
        let (dx, dy) = (point[0] - self.middle[0], point[1] - self.middle[1]);
        if dx * dx + dy * dy > reach {
            return 0.0;
        }
        let outside = self.actor.shape.outside(self.own(point)) * self.radius / pixel;
        (0.5 - outside).clamp(0.0, 1.0) * self.presence
    }
}

/// What is behind the actors.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    behind: Texture,
    /// Lengths a second.
    drift: [f32; 2],
    /// How far the sensor's noise goes, in steps of 255.
    noise: f32,
    seed: u64,
    /// A second shape that does nothing.
    extra: Option<(Actor, Pose)>,
}

impl Stage {
    pub(super) fn new(random: &mut Random, half: [f32; 2]) -> Self {
        let (low, more) = (random.within(12.0, 45.0), 25.0);
        let colors = pair(random, low, more);
        let behind = Texture::new(random, colors, [2.0, 6.0]);
        let [x, y] = random.direction();
        let pace = random.within(0.01, 0.06);
        let extra = random.chance(0.35).then(|| {
            let actor = Actor::new(random, behind.mean_luma());
            let place = [random.within(-half[0], half[0]), random.within(-half[1], half[1])];
            let pose = Pose { place, radius: random.within(0.08, 0.16), turn: random.within(0.0, 1.0) };
            (actor, pose)
        });
        Self { behind, drift: [x * pace, y * pace], noise: random.within(0.0, 7.0), seed: random.next(), extra }
    }

    /// How bright it is in the mean.
    pub(super) fn luma(&self) -> f32 {
        self.behind.mean_luma()
    }

    /// One frame, `[height, width, 3]`.
    pub(super) fn frame(
        &self,
        (width, height): (u32, u32),
        (number, secs): (u32, f32),
        actors: &[Placed<'_>],
    ) -> Vec<u8> {
        let pixel = 1.0 / width.min(height).max(1) as f32;
        let extra = self.extra.as_ref().map(|(actor, pose)| Placed::new(actor, *pose, 1.0));
        let layers: Vec<&Placed<'_>> = extra.iter().chain(actors).collect();
        let moved = [self.drift[0] * secs, self.drift[1] * secs];
        let mut rgb = vec![0_u8; width as usize * height as usize * 3];
        let rows = rgb.par_chunks_exact_mut((width as usize * 3).max(1));
        (0..height).into_par_iter().zip(rows).for_each(|(row, rgb)| {
            let y = (row as f32 + 0.5 - height as f32 / 2.0) * pixel;
            for (column, rgb) in (0..width).zip(rgb.chunks_exact_mut(3)) {
                let x = (column as f32 + 0.5 - width as f32 / 2.0) * pixel;
                let mut color = self.behind.at([x - moved[0], y - moved[1]], pixel);
                for placed in &layers {
                    let cover = placed.cover([x, y], pixel);
                    if cover > 0.0 {
                        let over = placed.actor.surface.at(placed.own([x, y]), pixel / placed.radius);
                        for (part, over) in color.iter_mut().zip(over) {
                            *part += (over - *part) * cover;
                        }
                    }
                }
                let mut bits = at(self.seed ^ u64::from(number), i64::from(column), i64::from(row));
                for (part, rgb) in color.into_iter().zip(rgb) {
                    let jitter = ((bits & 0xffff) as f32 / 32768.0 - 1.0) * self.noise;
                    bits >>= 16;
                    *rgb = (part + jitter + 0.5).clamp(0.0, 255.0) as u8;
                }
            }
        });
        rgb
    }
}

/// Sine and cosine of a share of a whole turn, by the same steps on every machine: Taylor's series within an eighth of a
/// turn, good to the seventh digit.
fn sine_and_cosine(turn: f32) -> (f32, f32) {
    let turn = turn - turn.floor();
    let quarter = (turn * 4.0 + 0.5).floor();
    let angle = (turn - quarter / 4.0) * std::f32::consts::TAU;
    let square = angle * angle;
    let sine = angle * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0))));
    let cosine = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    match quarter as u32 % 4 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_and_cosines_are_right_to_six_digits() {
        for n in -400..800 {
            let turn = n as f32 / 173.0;
            let (sine, cosine) = sine_and_cosine(turn);
            let angle = f64::from(turn) * std::f64::consts::TAU;
            assert!((f64::from(sine) - angle.sin()).abs() < 3e-6, "{turn}");
            assert!((f64::from(cosine) - angle.cos()).abs() < 3e-6, "{turn}");
        }
    }
}
