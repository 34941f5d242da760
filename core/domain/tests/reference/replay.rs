//! Feeds back the draws that the original program made, and notes where ours asks for something else.

use std::collections::VecDeque;

use ks_domain::Draws;
use serde_json::Value;

use super::{list, real, whole};

enum Recorded {
    Below { bound: u32, drawn: u32 },
    Uniform { low: f64, high: f64, drawn: f64 },
}

/// Recorded draws, in order.
pub struct Replay {
    queue: VecDeque<Recorded>,
    problems: Vec<String>,
}

impl Replay {
    /// Takes a fixture's list of calls of NumPy's and Python's generators.
    pub fn new(calls: &Value) -> Self {
        let mut queue = VecDeque::new();
        for call in list(calls) {
            let (args, result) = (&call["args"], &call["result"]);
            let results = result.as_array().map_or_else(|| vec![result.clone()], Clone::clone);
            for drawn in &results {
                queue.push_back(match call["fn"].as_str() {
                    Some("np.randint") => Recorded::Below { bound: whole(&args[0]), drawn: whole(drawn) },
                    // Python's own includes its upper limit.
                    Some("random.randint") => {
                        assert_eq!(args[0], 0);
                        Recorded::Below { bound: whole::<u32>(&args[1]) + 1, drawn: whole(drawn) }
                    }
                    Some("np.uniform") => {
                        Recorded::Uniform { low: real(&args[0]), high: real(&args[1]), drawn: real(drawn) }
                    }
                    Some("np.rand") => Recorded::Uniform { low: 0.0, high: 1.0, drawn: real(drawn) },
                    other => panic!("an unknown generator: {other:?}"),
                });
            }
        }
        Self { queue, problems: Vec::new() }
    }

    /// What was asked for that the original did not ask for, or not asked for that it did.
    pub fn problems(mut self) -> Vec<String> {
        if !self.queue.is_empty() {
            self.problems.push(format!("{} draws were not asked for", self.queue.len()));
        }
        self.problems
    }

    fn surprise(&mut self, asked: String) {
        self.problems.push(format!("the original did not draw {asked} here"));
    }
}

impl Draws for Replay {
    fn below(&mut self, asked: u32) -> u32 {
        match self.queue.pop_front() {
            Some(Recorded::Below { bound, drawn }) if bound == asked => drawn,
            _ => {
                self.surprise(format!("below {asked}"));
                0
            }
        }
    }

    fn uniform(&mut self, asked_low: f64, asked_high: f64) -> f64 {
        // The limits come from two libraries' logarithms, which may differ in the last bit.
        let is_near = |a: f64, b: f64| (a - b).abs() < 1e-15;
        match self.queue.pop_front() {
            Some(Recorded::Uniform { low, high, drawn }) if is_near(low, asked_low) && is_near(high, asked_high) => {
                drawn
            }
            _ => {
                self.surprise(format!("from {asked_low} to {asked_high}"));
                asked_low
            }
        }
    }
}
