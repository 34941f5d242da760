//! Which samples are learnt from and which the network is judged on: by video or group, never by clip, so that no
//! moment of a validation clip was ever learnt from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::config::{DataConfig, SplitRule};
use super::sampler::shuffle;
use crate::{MediaTime, SeededDraws};

/// Keeps this shuffle apart from others of the same seed.
const SPLIT: u64 = 0x7370_6C69_7400;

/// Which part of a data set a sample belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The network learns from it.
    Train,
    /// The network is judged on it.
    Validation,
    /// It lies in the gap between the two, or was set aside for testing.
    Unused,
}

/// What the division needs to know of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divisible<'a> {
    /// Its video, or the group of videos that belong together (same person, same background).
    pub group: &'a str,
    /// Its classes.
    pub labels: &'a [u32],
    /// The part of its video that its clips are cut from, `[start, end)`; `None` for all of it.
    pub span: Option<(MediaTime, MediaTime)>,
}

/// Divides samples. The same samples in the same order with the same settings are always divided alike.
pub fn divide(samples: &[Divisible<'_>], data: &DataConfig) -> Vec<Part> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, sample) in samples.iter().enumerate() {
        groups.entry(sample.group).or_default().push(place);
    }
    if data.validation_share <= 0.0 {
        return vec![Part::Train; samples.len()];
    }
    if data.split == SplitRule::Video && groups.len() > 1 {
        let parts = divide_by_group(samples, &groups, data);
        if parts.contains(&Part::Validation) {
            return parts;
        }
        // Each of few videos has a class of its own: without their ends, nothing would say what the network is worth.
    }
    divide_by_time(samples, &groups, data)
}

