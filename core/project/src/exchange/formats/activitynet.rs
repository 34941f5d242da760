//! ActivityNet: a database of labels, and results with scores.
//!
//! What people drew or accepted goes into the database, what only networks found into a results file beside it. Videos
//! are called by their file names without ending, as the data set does; where two videos share that, by the whole names.

use std::collections::BTreeMap;

use ks_domain::project::{Author, Verdict};
use serde::{Deserialize, Serialize};

use super::json::{import_documents, time, to_bytes};
use crate::exchange::format::{ExportOptions, Format, ImportOptions, Imported, InputFile, OutputFile};
use crate::exchange::labels::{ClassLabel, Extent, Labels, SegmentLabel, VideoLabels};
use crate::exchange::losses::{Holds, losses};
use crate::exchange::names::stem;
use crate::exchange::report::{ExchangeError, Report};
use crate::exchange::text::head;

const NAME: &str = "ActivityNet";

/// See the module.
#[derive(Debug)]
pub struct ActivityNet;

#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    version: serde_json::Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taxonomy: Vec<Node>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<BTreeMap<String, Video>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    results: Option<BTreeMap<String, Vec<Annotation>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_data: Option<serde_json::Value>,
}

/// The taxonomy of a label set is flat: every class stands under one root.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    node_id: u64,
    #[serde(default)]
    node_name: String,
    #[serde(default)]
    parent_id: Option<u64>,
    #[serde(default)]
    parent_name: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Video {
    #[serde(default)]
    subset: String,
    #[serde(default)]
    duration: Option<f64>,
    #[serde(default)]
    annotations: Vec<Annotation>,
}

#[derive(Serialize, Deserialize)]
struct Annotation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    segment: [f64; 2],
    label: String,
}

impl Format for ActivityNet {
    fn id(&self) -> &'static str {
        "activitynet"
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn recognises(&self, file: &InputFile) -> bool {
        let head = head(file);
        let has = |key: &str| head.contains(&format!("\"{key}\""));
        head.trim_start().starts_with('{')
            && (has("database") || has("taxonomy") || (has("results") && !has("observations")))
    }

    fn losses(&self, labels: &Labels) -> Vec<String> {
        let holds = [Holds::UNUSED_CLASSES, Holds::EMPTY_VIDEOS, Holds::EXACT_TIMES];
        let mut found = losses(labels, Holds::all(&holds));
        if labels.videos.iter().any(|video| video.clock.duration.is_none()) {
            found.push("where a video's length is not known, the end of its last label stands for it".to_owned());
        }
        found.push("all videos are called training videos, as a project does not divide them".to_owned());
        found
    }

    fn export(&self, labels: &Labels, _options: &ExportOptions) -> Result<Vec<OutputFile>, ExchangeError> {
        let names = video_ids(labels);
        let mut files = Vec::new();
        let has_predictions = labels.videos.iter().flat_map(|video| &video.segments).any(SegmentLabel::is_prediction);
        let database = labels.videos.iter().zip(&names).map(|(video, id)| (id.clone(), video_out(video))).collect();
        let document = Document {
            version: "VERSION 1.3".into(),
            taxonomy: taxonomy(labels),
            database: Some(database),
            results: None,
            external_data: None,
        };
        files.push(OutputFile { name: "activitynet.json".to_owned(), bytes: to_bytes(&document, NAME)? });
        if has_predictions {
            let results = labels.videos.iter().zip(&names).map(|(video, id)| (id.clone(), annotations(video, true)));
            let document = Document {
                version: "VERSION 1.3".into(),
                taxonomy: Vec::new(),
                database: None,
                results: Some(results.collect()),
                external_data: Some(serde_json::json!({ "used": false, "details": "" })),
            };
            files.push(OutputFile { name: "activitynet_results.json".to_owned(), bytes: to_bytes(&document, NAME)? });
        }
        Ok(files)
    }

    fn import(&self, files: &[InputFile], options: &ImportOptions) -> Result<Imported, ExchangeError> {
        import_documents(files, NAME, |file, document: Document, imported| {
            if document.database.is_none() && document.results.is_none() {
                let reason = "it has neither a “database” nor “results”".to_owned();
                return Err(ExchangeError::Broken { name: file.name.clone(), format: NAME, reason });
            }
            read(document, options, &file.name, imported);
            Ok(())
        })
    }
}

