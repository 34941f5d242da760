//! When to start the engine's process again after it died, and when no more. Pure.

use std::time::Duration;

/// Deaths in a row between which nothing was achieved.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deaths {
    in_vain: u32,
    has_progressed: bool,
    in_all: u32,
}

/// What to do after a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Start again after this pause.
    Restart(Duration),
    /// Starting again does not help.
    Hopeless,
}

impl Deaths {
    /// So many deaths in a row without anything achieved are enough.
    pub(crate) const LIMIT: u32 = 3;

    /// Something was achieved: a window was scored, a job ended.
    pub(crate) fn progressed(&mut self) {
        self.has_progressed = true;
    }

    /// The process died.
    pub(crate) fn died(&mut self) -> Verdict {
        self.in_vain = if self.has_progressed { 1 } else { self.in_vain + 1 };
        self.has_progressed = false;
        self.in_all = self.in_all.saturating_add(1);
        if self.in_vain >= Self::LIMIT {
            return Verdict::Hopeless;
        }
        // The first restart is quick; an engine that keeps dying, though it achieves something, gets slower.
        let doublings = self.in_all.saturating_sub(1).min(5);
        Verdict::Restart(Duration::from_millis(100) * 2u32.pow(doublings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_restart_is_quick_and_the_next_ones_are_slower() {
        let mut deaths = Deaths::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            deaths.progressed();
            if let Verdict::Restart(pause) = deaths.died() {
                pauses.push(pause.as_millis());
            }
        }
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 3200, 3200]);
    }

    #[test]
    fn three_deaths_without_anything_achieved_are_hopeless() {
        let mut deaths = Deaths::default();
        assert_ne!(deaths.died(), Verdict::Hopeless);
        assert_ne!(deaths.died(), Verdict::Hopeless);
        assert_eq!(deaths.died(), Verdict::Hopeless);
    }

    #[test]
    fn an_achievement_between_deaths_starts_the_count_again() {
        let mut deaths = Deaths::default();
        deaths.died();
        deaths.died();
        deaths.progressed();
        assert_ne!(deaths.died(), Verdict::Hopeless);
    }
}
