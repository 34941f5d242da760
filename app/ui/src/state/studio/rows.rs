//! What the timeline shows of a video: for every class one row, people's labels above, predictions below.
//!
//! Derived from the analysis, the rules and the labels; kept until one of them changes.

use ks_domain::project::{Author, ClassId, Project, Rgb, SegmentId, SetId, Stretch, Track, Verdict, VideoId};
use ks_domain::{MediaTime, Segment};

use crate::state::video::Analysis;

/// A label as the timeline draws it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Which segment.
    pub id: SegmentId,
    /// When it begins.
    pub start: MediaTime,
    /// When it ends.
    pub end: MediaTime,
    /// Whether it says that the class does not occur here.
    pub is_absent: bool,
    /// Whether a network drew it and nobody has accepted it.
    pub is_unconfirmed: bool,
    /// Whether it has a note.
    pub has_note: bool,
}

/// One class.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The class of the label set, if it has one of this name.
    pub class: Option<ClassId>,
    /// The class of the network, if it knows one of this name.
    pub predicted: Option<usize>,
    /// Which of the class hues is its own, where it has no colour.
    pub hue: usize,
    /// The colour that somebody gave it.
    pub color: Option<Rgb>,
    /// Its highest probability in the video.
    pub peak: f32,
    /// From which probability on it counts.
    pub threshold: f32,
    /// The labels, by their start.
    pub labels: Vec<Bar>,
    /// The predictions, by their start.
    pub predictions: Vec<Segment>,
    /// Where labels and predictions contradict each other, by their start.
    pub disagreements: Vec<(MediaTime, MediaTime)>,
}

/// All rows of the watched video.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<Row>,
    revision: u64,
    made_from: Option<MadeFrom>,
}

/// What the rows were made from; they are made again when it is another.
#[derive(Clone, Debug, PartialEq)]
struct MadeFrom {
    video: VideoId,
    track: u64,
    classes: usize,
    lanes: u64,
    set: Option<SetId>,
    shows_all: bool,
    keeps: Vec<ClassId>,
}

/// What the rows are made of.
pub(in crate::state) struct Source<'a> {
    pub(in crate::state) project: &'a Project,
    pub(in crate::state) video: VideoId,
    pub(in crate::state) analysis: &'a Analysis,
    pub(in crate::state) set: Option<SetId>,
    pub(in crate::state) shows_all: bool,
    /// Classes that are being drawn with, which have a row even where they do not occur.
    pub(in crate::state) keeps: Vec<ClassId>,
    /// The name of a class of the network.
    pub(in crate::state) name_of: &'a dyn Fn(usize) -> String,
    /// From which probability on a class of this name counts.
    pub(in crate::state) threshold_of: &'a dyn Fn(&str) -> f32,
}

impl Rows {
    /// The rows: classes of the label set in its order, then what only the network knows, most certain first.
    pub fn all(&self) -> &[Row] {
        &self.rows
    }

    /// Another number whenever the rows were made again.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// No video is watched.
    pub(in crate::state) fn clear(&mut self) {
        if self.made_from.take().is_some() {
            self.rows.clear();
            self.revision += 1;
        }
    }

    /// The row of a class of the label set.
    pub fn of_class(&self, class: ClassId) -> Option<&Row> {
        self.rows.iter().find(|row| row.class == Some(class))
    }

    /// Makes the rows again if what they are made from has changed.
    pub(in crate::state) fn refresh(&mut self, source: &Source<'_>) {
        // Every change of a class is an entry of the journal, so their number tells whether there was one.
        let classes = source.project.history().entries().len();
        let track = source.project.track(source.video).map_or(0, Track::revision);
        let Source { video, set, shows_all, .. } = *source;
        let (lanes, keeps) = (source.analysis.lanes.revision(), source.keeps.clone());
        let made_from = MadeFrom { video, track, classes, lanes, set, shows_all, keeps };
        if self.made_from.as_ref() != Some(&made_from) {
            self.rows = make(source);
            self.revision += 1;
            self.made_from = Some(made_from);
        }
    }
}

