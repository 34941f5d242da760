//! From the labels of a project to samples: labelled segments become samples, and so does what lies in fully labelled
//! stretches without a label.
//!
//! A segment that nobody accepted is no label. A segment shorter than a clip is widened on both sides, as the network sees
//! whole clips in analysis too; a long one is divided, so that it counts for its length.

use std::collections::BTreeMap;

use super::config::TrainConfig;
use super::data::{DataProblem, HeldOut, TrainingSample, divide_samples};
use super::split::Part;
use crate::MediaTime;
use crate::project::{ClassId, LabelSegment, Project, SetId, Span, Verdict, VideoId, union, within};

/// The class of what is no other class.
pub const BACKGROUND: &str = "background";

/// A sample is at most this many clips long.
const CLIPS_A_SAMPLE: f64 = 2.0;

/// Background samples are at most this many times those of the most frequent class.
const MOST_BACKGROUND: usize = 2;

/// What a project offers to learn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectData {
    /// Names of the classes that occur, in the order of the label set; [`BACKGROUND`] last, if there is any.
    pub classes: Vec<String>,
    /// The videos that samples name by their place.
    pub videos: Vec<VideoId>,
    /// The samples, divided.
    pub samples: Vec<TrainingSample>,
    /// What is fully labelled and not learnt from.
    pub held_out: Vec<HeldOut>,
    /// What is wrong so far.
    pub problems: Vec<DataProblem>,
}

/// What is known of one video while its samples are collected.
struct OneVideo<'a> {
    source: u32,
    /// How long a clip is.
    clip: f64,
    duration: f64,
    segments: Vec<(&'a LabelSegment, ClassId)>,
    stretches: Vec<Span>,
}

impl Project {
    /// Samples of all videos of the queue for the classes of a label set.
    pub fn training_data(&self, set: SetId, config: &TrainConfig) -> ProjectData {
        let mut problems = Vec::new();
        let queue = self.queue();
        let videos: Vec<VideoId> = queue.iter().map(|video| video.id).collect();
        let looked: Vec<OneVideo<'_>> = (0..)
            .zip(&videos)
            .filter_map(|(source, video)| self.one_video(source, *video, set, config, &mut problems))
            .collect();
        let mut counts: BTreeMap<ClassId, usize> = BTreeMap::new();
        for (_, class) in looked.iter().flat_map(OneVideo::present) {
            *counts.entry(*class).or_default() += 1;
        }
        let active = self.classes_of(set);
        for class in active.iter().filter(|class| !counts.contains_key(&class.id)) {
            let message = format!("no label of {}; it is left out until one is drawn", class.name);
            problems.push(DataProblem::warning(message));
        }
        let learnt: Vec<&crate::project::ClassRecord> =
            active.into_iter().filter(|class| counts.contains_key(&class.id)).collect();
        let index: BTreeMap<ClassId, u32> = learnt.iter().map(|class| class.id).zip(0..).collect();
        let mut samples: Vec<TrainingSample> = looked.iter().flat_map(|video| video.labelled(&index, config)).collect();
        let mut classes: Vec<String> = learnt.iter().map(|class| class.name.clone()).collect();
        if config.data.background {
            let most = counts.values().max().copied().unwrap_or_default().saturating_mul(MOST_BACKGROUND);
            let label = u32::try_from(classes.len()).unwrap_or(u32::MAX);
            let background = looked.iter().flat_map(|video| video.background(label, config)).collect();
            let background = evenly(background, most);
            if !background.is_empty() {
                classes.push(BACKGROUND.to_owned());
                samples.extend(background);
            }
        }
        let groups: Vec<String> = videos.iter().map(|video| video.0.to_string()).collect();
        divide_samples(&mut samples, &groups, &config.data);
        let held_out = looked.iter().filter_map(|video| video.held_out(&index, &samples)).collect();
        ProjectData { classes, videos, samples, held_out, problems }
    }

