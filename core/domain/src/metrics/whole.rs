//! How well a network finds what happens in whole videos: its windows and segments against people's labels, where
//! everything that happens is labelled.
//!
//! Everything is counted in frames of the exact index. What is not labelled in a judged part does not happen there: the
//! background, which is no class of its own here, neither in F1 nor among the average precisions.

use serde::{Deserialize, Serialize};

use super::frames::{FrameRun, frame_accuracy, frame_average_precision, mean_average_precision};
use super::segmental::{FrameSegment, OVERLAPS, SegmentCounts};
use crate::project::{Span, union};
use crate::{FrameTable, SegmentRule, WindowScores, derive_segments_of, window_spans};

/// Stretches of frames, `[start, end)`.
type Frames = (u32, u32);

/// What is judged of one video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgedVideo {
    parts: Vec<Frames>,
    labelled: Vec<FrameSegment>,
    found: Vec<FrameSegment>,
    /// Frames and the scores that hold for them, in order, without overlaps.
    scores: Vec<(Frames, Vec<f32>)>,
}

impl JudgedVideo {
    /// Puts together what people and a network said of a video: `parts` are fully labelled, `labels` are classes with their
    /// times, `rules` says for each class when a stretch counts as a segment; a class without a rule is not looked for.
    pub fn new(
        table: &FrameTable,
        parts: &[Span],
        labels: &[(usize, Span)],
        windows: &[WindowScores],
        rules: &[Option<SegmentRule>],
    ) -> Self {
        let frames = |(start, end): Span| (table.first_from(start), table.first_from(end));
        let spans = window_spans(windows);
        let parts: Vec<Frames> = union(parts.to_vec()).into_iter().map(frames).filter(|(from, to)| from < to).collect();
        let mut found = Vec::new();
        for (class, rule) in rules.iter().enumerate() {
            let Some(rule) = rule else { continue };
            let segments = derive_segments_of(class, windows, &spans, rule);
            found.extend(within_parts(
                class,
                segments.into_iter().map(|segment| (segment.start, segment.end)),
                &parts,
                &frames,
            ));
        }
        let mut labelled = Vec::new();
        for class in 0..labels.iter().map(|(class, _)| class + 1).max().unwrap_or_default() {
            // Labels of one class that touch are one to whoever watches.
            let of_class = labels.iter().filter(|(other, _)| *other == class).map(|(_, span)| *span).collect();
            labelled.extend(within_parts(class, union(of_class).into_iter(), &parts, &frames));
        }
        let scores = spans.into_iter().map(frames).zip(windows.iter().map(|window| window.scores.clone())).collect();
        Self { parts, labelled, found, scores }
    }

    /// Frames that are judged.
    fn frames(&self) -> u64 {
        self.parts.iter().map(|(start, end)| u64::from(end - start)).sum()
    }

    /// The judged frames, in runs within which neither scores nor labels change.
    fn runs(&self) -> Vec<FrameRun<'_>> {
        let mut runs = Vec::new();
        for (start, end) in &self.parts {
            let mut cuts = vec![*start, *end];
            cuts.extend(self.labelled.iter().flat_map(|segment| [segment.start, segment.end]));
            cuts.extend(self.scores.iter().map(|((from, _), _)| *from));
            cuts.retain(|cut| (*start..=*end).contains(cut));
            cuts.sort_unstable();
            cuts.dedup();
            for pair in cuts.windows(2) {
                let &[from, to] = pair else { continue };
                let row = self.scores.partition_point(|((begins, _), _)| *begins <= from).saturating_sub(1);
                let Some((_, scores)) = self.scores.get(row) else { continue };
                let covers = |segment: &&FrameSegment| segment.start <= from && to <= segment.end;
                let labels = self.labelled.iter().filter(covers).map(|segment| segment.class).collect();
                runs.push(FrameRun { frames: to - from, scores, labels });
            }
        }
        runs
    }

    fn counts(&self, class: usize) -> [SegmentCounts; 3] {
        let of = |all: &[FrameSegment]| -> Vec<FrameSegment> {
            all.iter().copied().filter(|segment| segment.class == class).collect()
        };
        let (found, labelled) = (of(&self.found), of(&self.labelled));
        OVERLAPS.map(|overlap| SegmentCounts::of(&found, &labelled, overlap))
    }
}