/// A name for each video, none twice.
fn video_ids(labels: &Labels) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    labels.videos.iter().for_each(|video| *count.entry(stem(&video.name)).or_default() += 1);
    let mut taken = std::collections::BTreeSet::new();
    let name = |video: &VideoLabels| {
        let short = stem(&video.name);
        if count.get(short) == Some(&1) { short.to_owned() } else { video.name.clone() }
    };
    let unique = |video: &VideoLabels| {
        let name = name(video);
        // Two folders may hold files of one name; the paths differ.
        if taken.insert(name.clone()) { name } else { video.path.clone() }
    };
    labels.videos.iter().map(unique).collect()
}

fn taxonomy(labels: &Labels) -> Vec<Node> {
    let root = Node { node_id: 0, node_name: "Root".to_owned(), parent_id: None, parent_name: None };
    let classes = (1..).zip(&labels.classes).map(|(node_id, class)| Node {
        node_id,
        node_name: class.name.clone(),
        parent_id: Some(0),
        parent_name: Some("Root".to_owned()),
    });
    std::iter::once(root).chain(classes).collect()
}

fn video_out(video: &VideoLabels) -> Video {
    let annotations = annotations(video, false);
    let last = annotations.iter().map(|annotation| annotation.segment[1]).fold(0.0, f64::max);
    let duration = video.clock.duration.map_or(last, |duration| duration.secs_f64());
    Video { subset: "training".to_owned(), duration: Some(duration), annotations }
}

fn annotations(video: &VideoLabels, predictions: bool) -> Vec<Annotation> {
    let wanted = video
        .segments
        .iter()
        .filter(|segment| segment.verdict == Verdict::Present && segment.is_prediction() == predictions);
    let annotation = |segment: &SegmentLabel| {
        let (start, end) = segment.extent.span(&video.clock)?;
        // A result without a score is none.
        let score = predictions.then(|| segment.score.unwrap_or(1.0));
        Some(Annotation { score, segment: [start.secs_f64(), end.secs_f64()], label: segment.class.clone() })
    };
    wanted.filter_map(annotation).collect()
}

fn read(document: Document, options: &ImportOptions, file: &str, imported: &mut Imported) {
    // Inner nodes of a taxonomy are no classes: nothing is labelled with them.
    let parents: std::collections::BTreeSet<u64> = document.taxonomy.iter().filter_map(|node| node.parent_id).collect();
    for node in document.taxonomy {
        if !parents.contains(&node.node_id) && node.parent_id.is_some() {
            imported.labels.classes.push(ClassLabel::named(node.node_name));
        }
    }
    for (id, video) in document.database.unwrap_or_default() {
        let parts = (id, video.annotations);
        add_video(parts, None, options, file, imported);
    }
    if let Some(results) = document.results {
        imported.report.remark(format!("the labels of {file} count as found by a network that nobody has checked"));
        let author = Author::Model { checkpoint: file.to_owned(), hash: String::new(), accepted_by: None };
        for parts in results {
            add_video(parts, Some(&author), options, file, imported);
        }
    }
}

fn add_video(
    (id, annotations): (String, Vec<Annotation>),
    author: Option<&Author>,
    options: &ImportOptions,
    file: &str,
    imported: &mut Imported,
) {
    let place = format!("{file}, {id}");
    let report = &mut imported.report;
    let segments = annotations.into_iter().filter_map(|annotation| {
        let extent = extent(annotation.segment, &place, report)?;
        let score = annotation.score.filter(|_score| author.is_some());
        Some(SegmentLabel { author: author.cloned(), score, ..SegmentLabel::new(annotation.label, extent) })
    });
    let segments: Vec<SegmentLabel> = segments.collect();
    if segments.is_empty() {
        return;
    }
    let (name, path) = match id.contains(['/', '\\']) {
        true => (crate::exchange::names::file_name(&id).to_owned(), id),
        false => (id, String::new()),
    };
    let clock = options.clock_of(&name);
    imported.labels.videos.push(VideoLabels { name, path, clock, segments, ..VideoLabels::default() });
}

/// Where a label lies, from its two ends in seconds.
pub fn extent([start, end]: [f64; 2], place: &str, report: &mut Report) -> Option<Extent> {
    let Some((start, end)) = time(start).zip(time(end)) else {
        report.problem("a label's time is negative or too large", place);
        return None;
    };
    match start.cmp(&end) {
        std::cmp::Ordering::Less => Some(Extent::Span(start, end)),
        std::cmp::Ordering::Equal => Some(Extent::Moment(start)),
        std::cmp::Ordering::Greater => {
            report.problem("a label ends before it begins", place);
            None
        }
    }
}
