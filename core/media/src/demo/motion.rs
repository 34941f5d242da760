//! The motions, and where a shape is at a moment of one.
//!
//! Lengths are shares of the picture's shorter side, times seconds; `x` goes right, `y` down. Each motion can go on for as
//! long as one likes: what leaves the picture on one side comes back on the other, what has become large begins small again.

use super::random::{Random, at, share};

/// What a shape does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Motion {
    /// Goes to the left.
    PanLeft,
    /// Goes to the right.
    PanRight,
    /// Becomes larger.
    ZoomIn,
    /// Becomes smaller.
    ZoomOut,
    /// Turns counter-clockwise.
    RotateLeft,
    /// Turns clockwise.
    RotateRight,
    /// Falls and jumps up again.
    Bounce,
    /// Moves to and fro, fast and a little.
    Shake,
    /// Is somewhere else every now and then. Not in the default set: it is there to be taught.
    Teleport,
    /// Stays where it is; only the background moves. Not in the default set either.
    Still,
}

impl Motion {
    /// The eight motions of the default set, in the order of their class numbers.
    pub const DEFAULT: [Self; 8] = [
        Self::PanLeft,
        Self::PanRight,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::RotateLeft,
        Self::RotateRight,
        Self::Bounce,
        Self::Shake,
    ];

    /// All motions.
    pub const ALL: [Self; 10] = [
        Self::PanLeft,
        Self::PanRight,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::RotateLeft,
        Self::RotateRight,
        Self::Bounce,
        Self::Shake,
        Self::Teleport,
        Self::Still,
    ];

    /// Its name in files and folders, without a space: `pan_left`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PanLeft => "pan_left",
            Self::PanRight => "pan_right",
            Self::ZoomIn => "zoom_in",
            Self::ZoomOut => "zoom_out",
            Self::RotateLeft => "rotate_left",
            Self::RotateRight => "rotate_right",
            Self::Bounce => "bounce",
            Self::Shake => "shake",
            Self::Teleport => "teleport",
            Self::Still => "still",
        }
    }

    /// The motion of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|motion| motion.name() == name)
    }
}

/// Where a shape is and how it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Its middle, from the picture's middle on; 1 is the shorter side.
    pub place: [f32; 2],
    /// Half of its width; 1 is the shorter side.
    pub radius: f32,
    /// How far it is turned clockwise; 1 is a whole turn.
    pub turn: f32,
}

/// The smallest and the largest half width.
const RADII: [f32; 2] = [0.13, 0.36];

/// How one shape carries a motion out.
#[derive(Clone, Debug)]
pub(super) struct Course {
    motion: Motion,
    /// Half of the picture.
    half: [f32; 2],
    start: Pose,
    /// Places a second, beside the motion itself.
    drift: [f32; 2],
    /// What the motion needs: a speed, a length or a rate, see [`Course::at`].
    amount: [f32; 2],
    axis: [f32; 2],
    seed: u64,
}

impl Course {
    /// A course for a picture whose half sides are `half`.
    pub(super) fn new(motion: Motion, half: [f32; 2], random: &mut Random) -> Self {
        let radius = random.within(RADII[0], RADII[1]);
        let (x, y) = (half[0] - 0.6 * radius, half[1] - 0.6 * radius);
        let place = [random.within(-x, x) * 0.8, random.within(-y, y) * 0.8];
        let start = Pose { place, radius, turn: random.within(0.0, 1.0) };
        let [drift_x, drift_y] = random.direction();
        let pace = random.within(0.0, 0.035);
        let mut course = Self {
            motion,
            half,
            start,
            drift: [drift_x * pace, drift_y * pace],
            amount: [0.0; 2],
            axis: random.direction(),
            seed: random.next(),
        };
        course.prepare(random);
        course
    }