/// The parts of spans that may be judged, as segments of a class.
fn within_parts(
    class: usize,
    spans: impl Iterator<Item = Span>,
    parts: &[Frames],
    frames: &dyn Fn(Span) -> Frames,
) -> Vec<FrameSegment> {
    let cut = |(start, end): Frames| {
        parts.iter().filter_map(move |(from, to)| {
            let (start, end) = (start.max(*from), end.min(*to));
            (start < end).then_some(FrameSegment { class, start, end })
        })
    };
    spans.map(frames).flat_map(cut).collect()
}

/// How well one class was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WholeVideoClass {
    /// Which one.
    pub class: u32,
    /// Frames that people labelled so.
    pub frames: u64,
    /// Segments, at the three [`OVERLAPS`].
    pub segments: [SegmentCounts; 3],
    /// Average precision over all frames; `None` if no frame is of it, or the network does not know it.
    pub average_precision: Option<f64>,
}

/// How well a network found what happens in some videos. Fractions are 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WholeVideoFigures {
    /// Videos with anything to be judged.
    pub videos: u32,
    /// Frames that were judged.
    pub frames: u64,
    /// Segments of all classes and videos, at the three [`OVERLAPS`].
    pub segments: [SegmentCounts; 3],
    /// Share of the frames whose best score is right; `None` where several classes can happen at once.
    pub frame_accuracy: Option<f64>,
    /// Mean of the classes' average precisions.
    pub frame_map: Option<f64>,
    /// Every judged class, in order.
    pub classes: Vec<WholeVideoClass>,
}

impl WholeVideoFigures {
    /// Judges. `classes` says of each class whether it is judged, and from which score on it is believed; a frame whose best
    /// score is that of another class, or is not believed, counts as one in which the network sees nothing.
    pub fn new(videos: &[JudgedVideo], classes: &[Option<f32>], multi_label: bool) -> Self {
        let runs: Vec<FrameRun<'_>> = videos.iter().flat_map(JudgedVideo::runs).collect();
        let judged = |class: usize| classes.get(class).copied().flatten();
        let of_class = |class: usize| {
            let add = |sum: [SegmentCounts; 3], video: &JudgedVideo| {
                let counts = video.counts(class);
                std::array::from_fn(|place| {
                    sum.get(place).copied().unwrap_or_default() + counts.get(place).copied().unwrap_or_default()
                })
            };
            let labelled = runs.iter().filter(|run| run.labels.contains(&class));
            WholeVideoClass {
                class: u32::try_from(class).unwrap_or(u32::MAX),
                frames: labelled.map(|run| u64::from(run.frames)).sum(),
                segments: videos.iter().fold(Default::default(), add),
                average_precision: frame_average_precision(&runs, class),
            }
        };
        let classes_found: Vec<WholeVideoClass> =
            (0..classes.len()).filter(|class| judged(*class).is_some()).map(of_class).collect();
        let mut segments = [SegmentCounts::default(); 3];
        for class in &classes_found {
            segments.iter_mut().zip(class.segments).for_each(|(sum, counts)| *sum += counts);
        }
        let predicted = |scores: &[f32]| {
            let best = scores.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
            best.filter(|(class, score)| judged(*class).is_some_and(|least| **score >= least)).map(|(class, _)| class)
        };
        Self {
            videos: u32::try_from(videos.iter().filter(|video| video.frames() > 0).count()).unwrap_or(u32::MAX),
            frames: videos.iter().map(JudgedVideo::frames).sum(),
            segments,
            frame_accuracy: if multi_label { None } else { frame_accuracy(&runs, predicted) },
            frame_map: mean_average_precision(classes_found.iter().map(|class| class.average_precision)),
            classes: classes_found,
        }
    }

