//! How well scores agree with labels frame by frame: accuracy and average precision.
//!
//! Frames in a row that have the same scores and the same labels are counted together, so a video costs as much as it has
//! windows and labels; the figures are those of counting one by one. All videos are pooled.

use super::mean;
use super::multi_label::average_precision_of;

/// Frames in a row with the same scores and the same labels.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameRun<'a> {
    /// How many.
    pub frames: u32,
    /// Scores of all classes; a class behind the last one has none.
    pub scores: &'a [f32],
    /// Classes that people labelled; none where nothing happens.
    pub labels: Vec<usize>,
}

/// The area under the steps of precision over recall when all frames are ranked by their score of a class, as scikit-learn's
/// `average_precision_score` has it. `None` if no frame is of the class, or the class has no scores.
pub fn frame_average_precision(runs: &[FrameRun<'_>], class: usize) -> Option<f64> {
    let item = |run: &FrameRun<'_>| {
        let frames = u64::from(run.frames);
        let positive = if run.labels.contains(&class) { frames } else { 0 };
        Some((*run.scores.get(class)?, positive, frames))
    };
    let items: Option<Vec<(f32, u64, u64)>> = runs.iter().map(item).collect();
    average_precision_of(items?)
}

/// The mean of what is defined of several average precisions.
pub fn mean_average_precision(of_classes: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    mean(&of_classes.into_iter().flatten().collect::<Vec<_>>())
}

/// The share of frames that `predicted` is right about (MoF): it names one of the labels, or says rightly that nothing
/// happens (`None`). `None` without frames.
pub fn frame_accuracy(runs: &[FrameRun<'_>], predicted: impl Fn(&[f32]) -> Option<usize>) -> Option<f64> {
    let (mut right, mut all) = (0_u64, 0_u64);
    for run in runs {
        all += u64::from(run.frames);
        let is_right = predicted(run.scores).map_or(run.labels.is_empty(), |class| run.labels.contains(&class));
        right += if is_right { u64::from(run.frames) } else { 0 };
    }
    (all > 0).then(|| right as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::MultiLabelSamples;

    #[test]
    fn accuracy_pools_the_frames_of_all_videos() {
        // The two pairs of `actseg`: 6 of 9 and 3 of 18 frames are right.
        let found = [0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 2, 3, 0, 0, 1, 2, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0];
        let truth = [0, 0, 1, 1, 2, 1, 1, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3];
        let scores: Vec<[f32; 4]> = found.map(|class| std::array::from_fn(|other| f32::from(other == class))).to_vec();
        let runs: Vec<FrameRun<'_>> = scores
            .iter()
            .zip(truth)
            .map(|(scores, truth)| FrameRun { frames: 1, scores, labels: vec![truth] })
            .collect();
        let best = |scores: &[f32]| scores.iter().position(|score| *score == 1.0);
        assert_eq!(frame_accuracy(&runs, best), Some(9.0 / 27.0));
        assert_eq!(frame_accuracy(&[], best), None);
        let idle = [FrameRun { frames: 5, scores: &[0.1], labels: vec![] }];
        assert_eq!(frame_accuracy(&idle, |_| None), Some(1.0));
        assert_eq!(frame_accuracy(&idle, |_| Some(0)), Some(0.0));
    }

    #[test]
    fn frames_counted_together_have_the_precision_of_frames_counted_one_by_one() {
        let rows: [(u32, f32, bool); 6] =
            [(3, 0.9, true), (2, 0.8, false), (4, 0.8, true), (7, 0.3, false), (1, 0.2, true), (5, 0.1, false)];
        let scores: Vec<[f32; 1]> = rows.iter().map(|(_, score, _)| [*score]).collect();
        let runs: Vec<FrameRun<'_>> = rows
            .iter()
            .zip(&scores)
            .map(|((frames, _, is_there), scores)| FrameRun {
                frames: *frames,
                scores,
                labels: if *is_there { vec![0] } else { vec![] },
            })
            .collect();
        let one_by_one =
            rows.iter().flat_map(|(frames, score, is_there)| (0..*frames).map(|_| (vec![*score], vec![*is_there])));
        let (scores, labels): (Vec<_>, Vec<_>) = one_by_one.unzip();
        let wanted = MultiLabelSamples::new(&scores, &labels).expect("should fit").mean_average_precision();
        assert_eq!(frame_average_precision(&runs, 0), wanted);
        assert_eq!(frame_average_precision(&runs, 1), None, "there are no scores of it");
        assert_eq!(mean_average_precision([Some(0.5), None, Some(1.0)]), Some(0.75));
        assert_eq!(mean_average_precision([None]), None);
    }
}
