//! One score per class from the logits of several views of a sample.

use serde::{Deserialize, Serialize};

/// How the views of a sample become its scores: mmaction2's `average_clips`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AverageClips {
    /// Softmax of each view, then the mean: probabilities.
    #[default]
    Prob,
    /// The mean of the logits; no probabilities.
    Score,
    /// No mean: every view stays, as logits.
    None,
}

impl AverageClips {
    /// The scores of one sample from its logits `[views][classes]`: one row, or with [`Self::None`] all of them.
    ///
    /// Worked out in double precision and then rounded, so views may be summed in any grouping. A view with fewer
    /// classes than the first counts as having logits of 0 there, which networks do not do.
    pub fn scores(self, logits: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let rows: Vec<Vec<f64>> = match self {
            Self::None => return logits.to_vec(),
            Self::Prob => logits.iter().map(|row| softmax(row)).collect(),
            Self::Score => logits.iter().map(|row| row.iter().copied().map(f64::from).collect()).collect(),
        };
        let Some(first) = rows.first() else { return Vec::new() };
        let mean = |class: usize| {
            let sum: f64 = rows.iter().filter_map(|row| row.get(class)).sum();
            (sum / rows.len() as f64) as f32
        };
        vec![(0..first.len()).map(mean).collect()]
    }
}

/// Exponentials over their sum, taken from the largest logit so that none overflows.
fn softmax(logits: &[f32]) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|logit| (f64::from(*logit) - f64::from(largest)).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_averaged_after_the_softmax_and_scores_before() {
        let logits = [vec![0.0, 1000.0], vec![0.0, 0.0]];
        assert_eq!(AverageClips::Prob.scores(&logits), [[0.25, 0.75]]);
        assert_eq!(AverageClips::Score.scores(&logits), [[0.0, 500.0]]);
        assert_eq!(AverageClips::None.scores(&logits), logits);
        assert!(AverageClips::Prob.scores(&[]).is_empty());
    }
}