/// Whole groups, in random order, become validation until it has its share. A group that would leave a class without
/// training samples stays; one that gives a class its first validation sample is taken while the share allows half as
/// much again.
fn divide_by_group(samples: &[Divisible<'_>], groups: &BTreeMap<&str, Vec<usize>>, data: &DataConfig) -> Vec<Part> {
    let mut order: Vec<&Vec<usize>> = groups.values().collect();
    shuffle(&mut order, &mut SeededDraws::for_sample(data.seed, 0, SPLIT));
    let mut left: BTreeMap<u32, usize> = BTreeMap::new();
    for label in samples.iter().flat_map(|sample| sample.labels) {
        *left.entry(*label).or_default() += 1;
    }
    let mut judged: BTreeMap<u32, usize> = BTreeMap::new();
    let mut parts = vec![Part::Train; samples.len()];
    let wanted = samples.len() as f64 * data.validation_share;
    let mut taken = 0;
    // First what gives a class its first validation sample, then anything.
    for only_new in [true, false] {
        let limit = if only_new { wanted * 1.5 } else { wanted };
        for group in &order {
            let mut of_group: BTreeMap<u32, usize> = BTreeMap::new();
            for label in group.iter().filter_map(|place| samples.get(*place)).flat_map(|sample| sample.labels) {
                *of_group.entry(*label).or_default() += 1;
            }
            let is_taken = group.first().and_then(|place| parts.get(*place)) == Some(&Part::Validation);
            let robs = of_group.iter().any(|(label, count)| left.get(label).is_none_or(|left| left <= count));
            let is_new = of_group.keys().any(|label| !judged.contains_key(label));
            let fits = (taken + group.len()) as f64 <= limit.max(1.0);
            if is_taken || robs || !fits || (only_new && !is_new) {
                continue;
            }
            taken += group.len();
            for (label, count) in of_group {
                *judged.entry(label).or_default() += count;
                left.entry(label).and_modify(|left| *left -= count);
            }
            for place in *group {
                if let Some(part) = parts.get_mut(*place) {
                    *part = Part::Validation;
                }
            }
        }
    }
    parts
}

/// The end of every video is for validation: from the moment on that leaves it its share of the samples. What reaches
/// over the gap before that moment is not used. Samples that are whole videos cannot be divided and are learnt from, and
/// so is a class of which there is nothing before.
fn divide_by_time(samples: &[Divisible<'_>], groups: &BTreeMap<&str, Vec<usize>>, data: &DataConfig) -> Vec<Part> {
    let gap = MediaTime::from_secs_f64(data.gap_seconds);
    let mut parts = vec![Part::Train; samples.len()];
    for group in groups.values() {
        let mut starts: Vec<MediaTime> =
            group.iter().filter_map(|place| samples.get(*place)?.span.map(|(start, _)| start)).collect();
        starts.sort_unstable();
        let kept = ((starts.len() as f64) * (1.0 - data.validation_share)).ceil() as usize;
        let Some(cut) = starts.get(kept.max(1)) else { continue };
        for place in group {
            let span = samples.get(*place).and_then(|sample| sample.span);
            if let (Some((start, end)), Some(part)) = (span, parts.get_mut(*place)) {
                *part = if start >= *cut {
                    Part::Validation
                } else if end.saturating_add(gap) <= *cut {
                    Part::Train
                } else {
                    Part::Unused
                };
            }
        }
    }
    keep_classes(samples, groups, gap, &mut parts);
    parts
}

/// Learns from all samples of a class that would only be judged, and judges on nothing that lies beside them.
fn keep_classes(samples: &[Divisible<'_>], groups: &BTreeMap<&str, Vec<usize>>, gap: MediaTime, parts: &mut [Part]) {
    let mut learnt: BTreeSet<u32> = BTreeSet::new();
    for (sample, part) in samples.iter().zip(&*parts) {
        if *part == Part::Train {
            learnt.extend(sample.labels);
        }
    }
    for group in groups.values() {
        let mut kept = Vec::new();
        for place in group {
            let (Some(sample), Some(part)) = (samples.get(*place), parts.get_mut(*place)) else { continue };
            if *part != Part::Train && sample.labels.iter().any(|label| !learnt.contains(label)) {
                *part = Part::Train;
                kept.extend(sample.span);
            }
        }
        for place in group {
            let (Some(sample), Some(part)) = (samples.get(*place), parts.get_mut(*place)) else { continue };
            let is_beside = |(start, end): (MediaTime, MediaTime)| {
                kept.iter().any(|other| start < other.1.saturating_add(gap) && other.0 < end.saturating_add(gap))
            };
            if *part == Part::Validation && sample.span.is_some_and(is_beside) {
                *part = Part::Unused;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample<'a>(group: &'a str, labels: &'a [u32], span: Option<(f64, f64)>) -> Divisible<'a> {
        let span = span.map(|(start, end)| (MediaTime::from_secs_f64(start), MediaTime::from_secs_f64(end)));
        Divisible { group, labels, span }
    }

    fn count(parts: &[Part], part: Part) -> usize {
        parts.iter().filter(|other| **other == part).count()
    }

    #[test]
    fn a_group_is_never_divided() {
        let names: Vec<String> = (0..60).map(|sample| format!("g{}", sample / 3)).collect();
        let samples: Vec<Divisible<'_>> = names.iter().map(|name| sample(name, &[0], None)).collect();
        for seed in 0..20 {
            let parts = divide(&samples, &DataConfig { seed, ..DataConfig::default() });
            assert!(parts.chunks(3).all(|group| group.iter().all(|part| *part == group[0])));
            assert_eq!(count(&parts, Part::Validation), 12);
        }
    }

    #[test]
    fn every_class_is_learnt_and_judged_where_there_is_enough_of_it() {
        let names: Vec<String> = (0..20).map(|sample| format!("v{sample}")).collect();
        let labels: Vec<[u32; 1]> = (0..20).map(|sample| [sample / 5]).collect();
        let samples: Vec<Divisible<'_>> =
            names.iter().zip(&labels).map(|(name, labels)| sample(name, labels, None)).collect();
        for seed in 0..50 {
            let parts = divide(&samples, &DataConfig { seed, ..DataConfig::default() });
            for class in 0..4 {
                let of_class = &parts[class * 5..class * 5 + 5];
                assert!(count(of_class, Part::Train) > 0 && count(of_class, Part::Validation) > 0, "{seed}: {parts:?}");
            }
        }
    }

    #[test]
    fn the_only_video_of_a_class_is_learnt_from() {
        let samples = [sample("a", &[0], None), sample("b", &[1], None), sample("c", &[1], None)];
        for seed in 0..20 {
            let parts = divide(&samples, &DataConfig { seed, validation_share: 0.5, ..DataConfig::default() });
            assert_eq!(parts[0], Part::Train);
        }
    }

    #[test]
    fn one_video_is_divided_by_time_with_a_gap() {
        let samples: Vec<Divisible<'_>> =
            (0..10).map(|place| sample("a", &[0], Some((f64::from(place), f64::from(place) + 1.0)))).collect();
        let parts = divide(&samples, &DataConfig::default());
        use Part::{Train as T, Unused as U, Validation as V};
        assert_eq!(parts, [T, T, T, T, T, T, U, U, V, V]);
        let parts = divide(&samples, &DataConfig { validation_share: 0.0, ..DataConfig::default() });
        assert_eq!(count(&parts, T), 10);
    }

    #[test]
    fn a_class_at_the_end_of_the_only_video_is_learnt_from_too() {
        let labels: Vec<[u32; 1]> = (0..20).map(|place| [u32::from(place == 19)]).collect();
        let span = |place: usize| Some((place as f64, place as f64 + 1.0));
        let samples: Vec<Divisible<'_>> =
            labels.iter().enumerate().map(|(place, labels)| sample("a", labels, span(place))).collect();
        let parts = divide(&samples, &DataConfig { gap_seconds: 0.5, ..DataConfig::default() });
        use Part::{Train as T, Unused as U, Validation as V};
        assert_eq!(parts[14..], [T, U, V, V, U, T]);
    }

    #[test]
    fn videos_that_all_have_a_class_of_their_own_are_divided_by_time() {
        let names: Vec<&str> = (0..20).map(|place| if place < 10 { "a" } else { "b" }).collect();
        let labels: Vec<[u32; 1]> = (0..20).map(|place| [u32::from(place >= 10)]).collect();
        let span = |place: usize| Some(((place % 10) as f64, (place % 10) as f64 + 1.0));
        let samples: Vec<Divisible<'_>> =
            (0..20).map(|place| sample(names[place], &labels[place], span(place))).collect();
        let parts = divide(&samples, &DataConfig { gap_seconds: 0.0, ..DataConfig::default() });
        assert_eq!(count(&parts, Part::Validation), 4, "{parts:?}");
        assert!([8, 9, 18, 19].iter().all(|place| parts[*place] == Part::Validation), "{parts:?}");
    }
}