    fn one_video(
        &self,
        source: u32,
        video: VideoId,
        set: SetId,
        config: &TrainConfig,
        problems: &mut Vec<DataProblem>,
    ) -> Option<OneVideo<'_>> {
        let track = self.track(video)?;
        let of_set = |segment: &LabelSegment| {
            self.class_of(segment.class).filter(|class| class.set == set).map(|class| class.id)
        };
        let segments: Vec<(&LabelSegment, ClassId)> = track
            .segments()
            .filter(|segment| segment.is_confirmed())
            .filter_map(|segment| of_set(segment).map(|class| (segment, class)))
            .collect();
        let stretches: Vec<Span> = union(track.stretches().map(|stretch| (stretch.start, stretch.end)).collect());
        if segments.is_empty() && stretches.is_empty() {
            return None;
        }
        let facts = self.facts(video).filter(|facts| facts.frames > 0 && facts.duration > MediaTime::ZERO);
        let Some(facts) = facts else {
            problems.push(
                DataProblem::warning("a labelled video was never read to its end and is left out; open it once")
                    .at(source, None),
            );
            return None;
        };
        let duration = facts.duration.secs_f64();
        let clip = f64::from(config.clip.clip_len) * f64::from(config.clip.frame_interval) * duration
            / f64::from(facts.frames);
        let looked = OneVideo { source, clip, duration, segments, stretches };
        looked.look(config, problems);
        Some(looked)
    }
}