    fn prepare(&mut self, random: &mut Random) {
        match self.motion {
            Motion::PanLeft | Motion::PanRight => {
                self.amount[0] = random.within(0.4, 0.75);
                // A little more often on the side from which it comes, so that it does not leave at once.
                let ahead = random.within(-0.9, 0.25) * self.half[0];
                self.start.place[0] = if self.motion == Motion::PanRight { ahead } else { -ahead };
            }
            Motion::ZoomIn | Motion::ZoomOut => {
                // Over one course of `amount[0]` seconds, the radius goes through a factor of `amount[1]`.
                self.amount = [random.within(3.0, 3.6), random.within(3.6, 4.6)];
                self.start.place = self.start.place.map(|at| at * 0.6);
            }
            Motion::RotateLeft | Motion::RotateRight => self.amount[0] = random.within(0.3, 0.5),
            Motion::Bounce => {
                self.amount = [random.within(0.7, 1.0), random.within(0.35, 0.6)];
                self.drift[1] = 0.0;
            }
            Motion::Shake => self.amount = [random.within(2.6, 3.8), random.within(0.05, 0.09)],
            Motion::Teleport => self.amount[0] = random.within(0.3, 0.45),
            Motion::Still => self.drift = [0.0; 2],
        }
    }

    /// Where the shape is after some seconds.
    pub(super) fn at(&self, secs: f32) -> Pose {
        let mut pose = self.start;
        let [first, second] = self.amount;
        for (place, drift) in pose.place.iter_mut().zip(self.drift) {
            *place += drift * secs;
        }
        match self.motion {
            Motion::PanLeft => pose.place[0] = self.wrapped(pose.place[0] - first * secs),
            Motion::PanRight => pose.place[0] = self.wrapped(pose.place[0] + first * secs),
            Motion::ZoomIn => pose.radius = grown(self.phase() + secs / first, second),
            Motion::ZoomOut => pose.radius = grown(self.phase() - secs / first, second),
            Motion::RotateLeft => pose.turn -= first * secs,
            Motion::RotateRight => pose.turn += first * secs,
            Motion::Bounce => {
                // A parabola from the floor up and down again.
                let phase = fraction(self.phase() + secs / first);
                let floor = self.half[1] - pose.radius * 0.8;
                pose.place[1] = floor - 4.0 * second * phase * (1.0 - phase);
            }
            Motion::Shake => {
                let [x, y] = self.axis;
                let along = second * to_and_fro(self.phase() + secs * first);
                let across = 0.5 * second * to_and_fro(secs * first * 0.71);
                pose.place[0] += x * along - y * across;
                pose.place[1] += y * along + x * across;
            }
            Motion::Teleport => {
                let hop = (self.phase() + secs / first) as i64;
                pose.place = self.place_of(hop);
            }
            Motion::Still => {}
        }
        pose
    }

    /// Where in its cycle a motion begins. Zooms begin early in it, so that a short clip shows one of them only.
    fn phase(&self) -> f32 {
        let share = share(self.seed);
        match self.motion {
            Motion::ZoomIn => share * 0.15,
            Motion::ZoomOut => 1.0 - 1e-4 - share * 0.15,
            _ => share,
        }
    }

    /// What leaves on one side comes back on the other, with nothing of it to be seen in between.
    fn wrapped(&self, x: f32) -> f32 {
        let reach = self.half[0] + self.start.radius * 1.05;
        fraction((x + reach) / (2.0 * reach)) * 2.0 * reach - reach
    }

