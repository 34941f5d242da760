//! Outlines: how far a point lies outside of a shape of radius 1 around the origin (negative inside).

use super::random::Random;

/// A shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Circle,
    Square,
    Bar,
    Triangle,
    Hexagon,
    Star,
    Ring,
    Cross,
    /// Three circles that run into each other: where they are, and how large.
    Blob([[f32; 3]; 3]),
}

/// Directions to the sides of regular figures with three, five and six corners: the sines and cosines of their angles.
const THREE: [[f32; 2]; 3] = [[0.0, 1.0], [0.866_025_4, -0.5], [-0.866_025_4, -0.5]];
const FIVE: [[f32; 2]; 5] = [
    [0.0, 1.0],
    [0.951_056_5, 0.309_017],
    [0.587_785_25, -0.809_017],
    [-0.587_785_25, -0.809_017],
    [-0.951_056_5, 0.309_017],
];
const SIX: [[f32; 2]; 6] =
    [[0.0, 1.0], [0.866_025_4, 0.5], [0.866_025_4, -0.5], [0.0, -1.0], [-0.866_025_4, -0.5], [-0.866_025_4, 0.5]];

impl Shape {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(9) {
            0 => Self::Circle,
            1 => Self::Square,
            2 => Self::Bar,
            3 => Self::Triangle,
            4 => Self::Hexagon,
            5 => Self::Star,
            6 => Self::Ring,
            7 => Self::Cross,
            _ => Self::Blob([[0.0; 3]; 3].map(|_| {
                let [x, y] = random.direction();
                [x * 0.42, y * 0.42, random.within(0.35, 0.55)]
            })),
        }
    }

    /// How far a point is outside. Beyond corners it is a little less than the distance.
    pub(super) fn outside(&self, [x, y]: [f32; 2]) -> f32 {
        let radius = || (x * x + y * y).sqrt();
        let from_box = |width: f32, height: f32| (x.abs() - width).max(y.abs() - height);
        match self {
            Self::Circle => radius() - 0.95,
            Self::Square => from_box(0.78, 0.78),
            Self::Bar => from_box(1.0, 0.42),
            Self::Triangle => largest(&THREE, [x, y]) - 0.5,
            Self::Hexagon => largest(&SIX, [x, y]) - 0.84,
            // Inside of a star is what lies on the inner side of four of five lines at least.
            Self::Star => second_largest(&FIVE, [x, y]) - 0.34,
            Self::Ring => (radius() - 0.68).abs() - 0.27,
            Self::Cross => from_box(1.0, 0.36).min(from_box(0.36, 1.0)),
            Self::Blob(circles) => {
                let from = |[cx, cy, r]: [f32; 3]| ((x - cx) * (x - cx) + (y - cy) * (y - cy)).sqrt() - r;
                circles.iter().map(|circle| from(*circle)).fold(f32::MAX, smaller)
            }
        }
    }
}

fn along(directions: &[[f32; 2]], [x, y]: [f32; 2]) -> impl Iterator<Item = f32> {
    directions.iter().map(move |[dx, dy]| dx * x + dy * y)
}

fn largest(directions: &[[f32; 2]], point: [f32; 2]) -> f32 {
    along(directions, point).fold(f32::MIN, f32::max)
}

fn second_largest(directions: &[[f32; 2]], point: [f32; 2]) -> f32 {
    let [_, second] = along(directions, point).fold([f32::MIN; 2], |[first, second], value| {
        if value > first { [value, first] } else { [first, second.max(value)] }
    });
    second
}

/// The smaller of two distances, with the edge between them filled up softly.
fn smaller(a: f32, b: f32) -> f32 {
    if a > 10.0 {
        return b;
    }
    let width = 0.15;
    let near = (width - (a - b).abs()).max(0.0) / width;
    a.min(b) - near * near * width * 0.25
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_have_their_middle_and_end_near_their_radius() {
        let mut random = Random::new(3);
        let mut kinds = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let shape = Shape::draw(&mut random);
            kinds.insert(format!("{shape:?}").chars().take(5).collect::<String>());
            let inside = (0..10_000).filter(|n| {
                let point = [(n % 100) as f32 / 40.0 - 1.25, (n / 100) as f32 / 40.0 - 1.25];
                shape.outside(point) < 0.0
            });
            let area = inside.count() as f32 / 1600.0;
            assert!((0.5..3.2).contains(&area), "{shape:?}: {area}");
            for corner in [[1.3, 1.3], [-1.3, 1.3], [1.3, -1.3], [-1.3, -1.3]] {
                assert!(shape.outside(corner) > 0.0, "{shape:?}");
            }
        }
        assert_eq!(kinds.len(), 9);
    }
}