impl OneVideo<'_> {
    /// The labels that say that something happens.
    fn present(&self) -> impl Iterator<Item = &(&LabelSegment, ClassId)> {
        self.segments.iter().filter(|(segment, _)| segment.verdict == Verdict::Present)
    }

    /// What is odd about the labels.
    fn look(&self, config: &TrainConfig, problems: &mut Vec<DataProblem>) {
        if self.duration < self.clip {
            let message = format!(
                "this video is {:.1} s long and a clip {:.1} s, so its clips repeat it; choose shorter clips if it matters",
                self.duration, self.clip
            );
            problems.push(DataProblem::warning(message).at(self.source, None));
        }
        if config.loss.multi_label {
            return;
        }
        let mut present: Vec<&(&LabelSegment, ClassId)> = self.present().collect();
        present.sort_by_key(|(segment, _)| segment.start);
        let clash = present.windows(2).find_map(|pair| match pair {
            [(first, one), (second, other)] if one != other && second.start < first.end => Some(second.start),
            _ => None,
        });
        if let Some(time) = clash {
            let message =
                "two classes overlap here, but a clip can have only one; choose loss.multi_label, or shorten one";
            problems.push(DataProblem::warning(message).at(self.source, Some(time)));
        }
    }

    fn labelled(&self, index: &BTreeMap<ClassId, u32>, config: &TrainConfig) -> Vec<TrainingSample> {
        let mut samples = Vec::new();
        for (segment, class) in self.present() {
            for (start, end) in self.pieces((segment.start, segment.end)) {
                let mut labels: Vec<u32> = index.get(class).copied().into_iter().collect();
                if config.loss.multi_label {
                    // Whatever else fills most of the piece happens there too.
                    let others =
                        self.present().filter(|(other, _)| overlap((start, end), (other.start, other.end)) > 0.5);
                    labels.extend(others.filter_map(|(_, class)| index.get(class)));
                    labels.sort_unstable();
                    labels.dedup();
                }
                let span = Some(self.widened((start, end)));
                samples.push(TrainingSample { source: self.source, span, labels, part: Part::Train });
            }
        }
        samples
    }

    /// What lies in fully labelled stretches, or was rejected, and meets no label.
    fn background(&self, label: u32, config: &TrainConfig) -> Vec<TrainingSample> {
        let (mut labelled, mut empty) = (Vec::new(), self.stretches.clone());
        for (segment, _) in &self.segments {
            let span = (segment.start, segment.end);
            if segment.verdict == Verdict::Present { labelled.push(span) } else { empty.push(span) }
        }
        let labelled = union(labelled);
        let gaps = union(empty).into_iter().flat_map(|span| without(span, &labelled));
        let long_enough = |(start, end): &Span| end.saturating_sub(*start).secs_f64() >= self.clip * 0.75;
        let labels = if config.loss.multi_label { Vec::new() } else { vec![label] };
        gaps.filter(long_enough)
            .flat_map(|gap| self.pieces(gap))
            .map(|piece| TrainingSample {
                source: self.source,
                span: Some(piece),
                labels: labels.clone(),
                part: Part::Train,
            })
            .collect()
    }

    /// What is fully labelled and not learnt from: all of a video without training samples, else what lies behind the first
    /// validation sample and outside of those that are learnt from.
    fn held_out(&self, index: &BTreeMap<ClassId, u32>, samples: &[TrainingSample]) -> Option<HeldOut> {
        let own = || samples.iter().filter(|sample| sample.source == self.source);
        let learnt =
            union(own().filter(|sample| sample.part == Part::Train).filter_map(|sample| sample.span).collect());
        let judged = own().filter(|sample| sample.part == Part::Validation).filter_map(|sample| sample.span);
        let from = if learnt.is_empty() { MediaTime::ZERO } else { judged.map(|(start, _)| start).min()? };
        let stretches = self.stretches.iter().map(|(start, end)| (*start.max(&from), *end));
        let parts: Vec<Span> =
            stretches.filter(|(start, end)| start < end).flat_map(|stretch| without(stretch, &learnt)).collect();
        let label =
            |(segment, class): &(&LabelSegment, ClassId)| Some((*index.get(class)?, (segment.start, segment.end)));
        let labels = self.present().filter_map(label).collect();
        (!parts.is_empty()).then_some(HeldOut { source: self.source, parts, labels })
    }

    /// Equal parts, none of them longer than a sample may be.
    fn pieces(&self, (start, end): Span) -> Vec<Span> {
        let length = end.saturating_sub(start).nanos();
        let count = ((length as f64 / 1e9) / (self.clip * CLIPS_A_SAMPLE)).ceil().clamp(1.0, 10_000.0) as u64;
        let edge = |piece: u64| MediaTime::from_nanos(start.nanos() + length / count * piece);
        (0..count).map(|piece| (edge(piece), if piece + 1 == count { end } else { edge(piece + 1) })).collect()
    }

    /// At least as long as a clip, if the video is.
    fn widened(&self, (start, end): Span) -> Span {
        let (from, to) = (start.secs_f64(), end.secs_f64());
        let missing = self.clip - (to - from);
        if missing <= 0.0 {
            return (start, end);
        }
        let from = (from - missing / 2.0).min(self.duration - self.clip).max(0.0);
        (MediaTime::from_secs_f64(from), MediaTime::from_secs_f64((from + self.clip).min(self.duration)))
    }
}

/// The parts of a span outside of a union.
fn without((start, end): Span, union: &[Span]) -> Vec<Span> {
    let mut rest = Vec::new();
    let mut from = start;
    for (taken, until) in within(union, (start, end)) {
        if from < taken {
            rest.push((from, taken));
        }
        from = until;
    }
    if from < end {
        rest.push((from, end));
    }
    rest
}

/// Which share of the first span lies in the second.
fn overlap((start, end): Span, (from, to): Span) -> f64 {
    let shared = end.min(to).saturating_sub(start.max(from)).secs_f64();
    shared / end.saturating_sub(start).secs_f64().max(1e-9)
}

/// At most `most` of them, spread evenly.
fn evenly<T>(items: Vec<T>, most: usize) -> Vec<T> {
    let count = items.len();
    if count <= most {
        return items;
    }
    let is_kept = |place: usize| (place * most) / count != ((place + 1) * most) / count;
    items.into_iter().enumerate().filter(|(place, _)| is_kept(*place)).map(|(_, item)| item).collect()
}