fn make(source: &Source<'_>) -> Vec<Row> {
    let Source { project, analysis, .. } = source;
    let mut rows: Vec<Row> = Vec::new();
    let classes = source.set.map(|set| project.classes_of(set)).unwrap_or_default();
    for (place, class) in classes.iter().enumerate() {
        rows.push(Row {
            name: class.name.clone(),
            class: Some(class.id),
            predicted: None,
            hue: place,
            color: class.color,
            peak: 0.0,
            threshold: (source.threshold_of)(&class.name),
            labels: Vec::new(),
            predictions: Vec::new(),
            disagreements: Vec::new(),
        });
    }
    let by_class: std::collections::BTreeMap<ClassId, usize> =
        classes.iter().enumerate().map(|(index, class)| (class.id, index)).collect();
    for segment in project.track(source.video).into_iter().flat_map(Track::segments) {
        let row = project.class_of(segment.class).and_then(|class| by_class.get(&class.id));
        let Some(row) = row.and_then(|index| rows.get_mut(*index)) else { continue };
        row.labels.push(Bar {
            id: segment.id,
            start: segment.start,
            end: segment.end,
            is_absent: segment.verdict == Verdict::Absent,
            is_unconfirmed: matches!(&segment.author, Author::Model { accepted_by: None, .. }),
            has_note: !segment.note.is_empty(),
        });
    }
    let by_name: std::collections::BTreeMap<String, usize> =
        rows.iter().enumerate().map(|(index, row)| (row.name.clone(), index)).collect();
    // A class below its threshold has no lane, but its curve and its threshold belong to its row all the same.
    for class in 0..analysis.windows.first().map_or(0, |window| window.scores.len()) {
        if let Some(row) = by_name.get(&(source.name_of)(class)).and_then(|index| rows.get_mut(*index)) {
            row.predicted = Some(class);
        }
    }
    for lane in analysis.lanes.all() {
        let name = (source.name_of)(lane.class);
        let known = by_name.get(&name).and_then(|index| rows.get_mut(*index));
        if let Some(row) = known {
            row.predicted = Some(lane.class);
            row.peak = lane.peak;
            row.predictions.clone_from(&lane.segments);
        } else {
            rows.push(Row {
                threshold: (source.threshold_of)(&name),
                name,
                class: None,
                predicted: Some(lane.class),
                hue: lane.class,
                color: None,
                peak: lane.peak,
                labels: Vec::new(),
                predictions: lane.segments.clone(),
                disagreements: Vec::new(),
            });
        }
    }
    // Without an analysis, the classes of the set are all that there is to draw in.
    let shows_all = source.shows_all || analysis.windows.is_empty();
    let is_kept = |class: ClassId| shows_all || source.keeps.contains(&class);
    rows.retain(|row| !row.labels.is_empty() || !row.predictions.is_empty() || row.class.is_some_and(is_kept));
    let stretches: Vec<&Stretch> = project.track(source.video).into_iter().flat_map(Track::stretches).collect();
    let scored = analysis.lanes.spans().first().zip(analysis.lanes.spans().last()).map(|(a, b)| (a.0, b.1));
    for row in &mut rows {
        row.labels.sort_by_key(|bar| (bar.start, bar.id));
        row.disagreements = disagreements(row, &stretches, scored);
    }
    rows
}

/// Where a row contradicts itself: a label that nothing predicted, where there are scores; a prediction where somebody
/// said that the class does not occur, or where everything is labelled and this is not.
fn disagreements(
    row: &Row,
    stretches: &[&Stretch],
    scored: Option<(MediaTime, MediaTime)>,
) -> Vec<(MediaTime, MediaTime)> {
    let Some((from, to)) = scored else { return Vec::new() };
    let meets = |a: (MediaTime, MediaTime), b: (MediaTime, MediaTime)| a.0 < b.1 && b.0 < a.1;
    let mut found = Vec::new();
    // Both lists are in order of their starts, so what can meet a span is a run; labels may overlap one another, and
    // the run begins where the longest of them could still reach.
    let longest = row.labels.iter().map(|bar| bar.end.saturating_sub(bar.start)).max().unwrap_or_default();
    for bar in row.labels.iter().filter(|bar| !bar.is_absent && meets((bar.start, bar.end), (from, to))) {
        let first = row.predictions.partition_point(|segment| segment.end <= bar.start);
        let hit = row.predictions.get(first).is_some_and(|segment| segment.start < bar.end);
        if !hit {
            found.push((bar.start, bar.end));
        }
    }
    for segment in &row.predictions {
        let span = (segment.start, segment.end);
        let first = row.labels.partition_point(|bar| bar.start < segment.start.saturating_sub(longest));
        let near = row.labels.get(first..).unwrap_or_default();
        let near: Vec<&Bar> = near
            .iter()
            .take_while(|bar| bar.start < segment.end)
            .filter(|bar| meets((bar.start, bar.end), span))
            .collect();
        let is_denied = near.iter().any(|bar| bar.is_absent);
        let is_confirmed = near.iter().any(|bar| !bar.is_absent);
        let is_covered = stretches.iter().any(|stretch| meets((stretch.start, stretch.end), span));
        if is_denied || is_covered && !is_confirmed {
            found.push(span);
        }
    }
    found.sort();
    found.dedup();
    found
}
