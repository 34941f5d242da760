//! Totals by class: how often, how long, which share of the time, for labels and for predictions.
//!
//! What is counted is put together by the caller, video by video; nothing here knows a project or an analysis.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::spans::{Span, length, union, within};
use crate::MediaTime;

/// An action of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// Its class, as a place in the caller's list of names.
    pub class: usize,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
}

/// What is counted of one video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoOccurrences {
    /// How long the video is; zero if that is not known, then up to the last end.
    pub duration: MediaTime,
    /// What people labelled.
    pub labels: Vec<Occurrence>,
    /// What a network found.
    pub predictions: Vec<Occurrence>,
    /// Where everything that happens is labelled.
    pub stretches: Vec<Span>,
}

/// What was counted of one class from one source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measure {
    /// How many segments.
    pub count: usize,
    /// How long they are together; where two overlap, both count.
    pub duration: MediaTime,
    /// How much time has at least one of them.
    pub covered: MediaTime,
    /// `covered` of all the time that was looked at, 0 to 1.
    pub share: f64,
    /// Segments in a minute of all the time that was looked at.
    pub per_minute: f64,
    /// When the first one begins: for several videos, the mean over those in which there is one.
    pub first: Option<MediaTime>,
}

impl Measure {
    /// How long one segment is in the mean; `None` if there is none.
    pub fn mean(&self) -> Option<MediaTime> {
        let count = u64::try_from(self.count).ok().filter(|count| *count > 0)?;
        Some(MediaTime::from_nanos(self.duration.nanos() / count))
    }
}

/// The totals of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassTotals {
    /// Which class, as a place in the caller's list of names.
    pub class: usize,
    /// Of what people labelled.
    pub labels: Measure,
    /// Of what a network found.
    pub predictions: Measure,
    /// Of the labels inside of fully labelled time, over that time alone: there, what is not labelled does not happen.
    pub fully: Measure,
}

/// The totals of some videos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// How many videos.
    pub videos: usize,
    /// How long they are together.
    pub time: MediaTime,
    /// How much of that is fully labelled.
    pub fully: MediaTime,
    /// The classes that occur, in the order of the caller's list.
    pub classes: Vec<ClassTotals>,
}

/// One source of one class while it is counted.
#[derive(Default)]
struct Tally {
    count: usize,
    duration: MediaTime,
    covered: MediaTime,
    firsts: Vec<MediaTime>,
}

impl Tally {
    fn add_video(&mut self, spans: Vec<Span>) {
        self.count += spans.len();
        self.duration = self.duration.saturating_add(length(&spans));
        self.firsts.extend(spans.iter().map(|(start, _)| *start).min());
        self.covered = self.covered.saturating_add(length(&union(spans)));
    }

    fn measure(&self, time: MediaTime) -> Measure {
        let secs = time.secs_f64();
        let over = |value: f64| if secs > 0.0 { value / secs } else { 0.0 };
        let sum: u128 = self.firsts.iter().map(|first| u128::from(first.nanos())).sum();
        let mean = sum.checked_div(self.firsts.len() as u128).and_then(|mean| u64::try_from(mean).ok());
        Measure {
            count: self.count,
            duration: self.duration,
            covered: self.covered,
            share: over(self.covered.secs_f64()),
            per_minute: over(self.count as f64 * 60.0),
            first: mean.map(MediaTime::from_nanos),
        }
    }
}

/// Counts.
pub fn totals(videos: &[VideoOccurrences]) -> Totals {
    let mut tallies: BTreeMap<usize, [Tally; 3]> = BTreeMap::new();
    let (mut time, mut fully) = (MediaTime::ZERO, MediaTime::ZERO);
    for video in videos {
        time = time.saturating_add(watched(video));
        let stretches = union(video.stretches.clone());
        fully = fully.saturating_add(length(&stretches));
        for (class, spans) in by_class(&video.labels) {
            let inside: Vec<Span> = spans.iter().flat_map(|span| hull(within(&stretches, *span))).collect();
            let [labels, _, in_stretches] = tallies.entry(class).or_default();
            in_stretches.add_video(inside);
            labels.add_video(spans);
        }
        for (class, spans) in by_class(&video.predictions) {
            let [_, predictions, _] = tallies.entry(class).or_default();
            predictions.add_video(spans);
        }
    }
    let classes = tallies
        .iter()
        .map(|(class, [labels, predictions, in_stretches])| ClassTotals {
            class: *class,
            labels: labels.measure(time),
            predictions: predictions.measure(time),
            fully: in_stretches.measure(fully),
        })
        .collect();
    Totals { videos: videos.len(), time, fully, classes }
}

/// From the first start to the last end of the parts of one segment, so that it counts once.
fn hull(parts: impl Iterator<Item = Span>) -> Option<Span> {
    parts.reduce(|all, part| (all.0.min(part.0), all.1.max(part.1)))
}

fn watched(video: &VideoOccurrences) -> MediaTime {
    let last = || video.labels.iter().chain(&video.predictions).map(|one| one.end).max().unwrap_or_default();
    if video.duration > MediaTime::ZERO { video.duration } else { last() }
}