    /// F1 over all classes and videos at the three [`OVERLAPS`]; `None` where nothing was found and nothing is labelled.
    pub fn f1(&self) -> [Option<f64>; 3] {
        self.segments.map(SegmentCounts::f1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrameEntry, MediaTime};

    fn at(secs: f64) -> MediaTime {
        MediaTime::from_secs_f64(secs)
    }

    /// Ten frames a second, a minute long.
    fn table() -> FrameTable {
        let entry =
            |frame: u32| FrameEntry { time: MediaTime::from_nanos(u64::from(frame) * 100_000_000), is_key: true };
        FrameTable::new((0..600).map(entry).collect(), at(60.0)).expect("should ascend")
    }

    /// Windows of two seconds, one after the other.
    fn windows(rows: &[[f32; 3]]) -> Vec<WindowScores> {
        let window = |(number, scores): (u32, &[f32; 3])| WindowScores {
            start_frame: number * 20,
            end_frame: number * 20 + 20,
            start: at(f64::from(number) * 2.0),
            end: at(f64::from(number) * 2.0 + 2.0),
            scores: scores.to_vec(),
        };
        (0..).zip(rows).map(window).collect()
    }

    fn rules() -> [Option<SegmentRule>; 2] {
        [Some(SegmentRule { threshold: 0.5, ..SegmentRule::default() }); 2]
    }

    const RUN: [f32; 3] = [0.8, 0.1, 0.1];
    const SIT: [f32; 3] = [0.1, 0.7, 0.2];
    const NOTHING: [f32; 3] = [0.1, 0.2, 0.7];

    #[test]
    fn what_is_found_exactly_is_all_right() {
        let windows = windows(&[NOTHING, RUN, RUN, NOTHING, SIT]);
        let labels = [(0, (at(2.0), at(6.0))), (1, (at(8.0), at(10.0)))];
        let video = JudgedVideo::new(&table(), &[(at(0.0), at(10.0))], &labels, &windows, &rules());
        // The third class is the background: not judged.
        let found = WholeVideoFigures::new(&[video], &[Some(0.5), Some(0.5), None], false);
        assert_eq!((found.videos, found.frames), (1, 100));
        assert_eq!(found.f1(), [Some(1.0); 3]);
        assert_eq!((found.frame_accuracy, found.frame_map), (Some(1.0), Some(1.0)));
        assert_eq!(found.classes.iter().map(|class| class.frames).collect::<Vec<_>>(), [40, 20]);
    }

    #[test]
    fn only_fully_labelled_parts_are_judged() {
        let windows = windows(&[RUN, RUN, NOTHING, NOTHING, SIT]);
        // What was found in the first four seconds is not judged, and a label that reaches into a part counts from there.
        let labels = [(1, (at(3.0), at(6.0)))];
        let video = JudgedVideo::new(&table(), &[(at(4.0), at(8.0))], &labels, &windows, &rules());
        let found = WholeVideoFigures::new(&[video], &[Some(0.5), Some(0.5), None], false);
        assert_eq!(found.frames, 40);
        assert_eq!(found.segments, [SegmentCounts { hits: 0, wrong: 0, missed: 1 }; 3]);
        assert_eq!(found.frame_accuracy, Some(0.5), "half of it is rightly nothing");
        assert_eq!(found.classes.get(1).and_then(|class| class.average_precision), Some(0.5), "all frames score alike");
    }

    #[test]
    fn scores_that_nobody_believes_say_that_nothing_happens() {
        let windows = windows(&[[0.4, 0.3, 0.3], RUN]);
        let video =
            |labels: &[(usize, Span)]| JudgedVideo::new(&table(), &[(at(0.0), at(4.0))], labels, &windows, &rules());
        let found = WholeVideoFigures::new(&[video(&[(0, (at(2.0), at(4.0)))])], &[Some(0.5), Some(0.5), None], false);
        assert_eq!(found.frame_accuracy, Some(1.0));
        let several = WholeVideoFigures::new(&[video(&[])], &[Some(0.5), Some(0.5), None], true);
        assert_eq!((several.frame_accuracy, several.frame_map), (None, None));
        assert_eq!(WholeVideoFigures::new(&[], &[], false), WholeVideoFigures::default());
    }

    #[test]
    fn a_class_that_the_network_does_not_know_is_missed_and_has_no_precision() {
        let windows = windows(&[RUN, RUN]);
        let labels = [(3, (at(0.0), at(2.0))), (0, (at(2.0), at(4.0)))];
        let video = JudgedVideo::new(&table(), &[(at(0.0), at(4.0))], &labels, &windows, &rules());
        let found = WholeVideoFigures::new(&[video], &[Some(0.5), None, None, Some(0.5)], false);
        assert_eq!(found.segments.map(|counts| counts.missed), [1; 3]);
        assert_eq!(found.classes.last().and_then(|class| class.average_precision), None);
        assert_eq!(found.frame_map, Some(0.5));
    }
}
