//! From a project to labels that can be exported.

use std::collections::BTreeMap;
use std::sync::Arc;

use ks_domain::project::{AnalysisRecord, Author, Project, SetId, Verdict, VideoId, VideoRecord, ViewRules};
use ks_domain::{FrameTable, MediaTime, derive_segments_of, window_spans};

use super::labels::{ClassLabel, Clock, Extent, Labels, SegmentLabel, VideoLabels};
use super::names::file_name;

/// What of a project is exported.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// The label set.
    pub set: SetId,
    /// The videos; `None` for the whole queue.
    pub videos: Option<&'a [VideoId]>,
    /// The frame tables of the videos that were opened. Without one, frames are counted by the mean rate.
    pub tables: &'a BTreeMap<VideoId, Arc<FrameTable>>,
    /// What networks found, to be exported beside what people drew; see [`predictions_of`].
    pub predictions: &'a BTreeMap<VideoId, Vec<SegmentLabel>>,
}

/// The labels of some videos in one label set. Labels of deleted classes are left out, those of merged ones carry the
/// name of what they were merged into. Segments are in order of time.
pub fn labels_of(project: &Project, selection: &Selection<'_>) -> Labels {
    let classes = project.classes_of(selection.set).into_iter().map(|class| ClassLabel {
        name: class.name.clone(),
        color: class.color,
        key: class.key,
        description: class.description.clone(),
    });
    let mut classes: Vec<ClassLabel> = classes.collect();
    let videos: Vec<&VideoRecord> = match selection.videos {
        Some(ids) => ids.iter().filter_map(|id| project.video(*id)).collect(),
        None => project.queue(),
    };
    let videos: Vec<VideoLabels> = videos.into_iter().map(|video| labels_of_video(project, selection, video)).collect();
    // A network may name classes that the set does not have.
    for segment in videos.iter().flat_map(|video| &video.segments) {
        if !classes.iter().any(|class| class.name == segment.class) {
            classes.push(ClassLabel::named(segment.class.as_str()));
        }
    }
    let title = project.set(selection.set).map(|set| set.name.clone()).unwrap_or_default();
    Labels { title, classes, videos }
}

fn labels_of_video(project: &Project, selection: &Selection<'_>, video: &VideoRecord) -> VideoLabels {
    let track = project.track(video.id);
    let drawn = track.into_iter().flat_map(|track| track.segments()).filter_map(|segment| {
        let class = project.class_of(segment.class).filter(|class| class.set == selection.set)?;
        Some(SegmentLabel {
            class: class.name.clone(),
            extent: Extent::Span(segment.start, segment.end),
            verdict: segment.verdict,
            author: Some(segment.author.clone()),
            score: segment.score,
            note: segment.note.clone(),
        })
    });
    let mut segments: Vec<SegmentLabel> = drawn.collect();
    segments.extend(selection.predictions.get(&video.id).into_iter().flatten().cloned());
    segments.sort_by(|a, b| (a.extent, &a.class).cmp(&(b.extent, &b.class)));
    let mut markers: Vec<(MediaTime, String)> =
        track.into_iter().flat_map(|track| track.markers()).map(|marker| (marker.time, marker.text.clone())).collect();
    markers.sort();
    let mut stretches: Vec<(MediaTime, MediaTime)> =
        track.into_iter().flat_map(|track| track.stretches()).map(|stretch| (stretch.start, stretch.end)).collect();
    stretches.sort();
    let notes = project.notes(video.id);
    VideoLabels {
        name: file_name(&video.path).to_owned(),
        path: video.path.clone(),
        hash: project.facts(video.id).map(|facts| facts.hash.clone()).unwrap_or_default(),
        clock: clock_of(project, video.id, selection.tables),
        segments,
        markers,
        stretches,
        note: notes.note,
        work: notes.work,
    }
}

/// How the frames and times of a video of a project belong together: by its table if there is one, else by what is
/// known about its file.
pub fn clock_of(project: &Project, video: VideoId, tables: &BTreeMap<VideoId, Arc<FrameTable>>) -> Clock {
    if let Some(table) = tables.get(&video) {
        return Clock::exact(Arc::clone(table));
    }
    let Some(facts) = project.facts(video).filter(|facts| facts.duration > MediaTime::ZERO) else {
        return Clock::default();
    };
    let rate = (facts.frames > 0).then(|| f64::from(facts.frames) / facts.duration.secs_f64());
    Clock { duration: Some(facts.duration), rate, table: None }
}

/// The segments that an analysis found, as labels of nobody but the network.
pub fn predictions_of(analysis: &AnalysisRecord, rules: &ViewRules) -> Vec<SegmentLabel> {
    let spans = window_spans(&analysis.windows);
    let author = Author::Model {
        checkpoint: analysis.model.checkpoint.clone(),
        hash: analysis.model.hash.clone(),
        accepted_by: None,
    };
    let mut found = Vec::new();
    for (class, name) in analysis.model.class_names.iter().enumerate() {
        for segment in derive_segments_of(class, &analysis.windows, &spans, &rules.rule_for(name)) {
            found.push(SegmentLabel {
                class: name.clone(),
                extent: Extent::Span(segment.start, segment.end),
                verdict: Verdict::Present,
                author: Some(author.clone()),
                score: Some(segment.peak),
                note: String::new(),
            });
        }
    }
    found
}