fn by_class(all: &[Occurrence]) -> BTreeMap<usize, Vec<Span>> {
    let mut out: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    for Occurrence { class, start, end } in all {
        out.entry(*class).or_default().push((*start, *end));
    }
    out
}

impl Totals {
    /// The totals as a table for other programs: one line a class and source, times in seconds, shares 0 to 1.
    pub fn to_csv(&self, name_of: impl Fn(usize) -> String) -> String {
        let mut out =
            "class,source,count,duration_s,mean_s,covered_s,share,per_minute,first_s,videos,time_s\n".to_owned();
        for class in &self.classes {
            let name = quoted(&name_of(class.class));
            let all = [("labels", &class.labels, self.time), ("predictions", &class.predictions, self.time)];
            let fully = (self.fully > MediaTime::ZERO).then_some(("fully_labelled", &class.fully, self.fully));
            for (source, measure, time) in all.into_iter().chain(fully) {
                let optional = |time: Option<MediaTime>| time.map_or_else(String::new, secs);
                // Writing into a string does not fail.
                _ = writeln!(
                    out,
                    "{name},{source},{},{},{},{},{:.6},{:.6},{},{},{}",
                    measure.count,
                    secs(measure.duration),
                    optional(measure.mean()),
                    secs(measure.covered),
                    measure.share,
                    measure.per_minute,
                    optional(measure.first),
                    self.videos,
                    secs(time),
                );
            }
        }
        out
    }
}

fn secs(time: MediaTime) -> String {
    format!("{:.3}", time.secs_f64())
}

/// A field that may hold commas, quotes and line ends.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: f64) -> MediaTime {
        MediaTime::from_secs_f64(secs)
    }

    fn one(class: usize, start: f64, end: f64) -> Occurrence {
        Occurrence { class, start: at(start), end: at(end) }
    }

    #[test]
    fn overlapping_segments_count_twice_but_cover_once() {
        let labels = vec![one(0, 1.0, 3.0), one(0, 2.0, 5.0), one(0, 10.0, 11.0)];
        let found = totals(&[VideoOccurrences { duration: at(20.0), labels, ..VideoOccurrences::default() }]);
        let measure = found.classes[0].labels;
        assert_eq!((measure.count, measure.duration, measure.covered), (3, at(6.0), at(5.0)));
        assert_eq!((measure.mean(), measure.first), (Some(at(2.0)), Some(at(1.0))));
        assert!((measure.share - 0.25).abs() < 1e-9 && (measure.per_minute - 9.0).abs() < 1e-9, "{measure:?}");
        assert_eq!(found.classes[0].predictions, Measure::default());
    }

    #[test]
    fn several_videos_are_added_up_and_latency_is_the_mean_of_those_where_it_occurs() {
        let video = |duration, labels| VideoOccurrences { duration: at(duration), labels, ..Default::default() };
        let videos = [
            video(10.0, vec![one(1, 2.0, 3.0)]),
            video(30.0, vec![one(1, 6.0, 9.0), one(0, 0.0, 1.0)]),
            video(20.0, vec![]),
        ];
        let found = totals(&videos);
        assert_eq!((found.videos, found.time), (3, at(60.0)));
        let measure = found.classes.iter().find(|class| class.class == 1).unwrap().labels;
        assert_eq!((measure.count, measure.first), (2, Some(at(4.0))));
        assert!((measure.per_minute - 2.0).abs() < 1e-9);
    }

    #[test]
    fn fully_labelled_time_is_measured_by_itself() {
        let video = VideoOccurrences {
            duration: at(100.0),
            labels: vec![one(0, 5.0, 15.0), one(0, 50.0, 60.0)],
            predictions: vec![one(0, 6.0, 7.0)],
            stretches: vec![(at(10.0), at(20.0)), (at(15.0), at(30.0))],
        };
        let found = totals(&[video]);
        assert_eq!(found.fully, at(20.0));
        let fully = found.classes[0].fully;
        assert_eq!((fully.count, fully.covered), (1, at(5.0)));
        assert!((fully.share - 0.25).abs() < 1e-9);
        assert_eq!(found.classes[0].predictions.count, 1);
    }

    #[test]
    fn a_video_of_unknown_length_lasts_until_its_last_end_and_none_divides_nothing() {
        let predictions = vec![one(0, 1.0, 4.0)];
        let found = totals(&[VideoOccurrences { predictions, ..VideoOccurrences::default() }]);
        assert!((found.classes[0].predictions.share - 0.75).abs() < 1e-9);
        assert_eq!(totals(&[]), Totals::default());
    }

    #[test]
    fn the_table_for_other_programs_quotes_names() {
        let video = VideoOccurrences { duration: at(8.0), labels: vec![one(0, 0.0, 2.0)], ..Default::default() };
        let csv = totals(&[video]).to_csv(|_| "walk, \"fast\"".to_owned());
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1], "\"walk, \"\"fast\"\"\",labels,1,2.000,2.000,2.000,0.250000,7.500000,0.000,1,8.000");
        assert_eq!(lines[2], "\"walk, \"\"fast\"\"\",predictions,0,0.000,,0.000,0.000000,0.000000,,1,8.000");
    }
}