    /// Two places that follow each other are in different quarters of the picture.
    fn place_of(&self, hop: i64) -> [f32; 2] {
        const QUARTERS: [[f32; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];
        let mut quarter = 0;
        for step in 0..=hop.max(0) {
            quarter = (quarter + 1 + usize::try_from(at(self.seed, step, 1) % 3).unwrap_or(0)) % 4;
        }
        let jitter = |axis| 0.3 + 0.5 * share(at(self.seed, hop, axis));
        let [x, y] = QUARTERS.get(quarter).copied().unwrap_or([1.0, 1.0]);
        let room = |half: f32| (half - 0.5 * self.start.radius).max(0.1);
        [x * jitter(2) * room(self.half[0]), y * jitter(3) * room(self.half[1])]
    }
}

/// The radius at a phase of growing: by the same share in the same time, as nearly as a parabola gives it.
fn grown(phase: f32, factor: f32) -> f32 {
    let phase = fraction(phase);
    let most = 0.4;
    let least = most / factor;
    // Through the least, the geometric mean and the most.
    let middle = (least * most).sqrt();
    let bend = 2.0 * (least + most - 2.0 * middle);
    least + phase * (most - least - bend) + bend * phase * phase
}

/// A triangle wave from -1 to 1.
fn to_and_fro(phase: f32) -> f32 {
    let phase = fraction(phase);
    if phase < 0.5 { 4.0 * phase - 1.0 } else { 3.0 - 4.0 * phase }
}

fn fraction(x: f32) -> f32 {
    x - x.floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn courses(motion: Motion) -> Vec<Course> {
        (0..40).map(|seed| Course::new(motion, [0.667, 0.5], &mut Random::new(seed))).collect()
    }

    /// Differences from tenth to tenth of a second.
    fn steps(course: &Course, of: impl Fn(Pose) -> f32) -> Vec<f32> {
        let values: Vec<f32> = (0..=20).map(|tenth| of(course.at(tenth as f32 / 10.0))).collect();
        values.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// All steps but one at most have a sign and a size: what wraps around makes one step back.
    fn mostly(steps: &[f32], is_so: impl Fn(f32) -> bool) -> bool {
        steps.iter().filter(|step| !is_so(**step)).count() <= 1
    }

    #[test]
    fn pans_go_sideways_in_their_direction() {
        for (motion, sign) in [(Motion::PanLeft, -1.0), (Motion::PanRight, 1.0)] {
            for course in courses(motion) {
                let steps = steps(&course, |pose| pose.place[0] * sign);
                assert!(mostly(&steps, |step| (0.03..0.09).contains(&step)), "{steps:?}");
            }
        }
    }

    #[test]
    fn zooms_change_the_size_and_turns_the_angle() {
        for (motion, sign) in [(Motion::ZoomIn, 1.0), (Motion::ZoomOut, -1.0)] {
            for course in courses(motion) {
                assert!(mostly(&steps(&course, |pose| pose.radius * sign), |step| step > 0.001), "{course:?}");
            }
        }
        for (motion, sign) in [(Motion::RotateLeft, -1.0), (Motion::RotateRight, 1.0)] {
            for course in courses(motion) {
                assert!(steps(&course, |pose| pose.turn * sign).iter().all(|step| (0.029..0.051).contains(step)));
            }
        }
    }

    #[test]
    fn bouncing_goes_up_and_down_and_shaking_to_and_fro() {
        let turns = |steps: &[f32]| steps.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count();
        for course in courses(Motion::Bounce) {
            let vertical = steps(&course, |pose| pose.place[1]);
            assert!((2..=6).contains(&turns(&vertical)), "{vertical:?}");
            assert!(steps(&course, |pose| pose.place[0]).iter().all(|step| step.abs() < 0.01));
        }
        for course in courses(Motion::Shake) {
            let along = steps(&course, |pose| pose.place[0] * course.axis[0] + pose.place[1] * course.axis[1]);
            assert!(turns(&along) >= 7, "{along:?}");
            let reach = (0..40).map(|n| course.at(n as f32 / 20.0).place[0] - course.start.place[0]);
            assert!(reach.fold(0.0, |most: f32, x| most.max(x.abs())) < 0.25);
        }
    }

    #[test]
    fn teleporting_is_rare_and_far_and_still_is_still() {
        for course in courses(Motion::Teleport) {
            let places: Vec<[f32; 2]> = (0..200).map(|n| course.at(n as f32 / 100.0).place).collect();
            let hops: Vec<f32> = places
                .windows(2)
                .map(|pair| (pair[1][0] - pair[0][0]).abs() + (pair[1][1] - pair[0][1]).abs())
                .filter(|far| *far > 0.0)
                .collect();
            assert!((4..=7).contains(&hops.len()) && hops.iter().all(|far| *far > 0.15), "{hops:?}");
        }
        for course in courses(Motion::Still) {
            assert_eq!(course.at(0.0), course.at(1.7));
        }
    }

    #[test]
    fn names_lead_back_to_their_motions() {
        for motion in Motion::ALL {
            assert_eq!(Motion::from_name(motion.name()), Some(motion));
        }
        assert_eq!(Motion::from_name("sit"), None);
    }
}
