//! What a network said about one window of a video.

use serde::{Deserialize, Serialize};

use crate::MediaTime;

/// The probability of every class for one window of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowScores {
    /// First frame of the window.
    pub start_frame: u32,
    /// The frame after the last one of the window.
    pub end_frame: u32,
    /// When the window's first frame is shown.
    pub start: MediaTime,
    /// When the window's last frame ends.
    pub end: MediaTime,
    /// Softmax probabilities in class order.
    pub scores: Vec<f32>,
}

/// One class with its probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScore {
    /// Class index.
    pub class: usize,
    /// Probability, 0 to 1.
    pub score: f32,
}

impl WindowScores {
    /// The `k` most probable classes, best first; equal scores in class order.
    pub fn top_k(&self, k: usize) -> Vec<ClassScore> {
        let mut all: Vec<ClassScore> =
            self.scores.iter().enumerate().map(|(class, score)| ClassScore { class, score: *score }).collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.class.cmp(&b.class)));
        all.truncate(k);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_keep_class_order() {
        let window = WindowScores {
            start_frame: 0,
            end_frame: 64,
            start: MediaTime::ZERO,
            end: MediaTime::from_secs_f64(2.0),
            scores: vec![0.2, 0.3, 0.2, 0.3],
        };
        let classes: Vec<usize> = window.top_k(3).iter().map(|top| top.class).collect();
        assert_eq!(classes, [1, 3, 0]);
    }
}
