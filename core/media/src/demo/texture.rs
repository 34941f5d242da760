//! Patterns of two colours: checks, stripes, spots, noise and gradients, without jagged edges.

use super::random::{Random, at, share};

/// Red, green and blue, 0 to 255.
pub(super) type Color = [f32; 3];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Checks,
    Stripes,
    Spots,
    Noise,
    Gradient,
}

/// A pattern in two colours.
#[derive(Clone, Debug)]
pub(super) struct Texture {
    pattern: Pattern,
    colors: [Color; 2],
    /// Cells in one unit of length.
    density: f32,
    shift: [f32; 2],
    seed: u64,
}

/// How bright a colour looks.
pub(super) fn luma([r, g, b]: Color) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Two colours whose brightness differs by at least `contrast`, and by at most so much more.
pub(super) fn pair(random: &mut Random, contrast: f32, more: f32) -> [Color; 2] {
    let color = |random: &mut Random| [0.0; 3].map(|_| random.within(15.0, 240.0));
    let mut best = [[40.0; 3], [200.0; 3]];
    for _ in 0..64 {
        best = [color(random), color(random)];
        let differ = (luma(best[0]) - luma(best[1])).abs();
        if (contrast..=contrast + more).contains(&differ) {
            break;
        }
    }
    best
}

impl Texture {
    /// A texture with so many cells in a unit of length, about.
    pub(super) fn new(random: &mut Random, colors: [Color; 2], density: [f32; 2]) -> Self {
        let pattern = match random.below(5) {
            0 => Pattern::Checks,
            1 => Pattern::Stripes,
            2 => Pattern::Spots,
            3 => Pattern::Noise,
            _ => Pattern::Gradient,
        };
        Self {
            pattern,
            colors,
            density: random.within(density[0], density[1]),
            shift: [random.within(0.0, 8.0), random.within(0.0, 8.0)],
            seed: random.next(),
        }
    }

    /// How bright it is in the mean.
    pub(super) fn mean_luma(&self) -> f32 {
        (luma(self.colors[0]) + luma(self.colors[1])) / 2.0
    }

    /// The colour at a place, where a pixel is `pixel` units wide.
    pub(super) fn at(&self, [x, y]: [f32; 2], pixel: f32) -> Color {
        let [u, v] = [x * self.density + self.shift[0], y * self.density + self.shift[1]];
        let wide = (pixel * self.density).max(1e-3);
        let share = match self.pattern {
            Pattern::Checks => {
                let (a, b) = (band(u * 0.5, wide * 0.5), band(v * 0.5, wide * 0.5));
                a + b - 2.0 * a * b
            }
            Pattern::Stripes => band(u * 0.7, wide * 0.7),
            Pattern::Spots => {
                let (du, dv) = (u - u.floor() - 0.5, v - v.floor() - 0.5);
                (0.5 + (0.33 - (du * du + dv * dv).sqrt()) / wide).clamp(0.0, 1.0)
            }
            Pattern::Noise => {
                let soft = noise(self.seed, u * 1.3, v * 1.3);
                ((soft - 0.5) * 2.2 + 0.5).clamp(0.0, 1.0)
            }
            Pattern::Gradient => {
                // To and fro, so that it has no end.
                let phase = u * 0.22 + v * 0.09;
                let phase = phase - phase.floor();
                if phase < 0.5 { 2.0 * phase } else { 2.0 - 2.0 * phase }
            }
        };
        let [from, to] = self.colors;
        [0, 1, 2].map(|part: usize| {
            let (from, to) = (from.get(part).copied().unwrap_or(0.0), to.get(part).copied().unwrap_or(0.0));
            from + (to - from) * share
        })
    }
}

/// 1 in the middle half of each unit and 0 in the rest, as much of each as a pixel sees.
fn band(u: f32, wide: f32) -> f32 {
    let inside = 0.25 - (u - u.floor() - 0.5).abs();
    (0.5 + inside / wide).clamp(0.0, 1.0)
}

/// Random values at whole places with soft ways between them.
fn noise(seed: u64, u: f32, v: f32) -> f32 {
    let (left, top) = (u.floor(), v.floor());
    let soft = |t: f32| t * t * (3.0 - 2.0 * t);
    let (across, down) = (soft(u - left), soft(v - top));
    let (left, top) = (left as i64, top as i64);
    let value = |dx, dy| share(at(seed, left + dx, top + dy));
    let upper = value(0, 0) + (value(1, 0) - value(0, 0)) * across;
    let lower = value(0, 1) + (value(1, 1) - value(0, 1)) * across;
    upper + (lower - upper) * down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textures_show_both_colours_and_nothing_beyond_them() {
        let mut random = Random::new(5);
        for _ in 0..60 {
            let texture = Texture::new(&mut random, [[0.0; 3], [200.0; 3]], [2.0, 4.0]);
            let values: Vec<f32> =
                (0..4000).map(|n| texture.at([(n % 63) as f32 * 0.1, (n / 63) as f32 * 0.1], 0.02)[0]).collect();
            let (least, most) = values.iter().fold((f32::MAX, f32::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
            assert!((0.0..60.0).contains(&least) && (140.0..=200.0).contains(&most), "{texture:?}: {least} {most}");
        }
    }

    #[test]
    fn two_colours_are_as_different_as_asked() {
        let mut random = Random::new(9);
        for _ in 0..100 {
            let [a, b] = pair(&mut random, 60.0, 90.0);
            assert!((luma(a) - luma(b)).abs() > 55.0);
        }
    }
}
